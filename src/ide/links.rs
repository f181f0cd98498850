//! What a source names that can be opened: files, folders, AWS's pages.

use std::path::{Path, PathBuf};

use crate::base::{FileId, Span};
use crate::ide::limits;
use crate::ide::names::names;
use crate::ide::scope::Scope;
use crate::ide::target::Target;
use crate::ide::ty::Wanted;
use crate::ide::view::{View, each_item};
use crate::ide::walk::{Listener, Walk};
use crate::syntax::ast::{Expr, ExprKind, ItemKind, TextPiece};

/// A piece of source that leads somewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The piece.
    pub place: Span,
    /// Where it leads.
    pub to: Place,
}

/// Where a link leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A file or a folder, if it is there.
    Path(PathBuf),
    /// A page of the web.
    Page(String),
}

/// The links of a file, in order.
pub fn links(view: &View<'_>, file: FileId) -> Vec<Link> {
    let Some(source) = view.sources.get(file) else { return Vec::new() };
    let folder = Path::new(&source.shown).parent().unwrap_or(Path::new(""));
    let mut paths = Paths(Vec::new());
    Walk::file(view, file, &mut paths);
    for item in view.items(file) {
        each_item(item, &mut |item| {
            if let ItemKind::Use(used) = &item.kind {
                paths.0.push(&used.path);
            } else if let ItemKind::External(external) = &item.kind {
                paths.0.extend(&external.from);
            }
        });
    }
    let named = paths.0.into_iter().filter_map(|path| {
        let to = Place::Path(folder.join(literal(path)?));
        Some(Link { place: path.span, to })
    });
    let mut links: Vec<Link> = named.collect();
    for name in names(view, file) {
        if let Target::Resource(ty) = name.target
            && let Some(page) = limits::page(ty)
        {
            links.push(Link { place: name.place, to: Place::Page(page) });
        }
    }
    links.sort_by_key(|link| link.place);
    links.dedup_by_key(|link| link.place);
    links
}

/// What `file("…")` and `asset("…")` name.
struct Paths<'p>(Vec<&'p Expr>);

impl<'p> Listener<'p> for Paths<'p> {
    fn value(&mut self, expr: &'p Expr, _wanted: Wanted<'p>, _scope: &Scope<'_, 'p>) {
        if let ExprKind::Call(callee, arguments) = &expr.kind
            && let ExprKind::Name(name) = &callee.kind
            && (*name == "file" || *name == "asset")
        {
            self.0.extend(arguments.first().map(|argument| &argument.value));
        }
    }
}

/// A text without anything that would have to be evaluated.
fn literal(expr: &Expr) -> Option<&str> {
    let ExprKind::Text(text) = &expr.kind else { return None };
    match text.pieces.as_slice() {
        [TextPiece::Literal(text, _)] => Some(text),
        _ => None,
    }
}
