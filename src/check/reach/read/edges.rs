//! Edges of the internet that are in no VPC: what they are open for, and as whom they ask in VPCs.

use super::{Reader, values};
use crate::check::reach::edges::Edge;
use crate::check::reach::facts;
use crate::check::reach::network::{InterfaceId, Sure};
use crate::check::reach::packets::{TCP, carried};
use crate::eval::model::ResourceId;

impl Reader<'_> {
    pub(super) fn edges(&mut self) -> Vec<Edge> {
        let mut edges = Vec::new();
        for kind in facts::INTERNET_EDGES {
            for id in self.all(kind.ty) {
                edges.push(Edge {
                    named: self.named(id),
                    resource: id,
                    open: self.open_to_the_internet(id, kind),
                    on: kind.ports.iter().map(|port| carried(TCP, *port, *port)).collect(),
                    inside: self.asks_as(id),
                    over_internet: values::find(&self.resource(id).properties, facts::ORIGIN_BY_NAME).is_some(),
                });
            }
        }
        edges
    }

    fn open_to_the_internet(&self, id: ResourceId, kind: &facts::InternetEdge) -> Sure {
        let Some((property, closed)) = kind.closed else { return Sure::Yes };
        let Some(said) = values::find(&self.resource(id).properties, property) else { return Sure::Yes };
        let items = values::items(Some(said));
        let texts = items.iter().map(|item| values::known(self.model, id, item));
        texts.fold(Sure::Yes, |open, text| match text {
            Some(text) if text == closed => Sure::No,
            Some(_) => open,
            None => open.min(Sure::Unknown),
        })
    }

    /// What an edge has in VPCs: the network cards of its links, or the load balancers that these lead to.
    fn asks_as(&self, edge: ResourceId) -> Vec<InterfaceId> {
        let mut inside = Vec::new();
        for (ty, of, by) in facts::EDGE_LINKS {
            for id in self.all(ty) {
                if values::resource(self.property(id, of)) != Some(edge) {
                    continue;
                }
                let Some(link) = values::resource(values::find(&self.resource(id).properties, by)) else { continue };
                match self.interfaces.get(&link) {
                    Some(cards) => inside.extend(cards),
                    None => {
                        let behind = values::refs(&self.resource(link).properties);
                        let behind = behind.iter().filter_map(values::Ref::resource);
                        inside.extend(behind.filter_map(|id| self.interfaces.get(&id)).flatten());
                    }
                }
            }
        }
        inside.sort_unstable();
        inside.dedup();
        inside
    }
}
