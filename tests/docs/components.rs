//! `docs/components.md`: what the library's components are for, and which of AWS's types they make. Generated, and compared.

use std::collections::BTreeMap;
use std::fmt::Write;

use infrac::syntax::ast::{Item, ItemKind};

use crate::{files, read, root};

const PATH: &str = "docs/components.md";

const HEAD: &str = "\
# Components

What the standard library makes of AWS's types. A component stands for what people think in; each is documented where it is written,
with an example and its params, and an editor shows that. What a component does not name is set with `with`
([the reference](language.md#components)), and still checked. Generated from [`stdlib`](../stdlib) by `UPDATE_DOCS=1 cargo test --test docs`.
";

/// A component: its first sentence, and the types and components that it makes.
struct Row {
    about: String,
    makes: Vec<String>,
}

/// The types of all instances in some items, and in their blocks.
fn makes(items: &[Item], found: &mut Vec<String>) {
    for item in items {
        match &item.kind {
            ItemKind::Instance(instance) => found.push(instance.ty.name.to_string()),
            ItemKind::If(item) => {
                makes(&item.then, found);
                makes(&item.otherwise, found);
            }
            ItemKind::For(item) => makes(&item.body, found),
            ItemKind::Match(item) => item.arms.iter().for_each(|arm| makes(&arm.body, found)),
            _ => {}
        }
    }
}

fn first_sentence(text: &str) -> String {
    let text: String =
        text.lines().take_while(|line| !line.trim().is_empty()).map(|line| format!("{} ", line.trim())).collect();
    let end = text.find(". ").map_or(text.trim_end().len(), |at| at + 1);
    text[..end].replace('|', "\\|")
}

/// The components of each file of the library.
fn families() -> BTreeMap<String, BTreeMap<String, Row>> {
    let mut families = BTreeMap::new();
    for path in files("stdlib", "infra") {
        let parsed = infrac::syntax::parse(infrac::base::FileId(0), &read(&path));
        let mut rows = BTreeMap::new();
        for item in &parsed.file.items {
            let ItemKind::Component(component) = &item.kind else { continue };
            let about = item.doc.as_ref().map_or("", |doc| doc.text.as_str());
            let mut made = Vec::new();
            makes(&component.body, &mut made);
            made.sort();
            made.dedup();
            rows.insert(component.name.name.to_string(), Row { about: first_sentence(about), makes: made });
        }
        if !rows.is_empty() {
            families.insert(path.file_name().unwrap().to_string_lossy().into_owned(), rows);
        }
    }
    families
}

fn written() -> String {
    let mut text = HEAD.to_owned();
    for (file, rows) in families() {
        write!(text, "\n## [{file}](../stdlib/{file})\n\n| component | what it is | makes |\n| --- | --- | --- |\n")
            .unwrap();
        for (name, row) in rows {
            let makes: Vec<String> = row.makes.iter().map(|ty| format!("`{ty}`")).collect();
            writeln!(text, "| `{name}` | {} | {} |", row.about, makes.join(" ")).unwrap();
        }
    }
    text
}

#[test]
fn the_list_of_components_is_that_of_the_library() {
    let (path, text) = (root().join(PATH), written());
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    assert!(
        read(&path) == text,
        "{PATH} is not what the library has: `UPDATE_DOCS=1 cargo test --test docs` writes it"
    );
}

/// Types that systems write as they are: there is nothing to be decided about them.
const PLAIN: [&str; 3] = ["AWS::CodeConnections::Connection", "AWS::Events::EventBus", "AWS::WAFv2::WebACLAssociation"];

#[test]
fn real_systems_are_made_of_components() {
    for system in ["cloudvault", "hr-lab", "json-upload", "spec-wizard", "uk-home-improvement"] {
        for path in files(&format!("specs/{system}"), "infra") {
            let parsed = infrac::syntax::parse(infrac::base::FileId(0), &read(&path));
            for item in &parsed.file.items {
                let ItemKind::Stack(stack) = &item.kind else { continue };
                let mut made = Vec::new();
                makes(&stack.body, &mut made);
                let plain: Vec<String> =
                    made.into_iter().filter(|ty| ty.contains("::") && !PLAIN.contains(&ty.as_str())).collect();
                assert!(plain.is_empty(), "{}: {plain:?} have no component", path.display());
            }
        }
    }
}
