//! Tables as text: columns side by side, what repeats said once.

use std::fmt::Write;

/// Between two columns.
const GAP: &str = "  ";
/// A column that is wider does not push what is right of it further: its line ends there.
const WIDEST: usize = 60;

/// One table under a title.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Section {
    /// Above it.
    pub title: String,
    /// What the columns are called; none if it has no rows.
    pub columns: Vec<String>,
    /// One cell for each column; a cell may have several lines.
    pub rows: Vec<Vec<String>>,
    /// Below it.
    pub notes: Vec<String>,
}

/// Sections as people read them.
pub fn text(sections: &[Section]) -> String {
    let mut text = String::new();
    for (index, section) in sections.iter().enumerate() {
        if index > 0 {
            text.push('\n');
        }
        // Writing to a `String` does not fail.
        let _ = writeln!(text, "{}", section.title);
        table(&mut text, section);
        for note in &section.notes {
            let _ = writeln!(text, "note: {note}");
        }
    }
    text
}

fn table(text: &mut String, section: &Section) {
    if section.rows.is_empty() {
        return;
    }
    let widths: Vec<usize> = (0..section.columns.len()).map(|column| width(section, column)).collect();
    let heads: Vec<String> = section.columns.clone();
    line(text, &heads, &widths);
    let rule: Vec<String> = widths.iter().map(|width| "─".repeat(*width)).collect();
    line(text, &rule, &widths);
    let mut above: Option<&[String]> = None;
    for row in &section.rows {
        // What the row above says in its first columns, too, is not said again.
        let same = above.map_or(0, |above| above.iter().zip(row).take_while(|(a, b)| a == b).count());
        let same = same.min(row.len().saturating_sub(1));
        let cells: Vec<Vec<&str>> = row
            .iter()
            .enumerate()
            .map(|(at, cell)| if at < same { Vec::new() } else { cell.lines().collect() })
            .collect();
        let height = cells.iter().map(Vec::len).max().unwrap_or(0);
        for at in 0..height {
            let cells: Vec<String> =
                cells.iter().map(|lines| lines.get(at).copied().unwrap_or_default().to_owned()).collect();
            line(text, &cells, &widths);
        }
        above = Some(row);
    }
}

fn width(section: &Section, column: usize) -> usize {
    let head = section.columns.get(column).map_or(0, |head| head.chars().count());
    let cells = section.rows.iter().filter_map(|row| row.get(column)).flat_map(|cell| cell.lines());
    cells.map(|line| line.chars().count()).filter(|width| *width <= WIDEST).max().unwrap_or(0).max(head)
}

fn line(text: &mut String, cells: &[String], widths: &[usize]) {
    let mut whole = String::new();
    for (cell, width) in cells.iter().zip(widths) {
        let fill = width.saturating_sub(cell.chars().count());
        whole.push_str(cell);
        whole.push_str(&" ".repeat(fill));
        whole.push_str(GAP);
    }
    text.push_str(whole.trim_end());
    text.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_and_what_repeats_is_said_once() {
        let row = |cells: [&str; 3]| cells.map(str::to_owned).to_vec();
        let section = Section {
            title: String::from("fruit"),
            columns: ["who", "what", "how"].map(str::to_owned).to_vec(),
            rows: vec![
                row(["ann", "eats", "an apple\na pear"]),
                row(["ann", "eats", "a plum"]),
                row(["ann", "sells", "figs"]),
                row(["bob", "sells", "figs"]),
            ],
            notes: vec![String::from("that is all")],
        };
        let empty = Section { title: String::from("nothing"), ..Section::default() };
        insta::assert_snapshot!(text(&[section, empty]), @r"
        fruit
        who  what   how
        ───  ─────  ────────
        ann  eats   an apple
                    a pear
                    a plum
             sells  figs
        bob  sells  figs
        note: that is all

        nothing
        ");
    }
}
