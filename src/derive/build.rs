//! The templates while they grow: references settled, exports and parameters added where stacks use each other.

use crate::base::{IndexMap, IndexSet, Span, Symbol};
use crate::derive::facts::pseudo;
use crate::derive::refs::{Atom, Place, Reference, expand, joined};
use crate::derive::template::{
    EdgeKind, Json, Parameter, ParameterSource, StackEdge, Template as Stack, TemplateOutput, Tree,
};
use crate::derive::text::{Part, pascal, to_tree};
use crate::diag::Diagnostic;
use crate::eval::model::{DeployParam, ExternalId, ExternalSource, Model, ResourceId, StackId};
use crate::eval::origin::Origin;
use crate::eval::value::{Attribute, Pseudo, Template};

/// What is being built.
pub struct Build<'m> {
    /// From what.
    pub model: &'m Model,
    /// One for each stack.
    pub templates: Vec<Stack>,
    /// In the order of finding.
    pub edges: Vec<StackEdge>,
    /// What was found.
    pub diagnostics: Vec<Diagnostic>,
    /// The cause of what is lowered now, for values without one of their own.
    pub within: Origin,
    /// For each stack, the outputs that carry a value.
    carriers: Vec<IndexMap<(ResourceId, Reference), String>>,
}

impl<'m> Build<'m> {
    /// Templates without content.
    pub fn new(model: &'m Model) -> Build<'m> {
        let empty = |stack| Stack {
            stack,
            transforms: Vec::new(),
            parameters: IndexMap::default(),
            rules: None,
            resources: IndexMap::default(),
            outputs: IndexMap::default(),
            capabilities: IndexMap::default(),
            assets: IndexSet::default(),
            tags: IndexMap::default(),
        };
        Build {
            model,
            templates: model.stack_ids().map(empty).collect(),
            edges: Vec::new(),
            diagnostics: Vec::new(),
            within: Origin::INHERITED,
            carriers: vec![IndexMap::default(); model.stacks.len()],
        }
    }

    /// A stack's template.
    pub fn template(&mut self, stack: StackId) -> &mut Stack {
        &mut self.templates[stack.index()]
    }

    /// The place that a user sees for an origin.
    pub fn span(&self, origin: Origin) -> Span {
        self.model.origins.user_span(origin)
    }

    /// Says that an output of a stack carries a value, so that uses of the value go through it. The first one is taken.
    pub fn carries(&mut self, stack: StackId, resource: ResourceId, reference: Reference, output: &str) {
        self.carriers[stack.index()].entry((resource, reference)).or_insert_with(|| output.to_owned());
    }

    /// A text of the model as a tree.
    pub fn text(&mut self, text: &Template, place: Place, origin: Origin) -> Tree {
        let atoms = expand(self.model, text, place);
        self.tree(atoms, place, origin)
    }

    /// Atoms as a tree.
    pub fn tree(&mut self, atoms: Vec<Atom>, place: Place, origin: Origin) -> Tree {
        let parts = self.settle(atoms, place, origin);
        to_tree(&parts).because(origin)
    }

    /// Decides how the template gets at each part, and adds what that needs.
    pub fn settle(&mut self, atoms: Vec<Atom>, place: Place, origin: Origin) -> Vec<Part> {
        let mut parts: Vec<Part> = Vec::new();
        for atom in joined(atoms) {
            let part = match atom {
                Atom::Text(text) => Part::Text(text),
                Atom::Variable(name) => Part::Variable(name.as_str().to_owned()),
                Atom::Pseudo(name) => Part::Ref(pseudo_name(name).to_owned()),
                Atom::Resource(id, reference) => self.resource(id, reference, place, origin),
                Atom::Param(name) => Part::Ref(self.deploy_param(name, place.stack)),
                Atom::External(id, name) => Part::Ref(self.external_param(id, name, place.stack)),
                Atom::Asset(file) => Part::Ref(self.asset_bucket(file, place.stack)),
                Atom::Export(id, name) => self.external_export(id, name, place, origin),
                Atom::Mention(id, attribute) => {
                    self.mention(id, attribute, place, origin);
                    continue;
                }
            };
            match (part, parts.last_mut()) {
                // A mention between two texts leaves them neighbours.
                (Part::Text(text), Some(Part::Text(before))) => before.push_str(&text),
                (part, _) => parts.push(part),
            }
        }
        parts
    }

    fn resource(&mut self, id: ResourceId, reference: Reference, place: Place, origin: Origin) -> Part {
        let resource = self.model.resource(id);
        let producer = resource.stack;
        if producer == place.stack {
            return local(&resource.logical_id, reference);
        }
        let output = self.output_for(id, reference);
        let what = described(self.model, id, reference);
        let stack = self.model.stack(producer);
        if stack.region == self.model.stack(place.stack).region {
            let name = self.export(producer, &output);
            self.edge(producer, place.stack, EdgeKind::Import, what, Some(plain(&name)), origin);
            return Part::Import { label: format!("{}{output}", pascal(stack.name.as_str())), name };
        }
        let parameter = format!("{}{output}", pascal(stack.name.as_str()));
        let parameter = self.free_parameter(place.stack, &parameter);
        let source = ParameterSource::Output { stack: producer, output };
        let declaration = Tree::map([
            ("Type", Tree::text("String")),
            ("Description", Tree::text(format!("{what}, which the plan reads from {}", stack.physical_name))),
        ])
        .because(origin);
        self.template(place.stack)
            .parameters
            .entry(parameter.clone())
            .or_insert_with(|| Parameter { declaration, source });
        self.edge(producer, place.stack, EdgeKind::Parameter, what, Some(parameter.clone()), origin);
        Part::Ref(parameter)
    }

    /// The output of a resource's stack that carries a value of it; added if there is none yet.
    fn output_for(&mut self, id: ResourceId, reference: Reference) -> String {
        let resource = self.model.resource(id);
        if let Some(output) = self.carriers[resource.stack.index()].get(&(id, reference)) {
            return output.clone();
        }
        let mut output = match reference {
            Reference::Ref => resource.logical_id.clone(),
            Reference::GetAtt(attribute) => format!("{}{}", resource.logical_id, pascal(attribute.as_str())),
        };
        let template = &mut self.templates[resource.stack.index()];
        // A declared output of that name carries something else.
        while template.outputs.contains_key(&output) {
            output.push_str("Value");
        }
        let value = to_tree(&[local(&resource.logical_id, reference)]);
        let added = TemplateOutput { value, description: None, export: None, name: None, origin: resource.origin };
        template.outputs.insert(output.clone(), added);
        self.carries(resource.stack, id, reference, &output);
        output
    }

    /// The name under which an output is exported; it is exported from now on.
    fn export(&mut self, stack: StackId, output: &str) -> Vec<Part> {
        let physical = &self.model.stack(stack).physical_name;
        let declared = self.declared_export(stack, output);
        let name = match declared {
            Some(parts) => parts,
            None => vec![Part::Text(format!("{physical}-{output}"))],
        };
        if let Some(output) = self.templates[stack.index()].outputs.get_mut(output)
            && output.export.is_none()
        {
            output.export = Some(to_tree(&name));
        }
        name
    }

    fn declared_export(&mut self, stack: StackId, output: &str) -> Option<Vec<Part>> {
        let name = self.templates[stack.index()].outputs.get(output)?.name?;
        let model = self.model;
        let declared = model.stack(stack).outputs.iter().find(|declared| declared.name == name)?;
        let export = declared.export.as_ref()?;
        let place = Place { stack, policy: false };
        Some(self.settle(expand(model, &export.text, place), place, export.origin))
    }

    fn mention(&mut self, id: ResourceId, attribute: Attribute, place: Place, origin: Origin) {
        if place.policy {
            return;
        }
        let resource = self.model.resource(id);
        let suffix = match attribute {
            Attribute::Id => "id",
            Attribute::Name => "name",
            Attribute::Arn => "arn",
            Attribute::Named(name) => name.as_str(),
        };
        let what = format!("{}.{suffix}", resource.path);
        self.edge(resource.stack, place.stack, EdgeKind::Name, what, None, origin);
    }

    /// Adds an edge, once for the same value by the same way.
    pub fn edge(
        &mut self,
        before: StackId,
        after: StackId,
        kind: EdgeKind,
        what: String,
        via: Option<String>,
        origin: Origin,
    ) {
        let span = self.span(if origin == Origin::INHERITED { self.within } else { origin });
        self.edge_at(StackEdge { before, after, kind, what, via, span });
    }

    /// Adds an edge with its place.
    pub fn edge_at(&mut self, edge: StackEdge) {
        let known = self.edges.iter().any(|known| {
            (known.before, known.after, known.kind, &known.what, &known.via)
                == (edge.before, edge.after, edge.kind, &edge.what, &edge.via)
        });
        if edge.before != edge.after && !known {
            self.edges.push(edge);
        }
    }

    /// Whether a stack must be there before another, because of what CloudFormation or the plan enforces.
    pub fn precedes(&self, first: StackId, second: StackId) -> bool {
        crate::derive::order::reaches(&self.edges, first, second)
    }

    /// The stacks that need one, because of what CloudFormation or the plan enforces.
    pub fn after(&self, first: StackId) -> impl Iterator<Item = StackId> {
        let enforced = self.edges.iter().filter(move |edge| edge.before == first && edge.kind != EdgeKind::Name);
        enforced.map(|edge| edge.after)
    }

    fn deploy_param(&mut self, name: Symbol, stack: StackId) -> String {
        let id = self.free_parameter(stack, &pascal(name.as_str()));
        if let Some(param) = self.model.deploy_params.get(&name)
            && !self.templates[stack.index()].parameters.contains_key(&id)
        {
            let declaration = self.declaration(param, stack);
            let parameter = Parameter { declaration, source: ParameterSource::Deployer };
            self.template(stack).parameters.insert(id.clone(), parameter);
        }
        id
    }

    fn declaration(&mut self, param: &DeployParam, stack: StackId) -> Tree {
        let mut entries: IndexMap<String, Tree> = IndexMap::default();
        entries.insert("Type".into(), Tree::text(param.ty));
        if let Some(text) = &param.description {
            entries.insert("Description".into(), Tree::text(text.clone()));
        }
        if let Some(default) = &param.default {
            let default = self.node(default, Place { stack, policy: false });
            entries.insert("Default".into(), default);
        }
        if let Some(pattern) = &param.pattern {
            entries.insert("AllowedPattern".into(), Tree::text(pattern.clone()));
        }
        if !param.allowed.is_empty() {
            entries.insert("AllowedValues".into(), Tree::list(param.allowed.iter().cloned().map(Tree::text)));
        }
        let (least, greatest) =
            if param.ty == "Number" { ("MinValue", "MaxValue") } else { ("MinLength", "MaxLength") };
        for (key, limit) in [(least, param.limits.0), (greatest, param.limits.1)] {
            if let Some(limit) = limit {
                entries.insert(key.into(), Tree::new(Json::Int(limit), Origin::INHERITED));
            }
        }
        if param.secret {
            entries.insert("NoEcho".into(), Tree::new(Json::Bool(true), Origin::INHERITED));
        }
        Tree::map(entries)
    }

    fn external_param(&mut self, id: ExternalId, name: Symbol, stack: StackId) -> String {
        let model = self.model;
        let Some(external) = model.externals.get(id.index()) else { return String::new() };
        let parameter = format!("{}{}", pascal(external.name.as_str()), pascal(name.as_str()));
        let parameter = self.free_parameter(stack, &parameter);
        let declaration = Tree::map([
            ("Type", Tree::text("String")),
            ("Description", Tree::text(format!("{name} of {}", external.name))),
        ]);
        let source = ParameterSource::Deployer;
        self.template(stack).parameters.entry(parameter.clone()).or_insert_with(|| Parameter { declaration, source });
        parameter
    }

    fn asset_bucket(&mut self, file: Symbol, stack: StackId) -> String {
        let id = self.free_parameter(stack, ASSET_BUCKET);
        let declaration = Tree::map([
            ("Type", Tree::text("String")),
            ("Description", Tree::text("The bucket into which the plan uploads code and files")),
        ]);
        let template = self.template(stack);
        template.assets.insert(file);
        let parameter = Parameter { declaration, source: ParameterSource::Assets };
        template.parameters.entry(id.clone()).or_insert(parameter);
        id
    }

    fn external_export(&mut self, id: ExternalId, name: Symbol, place: Place, origin: Origin) -> Part {
        let model = self.model;
        let external = model.externals.get(id.index());
        let output = external.and_then(|external| external.outputs.get(&name));
        let label = external.map(|external| external.name.as_str()).unwrap_or_default();
        let label = format!("{}{}", pascal(label), pascal(name.as_str()));
        let name = match output.map(|output| &output.source) {
            Some(ExternalSource::Export(text)) => self.settle(expand(model, text, place), place, origin),
            Some(ExternalSource::Parameter | ExternalSource::Ssm(_) | ExternalSource::Name(_)) | None => Vec::new(),
        };
        Part::Import { label, name }
    }

    /// A parameter's id: parameters and resources share one space of ids in a template.
    fn free_parameter(&self, stack: StackId, wanted: &str) -> String {
        let model = self.model;
        let taken = model.stack(stack).resources.iter().any(|id| model.resource(*id).logical_id == wanted);
        if taken { format!("{wanted}Parameter") } else { wanted.to_owned() }
    }
}

/// The parameter for the bucket of assets.
pub const ASSET_BUCKET: &str = "AssetBucket";

/// A reference within a template.
pub fn local(id: &str, reference: Reference) -> Part {
    match reference {
        Reference::Ref => Part::Ref(id.to_owned()),
        Reference::GetAtt(attribute) => Part::GetAtt(id.to_owned(), attribute.as_str().to_owned()),
    }
}

/// How people call a value: `Network.vpc.id`.
fn described(model: &Model, id: ResourceId, reference: Reference) -> String {
    let path = &model.resource(id).path;
    match reference {
        Reference::Ref => format!("{path}.id"),
        Reference::GetAtt(attribute) => format!("{path}.{attribute}"),
    }
}

/// A name for people, in which gaps are shown as CloudFormation writes them.
fn plain(parts: &[Part]) -> String {
    let show = |part: &Part| match part {
        Part::Text(text) => text.clone(),
        Part::Variable(name) | Part::Ref(name) => format!("${{{name}}}"),
        Part::GetAtt(id, attribute) => format!("${{{id}.{attribute}}}"),
        Part::Import { label, .. } => format!("${{{label}}}"),
    };
    parts.iter().map(show).collect()
}

/// A pseudo parameter's name.
pub fn pseudo_name(of: Pseudo) -> &'static str {
    match of {
        Pseudo::Account => pseudo::ACCOUNT,
        Pseudo::Region | Pseudo::RegionOf(_) => pseudo::REGION,
        Pseudo::Partition => pseudo::PARTITION,
        Pseudo::UrlSuffix => pseudo::URL_SUFFIX,
        Pseudo::StackName => pseudo::STACK_NAME,
    }
}
