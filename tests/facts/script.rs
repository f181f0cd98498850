//! Shell scripts of user data: the files they write, and the lines they run.

use std::cell::RefCell;
use std::rc::Rc;

use crate::tree::{Env, Res};

/// A file written by a here-document.
#[derive(Debug, Clone)]
pub struct Written {
    /// Where to.
    pub path: String,
    /// Its lines, as they stand in the script.
    pub lines: Vec<String>,
    /// Whether the shell leaves its text alone.
    pub quoted: bool,
}

/// A script, taken apart.
#[derive(Debug)]
pub struct Script {
    /// The lines the shell runs.
    pub commands: Vec<String>,
    /// The files it writes.
    pub files: Vec<Written>,
}

impl Script {
    /// Reads a script; continued lines are joined.
    pub fn read(text: &str) -> Script {
        let (mut commands, mut files, mut folder) = (Vec::new(), Vec::new(), String::new());
        let joined = text.replace("\\\n", " ");
        let mut lines = joined.lines();
        while let Some(line) = lines.next() {
            let line = line.trim_end();
            if let Some(path) = line.trim_start().strip_prefix("cd ") {
                folder = path.trim().trim_end_matches('/').to_owned();
            }
            if let Some((before, marker)) = line.split_once("<<") {
                let (marker, rest) =
                    marker.trim_start_matches('-').split_once(' ').unwrap_or((marker.trim_start_matches('-'), ""));
                let end = marker.trim_matches(['\'', '"']);
                let body: Vec<String> =
                    lines.by_ref().take_while(|line| line.trim() != end).map(str::to_owned).collect();
                if let Some(path) = target(before).or_else(|| target(rest)) {
                    let path = if path.starts_with('/') { path } else { format!("{folder}/{path}") };
                    files.push(Written { path, lines: body, quoted: marker != end });
                }
            }
            if !line.trim_start().starts_with('#') {
                commands.push(line.to_owned());
            }
        }
        Script { commands, files }
    }

    /// A line of a file as it is written: where the shell looks into the text, its own variables have their values.
    pub fn written(&self, file: &Written, line: &str) -> String {
        let mut line = line.to_owned();
        if !file.quoted {
            // Longer names first: one name can begin with another.
            let mut set: Vec<(&str, &str)> = self.commands.iter().filter_map(|command| assignment(command)).collect();
            set.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
            for (name, value) in set {
                line = line.replace(&format!("${{{name}}}"), value).replace(&format!("${name}"), value);
            }
        }
        line
    }

    /// The one file whose path ends so.
    pub fn file(&self, ending: &str) -> Result<&Written, String> {
        self.files
            .iter()
            .find(|file| file.path.ends_with(ending))
            .ok_or_else(|| format!("the script writes no file {ending}"))
    }

    /// The systemd unit.
    pub fn unit(&self) -> Result<&Written, String> {
        let unit = self.file(".service")?;
        if unit.path.contains("/systemd/system/") {
            Ok(unit)
        } else {
            Err(format!("{} is no place for a unit", unit.path))
        }
    }

    /// The name of the systemd unit.
    pub fn service(&self) -> Result<&str, String> {
        let path = &self.unit()?.path;
        Ok(path.rsplit('/').next().unwrap_or(path).trim_end_matches(".service"))
    }

    /// All values of a key in a section of the unit.
    pub fn unit_values(&self, section: &str, key: &str) -> Result<Vec<String>, String> {
        let (mut here, mut values) = (false, Vec::new());
        for line in &self.unit()?.lines {
            let line = line.trim();
            if line.starts_with('[') {
                here = line == format!("[{section}]");
            } else if let (true, Some((name, value))) = (here, line.split_once('='))
                && name.trim() == key
            {
                values.push(value.trim().to_owned());
            }
        }
        Ok(values)
    }

    /// The value of one variable that the service sees: set in the unit or in a file it reads.
    pub fn variable(&self, name: &str) -> Result<String, String> {
        let mut lines = self.unit_values("Service", "Environment")?;
        for path in self.unit_values("Service", "EnvironmentFile")? {
            if let Ok(file) = self.file(path.trim_start_matches('-')) {
                lines.extend(file.lines.iter().map(|line| line.trim().to_owned()));
            }
        }
        let values: Vec<&str> = lines
            .iter()
            .filter_map(|line| line.trim_matches('"').split_once('='))
            .filter(|(key, _)| *key == name)
            .map(|(_, value)| value)
            .collect();
        match values[..] {
            [value] => Ok(value.trim_matches('"').to_owned()),
            _ => Err(format!("the service has {} variables {name}", values.len())),
        }
    }

    /// Whether some command holds all these words, whole.
    pub fn runs(&self, words: &[&str]) -> bool {
        self.commands.iter().any(|command| words.iter().all(|word| has_word(command, word)))
    }

    /// The words of all commands that install packages with this tool (`dnf`, `pip`), versions and marks taken off; the
    /// lines of a file of requirements are words as well.
    pub fn installed_by(&self, tool: &str) -> Vec<String> {
        let mut words = Vec::new();
        for command in &self.commands {
            let own: Vec<&str> = command.split_whitespace().collect();
            let by_tool = own.iter().any(|word| word.starts_with(tool) || word.ends_with(&format!("/{tool}")));
            if by_tool && own.contains(&"install") {
                words.extend(own.iter().map(|word| package(word)));
                for pair in own.windows(2).filter(|pair| pair[0] == "-r") {
                    let required = self.file(&format!("/{}", pair[1])).map(|file| file.lines.as_slice());
                    words.extend(required.unwrap_or_default().iter().map(|line| package(line)));
                }
            }
        }
        words
    }
}

/// A command that gives a variable a value.
fn assignment(command: &str) -> Option<(&str, &str)> {
    let (name, value) = command.trim().split_once('=')?;
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    is_name.then_some((name, value.trim_matches(['"', '\''])))
}

fn package(word: &str) -> String {
    word.trim().trim_matches(['"', '\'']).split(['=', '<', '>', '~', '[']).next().unwrap_or("").to_lowercase()
}

fn has_word(command: &str, word: &str) -> bool {
    command.split([' ', ';', '&', '\t']).any(|other| other.trim_matches(['"', '\'']) == word)
}

/// The file a piece of a command redirects to.
fn target(command: &str) -> Option<String> {
    let after = command
        .split_once('>')
        .map(|(_, path)| path.trim_start_matches('>'))
        .or_else(|| command.split_once("tee ").map(|(_, path)| path))?;
    after.split_whitespace().find(|word| !word.starts_with('-')).map(|path| path.trim_matches(['"', '\'']).to_owned())
}

/// The launch template of the application.
pub fn template<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one("compute", "AWS::EC2::LaunchTemplate")
}

thread_local! {
    /// The scripts read last. Thirty facts read the same one, again for each damage.
    static READ: RefCell<Vec<(String, Rc<Script>)>> = const { RefCell::new(Vec::new()) };
}

/// The application's user data, decoded.
pub fn user_data(env: &Env) -> Result<Rc<Script>, String> {
    let text = template(env)?.text("LaunchTemplateData.UserData")?;
    READ.with_borrow_mut(|read| {
        if let Some((_, script)) = read.iter().find(|(known, _)| *known == text) {
            return Ok(script.clone());
        }
        let script = Rc::new(Script::read(&text));
        read.truncate(3);
        read.insert(0, (text, script.clone()));
        Ok(script)
    })
}
