//! An applied API on loopback: the data plane, and the process of the emulated control plane.
#![warn(missing_docs)]

pub mod background;
pub mod control_plane;
