//! What is around a place: the pieces of source that a selection grows to, and the call whose values are being written.

use crate::base::{FileId, Span};
use crate::eval::usage;
use crate::ide::hover::of_param;
use crate::ide::names::names;
use crate::ide::scope::Scope;
use crate::ide::ty::{Keys, Wanted};
use crate::ide::view::{View, each_item};
use crate::ide::walk::{Listener, Walk};
use crate::resolve::words::BUILTINS;
use crate::syntax::ast::{Entry, Expr, ExprKind, Ident};

/// The pieces around a place, the smallest first.
pub fn pieces(view: &View<'_>, file: FileId, offset: u32) -> Vec<Span> {
    struct Around {
        offset: u32,
        found: Vec<Span>,
    }
    impl Around {
        fn add(&mut self, span: Span) {
            if span.lo <= self.offset && self.offset <= span.hi {
                self.found.push(span);
            }
        }
    }
    impl<'p> Listener<'p> for Around {
        fn value(&mut self, expr: &'p Expr, _wanted: Wanted<'p>, _scope: &Scope<'_, 'p>) {
            self.add(expr.span);
        }
        fn key(&mut self, _key: Ident, entry: &'p Entry, _keys: Keys<'p>, _beside: &[Ident]) {
            self.add(entry.span);
        }
    }
    let mut around = Around { offset, found: Vec::new() };
    Walk::file(view, file, &mut around);
    names(view, file).iter().for_each(|name| around.add(name.place));
    for item in view.items(file) {
        each_item(item, &mut |item| around.add(item.span));
    }
    around.add(Span::new(file, 0, view.text(file).len()));
    let mut found = around.found;
    found.sort_by_key(|span| (span.hi - span.lo, span.lo));
    let mut pieces: Vec<Span> = Vec::new();
    for span in found {
        // Each holds the one before it.
        if pieces.last().is_none_or(|last| span.lo <= last.lo && last.hi <= span.hi && span != *last) {
            pieces.push(span);
        }
    }
    pieces
}

/// A function whose values are being written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// How it is called: its forms.
    pub forms: Vec<Form>,
    /// Which of its values the cursor stands in, from 0.
    pub at: u32,
}

/// How a function is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    /// All of it.
    pub text: String,
    /// Its params.
    pub params: Vec<String>,
}

/// The call around a place.
pub fn call(view: &View<'_>, file: FileId, offset: u32) -> Option<Call> {
    struct Find<'w, 'p> {
        view: &'w View<'p>,
        offset: u32,
        found: Option<Call>,
    }
    impl<'p> Listener<'p> for Find<'_, 'p> {
        fn value(&mut self, expr: &'p Expr, _wanted: Wanted<'p>, scope: &Scope<'_, 'p>) {
            let ExprKind::Call(callee, arguments) = &expr.kind else { return };
            if self.offset <= callee.span.hi || expr.span.hi <= self.offset {
                return;
            }
            let before = arguments.iter().take_while(|argument| argument.value.span.hi < self.offset).count();
            let forms = if let Some(function) = self.view.infer(callee, scope, 0).function() {
                let param = |param| of_param(self.view, param).trim_start_matches("param ").to_owned();
                let params: Vec<String> = function.params.iter().map(param).collect();
                vec![Form { text: format!("{}({})", function.name.name, params.join(", ")), params }]
            } else if let ExprKind::Name(name) = &callee.kind
                && BUILTINS.contains(&name.as_str())
            {
                usage(name.as_str()).split("` or `").map(form).collect()
            } else {
                return;
            };
            // What is further inside comes later.
            self.found = Some(Call { forms, at: u32::try_from(before).unwrap_or_default() });
        }
    }
    let mut find = Find { view, offset, found: None };
    Walk::file(view, file, &mut find);
    find.found
}

/// `name(a, b)` in its parts.
fn form(usage: &str) -> Form {
    let inside = usage.split_once('(').map(|(_, rest)| rest.trim_end_matches(')')).unwrap_or_default();
    let params = inside.split(", ").filter(|param| !param.is_empty()).map(str::to_owned).collect();
    Form { text: usage.to_owned(), params }
}
