//! Names that infrac itself gives a meaning, and how a wrong name is told: the same words wherever it is found.

use crate::base::{Span, Symbol};
use crate::catalog::catalog;
use crate::diag::{Diagnostic, codes};
use crate::resolve::{Global, Program};
use crate::syntax::ast::{Component, Item, ItemKind, TypeAlias, TypeName};

/// Functions that infrac itself has.
pub const BUILTINS: &[&str] = &[
    "min",
    "max",
    "length",
    "range",
    "zip",
    "lower",
    "upper",
    "kebab",
    "pascal",
    "flat",
    "join",
    "concat",
    "unique",
    "split",
    "json",
    "base64",
    "written",
    "used",
    "hash",
    "subnets",
    "zone",
    "file",
    "asset",
    "service",
    "ssm",
    "cron",
    "count",
    "all",
    "internet",
    "metric",
    "sum",
    "average",
    "samples",
    "percentile",
    "queries",
];

/// The types that infrac itself knows.
pub const PRIMITIVES: [&str; 16] = [
    "text",
    "int",
    "float",
    "bool",
    "duration",
    "size",
    "percent",
    "cidr",
    "port",
    "date",
    "schedule",
    "asset",
    "secret",
    "json",
    "metric",
    "condition",
];

/// What has a value wherever it stands.
pub const INTRINSICS: [&str; 6] = ["env", "system", "account", "region", "partition", "url_suffix"];

/// The mark of an instance that is taken as it is written.
pub const UNCHECKED: &str = "unchecked";

/// Settings that every instance takes, whatever its type.
pub const COMMON_SETTINGS: [&str; 6] = ["id", "name", "because", "tags", "on_delete", "after"];

impl<'p> Program<'p> {
    /// The component of a whole name.
    pub fn component(&self, whole: Symbol) -> Option<&'p Component> {
        match self.named(whole)?.global {
            Global::Component(component) => Some(component),
            _ => None,
        }
    }

    /// The component that a name means where it stands.
    pub fn component_at(&self, name: TypeName) -> Option<&'p Component> {
        match self.find(name.name, name.span.file)?.global {
            Global::Component(component) => Some(component),
            _ => None,
        }
    }

    /// The type that a name means where it stands.
    pub fn type_alias(&self, name: TypeName) -> Option<&'p TypeAlias> {
        match self.find(name.name, name.span.file)?.global {
            Global::Type(alias) => Some(alias),
            _ => None,
        }
    }

    /// The names of all components, sorted.
    pub fn component_names(&self) -> Vec<Symbol> {
        let own = self.globals.iter().filter(|(_, global)| matches!(global, Global::Component(_)));
        let mut names: Vec<Symbol> = own
            .map(|(name, _)| *name)
            .chain(self.imports.keys().copied())
            .chain(self.library.names().map(Symbol::new))
            .filter(|name| name.as_str().starts_with(|first: char| first.is_ascii_uppercase()))
            .collect();
        names.sort();
        names
    }

    /// An instance of a type that neither is a component nor stands in the catalog.
    pub fn unknown_instance_type(&self, ty: TypeName) -> Diagnostic {
        if let Some(diagnostic) = self.no_type(ty) {
            return diagnostic;
        }
        let name = ty.name.as_str();
        let diagnostic = Diagnostic::new(codes::UNKNOWN_TYPE, ty.span, format!("there is no type `{name}`"));
        if name.contains("::") {
            return diagnostic
                .help("a type that the catalog does not know yet, or one of your own, is marked: `@unchecked(because \"…\")`")
                .did_you_mean(ty.span, name, catalog().resource_types().map(|ty| ty.name()));
        }
        let components = self.component_names();
        diagnostic
            .help("components are defined with `component`, or come with the standard library; AWS's types have names like `AWS::S3::Bucket`")
            .did_you_mean(ty.span, name, components.iter().map(|name| name.as_str()))
    }

    /// A name that stands for something else than a type, which hides the library's component of that name.
    fn no_type(&self, ty: TypeName) -> Option<Diagnostic> {
        let name = ty.name.as_str();
        let (article, what, place) = match self.find(ty.name, ty.span.file)?.global {
            Global::Component(_) | Global::Type(_) => return None,
            Global::Param(_, param) => ("a", "param", param.name.span),
            Global::Let(binding) => ("a", "value", binding.name.span),
            Global::Fn(function) => ("a", "function", function.name.span),
            Global::Stack(at) => ("a", "stack", self.stacks.get(at)?.name.span),
            Global::External(external) => ("an", "external system", external.name.span),
            Global::Step(step) => ("a", "step", step.name.span),
            Global::Policy(policy) => ("a", "policy", policy.name.span),
        };
        let diagnostic =
            Diagnostic::new(codes::UNKNOWN_TYPE, ty.span, format!("`{name}` is {article} {what}, not a type"))
                .label(place, "called so here");
        Some(if self.library.item(ty.name).is_some() {
            diagnostic.help(format!(
                "a name of your own goes before one of the standard library, which has a `{name}`, too: give the {what} another name"
            ))
        } else {
            diagnostic
                .help("what an instance is made of is a component, or one of AWS's types, such as `AWS::S3::Bucket`")
        })
    }

    /// A type expression that names no type.
    pub fn unknown_type(&self, ty: TypeName) -> Diagnostic {
        if let Some(diagnostic) = self.no_type(ty) {
            return diagnostic;
        }
        let name = ty.name.as_str();
        let diagnostic = Diagnostic::new(codes::UNKNOWN_TYPE, ty.span, format!("there is no type `{name}`"));
        if name.contains("::") {
            return diagnostic.did_you_mean(ty.span, name, catalog().resource_types().map(|ty| ty.name()));
        }
        let mut known = self.component_names();
        known.extend(PRIMITIVES.map(Symbol::new));
        let aliases = self.globals.iter().filter(|(_, global)| matches!(global, Global::Type(_)));
        known.extend(aliases.map(|(name, _)| *name));
        known.sort();
        diagnostic.did_you_mean(ty.span, name, known.iter().map(|name| name.as_str()))
    }
}

/// Whether a name is a resource type that can be emitted: one of the catalog's, or a custom one.
pub fn is_resource_type(name: Symbol) -> bool {
    name.as_str().starts_with("Custom::") || catalog().resource_type(name.as_str()).is_some()
}

/// Whether a declaration is marked `@unchecked(because "…")`: its type is taken as it is written.
pub fn is_unchecked(item: &Item) -> bool {
    item.marks.iter().any(|mark| mark.name.name == UNCHECKED)
}

/// A name that nothing has.
pub fn unknown_name(name: Symbol, span: Span, known: &[Symbol]) -> Diagnostic {
    let diagnostic = Diagnostic::new(codes::UNKNOWN_NAME, span, format!("nothing here is called `{name}`"))
        .root(name)
        .help("define it with `let` or `param`, or as an instance")
        .did_you_mean(span, name.as_str(), known.iter().map(|name| name.as_str()));
    // How other languages call what has a word of its own here.
    let meant = match name.as_str() {
        "yes" | "on" | "True" => "true",
        "no" | "off" | "False" => "false",
        "null" | "nil" | "undefined" | "None" => "none",
        _ => return diagnostic,
    };
    Diagnostic { fixes: Vec::new(), ..diagnostic }
        .fix(format!("write `{meant}`"), span, meant)
        .help(format!("write `{meant}`"))
}

/// A setting that a component does not have.
fn unknown_setting(component: &Component, name: Symbol, span: Span) -> Diagnostic {
    let params = component.body.iter().filter_map(|item| match &item.kind {
        ItemKind::Param(param) => Some(param.name.name.as_str()),
        _ => None,
    });
    let message = format!("`{}` has no setting `{name}`", component.name.name);
    Diagnostic::new(codes::UNKNOWN_SETTING, span, message).did_you_mean(
        span,
        name.as_str(),
        params.chain(COMMON_SETTINGS),
    )
}

/// Settings that a component does not have. Several that look like none of its own are one mistake: another component is
/// meant.
pub fn unknown_settings(component: &Component, ty: TypeName, names: &[(Symbol, Span)]) -> Vec<Diagnostic> {
    let found = names.iter().map(|(name, span)| unknown_setting(component, *name, *span));
    let (mut foreign, mut told): (Vec<_>, Vec<_>) = found.partition(|found| found.fixes.is_empty());
    if foreign.len() > 1 {
        let rest = foreign.split_off(1);
        let first = foreign.into_iter().map(|first| {
            let first = rest.iter().fold(first, |first, more| first.label(more.span(), "nor this one"));
            first.label(ty.span, "of this component").help(format!("is another component than `{}` meant?", ty.name))
        });
        told.extend(first);
    } else {
        told.append(&mut foreign);
    }
    told
}

/// What stands beside the properties of a resource in a template, and how it is said here.
const ATTRIBUTES: &[(&str, &str)] = &[
    ("Properties", "properties stand directly between the braces"),
    ("Type", "the type stands before the braces: `name = AWS::Service::Type { … }`"),
    ("DependsOn", "what a resource refers to comes first by itself; any other order is `after = other`"),
    ("DeletionPolicy", "write `on_delete = \"retain\"`, `\"snapshot\"` or `\"delete\"`"),
    ("UpdateReplacePolicy", "write `on_delete = \"retain\"`: it holds for replacements, too"),
    ("Condition", "what exists under a condition stands in `if condition { … }`"),
    ("Metadata", "write `@metadata(Key = value)` before the resource"),
    ("CreationPolicy", "write `@creation(…)` before the resource"),
    ("UpdatePolicy", "write `@update(…)` before the resource"),
];

/// A property that a type of the catalog does not have.
pub fn unknown_property(ty: &str, name: Symbol, span: Span) -> Diagnostic {
    let diagnostic = Diagnostic::new(codes::UNKNOWN_PROPERTY, span, format!("`{ty}` has no property `{name}`"));
    if let Some((_, instead)) = ATTRIBUTES.iter().find(|(attribute, _)| name == *attribute) {
        return diagnostic.help(*instead);
    }
    let Some(known) = catalog().resource_type(ty) else { return diagnostic };
    let names = known.properties().filter(|property| !property.read_only()).map(|property| property.name());
    diagnostic.did_you_mean(span, name.as_str(), names.chain(COMMON_SETTINGS))
}

/// An environment that is not declared.
pub fn unknown_environment(program: &Program<'_>, name: Symbol, span: Span) -> Diagnostic {
    let known = program.environments.keys().map(|name| name.as_str());
    Diagnostic::new(codes::UNKNOWN_ENVIRONMENT, span, format!("there is no environment `{name}`"))
        .root(name)
        .did_you_mean(span, name.as_str(), known)
}

/// A word that has a meaning wherever it stands, used as a name.
pub fn reserved(word: &str, span: Span) -> Diagnostic {
    Diagnostic::new(codes::RESERVED_WORD, span, format!("`{word}` cannot be a name here"))
        .help("it has a meaning wherever it stands; choose another name")
}
