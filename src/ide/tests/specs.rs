//! Real systems: no question at any place fails, and no answer lies outside of a text.

use super::{System, repository};
use crate::base::Span;
use crate::ide::{self, View};

/// How far places are apart at which is asked: in the ordinary tests, few are.
fn step() -> usize {
    if std::env::var_os("INFRAC_THOROUGH").is_some() { 1 } else { 251 }
}

fn inside(view: &View<'_>, span: Span) {
    let text = view.text(span.file);
    assert!(text.get(span.range()).is_some_and(|text| !text.is_empty()), "{span:?}");
}

fn every_place(folder: &str) {
    let world = repository(folder);
    let system = System::at(world, std::path::Path::new("/"));
    system.view(|view| {
        for file in view.every_file() {
            ide::hints(view, file, 0, u32::MAX).iter().for_each(|hint| inside(view, hint.after));
            let colored = ide::tokens(view, file);
            assert!(colored.is_sorted_by(|one, next| one.place.hi <= next.place.lo));
            for offset in (0..=view.text(file).len()).step_by(step()) {
                let offset = u32::try_from(offset).unwrap();
                for span in ide::definition(view, file, offset) {
                    inside(view, span);
                }
                if step() > 1 || offset % 17 == 0 {
                    let offered = ide::complete(&system.outline, Some(&system.known), file, offset);
                    if let Some(replace) = offered.replace {
                        assert!(view.text(file).get(replace.range()).is_some() && replace.hi == offset, "{replace:?}");
                    }
                }
                ide::pieces(view, file, offset).iter().for_each(|piece| inside(view, *piece));
                let _signature = ide::call(view, file, offset);
                if let Some(told) = ide::hover(view, file, offset) {
                    inside(view, told.place);
                    assert!(!told.text.is_empty());
                }
                ide::highlights(view, file, offset).iter().for_each(|name| inside(view, name.place));
            }
        }
    });
}

#[test]
fn cloudvault_answers_everywhere() {
    every_place("specs/cloudvault");
}

#[test]
fn the_hr_lab_answers_everywhere() {
    every_place("specs/hr-lab");
}

#[test]
fn every_name_of_a_real_system_leads_somewhere() {
    for folder in ["specs/cloudvault", "specs/hr-lab"] {
        let system = System::at(repository(folder), std::path::Path::new("/"));
        assert!(!system.known.checked.has_errors(), "{:?}", system.known.checked.diagnostics);
        system.view(|view| {
            for file in view.every_file() {
                let silent = ide::unresolved(view, file);
                let words: Vec<&str> = silent.iter().map(|span| view.sources.slice(*span)).collect();
                assert_eq!(words, [""; 0], "in {}", view.sources.get(file).unwrap().shown);
            }
        });
    }
}
