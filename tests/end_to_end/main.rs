//! The whole of Portcullis on this machine: the real program, Terraform and its provider, moto, zips, AWS CLI, curl.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod calls;
mod changes;
mod identity_data;
mod other_environments;
mod privacy;
mod renames;
mod robustness;
mod saved_plans;
#[path = "../support/mod.rs"]
mod support;
mod transcript;
mod watch;
