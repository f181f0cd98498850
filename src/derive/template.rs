//! What derivation makes of a model: CloudFormation templates whose every leaf knows its cause, and the edges between stacks.

use crate::base::{IndexMap, IndexSet, Span, Symbol};
use crate::eval::model::{ResourceId, StackId};
use crate::eval::origin::Origin;

/// JSON in which every value knows its cause.
#[derive(Debug, Clone, PartialEq)]
pub struct Tree {
    /// The value.
    pub json: Json,
    /// Its cause; [`Origin::INHERITED`] stands for the parent's.
    pub origin: Origin,
}

/// A JSON value. There is no `null`: what is absent is left out.
#[derive(Debug, Clone, PartialEq)]
pub enum Json {
    /// `true`, `false`
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Another number.
    Float(f64),
    /// Text.
    Text(String),
    /// An array.
    List(Vec<Tree>),
    /// An object, in the order in which it is emitted.
    Map(IndexMap<String, Tree>),
}

/// All stacks of one environment, lowered.
#[derive(Debug, Clone)]
pub struct Derived {
    /// One for each stack of the model, in the same order.
    pub templates: Vec<Template>,
    /// What makes one stack wait for another.
    pub edges: Vec<StackEdge>,
}

/// One CloudFormation template.
#[derive(Debug, Clone)]
pub struct Template {
    /// Its stack.
    pub stack: StackId,
    /// `Transform`.
    pub transforms: Vec<String>,
    /// By logical id.
    pub parameters: IndexMap<String, Parameter>,
    /// `Rules`: an object, if there are any.
    pub rules: Option<Tree>,
    /// By logical id, in the order of declaration.
    pub resources: IndexMap<String, TemplateResource>,
    /// By logical id.
    pub outputs: IndexMap<String, TemplateOutput>,
    /// What must be agreed to at deployment, and why: `CAPABILITY_NAMED_IAM` because of `AppRole.RoleName`.
    pub capabilities: IndexMap<String, Vec<String>>,
    /// Names of the files that must be uploaded before.
    pub assets: IndexSet<Symbol>,
    /// Tags of the stack itself.
    pub tags: IndexMap<String, String>,
}

/// A template parameter and where the plan gets its value from.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// As CloudFormation writes it.
    pub declaration: Tree,
    /// Where its value comes from.
    pub source: ParameterSource,
}

/// Where a parameter's value comes from.
#[derive(Debug, Clone, PartialEq)]
pub enum ParameterSource {
    /// Whoever deploys gives it (`deploy param`, external system).
    Deployer,
    /// The bucket into which assets are uploaded.
    Assets,
    /// An output of another stack, which the plan reads.
    Output {
        /// The stack.
        stack: StackId,
        /// The output's logical id.
        output: String,
    },
}

/// A resource in a template.
#[derive(Debug, Clone)]
pub struct TemplateResource {
    /// The resource of the model; `None` for what derivation added (policies, rules).
    pub resource: Option<ResourceId>,
    /// How people call it: the source path, or what it was added for.
    pub title: String,
    /// Its type.
    pub ty: String,
    /// An object.
    pub properties: Tree,
    /// Logical ids, sorted.
    pub depends_on: Vec<(String, Origin)>,
    /// `DeletionPolicy` and `UpdateReplacePolicy`.
    pub deletion: Option<(String, Origin)>,
    /// `UpdatePolicy`, `CreationPolicy`, `Metadata`.
    pub attributes: IndexMap<String, Tree>,
    /// Its cause.
    pub origin: Origin,
}

/// An output in a template.
#[derive(Debug, Clone)]
pub struct TemplateOutput {
    /// Its value.
    pub value: Tree,
    /// What it is.
    pub description: Option<String>,
    /// Its export name.
    pub export: Option<Tree>,
    /// Its name in the source, where it has one.
    pub name: Option<Symbol>,
    /// Its cause.
    pub origin: Origin,
}

/// Why one stack is deployed before another.
#[derive(Debug, Clone, PartialEq)]
pub struct StackEdge {
    /// The stack that must be there first.
    pub before: StackId,
    /// The stack that needs it.
    pub after: StackId,
    /// How strong the need is.
    pub kind: EdgeKind,
    /// What is used: `Network.vpc.id`.
    pub what: String,
    /// The export or parameter that carries it, if any.
    pub via: Option<String>,
    /// Where it is used.
    pub span: Span,
}

/// How strong an edge is, strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum EdgeKind {
    /// CloudFormation enforces it.
    Import,
    /// The plan reads an output and passes it on.
    Parameter,
    /// A file must be uploaded before the template that names it.
    Upload,
    /// `after`.
    Explicit,
    /// A derived name or ARN is written out: nothing enforces the order, and it gives way where it would close a circle.
    Name,
}

impl Tree {
    /// A tree.
    pub fn new(json: Json, origin: Origin) -> Tree {
        Tree { json, origin }
    }

    /// A text with its parent's cause.
    pub fn text(text: impl Into<String>) -> Tree {
        Tree::new(Json::Text(text.into()), Origin::INHERITED)
    }

    /// An object with its parent's cause.
    pub fn map<K: Into<String>>(entries: impl IntoIterator<Item = (K, Tree)>) -> Tree {
        Tree::new(Json::Map(entries.into_iter().map(|(key, value)| (key.into(), value)).collect()), Origin::INHERITED)
    }

    /// A list with its parent's cause.
    pub fn list(items: impl IntoIterator<Item = Tree>) -> Tree {
        Tree::new(Json::List(items.into_iter().collect()), Origin::INHERITED)
    }

    /// The same value with a cause.
    #[must_use]
    pub fn because(mut self, origin: Origin) -> Tree {
        self.origin = origin;
        self
    }
}
