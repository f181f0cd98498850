//! The difference as people read it.

use std::fmt::{self, Write as _};

use crate::base::Span;
use crate::diff::statements::shown;
use crate::diff::{
    Access, AccessChange, Action, Blocked, Cause, CauseKind, Data, Difference, Exposure, ExposureChange, Phases,
    Replacement, ResourceDifference, StackDifference, UpdateKind, Verdict,
};

/// Longer values are cut.
const SHOWN: usize = 60;

/// What changes, stack by stack, then who gains what, then the verdict. `place` gives a place as `file:line:column`.
pub fn to_text(difference: &Difference, place: &dyn Fn(Span) -> Option<String>) -> String {
    let mut text = String::new();
    // Writing to a `String` does not fail.
    let _ = write(&mut text, difference, place);
    text
}

fn write(text: &mut String, difference: &Difference, place: &dyn Fn(Span) -> Option<String>) -> fmt::Result {
    for each in &difference.stacks {
        stack(text, each, place)?;
    }
    if !difference.access.is_empty() {
        writeln!(text, "access")?;
        for each in &difference.access {
            access(text, each, place)?;
        }
        writeln!(text)?;
    }
    if !difference.exposure.is_empty() {
        writeln!(text, "exposure")?;
        for each in &difference.exposure {
            exposure(text, each, place)?;
        }
        writeln!(text)?;
    }
    phases(text, &difference.phases)?;
    let sentence = match difference.verdict {
        Verdict::None => "nothing changes",
        Verdict::Safe => "safe: nothing is replaced, lost or opened",
        Verdict::Review => "a person should look at this",
        Verdict::Phased => "CloudFormation refuses this in one update; it takes several",
        Verdict::Unsafe => "CloudFormation refuses this, and no sequence of updates is known that does it without loss",
    };
    writeln!(text, "{sentence}")
}

/// The updates, where it takes more than one of each stack in the usual order.
fn phases(text: &mut String, phases: &Phases) -> fmt::Result {
    if let Some(why) = &phases.impossible {
        return writeln!(text, "no safe way: {why}\n");
    }
    if phases.usual {
        return Ok(());
    }
    for (at, phase) in phases.phases.iter().enumerate() {
        writeln!(text, "phase {} ({}): {}", at + 1, phase.id, phase.why)?;
        for update in &phase.updates {
            let what = match update.kind {
                UpdateKind::Final => "",
                UpdateKind::Passing(_) => "  for the time being",
                UpdateKind::Delete => "  deleted",
                UpdateKind::Refactor(_) => "  refactored",
            };
            let because =
                if update.because.is_empty() { String::new() } else { format!(": {}", update.because.join(", ")) };
            let loses = if update.loses { "  (no way back: data is lost)" } else { "" };
            writeln!(text, "  {}{what}{because}{loses}", update.stack)?;
        }
    }
    writeln!(text)
}

fn stack(text: &mut String, stack: &StackDifference, place: &dyn Fn(Span) -> Option<String>) -> fmt::Result {
    let changed: Vec<&ResourceDifference> = stack
        .resources
        .iter()
        .filter(|resource| resource.action != Action::None || !resource.causes.is_empty())
        .collect();
    let same = stack.resources.len() - changed.len();
    let unchanged = if same == 0 { String::new() } else { format!(" ({same} unchanged)") };
    writeln!(text, "{}{unchanged}", stack.stack)?;
    for each in changed {
        resource(text, each, place)?;
    }
    for output in &stack.outputs {
        let name = output.export.as_ref().map(|name| format!(" (export {})", shown(name))).unwrap_or_default();
        let values = values(output.from.as_ref(), output.to.as_ref());
        writeln!(text, "  output {}{name}: {values}{}", output.output, at(place, output.span))?;
    }
    for note in &stack.notes {
        writeln!(text, "  note: {note}")?;
    }
    writeln!(text)
}

fn resource(text: &mut String, resource: &ResourceDifference, place: &dyn Fn(Span) -> Option<String>) -> fmt::Result {
    let (sign, what) = match (resource.action, resource.replacement) {
        (Action::Add, _) => ("+", "is added"),
        (Action::Remove, _) => ("-", "goes away"),
        (Action::Move, _) => (">", "moves"),
        (Action::Modify, Replacement::Always) => ("!", "is replaced"),
        (Action::Modify, Replacement::Maybe) => ("?", "may be replaced"),
        (Action::Modify, Replacement::Never) => ("~", "changes in place"),
        (Action::None, _) => (" ", "stays; a value it reads may change"),
    };
    let mut facts = Vec::new();
    let may = if resource.replacement == Replacement::Maybe { "may be " } else { "" };
    match resource.data {
        Data::Kept => {}
        Data::Snapshot => facts.push(String::from("a snapshot of its data stays")),
        Data::Retained => facts.push(String::from("the old one stays, outside of the stack")),
        Data::Lost => facts.push(if may.is_empty() {
            String::from("its data is lost")
        } else {
            String::from("its data may be lost")
        }),
    }
    if resource.downtime {
        facts.push(String::from("out of service for a while"));
    }
    if let Some(from) = &resource.moved {
        facts.push(format!("it comes from {from}"));
    }
    let facts = if facts.is_empty() { String::new() } else { format!("; {}", facts.join("; ")) };
    let at = if resource.causes.is_empty() { at(place, resource.span) } else { String::new() };
    writeln!(text, "  {sign} {} ({}) {what}{facts}{at}", resource.logical_id, resource.ty)?;
    for each in &resource.causes {
        cause(text, each, place)?;
    }
    match &resource.blocked {
        None => Ok(()),
        Some(Blocked::Named(path, name)) => writeln!(
            text,
            "      refused: the new one would need the name `{name}` ({path}) while the old one still has it"
        ),
        Some(Blocked::Type(old)) => {
            writeln!(
                text,
                "      refused: an update cannot make another type of it (it is {old}); use another logical id"
            )
        }
        Some(Blocked::Fixed(path)) => {
            writeln!(text, "      refused: no update may change {path}; use another logical id")
        }
    }
}

fn cause(text: &mut String, cause: &Cause, place: &dyn Fn(Span) -> Option<String>) -> fmt::Result {
    let why = match (cause.kind, cause.requires) {
        (CauseKind::CreateOnly, Replacement::Always) => "  replaces it",
        (CauseKind::CreateOnly, Replacement::Maybe) => "  replaces it if the value differs",
        (CauseKind::CreateOnly, Replacement::Never) => "",
        (CauseKind::Conditional, _) => "  may replace it",
        (CauseKind::Unknown, _) => "  nothing is known of this; it may replace it",
        (CauseKind::Updatable, _) => "",
        (CauseKind::Propagated, Replacement::Always) => "  replaces it",
        (CauseKind::Propagated, Replacement::Maybe) => "  may replace it",
        (CauseKind::Propagated, Replacement::Never) => "",
    };
    let values = match &cause.through {
        Some(through) => format!("follows {through}"),
        None => values(cause.from.as_ref(), cause.to.as_ref()),
    };
    writeln!(text, "      {}: {values}{why}{}", cause.path, at(place, cause.span))
}

fn access(text: &mut String, access: &Access, place: &dyn Fn(Span) -> Option<String>) -> fmt::Result {
    let change = match access.change {
        AccessChange::Gained => "gained",
        AccessChange::Broadened => "broadened",
        AccessChange::Narrowed => "narrowed",
        AccessChange::Lost => "lost",
    };
    let Access { principal, action, resource, .. } = access;
    writeln!(text, "  {change:9} {principal}: {action} on {resource}{}", at(place, access.span))
}

fn exposure(text: &mut String, exposure: &Exposure, place: &dyn Fn(Span) -> Option<String>) -> fmt::Result {
    let change = match exposure.change {
        ExposureChange::Public => "public: ",
        ExposureChange::Weakened => "no longer certain: ",
    };
    let values = if exposure.from.is_none() && exposure.to.is_none() {
        String::new()
    } else {
        format!(" ({}: {})", exposure.path, values(exposure.from.as_ref(), exposure.to.as_ref()))
    };
    writeln!(text, "  {}: {change}{}{values}{}", exposure.logical_id, exposure.about, at(place, exposure.span))
}

fn values(from: Option<&crate::cfn::Value>, to: Option<&crate::cfn::Value>) -> String {
    let short = |value: Option<&crate::cfn::Value>| {
        let text = value.map_or_else(|| String::from("nothing"), shown).replace('\n', "\\n");
        if text.chars().count() <= SHOWN { text } else { text.chars().take(SHOWN).chain(['…']).collect() }
    };
    format!("{} → {}", short(from), short(to))
}

fn at(place: &dyn Fn(Span) -> Option<String>, span: Span) -> String {
    place(span).map(|at| format!("  {at}")).unwrap_or_default()
}
