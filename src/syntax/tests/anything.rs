//! Whatever the text is: no panic, an end, and places that are in the text.

use proptest::prelude::*;

use super::parse;
use super::programs::SKETCHES;
use crate::base::FileId;
use crate::diag::Diagnostic;

fn check(text: &str) {
    let parsed = parse(FileId(0), text);
    let fits = |span: crate::base::Span| {
        span.is_none()
            || span.lo <= span.hi && text.is_char_boundary(span.lo as usize) && text.is_char_boundary(span.hi as usize)
    };
    for diagnostic in &parsed.diagnostics {
        assert!(places(diagnostic).all(fits), "{diagnostic:?} in {text:?}");
        assert!(!diagnostic.message.is_empty() && !diagnostic.message.contains("kw_"), "{diagnostic:?}");
    }
    for comment in &parsed.comments {
        assert!(fits(comment.span), "{comment:?}");
    }
    for item in &parsed.file.items {
        assert!(fits(item.span), "{item:?}");
    }
}

fn places(diagnostic: &Diagnostic) -> impl Iterator<Item = crate::base::Span> + '_ {
    let labels = diagnostic.labels.iter().map(|label| label.span);
    labels.chain(diagnostic.fixes.iter().flat_map(|fix| fix.edits.iter().map(|edit| edit.span)))
}

/// Pieces that mean something, in any order.
const PIECES: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    "\"",
    "'",
    "\"\"\"",
    "'''",
    "${",
    "{{",
    "}}",
    "=",
    "==",
    "->",
    ":",
    "::",
    ",",
    ";",
    ".",
    "..",
    "\n",
    " ",
    "//",
    "///",
    "/*",
    "*/",
    "#",
    "@",
    "/",
    "-",
    "+",
    "?",
    "??",
    "|",
    "if",
    "then",
    "else",
    "for",
    "in",
    "per",
    "env",
    "every",
    "let",
    "stack",
    "component",
    "grant",
    "on",
    "tcp",
    "x",
    "Vpc",
    "AWS::S3::Bucket",
    "s3:GetObject",
    "10.0.0.0/16",
    "2027-01-31",
    "30d",
    "5m",
    "1.5",
    "matching",
    "test",
    "ensure",
    "with",
    "main",
    "param",
    "ü",
    "\u{1d11e}",
    "\\",
    "\r\n",
    "\t",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_to_its_end(text in "\\PC{0,200}") {
        check(&text);
    }

    #[test]
    fn any_bytes_that_are_text_are_read_to_their_end(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        check(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn any_order_of_meaningful_pieces_is_read_to_its_end(pieces in proptest::collection::vec(0..PIECES.len(), 0..60)) {
        check(&pieces.iter().map(|piece| PIECES[*piece]).collect::<String>());
    }

    #[test]
    fn a_damaged_program_is_read_to_its_end(
        sketch in 0..SKETCHES.len(),
        at in 0.0..1.0_f64,
        length in 0..40_usize,
        piece in 0..PIECES.len(),
    ) {
        let text = SKETCHES[sketch].1;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a place in a small text")]
        let mut from = (text.len() as f64 * at) as usize;
        while !text.is_char_boundary(from) {
            from -= 1;
        }
        let mut to = (from + length).min(text.len());
        while !text.is_char_boundary(to) {
            to += 1;
        }
        check(&format!("{}{}{}", &text[..from], PIECES[piece], &text[to..]));
    }
}

#[test]
fn a_file_that_ends_in_an_operator_is_told_where_it_ends() {
    for text in [
        "stack A {\n  a = T {\n    Ro/",
        "stack A {\n  a = T {\n    b = c ??",
        "stack A {\n  a = [1 +",
        "let a = (b ==\n",
    ] {
        check(text);
        let said: Vec<String> = parse(FileId(0), text).diagnostics.into_iter().map(|found| found.message).collect();
        assert!(
            said.iter().all(|message| !message.contains("found `}`") && !message.contains("found `]`")),
            "{said:?}"
        );
    }
}
