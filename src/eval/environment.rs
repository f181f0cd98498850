//! The environment: account, region, and the values of params.

use std::cell::RefCell;

use crate::base::{Span, Symbol};
use crate::diag::{Diagnostic, codes, quoted_list};
use crate::eval::Others;
use crate::eval::model::{DeployParam, Environment, ExternalId, StackId, StepId};
use crate::eval::scope::State;
use crate::eval::spread::{Part, Spread};
use crate::eval::value::{Hole, Kind, NodeKind, Pseudo, Template, Value};
use crate::eval::{Evaluator, model};
use crate::resolve::Global;
use crate::syntax::ast::{self, Entry, EntryKey, Expr, ItemKind, TypeExprKind};

/// What enters an evaluation besides the program.
pub struct Given<'p> {
    /// Params set on the command line or by a test, which win over the environment's.
    pub set: Vec<(Symbol, &'p Expr)>,
    /// Files that the program names.
    pub files: &'p dyn Files,
    /// Other systems of ours that the program names.
    pub others: &'p Others,
}

/// What a program may read.
pub trait Files: Sync {
    /// The text of a file, by its path relative to the source file that names it.
    ///
    /// # Errors
    /// A sentence that says why it cannot be read.
    fn text(&self, from: crate::base::FileId, path: &str) -> Result<String, String>;

    /// A file or a folder that is uploaded: its name there, its path relative to the system's folder, and where it is read.
    ///
    /// # Errors
    /// A sentence that says why it cannot be.
    fn asset(&self, from: crate::base::FileId, path: &str) -> Result<(String, String, std::path::PathBuf), String>;
}

/// What an environment may say besides params.
const OWN_SETTINGS: [&str; 3] = ["account", "region", "confirm"];

impl<'p> Evaluator<'p> {
    /// Reads `account`, `region` and `confirm`.
    pub(super) fn set_environment(&mut self) {
        let Some((_, declared)) = self.program.environments.get(&self.environment).copied() else { return };
        let scope = self.root(true);
        let mut environment = Environment {
            name: self.environment,
            account: String::new(),
            region: String::new(),
            partition: String::from("aws"),
            confirm: false,
            span: declared.name.span,
        };
        // What an environment takes from one that is not there is told at its `from`.
        let ends = self.program.chain(self.environment).last().and_then(|last| last.from);
        let lost = ends.is_some_and(|from| !self.program.environments.contains_key(&from.name));
        for name in ["account", "region"] {
            let Some(source) = self.environment_value(name) else {
                if lost {
                    continue;
                }
                self.report(
                    Diagnostic::new(
                        codes::MISSING_PARAM,
                        declared.name.span,
                        format!("environment `{}` does not say its `{name}`", self.environment),
                    )
                    .help(match name {
                        "account" => {
                            "write `account = \"123456789012\"` into it, or into an environment that it is built `from`"
                        }
                        _ => "write `region = \"eu-west-1\"` into it, or into an environment that it is built `from`",
                    }),
                );
                continue;
            };
            let value = self.evaluate(source, &scope);
            let known = match &value.kind {
                Kind::Text(text) => text.known().map(str::to_owned),
                _ => None,
            };
            let fits = known.as_deref().is_some_and(|text| match name {
                "account" => text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit()),
                _ => self.catalog.regions().any(|region| region == text),
            });
            match known {
                Some(text) if fits && name == "account" => environment.account = text,
                Some(text) if fits => environment.region = text,
                Some(text) => {
                    let mut diagnostic = Diagnostic::new(
                        codes::PARAM_OUT_OF_RANGE,
                        source.span,
                        if name == "account" {
                            format!("`{text}` is no AWS account id: twelve digits are wanted")
                        } else {
                            format!("`{text}` is no region that CloudFormation works in")
                        },
                    );
                    diagnostic = if name == "region" {
                        let regions = self.catalog.regions();
                        diagnostic.help("write a region such as \"eu-west-1\"").did_you_mean(
                            source.span,
                            &text,
                            regions,
                        )
                    } else {
                        diagnostic.help("write it as in \"123456789012\"")
                    };
                    self.report(diagnostic);
                }
                None if value.is_error() => {}
                None => {
                    let example = if name == "account" { "\"123456789012\"" } else { "\"eu-west-1\"" };
                    self.report(
                        Diagnostic::new(codes::WRONG_TYPE, source.span, format!("`{name}` is a text"))
                            .help(format!("write it in quotes: `{name} = {example}`")),
                    );
                }
            }
        }
        // A test, or whoever builds, may ask for an environment of another name.
        if let Some((_, source)) = self.given.set.iter().find(|(name, _)| *name == "env") {
            let source = *source;
            let name = self.known_text(source, &scope);
            if is_label(&name) {
                environment.name = Symbol::new(&name);
            } else {
                let message = format!("{name:?} is no name of an environment");
                let diagnostic = Diagnostic::new(codes::PARAM_OUT_OF_RANGE, source.span, message)
                    .help("it begins with a letter and has letters, digits, `_` and `-`");
                self.report(diagnostic);
            }
        }
        if let Some(source) = self.environment_value("confirm") {
            let value = self.evaluate(source, &scope);
            match value.kind {
                Kind::Bool(confirm) => environment.confirm = confirm,
                Kind::Error => {}
                _ => self.report(
                    Diagnostic::new(codes::WRONG_TYPE, source.span, "`confirm` is `true` or `false`")
                        .help("write `confirm = true` to have the deployment ask before it begins"),
                ),
            }
        }
        environment.partition = partition(&environment.region).to_owned();
        self.model.environment = environment;
    }

    /// What the environment, or one it is built from, says of a name.
    fn environment_entry(&self, name: &str) -> Option<&'p Entry> {
        self.program
            .chain(self.environment)
            .into_iter()
            .flat_map(|environment| &environment.entries)
            .find(|entry| matches!(&entry.key, EntryKey::Word(word) if word.name == *name))
    }

    /// What is given from outside for a name, or else what the environment says.
    fn environment_value(&self, name: &str) -> Option<&'p Expr> {
        let given = self.given.set.iter().find(|(set, _)| *set == *name).map(|(_, value)| *value);
        given.or_else(|| self.environment_entry(name).map(|entry| &entry.value))
    }

    /// Checks what environments set, and finds every param's value.
    pub(super) fn find_params(&mut self) {
        for environment in self.program.chain(self.environment) {
            for entry in &environment.entries {
                let EntryKey::Word(name) = &entry.key else { continue };
                let known = OWN_SETTINGS.contains(&name.name.as_str())
                    || self.program.params.iter().any(|(_, param)| param.name.name == name.name && !param.deploy);
                if !known {
                    let params = self.program.params.iter().map(|(_, param)| param.name.name.as_str());
                    let diagnostic = Diagnostic::new(
                        codes::UNKNOWN_PARAM,
                        name.span,
                        format!("environment `{}` sets `{}`, which is no param", environment.name.name, name.name),
                    )
                    .help(format!("declare it: `param {}: …`", name.name))
                    .did_you_mean(name.span, name.name.as_str(), params.chain(OWN_SETTINGS));
                    self.report(diagnostic);
                }
            }
        }
        for (name, value) in &self.given.set {
            let own = OWN_SETTINGS.contains(&name.as_str()) || *name == "env";
            if !own && !self.program.params.iter().any(|(_, param)| param.name.name == *name) {
                let params: Vec<&str> = self.program.params.iter().map(|(_, param)| param.name.name.as_str()).collect();
                let diagnostic =
                    Diagnostic::new(codes::UNKNOWN_PARAM, value.span, format!("there is no param `{name}` to set"))
                        .help(format!("the params are {}", quoted_list(params.iter().copied(), 8)))
                        .did_you_mean(value.span, name.as_str(), params.iter().copied());
                self.report(diagnostic);
            }
        }
        for (_, param) in &self.program.params {
            self.param(param.name.name, param.name.span);
        }
        // Only what is read from here on counts as used.
        self.used.clear();
    }

    /// A param's value in this environment.
    pub(super) fn param(&mut self, name: Symbol, span: Span) -> Value {
        self.used.insert(name);
        let state = self.params.entry(name).or_insert_with(|| RefCell::new(State::Unknown)).borrow().clone();
        match state {
            State::Known(value) => return value,
            State::Busy => return self.circle(name, span, "param"),
            State::Unknown => {}
        }
        self.set_param(name, State::Busy);
        let value = self.find_param(name, span);
        self.set_param(name, State::Known(value.clone()));
        value
    }

    fn set_param(&mut self, name: Symbol, state: State) {
        self.params.insert(name, RefCell::new(state));
    }

    fn find_param(&mut self, name: Symbol, span: Span) -> Value {
        let Some(Global::Param(item, param)) = self.program.globals.get(&name).copied() else {
            return self.value(Kind::Error, span);
        };
        let scope = self.root(true);
        if param.deploy {
            return self.deploy_param(item, param);
        }
        let given = self.given.set.iter().find(|(set, _)| *set == name).map(|(_, value)| *value);
        let source = given
            .or_else(|| self.environment_entry(name.as_str()).map(|entry| &entry.value))
            .or(param.default.as_ref());
        let Some(source) = source else {
            let environment = self.model.environment.span;
            let diagnostic = Diagnostic::new(
                codes::MISSING_PARAM,
                param.name.span,
                format!("param `{name}` has no value in environment `{}`", self.environment),
            )
            .label(environment, "this environment does not set it")
            .help(format!("set `{name} = …` in the environment, or give the param a default"));
            return self.error(diagnostic);
        };
        // What it is made of does not matter: it may be anything that its type allows.
        let value = self.evaluate(source, &scope).spread(Spread::NONE);
        let value = self.conform(value, &param.ty, &scope, source.span, name.as_str());
        self.spread_param(value, name, &param.ty, &scope, false)
    }

    /// A `deploy param`: a template parameter with the type's limits.
    fn deploy_param(&mut self, item: &'p ast::Item, param: &'p ast::Param) -> Value {
        let scope = self.root(true);
        let name = param.name.name;
        let (ty, limits, pattern, allowed) = self.deploy_type(&param.ty, &scope);
        let default = param.default.as_ref().map(|default| {
            let value = self.evaluate(default, &scope);
            self.conform(value, &param.ty, &scope, default.span, name.as_str())
        });
        let default = default.and_then(|value| self.plain_node(&value, param.name.span));
        let secret = matches!(&param.ty.kind, TypeExprKind::Named(named) if named.name == "secret");
        let declared = DeployParam {
            ty,
            default,
            pattern,
            allowed,
            limits,
            secret,
            description: item.doc.as_ref().map(|doc| doc.text.clone()),
            span: param.name.span,
        };
        self.model.deploy_params.insert(name, declared);
        let text = Template::hole(Hole::Param(name));
        if secret {
            return self.value(Kind::Secret(text), param.name.span);
        }
        let value = self.value(Kind::Text(text), param.name.span);
        self.spread_param(value, name, &param.ty, &scope, true)
    }

    #[expect(clippy::type_complexity, reason = "the four parts of one declaration, taken apart at once")]
    fn deploy_type(
        &mut self,
        ty: &'p ast::TypeExpr,
        scope: &super::Scope<'p>,
    ) -> (&'static str, (Option<i64>, Option<i64>), Option<String>, Vec<String>) {
        let limits = self.limits(ty.range.as_ref(), scope);
        let pattern = ty.pattern.as_ref().map(|pattern| pattern.text.clone());
        match &ty.kind {
            TypeExprKind::Named(named) if matches!(named.name.as_str(), "int" | "float" | "port") => {
                ("Number", limits, pattern, Vec::new())
            }
            TypeExprKind::Named(named) if named.name == "bool" => {
                ("String", (None, None), None, vec![String::from("true"), String::from("false")])
            }
            TypeExprKind::Union(members) => {
                let mut allowed = Vec::with_capacity(members.len());
                for member in members {
                    let TypeExprKind::Literal(literal) = &member.kind else { continue };
                    let value = self.evaluate(literal, scope);
                    match self.plain_node(&value, ty.span).map(|node| node.kind) {
                        Some(NodeKind::Text(text)) => allowed.extend(text.known().map(str::to_owned)),
                        Some(NodeKind::Int(number)) => allowed.push(number.to_string()),
                        Some(NodeKind::Bool(known)) => allowed.push(known.to_string()),
                        _ => {}
                    }
                }
                ("String", (None, None), pattern, allowed)
            }
            TypeExprKind::List(_) => ("CommaDelimitedList", (None, None), pattern, Vec::new()),
            TypeExprKind::Optional(inner) => self.deploy_type(inner, scope),
            TypeExprKind::Named(_)
            | TypeExprKind::Map(_)
            | TypeExprKind::Record(_)
            | TypeExprKind::Literal(_)
            | TypeExprKind::Error => ("String", limits, pattern, Vec::new()),
        }
    }

    /// Externals and steps, which stacks may name.
    pub(super) fn open_externals_and_steps(&mut self) {
        let program = self.program;
        let scope = self.root(true);
        let mut globals: Vec<(Symbol, Global<'p>)> =
            program.globals.iter().map(|(name, global)| (*name, *global)).collect();
        globals.sort_by_key(|(name, _)| *name);
        for (name, global) in &globals {
            match global {
                Global::External(_) => {
                    let id = ExternalId(u32::try_from(self.externals.len()).unwrap_or(u32::MAX));
                    self.externals.insert(*name, id);
                }
                Global::Step(_) => {
                    let id = StepId(u32::try_from(self.steps.len()).unwrap_or(u32::MAX));
                    self.steps.insert(*name, id);
                }
                _ => {}
            }
        }
        for (name, global) in &globals {
            match global {
                Global::External(external) => self.open_external(external, &scope),
                Global::Step(step) => {
                    let text = step.text.as_ref().map(|text| self.known_text(text, &scope)).unwrap_or_default();
                    self.model.steps.push(model::Step {
                        name: *name,
                        text,
                        after: Vec::new(),
                        before: Vec::new(),
                        span: step.name.span,
                    });
                }
                _ => {}
            }
        }
    }

    fn open_external(&mut self, external: &'p ast::External, scope: &super::Scope<'p>) {
        let title = external.title.as_ref().map(|title| self.known_text(title, scope));
        let other = external.from.as_ref().and_then(|from| self.given.others.get(&from.span));
        let title = title.or_else(|| other.map(|other| format!("system {}, in {}", other.name, other.folder)));
        let settings = external
            .settings
            .iter()
            .filter_map(|entry| match &entry.key {
                EntryKey::Word(word) => Some((word.name, self.evaluate(&entry.value, scope))),
                EntryKey::Text(_) => None,
            })
            .collect();
        let settings: Vec<(Symbol, Value)> = settings;
        let (mut outputs, unexported) = match &external.from {
            Some(from) => self.outputs_of_other(external, from, &settings),
            None => Default::default(),
        };
        for output in &external.outputs {
            let source = match &output.source {
                ast::ExternalSource::Parameter => model::ExternalSource::Parameter,
                ast::ExternalSource::Export(name) => model::ExternalSource::Export(self.text_of(name, scope)),
                ast::ExternalSource::Ssm(name) => model::ExternalSource::Ssm(self.text_of(name, scope)),
                ast::ExternalSource::Name(name) => model::ExternalSource::Name(self.text_of(name, scope)),
            };
            let ty = match &output.ty.kind {
                TypeExprKind::Named(named) if named.name.as_str().contains("::") => Some(named.name),
                _ => None,
            };
            outputs.insert(output.name.name, model::ExternalOutput { ty, source, span: output.span });
        }
        self.model.externals.push(model::External {
            name: external.name.name,
            title,
            settings,
            outputs,
            unexported,
            broken: external.from.is_some() && other.is_none(),
            after: Vec::new(),
            before: Vec::new(),
            span: external.name.span,
        });
    }

    /// What infrac itself gives a name to, whatever the program.
    ///
    /// `stack` is where the name stands: its region is meant, wherever the value is used.
    pub(super) fn intrinsic(&mut self, name: Symbol, span: Span, stack: Option<StackId>) -> Option<Value> {
        let kind = match name.as_str() {
            "env" => {
                let name: std::sync::Arc<str> = std::sync::Arc::from(self.model.environment.name.as_str());
                let spread = self.model.spreads.text(vec![Part::Env(name)]);
                let text = Template::literal(self.model.environment.name.as_str());
                return Some(self.value(Kind::Text(text), span).spread(spread));
            }
            "system" => Kind::Text(Template::literal(self.program.system.name.as_str())),
            "account" => Kind::Text(Template::hole(Hole::Pseudo(Pseudo::Account))),
            "region" => Kind::Text(Template::hole(Hole::Pseudo(stack.map_or(Pseudo::Region, Pseudo::RegionOf)))),
            "partition" => Kind::Text(Template::hole(Hole::Pseudo(Pseudo::Partition))),
            "url_suffix" => Kind::Text(Template::hole(Hole::Pseudo(Pseudo::UrlSuffix))),
            _ => return None,
        };
        Some(self.value(kind, span))
    }

    /// Text with everything filled in that is known when built: account, region and partition by value.
    pub(super) fn by_value(&self, text: &Template) -> Option<String> {
        self.model.fill(text)
    }

    /// Reports a value that needs itself.
    pub(super) fn circle(&mut self, name: Symbol, span: Span, what: &str) -> Value {
        let diagnostic =
            Diagnostic::new(codes::DEFINITION_CYCLE, span, format!("the value of {what} `{name}` needs itself"))
                .here("asked for again here, before it is known")
                .help("break the circle: give one of the values that it goes through without the others");
        self.error(diagnostic)
    }

    /// Warns of params that nothing reads. Every environment must agree, so the driver asks after all are evaluated.
    pub(crate) fn unused_params(&self) -> Vec<(Symbol, Span)> {
        self.program
            .params
            .iter()
            .filter(|(item, param)| matches!(item.kind, ItemKind::Param(_)) && !self.used.contains(&param.name.name))
            .map(|(_, param)| (param.name.name, param.name.span))
            .collect()
    }
}

/// Whether a text could name an environment in the source.
fn is_label(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    text.bytes().next().is_some_and(|first| first.is_ascii_alphabetic())
        && text.split('-').all(|part| !part.is_empty() && part.bytes().all(allowed))
}

/// The partition of a region, by the prefixes that AWS documents.
fn partition(region: &str) -> &'static str {
    if region.starts_with("cn-") {
        "aws-cn"
    } else if region.starts_with("us-gov-") {
        "aws-us-gov"
    } else {
        "aws"
    }
}
