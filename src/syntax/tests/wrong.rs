//! Wrong inputs, and what is said of them. One snapshot, so that all sentences can be read together.

use super::shown;

/// What is wrong, and a program with it.
const WRONG: &[(&str, &str)] = &[
    (
        "an unclosed brace damages its own declaration",
        "stack A {\n  vpc = Vpc {\n    cidr = 10.0.0.0/16\n  group = Group { vpc }\n}\nstack B { x = Key { a = } }\n",
    ),
    ("an unclosed bracket in a line", "stack A {\n  x = Bucket { rules = [{ a = 1 ], b = 2 }\n}\n"),
    ("an unclosed parenthesis", "let a = f(1\nlet b = 2\n"),
    ("a stack that is never closed", "stack A {\n  x = Key {}\n\nstack B {\n  y = Key {}\n}\n"),
    (
        "a lost opening brace of a stack",
        "stack A \"a\"\n  x = Key {\n    a = 1\n  }\n  output y = x.arn\n}\nstack B { z = Key { = } }\n",
    ),
    (
        "a lost opening brace of an instance",
        "stack A {\n  x = Key\n    a = { b = 1 }\n    c = [\n      2,\n    ]\n  }\n  y = Key { = }\n}\n",
    ),
    (
        "a lost opening brace in a line",
        "stack A {\n  x = Key { a = b = 1 } }\n  for k in c = 1 } {\n    y[k] = Key {}\n  }\n}\n",
    ),
    ("a stray closing brace among statements", "stack A {\n  x = Key {}\n  }\n  y = Key { = }\n}\n"),
    ("a file that ends too soon", "stack A {\n  x = Key {\n    a = [\n      1,\n"),
    ("values that are missing", "stack A {\n  x = Key {\n    a =\n    b = 1 +\n    c = 2\n  }\n}\n"),
    ("entries as in YAML", "stack A {\n  x = Key {\n    - a = 1\n    - b = 2\n  }\n}\n"),
    ("a stray closing brace", "stack A {\n  x = Key {}\n}\n}\nstack B { y = Key { = } }\n"),
    ("an unclosed text", "stack A {\n  x = Bucket { a = \"abc }\n  y = Bucket { b = = 3, c = 4 }\n}\n"),
    ("an unclosed text of several lines", "let t = \"\"\"\n  never closed\nlet w = = 3\n"),
    ("an unclosed interpolation", "let f = \"{unclosed\"\nlet g = \"{a b} {} }\"\n"),
    ("a damaged head", "stack A \"t\" blah { x = Bucket { a = } }\ncomponent C { param x = 3 }\n"),
    ("comments of others", "# a\n/* b */\nlet a = 1 /// c\n/// d\n"),
    (
        "signs of others",
        "stack A { x = Bucket { a: 1, b => 2, c := 3; d = 5m, e = 20 GiB, f = a && b || !c, g = null, h = c ? a : b } }\n",
    ),
    (
        "declarations of others",
        "resource \"aws_s3_bucket\" \"b\" {\n  bucket = \"x\"\n}\nvariable \"a\" {}\nlocals { a = 1 }\n",
    ),
    ("a misspelt statement", "grnat app read on x\n"),
    ("values where instances stand", "stack A {\n  name = \"x\"\n  vpc = vpc.id\n  w = Vpc\n}\n"),
    (
        "half a permission",
        "stack A {\n  grant app on x\n  grant app read x\n  grant app read on x under \"a\" under \"b\"\n  grant a read on b when aws:X = 1\n}\n",
    ),
    ("half a connection", "stack A {\n  connect a b\n  connect a -> b on 80\n  connect a -> b on tcp\n}\n"),
    (
        "statements among settings",
        "stack A {\n  x = Bucket { if a { b = 1 } }\n  y = Bucket { rules = Rule { a = 1 }, z = 2 }\n}\n",
    ),
    ("nothing after a sign", "stack A {\n  let a = \n  let b = 3\n  let c = 1 +\n  let d = (1 + )\n}\n"),
    ("missing commas", "let a = f(1 2)\nlet b = [1 2, 3]\nlet c = { a = 1 b = 2 }\nlet d = a b\n"),
    ("half a choice", "let g = if a b\nlet h = [for x in : y]\nlet i = per env { 1 }\n"),
    ("reserved words", "let then = 3\nlet a = then\nparam in: text\n"),
    ("numbers", "let a = 99999999999999999999\nlet b = 5x\nlet c = 0.3ms\nlet d = 3GB\nlet e = 1.23456789012345678\n"),
    ("address ranges", "let a = 10.0.0.1/16\nlet b = 10.0.0.1\nlet c = 10.0.0.256/8\nlet d = 10.0.0.0/33\n"),
    ("dates", "let a = 2027-02-29\nlet b = 2027-13-01\n"),
    ("escapes", "let a = \"\\q \\{ \\u{zz}\"\n"),
    ("dynamic references", "let a = \"{{resolve:ssm:/a}}\"\nlet b = '{{resolve:secretsmanager:x:SecretString:y}}'\n"),
    (
        "patterns",
        "param p: text matching /(?=a)/\nparam q: text matching /a\\1/\nparam r: text matching /\\/[a/\nparam s: text matching /abc\n",
    ),
    ("half a param", "param t: \nparam u: text(\nparam v = 3\nparam w int\n"),
    ("indentation", "let s = \"\"\"\n    a\n  b\n    \"\"\"\nlet t = \"\"\"abc\"\"\"\nlet u = \"\"\"\n  x \"\"\"\n"),
    (
        "statements in the wrong place",
        "vpc = Vpc {}\nstack A {\n  param x: int\n  main y = Key {}\n  if a { tags { a = \"b\" } }\n}\ncomponent C {\n  output x = 1 as \"n\"\n  stack B {}\n}\nif c { stack D {} }\n",
    ),
    (
        "tests and invariants",
        "test \"x\" in dev { assert a = b  assert c }\ntest \"y\" fails\nensure \"z\" { a b }\nensure \"w\" { count(A::B in N == 3 }\n",
    ),
    ("naming", "naming { default = \"x\" stack = \"y\", foo = \"z\" }\n"),
    ("arms and loops", "match a { \"x\" { } foo bar { } }\nfor x y in z { }\n"),
    ("marks", "@waive(a, because)\nlet a = 1\n@retain\n"),
];

#[test]
fn every_mistake_is_said_in_words_at_its_place() {
    let mut all = String::new();
    for (name, text) in WRONG {
        let found = shown(text);
        assert!(!found.is_empty(), "{name} is wrong");
        all.push_str(&format!("── {name}\n{text}{found}\n"));
    }
    insta::assert_snapshot!(all);
}

#[test]
fn a_mistake_in_one_declaration_hides_none_in_another() {
    let found = shown(
        "stack A { x = Bucket { a = } }\nparam b\nlet c = (1 + )\ngrant d read\nensure \"e\" { == }\nlet f = 1\n",
    );
    for line in 1..=5 {
        assert!(found.contains(&format!("@{line}:")) || line == 4 && found.contains("@5:"), "{line}: {found}");
    }
    assert!(!found.contains("@6:"), "{found}");
}

#[test]
fn fixes_make_programs_right() {
    let wrong = "stack A { x = Bucket { a: 1, d = 5m, e = 20 GiB, f = a && b || !c, g = null, h = c ? a : b } }\nlet i = [1 2]\nlet j = 10.0.0.1/16\n";
    let mut text = wrong.to_owned();
    for _ in 0..20 {
        let found = super::parse(crate::base::FileId(0), &text).diagnostics;
        let Some(edit) = found.iter().flat_map(|diagnostic| &diagnostic.fixes).flat_map(|fix| &fix.edits).next() else {
            break;
        };
        text.replace_range(edit.span.range(), &edit.text);
    }
    assert_eq!(
        text,
        "stack A { x = Bucket { a = 1, d = 5min, e = 20GiB, f = a and b or not c, g = none, h = if c then a else b } }\nlet i = [1, 2]\nlet j = 10.0.0.0/16\n"
    );
}
