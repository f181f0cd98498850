//! What questions are asked of: a system as it stands in the editor, and what was last found out about it.

use crate::base::{FileId, Span, Symbol};
use crate::driver::{Analysis, Outline};
use crate::resolve::{Library, Program, ProgramFiles};
use crate::syntax::ast::{Doc, File, Ident, Item, ItemKind};
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
                if declared(&item.kind).is_some_and(|declared| declared.span == name) {
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
    for body in bodies(&item.kind) {
        body.iter().for_each(|inner| each_item(inner, visit));
    }
}

/// The blocks of statements in a declaration.
pub(super) fn bodies(kind: &ItemKind) -> Vec<&Vec<Item>> {
    match kind {
        ItemKind::Stack(stack) => vec![&stack.body],
        ItemKind::Component(component) => vec![&component.body],
        ItemKind::If(branch) => vec![&branch.then, &branch.otherwise],
        ItemKind::For(each) => vec![&each.body],
        ItemKind::Match(choice) => choice.arms.iter().map(|arm| &arm.body).collect(),
        ItemKind::System(_)
        | ItemKind::Param(_)
        | ItemKind::Environment(_)
        | ItemKind::Naming(_)
        | ItemKind::Tags(_)
        | ItemKind::RequireTag(_)
        | ItemKind::Instance(_)
        | ItemKind::Extend(_)
        | ItemKind::Output(_)
        | ItemKind::Access(_)
        | ItemKind::AccessOn(_)
        | ItemKind::Principal(_)
        | ItemKind::Endpoint(_)
        | ItemKind::Grant(_)
        | ItemKind::Deny(_)
        | ItemKind::Permit(_)
        | ItemKind::Connect(_)
        | ItemKind::External(_)
        | ItemKind::Step(_)
        | ItemKind::Ensure(_)
        | ItemKind::AtLeast(_)
        | ItemKind::Forbid(_)
        | ItemKind::Policy(_)
        | ItemKind::UsePolicy(_)
        | ItemKind::Use(_)
        | ItemKind::Test(_)
        | ItemKind::Claim(_)
        | ItemKind::Lints(_)
        | ItemKind::Let(_)
        | ItemKind::Fn(_)
        | ItemKind::Type(_)
        | ItemKind::Error => Vec::new(),
    }
}

/// The name that a declaration gives.
pub(super) fn declared(kind: &ItemKind) -> Option<Ident> {
    Some(match kind {
        ItemKind::System(name) => *name,
        ItemKind::Param(param) => param.name,
        ItemKind::Environment(environment) => environment.name,
        ItemKind::Stack(stack) => stack.name,
        ItemKind::Instance(instance) => instance.name,
        ItemKind::Output(output) => output.name,
        ItemKind::Component(component) => component.name,
        ItemKind::Access(verb) => verb.name,
        ItemKind::External(external) => external.name,
        ItemKind::Step(step) => step.name,
        ItemKind::Policy(policy) => policy.name,
        ItemKind::Let(binding) => binding.name,
        ItemKind::Fn(function) => function.name,
        ItemKind::Type(alias) => alias.name,
        ItemKind::RequireTag(tag) => tag.name,
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
        | ItemKind::Forbid(_)
        | ItemKind::UsePolicy(_)
        | ItemKind::Use(_)
        | ItemKind::Test(_)
        | ItemKind::Claim(_)
        | ItemKind::Lints(_)
        | ItemKind::If(_)
        | ItemKind::For(_)
        | ItemKind::Match(_)
        | ItemKind::Error => return None,
    })
}
