//! Names that are set, and lone words.

use crate::base::Symbol;
use crate::catalog::{Kind, Property, catalog};
use crate::diag::codes;
use crate::ide::complete::{Completion, Offer};
use crate::ide::hover::of_param;
use crate::ide::ty::{Keys, Ty};
use crate::ide::view::{View, params};
use crate::ide::walk::{ENVIRONMENT_SETTINGS, Word};
use crate::ide::{limits, own, target::Own};
use crate::resolve::Global;
use crate::resolve::words::{COMMON_SETTINGS, PRIMITIVES};
use crate::syntax::ast::{ItemKind, Param, TypeExpr, TypeExprKind, TypeName};

/// The rank of what must be set.
const REQUIRED: u8 = 1;

/// The marks that may stand before a declaration.
const MARKS: [(&str, &str, &str); 7] = [
    ("waive", "lifts a diagnostic here, with a reason", "waive($1, because \"$2\")$0"),
    ("was", "what it was called when it was first deployed", "was($1)$0"),
    ("retain", "it stays when it is no longer wanted", "retain"),
    ("unchecked", "it is taken as it is written, with a reason", "unchecked(because \"$1\")$0"),
    ("update", "the resource's `UpdatePolicy`", "update($1)$0"),
    ("creation", "the resource's `CreationPolicy`", "creation($1)$0"),
    ("metadata", "the resource's `Metadata`", "metadata($1)$0"),
];

/// What can be set beside what is set already.
pub(super) fn keys(view: &View<'_>, keys: Keys<'_>, set: &[Symbol]) -> Vec<Completion> {
    let mut offers = Vec::new();
    match keys {
        Keys::Any => {}
        Keys::Shape(_, shape, top) => {
            let deeper =
                shape.one_of().chain(shape.any_of()).chain(shape.all_of()).flat_map(|inner| inner.properties());
            offers.extend(shape.properties().chain(deeper).filter(|one| !one.read_only()).map(of_property));
            if top {
                settings(&COMMON_SETTINGS, 7, &mut offers);
            }
        }
        Keys::Component(component) => {
            offers.extend(params(component).map(|param| of_setting(view, param)));
            settings(&COMMON_SETTINGS, 7, &mut offers);
        }
        Keys::Params(environment) => {
            offers.extend(view.program.params.iter().map(|(_, param)| of_setting(view, param)));
            if environment {
                settings(&ENVIRONMENT_SETTINGS, 0, &mut offers);
            }
        }
        Keys::Fields(ty) => {
            if let Ty::Declared(TypeExpr { kind: TypeExprKind::Record(fields), .. }) = view.resolved(&Ty::Declared(ty))
            {
                offers.extend(fields.iter().map(|field| {
                    let optional = field.default.is_some() || matches!(field.ty.kind, TypeExprKind::Optional(_));
                    let name = field.name.name;
                    Completion::new(name.as_str(), Offer::Key, view.sources.slice(field.ty.span))
                        .insert(format!("{name} = $0"))
                        .rank(if optional { 2 } else { REQUIRED })
                }));
            }
        }
        Keys::Tags => offers.extend(view.program.required_tags.iter().map(|(_, tag)| {
            Completion::new(tag.name.name.as_str(), Offer::Key, "a tag that must be there")
                .insert(format!("{} = $0", tag.name.name))
        })),
        Keys::Lints => offers.extend(codes().map(|offer| {
            let insert = format!("{} = $0", offer.label);
            offer.insert(insert)
        })),
    }
    offers.retain(|offer| !set.iter().any(|set| *set == *offer.label));
    offers
}

/// What must be set on an instance besides what is set, each with a value to begin with.
pub(in crate::ide) fn required(view: &View<'_>, ty: TypeName, set: &[Symbol]) -> Vec<(String, String)> {
    let of = view.settings(&view.of_type(ty));
    let offers = keys(view, of, set).into_iter().filter(|offer| offer.rank == REQUIRED);
    offers
        .map(|offer| {
            let value = offer.insert.split_once(" = ").map(|(_, value)| value.replace("$0", "")).unwrap_or_default();
            let value = value.replace("{  }", "{}");
            (offer.label, if value.is_empty() { String::from("none") } else { value })
        })
        .collect()
}

fn settings(names: &[&'static str], rank: u8, offers: &mut Vec<Completion>) {
    offers.extend(names.iter().map(|name| {
        let about = own::about(Own::Setting, name).unwrap_or_default();
        Completion::new(*name, Offer::Key, about).insert(format!("{name} = $0")).rank(rank)
    }));
}

fn of_property(property: Property) -> Completion {
    let value = match property.shape().kind() {
        Kind::Object | Kind::Map => "{ $0 }",
        Kind::List => "[$0]",
        Kind::String if property.shape().references().next().is_none() => "\"$0\"",
        Kind::String | Kind::Integer | Kind::Number | Kind::Boolean | Kind::Json | Kind::Union => "$0",
    };
    let required = if property.required() { "required, " } else { "" };
    let replaces = if property.create_only() { ", a change replaces it" } else { "" };
    let detail = format!("{required}{}{replaces}", limits::shape(property.shape()));
    Completion {
        deprecated: property.deprecated(),
        ..Completion::new(property.name(), Offer::Key, detail)
            .insert(format!("{} = {value}", property.name()))
            .rank(if property.required() { REQUIRED } else { 2 })
    }
}

fn of_setting(view: &View<'_>, param: &Param) -> Completion {
    let name = param.name.name;
    let optional = param.default.is_some() || matches!(param.ty.kind, TypeExprKind::Optional(_));
    Completion::new(name.as_str(), Offer::Key, of_param(view, param)).insert(format!("{name} = $0")).rank(if optional {
        2
    } else {
        1
    })
}

/// The types that an instance can be made of, or that a value can have.
pub(super) fn types(view: &View<'_>, instance: bool) -> Vec<Completion> {
    let body = |name: &str| if instance { format!("{name} {{ $0 }}") } else { name.to_owned() };
    let mut offers = Vec::new();
    let components = view.program.component_names().into_iter();
    for name in components.filter(|name| view.program.component(*name).is_some()) {
        let offer = Completion::new(name.as_str(), Offer::Type, "component");
        offers.push(offer.insert(body(name.as_str())).rank(1));
    }
    if !instance {
        offers.extend(
            PRIMITIVES.iter().map(|name| {
                Completion::new(*name, Offer::Type, own::about(Own::Type, name).unwrap_or_default()).rank(0)
            }),
        );
        let own = view.program.globals.iter().filter(|(_, global)| matches!(global, Global::Type(_)));
        offers.extend(own.map(|(name, _)| Completion::new(name.as_str(), Offer::Type, "type").rank(0)));
    }
    offers.extend(catalog().resource_types().map(|ty| {
        let required: Vec<String> =
            ty.properties().filter(|one| one.required()).map(|one| one.name().to_owned()).collect();
        let lines = required.iter().zip(1..).map(|(name, at)| format!("\n  {name} = ${at}"));
        let whole = format!("{} {{{}\n}}$0", ty.name(), lines.collect::<String>());
        let insert = if required.is_empty() || !instance { body(ty.name()) } else { whole };
        Completion::new(ty.name(), Offer::Type, "resource type").insert(insert).rank(2)
    }));
    offers
}

/// What a lone word can be.
pub(super) fn words(view: &View<'_>, what: Word) -> Vec<Completion> {
    match what {
        Word::Environment => {
            let environments = view.program.environments.keys();
            environments.map(|name| Completion::new(name.as_str(), Offer::Environment, "environment")).collect()
        }
        Word::Stack => named(view, |global| match global {
            Global::Stack(_) => Some("stack"),
            Global::Step(_) => Some("step"),
            Global::External(_) => Some("external"),
            Global::Param(..)
            | Global::Let(_)
            | Global::Fn(_)
            | Global::Type(_)
            | Global::Component(_)
            | Global::Policy(_) => None,
        }),
        Word::Policy => {
            let own = named(view, |global| matches!(global, Global::Policy(_)).then_some("policy"));
            let library = view.program.library.items().filter_map(|item| {
                if let ItemKind::Policy(policy) = &item.kind { Some(policy.name.name) } else { None }
            });
            let library = library.filter(|name| view.program.library.names().any(|known| *name == *known));
            own.into_iter().chain(library.map(|name| Completion::new(name.as_str(), Offer::Type, "policy"))).collect()
        }
        Word::Code => {
            let rules = view.program.policies();
            let rules = rules.map(|rule| Completion::new(rule.name.name.as_str(), Offer::Code, "rule"));
            codes().chain(rules).collect()
        }
        Word::Mark => MARKS
            .iter()
            .map(|(name, about, insert)| Completion::new(*name, Offer::Keyword, *about).insert(*insert))
            .collect(),
        Word::ConditionKey => {
            let services = catalog().services().flat_map(|service| service.condition_keys()).map(|key| (key.name, 3));
            let global = catalog().global_condition_keys().map(|key| (key.name, 1));
            let offer = |(name, rank): (&str, u8)| Completion::new(name, Offer::Key, "condition key").rank(rank);
            global.chain(services).map(offer).collect()
        }
    }
}

fn named(view: &View<'_>, which: impl Fn(&Global<'_>) -> Option<&'static str>) -> Vec<Completion> {
    let all = view.program.globals.iter();
    all.filter_map(|(name, global)| Some(Completion::new(name.as_str(), Offer::Module, which(global)?))).collect()
}

fn codes() -> impl Iterator<Item = Completion> {
    codes::ALL.iter().map(|code| Completion::new(code.name(), Offer::Code, code.why()))
}
