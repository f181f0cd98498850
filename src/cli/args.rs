//! The command line, as `--help` shows it. Completions and manual pages come from the same definitions.

use std::path::PathBuf;

use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::{Args, Parser, Subcommand, ValueEnum};

use super::render::Format;
use crate::emit::Rendering;
use crate::report;
use crate::syntax::ast::Date;
use crate::world::Day;

/// A declarative language for AWS infrastructure: checked before it is deployed, least-privileged by construction.
#[derive(Debug, Parser)]
#[command(
    name = "infrac",
    version,
    max_term_width = 100,
    disable_help_subcommand = true,
    after_help = "Exit codes: 0 no error; 1 errors were found in what was read; 2 the command could not do its work.\n\n\
                  Example: infrac check specs/hr-lab"
)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// When to show colours. The environment variable NO_COLOR turns them off, too
    #[arg(long, global = true, display_order = 900, value_name = "WHEN", default_value = "auto")]
    pub color: Color,
    /// Show errors, warnings and answers only
    #[arg(long, short, global = true, display_order = 901)]
    pub quiet: bool,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Check everything that can be known, for every environment; write nothing
    #[command(after_help = "Example: infrac check specs/hr-lab --env team01 --deny warnings")]
    Check(CheckArguments),
    /// Check, then write templates, the deploy order and a cloud assembly; nothing is written if there is an error
    #[command(after_help = "Example: infrac build specs/hr-lab -o out")]
    Build(BuildArguments),
    /// Show the order in which the stacks are deployed, and why
    #[command(after_help = "Example: infrac plan specs/hr-lab --why Data Compute")]
    Plan(PlanArguments),
    /// Show what an update does: what is replaced, what is lost, who gains access
    #[command(
        after_help = "Exit codes: 0 nothing changes; 3 safe changes; 4 a person should look; 5 not in one update; 6 no safe way.\n\n\
                      Example: infrac diff deployed.yaml template.yaml --new-parameters prod.json"
    )]
    Diff(DiffArguments),
    /// Run the `test` blocks of a system
    #[command(after_help = "Example: infrac test specs/hr-lab --junit report.xml")]
    Test(TestArguments),
    /// Ask whether somebody may do something, over all policies of a system
    #[command(
        after_help = "Example: infrac can Compute.app s3:GetObject Storage.uploads specs/hr-lab --expect allowed"
    )]
    Can(CanArguments),
    /// Ask who can do something, by themselves or by way of others
    #[command(after_help = "Example: infrac who-can s3:GetObject Storage.uploads specs/hr-lab")]
    WhoCan(WhoCanArguments),
    /// Show the source of a part of a template: by its id, its path, a JSON pointer, or an error that names it
    #[command(
        after_help = "Example: infrac why Network.vpc specs/hr-lab\n         infrac why '#/Resources/Vpc/Properties/CidrBlock' specs/hr-lab --env team01"
    )]
    Why(WhyArguments),
    /// Bring sources into canonical form
    #[command(after_help = "Example: infrac fmt specs/hr-lab")]
    Fmt(FmtArguments),
    /// Serve an editor over the language server protocol, on standard input and output
    #[command(after_help = "Example: infrac lsp, as an editor starts it")]
    Lsp,
    /// Show a table that a reviewer wants
    #[command(after_help = "Example: infrac report access specs/hr-lab --env team01")]
    Report(ReportArguments),
    /// Ask what IAM decides
    #[command(subcommand, arg_required_else_help = true, after_help = "Example: infrac iam simulate request.json")]
    Iam(IamCommand),
    /// Show the page of a diagnostic, or of what CloudFormation said; without a code, list all of them
    #[command(
        after_help = "Example: infrac explain unknown_name\n         infrac explain 'Circular dependency between resources: [A, B]'"
    )]
    Explain {
        /// The code, as a diagnostic shows it in brackets, or a message of CloudFormation's; `-` for standard input
        code: Option<String>,
    },
    /// Write a first system to start from
    #[command(after_help = "Example: infrac init shop --from queue-worker")]
    Init(InitArguments),
    /// Show what is known of a resource type or an action, and the date of that knowledge
    #[command(after_help = super::facts::CATALOG_EXAMPLES)]
    Catalog {
        /// A resource type, one of its properties (`TYPE.PROPERTY`), or an action
        #[arg(value_name = "TYPE|ACTION")]
        what: Option<String>,
        /// The form of the answer
        #[arg(long, value_name = "FORMAT", default_value = "human")]
        format: AnswerFormat,
    },
    /// Print the completions of a shell
    #[command(after_help = "Example: infrac completions bash > /etc/bash_completion.d/infrac")]
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Write the manual pages, one for each command
    #[command(hide = true, after_help = "Example: infrac man /usr/share/man/man1")]
    Man {
        /// The folder to write to
        folder: PathBuf,
    },
}

/// Arguments of `infrac init`.
#[derive(Debug, Args)]
pub struct InitArguments {
    /// The folder to write into, which is made if it is not there; without it, the examples are listed
    pub folder: Option<PathBuf>,
    /// The example to start from
    #[arg(long, value_name = "EXAMPLE", default_value = "private-files")]
    pub from: String,
    /// What the system is called; by itself, as its folder
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
}

/// Arguments of `infrac can`.
#[derive(Debug, Args)]
pub struct CanArguments {
    /// Who: an instance or its role, an ARN, a service such as lambda.amazonaws.com, or `anonymous`
    #[arg(value_name = "PRINCIPAL")]
    pub principal: String,
    /// What, as in s3:GetObject
    #[arg(value_name = "ACTION")]
    pub action: String,
    /// On what: an instance, with what is below it as in `Storage.uploads/inbox/a.csv`, an ARN, or `*`
    #[arg(value_name = "RESOURCE")]
    pub resource: String,
    /// A system's folder, or a file in it [default: the current folder]
    #[arg(value_name = "PATH")]
    pub path: Option<PathBuf>,
    /// End with 1 if it is otherwise in one of the environments
    #[arg(long, value_name = "DECISION")]
    pub expect: Option<Expected>,
    /// The form of the answer
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub format: AnswerFormat,
    /// The form of diagnostics
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub messages: Format,
    /// Common options.
    #[command(flatten)]
    pub common: Common,
}

/// Arguments of `infrac who-can`.
#[derive(Debug, Args)]
pub struct WhoCanArguments {
    /// What, as in s3:GetObject
    #[arg(value_name = "ACTION")]
    pub action: String,
    /// On what: an instance, with what is below it as in `Storage.uploads/inbox/a.csv`, an ARN, or `*`
    #[arg(value_name = "RESOURCE")]
    pub resource: String,
    /// A system's folder, or a file in it [default: the current folder]
    #[arg(value_name = "PATH")]
    pub path: Option<PathBuf>,
    /// The form of the answer
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub format: AnswerFormat,
    /// The form of diagnostics
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub messages: Format,
    /// Common options.
    #[command(flatten)]
    pub common: Common,
}

/// Arguments of `infrac report`.
#[derive(Debug, Args)]
pub struct ReportArguments {
    /// Which table
    #[arg(value_name = "TABLE", value_parser = reports())]
    pub table: String,
    /// A system's folder, or a file in it [default: the current folder]
    #[arg(value_name = "PATH")]
    pub path: Option<PathBuf>,
    /// The form of the table
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub format: ReportFormat,
    /// The form of diagnostics
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub messages: Format,
    /// Common options.
    #[command(flatten)]
    pub common: Common,
}

/// Arguments of `infrac why`.
#[derive(Debug, Args)]
pub struct WhyArguments {
    /// A path of the source, a logical id, a JSON pointer as in `shop.template.json#/Resources/Vpc`, or a message with some of them
    #[arg(value_name = "THING")]
    pub thing: String,
    /// A system's folder, or a file in it [default: the current folder]
    #[arg(value_name = "PATH")]
    pub path: Option<PathBuf>,
    /// The form of the answer
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub format: AnswerFormat,
    /// The form of diagnostics
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub messages: Format,
    /// Common options.
    #[command(flatten)]
    pub common: Common,
}

/// What a decision should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Expected {
    /// Allowed, perhaps under conditions.
    Allowed,
    /// Denied, whatever the conditions.
    Denied,
}

/// The form of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum AnswerFormat {
    /// For people.
    Human,
    /// For scripts.
    Json,
}

/// Arguments of `infrac fmt`.
#[derive(Debug, Args)]
pub struct FmtArguments {
    /// Files, and folders with all `.infra` files below; `-` for standard input [default: the current folder]
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Write nothing, and fail if a file is not in canonical form
    #[arg(long)]
    pub check: bool,
}

/// What to ask of IAM.
#[derive(Debug, Subcommand)]
pub enum IamCommand {
    /// Decide requests over policies that are given, of every kind
    #[command(after_help = "Example: infrac iam simulate request.json")]
    Simulate(SimulateArguments),
}

/// Arguments of `infrac iam simulate`.
#[derive(Debug, Args)]
pub struct SimulateArguments {
    /// A request as JSON, or a list of them; `-` for standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
}

/// What all commands take that look at systems.
#[derive(Debug, Clone, Args)]
pub struct Common {
    /// Look at this environment only; may be repeated
    #[arg(long, value_name = "NAME")]
    pub env: Vec<String>,
    /// Look at this stack only; may be repeated
    #[arg(long, value_name = "NAME")]
    pub stack: Vec<String>,
    /// Give a param a value, in every environment; may be repeated
    #[arg(long, value_name = "KEY=VALUE", value_parser = key_and_value)]
    pub set: Vec<(String, String)>,
    /// Treat warnings as errors
    #[arg(long, value_name = "WHAT")]
    pub deny: Option<Deny>,
    /// Hold waivers and lifecycles against this day instead of today
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub as_of: Option<Date>,
    /// Hold systems to the policies of this folder, which no waiver lifts; may be repeated
    #[arg(long, value_name = "DIR")]
    pub policy: Vec<PathBuf>,
    /// Leave out the findings that this file accepts; `check --write-baseline` writes it
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// Use so many threads instead of one for each processor
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub jobs: Option<u16>,
}

/// Arguments of `infrac check`.
#[derive(Debug, Args)]
pub struct CheckArguments {
    /// A system's folder, a file in it, or a folder with systems below [default: the current folder]
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Apply the fixes that have one right answer, and check what is left
    #[arg(long)]
    pub fix: bool,
    /// Write what is found now to the baseline, as far as it may be accepted
    #[arg(long, requires = "baseline", conflicts_with_all = ["env", "stack"])]
    pub write_baseline: bool,
    /// The form of diagnostics
    #[arg(long, alias = "messages", value_name = "FORMAT", default_value = "human")]
    pub format: Format,
    /// Common options.
    #[command(flatten)]
    pub common: Common,
}

/// Arguments of `infrac build`.
#[derive(Debug, Args)]
pub struct BuildArguments {
    /// A system's folder, a file in it, or a folder with several systems, each of which gets a folder of its own
    /// [default: the current folder]
    #[arg(value_name = "PATH")]
    pub path: Option<PathBuf>,
    /// The folder to write to; nothing in it is touched but what a build made
    #[arg(long, short, value_name = "DIR")]
    pub output: PathBuf,
    /// Write nothing, and fail if the folder does not hold what would be written
    #[arg(long)]
    pub check: bool,
    /// Write the deploy order for another engine, too, and say what it cannot carry (repeatable)
    #[arg(long, value_name = "ENGINE")]
    pub with: Vec<Engine>,
    /// The form of diagnostics
    #[arg(long, alias = "messages", value_name = "FORMAT", default_value = "human")]
    pub format: Format,
    /// Common options.
    #[command(flatten)]
    pub common: Common,
}

/// Arguments of `infrac plan`.
#[derive(Debug, Args)]
pub struct PlanArguments {
    /// A system's folder, or a file in it [default: the current folder]
    #[arg(value_name = "PATH")]
    pub path: Option<PathBuf>,
    /// The form of the order
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub format: PlanFormat,
    /// Say why the first is deployed before or after the second
    #[arg(long, num_args = 2, value_names = ["A", "B"], conflicts_with = "format")]
    pub why: Option<Vec<String>>,
    /// The form of diagnostics
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub messages: Format,
    /// Common options.
    #[command(flatten)]
    pub common: Common,
}

/// Arguments of `infrac diff`.
#[derive(Debug, Args)]
pub struct DiffArguments {
    /// What is deployed: a CloudFormation template, the folder of a build, a system, or a git revision of NEW
    #[arg(value_name = "OLD")]
    pub old: PathBuf,
    /// What shall be deployed: a CloudFormation template, the folder of a build, or a system
    #[arg(value_name = "NEW")]
    pub new: PathBuf,
    /// Look at this environment only; may be repeated
    #[arg(long, value_name = "NAME")]
    pub env: Vec<String>,
    /// Values for the parameters of the old template, as a JSON object
    #[arg(long, value_name = "FILE")]
    pub old_parameters: Option<PathBuf>,
    /// Values for the parameters of the new template, as a JSON object
    #[arg(long, value_name = "FILE")]
    pub new_parameters: Option<PathBuf>,
    /// Where it takes several updates, write their templates and a script to this folder
    #[arg(long, short, value_name = "DIR")]
    pub output: Option<PathBuf>,
    /// The form of the answer
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub format: DiffFormat,
    /// The form of diagnostics
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub messages: Format,
}

/// Arguments of `infrac test`.
#[derive(Debug, Args)]
pub struct TestArguments {
    /// A system's folder, or a file in it [default: the current folder]
    #[arg(value_name = "PATH")]
    pub path: Option<PathBuf>,
    /// Also write a JUnit report
    #[arg(long, value_name = "FILE")]
    pub junit: Option<PathBuf>,
    /// The form of diagnostics
    #[arg(long, alias = "messages", value_name = "FORMAT", default_value = "human")]
    pub format: Format,
    /// Common options.
    #[command(flatten)]
    pub common: Common,
}

/// When to show colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// What to treat as errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Deny {
    /// Warnings.
    Warnings,
}

/// The form of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DiffFormat {
    /// For people.
    Human,
    /// For programs.
    Json,
}

/// What carries out a deploy order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Engine {
    /// A workflow of GitHub Actions.
    GithubActions,
    /// A template with a pipeline of AWS CodePipeline.
    CodePipeline,
    /// A template with stack sets, for stacks that are the same in several accounts or regions.
    StackSets,
}

impl Engine {
    /// What is written for it.
    pub fn rendering(self) -> Rendering {
        match self {
            Engine::GithubActions => Rendering::GithubActions,
            Engine::CodePipeline => Rendering::CodePipeline,
            Engine::StackSets => Rendering::StackSets,
        }
    }
}

/// The form of a deploy order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PlanFormat {
    /// For people.
    Human,
    /// As `plan.json` has it.
    Json,
    /// A Mermaid diagram.
    Mermaid,
    /// A Graphviz diagram.
    Dot,
}

/// The form of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    /// Tables.
    Human,
    /// JSON.
    Json,
    /// Mermaid's diagrams.
    Mermaid,
}

fn reports() -> PossibleValuesParser {
    PossibleValuesParser::new(report::ALL.iter().map(|kind| PossibleValue::new(kind.name).help(kind.about)))
}

fn key_and_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.trim().is_empty() => Ok((key.trim().to_owned(), value.to_owned())),
        _ => Err(String::from("write it as KEY=VALUE, such as nat_mode=dual")),
    }
}

fn date(text: &str) -> Result<Date, String> {
    match Day::parse(text) {
        Some(Day { year, month, day }) => Ok(Date { year, month, day }),
        None => Err(String::from("write a day of the calendar as YYYY-MM-DD, such as 2027-01-31")),
    }
}
