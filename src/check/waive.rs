//! Waivers: what they lift, and what is wrong with them.

use crate::base::Span;
use crate::derive::{JUDGES, covers, outside, within};
use crate::diag::{Code, Diagnostic, Label, codes};
use crate::eval::model::{Model, Waiver};
use crate::syntax::ast::Date;

/// Takes away what the waivers of one environment lift, and adds what is wrong with them. Without a day, none has ended.
/// A waiver that lifts nothing here may lift something in another environment: see [`used_waivers`].
pub fn waive(diagnostics: Vec<Diagnostic>, model: &Model, today: Option<Date>) -> Vec<Diagnostic> {
    let mut kept = diagnostics;
    for waiver in &model.waivers {
        judge(waiver, model, today, &mut kept);
    }
    kept
}

/// The places of the waivers that did lift something, given what [`waive`] left.
pub fn used_waivers(model: &Model, left: &[Diagnostic]) -> Vec<Span> {
    let unused = |waiver: &&Waiver| {
        left.iter().any(|diagnostic| diagnostic.code == codes::UNUSED_WAIVER && diagnostic.span() == waiver.span)
    };
    model.waivers.iter().filter(|waiver| !unused(waiver)).map(|waiver| waiver.span).collect()
}

/// Takes away what waivers lift of that which was found of all environments together. Gives what is left, and the places of the
/// waivers that lifted something.
pub fn waive_across(
    diagnostics: Vec<Diagnostic>,
    models: &[&Model],
    today: Option<Date>,
) -> (Vec<Diagnostic>, Vec<Span>) {
    let mut kept = diagnostics;
    let mut used = Vec::new();
    for waiver in models.iter().flat_map(|model| &model.waivers) {
        let ended = waiver.until.is_some_and(|until| today.is_some_and(|today| until < today));
        let Some(code) = Code::find(waiver.rule.as_str()).filter(|code| code.waivable() && !ended) else { continue };
        let before = kept.len();
        kept.retain(|diagnostic| !lifts(waiver, code, diagnostic));
        if kept.len() < before {
            used.push(waiver.span);
        }
    }
    (kept, used)
}

fn lifts(waiver: &Waiver, code: Code, diagnostic: &Diagnostic) -> bool {
    let covered = |label: &Label| within(label.span, waiver.covers);
    diagnostic.code == code && diagnostic.code.waivable() && diagnostic.labels.iter().any(covered)
}

fn judge(waiver: &Waiver, model: &Model, today: Option<Date>, kept: &mut Vec<Diagnostic>) {
    let rule = waiver.rule.as_str();
    if waiver.because.as_deref().is_none_or(|reason| reason.trim().is_empty()) {
        let message = format!("the waiver of `{rule}` gives no reason");
        kept.push(
            Diagnostic::new(codes::WAIVER_WITHOUT_REASON, waiver.span, message)
                .help(format!("write `@waive({rule}, because \"…\")`")),
        );
    }
    if let Some(until) = waiver.until.filter(|until| today.is_some_and(|today| *until < today)) {
        let message = format!("the waiver of `{rule}` ended on {}", day(until));
        kept.push(
            Diagnostic::new(codes::WAIVER_EXPIRED, waiver.span, message)
                .help("mend what it lifted, or give it a new date and say why"),
        );
        return;
    }
    let lifts = if outside(rule).is_some() {
        // What is derived later, such as a bucket's policy, is not known here: types alone do not decide.
        waiver.everywhere || model.resource_ids().any(|id| covers(model, waiver, model.resource(id).origin))
    } else {
        let Some(code) = Code::find(rule) else {
            kept.push(unknown(waiver));
            return;
        };
        if !code.waivable() && !codes::ALL.contains(&code) {
            let message = format!("`{rule}` is demanded of every system, and cannot be waived");
            kept.push(
                Diagnostic::new(codes::NOT_WAIVABLE, waiver.rule_span, message)
                    .why("a policy that each system could lift for itself would bind none")
                    .help("take the mark away and mend what it says, or talk to those who demand it"),
            );
            return;
        }
        if !code.waivable() {
            let message = format!("`{rule}` cannot be waived");
            kept.push(
                Diagnostic::new(codes::NOT_WAIVABLE, waiver.rule_span, message)
                    .help(format!("take the mark away and mend what it says: `infrac explain {rule}`")),
            );
            return;
        }
        let before = kept.len();
        kept.retain(|diagnostic| !lifts(waiver, code, diagnostic));
        kept.len() < before
    };
    if !lifts {
        let message = format!("the waiver of `{rule}` lifts nothing");
        kept.push(
            Diagnostic::new(codes::UNUSED_WAIVER, waiver.span, message)
                .label(waiver.covers, "there is nothing to lift here")
                .help("take the mark away")
                .fix("take the mark away", waiver.span, ""),
        );
    }
}

fn unknown(waiver: &Waiver) -> Diagnostic {
    let rule = waiver.rule.as_str();
    let span = waiver.rule_span;
    if let Some((judge, _)) = rule.split_once('.') {
        let known: Vec<&str> = JUDGES.iter().map(|(name, _)| *name).collect();
        let diagnostic = Diagnostic::new(codes::UNKNOWN_CODE, span, format!("there is no judge `{judge}`"));
        let names = crate::diag::quoted_list(known.iter().copied(), known.len());
        return diagnostic.help(format!("outside judges are {names}"));
    }
    let known = codes::ALL.iter().filter(|code| code.waivable()).map(|code| code.name());
    Diagnostic::new(codes::UNKNOWN_CODE, span, format!("there is no rule `{rule}`")).did_you_mean(span, rule, known)
}

/// A day, as the language writes it.
pub fn day(date: Date) -> String {
    format!("{:04}-{:02}-{:02}", date.year, date.month, date.day)
}
