//! Values.

use crate::ide::scope::Scope;
use crate::ide::target::Target;
use crate::ide::ty::{Keys, Ty, Wanted};
use crate::ide::walk::{Role, Walk};
use crate::syntax::ast::{
    BinaryOp, Comprehension, Expr, ExprKind, Ident, PathSentence, PerArm, PerKey, TextPiece, TypeExprKind, TypeName,
};

impl<'p> Walk<'_, 'p> {
    /// A value, and what is wanted of it.
    pub(super) fn value(&mut self, expr: &'p Expr, wanted: Wanted<'p>, scope: &Scope<'_, 'p>) {
        self.listener.value(expr, wanted, scope);
        let any = Wanted::Any;
        match &expr.kind {
            ExprKind::None
            | ExprKind::Bool(_)
            | ExprKind::Int(_)
            | ExprKind::Float(_)
            | ExprKind::Duration(_)
            | ExprKind::Size(_)
            | ExprKind::Percent(_)
            | ExprKind::Cidr(_)
            | ExprKind::Date(_)
            | ExprKind::Error => {}
            ExprKind::Text(text) => {
                for piece in &text.pieces {
                    if let TextPiece::Interpolation(inner) = piece {
                        self.value(inner, any, scope);
                    }
                }
            }
            ExprKind::Name(_) => self.name_of_value(expr, Role::Read, scope),
            ExprKind::TypeName(name) => self.type_name(TypeName { name: *name, span: expr.span }, false),
            ExprKind::Every(inner) | ExprKind::Unary(_, inner) => self.value(inner, wanted, scope),
            ExprKind::Field(of, name) => {
                self.value(of, any, scope);
                let ty = self.view.infer(of, scope, 0);
                self.listener.field(*name, &ty);
                if let Some((target, _)) = self.view.member(&ty, name.name, 0) {
                    self.name(*name, target, Role::Read);
                }
            }
            ExprKind::Index(of, key) => {
                self.value(of, any, scope);
                self.value(key, any, scope);
            }
            ExprKind::Call(callee, arguments) => {
                self.value(callee, any, scope);
                let function = self.view.infer(callee, scope, 0).function();
                for (at, argument) in arguments.iter().enumerate() {
                    let param = function.and_then(|function| match argument.name {
                        Some(name) => function.params.iter().find(|param| param.name.name == name.name),
                        None => function.params.get(at),
                    });
                    if let (Some(name), Some(param)) = (argument.name, param) {
                        self.name(name, Target::Param(param), Role::Set);
                    }
                    self.value(&argument.value, param.map_or(any, |param| Wanted::Declared(&param.ty)), scope);
                }
            }
            ExprKind::List(items) => {
                let item = self.view.item_of(wanted);
                items.iter().for_each(|value| self.value(value, item, scope));
            }
            ExprKind::Record(entries) => self.entries(entries, self.view.keys_of(wanted), scope),
            ExprKind::ListFor(comprehension, body) => {
                let item = self.view.item_of(wanted);
                self.comprehension(comprehension, scope, |walk, scope| walk.value(body, item, scope));
            }
            ExprKind::RecordFor(comprehension, entry) => {
                let keys = self.view.keys_of(wanted);
                self.comprehension(comprehension, scope, |walk, scope| walk.entry(entry, keys, &[], scope));
            }
            ExprKind::Binary(operator, left, right) => {
                let of_parts = match operator {
                    BinaryOp::Else | BinaryOp::Join => wanted,
                    BinaryOp::And | BinaryOp::Or => Wanted::Truth,
                    BinaryOp::Add
                    | BinaryOp::Subtract
                    | BinaryOp::Multiply
                    | BinaryOp::Divide
                    | BinaryOp::In
                    | BinaryOp::NotIn => any,
                };
                self.value(left, of_parts, scope);
                self.value(right, of_parts, scope);
            }
            ExprKind::Compare(first, rest) => {
                self.value(first, any, scope);
                let of_others = self.view.infer(first, scope, 0).declared().map_or(any, Wanted::Declared);
                rest.iter().for_each(|(_, other)| self.value(other, of_others, scope));
            }
            ExprKind::If(condition, then, otherwise) => {
                self.value(condition, Wanted::Truth, scope);
                self.value(then, wanted, scope);
                otherwise.iter().for_each(|otherwise| self.value(otherwise, wanted, scope));
            }
            ExprKind::Per(subject, arms) => self.per(subject, arms, wanted, scope),
            ExprKind::Quantified(_, binder, source, body) => {
                self.value(source, any, scope);
                let names = self.bound(std::slice::from_ref(binder), source, scope);
                self.value(body, Wanted::Truth, &scope.with(names));
            }
            ExprKind::Connects { from, to, ports, .. } => {
                self.value(from, Wanted::End, scope);
                self.value(to, Wanted::End, scope);
                self.ports(ports, scope);
            }
            ExprKind::Matching(text, _) => self.value(text, any, scope),
            ExprKind::Path(path) => self.sentence(path, scope),
            ExprKind::Can { who, action, on, .. } => {
                self.value(who, Wanted::Who, scope);
                let ty = self.view.infer(on, scope, 0);
                self.verb(*action, &ty, false);
                self.value(on, Wanted::What, scope);
            }
        }
    }

    fn per(&mut self, subject: &'p Expr, arms: &'p [PerArm], wanted: Wanted<'p>, scope: &Scope<'_, 'p>) {
        self.value(subject, Wanted::Any, scope);
        let by_environment = matches!(&subject.kind, ExprKind::Name(name) if *name == "env");
        for arm in arms {
            match &arm.key {
                Some(PerKey::Word(name)) if by_environment => {
                    self.environment(Ident { name: *name, span: arm.span });
                }
                Some(PerKey::Literal(literal)) => self.value(literal, Wanted::Prose, scope),
                Some(PerKey::Word(_)) | None => {}
            }
            self.value(&arm.value, wanted, scope);
        }
    }

    fn comprehension(
        &mut self,
        comprehension: &'p Comprehension,
        scope: &Scope<'_, 'p>,
        body: impl FnOnce(&mut Self, &Scope<'_, 'p>),
    ) {
        self.value(&comprehension.source, Wanted::Any, scope);
        let names = self.bound(&comprehension.binders, &comprehension.source, scope);
        let inside = scope.with(names);
        comprehension.condition.iter().for_each(|condition| self.value(condition, Wanted::Truth, &inside));
        body(self, &inside);
    }

    pub(super) fn sentence(&mut self, path: &'p PathSentence, scope: &Scope<'_, 'p>) {
        [&path.from, &path.to]
            .into_iter()
            .chain(&path.through)
            .chain(&path.without)
            .for_each(|end| self.value(end, Wanted::End, scope));
        self.ports(&path.ports, scope);
    }
}

impl<'p> crate::ide::view::View<'p> {
    /// What is wanted of the items of a list.
    fn item_of(&self, wanted: Wanted<'p>) -> Wanted<'p> {
        match wanted {
            Wanted::Shape(ty, shape) => {
                let items = shape.items().or_else(|| shape.one_of().chain(shape.any_of()).find_map(|one| one.items()));
                items.map_or(Wanted::Any, |items| Wanted::Shape(ty, items))
            }
            Wanted::Declared(ty) => {
                let resolved = self.resolved(&Ty::Declared(ty));
                let item = if let Ty::List(inner) = &resolved { inner.declared() } else { None };
                item.map_or(Wanted::Any, Wanted::Declared)
            }
            Wanted::Who | Wanted::What | Wanted::End => wanted,
            Wanted::Any | Wanted::Truth | Wanted::Prose => Wanted::Any,
        }
    }

    /// What the keys of a record are.
    fn keys_of(&self, wanted: Wanted<'p>) -> Keys<'p> {
        match wanted {
            Wanted::Shape(ty, shape) => Keys::Shape(ty, shape, false),
            Wanted::Declared(ty) => {
                let resolved = self.resolved(&Ty::Declared(ty));
                let record = resolved.declared().filter(|inner| matches!(inner.kind, TypeExprKind::Record(_)));
                let map = matches!(resolved, Ty::Family(_)).then_some(ty);
                record.or(map).map_or(Keys::Any, Keys::Fields)
            }
            Wanted::Any | Wanted::Truth | Wanted::Who | Wanted::What | Wanted::End | Wanted::Prose => Keys::Any,
        }
    }
}
