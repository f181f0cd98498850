//! One diagnostic: what is wrong, where, why it matters and what to write instead.

use std::panic::Location;

use crate::base::{Span, Symbol};
use crate::diag::codes::{Code, Level};
use crate::diag::sites;

/// So many names are listed where none is near a wrong one.
const MOST_NAMES: usize = 8;

/// A mistake, a warning or a piece of advice.
#[derive(Debug, Clone, PartialEq)]
pub struct Diagnostic {
    /// Which one it is.
    pub code: Code,
    /// How serious it is; starts as the code's own level.
    pub level: Level,
    /// One sentence, lower case, the user's own words in backticks.
    pub message: String,
    /// Every place involved; the first is where the mistake is.
    pub labels: Vec<Label>,
    /// Why it matters, if the code's own reason does not say it well enough.
    pub why: Option<String>,
    /// What to write instead.
    pub help: Option<String>,
    /// Edits that do it.
    pub fixes: Vec<Fix>,
    /// The environments in which it holds; empty: whatever the environment.
    pub environments: Vec<Symbol>,
    /// What is wrong, whatever the place: the name that nothing has, for instance. Of several diagnostics with one code
    /// and one root, the first of the lowest rank is told, with the places of the others.
    pub root: Option<Symbol>,
    /// Which of those with one root says most: whoever heeds it has heeded the others. The lowest is told.
    pub rank: u32,
    /// The declaration that it takes for right. With an error in there, it is not told: it may only follow.
    pub rests_on: Option<Span>,
}

/// A place and what it has to do with the matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// A few words; may be empty for the first label.
    pub text: String,
}

impl Label {
    /// The same with these words, if it has none.
    #[must_use]
    pub fn or_text(mut self, text: &str) -> Label {
        if self.text.is_empty() {
            text.clone_into(&mut self.text);
        }
        self
    }
}

/// A change to the source that removes the mistake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// What it does, as an order: "write `vpc_id`".
    pub title: String,
    /// What to replace.
    pub edits: Vec<Edit>,
    /// Whether it is the one right answer, so that a program may apply it. Anything else is a guess for a person to judge.
    pub certain: bool,
}

/// One replacement of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced; empty for an insertion.
    pub span: Span,
    /// With what.
    pub text: String,
}

impl Diagnostic {
    /// A diagnostic at a place.
    #[track_caller]
    pub fn new(code: Code, span: Span, message: impl Into<String>) -> Diagnostic {
        sites::record(Location::caller());
        Diagnostic {
            code,
            level: code.level(),
            message: message.into(),
            labels: vec![Label { span, text: String::new() }],
            why: None,
            help: None,
            fixes: Vec::new(),
            environments: Vec::new(),
            root: None,
            rank: 0,
            rests_on: None,
        }
    }

    /// The same under another code.
    #[must_use]
    pub fn under(mut self, code: Code) -> Diagnostic {
        self.code = code;
        self.level = code.level();
        self
    }

    /// Says what the first place has to do with it.
    #[must_use]
    pub fn here(mut self, text: impl Into<String>) -> Diagnostic {
        if let Some(label) = self.labels.first_mut() {
            label.text = text.into();
        }
        self
    }

    /// Adds a place. Places in no file are left out.
    #[must_use]
    pub fn label(mut self, span: Span, text: impl Into<String>) -> Diagnostic {
        if !span.is_none() {
            self.labels.push(Label { span, text: text.into() });
        }
        self
    }

    /// Says why it matters, instead of the code's own reason.
    #[must_use]
    pub fn why(mut self, text: impl Into<String>) -> Diagnostic {
        self.why = Some(text.into());
        self
    }

    /// Says what to write instead.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Diagnostic {
        self.help = Some(text.into());
        self
    }

    /// Tells it at the first place that the user wrote, if there is one and it stands in the library.
    #[must_use]
    pub fn outside_library(mut self) -> Diagnostic {
        if self.span().file.is_stdlib()
            && let Some(at) = self.labels.iter().position(|label| !label.span.file.is_stdlib())
        {
            let users = self.labels.remove(at);
            self.labels.insert(0, users);
            if let Some(library) = self.labels.get_mut(1).filter(|label| label.text.is_empty()) {
                library.text = String::from("found here");
            }
        }
        self
    }

    /// Offers the one edit that is right.
    #[must_use]
    #[track_caller]
    pub fn fix(self, title: impl Into<String>, span: Span, text: impl Into<String>) -> Diagnostic {
        sites::record(Location::caller());
        self.offer(title.into(), span, text.into(), true)
    }

    /// Offers an edit that is probably meant.
    #[must_use]
    pub fn suggest(self, title: impl Into<String>, span: Span, text: impl Into<String>) -> Diagnostic {
        self.offer(title.into(), span, text.into(), false)
    }

    fn offer(mut self, title: String, span: Span, text: String, certain: bool) -> Diagnostic {
        self.fixes.push(Fix { title, edits: vec![Edit { span, text }], certain });
        self
    }

    /// Offers the nearest of the known names as help and as an edit, if one is near enough. If none is, and there is no
    /// other help, says what there is.
    #[must_use]
    pub fn did_you_mean<'a>(self, span: Span, wrong: &str, known: impl IntoIterator<Item = &'a str>) -> Diagnostic {
        let known: Vec<&str> = known.into_iter().collect();
        match crate::diag::nearest(wrong, known.iter().copied()) {
            Some(right) => {
                let help = format!("did you mean `{right}`?");
                self.suggest(format!("write `{right}`"), span, right).help(help)
            }
            None if self.help.is_none() && !known.is_empty() => {
                self.help(format!("there is {}", crate::diag::quoted_list(known, MOST_NAMES)))
            }
            None => self,
        }
    }

    /// Names what is wrong wherever it shows, so that it is told once.
    #[must_use]
    pub fn root(mut self, root: Symbol) -> Diagnostic {
        self.root = Some(root);
        self
    }

    /// Of several with one root, the one of the lowest rank is told.
    #[must_use]
    pub fn rank(mut self, rank: u32) -> Diagnostic {
        self.rank = rank;
        self
    }

    /// The same where places are what is wrong: one rule, or two things that do not go together.
    #[must_use]
    pub fn root_at(self, places: &[Span]) -> Diagnostic {
        let places: Vec<String> = places.iter().map(|place| format!("{}:{}", place.file.0, place.lo)).collect();
        self.root(Symbol::new(&places.join(" ")))
    }

    /// Names the declaration that has to be right for this to be a mistake of its own.
    #[must_use]
    pub fn rests_on(mut self, declaration: Span) -> Diagnostic {
        self.rests_on = (!declaration.is_none()).then_some(declaration);
        self
    }

    /// What the first fix writes where the mistake is: the name that is probably meant.
    pub fn suggested(&self) -> Option<&str> {
        let edit = self.fixes.first()?.edits.first()?;
        (edit.span == self.span()).then_some(edit.text.as_str())
    }

    /// Where the mistake is.
    pub fn span(&self) -> Span {
        self.labels.first().map_or(Span::NONE, |label| label.span)
    }

    /// Why it matters.
    pub fn reason(&self) -> &str {
        self.why.as_deref().unwrap_or_else(|| self.code.why())
    }
}
