//! Prepares what is embedded: the catalog's binary form.

#[path = "build/catalog/mod.rs"]
mod catalog;

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=build");
    catalog::build()
}
