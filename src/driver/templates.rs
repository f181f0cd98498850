//! Two plain templates, compared.

use std::path::Path;

use crate::base::FileId;
use crate::cfn::{self, Evaluated, Node, Parameters};
use crate::diag::{Diagnostic, codes};
use crate::diff::{self, Difference};
use crate::driver::Checked;
use crate::world::{MAX_SOURCE_BYTES, Source, Sources, World, WorldError};

/// A comparison.
#[derive(Debug)]
pub struct Compared {
    /// The files that were read, and what is wrong with them.
    pub checked: Checked,
    /// The difference; none if a file cannot be understood.
    pub difference: Option<Difference>,
}

/// One side of a comparison of templates.
#[derive(Debug, Clone, Copy)]
pub struct TemplateFiles<'a> {
    /// The template.
    pub template: &'a Path,
    /// Values for its parameters.
    pub parameters: Option<&'a Path>,
}

/// What the update from one template to another does.
pub fn compare_templates(
    world: &dyn World,
    old: TemplateFiles<'_>,
    new: TemplateFiles<'_>,
) -> Result<Compared, WorldError> {
    let mut reading = Reading { world, sources: Sources::new(), diagnostics: Vec::new() };
    let olds = reading.template(old)?;
    let news = reading.template(new)?;
    let Reading { sources, diagnostics, .. } = reading;
    let difference = match (olds, news) {
        (Some(old), Some(news)) if diagnostics.is_empty() => {
            Some(diff::templates(&new.template.to_string_lossy(), &old, &news))
        }
        (Some(_) | None, Some(_) | None) => None,
    };
    Ok(Compared { checked: Checked { sources, diagnostics, environments: 0 }, difference })
}

struct Reading<'w> {
    world: &'w dyn World,
    sources: Sources,
    diagnostics: Vec<Diagnostic>,
}

impl Reading<'_> {
    fn template(&mut self, files: TemplateFiles<'_>) -> Result<Option<Evaluated>, WorldError> {
        let Some((_, root)) = self.document(files.template)? else { return Ok(None) };
        let (template, found) = cfn::template(root);
        self.diagnostics.extend(found);
        let mut values = Parameters::default();
        if let Some(path) = files.parameters
            && let Some((_, node)) = self.document(path)?
        {
            let (read, found) = cfn::parameters(&node);
            self.diagnostics.extend(found);
            values = read;
        }
        let Some(template) = template else { return Ok(None) };
        let (evaluated, found) = cfn::evaluate(&template, &values);
        self.diagnostics.extend(found);
        Ok(Some(evaluated))
    }

    fn document(&mut self, path: &Path) -> Result<Option<(FileId, Node)>, WorldError> {
        let shown = path.to_string_lossy().replace('\\', "/");
        let bytes = self.world.read_at_most(path, MAX_SOURCE_BYTES + 1)?;
        if bytes.len() as u64 > MAX_SOURCE_BYTES {
            let file = self.sources.add(Source::new(shown.clone(), shown.clone(), ""));
            let message = format!("`{shown}` is larger than {} MiB", MAX_SOURCE_BYTES >> 20);
            let span = crate::base::Span::new(file, 0, 0);
            self.diagnostics.push(Diagnostic::new(codes::FILE_TOO_LARGE, span, message));
            return Ok(None);
        }
        let text = match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => {
                let valid = error.utf8_error().valid_up_to();
                let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
                let file = self.sources.add(Source::new(shown.clone(), shown.clone(), text));
                let message = format!("`{shown}` is not UTF-8 from byte {} on", valid + 1);
                let span = crate::base::Span::new(file, valid, valid);
                self.diagnostics.push(Diagnostic::new(codes::INVALID_UTF8, span, message));
                return Ok(None);
            }
        };
        let file = self.sources.add(Source::new(shown.clone(), shown, text.as_str()));
        let (node, found) = cfn::document(file, &text);
        self.diagnostics.extend(found);
        Ok(node.map(|node| (file, node)))
    }
}
