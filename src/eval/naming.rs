//! What stacks and resources are called, and the cases of names.

use std::rc::Rc;
use std::sync::Arc;

use crate::base::{Span, Symbol};
use crate::catalog::NameCase;
use crate::diag::{Diagnostic, codes};
use crate::eval::Evaluator;
use crate::eval::model::{Export, InstanceId, Name, ResourceId, StackId};
use crate::eval::origin::Origin;
use crate::eval::scope::{FrameKind, Owner, Placed, Scope};
use crate::eval::spread::{Part, Spread};
use crate::eval::value::{Hole, Kind, Piece, Pseudo, Template, Value};
use crate::syntax::ast::{Expr, ExprKind, ItemKind, NamingRule, NamingSubject, Stack};

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
            let (system, environment) = (self.program.system.name, self.model.environment.name);
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
                self.secret_exposed(&value, name.span, "a name");
                Some(String::new())
            }
            _ => {
                self.wrong_type(&value, name.span, "a text is wanted here");
                Some(String::new())
            }
        };
        if text.is_none() {
            let diagnostic = self.deployed(&value, name.span, "this text must be known when built");
            self.report(diagnostic.help("take it from a `param`, a `let` or a text that is written out"));
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
        let (rule, scope) = self.naming_rule(instance, ty, stack)?;
        if matches!(&rule.value.kind, ExprKind::Name(name) if *name == "generated") {
            return None;
        }
        let scope = self.naming_scope(&scope, stack, &whole_id);
        let value = self.evaluate(&rule.value, &scope);
        match value.kind {
            Kind::Text(text) => {
                let rules = self.catalog.resource_type(ty.as_str()).and_then(|ty| ty.name_rules());
                let lower = property.is_some() && rules.and_then(|rules| rules.case()) == Some(NameCase::Lower);
                let named = Value::new(Kind::Text(text.clone()), value.origin).spread(value.spread);
                let named = if lower { self.in_lower_case(named) } else { (text, value.spread) };
                self.checked_name(named, rule.value.span, NAMED, property)
            }
            Kind::None | Kind::Error => None,
            Kind::Secret(_) => {
                self.secret_exposed(&value, rule.value.span, "a name");
                None
            }
            _ => {
                self.wrong_type(&value, rule.value.span, "a naming rule gives a text, or is `generated`");
                None
            }
        }
    }

    /// The rule for a resource: the most exact one (for its type, for a component around it, `default`), and of equally exact ones
    /// the nearest (in a component around it, in its stack, in the system).
    fn naming_rule(&mut self, instance: InstanceId, ty: Symbol, stack: StackId) -> Option<(&'p NamingRule, Scope<'p>)> {
        let blocks = self.naming_blocks();
        let mut around = Vec::new();
        let mut at = instance;
        while let Some(parent) = self.model.instances.get(at.index()).and_then(|instance| instance.parent) {
            around.push(parent);
            at = parent;
        }
        let owners = around.iter().map(|parent| Owner::Component(*parent)).chain([Owner::Stack(stack)]);
        let owners = owners.filter(|_| !blocks.is_empty());
        let mut rules: Vec<(&'p NamingRule, Scope<'p>)> = Vec::new();
        for owner in owners {
            for placed in blocks.iter().filter(|placed| placed.owner == owner) {
                if let ItemKind::Naming(block) = &placed.item.kind {
                    rules.extend(block.iter().map(|rule| (rule, placed.scope.clone())));
                }
            }
        }
        // A rule of the system may speak of the environment; what stands in a shared stack belongs to none.
        let per_account = self.model.stacks.get(stack.index()).is_some_and(|stack| stack.per_account);
        if !per_account {
            let system = self.root(true);
            rules.extend(self.program.naming.iter().map(|rule| (*rule, system.clone())));
        }
        let find =
            |wanted: &dyn Fn(NamingSubject) -> bool| rules.iter().find(|(rule, _)| wanted(rule.subject)).cloned();
        let of_component = |parent: &InstanceId| {
            let component = self.data(*parent)?.component?;
            find(&|subject| {
                matches!(subject, NamingSubject::Type(name)
                    if self.program.component_at(name).is_some_and(|named| std::ptr::eq(named, component)))
            })
        };
        find(&|subject| matches!(subject, NamingSubject::Type(name) if name.name == ty))
            .or_else(|| around.iter().find_map(of_component))
            .or_else(|| find(&|subject| matches!(subject, NamingSubject::Default)))
            .or_else(|| {
                let shared = self.rule(|subject| per_account && matches!(subject, NamingSubject::PerAccount));
                shared.map(|rule| (rule, self.root(true)))
            })
    }

    /// The `naming` of stacks and components.
    fn naming_blocks(&mut self) -> Rc<[Placed<'p>]> {
        if let Some(known) = &self.naming {
            return Rc::clone(known);
        }
        let is_naming = |placed: &&Placed<'p>| matches!(placed.item.kind, ItemKind::Naming(_));
        let blocks: Rc<[Placed<'p>]> = self.statements.iter().filter(is_naming).cloned().collect();
        self.naming = Some(Rc::clone(&blocks));
        blocks
    }

    /// A name in the case in which AWS keeps it; as it is, where a part of it is known only when deployed.
    fn in_lower_case(&mut self, name: Value) -> (Template, Spread) {
        let Kind::Text(text) = &name.kind else { return (Template::default(), Spread::NONE) };
        match lower(text) {
            Some(lower) => {
                let spread = self.changed("lower", &name, text);
                (lower, spread)
            }
            None => (text.clone(), name.spread),
        }
    }

    /// The name under which a rule exports a stack's output, if there is one for exports.
    pub(super) fn export_name(&mut self, stack: StackId, output: Symbol) -> Option<Export> {
        let rule = self.rule(|subject| matches!(subject, NamingSubject::Export))?;
        let scope = self.naming_scope(&self.root(true), stack, "").with(FrameKind::Values(
            [(Symbol::new("output"), Value::text(output.as_str(), Origin::INHERITED))].into_iter().collect(),
        ));
        let (text, spread) = self.spread_text_of(&rule.value, &scope);
        let origin = self.model.origins.add(rule.value.span, NAMED, Origin::INHERITED);
        Some(Export { text, origin, spread })
    }

    /// What the rules call a resource, also where AWS has no name for it; `None` if AWS makes its name.
    pub(super) fn label(&mut self, id: ResourceId) -> Option<Template> {
        let instance = self.model.resources.get(id.index())?.instance;
        let text = self.instance_id_text(instance);
        let resource = self.model.resources.get_mut(id.index())?;
        resource.id = text;
        // What is wrong with the name is told where it is the name.
        let before = self.diagnostics.len();
        let name = self.resource_name(id, None);
        self.diagnostics.truncate(before);
        name.map(|name| name.text)
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
            Kind::Secret(_) => {
                self.secret_exposed(value, span, "a name");
                None
            }
            _ => {
                self.wrong_type(value, span, "a name is a text");
                None
            }
        }
    }

    fn naming_scope(&self, around: &Scope<'p>, stack: StackId, id: &str) -> Scope<'p> {
        let stack =
            self.model.stacks.get(stack.index()).map(|stack| kebab(stack.called().as_str())).unwrap_or_default();
        around.with(FrameKind::Values(
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
            let value = self.value(Kind::Text(text), span);
            let diagnostic = self.deployed(&value, span, "a name cannot depend on what is deployed");
            self.report(diagnostic.help("use params, `id`, `stack`, `env`, `account` and `region` in names"));
            return None;
        }
        let origin = self.model.origins.add(span, reason, Origin::INHERITED);
        let excused = reason == NAMED_HERE;
        Some(Name { text, origin, property: property.map(str::to_owned), spread, excused })
    }
}

/// A text in lower case: account, region and partition have no other. `None`: it holds what is known only when deployed.
pub(super) fn lower(text: &Template) -> Option<Template> {
    let piece = |piece: &Piece| match piece {
        Piece::Literal(text) => Some(Piece::Literal(text.to_lowercase().into())),
        Piece::Hole(Hole::Pseudo(Pseudo::Account | Pseudo::Region | Pseudo::Partition | Pseudo::UrlSuffix)) => {
            Some(piece.clone())
        }
        Piece::Hole(_) => None,
    };
    let pieces: Option<Vec<Piece>> = text.pieces.iter().map(piece).collect();
    pieces.map(|pieces| Template { pieces: Arc::new(pieces) })
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
