//! The data plane: an applied REST API on loopback, answered as API Gateway would answer it.
//!
//! ```text
//! state JSON ─deployments, state::read→ Api ─┐
//! JWKS ─Keys::load→ KeyRing ─────────────────┼─load::gateway→ Gateway
//! zips ─Package::unpack→ Function ───────────┘
//!
//! socket ─server→ Request ─Gateway::handle→ Response ─server→ socket
//!
//! Gateway::handle:
//!   Request ─stage, Router::find→ Call        which method of which resource this is
//!   Call ─Gateway::caller→ Caller              who calls, as the authorizer of the route decides: by a verified token,
//!                                              or by the policy that a function answers with
//!   Call ─Limits::admit                        whether its client and its method may be called once more
//!   Call ─validation                           whether parameters and body are as the method wants them
//!   Call, Caller ─event::event→ event         what the function is told
//!   event ─Function::invoke→ Outcome          the only stage that starts processes and waits
//!   Outcome ─result::response→ Response       what its result means
//!   Call ─Mock::answer→ Response              instead of the three before, for MOCK integrations
//!   Call, Response ─access_log::Format→ a line of the stage's access log
//!   GatewayError ─GatewayResponses::answer→ Response   from any stage
//! ```
//!
//! The state is read once, into resolved types, and no later step looks into Terraform's JSON. Matcher, authorizer,
//! event, result, mock and gateway responses are functions of their arguments. These include the clock, which is the
//! request's time of arrival. The only exceptions are the authorizers' caches. While requests are
//! served, only [`authorizer::keys`] fetches anything, and only [`function`] and its modules start processes and touch
//! files. The HTTP server is a shell: it turns sockets into [`message::Request`]s and [`message::Response`]s into
//! bytes, and enforces the limits.
//!
//! A reload builds another [`gateway::Gateway`] beside the one that serves and swaps them. Environments of functions
//! that did not change go over to it, and so do the counters of throttling and quotas. [`api::Api::unsupported`] lists
//! everything that can't be emulated, by address. The list is printed at start, and the routes in it answer 501 to
//! authorized callers.

use std::collections::BTreeMap;
use std::path::PathBuf;

mod access_log;
mod api;
mod authorizer;
mod aws;
mod aws_signature;
mod call;
mod caller;
mod claims;
mod content;
mod deployments;
mod enforced;
mod event;
mod events;
mod expiring;
mod function;
mod gateway;
mod gateway_error;
mod gateway_response;
mod iam;
mod lambda_authorizer;
mod limits;
mod load;
mod message;
mod mock;
mod model;
mod more_open;
mod request_line;
mod result;
mod runtime;
mod server;
mod state;
mod template;
mod validation;

pub use api::Unsupported;
pub use authorizer::keys::KeySource;
pub use enforced::{Callers, EnforcedRoute, enforced};
pub use events::{Invoked, OnDemand, invoke, on_demand};
pub use load::Variable;
// The probe of an emulator verifies a token as a request's is.
pub(crate) use authorizer::keys::Keys;
pub(crate) use authorizer::{Authorizer, Cache};
pub(crate) use claims::Claims;
pub(crate) use message::Headers;
pub use more_open::{MoreOpen, WidenedRoute};
pub use request_line::RequestLine;
#[doc(hidden)] // for the load benchmark
pub use server::{Ready, Server, serve};

/// The largest body of a request in bytes. Source: API Gateway's quotas, 10 MB, not adjustable.
pub const REQUEST_LIMIT: usize = 10 << 20;

/// The largest total of a request's header values in bytes. Source: API Gateway's quotas, not adjustable.
pub const HEADER_LIMIT: usize = 10_240;

/// An invalid input, with advice in its message. Other errors are those of tools and of the machine.
#[derive(Debug)]
pub struct InputError(pub(crate) String);

impl std::fmt::Display for InputError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for InputError {}

/// An emulated AWS on this machine.
#[derive(Debug, Clone, PartialEq)]
pub struct EmulatedAws {
    /// Its URL, such as `http://127.0.0.1:4566`.
    pub url: String,
    /// The access key of calls to it.
    pub access_key_id: String,
}

/// Options of the data plane.
#[derive(Debug, Clone)]
pub struct Options {
    /// A file that `terraform show -json` wrote.
    pub state: PathBuf,
    /// Name or id of the REST API, if the state has several.
    pub api: Option<String>,
    /// The stage of `api_url`; by default the first by name. All are served.
    pub stage: Option<String>,
    /// The folder Terraform was run in: the functions' `filename`s are relative to it.
    pub root: PathBuf,
    /// Zip or bootstrap instead of `filename`, by the function's name or by what is behind the last part of its
    /// prefix: `open` names `hello-local-open`.
    pub functions: BTreeMap<String, PathBuf>,
    /// Interpreters by runtime: `nodejs` and `python`, or one such as `python3.12`, which counts more.
    pub runtimes: BTreeMap<String, PathBuf>,
    /// Zips or folders instead of the layers in the state, by name or ARN.
    pub layers: BTreeMap<String, PathBuf>,
    /// Variables of functions, over those of the state.
    pub variables: Vec<Variable>,
    /// Sources of keys by issuer (`https://` and the pool's `endpoint`).
    pub jwks: BTreeMap<String, KeySource>,
    /// The port on 127.0.0.1; by default a free one.
    pub port: Option<u16>,
    /// The emulated AWS that sends events to functions, and that they may call as their roles allow.
    pub emulated_aws: Option<EmulatedAws>,
    /// A file that is locked while schedules run by the clock. Without one, they always do.
    pub clock: Option<PathBuf>,
    /// A folder for unpacked code (`code/`) and the functions' logs (`logs/<function name>.log`).
    pub work: PathBuf,
    /// A folder for what deployments froze, by state and API. It should outlive this process: the state does not hold
    /// it.
    pub deployments: PathBuf,
}
