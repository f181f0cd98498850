//! `infrac test`: the `test` blocks of a system.

use std::fmt::Write;

use super::{Answer, Shown, Stream, WorldError, code, counted, deny, find_one, options};
use crate::cli::args::TestArguments;
use crate::driver::{self, TestResult, Tested};
use crate::world::write::write_file;
use crate::world::{Sources, World};

pub(super) fn run(world: &dyn World, arguments: &TestArguments, shown: Shown) -> Result<Answer, WorldError> {
    let system = match find_one(world, arguments.path.as_ref(), &arguments.common)? {
        Ok(system) => system,
        Err(problems) => {
            let err = shown.diagnostics(Stream::Err, arguments.format, &problems);
            return Ok(Answer { err, code: code(&problems), ..Answer::default() });
        }
    };
    let Tested { mut checked, results } = driver::test(world, &system, &options(world, &arguments.common)?)?;
    deny(&mut checked, &arguments.common);
    if let Some(file) = &arguments.junit {
        write_file(file, junit(&checked.sources, &results).as_bytes())?;
    }
    let all = [checked];
    let failed = results.iter().filter(|result| result.failure.is_some()).count();
    let mut answer = Answer {
        out: String::new(),
        err: shown.diagnostics(Stream::Err, arguments.format, &all),
        code: code(&all).max(u8::from(failed > 0)),
    };
    if !shown.quiet {
        for result in &results {
            let word = if result.failure.is_some() { "failed" } else { "passed" };
            let environment = result.environment.map(|name| format!(" in {name}")).unwrap_or_default();
            let _ = writeln!(answer.out, "{word} {}{environment}", result.name);
        }
    }
    let _ = writeln!(answer.out, "{}, {failed} failed", counted(results.len(), "test"));
    Ok(answer)
}

/// The results as JUnit's XML, which build servers read.
fn junit(sources: &Sources, results: &[TestResult]) -> String {
    let failed = results.iter().filter(|result| result.failure.is_some()).count();
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ =
        writeln!(xml, "<testsuites>\n  <testsuite name=\"infrac\" tests=\"{}\" failures=\"{failed}\">", results.len());
    for result in results {
        let class = result.environment.map_or("infrac", |name| name.as_str());
        let _ = write!(xml, "    <testcase classname=\"{}\" name=\"{}\"", escaped(class), escaped(&result.name));
        if let Some(place) = sources.place(result.place) {
            let _ = write!(xml, " file=\"{}\" line=\"{}\"", escaped(place.file), place.start.line + 1);
        }
        match &result.failure {
            Some(failure) => {
                let failure = escaped(failure);
                let _ = writeln!(xml, ">\n      <failure message=\"{failure}\"/>\n    </testcase>");
            }
            None => xml.push_str("/>\n"),
        }
    }
    xml.push_str("  </testsuite>\n</testsuites>\n");
    xml
}

fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' => escaped.push_str("&#10;"),
            letter if letter.is_control() => escaped.push('\u{fffd}'),
            letter => escaped.push(letter),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{Span, Symbol};

    #[test]
    fn a_report_names_what_failed_and_where() {
        let mut sources = Sources::new();
        let file = sources.add(crate::world::Source::new("a/main.infra", "main.infra", "system a\ntest \"x\" {}\n"));
        let result = |name: &str, failure: Option<&str>| TestResult {
            name: name.to_owned(),
            environment: Some(Symbol::new("team01")),
            place: Span::new(file, 9, 13),
            failure: failure.map(str::to_owned),
        };
        let xml = junit(&sources, &[result("two < \"three\"", None), result("b", Some("1 == 2\nis false & done"))]);
        insta::assert_snapshot!(xml, @r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <testsuites>
          <testsuite name="infrac" tests="2" failures="1">
            <testcase classname="team01" name="two &lt; &quot;three&quot;" file="a/main.infra" line="2"/>
            <testcase classname="team01" name="b" file="a/main.infra" line="2">
              <failure message="1 == 2&#10;is false &amp; done"/>
            </testcase>
          </testsuite>
        </testsuites>
        "#);
    }
}
