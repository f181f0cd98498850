//! Which places in infrac's own source made a diagnostic or offered a fix: in builds with assertions they record
//! themselves, so that a test can hold them against all there are.

use std::collections::BTreeSet;
use std::panic::Location;
use std::sync::{Mutex, PoisonError};

static REACHED: Mutex<BTreeSet<(&'static str, u32)>> = Mutex::new(BTreeSet::new());

/// Records a place.
pub(super) fn record(place: &'static Location<'static>) {
    if cfg!(debug_assertions) {
        REACHED.lock().unwrap_or_else(PoisonError::into_inner).insert((place.file(), place.line()));
    }
}

/// The files and lines that were reached so far in this process; none in builds without assertions.
pub fn reached() -> Vec<(&'static str, u32)> {
    REACHED.lock().unwrap_or_else(PoisonError::into_inner).iter().copied().collect()
}
