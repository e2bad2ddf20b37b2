//! Text of others, shown so that a reader, a terminal, a browser and a shell take it for text and for nothing else.

mod hex;
pub mod printable;
pub mod shell;

pub use hex::hex;
