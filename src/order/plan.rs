//! The plan: typed steps, edges with reasons, and what is read off them.

use crate::base::{IndexMap, Span, Symbol};
use crate::derive::template::{Derived, EdgeKind};
use crate::eval::model::{Model, StackId};

/// What is deployed, in which order, and why in that one.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// The system's name.
    pub system: Symbol,
    /// Whose plan it is.
    pub scope: Scope,
    /// Twelve digits.
    pub account: String,
    /// The region in which stacks stand that say nothing else.
    pub region: String,
    /// Ask before each change.
    pub confirm: bool,
    /// The stacks that this plan deploys, by physical name, in the order of their declaration.
    pub stacks: IndexMap<String, PlanStack>,
    /// All steps, in the order in which they are taken.
    pub steps: Vec<PlanStep>,
    /// What must come before what, sorted by the order of the steps.
    pub edges: Vec<Edge>,
    /// Wishes that would have closed a circle: a name is used of something that is deployed later.
    pub given_way: Vec<Edge>,
    /// The steps' ids, in order.
    pub order: Vec<String>,
    /// The steps' ids in layers: each step needs one in the layer before, and none in its own.
    pub waves: Vec<Vec<String>>,
    /// The way back.
    pub destroy: Destroy,
}

impl Plan {
    /// The part of the plan that deploys some of its stacks, named as in the source. What they need from others must be there already;
    /// manual steps stay with the whole plan.
    #[must_use]
    pub fn only(&self, stacks: &[Symbol]) -> Plan {
        let mut part = self.clone();
        part.stacks.retain(|_, stack| stacks.contains(&stack.name));
        part.steps.retain(|step| match &step.kind {
            StepKind::Deploy { stack } => part.stacks.contains_key(stack),
            StepKind::Upload { .. } => {
                let needed = |edge: &Edge| part.stacks.keys().any(|stack| edge.after == format!("deploy:{stack}"));
                self.edges.iter().any(|edge| edge.before == step.id && needed(edge))
            }
            StepKind::Account { .. } | StepKind::Manual { .. } | StepKind::External { .. } => false,
        });
        let kept: Vec<String> = part.steps.iter().map(|step| step.id.clone()).collect();
        let both = |edge: &Edge| kept.contains(&edge.before) && kept.contains(&edge.after);
        part.edges.retain(both);
        part.given_way.retain(both);
        part.order.retain(|id| kept.contains(id));
        for wave in &mut part.waves {
            wave.retain(|id| kept.contains(id));
        }
        part.waves.retain(|wave| !wave.is_empty());
        let deployed = |stack: &str| part.stacks.contains_key(stack);
        part.destroy.order.retain(|id| id.strip_prefix("delete:").is_some_and(deployed));
        part.destroy.before.retain(|stack, _| deployed(stack));
        part.destroy.left_behind.retain(|left| deployed(&left.stack));
        part
    }
}

/// Whose plan it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// One environment's.
    Environment(Symbol),
    /// An account's and region's: stacks that environments share.
    Account,
}

/// A stack of a plan.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanStack {
    /// Its name in the source.
    pub name: Symbol,
    /// Its physical name.
    pub physical_name: String,
    /// What it is for.
    pub title: Option<String>,
    /// Its region.
    pub region: String,
    /// How many resources its template has.
    pub resources: usize,
    /// How many outputs.
    pub outputs: usize,
    /// Resources whose removal is decided in the source or by their type's default.
    pub stateful: Vec<Stateful>,
    /// Where it is declared.
    pub span: Span,
}

/// A resource that is not just deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stateful {
    /// Its logical id.
    pub id: String,
    /// Its type.
    pub ty: String,
    /// `DeletionPolicy`, and `UpdateReplacePolicy` as far as it has the same words.
    pub on_delete: String,
}

/// A step.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanStep {
    /// `deploy:hrapp-team01-network`, `manual:verify_domain`.
    pub id: String,
    /// Its name in the source.
    pub name: Symbol,
    /// What is done.
    pub kind: StepKind,
    /// Where it is declared.
    pub span: Span,
}

/// What is done in a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StepKind {
    /// A stack is deployed.
    Deploy {
        /// Its physical name.
        stack: String,
    },
    /// A stack that environments share is there: its own plan deploys it.
    Account {
        /// Its physical name.
        stack: String,
        /// The folder of its plan, beside this one's.
        folder: String,
    },
    /// Files are uploaded that templates name.
    Upload {
        /// Into a bucket of this region.
        region: String,
        /// Their names there, and where they come from.
        files: Vec<(String, String)>,
    },
    /// A person or a script does it.
    Manual {
        /// What is to be done.
        text: String,
    },
    /// Somebody else's system is there.
    External {
        /// What it is.
        title: Option<String>,
        /// Who or what deploys it, if the source says.
        deployed_by: Option<String>,
    },
}

/// One step must come before another.
#[derive(Debug, Clone, PartialEq)]
pub struct Edge {
    /// The id of the step that comes first.
    pub before: String,
    /// The id of the step that needs it.
    pub after: String,
    /// The strongest of the reasons' kinds.
    pub kind: EdgeKind,
    /// Why; never empty, strongest first.
    pub because: Vec<Because>,
}

/// A reason for an edge.
#[derive(Debug, Clone, PartialEq)]
pub struct Because {
    /// What is used, such as `Network.vpc.id`; for `after`, what is named.
    pub from: String,
    /// The export or parameter that carries it.
    pub via: Option<String>,
    /// How strong it is.
    pub kind: EdgeKind,
    /// Where it is used.
    pub span: Span,
}

/// How the stacks of a plan are removed again.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Destroy {
    /// `delete:` and a stack's physical name, in order.
    pub order: Vec<String>,
    /// What must be done before a stack can be deleted, by its physical name.
    pub before: IndexMap<String, Vec<DestroyStep>>,
    /// What is still there afterwards.
    pub left_behind: Vec<LeftBehind>,
}

/// Something to be done before a stack can be deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DestroyStep {
    /// What.
    pub action: DestroyAction,
    /// The resource's logical id and its type; nothing where it is about the stack itself.
    pub resource: Option<(String, String)>,
}

/// What can stand in the way of a deletion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DestroyAction {
    /// CloudFormation refuses to delete the stack until its protection is switched off.
    DisableTerminationProtection,
    /// AWS refuses to delete the resource until its protection is switched off.
    DisableDeletionProtection,
    /// AWS refuses to delete a bucket that holds objects.
    EmptyBucket,
}

/// A resource that outlives its stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftBehind {
    /// The stack's physical name.
    pub stack: String,
    /// The resource's logical id.
    pub id: String,
    /// Its type.
    pub ty: String,
    /// Why it stays, or what of it.
    pub why: String,
}

impl Plan {
    /// The name under which the plan is written: its environment's, or the account folder's.
    pub fn folder(&self) -> String {
        match self.scope {
            Scope::Environment(name) => name.to_string(),
            Scope::Account => account_folder(&self.account, &self.region),
        }
    }

    /// A step.
    pub fn step(&self, id: &str) -> Option<&PlanStep> {
        self.steps.iter().find(|step| step.id == id)
    }

    /// The edges into a step.
    pub fn needs<'a>(&'a self, id: &'a str) -> impl Iterator<Item = &'a Edge> {
        self.edges.iter().filter(move |edge| edge.after == id)
    }
}

impl DestroyAction {
    /// Its name in `plan.json`.
    pub fn word(self) -> &'static str {
        match self {
            DestroyAction::DisableTerminationProtection => "disable_termination_protection",
            DestroyAction::DisableDeletionProtection => "disable_deletion_protection",
            DestroyAction::EmptyBucket => "empty_bucket",
        }
    }
}

/// The folder of what an account and region have in common.
pub(super) fn account_folder(account: &str, region: &str) -> String {
    format!("account-{account}-{region}")
}

/// What a plan says of a stack.
pub(super) fn stack(model: &Model, derived: &Derived, id: StackId) -> PlanStack {
    let stack = model.stack(id);
    let template = derived.templates.iter().find(|template| template.stack == id);
    let stateful = template.into_iter().flat_map(|template| &template.resources).filter_map(|(id, resource)| {
        let (policy, _) = resource.deletion.as_ref()?;
        Some(Stateful { id: id.clone(), ty: resource.ty.clone(), on_delete: policy.clone() })
    });
    PlanStack {
        name: stack.name,
        physical_name: stack.physical_name.clone(),
        title: stack.title.clone(),
        region: stack.region.clone(),
        resources: template.map_or(0, |template| template.resources.len()),
        outputs: template.map_or(0, |template| template.outputs.len()),
        stateful: stateful.collect(),
        span: model.origins.user_span(stack.origin),
    }
}
