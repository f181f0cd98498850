//! Values while a program is evaluated, and the property trees that resources end up with.

use std::sync::Arc;

use ipnet::IpNet;

use crate::base::{IndexMap, Symbol};
use crate::eval::model::{ExternalId, InstanceId, ResourceId, StackId};
use crate::eval::origin::Origin;
use crate::eval::spread::Spread;
use crate::syntax::ast::{CompareOp, Date};

/// A value and its cause.
#[derive(Debug, Clone, PartialEq)]
pub struct Value {
    /// What it is.
    pub kind: Kind,
    /// Where it comes from.
    pub origin: Origin,
    /// How it depends on params.
    pub spread: Spread,
}

/// What a value is.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// A mistake that has been reported; nothing more is said about what uses it.
    Error,
    /// `none`: leaves a property out.
    None,
    /// An instance that is not built in this environment.
    Absent(Symbol),
    /// `true`, `false`
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Another number.
    Float(f64),
    /// Text, perhaps with parts that are known only when deployed.
    Text(Template),
    /// In milliseconds.
    Duration(i64),
    /// In bytes.
    Size(i64),
    /// `80%` is 80.0.
    Percent(f64),
    /// An address range.
    Cidr(IpNet),
    /// A day.
    Date(Date),
    /// `every 30d`: in milliseconds.
    Every(i64),
    /// `cron("…")`: what stands between the parentheses of AWS's form.
    Cron(Template),
    /// A list.
    List(Arc<Vec<Value>>),
    /// A record or map, in the order written.
    Record(Arc<IndexMap<Symbol, Value>>),
    /// An instance of a component or of a resource type.
    Instance(InstanceId),
    /// The instances of `name[key] = …`, by their keys.
    Family(Arc<IndexMap<Symbol, InstanceId>>),
    /// A stack.
    Stack(StackId),
    /// An external system.
    External(ExternalId),
    /// The attribute of a resource, not yet complete: `Endpoint` of `db.Endpoint.Address`.
    AttributePath(ResourceId, Symbol),
    /// Text that must never be shown; it is emitted as a dynamic reference.
    Secret(Template),
    /// A principal that is no instance: `service("…")`, `everyone`, `account`.
    Principal(Principal),
    /// A resource type, as in `count(AWS::EC2::VPC)`.
    Type(Symbol),
    /// A document in JSON, rendered as text where text is wanted.
    Json(Arc<Node>),
    /// Text that is emitted in base64.
    Base64(Template),
    /// The n-th availability zone of the region, from 0.
    Zone(i64),
    /// A file or a folder that is uploaded: the name of what is uploaded.
    Asset(Symbol),
    /// A metric or an expression over metrics.
    Metric(Arc<Metric>),
    /// A comparison of a metric with a number.
    Threshold(Arc<Threshold>),
    /// A function of ours, by name.
    Builtin(Symbol),
}

/// Who acts, where it is no instance.
#[derive(Debug, Clone, PartialEq)]
pub enum Principal {
    /// `service("lambda.amazonaws.com")`
    Service(Template),
    /// `everyone`
    Everyone,
    /// Everybody whom the account lets.
    Account,
    /// An ARN or an account id written out.
    Arn(Template),
    /// A federated identity provider.
    Federated(Template),
}

/// A metric, or a calculation with metrics.
#[derive(Debug, Clone, PartialEq)]
pub enum Metric {
    /// What something publishes.
    Series(Series),
    /// A number.
    Number(f64),
    /// Two of these, and `+`, `-`, `*` or `/` between them.
    Calculation(char, Box<Metric>, Box<Metric>),
}

/// What something publishes under one name.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// Its namespace.
    pub namespace: Template,
    /// Its name.
    pub name: Symbol,
    /// Name and value of each dimension.
    pub dimensions: Vec<(Symbol, Template)>,
    /// What is made of the values of a period, and its length in milliseconds; `None`: that is not said yet.
    pub reduced: Option<(Symbol, i64)>,
}

/// When a metric is too much, or too little.
#[derive(Debug, Clone, PartialEq)]
pub struct Threshold {
    /// What is compared.
    pub metric: Metric,
    /// How.
    pub operator: CompareOp,
    /// With what.
    pub bound: f64,
}

/// Text in pieces.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Template {
    /// No two literals stand beside each other, and none is empty.
    pub pieces: Arc<Vec<Piece>>,
}

/// A piece of text.
#[derive(Debug, Clone, PartialEq)]
pub enum Piece {
    /// Known when built.
    Literal(Arc<str>),
    /// Known when deployed, or once names are derived.
    Hole(Hole),
}

/// What fills a gap in text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Hole {
    /// Something of a resource.
    Resource(ResourceId, Attribute),
    /// `AWS::AccountId` and its kin.
    Pseudo(Pseudo),
    /// A `deploy param`.
    Param(Symbol),
    /// An output of an external system.
    External(ExternalId, Symbol),
    /// `${…}` of an IAM policy or a shell: passed through as written.
    Variable(Symbol),
    /// Where an asset of this name lies when it is uploaded.
    Asset(Symbol, AssetPart),
}

/// Where an asset lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AssetPart {
    /// The bucket, which whoever deploys names.
    Bucket,
    /// The key in it, which is known when built.
    Key,
}

/// The key under which an asset is uploaded.
pub fn asset_key(file: &str) -> String {
    format!("{ASSETS}/{file}")
}

/// The folder of assets, in a build and in a bucket.
pub const ASSETS: &str = "assets";

/// What is asked of a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Attribute {
    /// What `Ref` returns.
    Id,
    /// Its physical name: the derived text where there is one, else what `Ref` returns.
    Name,
    /// Its ARN: written out from the derived name where that is possible.
    Arn,
    /// An attribute in AWS's spelling, dots included.
    Named(Symbol),
}

/// What CloudFormation knows of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Pseudo {
    /// `AWS::AccountId`
    Account,
    /// `AWS::Region`
    Region,
    /// The region of the stack in which `region` is written, wherever the text is used.
    RegionOf(StackId),
    /// `AWS::Partition`
    Partition,
    /// `AWS::URLSuffix`
    UrlSuffix,
    /// `AWS::StackName`
    StackName,
}

/// A property's value, ready to be lowered to JSON.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// What it is.
    pub kind: NodeKind,
    /// Where it comes from.
    pub origin: Origin,
    /// How it depends on params.
    pub spread: Spread,
}

impl Node {
    /// Whether a reported mistake is in it.
    pub fn has_error(&self) -> bool {
        match &self.kind {
            NodeKind::Error => true,
            NodeKind::List(items) => items.iter().any(Node::has_error),
            NodeKind::Map(entries) => entries.values().any(Node::has_error),
            NodeKind::Json(inner) => inner.has_error(),
            NodeKind::Bool(_)
            | NodeKind::Int(_)
            | NodeKind::Float(_)
            | NodeKind::Text(_)
            | NodeKind::Base64(_)
            | NodeKind::Zone(_) => false,
        }
    }

    /// Whether a gap is in it.
    pub fn has_hole(&self, hole: Hole) -> bool {
        match &self.kind {
            NodeKind::Text(text) | NodeKind::Base64(text) => text.holes().any(|found| found == hole),
            NodeKind::List(items) => items.iter().any(|item| item.has_hole(hole)),
            NodeKind::Map(entries) => entries.values().any(|entry| entry.has_hole(hole)),
            NodeKind::Json(inner) => inner.has_hole(hole),
            NodeKind::Error | NodeKind::Bool(_) | NodeKind::Int(_) | NodeKind::Float(_) | NodeKind::Zone(_) => false,
        }
    }
}

/// What a property's value is.
#[derive(Debug, Clone, PartialEq)]
pub enum NodeKind {
    /// A mistake that has been reported; nothing is emitted then.
    Error,
    /// A boolean.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Another number.
    Float(f64),
    /// Text. A single hole becomes `Ref`, `Fn::GetAtt` or `Fn::ImportValue`, several pieces `Fn::Sub`.
    Text(Template),
    /// A list.
    List(Vec<Node>),
    /// An object.
    Map(IndexMap<Symbol, Node>),
    /// Text that holds a JSON document.
    Json(Box<Node>),
    /// `Fn::Base64` of a text.
    Base64(Template),
    /// `Fn::Select` of `Fn::GetAZs`, from 0.
    Zone(i64),
}

impl Value {
    /// A value.
    pub fn new(kind: Kind, origin: Origin) -> Value {
        Value { kind, origin, spread: Spread::NONE }
    }

    /// The same value, known to depend on params so.
    #[must_use]
    pub fn spread(self, spread: Spread) -> Value {
        Value { spread, ..self }
    }

    /// A text that is known.
    pub fn text(text: &str, origin: Origin) -> Value {
        Value::new(Kind::Text(Template::literal(text)), origin)
    }

    /// Whether it is `none` or an instance that is not built.
    pub fn is_none(&self) -> bool {
        matches!(self.kind, Kind::None | Kind::Absent(_))
    }

    /// Whether a mistake was reported already.
    pub fn is_error(&self) -> bool {
        matches!(self.kind, Kind::Error)
    }
}

impl Template {
    /// A text without gaps.
    pub fn literal(text: &str) -> Template {
        Template::from_pieces([Piece::Literal(Arc::from(text))])
    }

    /// A text that is one gap.
    pub fn hole(hole: Hole) -> Template {
        Template { pieces: Arc::new(vec![Piece::Hole(hole)]) }
    }

    /// From pieces; neighbouring literals are joined.
    pub fn from_pieces(pieces: impl IntoIterator<Item = Piece>) -> Template {
        let mut joined: Vec<Piece> = Vec::new();
        for piece in pieces {
            match (&piece, joined.last_mut()) {
                (Piece::Literal(text), _) if text.is_empty() => {}
                (Piece::Literal(text), Some(Piece::Literal(before))) => {
                    *before = Arc::from([&**before, &**text].concat());
                }
                (Piece::Literal(_) | Piece::Hole(_), _) => joined.push(piece),
            }
        }
        Template { pieces: Arc::new(joined) }
    }

    /// The text, if it has no gaps.
    pub fn known(&self) -> Option<&str> {
        match self.pieces.as_slice() {
            [] => Some(""),
            [Piece::Literal(text)] => Some(text),
            [Piece::Hole(_) | Piece::Literal(_), ..] => None,
        }
    }

    /// The only hole, if the text is just that.
    pub fn single_hole(&self) -> Option<Hole> {
        match self.pieces.as_slice() {
            [Piece::Hole(hole)] => Some(*hole),
            [] | [Piece::Literal(_) | Piece::Hole(_), ..] => None,
        }
    }

    /// All gaps.
    pub fn holes(&self) -> impl Iterator<Item = Hole> + '_ {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Hole(hole) => Some(*hole),
            Piece::Literal(_) => None,
        })
    }

    /// Whether a text with gaps could turn out to be this one: its known beginning and end fit, and it is not longer already.
    pub fn may_be(&self, text: &str) -> bool {
        let known: usize = self
            .pieces
            .iter()
            .map(|piece| match piece {
                Piece::Literal(literal) => literal.len(),
                Piece::Hole(_) => 0,
            })
            .sum();
        let starts = match self.pieces.first() {
            Some(Piece::Literal(first)) => text.starts_with(&**first),
            Some(Piece::Hole(_)) | None => true,
        };
        let ends = match self.pieces.last() {
            Some(Piece::Literal(last)) => text.ends_with(&**last),
            Some(Piece::Hole(_)) | None => true,
        };
        known <= text.len() && starts && ends
    }

    /// This text and another behind it.
    #[must_use]
    pub fn then(&self, other: &Template) -> Template {
        Template::from_pieces(self.pieces.iter().chain(other.pieces.iter()).cloned())
    }
}

impl Node {
    /// The same node, known to depend on params so.
    #[must_use]
    pub fn spread(self, spread: Spread) -> Node {
        Node { spread, ..self }
    }

    /// A node.
    pub fn new(kind: NodeKind, origin: Origin) -> Node {
        Node { kind, origin, spread: Spread::NONE }
    }

    /// A known text.
    pub fn text(text: &str, origin: Origin) -> Node {
        Node::new(NodeKind::Text(Template::literal(text)), origin)
    }

    /// What stands under a key, if it is an object.
    pub fn get(&self, key: &str) -> Option<&Node> {
        match &self.kind {
            NodeKind::Map(map) => map.get(&Symbol::new(key)),
            NodeKind::Error
            | NodeKind::Bool(_)
            | NodeKind::Int(_)
            | NodeKind::Float(_)
            | NodeKind::Text(_)
            | NodeKind::List(_)
            | NodeKind::Json(_)
            | NodeKind::Base64(_)
            | NodeKind::Zone(_) => None,
        }
    }

    /// Whether both are the same value, wherever they come from.
    pub fn same(&self, other: &Node) -> bool {
        match (&self.kind, &other.kind) {
            (NodeKind::List(a), NodeKind::List(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(one, two)| one.same(two))
            }
            (NodeKind::Map(a), NodeKind::Map(b)) => {
                a.len() == b.len() && a.iter().all(|(key, one)| b.get(key).is_some_and(|two| one.same(two)))
            }
            (NodeKind::Json(a), NodeKind::Json(b)) => a.same(b),
            (a, b) => a == b,
        }
    }

    /// Calls a function for every text in the tree, documents included.
    pub fn each_template(&self, visit: &mut impl FnMut(&Template, Origin)) {
        match &self.kind {
            NodeKind::Text(text) | NodeKind::Base64(text) => visit(text, self.origin),
            NodeKind::List(items) => items.iter().for_each(|item| item.each_template(visit)),
            NodeKind::Map(map) => map.values().for_each(|item| item.each_template(visit)),
            NodeKind::Json(inner) => inner.each_template(visit),
            NodeKind::Error | NodeKind::Bool(_) | NodeKind::Int(_) | NodeKind::Float(_) | NodeKind::Zone(_) => {}
        }
    }
}
