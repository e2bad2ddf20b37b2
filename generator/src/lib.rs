//! From one small file to Terraform that people enjoy reviewing.
//!
//! The data goes one way:
//!
//! ```text
//! text ──Spec::parse──▶ Spec (as written, with places)
//!      ──resolve──────▶ Service (resolved, nothing optional that is known)
//!      ──modules::all─▶ blocks ──layout──▶ FileSet (path → text)
//!      ──tree─────────▶ Changes to the disk: write or check
//! Service | plan | state ─▶ Surface (what is reachable, by whom)
//! Service ─────────────▶ Picture ──▶ Mermaid | SVG
//! two Services | plan ─▶ Judged (what a reviewer must be told)
//! ```
//!
//! Everything is pure but [`disk`]. Each concern has a folder: its keys, their meaning, its modules, its surface and its
//! review. ARCHITECTURE.md lists them under "Rooms".

pub mod access_logs;
pub mod api;
mod asynchronous;
pub mod authorizer;
pub mod buckets;
pub mod cors;
pub mod data_loss;
pub mod diagnostic;
pub mod disk;
pub mod environments;
pub mod events;
pub mod file_set;
pub mod functions;
pub mod graph;
pub mod hcl;
pub mod identifier;
pub mod json_rule;
pub mod lambda_authorizers;
pub mod modules;
pub mod openapi;
pub mod own;
pub mod own_files;
pub mod queues;
pub(crate) mod reach;
pub mod references;
pub mod resources;
pub mod review;
pub mod routes;
pub mod sentences;
pub mod service;
pub mod spec;
pub mod surface;
pub mod tables;
pub mod text_rule;
pub mod throttling;
pub mod topics;
pub mod usage_plans;
pub mod user_pool;
pub mod uses;
pub mod warnings;

use crate::diagnostic::Diagnostics;
use crate::service::{Handlers, Service};

/// Returns the service of a spec, or all errors in it. It is checked against the crates in `handlers`. Without them it
/// is read by itself, as that of another revision, whose crates are not there.
pub fn service(text: &str, handlers: Option<&Handlers>) -> Result<Service, Diagnostics> {
    let mut diagnostics = Diagnostics::default();
    let spec = spec::Spec::parse(text, &mut diagnostics);
    let service = spec.and_then(|spec| service::resolve(&spec, handlers, &mut diagnostics));
    service.ok_or(diagnostics)
}
