//! `infrac init`: a first system, to be changed into one's own.

use std::collections::BTreeMap;
use std::path::Path;

use super::{Answer, WorldError, refused};
use crate::base::FileId;
use crate::cli::args::InitArguments;
use crate::diag::nearest;
use crate::world::write::write_new;
use crate::world::{World, shown};

/// A system of `specs/examples`.
struct Example {
    /// Its folder's name, which is the system's, too.
    name: &'static str,
    /// Its files, by their paths below its folder.
    files: &'static [(&'static str, &'static str)],
}

const EXAMPLES: &[Example] = include!(concat!(env!("OUT_DIR"), "/examples.rs"));

impl Example {
    /// What it is, in a sentence: how the comment before its `system` line begins.
    fn about(&self) -> String {
        let main = format!("{}.infra", self.name);
        let text = self.files.iter().find(|(path, _)| *path == main).map_or("", |(_, text)| text);
        let comment: Vec<&str> = text.lines().map_while(|line| line.strip_prefix("/// ")).collect();
        let comment = comment.join(" ");
        comment.split_inclusive(". ").next().unwrap_or_default().trim_end_matches(['.', ' ']).to_owned()
    }
}

pub(super) fn run(world: &dyn World, arguments: &InitArguments) -> Result<Answer, WorldError> {
    let Some(folder) = &arguments.folder else { return Ok(list()) };
    let Some(example) = EXAMPLES.iter().find(|example| example.name == arguments.from) else {
        let near = nearest(&arguments.from, EXAMPLES.iter().map(|example| example.name));
        let hint = near.map_or_else(|| String::from("`infrac init` lists them"), |name| format!("is `{name}` meant?"));
        return Ok(refused(&format!("there is no example `{}`; {hint}", arguments.from)));
    };
    let name = match &arguments.name {
        Some(name) => name.clone(),
        None => folder_name(world, folder),
    };
    let files: BTreeMap<String, Vec<u8>> =
        example.files.iter().map(|(path, text)| renamed(example.name, &name, path, text)).collect();
    let main = files.get(&format!("{name}.infra")).map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    if main.is_none_or(|text| !crate::syntax::parse(FileId(0), &text).diagnostics.is_empty()) || name.contains('/') {
        return Ok(refused(&format!(
            "a system cannot be called `{name}`: letters, digits and hyphens make a name; give it one with `--name`"
        )));
    }
    let of_another = sources_in(world, folder);
    if let Some(source) = of_another.first() {
        return Ok(refused(&format!(
            "`{}` has a source already, `{source}`: start in a folder of its own",
            shown(folder)
        )));
    }
    write_new(folder, &files)?;
    let mut out: String = files.keys().map(|path| format!("{}\n", shown(&folder.join(path)))).collect();
    out.push_str(&format!(
        "\n{}.\nAccounts, addresses and the like are examples: put yours in their place, then run\n\n  infrac check {}\n",
        example.about(),
        shown(folder)
    ));
    Ok(Answer { out, ..Answer::default() })
}

/// The examples, and how one is taken.
fn list() -> Answer {
    let width = EXAMPLES.iter().map(|example| example.name.len()).max().unwrap_or_default();
    let mut out: String =
        EXAMPLES.iter().map(|example| format!("{:width$}  {}\n", example.name, example.about())).collect();
    out.push_str("\nTo start from one: infrac init FOLDER --from NAME\n");
    Answer { out, ..Answer::default() }
}

/// What a folder is called, also where it is `.`.
fn folder_name(world: &dyn World, folder: &Path) -> String {
    let whole = world.canonical(folder).unwrap_or_else(|_| folder.to_owned());
    whole.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// A file of an example under the name of the system that it becomes.
fn renamed(old: &str, new: &str, path: &str, text: &str) -> (String, Vec<u8>) {
    if path != format!("{old}.infra") {
        return (path.to_owned(), text.as_bytes().to_vec());
    }
    let line = format!("\nsystem {old}\n");
    (format!("{new}.infra"), text.replacen(&line, &format!("\nsystem {new}\n"), 1).into_bytes())
}

/// The sources that stand directly in a folder.
fn sources_in(world: &dyn World, folder: &Path) -> Vec<String> {
    let entries = world.list(folder).unwrap_or_default();
    let names = entries.iter().filter_map(|entry| entry.path.file_name());
    names.map(|name| name.to_string_lossy().into_owned()).filter(|name| name.ends_with(".infra")).collect()
}
