//! Texts: pieces, escapes, braces, what is put in.

use super::super::ast::{Expr, ExprKind, Text, TextPiece, TextStyle};
use super::super::explain;
use super::super::grammar::{Node, Rule};
use super::Lower;
use super::text_blocks::Margin;
use crate::base::Span;
use crate::diag::{Diagnostic, codes};

/// Pieces in the making: neighbouring literals become one.
#[derive(Default)]
pub(super) struct Pieces(Vec<TextPiece>);

impl Pieces {
    pub(super) fn literal(&mut self, text: &str, span: Span) {
        if text.is_empty() {
            return;
        }
        match self.0.last_mut() {
            Some(TextPiece::Literal(before, place)) => {
                before.push_str(text);
                *place = place.to(span);
            }
            _ => self.0.push(TextPiece::Literal(text.to_owned(), span)),
        }
    }
}

impl<'t> Lower<'t> {
    pub(super) fn text(&mut self, node: Node<'t>) -> Expr {
        let span = self.span(&node);
        self.dynamic_references(&node);
        let kind = match node.into_inner().next() {
            Some(inner) => ExprKind::Text(self.quoted_text(inner)),
            None => ExprKind::Error,
        };
        Expr { span, kind }
    }

    fn quoted_text(&mut self, node: Node<'t>) -> Text {
        let style = match node.as_rule() {
            Rule::block => TextStyle::Block,
            Rule::raw => TextStyle::Raw,
            Rule::raw_block => TextStyle::RawBlock,
            _ => TextStyle::Quoted,
        };
        let mut margin = match style {
            TextStyle::Block | TextStyle::RawBlock => Some(self.margin(&node)),
            TextStyle::Quoted | TextStyle::Raw => None,
        };
        let mut pieces = Pieces::default();
        for child in node.into_inner() {
            let span = self.span_exact(&child);
            if !matches!(child.as_rule(), Rule::block_run | Rule::raw_block_run)
                && let Some(margin) = &mut margin
            {
                self.check_margin(margin, span);
            }
            match child.as_rule() {
                Rule::quoted_run | Rule::raw_run => pieces.literal(child.as_str(), span),
                Rule::block_run | Rule::raw_block_run => {
                    let margin = margin.get_or_insert_with(Margin::default);
                    self.block_run(child.as_str(), span, margin, &mut pieces);
                }
                Rule::brace => pieces.literal(child.as_str().get(1..).unwrap_or_default(), span),
                Rule::escape => {
                    let character = self.escape(&child);
                    pieces.literal(&character.map(String::from).unwrap_or_default(), span);
                }
                Rule::stray_brace => {
                    self.report(
                        Diagnostic::new(codes::UNEXPECTED_BRACKET, span, "`}` closes nothing in this text")
                            .help("a brace is written `}}`")
                            .fix("write `}}`", span, "}}"),
                    );
                    pieces.literal("}", span);
                }
                Rule::variable => {
                    let name = child.as_str().trim_start_matches("${");
                    let name = name.strip_suffix('}').unwrap_or(name).to_owned();
                    pieces.0.push(TextPiece::Variable(name, span));
                }
                Rule::interpolation => {
                    let value = self.interpolation(child);
                    pieces.0.push(TextPiece::Interpolation(value));
                }
                _ => {}
            }
        }
        Text { style, pieces: pieces.0 }
    }

    /// A span with the blanks at its end: in a text they count.
    fn span_exact(&self, node: &Node<'t>) -> Span {
        let span = node.as_span();
        self.at(span.start(), span.end())
    }

    fn interpolation(&mut self, node: Node<'t>) -> Expr {
        let span = self.span(&node);
        if !self.enter(1, span) {
            return self.error_at(span);
        }
        let mut value = None;
        let mut said = false;
        for child in node.into_inner() {
            match child.as_rule() {
                Rule::expr => value = Some(self.expr(child)),
                Rule::bad_rest => {
                    said = true;
                    let context =
                        if value.is_some() { explain::Context::Rest } else { explain::Context::Interpolation };
                    self.bad(&child, Rule::one_value, context);
                }
                _ => {}
            }
        }
        self.leave(1);
        value.unwrap_or_else(|| {
            if !said {
                self.report(
                    Diagnostic::new(codes::SYNTAX_ERROR, span, "there is no value between these braces")
                        .help("`{name}` puts a value into the text; a brace itself is written `{{` or `}}`"),
                );
            }
            self.error_at(span)
        })
    }

    fn escape(&mut self, node: &Node<'t>) -> Option<char> {
        let text = node.as_str();
        let invalid = |message: String, help: &str| {
            Diagnostic::new(codes::INVALID_ESCAPE, self.span_exact(node), message).help(help)
        };
        let known = "the escapes are `\\\"`, `\\\\`, `\\$`, `\\n`, `\\t` and `\\u{…}`";
        let diagnostic = match text.get(1..).unwrap_or_default() {
            "\"" => return Some('"'),
            "\\" => return Some('\\'),
            "$" => return Some('$'),
            "n" => return Some('\n'),
            "t" => return Some('\t'),
            "{" | "}" => invalid(format!("`{text}` is no escape"), "a brace is written `{{` or `}}`"),
            "u" => invalid(
                String::from("`\\u` lacks its number"),
                "write `\\u{e4}`, with the character's number in hexadecimal",
            ),
            code => match code.strip_prefix("u{").and_then(|rest| rest.strip_suffix('}')) {
                Some(digits) => match u32::from_str_radix(digits, 16).ok().and_then(char::from_u32) {
                    Some(character) => return Some(character),
                    None => invalid(
                        format!("`{text}` is no character"),
                        "write the character's number in hexadecimal, as in `\\u{e4}`",
                    ),
                },
                None => invalid(format!("`{text}` is no escape"), known)
                    .help(format!("{known}; `'…'` takes backslashes as they are")),
            },
        };
        self.report(diagnostic);
        None
    }

    /// `{{resolve:…}}` in a text of any kind.
    fn dynamic_references(&mut self, node: &Node<'t>) {
        const START: &str = "{{resolve:";
        let text = node.as_str();
        // Texts inside of this one are looked at on their own.
        let Some(found) = text.find(START) else { return };
        let lo = node.as_span().start() + found;
        let rest = text.get(found..).unwrap_or_default();
        let length = rest.find("}}").map_or(START.len(), |end| end + 2);
        let span = self.at(lo, lo + length);
        let inside = rest.get(START.len()..length).unwrap_or_default().trim_end_matches('}');
        let diagnostic =
            Diagnostic::new(codes::DYNAMIC_REFERENCE_IN_TEXT, span, "a dynamic reference is not written as text");
        let mut parts = inside.splitn(2, ':');
        let (service, name) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        let is_whole = text.len() == length + 2 && found == 1;
        self.report(match service {
            "ssm" | "ssm-secure" => {
                let right = format!("ssm(\"{name}\")");
                let diagnostic = diagnostic.help(format!("write `{right}`"));
                if is_whole { diagnostic.fix(format!("write `{right}`"), self.span(node), right) } else { diagnostic }
            }
            _ => diagnostic.help("name the secret and its field: `secret.field(\"password\")`"),
        });
    }
}
