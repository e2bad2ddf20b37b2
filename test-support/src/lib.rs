//! Code that the tests of several crates share. Nothing that is built for users depends on it.
#![allow(clippy::unwrap_used, reason = "a test that can't go on fails")]

pub mod attacks;
pub mod console;
pub mod existing_terraform;
pub mod ignored_signals;
pub mod in_time;
pub mod listening;
pub mod random_routes;
pub mod random_service;
pub mod signatures;
