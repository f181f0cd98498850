//! Values, what stands behind their dots, and what can be granted on them.

use crate::base::Symbol;
use crate::catalog::{Kind, Shape, catalog};
use crate::eval::usage;
use crate::ide::complete::{Completion, Offer};
use crate::ide::own;
use crate::ide::scope::{Local, Scope};
use crate::ide::target::{Own, Target};
use crate::ide::ty::{Ty, Wanted};
use crate::ide::view::View;
use crate::resolve::words::{BUILTINS, INTRINSICS};
use crate::syntax::ast::{Component, ExprKind, TextPiece, TypeExpr, TypeExprKind};

/// What a value is, in a word or two.
pub(super) fn ty(ty: &Ty<'_>) -> String {
    match ty {
        Ty::Stack(_) => String::from("stack"),
        Ty::Component(component) => component.name.name.to_string(),
        Ty::Resource(ty) => ty.name().to_owned(),
        Ty::Foreign => String::from("resource"),
        Ty::Family(inner) => format!("{}, several", self::ty(inner)),
        Ty::External(_) => String::from("external"),
        Ty::Plain(name) => (*name).to_owned(),
        Ty::List(inner) => format!("[{}]", self::ty(inner)),
        Ty::Record(_) => String::from("{ … }"),
        Ty::Fn(_) => String::from("fn"),
        Ty::Attribute(ty, _) => ty.name().to_owned(),
        Ty::Declared(_) | Ty::Unknown => String::new(),
    }
}

/// What could be a value where something is wanted.
pub(super) fn values(view: &View<'_>, wanted: Wanted<'_>, scope: &Scope<'_, '_>) -> Vec<Completion> {
    let mut offers = literals(view, wanted, true);
    let instances = instances(view, scope);
    let only = matches!(wanted, Wanted::Who | Wanted::What | Wanted::End);
    for (path, local) in &instances {
        let fits = fits(view, wanted, &local.ty);
        let rank = if fits || only { 1 } else { 6 };
        offers.push(Completion::new(path, Offer::Instance, ty(&local.ty)).rank(rank));
    }
    for local in scope.locals().filter(|local| !matches!(local.target, Target::Instance(_))) {
        offers.push(of_local(view, local).rank(3));
    }
    match wanted {
        Wanted::Who => {
            offers.push(
                Completion::new("service", Offer::Function, "a service of AWS")
                    .insert("service(\"$1.amazonaws.com\")$0"),
            );
            offers.push(Completion::new("everyone", Offer::Value, "everybody, for denials"));
        }
        Wanted::End => offers.push(Completion::new("internet", Offer::Value, "everybody outside").rank(2)),
        Wanted::Prose => return Vec::new(),
        Wanted::Any | Wanted::Shape(..) | Wanted::Declared(_) | Wanted::Truth | Wanted::What => {}
    }
    globals(view, scope, &mut offers);
    offers
}

/// Everything at the top level that a value may name.
fn globals(view: &View<'_>, scope: &Scope<'_, '_>, offers: &mut Vec<Completion>) {
    // The library's functions and values are there for the library.
    let names = view.program.globals.keys().chain(view.program.imports.keys()).copied();
    for name in names {
        let Some((target, of)) = view.look_up(name, scope, 0) else { continue };
        let local = Local { name, target, ty: of };
        if matches!(target, Target::Component(_) | Target::Type(_) | Target::Policy(_) | Target::Step(_)) {
            continue;
        }
        offers.push(of_local(view, &local).rank(4));
    }
    offers.extend(
        INTRINSICS
            .iter()
            .map(|name| Completion::new(*name, Offer::Value, own::about(Own::Value, name).unwrap_or_default()).rank(7)),
    );
    offers.extend(BUILTINS.iter().filter(|name| **name != "internet").map(|name| {
        let usage = usage(name).split('`').next().unwrap_or_default();
        Completion::new(*name, Offer::Function, usage).insert(format!("{name}($0)")).rank(7)
    }));
    let environments: Vec<String> = view
        .program
        .built_environments()
        .zip(1..)
        .map(|((_, environment), at)| format!("{} = ${at}", environment.name.name))
        .collect();
    let words = [
        ("none", "leaves a property out", String::from("none")),
        ("if", "one of two values", String::from("if $1 then $2 else $0")),
        ("per env", "a value for each environment", format!("per env {{ {} }}$0", environments.join(", "))),
    ];
    offers
        .extend(words.map(|(word, about, insert)| Completion::new(word, Offer::Keyword, about).insert(insert).rank(8)));
}

fn of_local(view: &View<'_>, local: &Local<'_>) -> Completion {
    let name = local.name.as_str();
    let detail = match local.target {
        Target::Param(param) => view.sources.slice(param.ty.span).to_owned(),
        Target::Property(_, property) => crate::ide::limits::shape(property.shape()),
        Target::Attribute(..) => String::from("attribute"),
        Target::Output(_) => String::from("output"),
        target => match ty(&local.ty) {
            known if known.is_empty() => target.kind().to_owned(),
            known => known,
        },
    };
    let kind = match local.target {
        Target::Instance(_) => Offer::Instance,
        Target::Stack(_) | Target::External(_) => Offer::Module,
        Target::Fn(_) | Target::Own(Own::Function, _) => Offer::Function,
        Target::Property(..)
        | Target::Attribute(..)
        | Target::Output(_)
        | Target::Field(_)
        | Target::Own(Own::Field, _) => Offer::Field,
        Target::System(_)
        | Target::Param(_)
        | Target::Let(_)
        | Target::Type(_)
        | Target::Component(_)
        | Target::ExternalOutput(_)
        | Target::Step(_)
        | Target::Policy(_)
        | Target::Rule(_)
        | Target::Environment(_)
        | Target::Binder(_)
        | Target::Verb(_)
        | Target::Resource(_)
        | Target::Action(_)
        | Target::Own(Own::Type | Own::Value | Own::Setting, _)
        | Target::Code(_) => Offer::Name,
    };
    let call = matches!(local.target, Target::Fn(_) | Target::Own(Own::Function, _));
    let offer = Completion::new(name, kind, detail);
    if call { offer.insert(format!("{name}($0)")) } else { offer }
}

/// All instances, as they are called at a place.
fn instances<'p>(view: &View<'p>, scope: &Scope<'_, 'p>) -> Vec<(String, Local<'p>)> {
    let own = scope.locals().filter(|local| matches!(local.target, Target::Instance(_)));
    let mut found: Vec<(String, Local<'p>)> = own.map(|local| (local.name.to_string(), local.clone())).collect();
    if scope.system {
        for (at, stack) in view.program.stacks.iter().enumerate() {
            for local in view.stack_members(at) {
                let here = |(_, known): &(String, Local<'p>)| known.target.identity() == local.target.identity();
                if !found.iter().any(here) {
                    found.push((format!("{}.{}", stack.name.name, local.name), local));
                }
            }
        }
    }
    found
}

/// Whether a value is of the kind that is wanted.
fn fits(view: &View<'_>, wanted: Wanted<'_>, ty: &Ty<'_>) -> bool {
    match wanted {
        Wanted::Shape(_, shape) => {
            let Some(resource) = view.resource(ty) else { return false };
            let all = shape.one_of().chain(shape.any_of()).flat_map(|inner| inner.references());
            shape.references().chain(all).any(|reference| reference.type_name == resource.name())
        }
        Wanted::Declared(declared) => {
            let wanted = view.resolved(&Ty::Declared(declared));
            let same = |component: &Component| ty.component().is_some_and(|own| own.name == component.name);
            wanted.component().is_some_and(same)
                || matches!(wanted, Ty::Resource(wanted) if view.resource(ty) == Some(wanted))
        }
        Wanted::Any | Wanted::Truth | Wanted::Who | Wanted::What | Wanted::End | Wanted::Prose => false,
    }
}

/// What can be written in a text.
pub(super) fn in_text(view: &View<'_>, wanted: Wanted<'_>) -> Vec<Completion> {
    literals(view, wanted, false)
}

/// The values that are written out: of a limited set, or true and false.
fn literals(view: &View<'_>, wanted: Wanted<'_>, quotes: bool) -> Vec<Completion> {
    let text = |value: &str| {
        let written = if quotes { format!("\"{value}\"") } else { value.to_owned() };
        Completion::new(written, Offer::Value, "").rank(0)
    };
    let bare = |value: &str| Completion::new(value, Offer::Value, "").rank(0);
    let mut offers = Vec::new();
    match wanted {
        Wanted::Shape(_, shape) => of_shape(shape, &text, &bare, quotes, &mut offers),
        Wanted::Declared(ty) => of_type(view, ty, &text, quotes, 0, &mut offers),
        Wanted::Truth if quotes => offers.extend(["true", "false"].map(bare)),
        Wanted::Any | Wanted::Truth | Wanted::Who | Wanted::What | Wanted::End | Wanted::Prose => {}
    }
    offers
}

fn of_shape(
    shape: Shape,
    text: &dyn Fn(&str) -> Completion,
    bare: &dyn Fn(&str) -> Completion,
    quotes: bool,
    offers: &mut Vec<Completion>,
) {
    for one in std::iter::once(shape).chain(shape.one_of()).chain(shape.any_of()) {
        match one.kind() {
            Kind::Boolean if quotes => offers.extend(["true", "false"].map(bare)),
            Kind::Integer | Kind::Number if quotes => offers.extend(one.enum_values().map(bare)),
            Kind::Boolean | Kind::Integer | Kind::Number => {}
            Kind::String | Kind::Object | Kind::Map | Kind::List | Kind::Json | Kind::Union => {
                offers.extend(one.enum_values().map(text));
            }
        }
    }
}

fn of_type(
    view: &View<'_>,
    ty: &TypeExpr,
    text: &dyn Fn(&str) -> Completion,
    quotes: bool,
    depth: u32,
    offers: &mut Vec<Completion>,
) {
    if depth > 8 {
        return;
    }
    match &ty.kind {
        TypeExprKind::Literal(literal) => match &literal.kind {
            ExprKind::Text(value) => {
                if let [TextPiece::Literal(value, _)] = value.pieces.as_slice() {
                    offers.push(text(value));
                }
            }
            _ if quotes => offers.push(Completion::new(view.sources.slice(literal.span), Offer::Value, "").rank(0)),
            _ => {}
        },
        TypeExprKind::Union(members) => {
            members.iter().for_each(|member| of_type(view, member, text, quotes, depth + 1, offers));
        }
        TypeExprKind::Optional(inner) => of_type(view, inner, text, quotes, depth + 1, offers),
        TypeExprKind::Named(name) if name.name == "bool" && quotes => {
            offers.extend(["true", "false"].map(|value| Completion::new(value, Offer::Value, "").rank(0)));
        }
        TypeExprKind::Named(name) => {
            if let Some(alias) = view.program.type_alias(*name) {
                of_type(view, &alias.ty, text, quotes, depth + 1, offers);
            }
        }
        TypeExprKind::List(_) | TypeExprKind::Map(_) | TypeExprKind::Record(_) | TypeExprKind::Error => {}
    }
}

/// What stands behind the dot of a value.
pub(super) fn fields(view: &View<'_>, of: &Ty<'_>) -> Vec<Completion> {
    let members = view.members(of, 0).into_iter();
    members
        .map(|member| {
            let rank = if let Target::Own(..) = member.target {
                1
            } else if let Target::Attribute(..) = member.target {
                2
            } else if matches!(member.target, Target::Param(_) | Target::Property(..)) {
                4
            } else {
                0
            };
            of_local(view, &member).rank(rank)
        })
        .collect()
}

/// What can be granted on a value: its verbs, and actions.
pub(super) fn verbs(view: &View<'_>, written: &str, on: &Ty<'_>, action: bool) -> Vec<Completion> {
    let mut offers = Vec::new();
    if !action {
        let mut verbs = view.verbs(on, 0);
        if matches!(on, Ty::Unknown) {
            // On what, is not said yet: whatever has verbs can be meant.
            let all = (0..view.program.stacks.len()).flat_map(|at| view.stack_members(at));
            verbs = all.flat_map(|local| view.verbs(&local.ty, 0)).collect();
        }
        let offer = |name: Symbol| Completion::new(name.as_str(), Offer::Verb, "verb").rank(0);
        offers.extend(verbs.into_iter().map(|verb| offer(verb.name.name)));
    }
    let of_service = |prefix: &str| catalog().service(prefix).into_iter().flat_map(|service| service.actions());
    let likely = view.resource(on).and_then(|ty| ty.name().split("::").nth(1)).map(str::to_lowercase);
    let prefix = written.split_once(':').map(|(prefix, _)| prefix.to_owned());
    match prefix.or(likely.filter(|prefix| catalog().service(prefix).is_some())) {
        Some(prefix) => {
            offers.extend(
                of_service(&prefix)
                    .map(|action| Completion::new(action.to_string(), Offer::Verb, "IAM action").rank(2)),
            );
        }
        None => offers.extend(
            catalog()
                .services()
                .map(|service| Completion::new(format!("{}:", service.prefix()), Offer::Verb, service.name()).rank(3)),
        ),
    }
    offers
}
