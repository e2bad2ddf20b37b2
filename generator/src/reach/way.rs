//! Ways over functions to a function.

use std::fmt;

use portcullis_foreign_text::printable::code;

use crate::routes::Auth;
use crate::uses::Datum;

/// A way from a route to a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    /// The key of the route, as `GET /orders`, or of the authorizer, as `authorizers.partners`.
    pub route: String,
    /// The callers that it admits.
    pub auth: Auth,
    /// The functions on the way: first the one that handles the route.
    pub steps: Vec<Step>,
}

/// A function on a way.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Step {
    /// Between the function before and this one. `None` if a route or that function itself invokes it.
    pub through: Option<Through>,
    /// The function.
    pub function: String,
}

/// Something by which a function can make another one run.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Through {
    /// Data whose changes or messages invoke functions.
    Data(Datum),
    /// The name of an event bus.
    Bus(String),
}

impl fmt::Display for Through {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Data(datum) => datum.fmt(f),
            Self::Bus(bus) => write!(f, "bus {bus}"),
        }
    }
}

impl Step {
    /// A function that something outside of the service invokes.
    pub(crate) fn first(function: &str) -> Self {
        Self {
            through: None,
            function: function.to_owned(),
        }
    }
}

/// Names each function, behind that by which it is invoked: `` `orders` → `tables.orders` → `stock` ``.
pub(crate) fn chain(steps: &[Step]) -> String {
    let names = steps.iter().flat_map(|Step { through, function }| {
        let through = through.as_ref().map(ToString::to_string);
        through.into_iter().chain([function.clone()])
    });
    let names: Vec<String> = names.map(|name| code(&name)).collect();
    names.join(" → ")
}
