//! Every limit that keeps a run finite, by name. Each has its own diagnostic.

/// How deeply brackets may be nested in a source file.
pub const MAX_BRACKETS: usize = 64;

/// How deep a syntax tree may become: brackets, operators and statements together.
pub const MAX_DEPTH: usize = 128;

/// The largest source file, in bytes.
pub const MAX_FILE_BYTES: usize = 4 * 1024 * 1024;

/// How many mistakes of syntax are reported in one file; the rest would hardly be read.
pub const MAX_SYNTAX_DIAGNOSTICS: usize = 100;

/// How often `check --fix` looks again at what it has fixed: a fix may lay open what hid behind a mistake.
pub const MAX_FIX_ROUNDS: usize = 20;

/// How deeply a pattern may be nested.
pub const MAX_PATTERN_DEPTH: usize = 100;

/// How many classes of characters are kept that patterns call by a name.
pub const MAX_PATTERN_CLASSES: usize = 100;

/// How many states one question about texts may go through before it is given up as not decided.
pub const MAX_TEXT_STATES: usize = 20_000;

/// How many states a search for equal names may go through, before what is left is not decided.
pub const MAX_NAME_STATES: usize = 2_000_000;

/// How many pairs of names that can be equal are looked for.
pub const MAX_NAME_MEETINGS: usize = 200;

/// How much work one such question may be: pairs of character classes that are compared.
pub const MAX_TEXT_WORK: u32 = 2_000_000;

/// Of how many pairs it is kept what passes from one to the other.
pub const MAX_NETWORK_KEPT: usize = 10_000;

/// How many terms of languages are kept before all are forgotten and built anew.
pub const MAX_TEXT_TERMS: usize = 200_000;

/// How many steps the evaluation of one environment may take: loop rounds, values, statements.
pub const MAX_STEPS: u64 = 2_000_000;

/// How deeply values may need each other: functions in functions, references through components.
pub const MAX_EVALUATION_DEPTH: u32 = 400;

/// How many states the comparison of two sets of permissions may go through. Beyond it they count as different.
pub const MAX_PROOF_STATES: usize = 20_000;

/// How many combinations of values the conditions of a merged statement may have: a proof may look at each for itself.
pub const MAX_CONDITION_CASES: usize = 256;

/// How deeply values may be nested in a CloudFormation template.
pub const MAX_TEMPLATE_DEPTH: usize = 128;

/// How many values a CloudFormation template may have, aliases and loops unfolded. The service takes a megabyte.
pub const MAX_TEMPLATE_NODES: usize = 1_000_000;

/// From how much source text on, environments counted each, several threads are worth their start.
pub const BYTES_WORTH_THREADS: usize = 256 * 1024;

/// How many hops one search through a network may take, all its branches together; beyond it, ways are unknown.
pub const MAX_NETWORK_HOPS: usize = 100_000;

/// How many pairs of parties the table of a network looks at; of the rest it only says that there are more.
pub const MAX_NETWORK_LEGS: usize = 2_000_000;

/// How many alternatives of one value are looked at.
pub const MAX_ALTERNATIVES: usize = 400;

/// So many values a rule of a template lists to compare two numbers.
pub const MAX_RULE_VALUES: usize = 2_000;
