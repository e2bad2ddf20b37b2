//! Tests that start Terraform, moto, cargo-lambda or a browser.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod browser;
mod checkov;
mod end_to_end;
mod existing_terraform;
mod functions;
mod login;
mod mutations;
mod support;
mod terraform;
