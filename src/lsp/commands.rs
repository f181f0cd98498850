//! What is shown beside a source: the templates, the deploy order and the access that it comes to.

use lsp_types::{CodeLens, Command as Shown, ExecuteCommandParams, Uri};
use serde_json::{Value, json};

use crate::driver::{self, Options, PlanForm};
use crate::ide;
use crate::lsp::places;
use crate::lsp::server::Session;
use crate::report;

/// What can be asked to be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Command {
    /// The templates of a stack, or of all.
    Template,
    /// The deploy order.
    Plan,
    /// Who may do what.
    Access,
}

/// All of them.
pub(super) const ALL: [Command; 3] = [Command::Template, Command::Plan, Command::Access];

impl Command {
    /// What it is called in the protocol.
    pub(super) fn name(self) -> &'static str {
        match self {
            Command::Template => "infrac.template",
            Command::Plan => "infrac.plan",
            Command::Access => "infrac.access",
        }
    }
}

impl Session<'_> {
    /// What is said above the stacks of a file.
    pub(super) fn lenses(&mut self, uri: &Uri) -> Vec<CodeLens> {
        let found = self.of_file(uri, |view, file| {
            let Some(source) = view.sources.get(file) else { return Vec::new() };
            let mut all = Vec::new();
            for lens in ide::lenses(view, file) {
                let range = places::range(source.lines(), &source.text, lens.place);
                let mut add = |title: String, command: Command| {
                    let arguments = Some(vec![json!(uri), json!(lens.stack.as_str())]);
                    let command = Shown { title, command: command.name().to_owned(), arguments };
                    all.push(CodeLens { range, command: Some(command), data: None });
                };
                if !lens.resources.is_empty() {
                    let resources = if lens.resources == "1" { "resource" } else { "resources" };
                    add(format!("template: {} {resources}", lens.resources), Command::Template);
                }
                if !lens.order.is_empty() {
                    add(format!("plan: wave {}", lens.order), Command::Plan);
                }
                if lens.grants > 0 {
                    let grants = if lens.grants == 1 { "grant" } else { "grants" };
                    add(format!("access: {} {grants}", lens.grants), Command::Access);
                }
            }
            all
        });
        found.unwrap_or_default()
    }

    /// What a command shows: a title, a language, a text. Where something is wrong there is none, and that is said.
    pub(super) fn execute(&mut self, asked: &ExecuteCommandParams) -> Result<Value, String> {
        let command = ALL.into_iter().find(|command| command.name() == asked.command);
        let command = command.ok_or_else(|| format!("infrac has no command `{}`", asked.command))?;
        let argument = |at: usize| asked.arguments.get(at).and_then(Value::as_str);
        let uri = argument(0).and_then(|uri| uri.parse::<Uri>().ok());
        let path =
            uri.and_then(|uri| places::path(&uri)).ok_or("the first argument is the address of a source file")?;
        let system = self.systems.of(self.world, &self.documents, &path).ok_or("this file belongs to no system")?;
        let stacks: Vec<String> = argument(1).map(str::to_owned).into_iter().collect();
        let world = self.documents.over(self.world);
        let failed = |refusal: crate::world::WorldError| refusal.to_string();
        let wrong = || String::from("there is an error in the system: nothing is made of it");
        let options = Options::default();
        let (title, language, text) = match command {
            Command::Template => {
                let made = driver::emission(&world, &system, &options).map_err(failed)?;
                let wanted: Vec<String> = made
                    .models
                    .iter()
                    .flat_map(|model| &model.stacks)
                    .filter(|stack| stacks.is_empty() || stacks.iter().any(|name| stack.name == **name))
                    .map(|stack| format!("/{}.template.json", stack.physical_name))
                    .collect();
                let mut text = String::new();
                for (name, bytes) in &made.files {
                    if wanted.iter().any(|wanted| name.ends_with(wanted.as_str())) {
                        text.push_str(&format!("// {name}\n{}\n", String::from_utf8_lossy(bytes)));
                    }
                }
                ("template", "jsonc", Some(text).filter(|text| !text.is_empty()))
            }
            Command::Plan => {
                let planned = driver::plan(&world, &system, &options, &PlanForm::Text).map_err(failed)?;
                ("deploy order", "plaintext", planned.text)
            }
            Command::Access => {
                let kind = report::find("access").ok_or_else(wrong)?;
                let reported = driver::report(&world, &system, &options, kind).map_err(failed)?;
                ("access", "plaintext", reported.report.map(|report| report::text(&report.sections)))
            }
        };
        Ok(json!({ "title": title, "language": language, "text": text.ok_or_else(wrong)? }))
    }
}
