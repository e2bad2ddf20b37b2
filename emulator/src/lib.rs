//! An applied API on loopback: the data plane, and the process of the emulated control plane.

pub mod background;
pub mod capped_file;
pub mod control_plane;
pub mod data_plane;
mod guard;
mod origin;
mod ready_line;
pub mod show_output;
pub mod signals;
mod upstream;
