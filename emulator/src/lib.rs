//! An applied API on loopback: the data plane, the process of the emulated control plane, and a page that calls the API.

pub mod background;
pub mod capped_file;
pub mod control_plane;
pub mod data_plane;
mod guard;
mod origin;
pub mod page_server;
mod ready_line;
pub mod show_output;
pub mod signals;
mod upstream;
