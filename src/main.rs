//! infrac.
fn main() {}
