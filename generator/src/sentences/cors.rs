//! The sentences of pages of other origins.

use portcullis_foreign_text::printable::code;

use crate::review::{Sendable, Sent};
use crate::sentences::list::list;
use crate::sentences::names;

/// `origins` are those of the environments.
pub(super) fn added(origins: &[(String, String)]) -> String {
    let origins = origins
        .iter()
        .map(|(environment, origin)| format!("{} in {}", named(origin), code(environment)));
    format!("CORS is new: it allows {}", list(origins))
}

pub(super) fn origin(environment: &str, before: Option<&str>, after: &str, signs_in: bool) -> String {
    match before {
        _ if after == "*" => {
            let routes = if signs_in {
                "also on routes for signed-in users"
            } else {
                "and no route requires a sign-in"
            };
            format!(
                "CORS now allows **every origin** in {}, {routes}",
                code(environment)
            )
        }
        Some(before) => format!(
            "CORS allows {} instead of {} in {}",
            named(after),
            named(before),
            code(environment)
        ),
        None => format!("CORS allows {} in {}", named(after), code(environment)),
    }
}

pub(super) fn of_bucket(bucket: &str, before: &[String], after: &[String]) -> String {
    let only = |these: &[String], others: &[String]| -> Vec<String> {
        these
            .iter()
            .filter(|one| !others.contains(one))
            .cloned()
            .collect()
    };
    let may = match (only(after, before), only(before, after)) {
        (more, _) if !more.is_empty() => format!("may also send the method {}", names(&more)),
        (_, less) => format!("may no longer send the method {}", names(&less)),
    };
    format!(
        "pages of allowed origins {may} to presigned addresses of bucket {}",
        code(bucket)
    )
}

pub(super) fn sends(sent: Sent, now: &Sendable) -> String {
    let noun = match sent {
        Sent::Headers => "header",
        Sent::Methods => "method",
    };
    let may = match now {
        Sendable::Every => format!("may send **every {noun}**"),
        Sendable::Also(more) => format!("may also send the {noun} {}", names(more)),
        Sendable::Only(these) => format!("may only send the {noun} {}", names(these)),
        Sendable::NoLonger(less) => format!("may no longer send the {noun} {}", names(less)),
        Sendable::Same => format!("may send the same {noun}s as before"),
    };
    format!("pages of allowed origins {may} ({})", code(sent.key()))
}

fn named(origin: &str) -> String {
    match origin {
        "*" => "every origin".into(),
        one => code(one),
    }
}
