//! What was granted, as an invariant asks for it: `WHO can ACTION on WHAT`, `forbid grant WHO ACTION on WHAT`.

use crate::base::{Span, Symbol};
use crate::diag::{Diagnostic, codes};
use crate::eval::Evaluator;
use crate::eval::model::{Effect, ResourceId, Statement, Who};
use crate::eval::scope::{Placed, Scope};
use crate::eval::value::{Kind, Principal, Template, Value};
use crate::syntax::ast::{self, Expr};

/// What a question about grants is about.
struct Asked {
    resources: Vec<ResourceId>,
    /// ARNs that are written out.
    texts: Vec<Template>,
}

impl Asked {
    /// Whether a statement allows an action, or a verb, on one of these.
    fn allowed_by(&self, statement: &Statement, wanted: Symbol) -> bool {
        let on = statement.target.is_some_and(|target| self.resources.contains(&target))
            || statement
                .permissions
                .iter()
                .any(|permission| permission.resources.iter().any(|resource| self.texts.contains(resource)));
        let does = statement.verbs.contains(&wanted)
            || statement.permissions.iter().any(|permission| permission.actions.contains(&wanted));
        statement.effect == Effect::Allow && on && does
    }
}

impl<'p> Evaluator<'p> {
    /// `[only] WHO can ACTION on WHAT`.
    pub(super) fn can(
        &mut self,
        only: bool,
        who: &'p Expr,
        action: &'p ast::Ident,
        on: &'p Expr,
        span: Span,
        scope: &Scope<'p>,
    ) -> Value {
        let named = self.evaluate(who, scope);
        let roles = self.roles_of(&named, who.span);
        let target = self.evaluate(on, scope);
        if named.is_error() || target.is_error() {
            return self.value(Kind::Error, span);
        }
        let asked = self.asked(&target);
        let statements = self.model.statements.iter().filter(|statement| asked.allowed_by(statement, action.name));
        let mut holders = statements.map(|statement| match &statement.who {
            Who::Role(role) => Some(*role),
            Who::Other(_) => None,
        });
        let holds = if only {
            holders.all(|holder| holder.is_some_and(|holder| roles.contains(&holder)))
        } else {
            holders.any(|holder| holder.is_some_and(|holder| roles.contains(&holder)))
        };
        self.value(Kind::Bool(holds), span)
    }

    /// Reports every grant that `forbid grant` speaks of. `everyone` is whoever it may be.
    pub(super) fn check_forbidden_grant(&mut self, grant: &'p ast::Grant, placed: &Placed<'p>) {
        let who = self.evaluate(&grant.who, &placed.scope);
        let actors: Vec<Who> =
            self.actors(&who, grant.who.span, Effect::Deny).into_iter().map(|(actor, _)| actor).collect();
        let target = self.evaluate(&grant.on, &placed.scope);
        let asked = self.asked(&target);
        let whoever = actors.contains(&Who::Other(Principal::Everyone));
        let mut found = Vec::new();
        for verb in &grant.verbs {
            let granted = self.model.statements.iter().filter(|statement| {
                (whoever || actors.contains(&statement.who)) && asked.allowed_by(statement, verb.name)
            });
            for statement in granted {
                let place = self.model.origins.user_span(statement.origin);
                found.push(
                    Diagnostic::new(codes::ENSURE_FAILED, placed.item.span, format!("`{}` is granted", verb.name))
                        .here("forbidden here")
                        .label(place, "granted here")
                        .help("remove the grant, or what forbids it"),
                );
            }
        }
        found.into_iter().for_each(|diagnostic| self.report(diagnostic));
    }

    fn asked(&self, value: &Value) -> Asked {
        let mut asked = Asked { resources: Vec::new(), texts: Vec::new() };
        self.gather(value, &mut asked);
        asked
    }

    fn gather(&self, value: &Value, asked: &mut Asked) {
        let resource = |id: crate::eval::model::InstanceId| {
            self.model.instances.get(id.index()).and_then(|instance| instance.resource)
        };
        match &value.kind {
            Kind::Instance(id) => asked.resources.extend(resource(*id)),
            Kind::Family(family) => asked.resources.extend(family.values().filter_map(|id| resource(*id))),
            Kind::Text(text) => asked.texts.push(text.clone()),
            Kind::List(items) => items.iter().for_each(|item| self.gather(item, asked)),
            _ => {}
        }
    }
}
