//! Random naming rules, as the source has them and as plain data.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use infrac::diag::Diagnostic;
use infrac::driver::{self, Options};
use infrac::world::{Memory, SystemFolder};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

/// The type of a param: as it is written, and all its values.
pub struct Type {
    pub written: &'static str,
    pub values: &'static [&'static str],
}

/// Types of few values, with and without the sign that stands between parts. Each has two values at least.
pub const TYPES: [Type; 7] = [
    Type { written: "text(1..1) matching /[ab]/", values: &["a", "b"] },
    Type { written: "text(1..2) matching /[a-]+/", values: &["a", "-", "aa", "a-", "-a", "--"] },
    Type { written: "text(1..3) matching /a+/", values: &["a", "aa", "aaa"] },
    Type { written: "text(..3) matching /(a(-a)?)?/", values: &["", "a", "a-a"] },
    Type { written: "\"a\" | \"a-b\" | \"b\"", values: &["a", "a-b", "b"] },
    Type { written: "text(2..2) matching /[a.]+/", values: &["aa", "a.", ".a", ".."] },
    Type { written: "text(1..2) matching /-?a/", values: &["a", "-a"] },
];

/// A part of a name.
#[derive(Debug, Clone, PartialEq)]
pub enum Piece {
    Text(&'static str),
    /// Many letters.
    Long(usize),
    Param(usize),
    Env,
    Id,
}

/// The names of the params.
pub const PARAMS: [&str; 2] = ["one", "two"];

/// A value for each param.
pub type Values = [&'static str; 2];

/// Two types, one for each param.
#[derive(Debug, Clone, Copy)]
pub struct Params(pub [usize; 2]);

impl Params {
    /// All values of all params.
    pub fn all(self) -> Vec<Values> {
        let [first, second] = self.0.map(|ty| TYPES[ty].values);
        first.iter().flat_map(|one| second.iter().map(move |two| [*one, *two])).collect()
    }

    /// As they are declared. They have their first values in every environment.
    pub fn written(self) -> String {
        let lines = PARAMS.iter().zip(self.0).map(|(name, ty)| {
            let ty = &TYPES[ty];
            format!("param {name}: {} = \"{}\"\n", ty.written, ty.values[0])
        });
        lines.collect()
    }
}

/// A rule as the source has it; `{id}` or `{stack}` for what tells things apart.
pub fn written(pieces: &[Piece], id: &str) -> String {
    let pieces = pieces.iter().map(|piece| match piece {
        Piece::Text(text) => (*text).to_owned(),
        Piece::Long(count) => "x".repeat(*count),
        Piece::Param(number) => format!("{{{}}}", PARAMS[*number]),
        Piece::Env => String::from("{env}"),
        Piece::Id => format!("{{{id}}}"),
    });
    format!("\"{}\"", pieces.collect::<String>())
}

/// The name that a rule gives.
pub fn named(pieces: &[Piece], values: &Values, env: &str, id: &str) -> String {
    let pieces = pieces.iter().map(|piece| match piece {
        Piece::Text(text) => (*text).to_owned(),
        Piece::Long(count) => "x".repeat(*count),
        Piece::Param(number) => values[*number].to_owned(),
        Piece::Env => env.to_owned(),
        Piece::Id => id.to_owned(),
    });
    pieces.collect()
}

/// What infrac finds in a program.
pub fn found(program: &str) -> Vec<Diagnostic> {
    let world = Memory::with([("/shop/main.infra", program)]);
    let system = SystemFolder { root: PathBuf::from("/shop"), files: vec![PathBuf::from("/shop/main.infra")] };
    assert!(system.files.iter().all(|file| file.starts_with(Path::new("/shop"))));
    driver::check(&world, &system, &Options::default()).unwrap().diagnostics
}

/// The values in words such as "with `one` = "a" and `two` = "b"". A param that is not named has any value.
pub fn values_in(words: &str) -> BTreeMap<usize, String> {
    let mut values = BTreeMap::new();
    for (number, name) in PARAMS.iter().enumerate() {
        let start = format!("`{name}` = \"");
        if let Some((_, behind)) = words.split_once(&start) {
            values.insert(number, behind.split('"').next().unwrap().to_owned());
        }
    }
    values
}

/// All values that agree with what was said.
pub fn agreeing(params: Params, said: &BTreeMap<usize, String>) -> Vec<Values> {
    let mut all = params.all();
    all.retain(|values| said.iter().all(|(param, value)| values[*param] == value));
    all
}

pub fn params() -> impl Strategy<Value = Params> {
    (0..TYPES.len(), 0..TYPES.len()).prop_map(|(one, two)| Params([one, two]))
}

/// Runs so many cases, the same ones in every run.
pub fn each<S: Strategy>(few: u32, cases: S, mut holds: impl FnMut(S::Value) -> Result<(), String>) {
    let thorough = std::env::var_os("INFRAC_THOROUGH").is_some();
    let config =
        Config { cases: if thorough { few * 150 } else { few }, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let holds = std::cell::RefCell::new(&mut holds);
    let outcome = runner.run(&cases, |case| (holds.borrow_mut())(case).map_err(TestCaseError::fail));
    if let Err(error) = outcome {
        panic!("{error}");
    }
}
