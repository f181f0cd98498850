//! What the words of a source are, for colours.

use crate::base::{FileId, Span};
use crate::ide::names::names;
use crate::ide::target::{Own, Target};
use crate::ide::view::View;
use crate::ide::walk::Role;

/// What a word is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Token {
    /// A stack, the system, what is elsewhere.
    Namespace,
    /// A component, a type.
    Type,
    /// An instance.
    Instance,
    /// A param.
    Param,
    /// A value, the name of a loop.
    Variable,
    /// What is set, or stands behind a dot.
    Property,
    /// A function.
    Function,
    /// A verb or an action.
    Verb,
    /// An environment, a rule, a step, a code.
    Constant,
}

/// A word and what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Colored {
    /// Where.
    pub place: Span,
    /// What.
    pub token: Token,
    /// It is declared here.
    pub declared: bool,
    /// It belongs to the library or to infrac.
    pub library: bool,
}

/// The words of a file, in order, none over another.
pub fn tokens(view: &View<'_>, file: FileId) -> Vec<Colored> {
    let mut colored: Vec<Colored> = Vec::new();
    for name in names(view, file) {
        let place = name.place;
        // Of a shorthand entry, the key counts.
        if colored.last().is_some_and(|last| place.lo < last.place.hi) || place.lo >= place.hi {
            continue;
        }
        colored.push(Colored {
            place,
            token: token(&name.target),
            declared: name.role == Role::Declared,
            library: name.target.declared().is_none_or(|declared| declared.span.file.is_stdlib()),
        });
    }
    colored
}

fn token(target: &Target<'_>) -> Token {
    match target {
        Target::System(_) | Target::Stack(_) | Target::External(_) => Token::Namespace,
        Target::Type(_)
        | Target::Component(_)
        | Target::Policy(_)
        | Target::Resource(_)
        | Target::Own(Own::Type, _) => Token::Type,
        Target::Instance(_) => Token::Instance,
        Target::Param(_) => Token::Param,
        Target::Let(_) | Target::Binder(_) | Target::Own(Own::Value, _) => Token::Variable,
        Target::ExternalOutput(_)
        | Target::Output(_)
        | Target::Field(_)
        | Target::Property(..)
        | Target::Attribute(..)
        | Target::Own(Own::Setting | Own::Field, _) => Token::Property,
        Target::Fn(_) | Target::Own(Own::Function, _) => Token::Function,
        Target::Verb(_) | Target::Action(_) => Token::Verb,
        Target::Step(_) | Target::Rule(_) | Target::Environment(_) | Target::Code(_) => Token::Constant,
    }
}
