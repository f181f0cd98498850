//! Mistakes that can be seen without evaluating anything, also where no environment builds the code: unknown names, types,
//! settings and properties, shadowed and repeated names, circles, what nothing reads, arms that serve nothing.

mod circles;
mod compared;
mod duplicates;
mod expressions;
mod statements;

use crate::base::{HashSet, Span, Symbol};
use crate::diag::{Diagnostic, codes};
use crate::resolve::names::circles::Circles;
use crate::resolve::words::{self, BUILTINS, INTRINSICS, reserved};
use crate::resolve::{Definition, Global, Owner, Program};
use crate::syntax::RESERVED;
use crate::syntax::ast::{Expr, ExprKind, Ident, NamingRule, NamingSubject, TypeExpr};

/// Checks the names of a whole system. What evaluation finds as well is told in the same words at the same place.
pub fn check(program: &Program<'_>) -> Vec<Diagnostic> {
    let mut walker = Walker {
        program,
        system: true,
        levels: Vec::new(),
        read: HashSet::default(),
        circles: Circles::default(),
        certain: true,
        quiet: false,
        depth: 0,
        found: Vec::new(),
    };
    walker.system();
    walker.circles.report(&mut walker.found);
    walker.found
}

/// What a name of a level stands for.
#[derive(Clone, Copy)]
enum Meaning<'p> {
    /// Something with a value.
    Value,
    /// A `let`.
    Let,
    /// A param, with its type.
    Param(&'p TypeExpr),
}

/// A name and what is known of it.
#[derive(Clone, Copy)]
struct Known<'p> {
    name: Symbol,
    /// Where it is declared; none if infrac declares it.
    span: Span,
    meaning: Meaning<'p>,
}

impl<'p> Known<'p> {
    fn new(name: Ident, meaning: Meaning<'p>) -> Known<'p> {
        Known { name: name.name, span: name.span, meaning }
    }
}

/// Goes through everything that the user wrote.
struct Walker<'p> {
    program: &'p Program<'p>,
    /// Whether the names of the system can be seen, as outside of components.
    system: bool,
    /// The names of the blocks around, innermost last.
    levels: Vec<Vec<Known<'p>>>,
    /// The `let`s that something reads, by the place of their name.
    read: HashSet<Span>,
    circles: Circles,
    /// Whether what is being read has a value whenever the declaration around it has one.
    certain: bool,
    /// What is read counts, but nothing is told.
    quiet: bool,
    depth: u32,
    found: Vec<Diagnostic>,
}

impl<'p> Walker<'p> {
    fn report(&mut self, mut diagnostic: Diagnostic) {
        if diagnostic.code == codes::DUPLICATE_DEFINITION {
            diagnostic.rests_on = self.program.copied_part(diagnostic.span());
        }
        if !self.quiet {
            self.found.push(diagnostic);
        }
    }

    /// Does something where these names can be seen, too.
    fn within(&mut self, names: Vec<Known<'p>>, work: impl FnOnce(&mut Self)) {
        self.levels.push(names);
        work(self);
        self.levels.pop();
    }

    /// The naming rules of one place.
    fn naming(&mut self, rules: &[&'p NamingRule]) {
        self.no_two_rules(rules);
        for rule in rules {
            let generated = matches!(&rule.value.kind, ExprKind::Name(name) if *name == "generated");
            if let NamingSubject::Type(ty) = rule.subject
                && !words::is_resource_type(ty.name)
                && self.program.component_at(ty).is_none()
            {
                self.report(self.program.unknown_type(ty));
            }
            if !generated {
                let given = ["stack", "id", "output", "name"].map(Symbol::new);
                let given = given.map(|name| Known { name, span: Span::NONE, meaning: Meaning::Value });
                self.within(given.to_vec(), |walker| walker.expr(&rule.value));
            }
        }
    }

    /// The naming rules of a stack or a component: those for what stands in it.
    fn naming_within(&mut self, rules: &'p [NamingRule]) {
        self.naming(&rules.iter().collect::<Vec<_>>());
        for rule in rules {
            let what = match rule.subject {
                NamingSubject::Default | NamingSubject::Type(_) => continue,
                NamingSubject::Stack => "stack",
                NamingSubject::Export => "export",
                NamingSubject::PerAccount => "per account",
            };
            self.report(
                Diagnostic::new(codes::MISPLACED, rule.span, format!("a rule for `{what}` cannot stand in here"))
                    .help("it stands in the `naming` outside of stacks and components; here are `default` and types"),
            );
        }
    }

    fn system(&mut self) {
        let program = self.program;
        for (_, param) in &program.params {
            self.hides_intrinsic(param.name);
            self.param(param);
        }
        for (_, environment) in program.environments.values() {
            self.no_two_settings(&environment.entries);
            self.entries(&environment.entries);
        }
        self.naming(&program.naming);
        let held = program.at_least.iter().flat_map(|(_, one)| [one.higher, one.lower]);
        let crossed = program.crossings.iter().flat_map(|(_, one)| [one.from.environment, one.to.environment]);
        for one in held.chain(crossed) {
            if program.environments.get(&one.name).is_none_or(|(_, environment)| environment.base) {
                self.report(words::unknown_environment(program, one.name, one.span));
            }
        }
        for (_, crossing) in &program.crossings {
            [&crossing.from, &crossing.to]
                .into_iter()
                .filter_map(|end| end.what.as_ref())
                .for_each(|end| self.expr(end));
            self.ports(&crossing.ports);
        }
        for entry in &program.tags {
            self.entry(entry);
        }
        self.globals();
        let statements = program.statements.to_vec();
        self.body(&statements, Vec::new());
        for stack in &program.stacks {
            for (_, part) in &stack.parts {
                let clauses = [&part.title, &part.as_name, &part.region, &part.condition];
                clauses.into_iter().flatten().for_each(|clause| self.expr(clause));
            }
            let items: Vec<_> = stack.parts.iter().flat_map(|(_, part)| &part.body).collect();
            self.body(&items, Vec::new());
        }
        for (_, test) in &program.tests {
            self.test(test);
        }
        self.packages();
        self.marks();
        self.unread_globals();
    }

    /// Everything with a name at the top level, in the order of the source.
    fn sorted_globals(&self) -> Vec<(Ident, Global<'p>)> {
        let mut globals: Vec<_> = self.program.globals.values().map(|global| (self.named(global), *global)).collect();
        globals.sort_by_key(|(name, _)| name.span);
        globals
    }

    fn named(&self, global: &Global<'p>) -> Ident {
        match global {
            Global::Param(_, param) => param.name,
            Global::Let(binding) => binding.name,
            Global::Fn(function) => function.name,
            Global::Type(alias) => alias.name,
            Global::Component(component) => component.name,
            Global::Stack(index) => self.program.stacks.get(*index).map_or(self.program.system, |stack| stack.name),
            Global::External(external) => external.name,
            Global::Step(step) => step.name,
            Global::Policy(policy) => policy.name,
        }
    }

    /// What used folders define. What they do not use themselves is there for others.
    fn packages(&mut self) {
        self.system = false;
        for package in &self.program.packages {
            let mut globals: Vec<_> = package.globals.values().map(|global| (self.named(global), *global)).collect();
            globals.sort_by_key(|(name, _)| name.span);
            globals.into_iter().for_each(|(name, global)| self.global(name, global));
        }
        self.system = true;
    }

    fn globals(&mut self) {
        self.sorted_globals().into_iter().for_each(|(name, global)| self.global(name, global));
    }

    fn global(&mut self, name: Ident, global: Global<'p>) {
        match global {
            Global::Let(binding) => {
                self.hides_intrinsic(name);
                self.binding(binding);
            }
            Global::Fn(function) => {
                self.must_be_free(name);
                self.function(function);
            }
            Global::Type(alias) => self.ty(&alias.ty),
            Global::Component(component) => self.component(component),
            Global::External(external) => self.external(external),
            Global::Step(step) => {
                step.text.iter().for_each(|text| self.expr(text));
                self.entries(&step.settings);
            }
            Global::Policy(policy) => {
                for rule in &policy.rules {
                    rule.text.iter().chain(&rule.body).for_each(|expr| self.expr(expr));
                }
                self.no_two(policy.rules.iter().map(|rule| rule.name), "rule");
            }
            Global::Param(..) | Global::Stack(_) => {}
        }
    }

    fn unread_globals(&mut self) {
        for (name, global) in self.sorted_globals() {
            if matches!(global, Global::Let(_)) {
                self.unread(name);
            }
        }
    }

    fn unread(&mut self, name: Ident) {
        // A reserved word cannot be read; that it is one is told already.
        if !self.read.contains(&name.span) && !RESERVED.contains(&name.name.as_str()) {
            self.report(
                Diagnostic::new(codes::UNUSED_LET, name.span, format!("nothing reads `{}`", name.name))
                    .help("remove it, or use it where its value is wanted"),
            );
        }
    }

    /// What a name stands for at this place; counts it as read. `None`: nothing.
    fn look_up(&mut self, name: Symbol, span: Span) -> Option<Meaning<'p>> {
        let inner = self.levels.iter().rev().flat_map(|level| level.iter().rev()).find(|known| known.name == name);
        if let Some(known) = inner.copied() {
            if matches!(known.meaning, Meaning::Let) {
                self.reads(known.span, span);
            }
            return Some(known.meaning);
        }
        if INTRINSICS.contains(&name.as_str()) {
            return Some(Meaning::Value);
        }
        match self.program.find(name, span.file) {
            Some(Definition { global: Global::Fn(function), owner }) => {
                if owner != Owner::Library {
                    self.circles.needs(function.name.span, span, true);
                }
                return Some(Meaning::Value);
            }
            Some(Definition { global: Global::Component(_), .. }) => return Some(Meaning::Value),
            Some(Definition { global: Global::Param(_, param), .. }) if self.system => {
                return Some(Meaning::Param(&param.ty));
            }
            Some(Definition { global: Global::Let(_), owner: Owner::Library }) => return Some(Meaning::Value),
            Some(Definition { global: Global::Let(binding), owner }) if self.system || owner != Owner::System => {
                self.reads(binding.name.span, span);
                return Some(Meaning::Let);
            }
            Some(Definition { global: Global::Stack(_) | Global::External(_), .. }) if self.system => {
                return Some(Meaning::Value);
            }
            _ => {}
        }
        (name == "everyone" || BUILTINS.contains(&name.as_str())).then_some(Meaning::Value)
    }

    fn reads(&mut self, binding: Span, place: Span) {
        if !self.circles.is_inside(binding) {
            self.read.insert(binding);
        }
        self.circles.needs(binding, place, self.certain);
    }

    /// Every name that could be meant at this place, for suggestions.
    fn visible(&self) -> Vec<Symbol> {
        let mut names: Vec<Symbol> =
            self.levels.iter().rev().flat_map(|level| level.iter().map(|known| known.name)).collect();
        for (name, global) in self.sorted_globals() {
            let seen = match global {
                Global::Fn(_) | Global::Component(_) => true,
                Global::Param(..) | Global::Let(_) | Global::Stack(_) | Global::External(_) => self.system,
                Global::Type(_) | Global::Step(_) | Global::Policy(_) => false,
            };
            if seen {
                names.push(name.name);
            }
        }
        names.extend(INTRINSICS.iter().chain(BUILTINS).chain(&["everyone"]).map(|name| Symbol::new(name)));
        names
    }

    /// Where the other thing is declared that a new name would hide.
    fn hidden_by(&self, name: Ident) -> Option<Span> {
        let inner = self.levels.iter().rev().flatten().find(|known| known.name == name.name);
        if let Some(known) = inner {
            return Some(known.span);
        }
        if INTRINSICS.contains(&name.name.as_str()) {
            return Some(Span::NONE);
        }
        let global = self.program.find(name.name, name.span.file).filter(|found| found.owner != Owner::Library)?;
        match &global.global {
            Global::Fn(function) => Some(function.name.span),
            Global::Param(_, param) if self.system => Some(param.name.span),
            Global::Let(binding) if self.system => Some(binding.name.span),
            Global::External(external) if self.system => Some(external.name.span),
            Global::Stack(index) if self.system => self.program.stacks.get(*index).map(|stack| stack.name.span),
            _ => None,
        }
    }

    /// Reports a name that could never be referred to.
    fn must_be_free(&mut self, name: Ident) {
        if RESERVED.contains(&name.name.as_str()) {
            self.report(reserved(name.name.as_str(), name.span));
        }
    }

    /// Reports a new name that hides another.
    fn must_hide_nothing(&mut self, name: Ident) {
        self.must_be_free(name);
        let Some(other) = self.hidden_by(name) else { return };
        let what = if other.is_none() { "what infrac itself calls so" } else { "another thing of this name" };
        self.report(
            Diagnostic::new(codes::SHADOWED_NAME, name.span, format!("`{}` hides {what}", name.name))
                .here("from here on, this one would be meant")
                .label(other, "this one can be seen here, too")
                .help("give one of the two another name"),
        );
    }

    fn hides_intrinsic(&mut self, name: Ident) {
        self.must_be_free(name);
        if INTRINSICS.contains(&name.name.as_str()) {
            self.must_hide_nothing(name);
        }
    }

    fn exprs(&mut self, exprs: &'p [Expr]) {
        exprs.iter().for_each(|expr| self.expr(expr));
    }
}
