//! What CloudFormation says when it refuses something, and who says so before: the table of `docs/deploy-failures.md`.

/// The table, compiled in: its rows begin with a number.
const TABLE: &str = include_str!("../../docs/deploy-failures.md");
/// A pattern that has fewer letters than this says too little.
const LEAST: usize = 8;

/// A row of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Its number.
    pub number: &'static str,
    /// What is said; an ellipsis stands for any text.
    pub messages: Vec<&'static str>,
    /// The diagnostic that tells it before; else the word that the table has for it.
    pub told: Told,
    /// Why it is so, and what to do.
    pub words: &'static str,
}

/// Who tells a failure before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// A diagnostic of `infrac check`.
    Code(&'static str),
    /// No build has it.
    Built,
    /// The deploy order sees to it.
    Plan,
    /// `infrac diff` tells it.
    Diff,
    /// Nobody.
    Open,
}

/// All rows.
pub fn failures() -> impl Iterator<Item = Failure> {
    TABLE.lines().filter_map(row)
}

fn row(line: &'static str) -> Option<Failure> {
    let mut cells = line.strip_prefix("| ")?.strip_suffix(" |")?.split(" | ");
    let (number, messages, told, words) = (cells.next()?, cells.next()?, cells.next()?, cells.next()?);
    let messages: Vec<&str> = messages.split('`').skip(1).step_by(2).collect();
    let told = match told {
        "built" => Told::Built,
        "plan" => Told::Plan,
        "diff" => Told::Diff,
        "open" => Told::Open,
        link => Told::Code(link.split('`').nth(1)?),
    };
    (!messages.is_empty()).then_some(Failure { number, messages, told, words })
}

/// The rows that a text is about, line by line; of those that fit a line, the one that fits most of it.
pub fn find(text: &str) -> Vec<Failure> {
    let mut found: Vec<Failure> = Vec::new();
    let whole = [text];
    for line in text.lines().chain(whole) {
        let said = plain(line);
        let best = failures().filter_map(|row| Some((fit(&row, &said)?, row))).max_by_key(|(length, _)| *length);
        if let Some((_, row)) = best
            && !found.contains(&row)
        {
            found.push(row);
        }
        // The whole is looked at only where a message runs over several lines.
        if !found.is_empty() && line == text {
            break;
        }
    }
    found
}

/// How many letters of a text the best of a row's messages has.
fn fit(row: &Failure, said: &str) -> Option<usize> {
    row.messages.iter().filter_map(|message| fragments(message, said)).max()
}

fn fragments(message: &str, said: &str) -> Option<usize> {
    let (mut rest, mut length) = (said, 0);
    for fragment in plain(message).split('…').map(str::trim).filter(|fragment| !fragment.is_empty()) {
        let at = rest.find(fragment)?;
        rest = rest.get(at + fragment.len()..)?;
        length += fragment.len();
    }
    (length >= LEAST).then_some(length)
}

/// Small letters, with one space between words: people paste from consoles and JSON.
fn plain(text: &str) -> String {
    let text = text.replace("\\\"", "\"").replace("\\n", " ").replace('’', "'");
    text.split_whitespace().map(str::to_lowercase).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::cli::pages;

    #[test]
    fn every_check_of_the_reference_has_its_row_and_every_code_its_page() {
        let numbers: BTreeSet<&str> = failures().map(|row| row.number).collect();
        for number in 1..=66 {
            assert!(numbers.contains(format!("D{number:03}").as_str()), "D{number:03} is missing");
        }
        for row in failures() {
            if let Told::Code(code) = row.told {
                assert!(pages::page(code).is_some(), "{}: {code} has no page", row.number);
            }
        }
    }

    #[test]
    fn a_row_is_found_by_each_of_its_own_messages() {
        for row in failures() {
            for message in &row.messages {
                let pasted = format!("Resource handler returned message: \"{}\"", message.replace('…', "Abc-123"));
                let found = find(&pasted);
                assert_eq!(found.len(), 1, "{message}: {found:?}");
                // Several rows may have the same message; another one may say more of it.
                let fits = |row: &Failure| fit(row, &plain(&pasted));
                assert!(fits(&found[0]) >= fits(&row), "{message}: {found:?}");
            }
        }
    }

    #[test]
    fn messages_are_found_among_others_and_over_line_ends() {
        let events = "CREATE_FAILED  The role defined for the function cannot be assumed by Lambda. (Service: Lambda)\n\
                      CREATE_FAILED  Resource creation cancelled\n\
                      CREATE_FAILED  Queue visibility timeout: 30 seconds is less than Function timeout: 60 seconds";
        let numbers: Vec<&str> = find(events).iter().map(|row| row.number).collect();
        assert_eq!(numbers, ["D043", "D050"]);
        let broken = "Circular dependency between\n  resources: [Function, Role]";
        assert_eq!(find(broken).iter().map(|row| row.number).collect::<Vec<_>>(), ["D010"]);
        assert_eq!(find("everything is fine"), []);
    }
}
