//! Text of both sides in one alphabet: characters, the wildcards of policies, and a symbol for each value that only a deployment
//! knows.
//!
//! What means the same is written the same, whichever way it was written: a resource's ARN is one symbol, a name that is known is its
//! letters, account and region are their values.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use crate::catalog::{Obtain, ResourceType, catalog};
use crate::eval::model::{ExternalId, ExternalSource, Model, Resource, ResourceId, StackId};
use crate::eval::value::{AssetPart, Attribute, Hole, NodeKind, Piece, Pseudo, Template, asset_key};
use crate::prove::claims::Party;
use crate::prove::facts;
use crate::prove::functions::{SubPart, Written, attribute, parts, sub};
use crate::prove::read::{Emitted, Template as Emission};

/// A letter: a character, a wildcard, or a symbol.
pub(super) type Letter = u32;
/// A text.
pub(super) type Letters = Vec<Letter>;

/// `*`: any text.
pub(super) const ANY: Letter = 0x0011_0000;
/// `?`: one character.
pub(super) const ONE: Letter = 0x0011_0001;
/// Between an action and a resource. No wildcard matches it.
pub(super) const SEPARATOR: Letter = 0x0011_0002;
/// Some character that no pattern names.
pub(super) const OTHER: Letter = 0x0011_0003;
const FIRST_SYMBOL: Letter = 0x0011_0004;

/// Names in names, outputs that refer to parameters that refer to outputs.
const DEPTH: usize = 16;

/// Writes texts of both sides in letters.
pub(super) struct Scribe<'a> {
    all: &'a Emitted<'a>,
    model: &'a Model,
    symbols: HashMap<String, Letter>,
    names: Vec<String>,
    /// Resources by stack and logical id.
    ids: HashMap<(StackId, &'a str), ResourceId>,
    /// Resources by the ARN that their name gives them.
    arns: HashMap<Letters, ResourceId>,
    /// The ARNs of roles.
    roles: HashSet<Letters>,
}

impl<'a> Scribe<'a> {
    /// A scribe who knows the names of all resources.
    pub(super) fn new(all: &'a Emitted<'a>) -> Scribe<'a> {
        let model = all.model;
        let ids = model.resource_ids().map(|id| {
            let resource = model.resource(id);
            ((resource.stack, resource.logical_id.as_str()), id)
        });
        let ids = ids.collect();
        let (symbols, names, arns, roles) = (HashMap::new(), Vec::new(), HashMap::new(), HashSet::new());
        let mut scribe = Scribe { all, model, symbols, names, ids, arns, roles };
        for id in model.resource_ids() {
            if model.resource(id).ty == *facts::ROLE {
                let arn = scribe.arn(id);
                scribe.roles.insert(arn);
            }
            if let Some(arn) = scribe.written_arn(id) {
                scribe.arns.insert(arn, id);
            }
        }
        scribe
    }

    /// The resource of a template with a logical id.
    pub(super) fn resource(&self, template: &Emission<'_>, logical_id: &str) -> Option<ResourceId> {
        self.ids.get(&(template.id, logical_id)).copied()
    }

    /// The symbol of a value.
    pub(super) fn symbol(&mut self, name: &str) -> Letter {
        if let Some(known) = self.symbols.get(name) {
            return *known;
        }
        let symbol = FIRST_SYMBOL.saturating_add(u32::try_from(self.names.len()).unwrap_or(u32::MAX));
        self.names.push(name.to_owned());
        self.symbols.insert(name.to_owned(), symbol);
        symbol
    }

    /// A resource's ARN.
    pub(super) fn arn(&mut self, id: ResourceId) -> Letters {
        let name = format!("{}.arn", self.model.resource(id).path);
        vec![self.symbol(&name)]
    }

    /// Whether a text is the ARN of one of our roles.
    pub(super) fn is_role(&self, letters: &Letters) -> bool {
        self.roles.contains(letters)
    }

    /// Whom a policy means.
    pub(super) fn principal(&mut self, kind: &str, letters: Letters) -> Party {
        if kind == "AWS" {
            if letters == [ANY] {
                return Party::Everyone;
            }
            let mut account = Letters::new();
            self.pseudo(Pseudo::Account, StackId(0), &mut account);
            let written = |text: &str| text.chars().map(u32::from).collect::<Letters>();
            let partition = format!("arn:{}:iam::", self.model.environment.partition);
            let root = [written(&partition), account.clone(), written(":root")].concat();
            if letters == account || letters == root {
                return Party::Account;
            }
        }
        Party::Named(kind.to_owned(), letters)
    }

    /// Letters as people read them.
    pub(super) fn shown(&self, letters: &[Letter]) -> String {
        let mut text = String::new();
        for letter in letters {
            match *letter {
                ANY => text.push('*'),
                ONE => text.push('?'),
                SEPARATOR => text.push(' '),
                OTHER => text.push('x'),
                symbol if symbol >= FIRST_SYMBOL => {
                    let name = self.names.get((symbol - FIRST_SYMBOL) as usize).map_or("", String::as_str);
                    text.push_str(&format!("⟨{name}⟩"));
                }
                character => text.extend(char::from_u32(character)),
            }
        }
        text
    }

    /// A declared text, which stands in a stack.
    pub(super) fn declared(&mut self, text: &Template, home: StackId) -> Letters {
        let mut letters = Letters::new();
        self.pieces(text, home, &mut letters, DEPTH);
        self.finished(letters)
    }

    /// An emitted value.
    pub(super) fn emitted(&mut self, template: &Emission<'_>, value: &Value) -> Letters {
        let mut letters = Letters::new();
        self.value(template, value, &mut letters, DEPTH);
        self.finished(letters)
    }

    /// Variables made symbols, and an ARN that is written out made its resource's.
    fn finished(&mut self, letters: Letters) -> Letters {
        let mut letters = self.with_variables(letters);
        letters.dedup_by(|next, before| *next == ANY && *before == ANY);
        let ends = |at: usize| match letters.get(at).copied() {
            None => true,
            Some(next) => next == u32::from('/') || next == u32::from(':'),
        };
        let found = (0..=letters.len()).rev().filter(|at| ends(*at)).find_map(|at| {
            let id = self.arns.get(letters.get(..at)?)?;
            Some((*id, at))
        });
        match found {
            Some((id, at)) => {
                let mut whole = self.arn(id);
                whole.extend_from_slice(letters.get(at..).unwrap_or_default());
                whole
            }
            None => letters,
        }
    }

    /// `${aws:username}` stands for one value.
    fn with_variables(&mut self, letters: Letters) -> Letters {
        let (dollar, open, close) = (u32::from('$'), u32::from('{'), u32::from('}'));
        if !letters.windows(2).any(|pair| pair == [dollar, open]) {
            return letters;
        }
        let mut whole = Letters::with_capacity(letters.len());
        let mut rest = letters.as_slice();
        while let Some((first, behind)) = rest.split_first() {
            let end = rest.iter().position(|letter| *letter == close);
            match (rest.strip_prefix([dollar, open].as_slice()), end) {
                (Some(_), Some(end)) => {
                    let name = self.shown(rest.get(..=end).unwrap_or_default()).to_ascii_lowercase();
                    whole.push(self.symbol(&name));
                    rest = rest.get(end + 1..).unwrap_or_default();
                }
                (Some(_) | None, Some(_) | None) => {
                    whole.push(*first);
                    rest = behind;
                }
            }
        }
        whole
    }

    fn pieces(&mut self, text: &Template, home: StackId, letters: &mut Letters, depth: usize) {
        for piece in text.pieces.iter() {
            match piece {
                Piece::Literal(literal) => literal.chars().for_each(|character| letters.push(plain(character))),
                Piece::Hole(hole) => self.hole(*hole, home, letters, depth),
            }
        }
    }

    fn hole(&mut self, hole: Hole, home: StackId, letters: &mut Letters, depth: usize) {
        match hole {
            Hole::Resource(id, attribute) => match attribute {
                Attribute::Arn => letters.extend(self.arn(id)),
                Attribute::Id => self.reference(id, letters, depth),
                Attribute::Name => match self.model.resource(id).name.as_ref().filter(|name| name.property.is_some()) {
                    Some(_) => self.name(id, letters, depth),
                    None => self.reference(id, letters, depth),
                },
                Attribute::Named(name) => self.attribute(id, name.as_str(), letters),
            },
            Hole::Pseudo(pseudo) => self.pseudo(pseudo, home, letters),
            Hole::Param(name) => self.push(&format!("param {}", word(name.as_str())), letters),
            Hole::External(id, output) => self.external(id, output.as_str(), home, letters, depth),
            Hole::Variable(name) => format!("${{{name}}}").chars().for_each(|c| letters.push(u32::from(c))),
            Hole::Asset(_, AssetPart::Bucket) => self.push(&format!("param {}", word(facts::ASSET_BUCKET)), letters),
            Hole::Asset(file, AssetPart::Key) => asset_key(file.as_str()).chars().for_each(|c| letters.push(plain(c))),
        }
    }

    fn push(&mut self, name: &str, letters: &mut Letters) {
        let symbol = self.symbol(name);
        letters.push(symbol);
    }

    fn pseudo(&mut self, pseudo: Pseudo, home: StackId, letters: &mut Letters) {
        let (stack, environment) = (self.model.stack(home), &self.model.environment);
        let known = match pseudo {
            Pseudo::Account => environment.account.as_str(),
            Pseudo::Region => stack.region.as_str(),
            Pseudo::RegionOf(own) => self.model.stack(own).region.as_str(),
            Pseudo::Partition => environment.partition.as_str(),
            Pseudo::StackName => stack.physical_name.as_str(),
            Pseudo::UrlSuffix => "",
        };
        if known.is_empty() {
            self.push(facts::pseudo_parameter(pseudo), letters);
        } else {
            known.chars().for_each(|character| letters.push(u32::from(character)));
        }
    }

    /// The name that we decided, in the place where its resource stands.
    fn name(&mut self, id: ResourceId, letters: &mut Letters, depth: usize) {
        let resource = self.model.resource(id);
        match resource.name.as_ref().filter(|_| depth > 0) {
            Some(name) => self.pieces(&name.text, resource.stack, letters, depth - 1),
            None => self.push(&format!("{}.name", resource.path), letters),
        }
    }

    /// What `Ref` gives: the ARN, the name that we decided, or something of its own.
    fn reference(&mut self, id: ResourceId, letters: &mut Letters, depth: usize) {
        let resource = self.model.resource(id);
        let ty = type_of(resource);
        let property = resource.name.as_ref().and_then(|name| name.property.as_deref());
        if ty.and_then(ResourceType::arn) == Some(Obtain::Ref) {
            letters.extend(self.arn(id));
        } else if property.is_some() && ty.and_then(|ty| ty.ref_value().only()) == property {
            self.name(id, letters, depth);
        } else {
            self.push(&format!("{}.id", resource.path), letters);
        }
    }

    /// What `Fn::GetAtt` gives: the ARN, or something of its own.
    fn attribute(&mut self, id: ResourceId, name: &str, letters: &mut Letters) {
        let resource = self.model.resource(id);
        let is_arn = match type_of(resource).and_then(ResourceType::arn) {
            Some(obtain) => obtain == Obtain::GetAtt(static_name(resource, name)),
            None => name == "Arn",
        };
        if is_arn && !facts::ARN_ATTRIBUTE_IS_PATTERN.contains(&resource.ty.as_str()) {
            letters.extend(self.arn(id));
        } else {
            self.push(&format!("{}.{name}", resource.path), letters);
        }
    }

    /// What an external system offers.
    fn external(&mut self, id: ExternalId, output: &str, home: StackId, letters: &mut Letters, depth: usize) {
        let model = self.model;
        let Some(external) = model.externals.get(id.index()) else { return };
        let find =
            |name: &str| external.outputs.iter().find(|(known, _)| known.as_str() == name).map(|(_, found)| found);
        // `files.arn` asks for the ARN of what is called `files`.
        let (found, as_arn) = match (find(output), output.rsplit_once('.')) {
            (Some(found), _) => (Some(found), false),
            (None, Some((base, part))) => (find(base), part.eq_ignore_ascii_case("arn")),
            (None, None) => (None, false),
        };
        let Some(found) = found else { return };
        let mut value = Letters::new();
        match &found.source {
            ExternalSource::Parameter => {
                self.push(&format!("param {}{}", word(external.name.as_str()), word(output)), &mut value)
            }
            ExternalSource::Export(name) => {
                let mut export = Letters::new();
                self.pieces(name, home, &mut export, depth.saturating_sub(1));
                let export = format!("import {}", self.shown(&export));
                self.push(&export, &mut value);
            }
            ExternalSource::Ssm(path) => {
                "{{resolve:ssm:".chars().for_each(|character| value.push(u32::from(character)));
                self.pieces(path, home, &mut value, depth.saturating_sub(1));
                "}}".chars().for_each(|character| value.push(u32::from(character)));
            }
            ExternalSource::Name(name) => self.pieces(name, home, &mut value, depth.saturating_sub(1)),
        }
        let template = found.ty.and_then(|ty| catalog().resource_type(ty.as_str())).and_then(|ty| ty.arn_template());
        match (template, &found.source) {
            (Some(template), ExternalSource::Name(_)) if as_arn => self.fill(template, home, &value, letters),
            (Some(_) | None, _) => letters.extend(value),
        }
    }

    /// An ARN's form with its gaps filled: partition, region and account, and everything else by one text.
    fn fill(&mut self, template: &str, home: StackId, own: &[Letter], letters: &mut Letters) {
        let mut rest = template;
        while let Some((text, tail)) = rest.split_once("${") {
            text.chars().for_each(|character| letters.push(plain(character)));
            let (variable, tail) = tail.split_once('}').unwrap_or((tail, ""));
            match pseudo_of(variable) {
                Some(pseudo) => self.pseudo(pseudo, home, letters),
                None => letters.extend_from_slice(own),
            }
            rest = tail;
        }
        rest.chars().for_each(|character| letters.push(plain(character)));
    }

    /// The ARN that a name, or what `Ref` gives, makes.
    fn written_arn(&mut self, id: ResourceId) -> Option<Letters> {
        let resource = self.model.resource(id);
        let ty = type_of(resource)?;
        let template = ty.arn_template()?;
        let mut gaps =
            template.split("${").skip(1).filter_map(|part| part.split_once('}')).map(|(variable, _)| variable);
        let gap = gaps.clone().find(|variable| pseudo_of(variable).is_none())?;
        let own = gaps.by_ref().filter(|variable| pseudo_of(variable).is_none()).count();
        if own != 1 || facts::ARN_ENDS_AT_RANDOM.contains(&resource.ty.as_str()) {
            return None;
        }
        let property = resource.name.as_ref().and_then(|name| name.property.as_deref());
        let mut value = Letters::new();
        let plain_gap = gap.strip_suffix("WithPath").unwrap_or(gap);
        match property {
            Some(property) if names(ty, property, plain_gap) && !has_other_parts(resource, ty, property) => {
                if gap != plain_gap {
                    path_of(resource)?.chars().for_each(|character| value.push(plain(character)));
                }
                self.name(id, &mut value, DEPTH);
            }
            Some(_) | None if ty.ref_value().only() == Some(gap) => self.reference(id, &mut value, DEPTH),
            Some(_) | None => return None,
        }
        let mut letters = Letters::new();
        self.fill(template, resource.stack, &value, &mut letters);
        Some(letters)
    }

    fn value(&mut self, template: &Emission<'_>, value: &Value, letters: &mut Letters, depth: usize) {
        match Written::of(value) {
            Written::Text(text) => text.chars().for_each(|character| letters.push(plain(character))),
            Written::Scalar => value.to_string().chars().for_each(|character| letters.push(plain(character))),
            Written::Ref(name) => self.local(template, name, None, letters, depth),
            Written::GetAtt(item) => {
                let (resource, name) = attribute(item);
                self.local(template, resource, Some(name), letters, depth);
            }
            Written::Sub(item) => self.substituted(template, item, letters, depth),
            Written::Join(between, items) => {
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        between.chars().for_each(|character| letters.push(plain(character)));
                    }
                    self.value(template, item, letters, depth);
                }
            }
            Written::Import(name) => self.imported(template, name, letters, depth),
            Written::Unknown => self.push(&value.to_string(), letters),
        }
    }

    /// A resource, a parameter or a pseudo parameter of a template.
    fn local(&mut self, template: &Emission<'_>, name: &str, part: Option<&str>, letters: &mut Letters, depth: usize) {
        if let Some(id) = self.resource(template, name) {
            match part {
                Some(part) => self.attribute(id, part, letters),
                None => self.reference(id, letters, depth),
            }
            return;
        }
        if part.is_some() || template.has("Resources", name) {
            let added = format!("{}:{name}.{}", template.stack.physical_name, part.unwrap_or("id"));
            return self.push(&added, letters);
        }
        if let Some(pseudo) = facts::pseudo_of_parameter(name) {
            return self.pseudo(pseudo, template.id, letters);
        }
        let all = self.all;
        let filled = all.filled(template, name).filter(|_| depth > 0);
        let output = filled.and_then(|(stack, output)| {
            let producer = all.called(stack)?;
            let (_, value) = producer.outputs().find(|(id, _)| *id == output)?;
            Some((producer, value.get("Value")?))
        });
        match output {
            Some((producer, value)) => self.value(producer, value, letters, depth - 1),
            None => {
                // A parameter that would be called like a resource has a word more.
                let own = name.strip_suffix("Parameter").filter(|own| self.resource(template, own).is_some());
                self.push(&format!("param {}", word(own.unwrap_or(name))), letters);
            }
        }
    }

    fn substituted(&mut self, template: &Emission<'_>, item: &Value, letters: &mut Letters, depth: usize) {
        let (pattern, own) = sub(item);
        for part in parts(pattern) {
            match part {
                SubPart::Text(text) => text.chars().for_each(|character| letters.push(plain(character))),
                SubPart::Escaped(name) => {
                    format!("${{{name}}}").chars().for_each(|character| letters.push(u32::from(character)));
                }
                SubPart::Hole(name) => match (own.and_then(|own| own.get(name)), name.split_once('.')) {
                    (Some(value), _) => self.value(template, value, letters, depth),
                    (None, Some((resource, part))) => self.local(template, resource, Some(part), letters, depth),
                    (None, None) => self.local(template, name, None, letters, depth),
                },
            }
        }
    }

    fn imported(&mut self, template: &Emission<'_>, name: &Value, letters: &mut Letters, depth: usize) {
        let mut wanted = Letters::new();
        self.value(template, name, &mut wanted, depth);
        let all = self.all;
        for producer in all.templates.iter().filter(|_| depth > 0) {
            for (_, output) in producer.outputs() {
                let Some(export) = output.get("Export").and_then(|export| export.get("Name")) else { continue };
                let mut own = Letters::new();
                self.value(producer, export, &mut own, depth - 1);
                if let (true, Some(value)) = (own == wanted, output.get("Value")) {
                    return self.value(producer, value, letters, depth - 1);
                }
            }
        }
        let import = format!("import {}", self.shown(&wanted));
        self.push(&import, letters);
    }

    /// The resource that a value stands for, among those of one type: by `Ref`, name or ARN.
    pub(super) fn stands_for(&mut self, letters: &Letters, wanted: impl Fn(&str) -> bool) -> Option<ResourceId> {
        let model = self.model;
        let mut candidates = model.resource_ids().filter(|id| wanted(model.resource(*id).ty.as_str()));
        candidates.find(|id| {
            let mut reference = Letters::new();
            self.reference(*id, &mut reference, DEPTH);
            let mut name = Letters::new();
            self.hole(Hole::Resource(*id, Attribute::Name), model.resource(*id).stack, &mut name, DEPTH);
            *letters == reference || *letters == name || *letters == self.arn(*id)
        })
    }
}

fn plain(character: char) -> Letter {
    match character {
        '*' => ANY,
        '?' => ONE,
        other => u32::from(other),
    }
}

/// Whether a letter is a symbol.
pub(super) fn is_symbol(letter: Letter) -> bool {
    letter >= FIRST_SYMBOL
}

fn type_of(resource: &Resource) -> Option<ResourceType> {
    catalog().resource_type(resource.ty.as_str())
}

/// The catalog's own text for an attribute's name.
fn static_name(resource: &Resource, name: &str) -> &'static str {
    let ty = type_of(resource);
    let found = ty.and_then(|ty| ty.attributes().map(|(known, _)| known).find(|known| *known == name));
    found.unwrap_or_default()
}

/// A name in one spelling: a template's parameter is called like the param, whatever its case.
fn word(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase()
}

/// `${Partition}` and its kin in ARN templates.
fn pseudo_of(variable: &str) -> Option<Pseudo> {
    match variable {
        "Partition" => Some(Pseudo::Partition),
        "Region" => Some(Pseudo::Region),
        "Account" => Some(Pseudo::Account),
        _ => None,
    }
}

/// Whether an ARN's gap is the property that holds the name, by this or another word for it.
fn names(ty: ResourceType, property: &str, gap: &str) -> bool {
    let property = property.rsplit('/').next().unwrap_or(property);
    let kind = ty.name().rsplit("::").next().unwrap_or_default().to_ascii_lowercase();
    let short = gap.strip_suffix("Name").unwrap_or(gap).to_ascii_lowercase();
    let of_kind = gap.ends_with("Name") && kind.ends_with(&short);
    gap == property
        || (gap.ends_with("Name") && property.ends_with(gap))
        || (of_kind && (property == "Name" || ty.ref_value().only() == Some(property)))
}

/// A rule on a bus of its own has the bus in its ARN.
fn has_other_parts(resource: &Resource, ty: ResourceType, property: &str) -> bool {
    let parts = ty.ref_value();
    parts.count() > 1 && ty.ref_value().any(|part| part != property && resource.properties.get(part).is_some())
}

/// What stands before a name with a path, if it is known.
fn path_of(resource: &Resource) -> Option<String> {
    match resource.properties.get("Path").map(|node| &node.kind) {
        None => Some(String::new()),
        Some(NodeKind::Text(text)) => text.known().map(|path| path.trim_start_matches('/').to_owned()),
        Some(_) => None,
    }
}
