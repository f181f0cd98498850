//! `infrac man`: the manual pages, for those who package infrac.

use std::path::Path;

use clap::CommandFactory;
use clap_mangen::Man;

use super::{Answer, WorldError};
use crate::cli::args::Arguments;
use crate::world::write::write_file;

pub(super) fn run(folder: &Path) -> Result<Answer, WorldError> {
    let mut infrac = Arguments::command();
    infrac.build();
    let commands = infrac.get_subcommands().filter(|command| !command.is_hide_set()).cloned();
    let pages: Vec<(String, clap::Command)> =
        commands.map(|command| (format!("infrac-{}", command.get_name()), command)).collect();
    let mut out = String::new();
    for (name, command) in [(String::from("infrac"), infrac.clone())].into_iter().chain(pages) {
        let path = folder.join(format!("{name}.1"));
        let mut page = Vec::new();
        Man::new(command).title(name).render(&mut page).map_err(|error| WorldError::new(&path, "write", &error))?;
        write_file(&path, &page)?;
        out.push_str(&format!("{}\n", path.display()));
    }
    Ok(Answer { out, ..Answer::default() })
}
