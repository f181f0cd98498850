//! What AWS decides anew: versions of which the source says only the first part, and references to the latest of something.

use crate::check::{World, facts, known};
use crate::diag::{Diagnostic, codes};

/// A database's version says all that a deployment must not decide by itself.
pub(super) fn versions_are_complete(world: &mut World<'_>) {
    let model = world.model;
    for id in model.resource_ids() {
        let resource = model.resource(id);
        let Some((_, engine_at, version_at)) = facts::ENGINES.iter().find(|(ty, _, _)| resource.ty == **ty) else {
            continue;
        };
        let value = |property: &str| known(model, resource.stack, resource.properties.get(property)?);
        let (Some(engine), Some(version)) = (value(engine_at), value(version_at)) else { continue };
        let Some((_, parts)) = facts::VERSION_PARTS.iter().find(|(known, _)| *known == engine) else { continue };
        if version.split('.').count() < *parts {
            let message =
                format!("`{}` asks for `{engine}` {version} and leaves the rest of its version to AWS", resource.path);
            let example = format!("{version}.{}", vec!["4"; parts - version.split('.').count()].join("."));
            let at = resource.properties.get(version_at).map(|node| node.origin);
            let mut diagnostic =
                Diagnostic::new(codes::VERSION_LEFT_OPEN, model.origins.user_span(resource.origin), message)
                    .help(format!("name the version that was tested, such as `{example}`"));
            if let Some(at) = at.map(|origin| model.origins.user_span(origin)).filter(|at| !at.is_none()) {
                diagnostic = diagnostic.label(at, "the version");
            }
            world.found.push(diagnostic);
        }
    }
}

/// Nothing points to what AWS replaces from time to time, unless the source means it.
pub(super) fn references_stay(world: &mut World<'_>) {
    let model = world.model;
    for id in model.resource_ids() {
        let resource = model.resource(id);
        let mut moving: Vec<String> = Vec::new();
        resource.properties.each_template(&mut |text, _| {
            let known = crate::derive::known_text(model, resource.stack, text);
            let parameter = known.as_deref().and_then(latest);
            moving.extend(
                parameter.filter(|parameter| !moving.iter().any(|known| known == parameter)).map(str::to_owned),
            );
        });
        for parameter in moving {
            let message = format!("`{}` takes what `{parameter}` holds on the day it is deployed", resource.path);
            world.found.push(
                Diagnostic::new(codes::MOVING_REFERENCE, model.origins.user_span(resource.origin), message).help(
                    "where every deployment must be the same, name the value itself, or a version of the parameter",
                ),
            );
        }
    }
}

/// The parameter of AWS's own whose latest value a text asks for.
fn latest(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once(facts::OF_A_PARAMETER)?;
    let (parameter, _) = rest.split_once("}}")?;
    (parameter.starts_with(facts::AWS_PARAMETERS) && !parameter.contains(':')).then_some(parameter)
}

#[cfg(test)]
mod tests {
    use super::latest;

    #[test]
    fn the_latest_of_aws_moves_but_not_a_version_of_it_nor_a_parameter_of_our_own() {
        assert_eq!(latest("{{resolve:ssm:/aws/service/ami/latest}}"), Some("/aws/service/ami/latest"));
        assert_eq!(latest("{{resolve:ssm:/aws/service/ami/latest:7}}"), None);
        assert_eq!(latest("{{resolve:ssm:/own/image}}"), None);
        assert_eq!(latest("/aws/service/ami/latest"), None);
    }
}
