//! Property trees to JSON: resources and outputs as the source says them.

use crate::base::{IndexMap, Symbol};
use crate::catalog::{Obtain, catalog};
use crate::derive::build::Build;
use crate::derive::facts::{self, pseudo};
use crate::derive::refs::{Atom, Place, Reference, expand};
use crate::derive::template::{Json, TemplateOutput, TemplateResource, Tree};
use crate::derive::text::{escaped, object, pascal};
use crate::diag::{Diagnostic, codes};
use crate::eval::model::{Model, Output, Resource, ResourceId, StackId};
use crate::eval::origin::Origin;
use crate::eval::value::{Attribute, Hole, Node, NodeKind, Template};

impl Build<'_> {
    /// All resources, in the order of their declaration.
    pub fn resources(&mut self) {
        let model = self.model;
        for stack in model.stack_ids() {
            for id in &model.stack(stack).resources {
                let resource = model.resource(*id);
                let lowered = self.lowered(*id, resource);
                self.template(stack).resources.insert(resource.logical_id.clone(), lowered);
            }
        }
    }

    fn lowered(&mut self, id: ResourceId, resource: &Resource) -> TemplateResource {
        let place = Place { stack: resource.stack, policy: false };
        self.within = resource.origin;
        let mut properties = self.lowered_properties(resource, place);
        if let Some(name) = &resource.name
            && let Some(path) = &name.property
        {
            let value = self.text(&name.text, place, name.origin);
            let path: Vec<&str> = path.split(['/', '.']).collect();
            insert_first(&mut properties, &path, value);
        }
        let mut attributes = IndexMap::default();
        for (name, node) in &resource.attributes {
            attributes.insert(name.as_str().to_owned(), self.node(node, place));
        }
        TemplateResource {
            resource: Some(id),
            title: resource.path.clone(),
            ty: resource.ty.as_str().to_owned(),
            properties,
            depends_on: Vec::new(),
            deletion: None,
            attributes,
            origin: resource.origin,
        }
    }

    /// A resource's properties. What AWS looks up when it creates the resource is asked for, not called by its name.
    fn lowered_properties(&mut self, resource: &Resource, place: Place) -> Tree {
        let node = &resource.properties;
        let NodeKind::Map(entries) = &node.kind else { return self.node(node, place) };
        if node.origin != Origin::INHERITED {
            self.within = node.origin;
        }
        let mut lowered = IndexMap::default();
        for (key, value) in entries {
            let is_looked_up = facts::LOOKED_UP.contains(&(resource.ty.as_str(), key.as_str()));
            let tree = match single(value) {
                Some(Hole::Resource(id, Attribute::Id)) if is_looked_up => {
                    self.tree(vec![Atom::Resource(id, Reference::Ref)], place, value.origin)
                }
                Some(Hole::Resource(id, Attribute::Arn)) if is_looked_up => match self.arn_of(id) {
                    Some(reference) => self.tree(vec![Atom::Resource(id, reference)], place, value.origin),
                    None => self.node(value, place),
                },
                _ => self.node(value, place),
            };
            lowered.insert(key.as_str().to_owned(), tree);
        }
        self.within = resource.origin;
        Tree::new(Json::Map(lowered), node.origin)
    }

    /// How a template asks for a resource's ARN, where AWS gives one.
    fn arn_of(&self, id: ResourceId) -> Option<Reference> {
        match catalog().resource_type(self.model.resource(id).ty.as_str())?.arn()? {
            Obtain::Ref => Some(Reference::Ref),
            Obtain::GetAtt(name) => Some(Reference::GetAtt(Symbol::new(name))),
        }
    }

    /// Who a policy written by hand is about. AWS refuses a role that is not there, so a role of ours is asked for, not
    /// called by its name.
    fn principals(&mut self, node: &Node, place: Place) -> Tree {
        let asked = |lower: &mut Self, node: &Node| match single(node) {
            Some(Hole::Resource(id, Attribute::Arn)) if lower.model.resource(id).ty == facts::ROLE => {
                let arn = Reference::GetAtt(Symbol::new(facts::ROLE_ARN));
                lower.tree(vec![Atom::Resource(id, arn)], place, node.origin)
            }
            _ => lower.node(node, place),
        };
        let NodeKind::Map(entries) = &node.kind else { return self.node(node, place) };
        let mut lowered = IndexMap::default();
        for (kind, who) in entries {
            let tree = match &who.kind {
                NodeKind::List(items) => {
                    let items = items.iter().map(|item| asked(self, item)).collect();
                    Tree::new(Json::List(items), who.origin)
                }
                _ => asked(self, who),
            };
            lowered.insert(kind.as_str().to_owned(), tree);
        }
        Tree::new(Json::Map(lowered), node.origin)
    }

    /// A node as a tree.
    pub fn node(&mut self, node: &Node, place: Place) -> Tree {
        let outside = self.within;
        if node.origin != Origin::INHERITED {
            self.within = node.origin;
        }
        let tree = self.bare_node(node, place);
        self.within = outside;
        tree
    }

    fn bare_node(&mut self, node: &Node, place: Place) -> Tree {
        let json = match &node.kind {
            // Nothing is emitted once a mistake was reported.
            NodeKind::Error => Json::Map(IndexMap::default()),
            NodeKind::Bool(value) => Json::Bool(*value),
            NodeKind::Int(value) => Json::Int(*value),
            NodeKind::Float(value) => Json::Float(*value),
            NodeKind::Text(text) => return self.text(text, place, node.origin),
            NodeKind::List(items) => Json::List(items.iter().map(|item| self.node(item, place)).collect()),
            NodeKind::Map(entries) => {
                let mut lower = |(key, value): (&Symbol, &Node)| {
                    let names_principals = facts::PRINCIPALS.contains(&key.as_str());
                    let tree = if names_principals { self.principals(value, place) } else { self.node(value, place) };
                    (key.as_str().to_owned(), tree)
                };
                Json::Map(entries.iter().map(&mut lower).collect())
            }
            NodeKind::Json(document) => {
                let atoms = json_text(self.model, document, place);
                return self.tree(atoms, place, node.origin);
            }
            NodeKind::Base64(text) => object("Fn::Base64", self.text(text, place, Origin::INHERITED)),
            NodeKind::Zone(number) => {
                let zones = Tree::new(object("Fn::GetAZs", Tree::text("")), Origin::INHERITED);
                let number = Tree::new(Json::Int(*number), Origin::INHERITED);
                object("Fn::Select", Tree::list([number, zones]))
            }
        };
        Tree::new(json, node.origin)
    }

    /// The outputs that the sources declare; exported where the source says so, else once something uses them.
    pub fn declared_outputs(&mut self) {
        let model = self.model;
        for stack in model.stack_ids() {
            let mut seen: IndexMap<String, &Output> = IndexMap::default();
            for output in &model.stack(stack).outputs {
                let id = pascal(output.name.as_str());
                if let Some(first) = seen.get(&id) {
                    let message = format!("outputs `{}` and `{}` are both called `{id}`", first.name, output.name);
                    let diagnostic = Diagnostic::new(codes::LOGICAL_ID_CLASH, self.span(output.origin), message)
                        .label(self.span(first.origin), "the first one")
                        .help("give one of them another name");
                    self.diagnostics.push(diagnostic);
                    continue;
                }
                seen.insert(id.clone(), output);
                self.announce(stack, &id, output);
            }
        }
        for stack in model.stack_ids() {
            for output in &model.stack(stack).outputs {
                self.declared_output(stack, output);
            }
        }
    }

    /// Before any value is lowered, each declared output is known as a carrier, so that uses go through it.
    fn announce(&mut self, stack: StackId, id: &str, output: &Output) {
        let place = Place { stack, policy: false };
        if let NodeKind::Text(text) = &output.value.kind
            && let [Atom::Resource(resource, reference)] = expand(self.model, text, place).as_slice()
            && self.model.resource(*resource).stack == stack
        {
            self.carries(stack, *resource, *reference, id);
        } else if let Some(Hole::Resource(resource, _)) = single(&output.value)
            && let Some(reference) = self.equal_reference(stack, resource, &output.value)
        {
            self.carries(stack, resource, reference, id);
        }
        let added = TemplateOutput {
            value: Tree::text(""),
            description: output.description.clone(),
            export: None,
            name: Some(output.name),
            origin: output.origin,
        };
        self.template(stack).outputs.insert(id.to_owned(), added);
    }

    /// An output of a derived name carries what `Ref` gives, too, where that is the same.
    fn equal_reference(&self, stack: StackId, id: ResourceId, value: &Node) -> Option<Reference> {
        let resource = self.model.resource(id);
        let NodeKind::Text(text) = &value.kind else { return None };
        let asks_name = matches!(text.single_hole(), Some(Hole::Resource(_, Attribute::Name)));
        (asks_name && resource.stack == stack && super::refs::ref_is_name(resource)).then_some(Reference::Ref)
    }

    fn declared_output(&mut self, stack: StackId, output: &Output) {
        let id = pascal(output.name.as_str());
        let place = Place { stack, policy: false };
        self.within = output.origin;
        let value = self.output_value(output, place);
        let export = output.export.as_ref().map(|export| self.text(&export.text, place, export.origin));
        if let Some(lowered) = self.template(stack).outputs.get_mut(&id)
            && lowered.name == Some(output.name)
        {
            lowered.value = value;
            if export.is_some() {
                lowered.export = export;
            }
        }
    }

    /// An output is text: a list is joined with commas. What has a derived name is still asked of the resource where `Ref` gives
    /// it, so that the output shows what AWS made.
    fn output_value(&mut self, output: &Output, place: Place) -> Tree {
        if let Some(Hole::Resource(resource, _)) = single(&output.value)
            && let Some(reference) = self.equal_reference(place.stack, resource, &output.value)
        {
            return self.tree(vec![Atom::Resource(resource, reference)], place, output.value.origin);
        }
        match &output.value.kind {
            NodeKind::Bool(value) => Tree::text(value.to_string()).because(output.value.origin),
            NodeKind::Int(value) => Tree::text(value.to_string()).because(output.value.origin),
            NodeKind::Float(value) => Tree::text(value.to_string()).because(output.value.origin),
            NodeKind::List(items) => {
                let items: Vec<Tree> = items.iter().map(|item| self.node(item, place)).collect();
                let join = Tree::list([Tree::text(","), Tree::list(items)]);
                Tree::new(object("Fn::Join", join), output.value.origin)
            }
            NodeKind::Map(_) => {
                let atoms = json_text(self.model, &output.value, place);
                self.tree(atoms, place, output.value.origin)
            }
            NodeKind::Error | NodeKind::Text(_) | NodeKind::Json(_) | NodeKind::Base64(_) | NodeKind::Zone(_) => {
                self.node(&output.value, place)
            }
        }
    }

    /// The system's and the stack's tags as tags of the stack itself, where their values are known.
    pub fn stack_tags(&mut self) {
        let model = self.model;
        for id in model.stack_ids() {
            let stack = model.stack(id);
            for tag in model.tags.iter().chain(&stack.tags) {
                if let Some(value) = known_text(model, id, &tag.value) {
                    self.template(id).tags.insert(tag.key.as_str().to_owned(), value);
                }
            }
        }
    }

    /// Outputs that were added for others come behind the declared ones, sorted.
    pub fn sort_outputs(&mut self) {
        for template in &mut self.templates {
            let outputs = std::mem::take(&mut template.outputs);
            let (declared, mut added): (Vec<_>, Vec<_>) =
                outputs.into_iter().partition(|(_, output)| output.name.is_some());
            added.sort_by(|a, b| a.0.cmp(&b.0));
            template.outputs = declared.into_iter().chain(added).collect();
        }
    }
}

fn single(node: &Node) -> Option<Hole> {
    match &node.kind {
        NodeKind::Text(text) => text.single_hole(),
        NodeKind::Error
        | NodeKind::Bool(_)
        | NodeKind::Int(_)
        | NodeKind::Float(_)
        | NodeKind::List(_)
        | NodeKind::Map(_)
        | NodeKind::Json(_)
        | NodeKind::Base64(_)
        | NodeKind::Zone(_) => None,
    }
}

/// Sets a property that the source left to the naming rules, as the first one.
fn insert_first(tree: &mut Tree, path: &[&str], value: Tree) {
    let Json::Map(entries) = &mut tree.json else { return };
    match path {
        [] => {}
        [last] => {
            if !entries.contains_key(*last) {
                entries.shift_insert(0, (*last).to_owned(), value);
            }
        }
        [first, rest @ ..] => {
            let empty = Tree::map::<String>([]).because(value.origin);
            insert_first(entries.entry((*first).to_owned()).or_insert(empty), rest, value);
        }
    }
}

/// A document as the text of its JSON, gaps left open. What stands in a gap is an id, a name or an ARN: it needs no escaping.
pub fn json_text(model: &Model, document: &Node, place: Place) -> Vec<Atom> {
    let mut atoms = Vec::new();
    write_json(model, document, place, &mut atoms);
    atoms
}

fn write_json(model: &Model, node: &Node, place: Place, atoms: &mut Vec<Atom>) {
    let mut literal = |text: &str| atoms.push(Atom::Text(text.to_owned()));
    match &node.kind {
        NodeKind::Bool(value) => literal(&value.to_string()),
        NodeKind::Int(value) => literal(&value.to_string()),
        NodeKind::Float(value) => literal(&serde_json::Value::from(*value).to_string()),
        NodeKind::Text(text) => {
            literal("\"");
            for atom in expand(model, text, place) {
                match atom {
                    Atom::Text(text) => atoms.push(Atom::Text(escaped(&text))),
                    atom => atoms.push(atom),
                }
            }
            atoms.push(Atom::Text("\"".into()));
        }
        NodeKind::List(items) => {
            literal("[");
            for (position, item) in items.iter().enumerate() {
                if position > 0 {
                    atoms.push(Atom::Text(",".into()));
                }
                write_json(model, item, place, atoms);
            }
            atoms.push(Atom::Text("]".into()));
        }
        NodeKind::Map(entries) => {
            literal("{");
            for (position, (key, value)) in entries.iter().enumerate() {
                let comma = if position > 0 { "," } else { "" };
                atoms.push(Atom::Text(format!("{comma}\"{}\":", escaped(key.as_str()))));
                write_json(model, value, place, atoms);
            }
            atoms.push(Atom::Text("}".into()));
        }
        NodeKind::Json(inner) => {
            // A document in a document is a text that holds JSON: its quotes are escaped once more.
            literal("\"");
            for atom in json_text(model, inner, place) {
                match atom {
                    Atom::Text(text) => atoms.push(Atom::Text(escaped(&text))),
                    atom => atoms.push(atom),
                }
            }
            atoms.push(Atom::Text("\"".into()));
        }
        // Neither has a form inside text; types allow them nowhere in a document.
        NodeKind::Base64(text) => atoms.extend(expand(model, text, place)),
        NodeKind::Zone(_) | NodeKind::Error => literal("null"),
    }
}

/// A text with the environment's values in the place of pseudo parameters and derived names, if all of it is known.
pub fn known_text(model: &Model, stack: StackId, text: &Template) -> Option<String> {
    let mut known = String::new();
    for atom in expand(model, text, Place { stack, policy: false }) {
        match atom {
            Atom::Text(text) => known.push_str(&text),
            Atom::Variable(name) => known.push_str(&format!("${{{name}}}")),
            Atom::Pseudo(pseudo) => known.push_str(&pseudo_value(model, stack, pseudo)),
            Atom::Mention(..) => {}
            Atom::Resource(..) | Atom::Param(_) | Atom::Asset(_) | Atom::External(..) | Atom::Export(..) => {
                return None;
            }
        }
    }
    Some(known)
}

fn pseudo_value(model: &Model, stack: StackId, pseudo: crate::eval::value::Pseudo) -> String {
    use crate::eval::value::Pseudo;
    let environment = &model.environment;
    match pseudo {
        Pseudo::Account => environment.account.clone(),
        Pseudo::Region => model.stack(stack).region.clone(),
        Pseudo::RegionOf(own) => model.stack(own).region.clone(),
        Pseudo::Partition => environment.partition.clone(),
        Pseudo::UrlSuffix if environment.partition == "aws-cn" => "amazonaws.com.cn".into(),
        Pseudo::UrlSuffix => "amazonaws.com".into(),
        Pseudo::StackName => model.stack(stack).physical_name.clone(),
    }
}

/// Whether a `Ref` in a template names a pseudo parameter.
pub fn is_pseudo(reference: &str) -> bool {
    reference.starts_with(pseudo::PREFIX)
}
