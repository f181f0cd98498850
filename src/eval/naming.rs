//! What stacks and resources are called, and the cases of names.

use crate::base::{Span, Symbol};
use crate::diag::{Diagnostic, codes};
use crate::eval::Evaluator;
use crate::eval::model::{Name, ResourceId, StackId};
use crate::eval::origin::Origin;
use crate::eval::scope::{FrameKind, Scope};
use crate::eval::spread::{Part, Spread};
use crate::eval::value::{Kind, Template, Value};
use crate::syntax::ast::{Expr, ExprKind, NamingRule, NamingSubject, Stack};

/// Why a name is what it is, for provenance.
const NAMED: &str = "named by this rule";
const NAMED_HERE: &str = "named here";

impl<'p> Evaluator<'p> {
    fn rule(&self, wanted: impl Fn(NamingSubject) -> bool) -> Option<&'p NamingRule> {
        self.program.naming.iter().copied().find(|rule| wanted(rule.subject))
    }

    /// The physical name of a stack.
    pub(super) fn stack_name(&mut self, name: Symbol, head: &'p Stack, scope: &Scope<'p>) -> (String, Spread) {
        if let Some(whole) = &head.as_name {
            return self.known_name(whole, scope);
        }
        let stack = kebab(name.as_str());
        let rule = if head.per_account.is_some() {
            self.rule(|subject| matches!(subject, NamingSubject::PerAccount))
        } else {
            self.rule(|subject| matches!(subject, NamingSubject::Stack))
        };
        let Some(rule) = rule else {
            let (system, environment) = (self.program.system.name, self.environment);
            if head.per_account.is_some() {
                return (format!("{system}-{stack}"), Spread::NONE);
            }
            let parts = vec![
                Part::Text(format!("{system}-").into()),
                Part::Env(environment.as_str().into()),
                Part::Text(format!("-{stack}").into()),
            ];
            return (format!("{system}-{environment}-{stack}"), self.model.spreads.text(parts));
        };
        let inner = self.root(true).with(FrameKind::Values(
            [
                (Symbol::new("stack"), Value::text(&stack, Origin::INHERITED)),
                (Symbol::new("id"), Value::text(&stack, Origin::INHERITED)),
            ]
            .into_iter()
            .collect(),
        ));
        self.known_name(&rule.value, &inner)
    }

    fn known_name(&mut self, name: &'p Expr, scope: &Scope<'p>) -> (String, Spread) {
        let value = self.evaluate(name, scope);
        let text = match &value.kind {
            Kind::Text(text) => self.by_value(text),
            Kind::Error => Some(String::new()),
            Kind::Secret(_) => {
                self.secret_exposed(name.span, "a plain text");
                Some(String::new())
            }
            _ => {
                self.wrong_type(&value, name.span, "a text is wanted here");
                Some(String::new())
            }
        };
        if text.is_none() {
            self.report(
                Diagnostic::new(codes::DEPLOYED_VALUE, name.span, "this text must be known when built")
                    .help("take it from a `param`, a `let` or a text that is written out"),
            );
        }
        (text.unwrap_or_default(), value.spread)
    }

    /// The physical name of a resource: what the source says, or what the rules make of its id.
    pub(super) fn resource_name(&mut self, id: ResourceId, property: Option<&'static str>) -> Option<Name> {
        let resource = self.model.resources.get(id.index())?;
        let (instance, ty, stack, whole_id) = (resource.instance, resource.ty, resource.stack, resource.id.clone());
        if let Some((speaker, value)) = self.decided_setting(instance, "name") {
            return self.spoken_name(speaker, &value, property);
        }
        let per_account = self.model.stacks.get(stack.index()).is_some_and(|stack| stack.per_account);
        // A rule for a type may speak of the environment; what stands in a shared stack belongs to none.
        let rule = if per_account {
            self.rule(|subject| matches!(subject, NamingSubject::PerAccount))
        } else {
            self.rule(|subject| matches!(subject, NamingSubject::Type(name) if name.name == ty))
                .or_else(|| self.rule(|subject| matches!(subject, NamingSubject::Default)))
        }?;
        if matches!(&rule.value.kind, ExprKind::Name(name) if *name == "generated") {
            return None;
        }
        let scope = self.naming_scope(stack, &whole_id);
        let value = self.evaluate(&rule.value, &scope);
        match value.kind {
            Kind::Text(text) => self.checked_name((text, value.spread), rule.value.span, NAMED, property),
            Kind::None | Kind::Error => None,
            _ => {
                self.wrong_type(&value, rule.value.span, "a naming rule gives a text, or is `generated`");
                None
            }
        }
    }

    fn spoken_name(
        &mut self,
        instance: crate::eval::model::InstanceId,
        value: &Value,
        property: Option<&'static str>,
    ) -> Option<Name> {
        let span = self.model.origins.span(value.origin);
        match &value.kind {
            Kind::Text(text) => {
                if self.common_setting(instance, "because").is_none_or(|reason| reason.is_none()) {
                    let diagnostic = Diagnostic::new(
                        codes::WAIVER_WITHOUT_REASON,
                        span,
                        "this name leaves the naming rules without saying why",
                    )
                    .help("add `because = \"…\"`, or set only its part of the name with `id = \"…\"`");
                    self.report(diagnostic);
                }
                self.checked_name((text.clone(), value.spread), span, NAMED_HERE, property)
            }
            Kind::None | Kind::Error => None,
            _ => {
                self.wrong_type(value, span, "a name is a text");
                None
            }
        }
    }

    fn naming_scope(&mut self, stack: StackId, id: &str) -> Scope<'p> {
        let stack =
            self.model.stacks.get(stack.index()).map(|stack| kebab(stack.called().as_str())).unwrap_or_default();
        self.root(true).with(FrameKind::Values(
            [
                (Symbol::new("stack"), Value::text(&stack, Origin::INHERITED)),
                (Symbol::new("id"), Value::text(id, Origin::INHERITED)),
            ]
            .into_iter()
            .collect(),
        ))
    }

    fn checked_name(
        &mut self,
        name: (Template, Spread),
        span: Span,
        reason: &'static str,
        property: Option<&'static str>,
    ) -> Option<Name> {
        let (text, spread) = name;
        let resource = text.holes().any(|hole| matches!(hole, crate::eval::value::Hole::Resource(..)));
        if resource {
            self.report(
                Diagnostic::new(codes::DEPLOYED_VALUE, span, "a name cannot depend on what is deployed")
                    .help("use params, `id`, `stack`, `env`, `account` and `region` in names"),
            );
            return None;
        }
        let origin = self.model.origins.add(span, reason, Origin::INHERITED);
        let excused = reason == NAMED_HERE;
        Some(Name { text, origin, property: property.map(str::to_owned), spread, excused })
    }
}

/// `PublicSubnet` and `public_subnet` as `public-subnet`. Digits stay with the letters before them.
pub(super) fn kebab(name: &str) -> String {
    let mut kebab = String::with_capacity(name.len() + 4);
    let mut before: Option<char> = None;
    let mut letters = name.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter.is_ascii_alphanumeric() {
            let starts_word = letter.is_ascii_uppercase()
                && before.is_some_and(|before| {
                    before.is_ascii_lowercase()
                        || before.is_ascii_digit()
                        || (before.is_ascii_uppercase() && letters.peek().is_some_and(char::is_ascii_lowercase))
                });
            if starts_word && !kebab.ends_with('-') {
                kebab.push('-');
            }
            kebab.push(letter.to_ascii_lowercase());
        } else if !kebab.is_empty() && !kebab.ends_with('-') {
            kebab.push('-');
        }
        before = Some(letter);
    }
    kebab.trim_end_matches('-').to_owned()
}

/// `public_subnet` and `public-subnet` as `PublicSubnet`; other capitals stay as they are.
pub(crate) fn pascal(name: &str) -> String {
    let mut pascal = String::with_capacity(name.len());
    let mut start = true;
    for letter in name.chars() {
        if letter.is_ascii_alphanumeric() {
            pascal.push(if start { letter.to_ascii_uppercase() } else { letter });
            start = false;
        } else {
            start = true;
        }
    }
    pascal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_change_case_as_people_expect() {
        assert_eq!(kebab("PublicSubnet1"), "public-subnet1");
        assert_eq!(kebab("public_subnet"), "public-subnet");
        assert_eq!(kebab("fileService"), "file-service");
        assert_eq!(kebab("HTTPApi"), "http-api");
        assert_eq!(kebab("GET /api/files"), "get-api-files");
        assert_eq!(pascal("public_subnet"), "PublicSubnet");
        assert_eq!(pascal("GET /api/files"), "GETApiFiles");
        assert_eq!(pascal("fileService"), "FileService");
    }
}
