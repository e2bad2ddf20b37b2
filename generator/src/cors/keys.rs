//! The keys of `cors` in `[api]`.

use std::ops::RangeInclusive;

use crate::review::ChangeKind::CorsWider;
use crate::review::Direction::More;
use crate::review::Meaning::{Elsewhere, Harmless, When};
use crate::review::consequence;
use crate::spec::declaration::Absent::{Nothing, Required};
use crate::spec::declaration::Kind::{Flag, Text, Texts};
use crate::spec::declaration::Scope::Overridable;
use crate::spec::declaration::{EVERYWHERE, Literal, default, keys, number};
use crate::spec::field::{Given, Placed, Set};
use crate::text_rule::TextRule;
use portcullis_terraform_json::router::ANY;

/// Browsers remember a preflight for a day at most.
const MAX_AGE_SECONDS: RangeInclusive<u32> = 0..=86_400;

/// One origin or `*`: a gateway response and a mock integration answer with one static value.
pub static ORIGIN: TextRule = TextRule {
    must_be: "one origin such as `https://app.example.com`, or `*`",
    help: "name one origin: scheme, host in lower case and port, without a path. If each environment has its own, set \
           `allow_origin` in `[environments.NAME]`",
    check: |text| text == "*" || is_origin(text),
    pattern: r"^(\*|https?://[a-z0-9.:\[\]\-]+)$",
};

fn is_origin(text: &str) -> bool {
    let host = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"));
    let is_of_host =
        |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'-' | b':' | b'[' | b']');
    host.is_some_and(|host| !host.is_empty() && host.bytes().all(is_of_host))
}

/// A method that a preflight can allow, or `*`.
static METHOD: TextRule = TextRule {
    must_be: "a method in upper case such as `GET`, or `*` for the methods of each path",
    help: "write it as in `GET`",
    check: |text| text == "*" || ANY.contains(&text),
    pattern: r"^(\*|DELETE|GET|HEAD|OPTIONS|PATCH|POST|PUT)$",
};

/// A header's name: <https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2>, without the `'` that ends a static value of
/// API Gateway's.
static HEADER: TextRule = TextRule {
    must_be: "the name of a header such as `Content-Type`, or `*`",
    help: "write it as in `Content-Type`",
    check: |text| {
        let is_of_name = |c: char| c.is_ascii_alphanumeric() || "!#$%&*+-.^_`|~".contains(c);
        !text.is_empty() && text.chars().all(is_of_name)
    },
    pattern: r"^[A-Za-z0-9!#$%&*+\-.^_`|~]+$",
};

keys! {
    /// CORS: what web pages of other origins may send and read.
    CorsTable {
        /// The origin whose pages may call, or `*`.
        allow_origin: Given<String> = Text(&ORIGIN), Required(
            "`allow_origin = \"https://app.example.com\"`, the origin of your page. Use `\"*\"` only if all routes are public"
        ), Overridable("allow_origin"), Elsewhere;
        /// Methods that a preflight allows. `*` stands for the methods of each path.
        allow_methods: Given<Vec<Placed<String>>> = Texts(&METHOD), default(Literal::Texts(&["*"])), EVERYWHERE,
            Elsewhere;
        /// Headers that pages may send. `Authorization` is always among them, and `X-Api-Key` if a route needs an API key.
        allow_headers: Given<Vec<Placed<String>>> = Texts(&HEADER), default(Literal::Texts(&["Content-Type"])),
            EVERYWHERE, Elsewhere;
        /// Lets browsers send cookies. This needs one origin, not `*`.
        allow_credentials: Set<bool> = Flag, default(Literal::Flag(false)), EVERYWHERE,
            When(&[consequence(More, CorsWider, "pages of allowed origins may send cookies")]);
        /// Lifetime of a preflight in the cache of a browser. By default, each browser decides.
        max_age_seconds: Given<u32> = number(MAX_AGE_SECONDS, "seconds"), Nothing, EVERYWHERE, Harmless;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pattern_has_every_method() {
        assert_eq!(METHOD.pattern, format!(r"^(\*|{})$", ANY.join("|")));
    }
}
