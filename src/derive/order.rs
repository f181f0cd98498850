//! The graph of stacks: explicit edges, circles reported, and names that give way.

use crate::derive::build::Build;
use crate::derive::template::{EdgeKind, StackEdge};
use crate::diag::{Diagnostic, codes};
use crate::eval::model::{After, Model, StackId};

/// Whether a chain of edges that are enforced leads from one stack to another.
pub fn reaches(edges: &[StackEdge], from: StackId, to: StackId) -> bool {
    path(edges, from, to).is_some()
}

/// A shortest chain of edges that are enforced. A stack reaches itself by no edge.
fn path(edges: &[StackEdge], from: StackId, to: StackId) -> Option<Vec<&StackEdge>> {
    let mut paths: Vec<(StackId, Vec<&StackEdge>)> = vec![(from, Vec::new())];
    let mut seen = vec![from];
    let mut next = 0;
    while let Some((at, taken)) = paths.get(next).cloned() {
        if at == to {
            return Some(taken);
        }
        for edge in edges.iter().filter(|edge| edge.before == at && edge.kind != EdgeKind::Name) {
            if !seen.contains(&edge.after) {
                seen.push(edge.after);
                let mut longer = taken.clone();
                longer.push(edge);
                paths.push((edge.after, longer));
            }
        }
        next += 1;
    }
    None
}

impl Build<'_> {
    /// `after` between stacks.
    pub fn explicit_edges(&mut self) {
        let model = self.model;
        for after in model.stack_ids() {
            for (target, span) in &model.stack(after).after {
                match target {
                    After::Stack(before) => self.edge_at(StackEdge {
                        before: *before,
                        after,
                        kind: EdgeKind::Explicit,
                        what: format!("after {}", model.stack(*before).name),
                        via: None,
                        span: *span,
                    }),
                    // Steps and externals are no stacks: the plan orders them.
                    After::Step(_) | After::External(_) => {}
                }
            }
        }
    }

    /// Reports circles of what is enforced; then drops names, the latest first said last, where they would close one.
    pub fn settle_order(&mut self) {
        let (names, enforced): (Vec<StackEdge>, Vec<StackEdge>) =
            std::mem::take(&mut self.edges).into_iter().partition(|edge| edge.kind == EdgeKind::Name);
        self.report_circles(&enforced);
        let mut kept = enforced;
        for name in names {
            // As strong as the others while circles are looked for: two names must not close one between them, either.
            let as_enforced = StackEdge { kind: EdgeKind::Explicit, ..name.clone() };
            if !reaches(&kept, name.after, name.before) {
                kept.push(as_enforced);
                self.edges.push(name);
            }
        }
        kept.truncate(kept.len() - self.edges.len());
        self.edges.splice(0..0, kept);
        self.edges.sort_by(|a, b| {
            (a.after, a.before, a.kind, &a.what, &a.via).cmp(&(b.after, b.before, b.kind, &b.what, &b.via))
        });
    }

    fn report_circles(&mut self, enforced: &[StackEdge]) {
        let mut reported: Vec<StackId> = Vec::new();
        for edge in enforced {
            if reported.contains(&edge.before) {
                continue;
            }
            let Some(back) = path(enforced, edge.after, edge.before) else { continue };
            let shortest = enforced
                .iter()
                .filter(|other| back.iter().any(|step| step.before == other.before) || other.before == edge.before)
                .filter_map(|other| {
                    let back = path(enforced, other.after, other.before)?;
                    Some(std::iter::once(other).chain(back).collect::<Vec<_>>())
                })
                .min_by_key(Vec::len)
                .unwrap_or_default();
            reported.extend(shortest.iter().map(|edge| edge.before));
            reported.extend(back.iter().map(|step| step.before));
            reported.push(edge.before);
            let diagnostic = circle(self.model, &shortest);
            self.diagnostics.extend(diagnostic);
        }
    }
}

fn circle(model: &Model, edges: &[&StackEdge]) -> Option<Diagnostic> {
    let first = edges.first()?;
    let name = |stack: StackId| model.stack(stack).name;
    let mut round: Vec<String> = edges.iter().map(|edge| format!("`{}`", name(edge.after))).collect();
    round.insert(0, format!("`{}`", name(first.before)));
    let message = format!("stacks need each other in a circle: {}", round.join(" before "));
    let says = |edge: &StackEdge| match edge.kind {
        EdgeKind::Explicit => format!("`{}` comes after `{}`", name(edge.after), name(edge.before)),
        EdgeKind::Import | EdgeKind::Parameter | EdgeKind::Upload | EdgeKind::Name => {
            format!("`{}` uses `{}`", name(edge.after), edge.what)
        }
    };
    let mut diagnostic = Diagnostic::new(codes::STACK_CYCLE, first.span, message).here(says(first));
    for edge in edges.iter().skip(1) {
        diagnostic = diagnostic.label(edge.span, says(edge));
    }
    let explicit = edges.iter().find(|edge| edge.kind == EdgeKind::Explicit);
    let help = match explicit {
        Some(edge) => format!("take `after {}` away from stack `{}`", name(edge.before), name(edge.after)),
        None => {
            let cheapest = edges.iter().min_by_key(|edge| {
                edges.iter().filter(|other| other.before == edge.before && other.after == edge.after).count()
            })?;
            let used = cheapest.what.rsplit_once('.').map_or(cheapest.what.as_str(), |(resource, _)| resource);
            let own = used.rsplit('.').next().unwrap_or(used);
            format!(
                "declare `{own}` in stack `{}`, where it is used, or use its name, which needs no export, in the place of `{}`",
                name(cheapest.after),
                cheapest.what
            )
        }
    };
    Some(diagnostic.help(help))
}
