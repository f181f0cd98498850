//! How people call what a model has: by the path of an instance, and not by that of what is inside it.

use std::collections::BTreeMap;

use crate::eval::model::{InstanceId, Model, ResourceId};

/// Resources by the paths that stand for them, and the shortest path of each.
pub struct Names {
    resources: BTreeMap<String, ResourceId>,
    shortest: BTreeMap<ResourceId, String>,
    instances: BTreeMap<InstanceId, String>,
}

impl Names {
    /// The names of a model.
    pub fn of(model: &Model) -> Names {
        let mut names = Names { resources: BTreeMap::new(), shortest: BTreeMap::new(), instances: BTreeMap::new() };
        // What contains an instance stands before it.
        for (index, instance) in model.instances.iter().enumerate() {
            let id = InstanceId(u32::try_from(index).unwrap_or(u32::MAX));
            let parent = instance.parent.and_then(|parent| names.instances.get(&parent));
            let parent = parent.cloned().unwrap_or_else(|| model.stack(instance.stack).name.to_string());
            let own = match instance.key {
                Some(key) => format!("{parent}.{}[\"{key}\"]", instance.name),
                None => format!("{parent}.{}", instance.name),
            };
            if let Some(resource) = instance.resource {
                names.resources.insert(own.clone(), resource);
                let shortest = names.shortest.entry(resource).or_insert_with(|| own.clone());
                if own.len() < shortest.len() {
                    shortest.clone_from(&own);
                }
            }
            names.instances.insert(id, own);
        }
        names
    }

    /// What a resource is called.
    pub fn path(&self, id: ResourceId) -> &str {
        self.shortest.get(&id).map_or("", String::as_str)
    }

    /// What an instance is called.
    pub fn instance(&self, id: InstanceId) -> &str {
        self.instances.get(&id).map_or("", String::as_str)
    }

    /// The resource that a path stands for.
    pub fn resource(&self, path: &str) -> Option<ResourceId> {
        self.resources.get(path).copied()
    }

    /// All paths.
    pub fn paths(&self) -> impl Iterator<Item = (&str, ResourceId)> {
        self.resources.iter().map(|(path, id)| (path.as_str(), *id))
    }
}
