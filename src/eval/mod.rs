//! One environment at a time: components unfolded into a model of stacks, resources and edges, each value with its origin.
//!
//! Nothing is evaluated before it is asked for, so that files and declarations may come in any order; what asks for itself is reported
//! as a circle. The work has the order that the language reference states: params, structure, `extend`, then properties, names and
//! statements. Nothing later decides what exists earlier.

mod blame;
mod builtins;
mod common;
mod conform;
mod connections;
mod declare;
mod deploy_defaults;
mod deploy_rules;
mod environment;
mod expression;
mod facts;
mod faults;
mod fields;
mod finish;
mod granted;
mod instances;
mod instead;
mod late;
mod metrics;
pub mod model;
mod naming;
mod operators;
pub mod origin;
mod others;
pub mod paths;
mod plain;
mod properties;
mod protections;
mod query;
mod references;
mod renamed;
mod rules;
mod scope;
mod secrecy;
mod settled;
pub mod spread;
mod statements;
pub mod units;
pub mod value;

use std::cell::RefCell;

use crate::base::{HashMap, Span, Symbol, limits};
use crate::catalog::{Catalog, catalog};
use crate::diag::{Diagnostic, codes};
use crate::eval::instances::InstanceData;
use crate::eval::model::{InstanceId, Model, StackId};
use crate::eval::origin::Origin;
use crate::eval::scope::{Body, BodyId, Owner, Placed, Scope, State};
use crate::eval::spread::Reads;
use crate::eval::value::{Kind, Value};
use crate::resolve::Program;
use crate::syntax::ast;

pub use builtins::usage;
pub use environment::{Files, Given};
pub use others::{OtherEnvironment, OtherOutput, OtherSystem, Others};
pub use query::Verdict;

/// Evaluates one environment. Structure, values and statements are checked on the way; what is derived from them is not.
pub fn evaluate<'p>(
    program: &'p Program<'p>,
    environment: Symbol,
    given: &'p Given<'p>,
) -> (Evaluated<'p>, Vec<Diagnostic>) {
    let mut evaluator = Evaluator::new(program, environment, given);
    evaluator.run();
    let diagnostics = std::mem::take(&mut evaluator.diagnostics);
    (Evaluated { evaluator }, diagnostics)
}

/// One environment, evaluated, with what is needed to ask it questions.
pub struct Evaluated<'p> {
    evaluator: Evaluator<'p>,
}

impl<'p> Evaluated<'p> {
    /// The model.
    pub fn model(&self) -> &Model {
        &self.evaluator.model
    }

    /// The model alone.
    pub fn into_model(self) -> Model {
        self.evaluator.model
    }

    /// Params that nothing read in this environment.
    pub fn unused_params(&self) -> Vec<(Symbol, Span)> {
        self.evaluator.unused_params()
    }

    /// Names whoever answers questions about ways through the network. Without, none of them can be decided.
    pub fn consult(&mut self, ways: std::rc::Rc<dyn paths::Ways>) {
        self.evaluator.ways = Some(ways);
    }

    /// Decides every `ensure`, `forbid` and policy rule.
    pub fn invariants(&mut self) -> Vec<Diagnostic> {
        self.evaluator.check_invariants();
        std::mem::take(&mut self.evaluator.diagnostics)
    }

    /// Finds that by which environments are compared: their settings, and how strongly everything is protected.
    pub fn compared(&mut self) {
        self.evaluator.find_settings();
        self.evaluator.find_protections();
    }

    /// Decides one condition, such as an `assert`.
    pub fn decide(&mut self, condition: &'p ast::Expr) -> (Verdict, Vec<Diagnostic>) {
        let scope = self.evaluator.root(true);
        let verdict = self.evaluator.decide(condition, &scope);
        (verdict, std::mem::take(&mut self.evaluator.diagnostics))
    }
}

/// The state of one evaluation.
pub(crate) struct Evaluator<'p> {
    program: &'p Program<'p>,
    given: &'p Given<'p>,
    catalog: Catalog,
    environment: Symbol,
    /// The environment and its bases, nearest first.
    chain: Vec<Symbol>,
    model: Model,
    diagnostics: Vec<Diagnostic>,
    bodies: Vec<Body<'p>>,
    instances: Vec<InstanceData<'p>>,
    /// The body of each stack, once opened; `None`: its `if` is false.
    stack_bodies: HashMap<usize, Option<(StackId, BodyId)>>,
    stacks_busy: Vec<usize>,
    system_body: Option<BodyId>,
    params: HashMap<Symbol, RefCell<State>>,
    lets: HashMap<Symbol, RefCell<State>>,
    /// Names of what was read, so that unused params can be reported.
    used: crate::base::HashSet<Symbol>,
    statements: Vec<Placed<'p>>,
    /// Naming rules within stacks and components, once asked for.
    naming: Option<std::rc::Rc<[Placed<'p>]>>,
    steps: HashMap<Symbol, model::StepId>,
    externals: HashMap<Symbol, model::ExternalId>,
    /// Where the value that is being found stands, for origins.
    through: Origin,
    /// What decides whether something is built that is not, by its name.
    conditions: HashMap<Symbol, Vec<Span>>,
    /// The secret in each text that was made of one.
    secret_parts: HashMap<Origin, Origin>,
    /// Which params were read since this was last set aside.
    reading: Reads,
    fuel: u64,
    depth: u32,
    exhausted: bool,
    /// The model is finished and can be asked.
    querying: bool,
    /// What a type's verbs mean is being read: what a resource does not set is `none`, also within what it does not set.
    unset_is_none: bool,
    /// Whom to ask about the network.
    ways: Option<std::rc::Rc<dyn paths::Ways>>,
    /// What was answered about it, for whoever reports the outcome.
    evidence: Vec<paths::Answer>,
}

impl<'p> Evaluator<'p> {
    fn new(program: &'p Program<'p>, environment: Symbol, given: &'p Given<'p>) -> Evaluator<'p> {
        let chain = program.chain(environment).iter().map(|environment| environment.name.name).collect();
        Evaluator {
            program,
            given,
            catalog: catalog(),
            environment,
            chain,
            model: Model::empty(program.system.name, environment),
            diagnostics: Vec::new(),
            bodies: Vec::new(),
            instances: Vec::new(),
            stack_bodies: HashMap::default(),
            stacks_busy: Vec::new(),
            system_body: None,
            params: HashMap::default(),
            lets: HashMap::default(),
            used: crate::base::HashSet::default(),
            statements: Vec::new(),
            naming: None,
            steps: HashMap::default(),
            externals: HashMap::default(),
            through: Origin::INHERITED,
            conditions: HashMap::default(),
            secret_parts: HashMap::default(),
            reading: Reads::NONE,
            fuel: limits::MAX_STEPS,
            depth: 0,
            exhausted: false,
            querying: false,
            unset_is_none: false,
            ways: None,
            evidence: Vec::new(),
        }
    }

    /// The whole work, in the order that the language states.
    fn run(&mut self) {
        self.set_environment();
        self.find_params();
        self.open_externals_and_steps();
        self.open_everything();
        self.apply_extensions();
        self.finish_resources();
        self.finish_outputs();
        self.finish_statements();
        self.gather_waivers();
    }

    /// The names that hold at the top level: of the system, or of the library and components.
    fn root(&self, system: bool) -> Scope<'p> {
        Scope::empty().with(scope::FrameKind::Root(system))
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic.outside_library());
    }

    /// A value that stands at a place.
    fn value(&mut self, kind: Kind, span: Span) -> Value {
        let origin = self.model.origins.add(span, "", self.through);
        Value::new(kind, origin)
    }

    /// The value of what was reported.
    fn error(&mut self, diagnostic: Diagnostic) -> Value {
        let span = diagnostic.span();
        self.report(diagnostic);
        self.value(Kind::Error, span)
    }

    /// Counts a step; when all are used up, everything ends with one diagnostic.
    fn step(&mut self, span: Span) -> bool {
        if self.fuel > 0 {
            self.fuel -= 1;
            return true;
        }
        if !self.exhausted {
            self.exhausted = true;
            let steps = limits::MAX_STEPS;
            self.report(
                Diagnostic::new(codes::TOO_MANY_STEPS, span, format!("this needs more than {steps} steps"))
                    .here("the limit was reached here")
                    .help("go through a shorter list; what is built has to fit into a template of 500 resources in any case"),
            );
        }
        false
    }

    fn body(&self, id: BodyId) -> Option<&Body<'p>> {
        self.bodies.get(id.0)
    }

    fn body_mut(&mut self, id: BodyId) -> Option<&mut Body<'p>> {
        self.bodies.get_mut(id.0)
    }

    /// The stack that an owner stands in.
    fn stack_of(&self, owner: Owner) -> Option<StackId> {
        match owner {
            Owner::System => None,
            Owner::Stack(stack) => Some(stack),
            Owner::Component(instance) => self.model.instances.get(instance.index()).map(|instance| instance.stack),
        }
    }

    fn instance_type(&self, id: InstanceId) -> Symbol {
        self.model.instances.get(id.index()).map_or_else(|| Symbol::new(""), |instance| instance.ty)
    }
}
