//! Files that options name, with `-` for standard input.

use std::io::{Read, stdin};
use std::path::Path;

use crate::failure::{Failure, Outcome};

/// Reads a file, or standard input for `-`.
pub fn read(path: &Path) -> Outcome<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = match path.as_os_str() == "-" {
        true => stdin().read_to_end(&mut bytes).map(drop),
        false => std::fs::read(path).map(|read| bytes = read),
    };
    read.map_err(|error| Failure::input(format!("can't read `{}`: {error}", path.display())))?;
    Ok(bytes)
}
