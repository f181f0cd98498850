//! Fenced blocks, links and headings of documents.

use std::ops::Range;

/// What stands between fences.
pub struct Block {
    /// The file and the line of its opening fence.
    pub place: String,
    /// What stands behind the opening fence: a language and what is said of the block.
    pub info: String,
    /// Its lines.
    pub text: String,
    /// Where the lines stand in the file.
    pub range: Range<usize>,
}

/// The blocks of a Markdown document.
pub fn of_markdown(file: &str, text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<(usize, String, usize)> = None;
    let mut at = 0;
    for (number, line) in text.split_inclusive('\n').enumerate() {
        let begin = at;
        at += line.len();
        let Some(info) = line.strip_prefix("```") else { continue };
        open = match open.take() {
            None => Some((number + 1, info.trim().to_owned(), at)),
            Some((first, info, start)) => {
                let range = start..begin;
                blocks.push(Block {
                    place: format!("{file}:{first}"),
                    info,
                    text: text[range.clone()].to_owned(),
                    range,
                });
                None
            }
        };
    }
    if let Some((first, ..)) = open {
        panic!("{file}:{first}: this block has no end");
    }
    blocks
}

/// The blocks in the `///` comments of a source file, without their slashes.
pub fn of_comments(file: &str, text: &str) -> Vec<Block> {
    let line_of = |line: &str| {
        let comment = line.trim_start().strip_prefix("///");
        comment.map_or(String::new(), |comment| comment.strip_prefix(' ').unwrap_or(comment).to_owned())
    };
    // One line for each of the file's, so that places stay.
    let comments: Vec<String> = text.lines().map(line_of).collect();
    of_markdown(file, &(comments.join("\n") + "\n"))
}

/// Where the document's links lead. What stands in blocks or between backquotes is no link.
pub fn links(text: &str) -> Vec<String> {
    let mut links = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        if line.starts_with("```") {
            inside = !inside;
        }
        if inside {
            continue;
        }
        let plain: String = line.split('`').step_by(2).collect();
        links
            .extend(plain.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(link, _)| link.to_owned()));
    }
    links
}

/// The anchors of a document's headings.
pub fn anchors(text: &str) -> Vec<String> {
    let heading = |line: &str| {
        let title = line.trim_start_matches('#').strip_prefix(' ')?.to_lowercase();
        let kept = title.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
        line.starts_with('#').then(|| kept.map(|c| if c == ' ' { '-' } else { c }).collect())
    };
    text.lines().filter_map(heading).collect()
}

#[test]
fn blocks_are_found_with_their_places() {
    let blocks = of_markdown("a.md", "x\n```infra,fails(code)\nsystem a\n\n```\n```\n```\n");
    let found: Vec<_> = blocks.iter().map(|block| (&*block.place, &*block.info, &*block.text)).collect();
    assert_eq!(found, [("a.md:2", "infra,fails(code)", "system a\n\n"), ("a.md:6", "", "")]);
}

#[test]
fn blocks_in_comments_lose_their_slashes() {
    let blocks = of_comments("a.infra", "/// ```infra\n/// stack A {\n///   x = y\n/// }\n/// ```\ncomponent X {}\n");
    assert_eq!(blocks[0].text, "stack A {\n  x = y\n}\n");
}

#[test]
fn headings_have_the_anchors_that_links_use() {
    assert_eq!(anchors("## `if`, `for`, `match`\ntext\n# What is known when"), ["if-for-match", "what-is-known-when"]);
    assert_eq!(links("[a](b.md#c) and [`d`](e), `[f](g)`\n```\n[f](g)\n```\n"), ["b.md#c", "e"]);
}
