//! `portcullis new` writes this repository's demo or an example, and refuses everything else with a reason.

#![allow(clippy::unwrap_used)] // a test may panic

mod consoles;
mod folder;
mod function;
mod service;
mod transcripts;
