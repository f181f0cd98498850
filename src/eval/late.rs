//! What kind of value is filled in at deployment: a list where a text belongs is refused by CloudFormation.

use crate::catalog::{Kind as ShapeKind, Shape};
use crate::eval::Evaluator;
use crate::eval::model::DeployParam;
use crate::eval::value::{Attribute, Hole, Template};

/// What fills a gap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Late {
    /// A text that may be any.
    Text,
    /// A text whose form is stated: it may well be a number.
    Formed,
    /// A number.
    Number,
    /// `true` or `false`.
    Bool,
    /// A list.
    List,
}

impl Late {
    /// In words, as after "not".
    pub(super) fn words(self) -> &'static str {
        match self {
            Late::Text | Late::Formed => "a text that is known when deployed",
            Late::Number => "a number that is known when deployed",
            Late::Bool => "`true` or `false`, known when deployed",
            Late::List => "a list that is known when deployed",
        }
    }

    /// Whether CloudFormation takes it for a whole number, or another one.
    pub(super) fn may_be_number(self) -> bool {
        matches!(self, Late::Number | Late::Formed)
    }

    /// Whether CloudFormation takes it for `true` or `false`.
    pub(super) fn may_be_bool(self) -> bool {
        matches!(self, Late::Bool | Late::Formed)
    }
}

impl Evaluator<'_> {
    /// What a text that is one gap will be; `None` for other texts, and where nothing says it.
    pub(super) fn late(&self, text: &Template) -> Option<Late> {
        if self.by_value(text).is_some() {
            return None;
        }
        match text.single_hole()? {
            Hole::Param(name) => self.model.deploy_params.get(&name).map(of_param),
            Hole::Resource(id, Attribute::Named(name)) => {
                let resource = self.model.resources.get(id.index())?;
                of_attribute(self.catalog.resource_type(resource.ty.as_str())?.attribute(name.as_str())?)
            }
            Hole::Resource(_, Attribute::Id | Attribute::Name | Attribute::Arn) => Some(Late::Text),
            Hole::External(..) | Hole::Pseudo(_) | Hole::Variable(_) | Hole::Asset(..) => None,
        }
    }
}

fn of_param(param: &DeployParam) -> Late {
    let is_bool = param.allowed.iter().all(|value| value == "true" || value == "false");
    match param.ty {
        "Number" => Late::Number,
        "String" if !param.allowed.is_empty() && is_bool => Late::Bool,
        "String" if param.pattern.is_some() || !param.allowed.is_empty() => Late::Formed,
        "String" => Late::Text,
        _ => Late::List,
    }
}

/// Ports and the like are given as text, and many schemas say no more than that. What names a resource is no number.
fn of_attribute(shape: Shape) -> Option<Late> {
    Some(match shape.kind() {
        ShapeKind::String if shape.references().next().is_some() => Late::Text,
        ShapeKind::String => Late::Formed,
        ShapeKind::Integer | ShapeKind::Number => Late::Number,
        ShapeKind::Boolean => Late::Bool,
        ShapeKind::List => Late::List,
        ShapeKind::Object | ShapeKind::Map | ShapeKind::Json | ShapeKind::Union => return None,
    })
}
