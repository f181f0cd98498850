//! What to write instead of a value of the wrong kind.

use crate::eval::Evaluator;
use crate::eval::value::{Kind, Value};
use crate::syntax::ast::{TypeExpr, TypeExprKind};

impl Evaluator<'_> {
    /// The same value as its type wants it, if that can be said.
    pub(super) fn instead(&self, value: &Value, wanted: &TypeExpr) -> Option<String> {
        let name = match &wanted.kind {
            TypeExprKind::Optional(inner) => return self.instead(value, inner),
            TypeExprKind::List(_) => {
                return (!matches!(value.kind, Kind::List(_) | Kind::None))
                    .then(|| String::from("write a list, also for one value: `[…]`"));
            }
            TypeExprKind::Named(named) => named.name.as_str(),
            TypeExprKind::Map(_)
            | TypeExprKind::Record(_)
            | TypeExprKind::Union(_)
            | TypeExprKind::Literal(_)
            | TypeExprKind::Error => return None,
        };
        let text = match &value.kind {
            Kind::Text(text) => self.by_value(text),
            _ => None,
        };
        let unquoted =
            |fits: bool| fits.then(|| text.as_ref().map(|text| format!("write it without quotes: `{text}`")))?;
        let text_is = |fits: fn(&str) -> bool| text.as_deref().is_some_and(fits);
        match (name, &value.kind) {
            (_, Kind::List(_)) => {
                Some(String::from("write one value; a list is gone through with `[for x in list: …]`"))
            }
            ("duration", Kind::Int(number)) => {
                Some(format!("say in which unit: `{number}s`, `{number}min`, `{number}h` or `{number}d`"))
            }
            ("size", Kind::Int(number)) => Some(format!("say in which unit: `{number}MiB` or `{number}GiB`")),
            ("percent", Kind::Int(number)) => Some(format!("write it with its sign: `{number}%`")),
            ("int" | "port" | "float", Kind::Duration(_) | Kind::Size(_) | Kind::Percent(_)) => {
                Some(String::from("write a number without a unit, or count in one: `x.seconds`, `x.days`, `x.GiB`"))
            }
            ("int" | "port" | "float", Kind::Text(_)) => unquoted(text_is(|text| text.parse::<f64>().is_ok())),
            ("bool", Kind::Text(_)) => unquoted(text_is(|text| matches!(text, "true" | "false"))),
            ("cidr", Kind::Text(_)) => unquoted(text_is(|text| text.parse::<ipnet::IpNet>().is_ok())),
            ("duration" | "size" | "percent", Kind::Text(_)) => {
                unquoted(text_is(|text| text.starts_with(|c: char| c.is_ascii_digit())))
            }
            ("schedule", Kind::Duration(_)) => Some(String::from("write `every` before it: `every 30d`")),
            ("text", Kind::Int(_) | Kind::Float(_) | Kind::Bool(_) | Kind::Cidr(_) | Kind::Date(_)) => {
                Some(String::from("write it in quotes"))
            }
            ("text", Kind::Instance(_)) => Some(String::from("write `.id`, `.name` or `.arn` behind it")),
            _ => None,
        }
    }
}
