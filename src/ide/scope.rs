//! The names that can be seen at a place, and what stands behind the dots of values.

use crate::base::{FileId, Symbol};
use crate::catalog::catalog;
use crate::ide::target::{Own, Target};
use crate::ide::ty::Ty;
use crate::ide::view::{View, params, parts};
use crate::resolve::words::{BUILTINS, INTRINSICS};
use crate::resolve::{Definition, Global};
use crate::syntax::ast::{
    Component, Expr, ExprKind, Ident, Instance, Item, ItemKind, TypeExpr, TypeExprKind, TypeName, Verb,
};

/// How far one value may lead to another before it is given up.
const MAX_STEPS: u32 = 24;

/// The names of a block, and of the blocks around it.
pub struct Scope<'s, 'p> {
    pub(super) outer: Option<&'s Scope<'s, 'p>>,
    pub(super) names: Vec<Local<'p>>,
    /// Whether the names of the system can be seen, as outside of components.
    pub(super) system: bool,
    /// The file that is looked at.
    pub(super) file: FileId,
}

/// A name of a block.
#[derive(Debug, Clone)]
pub struct Local<'p> {
    pub(super) name: Symbol,
    pub(super) target: Target<'p>,
    pub(super) ty: Ty<'p>,
}

impl<'s, 'p> Scope<'s, 'p> {
    /// The top level of a file.
    pub(super) fn top(file: FileId, system: bool) -> Scope<'s, 'p> {
        Scope { outer: None, names: Vec::new(), system, file }
    }

    /// One more block.
    pub(super) fn with<'t>(&'t self, names: Vec<Local<'p>>) -> Scope<'t, 'p>
    where
        's: 't,
    {
        Scope { outer: Some(self), names, system: self.system, file: self.file }
    }

    /// The names of all blocks, innermost first.
    pub(super) fn locals<'t>(&'t self) -> impl Iterator<Item = &'t Local<'p>> {
        let mut next: Option<&'t Scope<'t, 'p>> = Some(self);
        std::iter::from_fn(move || {
            let scope = next?;
            next = scope.outer;
            Some(scope)
        })
        .flat_map(|scope| scope.names.iter().rev())
    }
}

impl<'p> View<'p> {
    /// What a name stands for.
    pub(super) fn look_up(&self, name: Symbol, scope: &Scope<'_, 'p>, steps: u32) -> Option<(Target<'p>, Ty<'p>)> {
        if let Some(local) = scope.locals().find(|local| local.name == name) {
            return Some((local.target, local.ty.clone()));
        }
        if let Some(own) = INTRINSICS.iter().find(|own| name == **own) {
            return Some((Target::Own(Own::Value, Symbol::new(own)), Ty::Plain("text")));
        }
        if let Some(Definition { global, .. }) = self.program.find(name, scope.file) {
            let hidden = !scope.system
                && matches!(global, Global::Param(..) | Global::Stack(_) | Global::External(_) | Global::Step(_));
            if !hidden {
                return Some(self.of_global(global, steps));
            }
        }
        let own = if BUILTINS.contains(&name.as_str()) { Own::Function } else { Own::Value };
        (own == Own::Function || name == "everyone").then_some((Target::Own(own, name), Ty::Unknown))
    }

    /// What a declaration at the top level is.
    pub(super) fn of_global(&self, global: Global<'p>, steps: u32) -> (Target<'p>, Ty<'p>) {
        match global {
            Global::Param(_, param) => (Target::Param(param), Ty::Declared(&param.ty)),
            Global::Let(binding) => {
                let ty = match &binding.ty {
                    Some(ty) => Ty::Declared(ty),
                    None => self.infer(&binding.value, &Scope::top(binding.name.span.file, true), steps + 1),
                };
                (Target::Let(binding), ty)
            }
            Global::Fn(function) => (Target::Fn(function), Ty::Fn(function)),
            Global::Type(alias) => (Target::Type(alias), Ty::Declared(&alias.ty)),
            Global::Component(component) => (Target::Component(component), Ty::Component(component)),
            Global::Stack(at) => {
                let name = self.program.stacks.get(at).map_or(self.program.system, |stack| stack.name);
                (Target::Stack(name), Ty::Stack(at))
            }
            Global::External(external) => (Target::External(external), Ty::External(external)),
            Global::Step(step) => (Target::Step(step), Ty::Unknown),
            Global::Policy(policy) => (Target::Policy(policy), Ty::Unknown),
        }
    }

    /// What an instance is.
    pub(super) fn of_instance(&self, instance: &'p Instance) -> Ty<'p> {
        let one = self.of_type(instance.ty);
        if instance.key.is_some() { Ty::Family(Box::new(one)) } else { one }
    }

    /// What the name of a type means for an instance.
    pub(super) fn of_type(&self, name: TypeName) -> Ty<'p> {
        if let Some(component) = self.program.component_at(name) {
            return Ty::Component(component);
        }
        if let Some(alias) = self.program.type_alias(name) {
            return Ty::Declared(&alias.ty);
        }
        if let Some(ty) = catalog().resource_type(name.name.as_str()) {
            return Ty::Resource(ty);
        }
        if name.name.as_str().contains("::") {
            return Ty::Foreign;
        }
        let plain = crate::resolve::words::PRIMITIVES.iter().find(|plain| name.name == **plain);
        plain.map_or(Ty::Unknown, |plain| Ty::Plain(plain))
    }

    /// The same as what the name stands for.
    pub(super) fn named_type(&self, name: TypeName) -> Option<Target<'p>> {
        let of = self.of_type(name);
        if let Some(component) = of.component() {
            return Some(Target::Component(component));
        }
        if let Ty::Resource(ty) = of {
            return Some(Target::Resource(ty));
        }
        if let Ty::Plain(_) = of {
            return Some(Target::Own(Own::Type, name.name));
        }
        self.program.type_alias(name).map(Target::Type)
    }

    /// A declared type, names resolved.
    pub(super) fn resolved(&self, ty: &Ty<'p>) -> Ty<'p> {
        let mut ty = ty.clone();
        for _ in 0..MAX_STEPS {
            let Ty::Declared(declared) = ty else { return ty };
            ty = match &declared.kind {
                TypeExprKind::Named(name) => self.of_type(*name),
                TypeExprKind::Optional(inner) => Ty::Declared(inner),
                TypeExprKind::List(inner) => return Ty::List(Box::new(Ty::Declared(inner))),
                TypeExprKind::Map(inner) => return Ty::Family(Box::new(Ty::Declared(inner))),
                TypeExprKind::Record(_) => return Ty::Declared(declared),
                TypeExprKind::Union(_) | TypeExprKind::Literal(_) | TypeExprKind::Error => return Ty::Plain("text"),
            };
        }
        Ty::Unknown
    }

    /// What a value is, as far as can be told without evaluating it.
    pub(super) fn infer(&self, expr: &'p Expr, scope: &Scope<'_, 'p>, steps: u32) -> Ty<'p> {
        if steps > MAX_STEPS {
            return Ty::Unknown;
        }
        let infer = |expr: &'p Expr| self.infer(expr, scope, steps + 1);
        match &expr.kind {
            ExprKind::Name(name) => self.look_up(*name, scope, steps + 1).map_or(Ty::Unknown, |(_, ty)| ty),
            ExprKind::Field(of, name) => {
                self.member(&infer(of), name.name, steps + 1).map_or(Ty::Unknown, |(_, ty)| ty)
            }
            ExprKind::Index(of, _) => self.resolved(&infer(of)).each().unwrap_or(Ty::Unknown),
            ExprKind::Call(callee, _) => match &callee.kind {
                ExprKind::Name(name) if *name == "subnets" => Ty::List(Box::new(Ty::Plain("cidr"))),
                ExprKind::Name(name) if *name == "asset" => Ty::Plain("asset"),
                ExprKind::Name(_) => {
                    let result = infer(callee).function().and_then(|function| function.result.as_ref());
                    result.map_or(Ty::Unknown, Ty::Declared)
                }
                _ => Ty::Unknown,
            },
            ExprKind::List(items) => Ty::List(Box::new(items.first().map_or(Ty::Unknown, infer))),
            ExprKind::Record(entries) => Ty::Record(entries),
            ExprKind::ListFor(comprehension, body) => {
                let names = self.bound(&comprehension.binders, &comprehension.source, scope, steps + 1);
                Ty::List(Box::new(self.infer(body, &scope.with(names), steps + 1)))
            }
            ExprKind::Binary(_, left, _) | ExprKind::Unary(_, left) => infer(left),
            ExprKind::If(_, then, _) => infer(then),
            ExprKind::Per(_, arms) => arms.first().map_or(Ty::Unknown, |arm| infer(&arm.value)),
            ExprKind::Duration(_) => Ty::Plain("duration"),
            ExprKind::Size(_) => Ty::Plain("size"),
            ExprKind::Percent(_) => Ty::Plain("percent"),
            ExprKind::Cidr(_) => Ty::Plain("cidr"),
            ExprKind::Int(_) => Ty::Plain("int"),
            ExprKind::Float(_) => Ty::Plain("float"),
            ExprKind::Bool(_) => Ty::Plain("bool"),
            ExprKind::Date(_) => Ty::Plain("date"),
            ExprKind::Text(_) => Ty::Plain("text"),
            ExprKind::Every(_) => Ty::Plain("schedule"),
            ExprKind::TypeName(_)
            | ExprKind::None
            | ExprKind::RecordFor(..)
            | ExprKind::Compare(..)
            | ExprKind::Quantified(..)
            | ExprKind::Connects { .. }
            | ExprKind::Matching(..)
            | ExprKind::Path(_)
            | ExprKind::Can { .. }
            | ExprKind::Error => Ty::Unknown,
        }
    }

    /// The names of a loop, and what each is.
    pub(super) fn bound(
        &self,
        binders: &'p [Ident],
        source: &'p Expr,
        scope: &Scope<'_, 'p>,
        steps: u32,
    ) -> Vec<Local<'p>> {
        let many = self.resolved(&self.infer(source, scope, steps));
        let is_map = matches!(many, Ty::Family(_) | Ty::Record(_));
        let element = if let Ty::Record(entries) = many {
            entries.first().map_or(Ty::Unknown, |entry| self.infer(&entry.value, scope, steps + 1))
        } else {
            many.each().unwrap_or(Ty::Unknown)
        };
        let key = if is_map { Ty::Plain("text") } else { Ty::Plain("int") };
        let tys = if binders.len() > 1 { vec![key, element] } else { vec![element] };
        let named = |(name, ty): (&Ident, Ty<'p>)| Local { name: name.name, target: Target::Binder(*name), ty };
        binders.iter().zip(tys).map(named).collect()
    }

    /// What stands behind the dot of a value.
    pub(super) fn member(&self, ty: &Ty<'p>, name: Symbol, steps: u32) -> Option<(Target<'p>, Ty<'p>)> {
        if steps > MAX_STEPS {
            return None;
        }
        // `part.inbox` is `part["inbox"]`.
        if let Ty::Family(one) = self.resolved(ty) {
            return Some((Target::Own(Own::Field, name), *one));
        }
        let own = self.members(ty, steps).into_iter().find(|member| member.name == name);
        // Whoever asks about what was built may look inside.
        let inner = || {
            let component = self.resolved(ty).component()?;
            self.instances(component.body.iter()).into_iter().find(|inner| inner.name == name)
        };
        own.or_else(inner).map(|member| (member.target, member.ty))
    }

    /// Everything that stands behind the dot of a value.
    pub(super) fn members(&self, ty: &Ty<'p>, steps: u32) -> Vec<Local<'p>> {
        let own = |name: &str, ty: Ty<'p>| {
            let name = Symbol::new(name);
            Local { name, target: Target::Own(Own::Field, name), ty }
        };
        match self.resolved(ty) {
            Ty::Stack(at) => self.stack_members(at),
            Ty::Component(component) => self.component_members(component, steps),
            Ty::Resource(ty) => {
                let mut found: Vec<Local<'p>> =
                    ["id", "name", "arn", "label"].map(|name| own(name, Ty::Plain("text"))).into_iter().collect();
                let metric = Symbol::new("metric");
                found.push(Local { name: metric, target: Target::Own(Own::Function, metric), ty: Ty::Unknown });
                for (attribute, _) in ty.attributes() {
                    let (name, rest) = attribute.split_once('.').unwrap_or((attribute, ""));
                    let name = Symbol::new(name);
                    let member = if rest.is_empty() { Ty::Plain("text") } else { Ty::Attribute(ty, name) };
                    if !found.iter().any(|known| known.name == name) {
                        found.push(Local { name, target: Target::Attribute(ty, name), ty: member });
                    }
                }
                for property in ty.properties().filter(|property| !property.read_only()) {
                    let name = Symbol::new(property.name());
                    if !found.iter().any(|known| known.name == name) {
                        found.push(Local { name, target: Target::Property(ty, property), ty: Ty::Unknown });
                    }
                }
                found
            }
            Ty::Foreign => ["id", "name", "arn"].map(|name| own(name, Ty::Plain("text"))).into_iter().collect(),
            Ty::Attribute(ty, path) => ty
                .attributes()
                .filter_map(|(attribute, _)| {
                    let rest = attribute.strip_prefix(path.as_str())?.strip_prefix('.')?;
                    let whole = Symbol::new(attribute);
                    Some(Local { name: Symbol::new(rest), target: Target::Attribute(ty, whole), ty: Ty::Plain("text") })
                })
                .collect(),
            Ty::External(external) => {
                let output = |output: &'p crate::syntax::ast::ExternalOutput| Local {
                    name: output.name.name,
                    target: Target::ExternalOutput(output),
                    ty: Ty::Declared(&output.ty),
                };
                external.outputs.iter().map(output).collect()
            }
            Ty::Declared(TypeExpr { kind: TypeExprKind::Record(fields), .. }) => fields
                .iter()
                .map(|field| Local { name: field.name.name, target: Target::Field(field), ty: Ty::Declared(&field.ty) })
                .collect(),
            Ty::Record(entries) => entries
                .iter()
                .filter_map(|entry| match &entry.key {
                    crate::syntax::ast::EntryKey::Word(name) => Some(Local {
                        name: name.name,
                        target: Target::Binder(*name),
                        ty: self.infer(&entry.value, &Scope::top(name.span.file, true), steps + 1),
                    }),
                    crate::syntax::ast::EntryKey::Text(_) => None,
                })
                .collect(),
            Ty::Plain("duration") => {
                ["seconds", "minutes", "hours", "days"].map(|name| own(name, Ty::Plain("int"))).into_iter().collect()
            }
            Ty::Plain("size") => {
                ["B", "KiB", "MiB", "GiB", "TiB"].map(|name| own(name, Ty::Plain("int"))).into_iter().collect()
            }
            Ty::Plain("asset") => {
                ["bucket", "key", "hash"].map(|name| own(name, Ty::Plain("text"))).into_iter().collect()
            }
            Ty::Unknown | Ty::Family(_) | Ty::Declared(_) | Ty::Plain(_) | Ty::List(_) | Ty::Fn(_) => Vec::new(),
        }
    }

    /// The instances of a stack.
    pub(super) fn stack_members(&self, at: usize) -> Vec<Local<'p>> {
        let Some(stack) = self.program.stacks.get(at) else { return Vec::new() };
        self.instances(stack.parts.iter().flat_map(|(_, part)| &part.body))
    }

    /// The instances that statements declare, at whatever depth.
    pub(super) fn instances(&self, items: impl Iterator<Item = &'p Item>) -> Vec<Local<'p>> {
        let mut found: Vec<Local<'p>> = Vec::new();
        for item in items {
            each_statement(item, &mut |item| {
                if let ItemKind::Instance(instance) = &item.kind
                    && !found.iter().any(|known| known.name == instance.name.name)
                {
                    let (target, ty) = (Target::Instance(instance), self.of_instance(instance));
                    found.push(Local { name: instance.name.name, target, ty });
                }
            });
        }
        found
    }

    /// What an instance of a component offers.
    fn component_members(&self, component: &'p Component, steps: u32) -> Vec<Local<'p>> {
        let mut found: Vec<Local<'p>> = Vec::new();
        let inside = self.component_scope(component);
        for item in &component.body {
            each_statement(item, &mut |item| {
                if let ItemKind::Output(output) = &item.kind {
                    let ty = self.infer(&output.value, &inside, steps + 1);
                    found.push(Local { name: output.name.name, target: Target::Output(output), ty });
                }
            });
        }
        let params: Vec<Local<'p>> = params(component)
            .filter(|param| !found.iter().any(|known| known.name == param.name.name))
            .map(|param| Local { name: param.name.name, target: Target::Param(param), ty: Ty::Declared(&param.ty) })
            .collect();
        found.extend(params);
        if let Some(main) = self.main(component)
            && steps < MAX_STEPS
        {
            for member in self.members(&self.of_type(main.ty), steps + 1) {
                if !found.iter().any(|known| known.name == member.name) {
                    found.push(member);
                }
            }
        }
        found
    }

    /// What the names in a component are.
    pub(super) fn component_scope<'s>(&self, component: &'p Component) -> Scope<'s, 'p> {
        let mut names = self.instances(component.body.iter());
        for param in params(component) {
            let (target, ty) = (Target::Param(param), Ty::Declared(&param.ty));
            names.push(Local { name: param.name.name, target, ty });
        }
        Scope { outer: None, names, system: false, file: component.name.span.file }
    }

    /// The instance that a component stands for.
    pub(super) fn main(&self, component: &'p Component) -> Option<&'p Instance> {
        let mut main = None;
        for item in &component.body {
            each_statement(item, &mut |item| {
                if let ItemKind::Instance(instance) = &item.kind
                    && instance.main.is_some()
                {
                    main = Some(&**instance);
                }
            });
        }
        main
    }

    /// What can be granted on a value.
    pub(super) fn verbs(&self, ty: &Ty<'p>, steps: u32) -> Vec<&'p Verb> {
        match self.resolved(ty) {
            Ty::Component(component) if steps < MAX_STEPS => {
                let own = component
                    .body
                    .iter()
                    .filter_map(|item| if let ItemKind::Access(verb) = &item.kind { Some(verb) } else { None });
                let mut verbs: Vec<&'p Verb> = own.collect();
                if let Some(main) = self.main(component) {
                    verbs.extend(self.verbs(&self.of_type(main.ty), steps + 1));
                }
                verbs
            }
            Ty::Resource(ty) => {
                self.program.access_on(Symbol::new(ty.name())).flat_map(|access| &access.verbs).collect()
            }
            Ty::Family(inner) | Ty::List(inner) if steps < MAX_STEPS => self.verbs(&inner, steps + 1),
            Ty::Component(_)
            | Ty::Family(_)
            | Ty::List(_)
            | Ty::Unknown
            | Ty::Stack(_)
            | Ty::Foreign
            | Ty::External(_)
            | Ty::Declared(_)
            | Ty::Plain(_)
            | Ty::Record(_)
            | Ty::Attribute(..)
            | Ty::Fn(_) => Vec::new(),
        }
    }

    /// The resource type that a value is, or stands for.
    pub(super) fn resource(&self, ty: &Ty<'p>) -> Option<crate::catalog::ResourceType> {
        let mut ty = self.resolved(ty);
        for _ in 0..MAX_STEPS {
            if let Ty::Resource(found) = ty {
                return Some(found);
            }
            ty = match ty.component() {
                Some(component) => self.of_type(self.main(component)?.ty),
                None => self.resolved(&ty.each()?),
            };
        }
        None
    }
}

/// A statement and those in its branches and loops; components and stacks are not entered.
pub(super) fn each_statement<'p>(item: &'p Item, visit: &mut impl FnMut(&'p Item)) {
    visit(item);
    if matches!(item.kind, ItemKind::If(_) | ItemKind::For(_) | ItemKind::Match(_)) {
        parts(&item.kind).bodies.into_iter().flatten().for_each(|item| each_statement(item, visit));
    }
}
