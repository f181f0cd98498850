//! Folders whose components, types, functions and policies a system takes with `use … from`.

use std::sync::Arc;

use crate::base::{FileId, HashMap, Span, Symbol};
use crate::diag::{Diagnostic, codes};
use crate::resolve::{Global, Program};
use crate::syntax::ast::{AccessOn, File, Item, ItemKind, Use};

/// A folder that some source uses, read.
#[derive(Debug, Clone, Default)]
pub struct Folder {
    /// Its path, as shown.
    pub shown: String,
    /// Its files, by their numbers.
    pub files: Vec<(FileId, Arc<File>)>,
}

/// What a used folder defines.
pub struct Package<'p> {
    /// Its path, as shown.
    pub shown: &'p str,
    /// Its components, types, functions, policies and, if it is no system, `let`s.
    pub globals: HashMap<Symbol, Global<'p>>,
    /// What it takes from other folders.
    pub imports: HashMap<Symbol, Import>,
    /// What it says of granting on, and connecting to, plain resource types.
    pub access: Vec<&'p AccessOn>,
}

/// Something that a `use` takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Import {
    /// From which package.
    pub package: usize,
    /// Where it is asked for.
    pub span: Span,
}

/// Whose declaration something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Owner {
    /// The system's.
    System,
    /// A used folder's.
    Package(usize),
    /// The standard library's.
    Library,
}

/// What a name means at a place.
#[derive(Clone, Copy)]
pub struct Definition<'p> {
    /// The declaration.
    pub global: Global<'p>,
    /// Whose it is.
    pub owner: Owner,
}

/// Names that several owners define, by what keeps them apart: one called `Door` in the system, `Door (../doors)` elsewhere.
#[derive(Default)]
pub(super) struct Apart<'p> {
    names: HashMap<(Owner, Symbol), Symbol>,
    definitions: HashMap<Symbol, Definition<'p>>,
}

/// The `use` lines of a file's items.
pub fn uses(file: &File) -> impl Iterator<Item = &Use> {
    file.items.iter().filter_map(|item| match &item.kind {
        ItemKind::Use(uses) => Some(uses),
        _ => None,
    })
}

impl<'p> Package<'p> {
    /// Gathers what a folder defines. What else stands in it belongs to a system, and so does not stand in a mere library.
    pub(super) fn gather(folder: &'p Folder, diagnostics: &mut Vec<Diagnostic>) -> Package<'p> {
        let mut package = Package {
            shown: &folder.shown,
            globals: HashMap::default(),
            imports: HashMap::default(),
            access: Vec::new(),
        };
        let items = || folder.files.iter().flat_map(|(_, file)| &file.items);
        let system = items().any(|item| matches!(item.kind, ItemKind::System(_)));
        let mut places: HashMap<Symbol, Span> = HashMap::default();
        for item in items() {
            let (name, global) = match &item.kind {
                ItemKind::Fn(function) => (function.name, Global::Fn(function)),
                ItemKind::Type(alias) => (alias.name, Global::Type(alias)),
                ItemKind::Component(component) => (component.name, Global::Component(component)),
                ItemKind::Policy(policy) => (policy.name, Global::Policy(policy)),
                ItemKind::Let(binding) if !system => (binding.name, Global::Let(binding)),
                ItemKind::AccessOn(access) => {
                    package.access.push(access);
                    continue;
                }
                ItemKind::Use(_) | ItemKind::Error => continue,
                _ if system => continue,
                _ => {
                    diagnostics.push(belongs_to_a_system(item));
                    continue;
                }
            };
            match places.get(&name.name) {
                Some(_) if system => {}
                Some(first) => diagnostics.push(super::program::duplicate("name", name, *first)),
                None => {
                    places.insert(name.name, name.span);
                    package.globals.insert(name.name, global);
                }
            }
        }
        package
    }
}

fn belongs_to_a_system(item: &Item) -> Diagnostic {
    Diagnostic::new(codes::MISPLACED, item.span, "this belongs to a system, and this folder has no `system` line")
        .help("a folder that others `use` holds components, types, functions, policies and `let`s")
}

impl<'p> Program<'p> {
    /// Resolves the names of `use` lines, `sources` being the package that each path leads to.
    pub(super) fn import(
        &mut self,
        files: &'p [Arc<File>],
        folders: &'p [Folder],
        sources: &HashMap<Span, usize>,
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        let mut add = |program: &mut Program<'p>, into: Option<usize>, uses: &Use| {
            let Some(package) = sources.get(&uses.path.span).copied() else { return };
            for name in &uses.names {
                let Some(source) = program.packages.get(package) else { continue };
                if !source.globals.contains_key(&name.name) {
                    let known = source.globals.keys().map(|name| name.as_str());
                    diagnostics.push(
                        Diagnostic::new(
                            codes::UNKNOWN_NAME,
                            name.span,
                            format!("`{}` defines no `{}`", source.shown, name.name),
                        )
                        .help("define it there, or use what is there")
                        .did_you_mean(name.span, name.name.as_str(), known),
                    );
                    continue;
                }
                let (globals, imports) = match into.and_then(|at| program.packages.get_mut(at)) {
                    Some(package) => (&package.globals, &mut package.imports),
                    None => (&program.globals, &mut program.imports),
                };
                let own = globals.get(&name.name).map(|global| global.place());
                let other = imports.get(&name.name).filter(|other| other.package != package).map(|other| other.span);
                match own.or(other) {
                    Some(first) => diagnostics.push(super::program::duplicate("name", *name, first)),
                    None => {
                        imports.insert(name.name, Import { package, span: name.span });
                    }
                }
            }
        };
        for file in files {
            uses(file).for_each(|uses| add(self, None, uses));
        }
        for (at, folder) in folders.iter().enumerate() {
            for (_, file) in &folder.files {
                uses(file).for_each(|uses| add(self, Some(at), uses));
            }
        }
        self.keep_apart();
    }

    /// Gives names of their own to what several owners call the same.
    fn keep_apart(&mut self) {
        let mut apart = Apart::default();
        for (at, package) in self.packages.iter().enumerate() {
            for (name, global) in &package.globals {
                let before = self.packages.iter().take(at).any(|other| other.globals.contains_key(name));
                if before || self.globals.contains_key(name) {
                    let whole = Symbol::new(&format!("{name} ({})", package.shown));
                    apart.names.insert((Owner::Package(at), *name), whole);
                    apart.definitions.insert(whole, Definition { global: *global, owner: Owner::Package(at) });
                }
            }
        }
        let own = self.globals.keys().chain(self.packages.iter().flat_map(|package| package.globals.keys()));
        for name in own {
            if let Some(global) = self.library_global(*name) {
                let whole = Symbol::new(&format!("{name} (standard library)"));
                apart.names.insert((Owner::Library, *name), whole);
                apart.definitions.insert(whole, Definition { global, owner: Owner::Library });
            }
        }
        self.apart = apart;
    }

    fn library_global(&self, name: Symbol) -> Option<Global<'p>> {
        match &self.library.item(name)?.kind {
            ItemKind::Fn(function) => Some(Global::Fn(function)),
            ItemKind::Type(alias) => Some(Global::Type(alias)),
            ItemKind::Component(component) => Some(Global::Component(component)),
            ItemKind::Policy(policy) => Some(Global::Policy(policy)),
            ItemKind::Let(binding) => Some(Global::Let(binding)),
            _ => None,
        }
    }

    /// What a name means where a file spells it: the file's own folder first, then what it uses, then the library.
    pub fn find(&self, name: Symbol, file: FileId) -> Option<Definition<'p>> {
        let library = || Some(Definition { global: self.library_global(name)?, owner: Owner::Library });
        if file.is_stdlib() {
            return library();
        }
        let (globals, imports, owner) = match self.package_files.get(&file) {
            Some(at) => {
                let package = self.packages.get(*at)?;
                (&package.globals, &package.imports, Owner::Package(*at))
            }
            None => (&self.globals, &self.imports, Owner::System),
        };
        if let Some(global) = globals.get(&name) {
            return Some(Definition { global: *global, owner });
        }
        if let Some(import) = imports.get(&name) {
            let global = self.packages.get(import.package)?.globals.get(&name)?;
            return Some(Definition { global: *global, owner: Owner::Package(import.package) });
        }
        library()
    }

    /// The one name, in the whole program, of what a name means where a file spells it.
    pub fn whole_name(&self, name: Symbol, file: FileId) -> Symbol {
        if self.apart.names.is_empty() {
            return name;
        }
        let found = self.find(name, file);
        found.and_then(|found| self.apart.names.get(&(found.owner, name)).copied()).unwrap_or(name)
    }

    /// What has this whole name.
    pub fn named(&self, whole: Symbol) -> Option<Definition<'p>> {
        if let Some(found) = self.apart.definitions.get(&whole) {
            return Some(*found);
        }
        if let Some(global) = self.globals.get(&whole) {
            return Some(Definition { global: *global, owner: Owner::System });
        }
        for (at, package) in self.packages.iter().enumerate() {
            if let Some(global) = package.globals.get(&whole) {
                return Some(Definition { global: *global, owner: Owner::Package(at) });
            }
        }
        Some(Definition { global: self.library_global(whole)?, owner: Owner::Library })
    }
}
