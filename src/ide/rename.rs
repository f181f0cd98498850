//! A new name for a thing, everywhere; refused where it would come to mean something else.

use std::collections::BTreeMap;
use std::path::Path;

use crate::base::{FileId, Span};
use crate::diag::Edit;
use crate::driver::{Analysis, Options, Outline, Trees, analyse, outline};
use crate::eval::model::Model;
use crate::ide::actions::line_start;
use crate::ide::names::{Name, name_at, names, references};
use crate::ide::target::{Identity, Target};
use crate::ide::view::{View, with_view};
use crate::ide::walk::Role;
use crate::ide::words;
use crate::syntax::RESERVED;
use crate::syntax::ast::Ident;
use crate::world::{Overlay, SystemFolder, World};

/// The name at a place, if it can have another one; otherwise why it cannot.
pub fn renameable<'p>(view: &View<'p>, file: FileId, offset: u32) -> Result<(Name<'p>, Ident), String> {
    let name = name_at(view, file, offset).ok_or("no name of this system stands here")?;
    let declared = match name.target.declared() {
        Some(declared) if !declared.span.is_none() => declared,
        Some(_) | None => return Err(format!("this {} is not declared in a source", name.target.kind())),
    };
    if declared.span.file.is_stdlib() {
        return Err(format!("`{}` belongs to the standard library", declared.name));
    }
    Ok((name, declared))
}

/// What is asked for.
pub struct Asked<'a> {
    /// The texts as they are now.
    pub world: &'a dyn World,
    /// The system; none for a file that belongs to none.
    pub system: Option<&'a SystemFolder>,
    /// Its sources.
    pub outline: &'a Outline,
    /// Where trees are kept.
    pub trees: &'a Trees,
    /// The file of the name.
    pub file: FileId,
    /// Where in it.
    pub offset: u32,
    /// The new name.
    pub new: &'a str,
}

/// The edits that give the thing at a place another name, or why that cannot be done. Nothing that is deployed is replaced: what
/// a new name would give another id or name keeps its old one with `@was`.
pub fn rename(asked: &Asked<'_>) -> Result<Vec<Edit>, String> {
    let plan = with_view(asked.outline, None, |view| plan(view, asked))?;
    let Some(system) = asked.system else { return Ok(plan.edits) };
    let failed = |refusal: crate::world::WorldError| refusal.to_string();
    let before = analyse(asked.world, system, &Options::default(), asked.trees).map_err(failed)?;
    let after = applied(asked, system, &plan.edits)?;
    with_view(asked.outline, None, |old| {
        with_view(&after.outline, None, |new| same_meaning(old, new, &plan.edits, asked.new))
    })?;
    no_new_mistake(&before, &after.analysis)?;
    let Some(changed) = first_change(&before, &after.analysis) else { return Ok(plan.edits) };
    if plan.marks.is_empty() {
        return Err(changed);
    }
    let mut edits = plan.edits;
    edits.extend(plan.marks);
    edits.sort_by_key(|edit| edit.span);
    let marked = applied(asked, system, &edits)?;
    no_new_mistake(&before, &marked.analysis)?;
    match first_change(&before, &marked.analysis) {
        Some(changed) => Err(changed),
        None => Ok(edits),
    }
}

/// What a new name takes.
struct Plan {
    edits: Vec<Edit>,
    /// The marks that keep ids and names what they are, if they are needed.
    marks: Vec<Edit>,
}

fn plan(view: &View<'_>, asked: &Asked<'_>) -> Result<Plan, String> {
    let (name, declared) = renameable(view, asked.file, asked.offset)?;
    let new = asked.new;
    let hyphens = matches!(name.target, Target::System(_) | Target::Environment(_));
    if !is_word(new, hyphens) {
        return Err(format!("`{new}` is no name: letters, digits and `_`, the first no digit"));
    }
    if RESERVED.contains(&new) {
        return Err(format!("`{new}` has a meaning of its own wherever it stands"));
    }
    let identity = name.target.identity();
    let all = references(view, asked.file, identity);
    if !all.iter().any(|name| name.role == Role::Declared) {
        return Err(format!("it cannot be told for certain where `{}` is used", declared.name));
    }
    let mut edits: Vec<Edit> = Vec::new();
    for name in &all {
        let old = declared.name;
        let both = all.iter().any(|other| other.place == name.place && other.role != name.role);
        let text = match name.role {
            Role::Declared | Role::Read | Role::Set => new.to_owned(),
            Role::Shorthand | Role::ShorthandValue if both => new.to_owned(),
            Role::Shorthand => format!("{new} = {old}"),
            Role::ShorthandValue => format!("{old} = {new}"),
        };
        if !edits.iter().any(|edit| edit.span == name.place) {
            edits.push(Edit { span: name.place, text });
        }
    }
    edits.sort_by_key(|edit| edit.span);
    Ok(Plan { marks: marks(view, &name.target, &all, declared), edits })
}

fn is_word(text: &str, hyphens: bool) -> bool {
    let mut letters = text.chars();
    letters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && letters.all(|letter| letter.is_ascii_alphanumeric() || letter == '_' || hyphens && letter == '-')
}

/// `@was(old)` before each declaration that has no such mark yet.
fn marks(view: &View<'_>, target: &Target<'_>, all: &[Name<'_>], old: Ident) -> Vec<Edit> {
    if !matches!(target, Target::Instance(_) | Target::Stack(_)) {
        return Vec::new();
    }
    let mut marks = Vec::new();
    for name in all.iter().filter(|name| name.role == Role::Declared) {
        let Some(item) = view.declaration(name.place) else { continue };
        if item.marks.iter().any(|mark| mark.name.name == "was") {
            continue;
        }
        let at = Span { hi: item.span.lo, ..item.span };
        // Behind other code of the same line, the mark stands on that line, too.
        let Some((_, between)) = line_start(view.text(at.file), at.lo) else { continue };
        marks.push(Edit { span: at, text: format!("@was({}){between}", old.name) });
        // A stack that is opened several times says it once.
        if matches!(target, Target::Stack(_)) {
            break;
        }
    }
    marks
}

struct After {
    outline: Outline,
    analysis: Analysis,
}

/// Whether nothing becomes wrong with edits that was right before them.
pub fn keeps_right(asked: &Asked<'_>, before: &Analysis, edits: &[Edit]) -> bool {
    let Some(system) = asked.system else { return true };
    applied(asked, system, edits).is_ok_and(|after| no_new_mistake(before, &after.analysis).is_ok())
}

fn applied(asked: &Asked<'_>, system: &SystemFolder, edits: &[Edit]) -> Result<After, String> {
    let mut world = Overlay::over(asked.world);
    let mut by_file: BTreeMap<FileId, Vec<&Edit>> = BTreeMap::new();
    for edit in edits {
        by_file.entry(edit.span.file).or_default().push(edit);
    }
    for (file, edits) in by_file {
        let Some(source) = asked.outline.sources.get(file) else { continue };
        world.set(Path::new(&source.shown), edited(&source.text, &edits));
    }
    // What the renamed text would be is not worth remembering.
    let trees = Trees::new();
    let failed = |refusal: crate::world::WorldError| refusal.to_string();
    let outline = outline(&world, system, &trees).map_err(failed)?;
    let analysis = analyse(&world, system, &Options::default(), &trees).map_err(failed)?;
    Ok(After { outline, analysis })
}

/// A text with edits, which are in order and do not overlap.
fn edited(text: &str, edits: &[&Edit]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for edit in edits {
        out.push_str(text.get(at..edit.span.lo as usize).unwrap_or_default());
        out.push_str(&edit.text);
        at = edit.span.hi as usize;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

/// Holds that every name stands for what it stood for.
fn same_meaning(old: &View<'_>, new: &View<'_>, edits: &[Edit], word: &str) -> Result<(), String> {
    let clash = || format!("`{word}` already means something else where it would stand");
    for file in old.every_file() {
        let (before, after) = (names(old, file), names(new, file));
        if before.len() != after.len() {
            return Err(clash());
        }
        let mut before: Vec<Identity> = before.iter().map(|name| moved(name.target.identity(), edits)).collect();
        let mut after: Vec<Identity> = after.iter().map(|name| start(name.target.identity())).collect();
        // A shorthand entry that is written out says the same two names in an order of its own.
        before.sort();
        after.sort();
        if before != after {
            return Err(clash());
        }
    }
    Ok(())
}

fn start(identity: Identity) -> Identity {
    match identity {
        Identity::Place(place) => Identity::Place(Span { hi: place.lo, ..place }),
        Identity::Named(..) => identity,
    }
}

/// Where a thing is declared after edits.
fn moved(identity: Identity, edits: &[Edit]) -> Identity {
    match start(identity) {
        Identity::Place(place) => {
            let before = |edit: &&Edit| edit.span.file == place.file && edit.span.hi <= place.lo;
            let mut lo = i64::from(place.lo);
            for edit in edits.iter().filter(before) {
                let grown = i64::try_from(edit.text.len()).unwrap_or_default();
                lo += grown - i64::from(edit.span.hi - edit.span.lo);
            }
            let lo = u32::try_from(lo).unwrap_or_default();
            Identity::Place(Span { lo, hi: lo, ..place })
        }
        named @ Identity::Named(..) => named,
    }
}

/// Holds that nothing is wrong that was right.
fn no_new_mistake(before: &Analysis, after: &Analysis) -> Result<(), String> {
    let count = |of: &Analysis, code| of.checked.diagnostics.iter().filter(|found| found.code == code).count();
    for found in &after.checked.diagnostics {
        if count(after, found.code) > count(before, found.code) {
            return Err(format!("with this name, {}", found.message));
        }
    }
    Ok(())
}

/// The first id or name that differs, in words.
fn first_change(before: &Analysis, after: &Analysis) -> Option<String> {
    for (old, new) in before.environments.iter().zip(&after.environments) {
        let (old, new) = (deployed(&old.model), deployed(&new.model));
        if let Some((old, new)) = old.iter().zip(&new).find(|(old, new)| old != new) {
            return Some(format!(
                "with this name, `{old}` would become `{new}`, and so be replaced when it is deployed"
            ));
        }
    }
    None
}

/// What CloudFormation knows things by.
fn deployed(model: &Model) -> Vec<String> {
    let stacks = model.stacks.iter().map(|stack| stack.physical_name.clone());
    let resources = model.resources.iter().flat_map(|resource| {
        let name = resource.name.as_ref().map(|name| words::template(model, &name.text));
        std::iter::once(resource.logical_id.clone()).chain(name)
    });
    let mut all: Vec<String> = stacks.chain(resources).collect();
    all.sort();
    all
}
