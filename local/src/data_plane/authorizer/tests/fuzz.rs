//! Random changes.
