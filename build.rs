//! Prepares what is embedded: the catalog's binary form, and the diagnostics' pages.

#[path = "build/catalog/mod.rs"]
mod catalog;
#[path = "build/library.rs"]
mod library;
#[path = "build/pages.rs"]
mod pages;

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=build");
    library::build()?;
    pages::build()?;
    catalog::build()
}
