//! Other systems of ours, as a system that names one with `external … from "folder"` sees them.

use std::sync::Arc;

use crate::base::{HashMap, IndexMap, Span, Symbol};
use crate::diag::{Diagnostic, codes};
use crate::eval::Evaluator;
use crate::eval::model::{ExternalOutput, ExternalSource};
use crate::eval::value::{Kind, Template, Value};
use crate::syntax::ast::{Expr, External};

/// The systems that a program names, by the place of the path.
pub type Others = HashMap<Span, Arc<OtherSystem>>;

/// A system that another one uses.
#[derive(Debug, Clone)]
pub struct OtherSystem {
    /// Its name.
    pub name: Symbol,
    /// What it offers in each of its environments.
    pub environments: IndexMap<Symbol, OtherEnvironment>,
    /// Its folder, from the folder of the system that uses it.
    pub folder: String,
}

/// An environment of another system.
#[derive(Debug, Clone)]
pub struct OtherEnvironment {
    /// Its account.
    pub account: String,
    /// What its stacks put out, by name; several stacks may use one name.
    pub outputs: IndexMap<Symbol, Vec<OtherOutput>>,
}

/// An output of another system's stack.
#[derive(Debug, Clone)]
pub struct OtherOutput {
    /// The stack.
    pub stack: Symbol,
    /// The stack's region.
    pub region: String,
    /// The name under which it is exported, if the source says one.
    pub export: Option<String>,
    /// The resource type it stands for, if it is one's id, name or ARN.
    pub ty: Option<Symbol>,
    /// Where it is declared.
    pub span: Span,
}

impl<'p> Evaluator<'p> {
    /// What an external system of ours offers here, and what it would offer if it exported it.
    pub(super) fn outputs_of_other(
        &mut self,
        external: &'p External,
        from: &'p Expr,
        settings: &[(Symbol, Value)],
    ) -> (IndexMap<Symbol, ExternalOutput>, IndexMap<Symbol, Span>) {
        let mut outputs = IndexMap::default();
        let mut unexported = IndexMap::default();
        // Without it, why is told already.
        let Some(other) = self.given.others.get(&from.span).cloned() else { return (outputs, unexported) };
        let said = settings.iter().find(|(name, _)| *name == "environment").map(|(_, value)| value);
        let wanted = match said.map(|value| &value.kind) {
            None => self.environment,
            Some(Kind::Text(text)) => match self.by_value(text) {
                Some(text) => Symbol::new(&text),
                None => return (outputs, unexported),
            },
            Some(Kind::Error) => return (outputs, unexported),
            Some(_) => {
                let span = said.map_or(from.span, |value| self.model.origins.span(value.origin));
                self.report(
                    Diagnostic::new(codes::WRONG_TYPE, span, "`environment` is the name of one, as a text")
                        .help("write it in quotes: `environment = \"production\"`"),
                );
                return (outputs, unexported);
            }
        };
        let Some(environment) = other.environments.get(&wanted) else {
            let span = said.map_or(from.span, |value| self.model.origins.span(value.origin));
            let known = other.environments.keys().map(|name| name.as_str());
            let diagnostic = Diagnostic::new(
                codes::UNKNOWN_ENVIRONMENT,
                span,
                format!("system `{}` has no environment `{wanted}`", other.name),
            )
            .help(format!(
                "say which of its environments this one uses: `environment = per env {{ {wanted} = \"…\" }}`"
            ))
            .did_you_mean(Span::NONE, wanted.as_str(), known);
            self.report(diagnostic);
            return (outputs, unexported);
        };
        for (name, found) in &environment.outputs {
            let exported: Vec<_> = found.iter().filter(|output| output.export.is_some()).collect();
            let [output] = exported.as_slice() else {
                if let Some(first) = found.first() {
                    unexported.insert(*name, first.span);
                }
                continue;
            };
            let here = &self.model.environment;
            // CloudFormation imports within an account and region only.
            let near = output.region == here.region && environment.account == here.account;
            let source = match &output.export {
                Some(export) if near => ExternalSource::Export(Template::literal(export.as_str())),
                _ => ExternalSource::Parameter,
            };
            outputs.insert(*name, ExternalOutput { ty: output.ty, source, span: output.span });
        }
        if let Some(declared) = external.outputs.first() {
            self.report(
                Diagnostic::new(
                    codes::MISPLACED,
                    declared.span,
                    format!("what `{}` offers is read from its own sources", external.name.name),
                )
                .label(from.span, "they are here")
                .help("remove the output here; it is known from there"),
            );
        }
        (outputs, unexported)
    }
}
