//! The keys of `[review]`: accepted changes.

use toml::value::Date;

use crate::review::Meaning::Elsewhere;
use crate::spec::declaration::Absent::{Nothing, Required};
use crate::spec::declaration::Kind::{self, Text};
use crate::spec::declaration::{EVERYWHERE, keys};
use crate::spec::field::Given;
use crate::text_rule::{ANY_TEXT, TextRule};

static REASON: TextRule = TextRule {
    must_be: "why the change is right",
    help: "write it for someone who reads the spec a year from now",
    // The review prints `…` where the reason goes.
    check: |reason| !["", "…"].contains(&reason.trim()),
    pattern: r"^(?!\s*…?\s*$)",
};

keys! {
    /// Changes that reviews accept.
    ReviewTable {
        /// Changes that a review blocks and that you accept.
        accept: Vec<AcceptTable> = Kind::List(&AcceptTable::TABLE), Nothing, EVERYWHERE, Elsewhere;
    }
}

keys! {
    /// An accepted change. The review prints it for you to paste.
    AcceptTable {
        /// The kind of change, such as `route_opened`.
        change: Given<String> = Text(&ANY_TEXT), Required("`change = \"route_opened\"`"), EVERYWHERE, Elsewhere;
        /// Subject of the change, as the review names it, such as `GET /admin`.
        of: Given<String> = Text(&ANY_TEXT), Required("`of = \"GET /admin\"`"), EVERYWHERE, Elsewhere;
        /// Reason why the change is right.
        reason: Given<String> = Text(&REASON), Required("`reason = \"Public since the launch, TICKET-12\"`"), EVERYWHERE,
            Elsewhere;
        /// The last day on which the change is accepted.
        until: Given<Date> = Kind::Date, Nothing, EVERYWHERE, Elsewhere;
    }
}
