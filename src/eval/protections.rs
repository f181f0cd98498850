//! How strongly things are protected: what the library's functions marked `@protection` say of each resource.

use crate::base::{HashMap, Symbol};
use crate::eval::model::Protection;
use crate::eval::scope::FrameKind;
use crate::eval::value::{Kind, Value};
use crate::eval::{Evaluator, units};
use crate::syntax::ast::{ExprKind, Fn, Item, ItemKind, MarkArgument, TypeExprKind};

/// The mark of such a function, with the protection's name.
const PROTECTION: &str = "protection";

impl Evaluator<'_> {
    /// Writes down the values of all params.
    pub(super) fn find_settings(&mut self) {
        for (item, param) in &self.program.params {
            if !matches!(item.kind, ItemKind::Param(_)) || param.deploy {
                continue;
            }
            let used = self.used.contains(&param.name.name);
            let value = self.param(param.name.name, param.name.span);
            if !used {
                self.used.remove(&param.name.name);
            }
            let said = self.as_written(&value);
            self.model.settings.insert(param.name.name, said);
        }
    }

    /// A value as the source would write it.
    fn as_written(&self, value: &Value) -> String {
        match &value.kind {
            Kind::Bool(known) => known.to_string(),
            Kind::Int(number) => number.to_string(),
            Kind::Float(number) => number.to_string(),
            Kind::Text(text) => self.by_value(text).unwrap_or_else(|| String::from("known when deployed")),
            Kind::Duration(time) => units::time(*time),
            Kind::Every(time) => format!("every {}", units::time(*time)),
            Kind::Size(bytes) => units::size(*bytes),
            Kind::Percent(number) => format!("{number}%"),
            Kind::Cidr(cidr) => cidr.to_string(),
            Kind::Date(date) => format!("{:04}-{:02}-{:02}", date.year, date.month, date.day),
            Kind::List(items) => {
                let items: Vec<String> = items.iter().map(|item| self.as_written(item)).collect();
                format!("[{}]", items.join(", "))
            }
            Kind::Record(record) => {
                let fields: Vec<String> =
                    record.iter().map(|(key, value)| format!("{key} = {}", self.as_written(value))).collect();
                format!("{{ {} }}", fields.join(", "))
            }
            Kind::None => String::from("none"),
            _ => self.describe(value),
        }
    }

    /// Finds the protections of all resources.
    pub(super) fn find_protections(&mut self) {
        let mut of_type: HashMap<Symbol, Vec<(Symbol, &'static Fn)>> = HashMap::default();
        for item in self.program.library.protections() {
            if let Some((ty, name, function)) = declared(item) {
                of_type.entry(ty).or_default().push((name, function));
            }
        }
        let told = self.diagnostics.len();
        let (querying, unset) = (self.querying, self.unset_is_none);
        (self.querying, self.unset_is_none) = (true, true);
        for id in self.model.resource_ids() {
            let Some(resource) = self.model.resources.get(id.index()) else { continue };
            let (ty, instance, origin) = (resource.ty, resource.instance, resource.origin);
            for (name, function) in of_type.get(&ty).into_iter().flatten() {
                let Some(param) = function.params.first() else { continue };
                let it = Value::new(Kind::Instance(instance), origin);
                let scope = self.root(false).with(FrameKind::Values([(param.name.name, it)].into_iter().collect()));
                let value = self.evaluate(&function.body, &scope);
                let (strength, yes_or_no) = match value.kind {
                    Kind::Bool(known) => (Some(i64::from(known)), true),
                    Kind::Int(number) => (Some(number), false),
                    _ => (None, false),
                };
                let by_being_there = matches!(function.body.kind, ExprKind::Bool(true));
                self.model.protections.push(Protection {
                    name: *name,
                    resource: id,
                    strength,
                    yes_or_no,
                    by_being_there,
                });
            }
        }
        (self.querying, self.unset_is_none) = (querying, unset);
        self.diagnostics.truncate(told);
    }
}

/// The type that a function speaks of, the protection's name, and the function.
fn declared(item: &'static Item) -> Option<(Symbol, Symbol, &'static Fn)> {
    let ItemKind::Fn(function) = &item.kind else { return None };
    let mark = item.marks.iter().find(|mark| mark.name.name == PROTECTION)?;
    let name = mark.arguments.iter().find_map(|argument| match argument {
        MarkArgument::Word(name) => Some(name.name),
        MarkArgument::Because(_) | MarkArgument::Until(_) | MarkArgument::On(_) | MarkArgument::Entry(_) => None,
    })?;
    let TypeExprKind::Named(ty) = &function.params.first()?.ty.kind else { return None };
    Some((ty.name, name, function))
}
