//! Prepares what is embedded: the catalog's binary form, the library, the diagnostics' pages, and the example systems.

#[path = "src/base/mod.rs"]
#[allow(dead_code, unused_imports, reason = "shared with the compiler, which uses all of it")]
mod base;
#[path = "build/catalog/mod.rs"]
mod catalog;
#[path = "src/diag/mod.rs"]
#[allow(dead_code, unused_imports, reason = "shared with the compiler, which uses all of it")]
mod diag;
#[path = "build/examples.rs"]
mod examples;
#[path = "build/library.rs"]
mod library;
#[path = "build/pages.rs"]
mod pages;

#[path = "src/syntax/mod.rs"]
#[allow(dead_code, unused_imports, reason = "shared with the compiler, which uses all of it")]
mod syntax;

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=build");
    for shared in ["grammar", "src/base", "src/diag", "src/syntax"] {
        println!("cargo::rerun-if-changed={shared}");
    }
    library::build()?;
    pages::build()?;
    examples::build()?;
    catalog::build()
}
