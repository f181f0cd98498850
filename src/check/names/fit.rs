//! Every name is as long, and of such letters, as AWS takes it: in each environment, and for every value that its params may have.

use crate::base::Span;
use crate::catalog::{NameCase, catalog};
use crate::check::World;
use crate::check::facts::{EXPORT_NAME, STACK_NAME};
use crate::derive::known_text;
use crate::derive::template::Json;
use crate::diag::{Diagnostic, codes};
use crate::eval::spread::{Limits, Problem, Spread, Verdict, fit, say};
use crate::eval::value::Template;

/// A name and what is needed to speak of it.
struct Named<'a> {
    /// What has it: "`Files.letters`".
    whose: String,
    /// What such things are called.
    kind: String,
    /// The name in this environment, if it is known.
    known: Option<String>,
    template: &'a Template,
    spread: Spread,
    at: Span,
    /// The rule that made it.
    rule: Span,
}

/// Every resource's name is one that its type takes.
pub(in crate::check) fn names_fit(world: &mut World<'_>) {
    let model = world.model;
    for id in model.resource_ids() {
        let resource = model.resource(id);
        let Some(name) = resource.name.as_ref().filter(|name| name.property.is_some()) else { continue };
        let Some(rules) = catalog().resource_type(resource.ty.as_str()).and_then(|ty| ty.name_rules()) else {
            continue;
        };
        let limits = Limits {
            least: rules.min(),
            most: rules.max(),
            pattern: rules.pattern().map(|pattern| (pattern, false)),
            ..Limits::default()
        };
        let named = Named {
            whose: format!("`{}`", resource.path),
            kind: format!("`{}`", resource.ty),
            known: known_text(model, resource.stack, &name.text),
            template: &name.text,
            spread: name.spread,
            at: model.origins.user_span(resource.origin),
            rule: model.origins.user_span(name.origin),
        };
        let help =
            Some("give it another part of the name with `id = \"…\"`, or give the type a rule of its own in `naming`");
        let fits = check(world, &named, &limits, help);
        // What AWS keeps for itself is asked for on its own: the rest of the limits explains nothing there.
        if let (true, Some(reserved)) = (fits, rules.reserved()) {
            check(world, &named, &Limits { pattern: Some((reserved, false)), ..Limits::default() }, help);
        }
        if let (true, Some(NameCase::Lower), Some(name)) = (fits, rules.case(), named.known.as_deref())
            && name.chars().any(char::is_uppercase)
        {
            let (lower, whose) = (name.to_lowercase(), &named.whose);
            let message = format!("the name `{name}` of {whose} is kept by AWS as `{lower}`");
            let diagnostic = Diagnostic::new(codes::NAME_INVALID, named.at, message)
                .label(named.rule, "spelled here")
                .why("whatever names it as it is spelled here, a policy or a script, names nothing")
                .help(format!("write `{lower}`"));
            world.found.push(diagnostic);
        }
    }
}

/// Every stack's name and every export's is one that CloudFormation takes.
pub(in crate::check) fn stacks_fit(world: &mut World<'_>) {
    let model = world.model;
    let limits_of = |(least, most, pattern): (u32, u32, &'static str)| Limits {
        least: Some(least),
        most: Some(most),
        pattern: Some((pattern, true)),
        ..Limits::default()
    };
    for stack in &model.stacks {
        let template = Template::literal(&stack.physical_name);
        let at = model.origins.user_span(stack.origin);
        let named = Named {
            whose: format!("stack `{}`", stack.name),
            kind: String::from("stack"),
            known: Some(stack.physical_name.clone()),
            template: &template,
            spread: stack.name_spread,
            at,
            rule: Span::NONE,
        };
        check(
            world,
            &named,
            &limits_of(STACK_NAME),
            Some("change the rule `stack = …` in `naming`, or write `as \"…\"`"),
        );
    }
    let mut exports = Vec::new();
    for template in &world.derived.templates {
        for (name, output) in &template.outputs {
            let Some(Json::Text(export)) = output.export.as_ref().map(|export| &export.json) else { continue };
            exports.push((model.stack(template.stack).name, name.clone(), export.clone(), output.origin));
        }
    }
    for (stack, name, export, origin) in exports {
        let named = Named {
            whose: format!("output `{name}` of stack `{stack}`"),
            kind: String::from("export"),
            known: Some(export),
            template: &Template::default(),
            spread: Spread::NONE,
            at: model.origins.user_span(origin),
            rule: Span::NONE,
        };
        check(
            world,
            &named,
            &limits_of(EXPORT_NAME),
            Some("change the rule `export = …` in `naming`, or write `as \"…\"`"),
        );
    }
}

/// Whether a name keeps limits in this environment and for every value; if not, that is told.
fn check(world: &mut World<'_>, named: &Named<'_>, limits: &Limits<'_>, help: Option<&str>) -> bool {
    let model = world.model;
    let problem = named.known.as_deref().and_then(|name| Some((name, limits.refuse(name)?)));
    if let Some((name, problem)) = problem {
        let kind = &named.kind;
        let (code, said) = match problem {
            Problem::TooLong(count, most) => {
                let over = count - usize::try_from(most).unwrap_or(0);
                (codes::NAME_TOO_LONG, format!("has {count} characters, {over} more than a {kind} may have"))
            }
            Problem::TooShort(count, least) => {
                (codes::NAME_INVALID, format!("has {count} characters, a {kind} needs {least}"))
            }
            Problem::Pattern | Problem::Word => {
                let pattern = limits.pattern.map(|(pattern, _)| pattern).unwrap_or_default();
                (codes::NAME_INVALID, format!("does not match `/{pattern}/`, as a {kind} must"))
            }
        };
        let message = format!("the name `{name}` of {} {said}", named.whose);
        let mut diagnostic = Diagnostic::new(code, named.at, message).label(named.rule, "named here");
        // One rule that does not suit is one mistake, however many names it makes.
        if !named.rule.is_none() {
            diagnostic = diagnostic.root_at(&[named.rule]);
        }
        if let Some(help) = help {
            diagnostic = diagnostic.help(help);
        }
        world.found.push(diagnostic);
        return false;
    }
    if named.spread.is_none() {
        return true;
    }
    let parts = model.spreads.parts(named.spread, named.template);
    let Verdict::Breaks(found) = fit(&model.spreads, &parts, limits, model) else { return true };
    let what = format!("the name of {}, a {},", named.whose, named.kind);
    world.found.push(say::text(&model.spreads, &found, &what, limits, named.at).label(named.rule, "named here"));
    false
}
