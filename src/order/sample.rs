//! A small system for tests: four stacks of an environment, one that environments share, a manual step and an external system.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use crate::base::{FileId, IndexMap, Span, Symbol};
use crate::derive::template::{
    Derived, EdgeKind, Json, Parameter, ParameterSource, StackEdge, Template, TemplateOutput, TemplateResource, Tree,
};
use crate::eval::model::{
    After, Environment, External, ExternalId, InstanceId, Model, Name, OnDelete, Output, Resource, ResourceId, Stack,
    StackId, Step, StepId,
};
use crate::eval::origin::{Origin, Origins};
use crate::eval::spread::Spread;
use crate::eval::value::{Attribute, Hole, Node, NodeKind, Template as Text};

/// What tests build on.
pub(crate) struct Sample {
    pub(crate) model: Model,
    pub(crate) derived: Derived,
}

/// A place: file number and line, 100 bytes to a line.
pub(crate) fn at(file: u32, line: usize) -> Span {
    Span::new(FileId(file), line * 100, line * 100 + 5)
}

/// A model without stacks.
pub(crate) fn empty(environment: &str) -> Sample {
    let environment = Environment {
        name: Symbol::new(environment),
        account: String::from("123456789012"),
        region: String::from("us-east-1"),
        partition: String::from("aws"),
        confirm: false,
        span: at(0, 2),
    };
    let model = Model {
        system: Symbol::new("shop"),
        environment,
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
        spreads: crate::eval::spread::Spreads::default(),
    };
    Sample { model, derived: Derived { templates: Vec::new(), edges: Vec::new() } }
}

impl Sample {
    /// A cause in the user's own files.
    pub(crate) fn origin(&mut self, file: u32, line: usize) -> Origin {
        self.model.origins.add(at(file, line), "", Origin::INHERITED)
    }

    /// A stack and its empty template.
    pub(crate) fn stack(&mut self, name: &str, physical_name: &str, line: usize) -> StackId {
        let id = StackId(u32::try_from(self.model.stacks.len()).unwrap());
        let origin = self.origin(0, line);
        self.model.stacks.push(Stack {
            name: Symbol::new(name),
            was: None,
            title: Some(format!("{name} of the shop")),
            physical_name: physical_name.to_owned(),
            name_spread: Spread::NONE,
            region: self.model.environment.region.clone(),
            per_account: false,
            after: Vec::new(),
            tags: Vec::new(),
            resources: Vec::new(),
            outputs: Vec::new(),
            origin,
        });
        self.derived.templates.push(Template {
            stack: id,
            transforms: Vec::new(),
            parameters: IndexMap::default(),
            rules: None,
            resources: IndexMap::default(),
            outputs: IndexMap::default(),
            capabilities: IndexMap::default(),
            assets: crate::base::IndexSet::default(),
            tags: IndexMap::from_iter([(String::from("Project"), String::from("Shop"))]),
        });
        id
    }

    /// A resource, in the model and in its template.
    pub(crate) fn resource(
        &mut self,
        stack: StackId,
        ty: &str,
        logical_id: &str,
        properties: &[(&str, &str)],
    ) -> ResourceId {
        let id = ResourceId(u32::try_from(self.model.resources.len()).unwrap());
        let origin = self.origin(1, id.index() + 1);
        let nodes = properties.iter().map(|(key, value)| (Symbol::new(key), Node::text(value, Origin::INHERITED)));
        self.model.resources.push(Resource {
            stack,
            instance: InstanceId(0),
            ty: Symbol::new(ty),
            path: format!("{}.{logical_id}", self.model.stack(stack).name),
            logical_id: logical_id.to_owned(),
            moved_from: None,
            id: logical_id.to_lowercase(),
            name: None,
            properties: Node::new(NodeKind::Map(nodes.collect()), Origin::INHERITED),
            tags: Vec::new(),
            on_delete: None,
            depends_on: Vec::new(),
            attributes: IndexMap::default(),
            unchecked: None,
            origin,
        });
        self.model.stacks[stack.index()].resources.push(id);
        let trees = properties.iter().map(|(key, value)| (*key, Tree::text(*value)));
        self.derived.templates[stack.index()].resources.insert(
            logical_id.to_owned(),
            TemplateResource {
                resource: Some(id),
                title: logical_id.to_owned(),
                ty: ty.to_owned(),
                properties: Tree::map(trees),
                depends_on: Vec::new(),
                deletion: None,
                attributes: IndexMap::default(),
                origin,
            },
        );
        id
    }

    /// A resource's emitted form.
    pub(crate) fn emitted(&mut self, id: ResourceId) -> &mut TemplateResource {
        let resource = self.model.resource(id);
        let (stack, logical) = (resource.stack, resource.logical_id.clone());
        self.derived.templates[stack.index()].resources.get_mut(&logical).unwrap()
    }

    /// The physical name of a resource, under a property.
    pub(crate) fn named(&mut self, id: ResourceId, property: &str, name: Text) {
        let origin = self.model.resources[id.index()].origin;
        self.model.resources[id.index()].name = Some(Name {
            text: name,
            origin,
            property: Some(property.to_owned()),
            spread: Spread::NONE,
            excused: false,
        });
    }

    /// An output with an export.
    pub(crate) fn export(&mut self, id: ResourceId, name: &str) {
        let resource = self.model.resource(id);
        let (stack, logical, origin) = (resource.stack, resource.logical_id.clone(), resource.origin);
        let hole = Text::hole(Hole::Resource(id, Attribute::Id));
        self.model.stacks[stack.index()].outputs.push(Output {
            name: Symbol::new("out"),
            value: Node::new(NodeKind::Text(hole), origin),
            description: None,
            export: None,
            origin,
        });
        self.derived.templates[stack.index()].outputs.insert(
            format!("{logical}Id"),
            TemplateOutput {
                value: Tree::map([("Ref", Tree::text(logical))]),
                description: None,
                export: Some(Tree::text(name)),
                name: None,
                origin,
            },
        );
    }

    /// An edge between stacks.
    pub(crate) fn edge(&mut self, before: StackId, after: StackId, kind: EdgeKind, what: &str, span: Span) {
        let via = (kind == EdgeKind::Import).then(|| format!("export-of-{what}"));
        self.derived.edges.push(StackEdge { before, after, kind, what: what.to_owned(), via, span });
    }

    /// A manual step.
    pub(crate) fn step(&mut self, name: &str, after: &[After], before: &[After], line: usize) -> StepId {
        let id = StepId(u32::try_from(self.model.steps.len()).unwrap());
        let places = |list: &[After]| list.iter().map(|other| (*other, at(0, line))).collect();
        self.model.steps.push(Step {
            name: Symbol::new(name),
            text: format!("do {name}, it's easy"),
            after: places(after),
            before: places(before),
            span: at(0, line),
        });
        id
    }

    /// An external system.
    pub(crate) fn external(&mut self, name: &str, after: &[After], line: usize) -> ExternalId {
        let id = ExternalId(u32::try_from(self.model.externals.len()).unwrap());
        self.model.externals.push(External {
            name: Symbol::new(name),
            title: Some(format!("the {name} of others")),
            settings: Vec::new(),
            outputs: IndexMap::default(),
            unexported: IndexMap::default(),
            broken: false,
            after: after.iter().map(|other| (*other, at(0, line))).collect(),
            before: Vec::new(),
            span: at(0, line),
        });
        id
    }
}

/// The usual sample.
pub(crate) fn shop(environment: &str) -> Sample {
    let mut s = empty(environment);
    let physical = |stack: &str| format!("shop-{environment}-{stack}");
    let network = s.stack("Network", &physical("network"), 10);
    let security = s.stack("Security", "shop-security", 20);
    let storage = s.stack("Storage", &physical("storage"), 30);
    let data = s.stack("Data", &physical("data"), 40);
    let app = s.stack("App", &physical("app"), 50);
    s.model.stacks[security.index()].per_account = true;
    let vpc = s.resource(network, "AWS::EC2::VPC", "Vpc", &[("CidrBlock", "10.0.0.0/16")]);
    s.export(vpc, &format!("shop-{environment}-network-VpcId"));
    s.resource(security, "AWS::SecurityHub::Hub", "Hub", &[]);
    let uploads = s.resource(storage, "AWS::S3::Bucket", "Uploads", &[]);
    let db = s.resource(data, "AWS::RDS::DBInstance", "Db", &[("Engine", "postgres")]);
    s.model.resources[db.index()].on_delete = Some((OnDelete::Snapshot, Origin::INHERITED));
    s.export(db, &format!("shop-{environment}-data-DbId"));
    let origin = s.origin(2, 7);
    s.emitted(db).deletion = Some((String::from("Snapshot"), origin));
    if let Json::Map(properties) = &mut s.emitted(db).properties.json {
        properties.insert(String::from("DeletionProtection"), Tree::new(Json::Bool(true), origin));
        let group = Tree::map([("Fn::ImportValue", Tree::text(format!("shop-{environment}-network-VpcId")))]);
        properties.insert(String::from("Group"), group.because(origin));
    }
    s.emitted(uploads).deletion = Some((String::from("Delete"), Origin::INHERITED));
    let table = s.resource(app, "AWS::DynamoDB::Table", "Table", &[]);
    s.emitted(table).deletion = Some((String::from("RetainExceptOnCreate"), origin));
    s.edge(network, data, EdgeKind::Import, "Network.vpc.id", at(1, 8));
    s.edge(data, app, EdgeKind::Parameter, "Data.db.id", at(1, 9));
    s.edge(storage, app, EdgeKind::Name, "Storage.uploads.arn", at(1, 10));
    s.edge(app, storage, EdgeKind::Name, "App.role.arn", at(1, 11));
    let declaration = Tree::map([("Type", Tree::text("String"))]).because(origin);
    let source = ParameterSource::Output { stack: data, output: String::from("DbId") };
    let app_template = &mut s.derived.templates[app.index()];
    app_template.parameters.insert(String::from("DataDbId"), Parameter { declaration: declaration.clone(), source });
    let given = Parameter { declaration, source: ParameterSource::Deployer };
    app_template.parameters.insert(String::from("Image"), given);
    app_template.capabilities.insert(String::from("CAPABILITY_NAMED_IAM"), vec![String::from("Role.RoleName")]);
    s.step("verify", &[After::Stack(data)], &[After::Stack(app)], 60);
    s.external("dns", &[After::Stack(app)], 61);
    s
}
