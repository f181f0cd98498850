//! What every instance takes, whatever its type: `name`, `tags`, `on_delete`, `after`, and the marks for CloudFormation's attributes.
//! An instance of a component hands them on: to the one that is its `main`, or to all that it makes.

use crate::base::{IndexMap, Symbol};
use crate::diag::{Diagnostic, codes};
use crate::eval::Evaluator;
use crate::eval::model::{self, InstanceId, OnDelete, ResourceId};
use crate::eval::origin::Origin;
use crate::eval::scope::{Placed, Scope};
use crate::eval::value::{Kind, Node, NodeKind, Value};
use crate::syntax::ast::{Entry, ItemKind, Mark, MarkArgument};

impl<'p> Evaluator<'p> {
    /// What a `with` outside sets, else the instance itself, and what `extend` adds.
    pub(super) fn common_setting(&mut self, id: InstanceId, name: &str) -> Option<Value> {
        let symbol = Symbol::new(name);
        let given = match self.with_setting(id, name) {
            Some(value) => Some(value),
            None => self.setting_if_set(id, symbol),
        };
        self.with_extensions(id, symbol, given)
    }

    /// The instance, the one whose `main` it is, the one whose `main` that is, and so on.
    fn stands_for(&self, id: InstanceId) -> Vec<InstanceId> {
        let mut all = vec![id];
        let mut at = id;
        while self.data(at).is_some_and(|data| data.main)
            && let Some(parent) = self.model.instances.get(at.index()).and_then(|instance| instance.parent)
        {
            all.push(parent);
            at = parent;
        }
        all
    }

    /// A setting of a resource that there is once: whoever stands outermost decides. With the instance that says it.
    pub(super) fn decided_setting(&mut self, id: InstanceId, name: &str) -> Option<(InstanceId, Value)> {
        let all = self.stands_for(id);
        all.into_iter().rev().find_map(|instance| Some((instance, self.common_setting(instance, name)?)))
    }

    /// An instance and all around it, the outermost first.
    fn with_all_around(&self, id: InstanceId) -> Vec<InstanceId> {
        let mut all = vec![id];
        let mut at = id;
        while let Some(parent) = self.model.instances.get(at.index()).and_then(|instance| instance.parent) {
            all.push(parent);
            at = parent;
        }
        all.reverse();
        all
    }

    /// A setting of the instance and of all around it, the outermost first.
    fn gathered_settings(&mut self, id: InstanceId, name: &str) -> Vec<Value> {
        let all = self.with_all_around(id);
        all.into_iter().filter_map(|instance| self.common_setting(instance, name)).collect()
    }

    /// The tags of an instance and of all around it. The nearest wins; of a component, what its user says wins over what it says
    /// itself.
    pub(super) fn tags_setting(&mut self, id: InstanceId) -> Vec<model::Tag> {
        let mut all: IndexMap<Symbol, model::Tag> = IndexMap::default();
        for instance in self.with_all_around(id) {
            for (entries, scope) in self.tags_within(instance) {
                let tags = self.tags_of(entries, &scope);
                all.extend(tags.into_iter().map(|tag| (tag.key, tag)));
            }
            let Some(value) = self.common_setting(instance, "tags") else { continue };
            let span = self.model.origins.span(value.origin);
            match &value.kind {
                Kind::Record(record) => {
                    let record = record.clone();
                    let mut tags = Vec::new();
                    for (key, value) in record.iter().filter(|(_, value)| !value.is_none()) {
                        if let Some((text, hidden)) = self.as_template(value, span) {
                            if hidden {
                                self.secret_exposed(value, span, "a tag");
                            } else {
                                self.push_tag(&mut tags, *key, (text, value.spread), span);
                            }
                        }
                    }
                    all.extend(tags.into_iter().map(|tag| (tag.key, tag)));
                }
                Kind::None | Kind::Error => {}
                _ => {
                    self.wrong_type(&value, span, "`tags` is a map of texts");
                }
            }
        }
        all.into_values().collect()
    }

    /// The `tags { … }` of an instance's component.
    fn tags_within(&self, id: InstanceId) -> Vec<(&'p [Entry], Scope<'p>)> {
        let body = self.data(id).and_then(|data| data.body).and_then(|body| self.body(body));
        let placed = body.into_iter().flat_map(|body| &body.statements);
        let tags = |placed: &Placed<'p>| match &placed.item.kind {
            ItemKind::Tags(entries) => Some((entries.as_slice(), placed.scope.clone())),
            _ => None,
        };
        placed.filter_map(tags).collect()
    }

    /// `on_delete` or `@retain`.
    pub(super) fn on_delete(&mut self, id: InstanceId, snapshots: bool) -> Option<(OnDelete, Origin)> {
        let all = self.stands_for(id);
        let retained = all.iter().filter_map(|instance| self.data(*instance)).any(|data| {
            let mut marks = data.item.marks.iter();
            marks.any(|mark| mark.name.name == "retain")
        });
        let Some((_, value)) = self.decided_setting(id, "on_delete") else {
            return retained.then_some((OnDelete::Retain, Origin::INHERITED));
        };
        let span = self.model.origins.span(value.origin);
        let text = match &value.kind {
            Kind::Text(text) => self.by_value(text),
            Kind::None | Kind::Error => return None,
            _ => None,
        };
        let policy = match text.as_deref() {
            Some("retain") => OnDelete::Retain,
            Some("delete") => OnDelete::Delete,
            Some("snapshot") if snapshots => OnDelete::Snapshot,
            Some("snapshot") => {
                let ty = self.instance_type(id);
                self.report(
                    Diagnostic::new(codes::VALUE_NOT_ALLOWED, span, format!("AWS makes no snapshots of `{ty}`"))
                        .help("write \"retain\" or \"delete\""),
                );
                return None;
            }
            None if self.is_deployed(&value) => {
                let diagnostic = self.deployed(&value, span, "what happens to data must be known when built");
                self.report(diagnostic.help("write \"retain\", \"snapshot\" or \"delete\", or take it from a `param`"));
                return None;
            }
            _ => {
                self.report(
                    Diagnostic::new(
                        codes::VALUE_NOT_ALLOWED,
                        span,
                        "`on_delete` is \"retain\", \"snapshot\" or \"delete\"",
                    )
                    .help("leave it out, and what holds data is kept"),
                );
                return None;
            }
        };
        Some((policy, value.origin))
    }

    /// What a resource is created after, besides what it refers to.
    pub(super) fn after_setting(&mut self, id: InstanceId) -> Vec<(ResourceId, Origin)> {
        let own = self.model.instances.get(id.index()).and_then(|instance| instance.resource);
        let mut after = Vec::new();
        for value in self.gathered_settings(id, "after") {
            let items: Vec<Value> = match &value.kind {
                Kind::List(items) => items.to_vec(),
                _ => vec![value.clone()],
            };
            for item in items {
                let span = self.model.origins.span(item.origin);
                let mut resources = Vec::new();
                match &item.kind {
                    Kind::Instance(other) => self.resources_of(*other, &mut resources),
                    Kind::Family(family) => family.values().for_each(|other| self.resources_of(*other, &mut resources)),
                    Kind::None | Kind::Absent(_) | Kind::Error => {}
                    _ => {
                        self.wrong_type(&item, span, "`after` names instances");
                    }
                }
                let others = resources.into_iter().filter(|resource| Some(*resource) != own);
                after.extend(others.map(|resource| (resource, item.origin)));
            }
        }
        after
    }

    /// All resources of an instance: itself, or what its component contains.
    pub(super) fn resources_of(&self, id: InstanceId, found: &mut Vec<ResourceId>) {
        match self.data(id).and_then(|data| data.body) {
            None => found.extend(self.model.instances.get(id.index()).and_then(|instance| instance.resource)),
            Some(body) => {
                if let Some(body) = self.body(body) {
                    for member in body.members.values() {
                        for inner in Self::instances_in(member) {
                            self.resources_of(inner, found);
                        }
                    }
                }
            }
        }
    }

    /// `@update(…)`, `@creation(…)` and `@metadata(…)` as CloudFormation's attributes.
    pub(super) fn attribute_marks(&mut self, id: InstanceId) -> IndexMap<Symbol, Node> {
        let mut attributes = IndexMap::default();
        for instance in self.stands_for(id) {
            let Some(data) = self.data(instance) else { continue };
            let (marks, scope): (&'p [Mark], _) = (&data.item.marks, data.scope.clone());
            for mark in marks {
                let attribute = match mark.name.name.as_str() {
                    "update" => "UpdatePolicy",
                    "creation" => "CreationPolicy",
                    "metadata" => "Metadata",
                    _ => continue,
                };
                let mut map = IndexMap::default();
                for argument in &mark.arguments {
                    let MarkArgument::Entry(entry) = argument else { continue };
                    let Some((key, place)) = self.entry_key(entry, &scope) else { continue };
                    let value = self.evaluate(&entry.value, &scope);
                    if let Some(node) = self.plain_node(&value, place) {
                        self.check_shown(&node, entry.value.span, "an attribute of the resource");
                        map.insert(key, node);
                    }
                }
                let origin = self.model.origins.add(mark.span, "", self.through);
                attributes.insert(Symbol::new(attribute), Node::new(NodeKind::Map(map), origin));
            }
        }
        attributes
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use crate::base::FileId;
    use crate::eval::model::{Model, Resource};
    use crate::eval::{Files, Given, evaluate};
    use crate::resolve::{Library, Program, ProgramFiles};

    struct NoFiles;

    impl Files for NoFiles {
        fn asset(&self, _: FileId, _: &str) -> Result<(String, String, std::path::PathBuf), String> {
            Err(String::from("there are no files here"))
        }

        fn text(&self, _: FileId, path: &str) -> Result<String, String> {
            Err(format!("there is no `{path}`"))
        }
    }

    fn model(stack: &str) -> Model {
        let environment = "environment test { account = \"111122223333\", region = \"eu-west-1\" }";
        let text = format!("system shop\n{environment}\nstack Files {{\n{stack}\n}}\n");
        let files =
            ProgramFiles { system: vec![crate::syntax::parse(FileId(0), &text).file], ..ProgramFiles::default() };
        let program = Program::gather(&files, Library).0.unwrap();
        let others = crate::eval::Others::default();
        let given = Given { set: Vec::new(), files: &NoFiles, others: &others };
        let (evaluated, found) = evaluate(&program, Symbol::new("test"), &given);
        assert_eq!(found, []);
        evaluated.into_model()
    }

    fn resource<'m>(model: &'m Model, id: &str) -> &'m Resource {
        model.resources.iter().find(|resource| resource.logical_id == id).unwrap()
    }

    #[test]
    fn an_instance_of_a_component_hands_on_what_is_said_of_it() {
        let model = model(
            r#"
            first = AWS::SQS::Queue {}
            @retain
            @metadata(By = "hand")
            letters = Bucket { name = "by-hand", because = "old", tags = { A = "out", B = "out" }, after = first }
              with { bucket { tags = { B = "in" } } }
            "#,
        );
        let (first, letters) = (resource(&model, "First"), resource(&model, "Letters"));
        assert_eq!(letters.name.as_ref().and_then(|name| name.text.known()), Some("by-hand"));
        let tags: Vec<_> = letters.tags.iter().map(|tag| (tag.key.as_str(), tag.value.known())).collect();
        assert_eq!(tags, [("A", Some("out")), ("B", Some("in"))]);
        assert_eq!(letters.on_delete.map(|(policy, _)| policy), Some(OnDelete::Retain));
        assert!(letters.attributes.contains_key(&Symbol::new("Metadata")));
        assert_eq!(letters.depends_on.len(), 1);
        assert_eq!(model.resource(letters.depends_on[0].0).logical_id, first.logical_id);
    }

    #[test]
    fn whoever_stands_outermost_decides_what_there_is_once() {
        let model = model(
            r#"
            logs = LogGroup { kept = 7d, on_delete = "delete" }
            more = LogGroup { kept = 7d } with { group { on_delete = "delete" } }
            role = Role { trusted = "ec2.amazonaws.com", name = "clerk", because = "others know it" }
            "#,
        );
        for id in ["Logs", "More"] {
            assert_eq!(resource(&model, id).on_delete.map(|(policy, _)| policy), Some(OnDelete::Delete), "{id}");
        }
        assert_eq!(resource(&model, "Role").name.as_ref().and_then(|name| name.text.known()), Some("clerk"));
    }

    #[test]
    fn a_hash_of_what_is_known_when_deployed_changes_with_the_thing_alone() {
        let note = |text: &str| {
            let model = model(text);
            let note = model.resources.iter().find(|resource| resource.logical_id.starts_with("Note")).unwrap();
            note.logical_id.clone()
        };
        let first = note("queue = AWS::SQS::Queue {}\nnote[hash([queue.arn])] = AWS::SNS::Topic {}");
        let among_others = note(
            "other = AWS::SQS::Queue {}\nqueue = AWS::SQS::Queue {}\nnote[hash([queue.arn])] = AWS::SNS::Topic {}",
        );
        let of_another = note("other = AWS::SQS::Queue {}\nnote[hash([other.arn])] = AWS::SNS::Topic {}");
        assert_eq!(first, among_others);
        assert_ne!(first, of_another);
    }
}
