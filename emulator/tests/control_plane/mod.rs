//! Starts a control plane for other tests. Its own tests begin in `main.rs`.

pub mod harness;
