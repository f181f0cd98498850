//! What a system defines, gathered from all its files in whatever order they come.

use std::sync::Arc;

use crate::base::{FileId, HashMap, IndexMap, Span, Symbol};
use crate::diag::{Diagnostic, codes};
use crate::resolve::Library;
use crate::resolve::package::{Apart, Folder, Import, Package};
use crate::syntax::ast::{
    AccessOn, AtLeast, Component, Crossing, Entry, Environment, External, File, Fn, Ident, Item, ItemKind, Let, Mark,
    NamingRule, Param, Policy, PolicyRule, RequireTag, Stack, Step, Test, TypeAlias,
};

/// A system: every declaration at its top level.
pub struct Program<'p> {
    /// The `system` line.
    pub system: Ident,
    /// The standard library.
    pub library: Library,
    /// Everything with a name.
    pub globals: HashMap<Symbol, Global<'p>>,
    /// Params, in the order of their declaration.
    pub params: Vec<(&'p Item, &'p Param)>,
    /// Environments, bases included.
    pub environments: IndexMap<Symbol, (&'p Item, &'p Environment)>,
    /// Stacks, in the order in which they are first opened.
    pub stacks: Vec<StackDefinition<'p>>,
    /// Naming rules.
    pub naming: Vec<&'p NamingRule>,
    /// Which environment is never protected less than which.
    pub at_least: Vec<(&'p Item, &'p AtLeast)>,
    /// Paths between environments that must not be, or must be.
    pub crossings: Vec<(&'p Item, &'p Crossing)>,
    /// Tags of everything.
    pub tags: Vec<&'p Entry>,
    /// Tags that must be there.
    pub required_tags: Vec<(&'p Item, &'p RequireTag)>,
    /// Levels of warnings.
    pub lints: Vec<&'p Entry>,
    /// What the system itself says of granting on, and connecting to, plain resource types.
    pub access: Vec<&'p AccessOn>,
    /// `test`s.
    pub tests: Vec<(&'p Item, &'p Test)>,
    /// Statements, `if`s and `for`s that stand in no stack.
    pub statements: Vec<&'p Item>,
    /// Every mark in the user's files, with what it stands before.
    pub marks: Vec<(&'p Mark, &'p Item)>,
    /// What used folders define.
    pub packages: Vec<Package<'p>>,
    /// What the system takes from them.
    pub imports: HashMap<Symbol, Import>,
    /// Policies that are demanded of every system, in the order of their files.
    pub demanded: Vec<&'p Policy>,
    /// To which of them a file belongs.
    pub(super) package_files: HashMap<FileId, usize>,
    pub(super) apart: Apart<'p>,
}

/// What a program is gathered from.
#[derive(Debug, Clone, Default)]
pub struct ProgramFiles {
    /// The system's.
    pub system: Vec<Arc<File>>,
    /// Folders that it uses, directly or not.
    pub folders: Vec<Folder>,
    /// The folder that each path of a `use` leads to, by the path's place.
    pub used: HashMap<Span, usize>,
    /// Those of the folders whose policies every system has to keep, whatever it says.
    pub demanded: Vec<usize>,
}

/// Something with a name at the top level.
#[derive(Clone, Copy)]
pub enum Global<'p> {
    /// A param.
    Param(&'p Item, &'p Param),
    /// A value.
    Let(&'p Let),
    /// A function.
    Fn(&'p Fn),
    /// A type.
    Type(&'p TypeAlias),
    /// A component.
    Component(&'p Component),
    /// A stack, by its index.
    Stack(usize),
    /// An external system.
    External(&'p External),
    /// A manual step.
    Step(&'p Step),
    /// A policy.
    Policy(&'p Policy),
}

/// A stack, perhaps opened several times.
pub struct StackDefinition<'p> {
    /// Its name.
    pub name: Ident,
    /// Each opening, in order.
    pub parts: Vec<(&'p Item, &'p Stack)>,
}

impl Global<'_> {
    /// Where its name stands.
    pub fn place(&self) -> Span {
        match self {
            Global::Param(_, param) => param.name.span,
            Global::Let(binding) => binding.name.span,
            Global::Fn(function) => function.name.span,
            Global::Type(alias) => alias.name.span,
            Global::Component(component) => component.name.span,
            // A stack may stand in several places; its definition knows the first.
            Global::Stack(_) => Span::NONE,
            Global::External(external) => external.name.span,
            Global::Step(step) => step.name.span,
            Global::Policy(policy) => policy.name.span,
        }
    }
}

impl<'p> StackDefinition<'p> {
    /// The part that carries title and clauses.
    pub fn head(&self) -> Option<&'p Stack> {
        let said = |stack: &&Stack| {
            stack.title.is_some()
                || stack.as_name.is_some()
                || stack.region.is_some()
                || stack.condition.is_some()
                || stack.per_account.is_some()
                || !stack.after.is_empty()
        };
        let mut parts = self.parts.iter().map(|(_, stack)| *stack);
        parts.clone().find(said).or_else(|| parts.next())
    }
}

impl<'p> Program<'p> {
    /// Gathers the definitions of a system's files. Without a `system` line there is no program.
    pub fn gather(read: &'p ProgramFiles, library: Library) -> (Option<Program<'p>>, Vec<Diagnostic>) {
        let files = &read.system;
        let mut diagnostics = Vec::new();
        let mut system: Option<Ident> = None;
        for item in files.iter().flat_map(|file| &file.items) {
            if let ItemKind::System(name) = &item.kind {
                match system {
                    None => system = Some(*name),
                    Some(first) => diagnostics.push(
                        Diagnostic::new(codes::DUPLICATE_DEFINITION, name.span, "this folder is a system twice")
                            .label(first.span, "the first `system` line is here")
                            .help("remove one of the two lines, or move the files below it into a folder of their own"),
                    ),
                }
            }
        }
        let Some(system) = system else { return (None, diagnostics) };
        let mut program = Program::empty(system, library);
        let mut places: HashMap<Symbol, Span> = HashMap::default();
        for item in files.iter().flat_map(|file| &file.items) {
            program.add(item, &mut places, &mut diagnostics);
            program.add_marks(item);
        }
        for (at, folder) in read.folders.iter().enumerate() {
            program.packages.push(Package::gather(folder, &mut diagnostics));
            program.package_files.extend(folder.files.iter().map(|(file, _)| (*file, at)));
        }
        let demanded = read.demanded.iter().filter_map(|at| read.folders.get(*at));
        let items = demanded.flat_map(|folder| &folder.files).flat_map(|(_, file)| &file.items);
        program.demanded.extend(items.filter_map(|item| match &item.kind {
            ItemKind::Policy(policy) => Some(policy),
            _ => None,
        }));
        program.import(files, &read.folders, &read.used, &mut diagnostics);
        (Some(program), diagnostics)
    }

    /// A system that defines nothing yet.
    pub fn empty(system: Ident, library: Library) -> Program<'p> {
        Program {
            system,
            library,
            globals: HashMap::default(),
            params: Vec::new(),
            environments: IndexMap::default(),
            stacks: Vec::new(),
            naming: Vec::new(),
            at_least: Vec::new(),
            crossings: Vec::new(),
            tags: Vec::new(),
            required_tags: Vec::new(),
            lints: Vec::new(),
            access: Vec::new(),
            tests: Vec::new(),
            statements: Vec::new(),
            marks: Vec::new(),
            packages: Vec::new(),
            imports: HashMap::default(),
            demanded: Vec::new(),
            package_files: HashMap::default(),
            apart: Apart::default(),
        }
    }

    fn add(&mut self, item: &'p Item, places: &mut HashMap<Symbol, Span>, diagnostics: &mut Vec<Diagnostic>) {
        let global = match &item.kind {
            ItemKind::Param(param) => {
                self.params.push((item, param));
                (param.name, Global::Param(item, param))
            }
            ItemKind::Let(binding) => (binding.name, Global::Let(binding)),
            ItemKind::Fn(function) => (function.name, Global::Fn(function)),
            ItemKind::Type(alias) => (alias.name, Global::Type(alias)),
            ItemKind::Component(component) => (component.name, Global::Component(component)),
            ItemKind::External(external) => (external.name, Global::External(external)),
            ItemKind::Step(step) => {
                self.statements.push(item);
                (step.name, Global::Step(step))
            }
            ItemKind::Policy(policy) => (policy.name, Global::Policy(policy)),
            ItemKind::Stack(stack) => return self.add_stack(item, stack, places, diagnostics),
            ItemKind::Environment(environment) => {
                match self.environments.get(&environment.name.name) {
                    Some((_, first)) => diagnostics.push(duplicate("environment", environment.name, first.name.span)),
                    None => {
                        self.environments.insert(environment.name.name, (item, environment));
                    }
                }
                return;
            }
            ItemKind::Naming(rules) => return self.naming.extend(rules),
            ItemKind::Tags(entries) => return self.tags.extend(entries),
            ItemKind::AtLeast(one) => return self.at_least.push((item, one)),
            ItemKind::Crossing(crossing) => return self.crossings.push((item, crossing)),
            ItemKind::RequireTag(tag) => return self.required_tags.push((item, tag)),
            ItemKind::Lints(entries) => return self.lints.extend(entries),
            ItemKind::Test(test) => return self.tests.push((item, test)),
            ItemKind::AccessOn(access) => return self.access.push(access),
            ItemKind::System(_) | ItemKind::Use(_) | ItemKind::Error => return,
            ItemKind::Grant(_)
            | ItemKind::Deny(_)
            | ItemKind::Permit(_)
            | ItemKind::Connect(_)
            | ItemKind::Extend(_)
            | ItemKind::Ensure(_)
            | ItemKind::Forbid(_)
            | ItemKind::UsePolicy(_)
            | ItemKind::Claim(_)
            | ItemKind::If(_)
            | ItemKind::For(_)
            | ItemKind::Match(_)
            | ItemKind::Instance(_)
            | ItemKind::Output(_)
            | ItemKind::Access(_)
            | ItemKind::Principal(_)
            | ItemKind::Endpoint(_) => return self.statements.push(item),
        };
        let (name, global) = global;
        match places.get(&name.name) {
            Some(first) => diagnostics.push(duplicate("name", name, *first)),
            None => {
                places.insert(name.name, name.span);
                self.globals.insert(name.name, global);
            }
        }
    }

    fn add_stack(
        &mut self,
        item: &'p Item,
        stack: &'p Stack,
        places: &mut HashMap<Symbol, Span>,
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        if let Some(Global::Stack(index)) = self.globals.get(&stack.name.name).copied() {
            if let Some(definition) = self.stacks.get_mut(index) {
                if let (Some(head), true) = (definition.head(), says_clauses(stack))
                    && says_clauses(head)
                {
                    diagnostics.push(
                        Diagnostic::new(
                            codes::DUPLICATE_DEFINITION,
                            stack.name.span,
                            format!("the title and clauses of stack `{}` are said twice", stack.name.name),
                        )
                        .label(head.name.span, "they stand here as well")
                        .help("a stack may be opened again, but its title and clauses stand in one place"),
                    );
                    // A copy of a stack is one mistake, not one for all that it declares.
                    if is_copy(stack, definition) {
                        return;
                    }
                }
                definition.parts.push((item, stack));
            }
            return;
        }
        match places.get(&stack.name.name) {
            Some(first) => diagnostics.push(duplicate("name", stack.name, *first)),
            None => {
                places.insert(stack.name.name, stack.name.span);
                self.globals.insert(stack.name.name, Global::Stack(self.stacks.len()));
                self.stacks.push(StackDefinition { name: stack.name, parts: vec![(item, stack)] });
            }
        }
    }

    fn add_marks(&mut self, item: &'p Item) {
        self.marks.extend(item.marks.iter().map(|mark| (mark, item)));
        let inner: &[&'p [Item]] = match &item.kind {
            ItemKind::Stack(stack) => &[&stack.body],
            ItemKind::If(branch) => &[&branch.then, &branch.otherwise],
            ItemKind::For(each) => &[&each.body],
            ItemKind::Component(component) => &[&component.body],
            ItemKind::Match(choice) => {
                choice.arms.iter().flat_map(|arm| &arm.body).for_each(|inner| self.add_marks(inner));
                &[]
            }
            _ => &[],
        };
        for body in inner {
            body.iter().for_each(|inner| self.add_marks(inner));
        }
    }

    /// What is known of granting on, and connecting to, a plain resource type: from the system, then from the library.
    pub fn access_on(&self, ty: Symbol) -> impl Iterator<Item = &'p AccessOn> {
        let packages = self.packages.iter().flat_map(|package| &package.access);
        let own = self.access.iter().chain(packages).copied().filter(move |access| access.ty.name == ty);
        own.chain(self.library.access_on(ty))
    }

    /// The later opening of a stack that a place stands in, if it says the stack's title or clauses again: a copy.
    pub fn copied_part(&self, place: Span) -> Option<Span> {
        let later = self.stacks.iter().flat_map(|stack| stack.parts.iter().skip(1));
        let mut copies = later.filter(|(_, part)| says_clauses(part)).map(|(item, _)| item.span);
        copies.find(|copy| copy.contains(place))
    }

    /// The rules of the policies that the system and the folders it uses define.
    pub fn policies(&self) -> impl Iterator<Item = &'p PolicyRule> + '_ {
        let globals = self.globals.values().chain(self.packages.iter().flat_map(|package| package.globals.values()));
        globals.flat_map(|global| match global {
            Global::Policy(policy) => policy.rules.as_slice(),
            _ => &[],
        })
    }

    /// The environments that are built: all but the bases.
    pub fn built_environments(&self) -> impl Iterator<Item = (&'p Item, &'p Environment)> + '_ {
        self.environments.values().copied().filter(|(_, environment)| !environment.base)
    }

    /// An environment and those it is built `from`, nearest first. Ends where a name is unknown or comes again.
    pub fn chain(&self, name: Symbol) -> Vec<&'p Environment> {
        let mut chain: Vec<&'p Environment> = Vec::new();
        let mut next = Some(name);
        while let Some(name) = next {
            let Some((_, environment)) = self.environments.get(&name) else { break };
            if chain.iter().any(|known| known.name.name == name) {
                break;
            }
            chain.push(environment);
            next = environment.from.map(|from| from.name);
        }
        chain
    }
}

/// Whether a stack's block declares nothing but what the stack has already.
fn is_copy(again: &Stack, definition: &StackDefinition<'_>) -> bool {
    let names = |stack: &Stack| -> Vec<Symbol> {
        let instances = stack.body.iter().filter_map(|item| match &item.kind {
            ItemKind::Instance(instance) => Some(instance.name.name),
            _ => None,
        });
        instances.collect()
    };
    let known: Vec<Symbol> = definition.parts.iter().flat_map(|(_, stack)| names(stack)).collect();
    let again = names(again);
    !again.is_empty() && again.iter().all(|name| known.contains(name))
}

fn says_clauses(stack: &Stack) -> bool {
    stack.title.is_some()
        || stack.as_name.is_some()
        || stack.region.is_some()
        || stack.condition.is_some()
        || stack.per_account.is_some()
        || !stack.after.is_empty()
}

pub(super) fn duplicate(what: &str, name: Ident, first: Span) -> Diagnostic {
    Diagnostic::new(codes::DUPLICATE_DEFINITION, name.span, format!("the {what} `{}` is defined twice", name.name))
        .here("defined again here")
        .label(first, "first defined here")
        .help("rename one of the two, or remove it")
}
