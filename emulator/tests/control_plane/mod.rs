//! What other tests need of a control plane. Its own tests begin in `main.rs`.

pub mod harness;
