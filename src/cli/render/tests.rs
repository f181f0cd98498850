//! One set of diagnostics in every form.

use super::*;
use crate::base::{FileId, Span, Symbol};
use crate::diag::codes;
use crate::world::Source;

const PLAIN: Look = Look { color: false, unicode: true, width: 90 };

struct Sample {
    sources: Sources,
    diagnostics: Vec<Diagnostic>,
}

impl Sample {
    fn show(&self, format: Format) -> String {
        render(format, &[Batch { sources: &self.sources, diagnostics: &self.diagnostics }], PLAIN)
    }
}

/// The place of a word in a file.
fn at(sources: &Sources, file: FileId, word: &str) -> Span {
    let lo = sources.text(file).find(word).unwrap_or(0);
    Span::new(file, lo, lo + word.len())
}

fn sample() -> Sample {
    let mut sources = Sources::with_library(&[("stdlib/vpc.infra", "component Vpc {\n  param cidr: cidr\n}\n")]);
    let main = sources.add(Source::new(
        "lab/main.infra",
        "main.infra",
        "system lab\n\nstack Network \"VPC\" {\n  vpc = Vpc { cidr = 10.0.0.0/16 }\n  output id = vcp.id\n}\n\nstack Data {\n  db = Vpc {\n    cidr = 1\n  }\n}\n",
    ));
    let odd = sources.add(Source::new(
        "lab/ödd files/tabs, and more.infra",
        "ödd files/tabs, and more.infra",
        "let\ta = \"日本語 𝄞\" + wrong\r\nlet b = {\r\n\tx = 1",
    ));
    let vpc = at(&sources, main, "vpc = Vpc");
    let library = at(&sources, FileId(FileId::STDLIB), "param cidr: cidr");
    let cidr = at(&sources, main, "cidr = 1\n");
    let cidr = Span { hi: cidr.hi - 1, ..cidr };
    let end = Span::new(odd, sources.text(odd).len(), sources.text(odd).len());
    let diagnostics = vec![
        Diagnostic::new(codes::UNKNOWN_NAME, at(&sources, main, "vcp"), "unknown name `vcp`")
            .here("nothing has this name")
            .label(vpc, "a similar name is defined here")
            .did_you_mean(at(&sources, main, "vcp"), "vcp", ["vpc"]),
        Diagnostic {
            environments: vec![Symbol::new("team01"), Symbol::new("team02")],
            ..Diagnostic::new(codes::WRONG_TYPE, cidr, "`cidr` takes an address range, and this is a number")
                .here("`int`")
                .label(library, "declared here")
                .help("write an address range with its mask, such as `10.0.0.0/16`, and mind that its host bits are zero, or EC2 will refuse it")
        },
        Diagnostic::new(codes::MISSING_PARAM, at(&sources, main, "db = Vpc {\n    cidr = 1\n  }"), "several lines")
            .here("this instance"),
        Diagnostic::new(codes::UNUSED_LET, at(&sources, odd, "wrong"), "behind a tab and wide characters, 100%"),
        Diagnostic::new(codes::UNCLOSED_BRACKET, at(&sources, odd, "{"), "this `{` is never closed")
            .here("opened here")
            .label(end, "the file ends here")
            .fix("close it", end, "\n}"),
        Diagnostic {
            environments: vec![Symbol::new("team02")],
            ..Diagnostic::new(codes::OPEN_TO_THE_WORLD, Span::NONE, "no place at all").why("anyone can try it")
        },
    ];
    Sample { sources, diagnostics }
}

#[test]
fn people_see_the_source_around_each_place() {
    insta::assert_snapshot!(sample().show(Format::Human));
}

#[test]
fn a_terminal_sees_colours() {
    let sample = sample();
    let one = sample.diagnostics.get(..1).unwrap_or(&[]);
    let look = Look { color: true, unicode: false, width: 60 };
    let text = render(Format::Human, &[Batch { sources: &sample.sources, diagnostics: one }], look);
    insta::assert_snapshot!(text.replace('\u{1b}', "ESC"));
}

#[test]
fn a_log_sees_plain_characters() {
    let text = sample().show(Format::Plain);
    insta::assert_snapshot!(text);
}

#[test]
fn a_line_each_is_short() {
    insta::assert_snapshot!(sample().show(Format::Short));
}

#[test]
fn a_program_sees_json() {
    insta::assert_snapshot!(sample().show(Format::Json));
}

#[test]
fn code_scanning_sees_sarif() {
    let text = sample().show(Format::Sarif);
    // The pages have tests of their own.
    let mut document: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
    for rule in
        document.pointer_mut("/runs/0/tool/driver/rules").and_then(|rules| rules.as_array_mut()).into_iter().flatten()
    {
        if let Some(rule) = rule.as_object_mut() {
            rule.remove("help");
        }
    }
    insta::assert_snapshot!(format!("{document:#}"));
}

#[test]
fn a_workflow_sees_annotations() {
    insta::assert_snapshot!(sample().show(Format::Github));
}

#[test]
fn every_form_of_nothing_is_empty_or_an_empty_document() {
    let nothing = Sample { sources: Sources::new(), diagnostics: Vec::new() };
    for format in [Format::Human, Format::Plain, Format::Short, Format::Github] {
        assert_eq!(nothing.show(format), "");
    }
    for format in [Format::Json, Format::Sarif] {
        assert!(serde_json::from_str::<serde_json::Value>(&nothing.show(format)).is_ok());
    }
}

#[test]
fn beyond_the_most_the_rest_is_counted_and_errors_are_kept() {
    let mut sample = sample();
    let one = |code, number| Diagnostic::new(code, Span::NONE, format!("number {number}"));
    sample.diagnostics = (0..80).map(|number| one(codes::UNUSED_LET, number)).collect();
    sample.diagnostics.extend((0..7).map(|number| one(codes::WRONG_TYPE, 100 + number)));
    let text = sample.show(Format::Plain);
    assert_eq!(text.matches("error[").count(), 7);
    assert_eq!(text.matches("warning[").count(), 43);
    assert!(text.ends_with("and 37 more\n7 errors, 80 warnings\n"), "{text}");
    assert_eq!(sample.show(Format::Short).lines().count(), 87);
}
