//! An applied API on loopback: the data plane, and the process of the emulated control plane.

pub mod data_plane;
