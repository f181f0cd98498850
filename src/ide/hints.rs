//! What sources leave unsaid, shown between their letters: what a name becomes, and how long it may be; what a value is in each
//! environment; how large an address range is.

use crate::base::{FileId, HashMap, Span, Symbol};
use crate::driver::Analysis;
use crate::eval::model::{Model, Resource};
use crate::ide::hover::{settled_in, still};
use crate::ide::scope::Scope;
use crate::ide::ty::Wanted;
use crate::ide::view::{View, each_item};
use crate::ide::walk::{Listener, Walk};
use crate::ide::words;
use crate::syntax::ast::{Expr, ExprKind, Ident, ItemKind};

/// A hint behind a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint {
    /// Behind what it stands.
    pub after: Span,
    /// What it says.
    pub text: String,
    /// More of it, for who asks.
    pub more: String,
}

/// The hints in a part of a file.
pub fn hints(view: &View<'_>, file: FileId, from: u32, to: u32) -> Vec<Hint> {
    let mut ranges = Ranges(Vec::new());
    Walk::file(view, file, &mut ranges);
    let mut hints = ranges.0;
    if let Some(known) = view.known {
        let built = Built::of(known);
        for item in view.items(file) {
            each_item(item, &mut |item| {
                if let ItemKind::Instance(instance) = &item.kind {
                    hints.extend(of_instance(view, known, &built, instance.name, instance.ty.span));
                } else if let ItemKind::Let(binding) = &item.kind
                    && !is_literal(&binding.value)
                {
                    hints.extend(of_value(view, known, binding.name, binding.value.span));
                }
            });
        }
    }
    hints.retain(|hint| from <= hint.after.hi && hint.after.hi <= to);
    hints.sort_by_key(|hint| (hint.after.hi, hint.text.clone()));
    hints
}

struct Ranges(Vec<Hint>);

impl<'p> Listener<'p> for Ranges {
    fn value(&mut self, expr: &'p Expr, _wanted: Wanted<'p>, _scope: &Scope<'_, 'p>) {
        if let ExprKind::Cidr(range) = &expr.kind {
            let bits = u32::from(range.max_prefix_len() - range.prefix_len());
            // A single address says so itself, and of those of the sixth version nobody counts any.
            if (1..32).contains(&bits) {
                let text = format!("{} addresses", 1_u64 << bits);
                let more = format!("{} to {}", range.network(), range.broadcast());
                self.0.push(Hint { after: expr.span, text, more });
            }
        }
    }
}

/// Whether a value says itself what it is.
fn is_literal(expr: &Expr) -> bool {
    !matches!(
        expr.kind,
        ExprKind::Name(_)
            | ExprKind::Field(..)
            | ExprKind::Call(..)
            | ExprKind::Binary(..)
            | ExprKind::Unary(..)
            | ExprKind::If(..)
            | ExprKind::Per(..)
            | ExprKind::Index(..)
            | ExprKind::Compare(..)
    )
}

/// What environments build, by the names of instances.
struct Built<'a>(HashMap<Symbol, Vec<(&'a Model, Span, &'a Resource)>>);

impl<'a> Built<'a> {
    fn of(known: &'a Analysis) -> Built<'a> {
        let mut built: HashMap<Symbol, Vec<(&'a Model, Span, &'a Resource)>> = HashMap::default();
        for one in &known.environments {
            for instance in &one.model.instances {
                let Some(resource) = instance.resource.and_then(|id| one.model.resources.get(id.index())) else {
                    continue;
                };
                let place = one.model.origins.span(instance.origin);
                built.entry(instance.name).or_default().push((&one.model, place, resource));
            }
        }
        Built(built)
    }
}

/// The longest name that an instance gets in some environment, with its length against the limit.
fn of_instance(view: &View<'_>, known: &Analysis, built: &Built<'_>, name: Ident, after: Span) -> Option<Hint> {
    let mut names: Vec<(usize, String, String)> = Vec::new();
    for (model, place, resource) in built.0.get(&name.name)? {
        let here = place.contains(name.span);
        if !here || !still(view, known, Span { file: place.file, ..name.span }, name.span) {
            continue;
        }
        let Some(physical) = &resource.name else { continue };
        let text = crate::derive::known_text(model, resource.stack, &physical.text)
            .unwrap_or_else(|| words::template(model, &physical.text));
        let told = match crate::ide::hover::measured(resource, &text) {
            Some(length) => format!("{} ({length})", words::shortened(&text)),
            None => words::shortened(&text),
        };
        names.push((text.chars().count(), told, model.environment.name.to_string()));
    }
    let (_, text, _) = names.iter().max_by_key(|(length, ..)| *length)?.clone();
    let mut lines: Vec<String> =
        names.iter().take(20).map(|(_, told, environment)| format!("{environment}: {told}")).collect();
    lines.dedup();
    Some(Hint { after, text, more: lines.join("\n") })
}

/// What a value is in each environment, if that is short.
fn of_value(view: &View<'_>, known: &Analysis, name: Ident, after: Span) -> Option<Hint> {
    const SHORT: usize = 48;
    let lines = settled_in(view, known, name);
    let text = match lines.as_slice() {
        [] => return None,
        [(_, one)] => one.clone(),
        several => several.iter().map(|(names, value)| format!("{names}: {value}")).collect::<Vec<String>>().join(", "),
    };
    let more = lines.iter().map(|(names, value)| format!("{names}: {value}")).collect::<Vec<String>>().join("\n");
    (text.chars().count() <= SHORT).then(|| Hint { after, text: format!("= {text}"), more })
}
