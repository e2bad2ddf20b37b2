//! The command line of Portcullis.

#[expect(dead_code, reason = "the commands that install tools are yet to come")]
mod tools;

fn main() {}
