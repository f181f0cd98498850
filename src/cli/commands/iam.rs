//! `infrac iam simulate`: what IAM decides, over policies that are given.

use super::{Answer, WorldError, refused, standard_input};
use crate::base::limits::MAX_FILE_BYTES;
use crate::check::iam::simulate;
use crate::cli::args::SimulateArguments;
use crate::world::World;

pub(super) fn run(world: &dyn World, arguments: &SimulateArguments) -> Result<Answer, WorldError> {
    let path = &arguments.file;
    let standard = path.as_os_str() == "-";
    let limit = MAX_FILE_BYTES as u64;
    let bytes = if standard { standard_input(limit + 1)? } else { world.read_at_most(path, limit + 1)? };
    let shown = if standard { String::from("standard input") } else { path.display().to_string() };
    if bytes.len() as u64 > limit {
        return Ok(refused(&format!("{shown}: it is larger than 4 MiB")));
    }
    let Ok(text) = String::from_utf8(bytes) else {
        return Ok(refused(&format!("{shown}: it is not UTF-8 text")));
    };
    match simulate(&text) {
        Ok(results) => Ok(Answer { out: format!("{results:#}\n"), ..Answer::default() }),
        Err(malformed) => Ok(refused(&format!("{shown}: {malformed}"))),
    }
}
