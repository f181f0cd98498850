//! Values: precedence, literals, texts.

use super::super::ast::{ExprKind, Text, TextPiece, TextStyle};
use super::{good, shown, structure, value};

#[test]
fn operators_bind_as_described() {
    for (text, wanted) in [
        ("1 + 2 * 3 - 4", "(Subtract (Add 1 (Multiply 2 3)) 4)"),
        ("a ++ b + c", "(Join a (Add b c))"),
        ("a ?? b ++ c", "(Else a (Join b c))"),
        ("a < b <= c", "(a Less b LessEqual c)"),
        ("(a < b) == c", "((a Less b) Equal c)"),
        ("not a == b and c or d", "(Or (And (Not (a Equal b)) c) d)"),
        ("-a.b * 2", "(Multiply (Negate a.b) 2)"),
        ("a not in [b, c]", "(NotIn a [b c])"),
        ("x in y and z", "(And (In x y) z)"),
        ("if a then b else if c then d", "(if a b (if c d -))"),
        ("if a or b then c + 1 else 2", "(if (Or a b) (Add c 1) 2)"),
        ("a.b[c](d, e = f).g", "a.b[c](d e=f).g"),
        ("a.if.in.then", "a.if.in.then"),
        ("every x in all(A::B): some y in x.z: y == 1", "(Every x all(A::B) (Some y x.z (y Equal 1)))"),
        ("count(AWS::EC2::VPC in Network) == 3", "(count((In AWS::EC2::VPC Network)) Equal 3)"),
        ("only a.b connects to c on tcp 80, tcp 443", "(connects true a.b c 2)"),
        ("not a connects to b", "(Not (connects false a b 0))"),
        ("path internet -> Data.db", "(path internet Data.db)"),
        ("only f can s3:DeleteObject on all(A::B)", "(can true f s3:DeleteObject all(A::B))"),
        ("path", "path"),
        ("every == only", "(every Equal only)"),
        ("some.no", "some.no"),
    ] {
        assert_eq!(structure(text), wanted, "{text}");
    }
}

#[test]
fn literals_have_their_value() {
    for (text, wanted) in [
        ("1h", ExprKind::Duration(3_600_000)),
        ("1.5h", ExprKind::Duration(5_400_000)),
        ("5min", ExprKind::Duration(300_000)),
        ("250ms", ExprKind::Duration(250)),
        ("20GiB", ExprKind::Size(20 << 30)),
        ("512B", ExprKind::Size(512)),
        ("80%", ExprKind::Percent(80.0)),
        ("0.5", ExprKind::Float(0.5)),
        ("9223372036854775807", ExprKind::Int(i64::MAX)),
        ("10.0.0.0/16", ExprKind::Cidr("10.0.0.0/16".parse().unwrap())),
        ("2001:db8::/32", ExprKind::Cidr("2001:db8::/32".parse().unwrap())),
        ("::/0", ExprKind::Cidr("::/0".parse().unwrap())),
        ("none", ExprKind::None),
        ("true", ExprKind::Bool(true)),
    ] {
        assert_eq!(value(text).kind, wanted, "{text}");
    }
    assert!(
        matches!(value("2028-02-29").kind, ExprKind::Date(date) if (date.year, date.month, date.day) == (2028, 2, 29))
    );
    assert_eq!(structure("10 / 2"), "(Divide 10 2)");
}

fn text(source: &str) -> Text {
    match value(source).kind {
        ExprKind::Text(text) => text,
        other => panic!("{other:?}"),
    }
}

/// The pieces of a text: literals as they are, `<expr>` and `$<variable>`.
fn pieces(source: &str) -> String {
    let pieces = text(source).pieces;
    pieces
        .iter()
        .map(|piece| match piece {
            TextPiece::Literal(text, span) => {
                assert!(span.lo < span.hi);
                text.clone()
            }
            TextPiece::Interpolation(value) => format!("<{}>", super::written(value)),
            TextPiece::Variable(name, _) => format!("$<{name}>"),
        })
        .collect()
}

#[test]
fn texts_are_made_of_their_pieces() {
    for (source, wanted) in [
        (r#""a {b.c} d""#, "a <b.c> d"),
        (r#""{{x}} \n\t\"\\\u{e4}""#, "{x} \n\t\"\\ä"),
        (r#""private/${cognito-identity.amazonaws.com:sub}/*""#, "private/$<cognito-identity.amazonaws.com:sub>/*"),
        (r#""\${x} $5 $""#, "$<x> $5 $"),
        (r#""{f(a, "n {b}")}""#, "<f(a Text(Text"),
        (r"'{x} \n ${y}'", r"{x} \n ${y}"),
        ("''", ""),
        ("\"\"\"\n    a\n      b\n\n    {c}\n    \"\"\"", "a\n  b\n\n<c>\n"),
        ("\"\"\"\r\n  a\r\n  \"\"\"", "a\n"),
        ("'''\n  {{pdf}} \\\n  '''", "{{pdf}} \\\n"),
        ("\"\"\"\n  ${HOST:-${X}} {{\n  \"\"\"", "$<HOST:-${X}> {\n"),
    ] {
        let shown = pieces(source);
        assert!(shown == wanted || wanted.contains("Text(") && shown.starts_with(wanted), "{source}: {shown}");
    }
    assert_eq!(text("'''\n'''").style, TextStyle::RawBlock);
    assert!(text("\"\"").pieces.is_empty());
}

#[test]
fn lines_begin_new_values_where_they_should() {
    // A bracket at the beginning of a line belongs to no value before it.
    let parsed = good("ensure \"x\" {\n  a == b\n  (c or d) == e\n}");
    match &parsed.file.items[0].kind {
        super::ItemKind::Ensure(ensure) => assert_eq!(ensure.body.len(), 2),
        other => panic!("{other:?}"),
    }
    assert_eq!(shown("let r = { a = b\n in = c\n else = d\n if = e }"), "");
    assert_eq!(shown("let r = per env { prod = if a then b\n else = c }"), "");
    assert_eq!(
        shown("let r = { vpc, \"aws:odd\" = 1, b = [for x in y if x > 1: x], c = {for k, v in m: \"{k}\" = v} }"),
        ""
    );
}
