//! What names mean at a place: a chain of frames, innermost first.

use std::cell::RefCell;
use std::rc::Rc;

use crate::base::{HashMap, HashSet, IndexMap, Span, Symbol};
use crate::eval::model::{InstanceId, StackId};
use crate::eval::value::Value;
use crate::syntax::ast::{Expr, Item, Let, Output, Param};

/// A chain of frames. It costs little to copy.
#[derive(Clone)]
pub(super) struct Scope<'p>(Option<Rc<Frame<'p>>>);

/// One level of names.
pub(super) struct Frame<'p> {
    pub(super) outer: Scope<'p>,
    pub(super) kind: FrameKind<'p>,
}

/// What a level of names is.
pub(super) enum FrameKind<'p> {
    /// A loop's or function's name.
    Binding(Symbol, Value),
    /// The `let`s of a block.
    Lets(Vec<LetCell<'p>>),
    /// The content of a stack or a component.
    Body(BodyId),
    /// Names with values, such as `arn` in an access block.
    Values(IndexMap<Symbol, Value>),
    /// The properties of a resource, as in `access on`.
    Properties(InstanceId),
    /// The top level of the system (`true`), or what components and library functions see of it.
    Root(bool),
}

/// A `let` and its value, once it was asked for.
pub(super) struct LetCell<'p> {
    pub(super) name: Symbol,
    pub(super) value: &'p Expr,
    pub(super) of: &'p Let,
    pub(super) state: RefCell<State>,
}

/// How far a lazily found value is.
#[derive(Clone)]
pub(super) enum State {
    /// Not asked for yet.
    Unknown,
    /// Being found: asked for again, it is a circle.
    Busy,
    /// Found.
    Known(Value),
}

/// The content of a stack, a component's instance, or the system's top level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct BodyId(pub(super) usize);

/// Whose content a body is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Owner {
    /// Statements outside of any stack.
    System,
    /// A stack.
    Stack(StackId),
    /// An instance of a component.
    Component(InstanceId),
}

/// A statement of a body, with the names that hold where it stands.
#[derive(Clone)]
pub(super) struct Placed<'p> {
    pub(super) item: &'p Item,
    pub(super) scope: Scope<'p>,
    pub(super) owner: Owner,
}

/// What a name in a body stands for.
#[derive(Clone)]
pub(super) enum Member {
    /// An instance.
    Instance(InstanceId),
    /// The instances of `name[key] = …`.
    Family(IndexMap<Symbol, InstanceId>),
}

/// The content of a stack or of a component's instance.
pub(super) struct Body<'p> {
    pub(super) owner: Owner,
    /// The names that hold in it, itself included.
    pub(super) scope: Scope<'p>,
    /// Its statements and how far each is declared.
    pub(super) items: Vec<(Placed<'p>, Progress)>,
    /// What it declares, found or not, with the statements that may do so.
    pub(super) possible: HashMap<Symbol, (Span, Vec<usize>)>,
    /// What could not be declared, which was reported.
    pub(super) broken: HashSet<Symbol>,
    /// What is built.
    pub(super) members: IndexMap<Symbol, Member>,
    /// Params, if it is a component's.
    pub(super) params: HashMap<Symbol, (&'p Param, RefCell<State>)>,
    /// Outputs, `if`s resolved.
    pub(super) outputs: IndexMap<Symbol, (&'p Output, Placed<'p>, RefCell<State>)>,
    /// Grants and other statements, in order.
    pub(super) statements: Vec<Placed<'p>>,
}

/// How far a statement of a body is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Progress {
    /// Not looked at.
    Waiting,
    /// Being declared.
    Busy,
    /// Declared.
    Done,
}

impl<'p> Scope<'p> {
    /// Nothing but what infrac itself knows.
    pub(super) fn empty() -> Scope<'p> {
        Scope(None)
    }

    /// One more level.
    pub(super) fn with(&self, kind: FrameKind<'p>) -> Scope<'p> {
        Scope(Some(Rc::new(Frame { outer: self.clone(), kind })))
    }

    /// A name more.
    pub(super) fn bind(&self, name: Symbol, value: Value) -> Scope<'p> {
        self.with(FrameKind::Binding(name, value))
    }

    /// The innermost frame.
    pub(super) fn frame(&self) -> Option<Rc<Frame<'p>>> {
        self.0.clone()
    }
}

impl<'p> Scope<'p> {
    /// The scope whose innermost frame is this one.
    pub(super) fn from_frame(frame: Rc<Frame<'p>>) -> Scope<'p> {
        Scope(Some(frame))
    }
}
