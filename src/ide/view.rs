//! What questions are asked of: a system as it stands in the editor, and what was last found out about it.

use crate::base::{FileId, Span, Symbol};
use crate::driver::{Analysis, Outline};
use crate::resolve::{Library, Program, ProgramFiles};
use crate::syntax::ast::{Component, Doc, File, Ident, Item, ItemKind, Param};
use crate::world::Sources;

/// A system, or loose files that may become one.
pub struct View<'v> {
    /// The texts.
    pub sources: &'v Sources,
    /// What is declared in them.
    pub program: &'v Program<'v>,
    /// Their trees.
    pub files: &'v ProgramFiles,
    /// What was last found out, perhaps of an earlier text: its places are not to be trusted, its names are.
    pub known: Option<&'v Analysis>,
}

/// Does something with the view of a system. Without a `system` line, the files are looked at as if they had one.
pub fn with_view<T>(outline: &Outline, known: Option<&Analysis>, work: impl FnOnce(&View<'_>) -> T) -> T {
    with_files(&outline.sources, &outline.files, known, work)
}

/// The same with other trees than the outline's.
pub(super) fn with_files<T>(
    sources: &Sources,
    files: &ProgramFiles,
    known: Option<&Analysis>,
    work: impl FnOnce(&View<'_>) -> T,
) -> T {
    if let Some(program) = Program::gather(files, Library).0 {
        return work(&View { sources, program: &program, files, known });
    }
    let name = Ident { name: Symbol::new("system"), span: Span::NONE };
    let item = Item { span: Span::NONE, doc: None, marks: Vec::new(), kind: ItemKind::System(name) };
    let mut whole = files.clone();
    whole.system.push(std::sync::Arc::new(File { items: vec![item] }));
    let gathered = Program::gather(&whole, Library).0;
    // With a `system` line there is a program.
    match &gathered {
        Some(program) => work(&View { sources, program, files: &whole, known }),
        None => with_nothing(sources, work),
    }
}

fn with_nothing<T>(sources: &Sources, work: impl FnOnce(&View<'_>) -> T) -> T {
    let name = Ident { name: Symbol::new("system"), span: Span::NONE };
    let program = Program::empty(name, Library);
    let files = ProgramFiles::default();
    work(&View { sources, program: &program, files: &files, known: None })
}

impl<'v> View<'v> {
    /// The tree of a file, with its number; the standard library's as well.
    pub fn items(&self, file: FileId) -> Vec<&'v Item> {
        if file.is_stdlib() {
            let mut items: Vec<&Item> = Library.items().filter(|item| item.span.file == file).collect();
            items.sort_by_key(|item| item.span);
            return items;
        }
        let own = self.files.system.iter();
        let used = self.files.folders.iter().flat_map(|folder| folder.files.iter().map(|(_, tree)| tree));
        let stands = |tree: &&'v std::sync::Arc<File>| tree.items.first().is_some_and(|item| item.span.file == file);
        own.chain(used).find(stands).map(|tree| tree.items.iter().collect()).unwrap_or_default()
    }

    /// Every file of the user's, the system's own and those of folders that it uses.
    pub fn every_file(&self) -> impl Iterator<Item = FileId> + 'v {
        self.sources.iter().map(|(file, _)| file)
    }

    /// The text of a file.
    pub fn text(&self, file: FileId) -> &'v str {
        self.sources.text(file)
    }

    /// The declaration whose name stands at a place, with what is inside of which.
    pub fn declaration(&self, name: Span) -> Option<&'v Item> {
        let mut found = None;
        for item in self.items(name.file) {
            each_item(item, &mut |item| {
                if parts(&item.kind).declared.is_some_and(|(declared, _)| declared.span == name) {
                    found = Some(item);
                }
            });
        }
        found
    }

    /// What is written about the thing whose name is declared at a place.
    pub fn doc(&self, name: Span) -> Option<&'v Doc> {
        self.declaration(name).and_then(|item| item.doc.as_ref()).or_else(|| {
            // A rule has its documentation with itself.
            self.program.policies().find(|rule| rule.name.span == name).and_then(|rule| rule.doc.as_ref())
        })
    }
}

/// A declaration and all that are inside of it.
pub(super) fn each_item<'p>(item: &'p Item, visit: &mut impl FnMut(&'p Item)) {
    visit(item);
    for body in parts(&item.kind).bodies {
        body.iter().for_each(|inner| each_item(inner, visit));
    }
}

/// The smallest statement around a part of a file that is of a kind that is wanted.
pub(super) fn item_around<'p>(view: &View<'p>, part: Span, wanted: impl Fn(&Item) -> bool) -> Option<&'p Item> {
    let mut around = None;
    for item in view.items(part.file) {
        each_item(item, &mut |item| {
            if item.span.contains(part) && wanted(item) {
                around = Some(item);
            }
        });
    }
    around
}

/// The params of a component.
pub(super) fn params(component: &Component) -> impl Iterator<Item = &Param> {
    component.body.iter().filter_map(|item| if let ItemKind::Param(param) = &item.kind { Some(param) } else { None })
}

/// What a declaration is made of, as far as all declarations have it.
pub struct Parts<'p> {
    /// The name that it gives, and to what.
    pub declared: Option<(Ident, Declared)>,
    /// The blocks of statements in it.
    pub bodies: Vec<&'p Vec<Item>>,
}

/// What a name is given to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Declared {
    /// The system.
    System,
    /// A param.
    Param,
    /// An environment.
    Environment,
    /// A tag.
    Tag,
    /// A stack.
    Stack,
    /// An instance.
    Instance,
    /// An output.
    Output,
    /// A component.
    Component,
    /// A verb.
    Verb,
    /// What exists elsewhere.
    External,
    /// What people do.
    Step,
    /// Invariants packed for reuse.
    Policy,
    /// A value.
    Let,
    /// A function.
    Fn,
    /// A type.
    Type,
}

/// The parts of a declaration.
pub fn parts(kind: &ItemKind) -> Parts<'_> {
    let named = |name: Ident, what: Declared, bodies| Parts { declared: Some((name, what)), bodies };
    let bare = |bodies| Parts { declared: None, bodies };
    match kind {
        ItemKind::System(name) => named(*name, Declared::System, Vec::new()),
        ItemKind::Param(param) => named(param.name, Declared::Param, Vec::new()),
        ItemKind::Environment(environment) => named(environment.name, Declared::Environment, Vec::new()),
        ItemKind::RequireTag(tag) => named(tag.name, Declared::Tag, Vec::new()),
        ItemKind::Stack(stack) => named(stack.name, Declared::Stack, vec![&stack.body]),
        ItemKind::Instance(instance) => named(instance.name, Declared::Instance, Vec::new()),
        ItemKind::Output(output) => named(output.name, Declared::Output, Vec::new()),
        ItemKind::Component(component) => named(component.name, Declared::Component, vec![&component.body]),
        ItemKind::Access(verb) => named(verb.name, Declared::Verb, Vec::new()),
        ItemKind::External(external) => named(external.name, Declared::External, Vec::new()),
        ItemKind::Step(step) => named(step.name, Declared::Step, Vec::new()),
        ItemKind::Policy(policy) => named(policy.name, Declared::Policy, Vec::new()),
        ItemKind::Let(binding) => named(binding.name, Declared::Let, Vec::new()),
        ItemKind::Fn(function) => named(function.name, Declared::Fn, Vec::new()),
        ItemKind::Type(alias) => named(alias.name, Declared::Type, Vec::new()),
        ItemKind::If(branch) => bare(vec![&branch.then, &branch.otherwise]),
        ItemKind::For(each) => bare(vec![&each.body]),
        ItemKind::Match(choice) => bare(choice.arms.iter().map(|arm| &arm.body).collect()),
        ItemKind::Naming(_)
        | ItemKind::Tags(_)
        | ItemKind::Extend(_)
        | ItemKind::AccessOn(_)
        | ItemKind::Principal(_)
        | ItemKind::Endpoint(_)
        | ItemKind::Grant(_)
        | ItemKind::Deny(_)
        | ItemKind::Permit(_)
        | ItemKind::Connect(_)
        | ItemKind::Ensure(_)
        | ItemKind::AtLeast(_)
        | ItemKind::Crossing(_)
        | ItemKind::Forbid(_)
        | ItemKind::UsePolicy(_)
        | ItemKind::Use(_)
        | ItemKind::Test(_)
        | ItemKind::Claim(_)
        | ItemKind::Lints(_)
        | ItemKind::Error => bare(Vec::new()),
    }
}
