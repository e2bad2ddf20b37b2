//! Reads the references of a text, with the place of each error inside the text.

use std::ops::Range;

use portcullis_foreign_text::printable::code;

use crate::diagnostic::{Diagnostic, Span};
use crate::references::{Known, Part, Template};
use crate::service::meaning::Resolver;
use crate::spec::Placed;
use crate::spec::toml_text;
use crate::user_pool::OWN_POOL;
use crate::uses::Datum;

impl Known {
    /// A text with its references. None if one is wrong.
    pub(crate) fn template(&self, text: &str) -> Option<Template> {
        let (template, errors) = parse(text, self);
        errors.is_empty().then_some(template)
    }
}

impl Resolver<'_> {
    /// A text with its references, or every error in them.
    pub(crate) fn template(&mut self, text: &Placed<String>, known: &Known) -> Option<Template> {
        let (template, errors) = parse(&text.value, known);
        let is_right = errors.is_empty();
        for (place, error) in errors {
            self.report(error.at(within(text, place)));
        }
        is_right.then_some(template)
    }
}

/// An error in a reference.
#[derive(Debug, PartialEq)]
enum Wrong {
    /// Its end is missing.
    Open(String),
    /// Nothing has this path. The nearest one that something has is behind it.
    Unknown(String, Option<String>),
    /// It names a pool, and the service has none.
    NoPool(String),
    /// It names the stream of this table, which has none.
    NoStream(Datum),
    /// It names this output of the own module, and the service has none.
    NoOwnModule(String),
    /// It names this output, which is not declared, and neither is a similar one.
    NoOutput(String),
}

impl Wrong {
    /// The report of it at a place.
    fn at(self, span: Span) -> Diagnostic {
        match self {
            Self::Open(begin) => Diagnostic::new(span, format!("missing `}}` behind {}", code(&begin)))
                .help("close the reference, or write `$${` for a literal `${`"),
            Self::NoPool(path) => {
                let summary = format!(
                    "unknown reference {}: the service has no `[user_pool]`",
                    code(&path)
                );
                Diagnostic::new(span, summary)
                    .help(format!("add {OWN_POOL}"))
                    .missing("user_pool")
            }
            Self::NoStream(table) => {
                let summary = format!("unknown reference `{table}.stream_arn`: the table has no `stream`");
                let path = toml_text::key(&[table.kind.declaration().key, &table.name]);
                Diagnostic::new(span, summary).help(format!("add `stream = \"new_image\"` to `[{path}]`"))
            }
            Self::NoOwnModule(output) => {
                let summary = format!("unknown reference `own.{output}`: the service has no `[own]`");
                Diagnostic::new(span, summary)
                    .help(format!("add `[own]` with `outputs = [\"{output}\"]`"))
                    .missing("own")
            }
            Self::NoOutput(output) => {
                let summary = format!(
                    "unknown reference `own.{output}`: no entry of `outputs` in `[own]` has this name"
                );
                Diagnostic::new(span, summary).help(format!("add `\"{output}\"` to `outputs`"))
            }
            Self::Unknown(path, near) => {
                let unknown = Diagnostic::new(span, format!("unknown reference {}", code(&path)));
                match near {
                    Some(near) => unknown.similar(&path, "a reference", [near.as_str()]),
                    None => unknown
                        .help(format!("use one of {}", Known::forms()))
                        .help("write `$${` for a literal `${`"),
                }
            }
        }
    }
}

fn parse(text: &str, known: &Known) -> (Template, Vec<(Range<usize>, Wrong)>) {
    let mut template = Template::default();
    let mut errors = Vec::new();
    let mut plain = String::new();
    let mut place = 0;
    while let Some(rest) = text.get(place..).filter(|rest| !rest.is_empty()) {
        if rest.starts_with("$${") {
            plain.push_str("${");
            place += 3;
        } else if let Some(behind) = rest.strip_prefix("${") {
            let length = behind
                .find(['}', '{'])
                .filter(|end| behind[*end..].starts_with('}'));
            let Some(length) = length else {
                let begin = behind.find("${").map_or(rest, |next| rest[..next + 2].trim_end());
                errors.push((place..place + begin.len(), Wrong::Open(begin.into())));
                place += begin.len();
                continue;
            };
            let path = behind[..length].trim();
            let end = place + 2 + length + 1;
            match known.get(path) {
                Some(reference) => {
                    if !plain.is_empty() {
                        template.parts.push(Part::Text(std::mem::take(&mut plain)));
                    }
                    template.parts.push(Part::Reference(reference.clone()));
                }
                None => errors.push((place..end, wrong(path, known))),
            }
            place = end;
        } else {
            let next = rest.chars().next().map_or(1, char::len_utf8);
            plain.push_str(&rest[..next]);
            place += next;
        }
    }
    if !plain.is_empty() {
        template.parts.push(Part::Text(plain));
    }
    (template, errors)
}

/// Returns the error in a path that no reference has.
fn wrong(path: &str, known: &Known) -> Wrong {
    if known.lacks_pool(path) {
        return Wrong::NoPool(path.into());
    }
    if let Some(table) = known.without_stream(path) {
        return Wrong::NoStream(table.clone());
    }
    let near = crate::diagnostic::nearest(path, known.paths());
    match (known.own_output(path), near) {
        (Some(output), _) if !known.has_own_module() => Wrong::NoOwnModule(output.into()),
        (Some(output), None) => Wrong::NoOutput(output.into()),
        (_, near) => Wrong::Unknown(path.into(), near.map(Into::into)),
    }
}

/// A place in a text as a place in the spec. In a string with escapes or of several lines it is the whole string.
fn within(text: &Placed<String>, place: Range<usize>) -> Span {
    let is_as_written = text.span.len() == text.value.len() + 2;
    if is_as_written {
        let start = text.span.start + 1;
        start + place.start..start + place.end
    } else {
        text.span.clone()
    }
}
