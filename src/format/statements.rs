//! Declarations and statements.

use super::build::{BODY, Brackets, Builder, CALL, ENTRIES, Element, Part};
use super::cursor::{Built, Mismatch, Remark};
use super::doc::{Cell, Doc, Kind};
use super::exprs::{entry, item as value, path_parts, port_parts};
use crate::syntax::ast::{
    AccessItem, AccessOn, AccessStatement, Connect, Endpoint, Expr, ExternalSource, Forbid, Grant, Ident, If, Instance,
    Item, ItemKind, Mark, MarkArgument, MatchArm, NamingRule, NamingSubject, Param, PolicyRule, ResourcePolicy, Stack,
    TestBody, Verb, With, WithEntry,
};

/// The parts of a statement before its block or value.
type Parts<'a> = Vec<Part<'a>>;

impl<'s> Builder<'s> {
    /// A declaration with its marks.
    fn item(&mut self, item: &Item) -> Built<Cell> {
        let mut marks = Vec::new();
        for mark in &item.marks {
            self.mark(mark, &mut marks)?;
            let gap = self.cursor.gap(false);
            let (alone, behind): (Vec<_>, Vec<_>) = gap.remarks.into_iter().partition(|remark| remark.alone);
            marks.extend(behind.into_iter().map(Remark::doc));
            marks.push(Doc::Break);
            marks.extend(alone.into_iter().map(Remark::doc));
        }
        let start = self.cursor.at;
        let cell = self.statement(item).unwrap_or_else(|Mismatch| {
            self.cursor.at = start;
            let end = (item.span.hi as usize).max(start);
            Cell::plain(vec![self.cursor.verbatim(start, end)])
        });
        if marks.is_empty() {
            return Ok(cell);
        }
        marks.extend(cell.into_docs());
        Ok(Cell::plain(marks))
    }

    fn mark(&mut self, mark: &Mark, out: &mut Vec<Doc>) -> Built<()> {
        self.cursor.sign("@", out)?;
        self.cursor.leaf(mark.name.span, out)?;
        if self.cursor.peek() != Some('(') {
            return Ok(());
        }
        self.sequence(CALL, mark.arguments.iter().map(mark_argument).collect(), out)
    }

    fn statement(&mut self, item: &Item) -> Built<Cell> {
        let hi = item.span.hi;
        let plain = |docs| Ok(Cell::plain(docs));
        match &item.kind {
            ItemKind::System(name) => plain(self.head(&[Part::Leaf(name.span)], None)?),
            ItemKind::Param(param) => self.param(param),
            ItemKind::Environment(environment) => {
                let mut parts = vec![Part::Leaf(environment.name.span)];
                parts.extend(environment.from.map(|from| Part::Leaf(from.span)));
                self.with_block(&parts, ENTRIES, environment.entries.iter().map(entry).collect())
            }
            ItemKind::Naming(rules) => self.with_block(&[], ENTRIES, rules.iter().map(naming_rule).collect()),
            ItemKind::Tags(entries) | ItemKind::Lints(entries) => {
                self.with_block(&[], ENTRIES, entries.iter().map(entry).collect())
            }
            ItemKind::RequireTag(tag) => {
                let mut parts = vec![Part::Leaf(tag.name.span)];
                parts.extend(tag.pattern.as_ref().map(|pattern| Part::Leaf(pattern.span)));
                plain(self.head(&parts, None)?)
            }
            ItemKind::Stack(stack) => self.stack(stack),
            ItemKind::Instance(instance) => self.instance(instance),
            ItemKind::Extend(extend) => {
                self.with_block(&[Part::Expr(&extend.target)], ENTRIES, extend.entries.iter().map(entry).collect())
            }
            ItemKind::Output(output) => {
                let head = self.head(&[Part::Leaf(output.name.span)], None)?;
                let mut body = Vec::new();
                self.assigned(&output.value, &mut body)?;
                if let Some(name) = &output.as_name {
                    self.clause(&[Part::Expr(name)], &mut body)?;
                }
                Ok(Cell { head: Some((Kind::Output, head)), body })
            }
            ItemKind::Component(component) => self.with_block(
                &[Part::Leaf(component.name.span)],
                BODY,
                component.body.iter().map(statement).collect(),
            ),
            ItemKind::Access(verb) => {
                let mut docs = self.words_before(verb.name)?;
                self.verb(verb, &mut docs)?;
                plain(docs)
            }
            ItemKind::AccessOn(access) => self.access_on(access),
            ItemKind::Principal(role) => plain(self.head(&[Part::Expr(role)], None)?),
            ItemKind::Endpoint(endpoint) => plain(self.head(&endpoint_parts(endpoint), Some(hi))?),
            ItemKind::Grant(grant) | ItemKind::Deny(grant) => plain(self.head(&grant_parts(grant), Some(hi))?),
            ItemKind::Permit(permit) => {
                let mut parts = grant_parts(&permit.grant);
                parts.extend(permit.because.as_ref().map(Part::Expr));
                plain(self.head(&parts, Some(hi))?)
            }
            ItemKind::Connect(connect) => plain(self.head(&connect_parts(connect), Some(hi))?),
            ItemKind::External(external) => {
                let mut parts = vec![Part::Leaf(external.name.span)];
                parts.extend(external.title.iter().chain(&external.from).map(Part::Expr));
                parts.extend(external.after.iter().chain(&external.before).map(Part::Path));
                let outputs = external.outputs.iter().map(|output| {
                    Element::plain(output.span, move |builder: &mut Builder<'s>, out| {
                        let parts = [Part::Leaf(output.name.span), Part::Type(&output.ty)];
                        let mut parts: Parts<'_> = parts.into();
                        parts.extend(output.source.text().map(Part::Expr));
                        out.append(&mut builder.head(&parts, Some(output.span.hi))?);
                        Ok(())
                    })
                });
                let elements = outputs.chain(external.settings.iter().map(entry)).collect();
                self.with_optional_block(parts, elements, hi)
            }
            ItemKind::Step(step) => {
                let mut parts = vec![Part::Leaf(step.name.span)];
                parts.extend(step.text.as_ref().map(Part::Expr));
                parts.extend(step.after.iter().chain(&step.before).map(Part::Path));
                self.with_optional_block(parts, step.settings.iter().map(entry).collect(), hi)
            }
            ItemKind::Ensure(ensure) => match (&ensure.text, ensure.body.as_slice()) {
                (None, [condition]) => plain(self.head(&[Part::Expr(condition)], None)?),
                (Some(text), conditions) => {
                    self.with_block(&[Part::Expr(text)], ENTRIES, conditions.iter().map(value).collect())
                }
                (None, _) => Err(Mismatch),
            },
            ItemKind::AtLeast(one) => {
                plain(self.head(&[Part::Leaf(one.higher.span), Part::Leaf(one.lower.span)], None)?)
            }
            ItemKind::Crossing(crossing) => {
                let ends = [&crossing.from, &crossing.to].into_iter();
                let ends =
                    ends.flat_map(|end| end.what.iter().map(Part::Expr).chain([Part::Leaf(end.environment.span)]));
                let parts: Vec<Part<'_>> = ends.chain(crossing.ports.iter().flat_map(port_parts)).collect();
                plain(self.head(&parts, None)?)
            }
            ItemKind::Forbid(forbid) => {
                let parts = match forbid {
                    Forbid::Path(path) => path_parts(path),
                    Forbid::Grant(grant) => grant_parts(grant),
                };
                plain(self.head(&parts, Some(hi))?)
            }
            ItemKind::Policy(policy) => {
                self.with_block(&[Part::Leaf(policy.name.span)], BODY, policy.rules.iter().map(rule).collect())
            }
            ItemKind::UsePolicy(path) => plain(self.head(&[Part::Path(path)], None)?),
            ItemKind::Use(used) => {
                let mut parts: Parts<'_> = used.names.iter().map(|name| Part::Leaf(name.span)).collect();
                parts.push(Part::Expr(&used.path));
                plain(self.head(&parts, None)?)
            }
            ItemKind::Test(test) => {
                let mut parts = vec![Part::Expr(&test.name)];
                parts.extend(test.environments.iter().map(|name| Part::Leaf(name.span)));
                let mut docs = self.head(&parts, None)?;
                self.cursor.blanks(&mut docs);
                if self.cursor.is_at_word("with") {
                    self.block(&[], ENTRIES, test.with.iter().map(entry).collect(), &mut docs)?;
                }
                match &test.body {
                    TestBody::Fails(code) => self.clause(&[Part::Leaf(code.span)], &mut docs)?,
                    TestBody::Asserts(asserts) => {
                        let asserts = asserts.iter().map(|condition| {
                            Element::open(condition.span.lo, move |builder: &mut Builder<'s>| {
                                Ok(Cell::plain(builder.head(&[Part::Expr(condition)], None)?))
                            })
                        });
                        self.block(&[], ENTRIES, asserts.collect(), &mut docs)?;
                    }
                }
                plain(docs)
            }
            ItemKind::Claim(claim) => {
                self.with_block(&[Part::Expr(&claim.text)], ENTRIES, claim.entries.iter().map(entry).collect())
            }
            ItemKind::If(branch) => {
                let mut docs = Vec::new();
                self.branch(branch, &mut docs)?;
                plain(docs)
            }
            ItemKind::For(each) => {
                let binders: Parts<'_> = each.binders.iter().map(|binder| Part::Leaf(binder.span)).collect();
                let mut docs = self.head(&binders, None)?;
                let mut source = Vec::new();
                self.words(each.source.span.lo as usize, &mut source)?;
                docs.push(Doc::Space);
                docs.append(&mut source);
                docs.push(Doc::Space);
                self.expr(&each.source, &mut docs)?;
                self.block(&[], BODY, each.body.iter().map(statement).collect(), &mut docs)?;
                plain(docs)
            }
            ItemKind::Match(choice) => {
                self.with_block(&[Part::Expr(&choice.subject)], BODY, choice.arms.iter().map(match_arm).collect())
            }
            ItemKind::Let(binding) => {
                let mut parts = vec![Part::Leaf(binding.name.span)];
                parts.extend(binding.ty.as_ref().map(Part::Type));
                let head = self.head(&parts, None)?;
                let mut body = Vec::new();
                self.assigned(&binding.value, &mut body)?;
                Ok(Cell { head: Some((Kind::Let, head)), body })
            }
            ItemKind::Fn(function) => {
                let mut docs = self.head(&[Part::Leaf(function.name.span)], None)?;
                let params = function.params.iter().map(|param| {
                    let end = param.default.as_ref().map_or(param.ty.span, |default| default.span);
                    Element::new(param.name.span.to(end), move |builder: &mut Builder<'s>| builder.param(param))
                });
                self.sequence(CALL, params.collect(), &mut docs)?;
                if let Some(result) = &function.result {
                    self.clause(&[Part::Type(result)], &mut docs)?;
                }
                docs.push(Doc::Space);
                self.assigned(&function.body, &mut docs)?;
                plain(docs)
            }
            ItemKind::Type(alias) => {
                let mut docs = self.head(&[Part::Leaf(alias.name.span)], None)?;
                self.clause(&[Part::Type(&alias.ty)], &mut docs)?;
                plain(docs)
            }
            ItemKind::Error => Err(Mismatch),
        }
    }

    fn param(&mut self, param: &Param) -> Built<Cell> {
        let mut docs = self.head(&[Part::Leaf(param.name.span), Part::Type(&param.ty)], None)?;
        if let Some(default) = &param.default {
            docs.push(Doc::Space);
            self.assigned(default, &mut docs)?;
        }
        Ok(Cell::plain(docs))
    }

    fn stack(&mut self, stack: &Stack) -> Built<Cell> {
        let mut parts = vec![Part::Leaf(stack.name.span)];
        let clauses = [&stack.title, &stack.as_name, &stack.region, &stack.condition];
        parts.extend(clauses.into_iter().flatten().map(Part::Expr));
        parts.extend(stack.after.iter().map(Part::Path));
        self.with_block(&parts, BODY, stack.body.iter().map(statement).collect())
    }

    fn instance(&mut self, instance: &Instance) -> Built<Cell> {
        let mut head = self.head(&[Part::Leaf(instance.name.span)], None)?;
        if let Some(key) = &instance.key {
            self.enclosed("[", "]", &mut head, |builder, inner| builder.expr(key, inner))?;
        }
        let mut body = Vec::new();
        self.words(instance.ty.span.lo as usize, &mut body)?;
        body.push(Doc::Space);
        self.cursor.leaf(instance.ty.span, &mut body)?;
        self.block(&[], ENTRIES, instance.settings.iter().map(entry).collect(), &mut body)?;
        self.cursor_at_end(&mut body, "with");
        if self.cursor.is_at_word("with") {
            self.block(&[], ENTRIES, instance.with.iter().map(with).collect(), &mut body)?;
        }
        Ok(Cell { head: Some((Kind::Instance, head)), body })
    }

    /// Goes to a word that may follow, if nothing but blanks stand before it.
    fn cursor_at_end(&mut self, body: &mut Vec<Doc>, word: &str) {
        let (at, length) = (self.cursor.at, body.len());
        self.cursor.blanks(body);
        if !self.cursor.is_at_word(word) {
            self.cursor.at = at;
            body.truncate(length);
        }
    }

    /// A head and a block behind it.
    fn with_block(&mut self, parts: &[Part<'_>], brackets: Brackets, elements: Vec<Element<'_, 's>>) -> Built<Cell> {
        let mut docs = Vec::new();
        self.block(parts, brackets, elements, &mut docs)?;
        Ok(Cell::plain(docs))
    }

    fn block(
        &mut self,
        parts: &[Part<'_>],
        brackets: Brackets,
        elements: Vec<Element<'_, 's>>,
        out: &mut Vec<Doc>,
    ) -> Built<()> {
        let mut head = Vec::new();
        self.parts(parts, &mut head)?;
        self.words_to('{', &mut head)?;
        if !out.is_empty() {
            out.push(Doc::Space);
        }
        if !head.is_empty() {
            // Indented twice, so that it stands apart from the block.
            out.push(Doc::Group(vec![Doc::Nest(vec![Doc::Nest(head)])]));
            out.push(Doc::Space);
        }
        self.sequence(brackets, elements, out)
    }

    fn with_optional_block(&mut self, parts: Parts<'_>, mut elements: Vec<Element<'_, 's>>, hi: u32) -> Built<Cell> {
        elements.sort_by_key(|element| element.lo);
        let source = self.cursor.source.get(..hi as usize).unwrap_or_default();
        if source.ends_with('}') {
            return self.with_block(&parts, ENTRIES, elements);
        }
        Ok(Cell::plain(self.head(&parts, Some(hi))?))
    }

    /// A clause behind something.
    fn clause(&mut self, parts: &[Part<'_>], out: &mut Vec<Doc>) -> Built<()> {
        let mut clause = vec![Doc::Line];
        clause.append(&mut self.head(parts, None)?);
        out.push(Doc::Group(vec![Doc::Nest(clause)]));
        Ok(())
    }

    /// The words before a name.
    fn words_before(&mut self, name: Ident) -> Built<Vec<Doc>> {
        let mut docs = Vec::new();
        self.words(name.span.lo as usize, &mut docs)?;
        if !docs.is_empty() {
            docs.push(Doc::Space);
        }
        Ok(docs)
    }

    fn branch(&mut self, branch: &If, out: &mut Vec<Doc>) -> Built<()> {
        self.block(&[Part::Expr(&branch.condition)], BODY, branch.then.iter().map(statement).collect(), out)?;
        self.cursor_at_end(out, "else");
        if !self.cursor.is_at_word("else") || branch.otherwise.is_empty() && !self.else_is_near() {
            return Ok(());
        }
        out.push(Doc::Space);
        self.cursor.sign("else", out)?;
        self.cursor.blanks(out);
        match branch.otherwise.as_slice() {
            [Item { kind: ItemKind::If(next), span, .. }] if self.cursor.at == span.lo as usize => {
                self.branch(next, out)
            }
            otherwise => self.block(&[], BODY, otherwise.iter().map(statement).collect(), out),
        }
    }

    /// Whether what stands here is an `else` with an empty block.
    fn else_is_near(&self) -> bool {
        let rest = self.cursor.source.get(self.cursor.at..).unwrap_or_default();
        rest.strip_prefix("else").is_some_and(|rest| rest.trim_start().starts_with('{'))
    }

    /// A verb's name and what it means.
    fn verb(&mut self, verb: &Verb, out: &mut Vec<Doc>) -> Built<()> {
        self.cursor.leaf(verb.name.span, out)?;
        self.access_body(&verb.body, out)
    }

    fn access_body(&mut self, body: &[AccessItem], out: &mut Vec<Doc>) -> Built<()> {
        self.block(&[], ENTRIES, body.iter().map(access_item).collect(), out)
    }

    fn access_on(&mut self, access: &AccessOn) -> Built<Cell> {
        let mut elements: Vec<Element<'_, 's>> = Vec::new();
        elements.extend(access.verbs.iter().map(|verb| {
            Element::open(verb.name.span.lo, move |builder: &mut Builder<'s>| {
                let mut docs = Vec::new();
                builder.verb(verb, &mut docs)?;
                Ok(Cell::plain(docs))
            })
        }));
        elements.extend(access.policy.as_ref().map(resource_policy));
        elements.extend(access.principal.as_ref().map(|role| {
            Element::open(role.span.lo, move |builder: &mut Builder<'s>| {
                Ok(Cell::plain(builder.head(&[Part::Expr(role)], None)?))
            })
        }));
        elements.extend(access.endpoint.as_ref().map(|endpoint| {
            Element::open(endpoint.group.span.lo, move |builder: &mut Builder<'s>| {
                Ok(Cell::plain(
                    builder.head(&endpoint_parts(endpoint), endpoint.ports.last().map(|port| port.span.hi))?,
                ))
            })
        }));
        elements.sort_by_key(|element| element.lo);
        self.with_block(&[Part::Leaf(access.ty.span)], ENTRIES, elements)
    }
}

/// A declaration, from its first mark on.
pub(super) fn statement<'e, 's>(item: &'e Item) -> Element<'e, 's> {
    let span = item.marks.first().map_or(item.span, |mark| mark.span.to(item.span));
    Element::new(span, move |builder| builder.item(item))
}

fn mark_argument<'e, 's>(argument: &'e MarkArgument) -> Element<'e, 's> {
    match argument {
        MarkArgument::Word(word) => Element::plain(word.span, move |builder, out| builder.cursor.leaf(word.span, out)),
        MarkArgument::Entry(set) => Element::plain(set.span, move |builder, out| {
            out.append(&mut builder.entry(set)?.into_docs());
            Ok(())
        }),
        MarkArgument::On(ty) => {
            Element::open(ty.span.lo, move |builder| Ok(Cell::plain(builder.head(&[Part::Leaf(ty.span)], None)?)))
        }
        MarkArgument::Because(value) | MarkArgument::Until(value) => {
            Element::open(value.span.lo, move |builder| Ok(Cell::plain(builder.head(&[Part::Expr(value)], None)?)))
        }
    }
}

fn naming_rule<'e, 's>(rule: &'e NamingRule) -> Element<'e, 's> {
    Element::new(rule.span, move |builder| {
        let mut head = Vec::new();
        match &rule.subject {
            NamingSubject::Type(ty) => builder.cursor.leaf(ty.span, &mut head)?,
            _ => builder.words_to('=', &mut head)?,
        }
        let mut body = Vec::new();
        builder.assigned(&rule.value, &mut body)?;
        Ok(Cell { head: Some((Kind::Entry, head)), body })
    })
}

fn with<'e, 's>(with: &'e With) -> Element<'e, 's> {
    Element::new(with.span, move |builder| {
        let mut elements: Vec<Element<'_, '_>> = with.inner.iter().map(self::with).collect();
        elements.extend(with.entries.iter().map(with_entry));
        elements.sort_by_key(|element| element.lo);
        builder.with_block(&[Part::Leaf(with.target.span)], ENTRIES, elements)
    })
}

fn with_entry<'e, 's>(set: &'e WithEntry) -> Element<'e, 's> {
    let start = set.overrides.unwrap_or(set.entry.span);
    let end = set.because.as_ref().map_or(set.entry.span, |because| because.span);
    Element::new(start.to(end), move |builder| {
        let mut head = Vec::new();
        builder.words(set.entry.span.lo as usize, &mut head)?;
        let mut cell = builder.entry(&set.entry)?;
        if let Some(because) = &set.because {
            builder.clause(&[Part::Expr(because)], &mut cell.body)?;
        }
        if head.is_empty() {
            return Ok(cell);
        }
        head.push(Doc::Space);
        head.extend(cell.into_docs());
        Ok(Cell::plain(head))
    })
}

fn rule<'e, 's>(rule: &'e PolicyRule) -> Element<'e, 's> {
    Element::new(rule.span, move |builder| {
        let mut parts = vec![Part::Leaf(rule.name.span)];
        parts.extend(rule.text.as_ref().map(Part::Expr));
        builder.with_block(&parts, ENTRIES, rule.body.iter().map(value).collect())
    })
}

fn match_arm<'e, 's>(arm: &'e MatchArm) -> Element<'e, 's> {
    Element::new(arm.span, move |builder| {
        let parts: Parts<'_> = arm.values.iter().map(Part::Expr).collect();
        builder.with_block(&parts, BODY, arm.body.iter().map(statement).collect())
    })
}

fn access_item<'e, 's>(item: &'e AccessItem) -> Element<'e, 's> {
    match item {
        AccessItem::Statement(AccessStatement { actions, on, when, span }) => {
            Element::plain(*span, move |builder, out| {
                let mut parts: Parts<'_> = actions.iter().map(|action| Part::Leaf(action.span)).collect();
                parts.push(Part::Expr(on));
                if !when.is_empty() {
                    parts.push(Part::When(when));
                }
                out.append(&mut builder.head(&parts, None)?);
                Ok(())
            })
        }
        AccessItem::If { span, .. } => Element::plain(*span, move |builder, out| builder.access_branch(item, out)),
    }
}

impl<'s> Builder<'s> {
    fn access_branch(&mut self, item: &AccessItem, out: &mut Vec<Doc>) -> Built<()> {
        let AccessItem::If { condition, then, otherwise, .. } = item else { return Err(Mismatch) };
        self.block(&[Part::Expr(condition)], ENTRIES, then.iter().map(access_item).collect(), out)?;
        self.cursor_at_end(out, "else");
        if !self.cursor.is_at_word("else") {
            return Ok(());
        }
        out.push(Doc::Space);
        self.cursor.sign("else", out)?;
        self.cursor.blanks(out);
        match otherwise.as_slice() {
            [next @ AccessItem::If { span, .. }] if self.cursor.at == span.lo as usize => self.access_branch(next, out),
            [next @ AccessItem::If { .. }] if self.cursor.is_at_word("if") => self.access_branch(next, out),
            otherwise => self.block(&[], ENTRIES, otherwise.iter().map(access_item).collect(), out),
        }
    }
}

fn resource_policy<'e, 's>(policy: &'e ResourcePolicy) -> Element<'e, 's> {
    Element::new(policy.span, move |builder| match (policy.ty, policy.property) {
        (Some(ty), _) => {
            builder.with_block(&[Part::Leaf(ty.span)], ENTRIES, policy.entries.iter().map(entry).collect())
        }
        (None, Some(property)) => Ok(Cell::plain(builder.head(&[Part::Leaf(property.span)], None)?)),
        (None, None) => Err(Mismatch),
    })
}

fn grant_parts(grant: &Grant) -> Parts<'_> {
    let mut parts = vec![Part::Expr(&grant.who)];
    parts.extend(grant.verbs.iter().map(|verb| Part::Leaf(verb.span)));
    parts.push(Part::Expr(&grant.on));
    let mut clauses: Parts<'_> = grant.under.iter().map(Part::Expr).collect();
    if !grant.when.is_empty() {
        clauses.push(Part::When(&grant.when));
    }
    parts.extend(clauses);
    parts
}

fn connect_parts(connect: &Connect) -> Parts<'_> {
    let mut parts = vec![Part::Expr(&connect.from), Part::Expr(&connect.to)];
    connect.ports.iter().for_each(|port| parts.extend(port_parts(port)));
    parts
}

fn endpoint_parts(endpoint: &Endpoint) -> Parts<'_> {
    let mut parts = vec![Part::Expr(&endpoint.group)];
    endpoint.ports.iter().for_each(|port| parts.extend(port_parts(port)));
    parts
}

/// The text in which an external output names its source.
impl ExternalSource {
    fn text(&self) -> Option<&Expr> {
        match self {
            ExternalSource::Parameter => None,
            ExternalSource::Export(text) | ExternalSource::Ssm(text) | ExternalSource::Name(text) => Some(text),
        }
    }
}
