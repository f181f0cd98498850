//! One environment of a system, evaluated: stacks, resources, and what was said about who may do what.

use ipnet::IpNet;

use crate::base::{IndexMap, Span, Symbol};
use crate::eval::origin::{Origin, Origins};
use crate::eval::paths::PathEnd;
use crate::eval::spread::{Spread, Spreads};
use crate::eval::value::{AssetPart, Hole, Node, Piece, Principal, Pseudo, Template, Value, asset_key};
use crate::syntax::ast::{ConditionOperator, Side};

macro_rules! ids {
    ($($name:ident $what:literal;)*) => {
        $(
            #[doc = $what]
            #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
            pub struct $name(pub u32);

            impl $name {
                /// The index in the model's list.
                pub fn index(self) -> usize {
                    self.0 as usize
                }
            }
        )*
    };
}

ids! {
    StackId "A stack of the model.";
    InstanceId "An instance: of a component or of a resource type.";
    ResourceId "A CloudFormation resource.";
    ExternalId "An external system.";
    StepId "A manual step.";
}

/// One environment.
#[derive(Debug, Clone)]
pub struct Model {
    /// The system's name.
    pub system: Symbol,
    /// The environment.
    pub environment: Environment,
    /// In the order of their declaration; those whose `if` is false are not there.
    pub stacks: Vec<Stack>,
    /// All instances.
    pub instances: Vec<Instance>,
    /// All resources, in the order of their declaration.
    pub resources: Vec<Resource>,
    /// Grants, denials and hand-written statements, verbs resolved.
    pub statements: Vec<Statement>,
    /// Who talks to whom.
    pub connections: Vec<Connection>,
    /// What exists elsewhere.
    pub externals: Vec<External>,
    /// What people do.
    pub steps: Vec<Step>,
    /// What the design promises.
    pub claims: Vec<Claim>,
    /// Files and folders that are uploaded, by the name of what is uploaded.
    pub assets: IndexMap<Symbol, Asset>,
    /// `deploy param`s, by name.
    pub deploy_params: IndexMap<Symbol, DeployParam>,
    /// What deployed params must satisfy: checked by CloudFormation before it deploys anything.
    pub deploy_rules: Vec<DeployRule>,
    /// Tags of everything.
    pub tags: Vec<Tag>,
    /// Tags that must be there.
    pub required_tags: Vec<RequiredTag>,
    /// The values of params in words, by their names; found where somebody asks.
    pub settings: IndexMap<Symbol, String>,
    /// How strongly resources are protected; found where somebody asks.
    pub protections: Vec<Protection>,
    /// Which environments this one is never protected less than.
    pub at_least: Vec<(Symbol, Span)>,
    /// Paths to and from other environments that must not be, or must be.
    pub crossings: Vec<Crossing>,
    /// How resource policies of each type are written.
    pub resource_policies: IndexMap<Symbol, ResourcePolicyForm>,
    /// Waivers, for the checks.
    pub waivers: Vec<Waiver>,
    /// Where everything comes from.
    pub origins: Origins,
    /// How values depend on params.
    pub spreads: Spreads,
}

/// `forbid path A in X -> B in Y`, as one of the two environments knows it.
#[derive(Debug, Clone, PartialEq)]
pub struct Crossing {
    /// Where it is said.
    pub at: Span,
    /// It must not be.
    pub forbidden: bool,
    /// From where.
    pub from: CrossingEnd,
    /// To where.
    pub to: CrossingEnd,
    /// On what; empty: on anything.
    pub on: Vec<Ports>,
}

/// An end of a path between environments.
#[derive(Debug, Clone, PartialEq)]
pub struct CrossingEnd {
    /// The environment that it is in.
    pub environment: Symbol,
    /// What is meant; `None`: everything there. Empty, where that is another environment's.
    pub what: Option<Vec<PathEnd>>,
}

/// The environment of a model.
#[derive(Debug, Clone)]
pub struct Environment {
    /// Its name.
    pub name: Symbol,
    /// Twelve digits.
    pub account: String,
    /// Such as `eu-west-2`.
    pub region: String,
    /// Such as `aws`.
    pub partition: String,
    /// Ask before deploying.
    pub confirm: bool,
    /// Where it is declared.
    pub span: Span,
}

/// A stack.
#[derive(Debug, Clone)]
pub struct Stack {
    /// Its name in the source.
    pub name: Symbol,
    /// Its name when it was first deployed, if that was another one.
    pub was: Option<Symbol>,
    /// What it is for.
    pub title: Option<String>,
    /// Its physical name.
    pub physical_name: String,
    /// How that depends on params.
    pub name_spread: Spread,
    /// Its region.
    pub region: String,
    /// Shared by all environments of the account and region.
    pub per_account: bool,
    /// `after`.
    pub after: Vec<(After, Span)>,
    /// Tags of its own, which win over the system's.
    pub tags: Vec<Tag>,
    /// In the order of their declaration.
    pub resources: Vec<ResourceId>,
    /// `output`s.
    pub outputs: Vec<Output>,
    /// Where it is declared.
    pub origin: Origin,
}

impl Stack {
    /// What naming rules call it.
    pub fn called(&self) -> Symbol {
        self.was.unwrap_or(self.name)
    }
}

/// What `after` and `before` can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum After {
    /// A stack.
    Stack(StackId),
    /// A manual step.
    Step(StepId),
    /// An external system.
    External(ExternalId),
}

/// An instance.
#[derive(Debug, Clone)]
pub struct Instance {
    /// The stack it stands in.
    pub stack: StackId,
    /// The instance whose component contains it.
    pub parent: Option<InstanceId>,
    /// Its own name.
    pub name: Symbol,
    /// Its key, of `name[key]`.
    pub key: Option<Symbol>,
    /// A component's name or a CloudFormation type.
    pub ty: Symbol,
    /// The resource it stands for: itself, or its `main`'s.
    pub resource: Option<ResourceId>,
    /// Where it is declared.
    pub origin: Origin,
}

/// A CloudFormation resource.
#[derive(Debug, Clone)]
pub struct Resource {
    /// Its stack.
    pub stack: StackId,
    /// Its instance.
    pub instance: InstanceId,
    /// Its CloudFormation type.
    pub ty: Symbol,
    /// How the source spells it, from the stack on: `Network.vpc.public_subnet["1"]`.
    pub path: String,
    /// Its id in the template.
    pub logical_id: String,
    /// `{id}`: its path in kebab case, for naming rules.
    pub id: String,
    /// The stack it stood in when it was first deployed, if that was another one, and where that is said.
    pub moved_from: Option<(Symbol, Span)>,
    /// What the naming rules call it, or what the source says; `None`: AWS makes the name.
    pub name: Option<Name>,
    /// An object.
    pub properties: Node,
    /// Tags of its own, which win over the stack's.
    pub tags: Vec<Tag>,
    /// What happens when it is deleted, if the source says.
    pub on_delete: Option<(OnDelete, Origin)>,
    /// `after`.
    pub depends_on: Vec<(ResourceId, Origin)>,
    /// `UpdatePolicy`, `CreationPolicy`, `Metadata`: by CloudFormation's name.
    pub attributes: IndexMap<Symbol, Node>,
    /// Why nothing of it is checked, if so: the catalog does not know its type, or the source says that it is to be taken as written.
    pub unchecked: Option<String>,
    /// Where it is declared.
    pub origin: Origin,
}

/// A physical name.
#[derive(Debug, Clone, PartialEq)]
pub struct Name {
    /// The text.
    pub text: Template,
    /// The rule or setting that made it.
    pub origin: Origin,
    /// Whether the type has a property for it; otherwise it only becomes the `Name` tag.
    pub property: Option<String>,
    /// How it depends on params.
    pub spread: Spread,
    /// The source says why it leaves the naming rules.
    pub excused: bool,
}

/// What happens to a resource that is no longer wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnDelete {
    /// It stays.
    Retain,
    /// Its data is kept in a snapshot.
    Snapshot,
    /// It goes, data included.
    Delete,
}

/// A tag.
#[derive(Debug, Clone, PartialEq)]
pub struct Tag {
    /// The key.
    pub key: Symbol,
    /// The value.
    pub value: Template,
    /// Where it is said.
    pub origin: Origin,
    /// How the value depends on params.
    pub spread: Spread,
}

/// A file or a folder that is uploaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asset {
    /// Its path, relative to the system's folder.
    pub path: String,
    /// Where it is read.
    pub location: std::path::PathBuf,
    /// Where it is named.
    pub span: Span,
}

/// How strongly something is protected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Protection {
    /// What it is called: `encryption`.
    pub name: Symbol,
    /// What is protected, or protects by being there.
    pub resource: ResourceId,
    /// How strongly; the greater, the more. `None`: that is known only when deployed.
    pub strength: Option<i64>,
    /// Whether it is either so or not.
    pub yes_or_no: bool,
    /// Whether it protects by being there.
    pub by_being_there: bool,
}

/// A tag that must be there.
#[derive(Debug, Clone, PartialEq)]
pub struct RequiredTag {
    /// The key.
    pub key: Symbol,
    /// What its value must match, anchored.
    pub pattern: Option<String>,
    /// Where it is required.
    pub span: Span,
}

/// A stack's output.
#[derive(Debug, Clone, PartialEq)]
pub struct Output {
    /// Its name in the source.
    pub name: Symbol,
    /// Its value.
    pub value: Node,
    /// Its `///` text.
    pub description: Option<String>,
    /// Its export name, if the source says one.
    pub export: Option<Export>,
    /// Where it is declared.
    pub origin: Origin,
}

/// The name under which an output is exported.
#[derive(Debug, Clone, PartialEq)]
pub struct Export {
    /// The text.
    pub text: Template,
    /// The rule or the clause that made it.
    pub origin: Origin,
    /// How it depends on params.
    pub spread: Spread,
}

/// A `deploy param`.
#[derive(Debug, Clone, PartialEq)]
pub struct DeployParam {
    /// `String`, `Number` or `List<…>`, as CloudFormation calls it.
    pub ty: &'static str,
    /// Its default.
    pub default: Option<Node>,
    /// `AllowedPattern`.
    pub pattern: Option<String>,
    /// `AllowedValues`.
    pub allowed: Vec<String>,
    /// Shortest and longest text, or least and greatest number.
    pub limits: (Option<i64>, Option<i64>),
    /// Whether it must not be shown.
    pub secret: bool,
    /// Its `///` text.
    pub description: Option<String>,
    /// Where it is declared.
    pub span: Span,
}

/// An `ensure` over `deploy param`s.
#[derive(Debug, Clone, PartialEq)]
pub struct DeployRule {
    /// What must hold, in words.
    pub text: String,
    /// The condition, in CloudFormation's rule functions.
    pub condition: Node,
    /// The params that it reads.
    pub params: Vec<Symbol>,
    /// Where it is said.
    pub origin: Origin,
}

/// Allows or forbids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// `Allow`
    Allow,
    /// `Deny`
    Deny,
}

/// Who a statement is about.
#[derive(Debug, Clone, PartialEq)]
pub enum Who {
    /// A role of the model.
    Role(ResourceId),
    /// Somebody else.
    Other(Principal),
}

/// What was said with one `grant`, `deny` or `permit` about one principal and one target, verbs resolved to actions.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// Allow or Deny.
    pub effect: Effect,
    /// Who.
    pub who: Who,
    /// The instance whose principal it is, if `who` came from one.
    pub actor: Option<InstanceId>,
    /// The resource it is about, if it is one of ours: its resource policy may hold the statement.
    pub target: Option<ResourceId>,
    /// The verbs or actions as written.
    pub verbs: Vec<Symbol>,
    /// What they mean. Several, if actions need different resources or conditions.
    pub permissions: Vec<Permission>,
    /// Which policy it goes into.
    pub side: Side,
    /// Written by hand, with this reason.
    pub because: Option<String>,
    /// The stack of the component that says it: what it needs itself stands beside it.
    pub within: Option<StackId>,
    /// The place of the declaration.
    pub origin: Origin,
}

/// Actions on resources under conditions.
#[derive(Debug, Clone, PartialEq)]
pub struct Permission {
    /// The verb that means it, or the action as written.
    pub verb: Symbol,
    /// `service:Action`.
    pub actions: Vec<Symbol>,
    /// ARN patterns, or `*`.
    pub resources: Vec<Template>,
    /// All must hold.
    pub conditions: Vec<Condition>,
    /// The line of the access block, or of the grant for a single action.
    pub origin: Origin,
}

/// One condition of a statement.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    /// The key.
    pub key: Symbol,
    /// How it is compared.
    pub operator: ConditionOperator,
    /// With which values.
    pub values: Vec<ConditionValue>,
    /// Where it is said.
    pub origin: Origin,
}

/// A value in a condition.
#[derive(Debug, Clone, PartialEq)]
pub enum ConditionValue {
    /// Text.
    Text(Template),
    /// A boolean.
    Bool(bool),
    /// A number.
    Int(i64),
}

/// `connect A -> B on …`.
#[derive(Debug, Clone, PartialEq)]
pub struct Connection {
    /// From where.
    pub from: End,
    /// To where.
    pub to: End,
    /// On what; never empty.
    pub ports: Vec<Ports>,
    /// The stack whose source says it; `None` at the level of the system.
    pub stack: Option<StackId>,
    /// As written, for descriptions: `alb -> app`.
    pub text: String,
    /// Where it is said.
    pub origin: Origin,
}

/// An end of a connection.
#[derive(Debug, Clone, PartialEq)]
pub enum End {
    /// A security group, and the instance that wears it if one was named.
    Group(ResourceId, Option<InstanceId>),
    /// An address range.
    Cidr(IpNet),
    /// Any address.
    Internet,
}

/// A protocol and its ports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ports {
    /// `tcp`, `udp`, `icmp`, `icmpv6` or `-1` for all.
    pub protocol: String,
    /// First and last port; `-1` for protocols without ports.
    pub range: (i64, i64),
    /// Where it is said.
    pub origin: Origin,
}

/// An external system.
#[derive(Debug, Clone, PartialEq)]
pub struct External {
    /// Its name.
    pub name: Symbol,
    /// What it is.
    pub title: Option<String>,
    /// Settings such as `deployed_by`.
    pub settings: Vec<(Symbol, Value)>,
    /// What it offers, by name.
    pub outputs: IndexMap<Symbol, ExternalOutput>,
    /// Outputs that it has but does not export under a name, and where they are declared.
    pub unexported: IndexMap<Symbol, Span>,
    /// Whether what it offers could not be found out, which is told already.
    pub broken: bool,
    /// What it comes after.
    pub after: Vec<(After, Span)>,
    /// What it comes before.
    pub before: Vec<(After, Span)>,
    /// Where it is declared.
    pub span: Span,
}

/// An output of an external system.
#[derive(Debug, Clone, PartialEq)]
pub struct ExternalOutput {
    /// The resource type it stands for, if it is one.
    pub ty: Option<Symbol>,
    /// Where it comes from.
    pub source: ExternalSource,
    /// Where it is declared.
    pub span: Span,
}

/// Where an external value comes from.
#[derive(Debug, Clone, PartialEq)]
pub enum ExternalSource {
    /// A template parameter that the plan fills.
    Parameter,
    /// An export of this name.
    Export(Template),
    /// An SSM parameter of this name.
    Ssm(Template),
    /// The physical name itself.
    Name(Template),
}

/// A manual or scripted step.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// Its name.
    pub name: Symbol,
    /// What is to be done.
    pub text: String,
    /// After which.
    pub after: Vec<(After, Span)>,
    /// Before which.
    pub before: Vec<(After, Span)>,
    /// Where it is declared.
    pub span: Span,
}

/// What the design promises.
#[derive(Debug, Clone, PartialEq)]
pub struct Claim {
    /// In words.
    pub text: String,
    /// In figures.
    pub figures: Vec<(Symbol, Value)>,
    /// Where it is said.
    pub span: Span,
}

/// How the resource policy of a type is written.
#[derive(Debug, Clone, PartialEq)]
pub enum ResourcePolicyForm {
    /// By a resource of its own: its type, the property for the target (a list if `list`), and the one for the document.
    Resource {
        /// Its type.
        ty: Symbol,
        /// The property that names the target.
        target: Symbol,
        /// Whether that property is a list.
        list: bool,
        /// The property that holds the document.
        document: Symbol,
    },
    /// By a property of the target itself.
    Property(Symbol),
}

/// One rule of `@waive(rule, because "…", until DATE)`.
#[derive(Debug, Clone, PartialEq)]
pub struct Waiver {
    /// The rule.
    pub rule: Symbol,
    /// Where the rule's name stands.
    pub rule_span: Span,
    /// The reason.
    pub because: Option<String>,
    /// Until when.
    pub until: Option<crate::syntax::ast::Date>,
    /// What it covers: the declaration behind it.
    pub covers: Span,
    /// Whether the declaration is about the whole system, as `system` and `lints` are: a rule of an outside judge is lifted in
    /// all of it.
    pub everywhere: bool,
    /// The types of resources that it is about; all, if there are none. Rules of outside judges only.
    pub types: Vec<Symbol>,
    /// The mark itself.
    pub span: Span,
}

impl Model {
    /// Text with everything filled in that is known when built: account, region and partition by value.
    pub fn fill(&self, text: &Template) -> Option<String> {
        let environment = &self.environment;
        let mut whole = String::new();
        for piece in text.pieces.iter() {
            match piece {
                Piece::Literal(literal) => whole.push_str(literal),
                Piece::Hole(Hole::Pseudo(pseudo)) => whole.push_str(match pseudo {
                    Pseudo::Account => &environment.account,
                    Pseudo::Region => &environment.region,
                    Pseudo::RegionOf(stack) => &self.stacks.get(stack.index())?.region,
                    Pseudo::Partition => &environment.partition,
                    Pseudo::UrlSuffix if environment.partition == "aws-cn" => "amazonaws.com.cn",
                    Pseudo::UrlSuffix => "amazonaws.com",
                    Pseudo::StackName => return None,
                }),
                Piece::Hole(Hole::Asset(file, AssetPart::Key)) => whole.push_str(&asset_key(file.as_str())),
                Piece::Hole(_) => return None,
            }
        }
        Some(whole)
    }

    /// A model with nothing in it.
    pub fn empty(system: Symbol, environment: Symbol) -> Model {
        Model {
            system,
            environment: Environment {
                name: environment,
                account: String::new(),
                region: String::new(),
                partition: String::from("aws"),
                confirm: false,
                span: Span::NONE,
            },
            stacks: Vec::new(),
            instances: Vec::new(),
            resources: Vec::new(),
            statements: Vec::new(),
            connections: Vec::new(),
            externals: Vec::new(),
            steps: Vec::new(),
            claims: Vec::new(),
            assets: IndexMap::default(),
            deploy_params: IndexMap::default(),
            deploy_rules: Vec::new(),
            tags: Vec::new(),
            required_tags: Vec::new(),
            settings: IndexMap::default(),
            protections: Vec::new(),
            at_least: Vec::new(),
            crossings: Vec::new(),
            resource_policies: IndexMap::default(),
            waivers: Vec::new(),
            origins: Origins::default(),
            spreads: Spreads::default(),
        }
    }

    /// A resource.
    ///
    /// # Panics
    /// Never for an id of this model.
    pub fn resource(&self, id: ResourceId) -> &Resource {
        &self.resources[id.index()]
    }

    /// What people call a resource: the path of the outermost instance that stands for it. `Compute.app` for the group of
    /// instances that is the component's `main`.
    pub fn called(&self, id: ResourceId) -> &str {
        let resource = self.resource(id);
        let (mut path, mut at) = (resource.path.as_str(), self.instance(resource.instance));
        while let Some(parent) = at.parent.map(|parent| self.instance(parent)).filter(|own| own.resource == Some(id)) {
            let own = match at.key {
                Some(key) => format!(".{}[{:?}]", at.name, key.as_str()),
                None => format!(".{}", at.name),
            };
            let Some(outer) = path.strip_suffix(own.as_str()) else { break };
            (path, at) = (outer, parent);
        }
        path
    }

    /// A stack.
    ///
    /// # Panics
    /// Never for an id of this model.
    pub fn stack(&self, id: StackId) -> &Stack {
        &self.stacks[id.index()]
    }

    /// An instance.
    ///
    /// # Panics
    /// Never for an id of this model.
    pub fn instance(&self, id: InstanceId) -> &Instance {
        &self.instances[id.index()]
    }

    /// All ids of resources, in the order of their declaration.
    pub fn resource_ids(&self) -> impl Iterator<Item = ResourceId> + use<> {
        (0..u32::try_from(self.resources.len()).unwrap_or(u32::MAX)).map(ResourceId)
    }

    /// All ids of stacks, in the order of their declaration.
    pub fn stack_ids(&self) -> impl Iterator<Item = StackId> + use<> {
        (0..u32::try_from(self.stacks.len()).unwrap_or(u32::MAX)).map(StackId)
    }
}
