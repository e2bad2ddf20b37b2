//! The command line of Portcullis.

#[allow(dead_code)] // until a command calls it
mod functions;

fn main() {}
