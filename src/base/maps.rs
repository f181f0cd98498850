//! The maps of this house, for keys that are short: names, ids, places.
//!
//! Their hash is fast and the same in every run. It does not withstand keys made to collide; sources are nobody's attack on
//! whoever wrote them.

use rustc_hash::FxBuildHasher;

/// A map in the order of insertion.
pub type IndexMap<K, V> = indexmap::IndexMap<K, V, FxBuildHasher>;
/// A set in the order of insertion.
pub type IndexSet<K> = indexmap::IndexSet<K, FxBuildHasher>;
/// A map in no order; never gone through for output.
pub type HashMap<K, V> = std::collections::HashMap<K, V, FxBuildHasher>;
/// A set in no order; never gone through for output.
pub type HashSet<K> = std::collections::HashSet<K, FxBuildHasher>;
