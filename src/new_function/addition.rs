//! A function to add.

/// A function to add.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addition {
    /// Its name.
    pub name: String,
    /// Its trigger.
    pub trigger: Trigger,
    /// The description of the function.
    pub description: Option<String>,
    /// The crate that gets the binary, instead of a crate for the function alone.
    pub bin_of: Option<String>,
}

/// The trigger of a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trigger {
    /// A route.
    Route(Route),
    /// A schedule, such as `rate(1 hour)`.
    Schedule(String),
    /// The messages of the queue of this name, which is created if it is missing.
    Queue(String),
}

/// A route to add.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// Its method and path, such as `GET /orders`.
    pub key: String,
    /// The callers of the route, if they are named.
    pub auth: Option<Auth>,
    /// The reason why the route is public.
    pub reason: Option<String>,
}

/// The callers of a route, as `auth` in the spec names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Auth {
    /// Anyone
    #[value(name = "none")]
    None,
    /// Signed-in users
    #[value(name = "user_pool")]
    UserPool,
}

impl Auth {
    /// Its name in the spec.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::UserPool => "user_pool",
        }
    }
}
