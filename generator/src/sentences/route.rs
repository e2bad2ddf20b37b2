//! The sentences of routes, and of requests that another route handles.

use portcullis_foreign_text::printable::code;

use crate::review::{Callers, Shifted};
use crate::sentences::names;

pub(super) fn added(route: &str, function: &str, callers: &Callers) -> String {
    let (route, function) = (code(route), code(function));
    match callers {
        Callers::Anyone => format!("{route} is new and **public**, handled by {function}"),
        _ => format!("{route} is new, {}, handled by {function}", only(callers)),
    }
}

/// `heirs` are the routes that get its requests.
pub(super) fn removed(route: &str, heirs: &[String]) -> String {
    let requests = match heirs {
        [] => "are no longer handled".to_owned(),
        heirs => format!("now go to {}", names(heirs)),
    };
    format!("{} is removed: its requests {requests}", code(route))
}

pub(super) fn opened(shifted: &Shifted) -> String {
    let kept = match &shifted.kept[..] {
        [] => String::new(),
        kept => format!(" (sign-in still required: {})", names(kept)),
    };
    let becomes = format!("{} becomes **public**", code(&shifted.requests));
    let was = match &shifted.before {
        Callers::AdmittedBy(_) => "had an authorizer",
        Callers::Anyone | Callers::SignedIn | Callers::SelfSignUp => "required a sign-in",
    };
    now(shifted, &becomes, was) + &kept
}

pub(super) fn guarded(shifted: &Shifted) -> String {
    let becomes = format!("{} is now {}", code(&shifted.requests), only(&shifted.after));
    now(shifted, &becomes, "was public")
}

pub(super) fn authorizer_changed(shifted: &Shifted) -> String {
    let becomes = format!(
        "{} admits **other callers**: it is now {}",
        code(&shifted.requests),
        only(&shifted.after)
    );
    now(shifted, &becomes, &format!("was {}", only(&shifted.before)))
}

/// Returns the new and the old route of the requests.
fn now(shifted: &Shifted, becomes: &str, was: &str) -> String {
    let Shifted {
        requests,
        from,
        to,
        function,
        ..
    } = shifted;
    let function = code(function);
    match from {
        None if to == requests => format!("{becomes}, handled by {function}"),
        None => format!("{becomes}: it goes to {}, handled by {function}", code(to)),
        Some(from) if to == requests => {
            format!(
                "{becomes}: {function} handles it instead of {}, which {was}",
                code(from)
            )
        }
        Some(from) => format!(
            "{becomes}: it goes to {}, handled by {function}, instead of {}, which {was}",
            code(to),
            code(from)
        ),
    }
}

/// For whom a route is.
fn only(callers: &Callers) -> String {
    match callers {
        Callers::Anyone => "public".into(),
        Callers::SignedIn => "for signed-in users only".into(),
        Callers::SelfSignUp => "for anyone who signs up".into(),
        Callers::AdmittedBy(function) => format!("for callers that function {} admits", code(function)),
    }
}
