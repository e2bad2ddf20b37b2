//! The kind of a file, by its first bytes, and the reason why the system can't start it.

use std::fmt;
use std::fs::File;
use std::io::{Error, ErrorKind, Read, Seek};
use std::path::Path;

use portcullis_foreign_text::printable::code;

use super::elf::Elf;

/// Bytes of a file that identify its kind. The kernel reads as many of a `#!` line.
/// Source: <https://man7.org/linux/man-pages/man2/execve.2.html>.
const HEAD: u64 = 256;

/// A kind of file that people name as a function's code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// A zip, which is what Lambda takes.
    Zip,
    /// An executable for Linux.
    Elf(Elf),
    /// A script with the interpreter that its first line names.
    Script(String),
    /// An executable for macOS.
    MachO,
    /// An executable for Windows.
    Windows,
    /// An archive or a compressed file of this name, which Lambda does not take.
    Packed(&'static str),
    /// Text whose first line names no interpreter.
    Text,
    /// Nothing.
    Empty,
    /// Bytes that begin so.
    Unknown(Vec<u8>),
}

/// Signatures of files. Source: <https://www.iana.org/assignments/media-types>, the formats' own documents.
const PACKED: [(&[u8], &str); 5] = [
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\0", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
];

impl Kind {
    /// The kind of an open file, which is read from its beginning and left there.
    pub fn of(mut file: &File) -> std::io::Result<Self> {
        let mut head = Vec::new();
        file.rewind()?;
        file.take(HEAD).read_to_end(&mut head)?;
        file.rewind()?;
        Ok(Self::of_head(&head))
    }

    fn of_head(head: &[u8]) -> Self {
        if let Some(elf) = Elf::of(head) {
            return Self::Elf(elf);
        }
        let packed = PACKED.iter().find(|(signature, _)| head.starts_with(signature));
        match head {
            [] => Self::Empty,
            [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Self::Zip,
            [b'#', b'!', line @ ..] => Self::Script(interpreter(line)),
            [0xcf | 0xce, 0xfa, 0xed, 0xfe, ..] | [0xca, 0xfe, 0xba, 0xbe, ..] => Self::MachO,
            [b'M', b'Z', ..] => Self::Windows,
            _ if packed.is_some() => Self::Packed(packed.map_or("", |(_, name)| name)),
            _ if is_text(head) => Self::Text,
            _ => Self::Unknown(head.iter().take(4).copied().collect()),
        }
    }
}

/// Returns the reason why the system did not start the program at `path`. The function declares the architecture
/// `declared`.
pub fn why_not_started(path: &Path, error: &Error, declared: &str) -> String {
    let opened = File::open(path).and_then(|file| Ok((Kind::of(&file)?, file)));
    let Ok((kind, file)) = opened else {
        return error.to_string();
    };
    let is_there = |path: &str| path.starts_with('/') && Path::new(path).exists();
    match (&kind, error.kind()) {
        (Kind::Elf(elf), _) if !runs_here(elf) => {
            let on_aws = match elf.architecture == declared {
                true => String::new(),
                false => format!(
                    ". The function's `architectures` is {}, so it does not start on AWS either",
                    code(declared)
                ),
            };
            format!("it is {kind}, but this machine is {}{on_aws}", this_machine())
        }
        (Kind::Elf(elf), ErrorKind::NotFound) => match elf.loader(&file) {
            Some(loader) if !is_there(&loader) => format!(
                "missing loader {}: install its C library, or link the program statically",
                code(&loader)
            ),
            _ => error.to_string(),
        },
        (Kind::Script(interpreter), ErrorKind::NotFound) if !is_there(interpreter) => {
            let end = match interpreter.ends_with('\r') {
                true => ": its line ends are those of Windows",
                false => "",
            };
            format!("it is {kind}, which does not exist{end}")
        }
        (Kind::Elf(_) | Kind::Script(_), _) => format!("it is {kind}: {error}"),
        (
            Kind::Zip
            | Kind::MachO
            | Kind::Windows
            | Kind::Packed(_)
            | Kind::Text
            | Kind::Empty
            | Kind::Unknown(_),
            _,
        ) => format!("it is {kind}"),
    }
}

/// Returns whether an executable is for this machine's system and processor.
fn runs_here(elf: &Elf) -> bool {
    std::env::consts::OS == "linux" && elf.architecture == processor()
}

/// This machine's processor, as Lambda names it.
fn processor() -> &'static str {
    match std::env::consts::ARCH {
        "aarch64" => "arm64",
        other => other,
    }
}

fn this_machine() -> String {
    match std::env::consts::OS {
        "linux" => processor().to_owned(),
        system => format!("{} with {system}", processor()),
    }
}

/// The program behind `#!`.
fn interpreter(line: &[u8]) -> String {
    let line = line.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let line = String::from_utf8_lossy(line);
    // A carriage return is part of the name to the kernel.
    let name = line.trim_start_matches([' ', '\t']).split([' ', '\t']).next();
    name.unwrap_or_default().to_owned()
}

/// Returns whether bytes are text. The last character may be cut.
fn is_text(head: &[u8]) -> bool {
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(&head[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => return false,
    };
    text.chars()
        .all(|character| !character.is_control() || character.is_ascii_whitespace())
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Zip => formatter.write_str("a zip"),
            Self::Elf(elf) => write!(formatter, "a Linux executable for {}", elf.architecture),
            Self::Script(interpreter) => write!(formatter, "a script for {}", code(interpreter)),
            Self::MachO => formatter.write_str("a macOS executable"),
            Self::Windows => formatter.write_str("a Windows executable"),
            Self::Packed(format) => write!(formatter, "a {format} file"),
            Self::Text => formatter.write_str("text without `#!` in its first line"),
            Self::Empty => formatter.write_str("empty"),
            Self::Unknown(bytes) => {
                formatter.write_str("a file that begins with the bytes")?;
                bytes.iter().try_for_each(|byte| write!(formatter, " {byte:02x}"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data_plane::function::elf;

    #[test]
    fn a_file_is_what_its_first_bytes_say() {
        for (head, expected) in [
            (&b""[..], "empty"),
            (b"PK\x03\x04\x14\0", "a zip"),
            (b"PK\x05\x06\0\0", "a zip"),
            (b"\x1f\x8b\x08\0", "a gzip file"),
            (b"\xfd7zXZ\0\0", "a xz file"),
            (b"MZ\x90\0", "a Windows executable"),
            (b"\xcf\xfa\xed\xfe\x0c\0\0\x01", "a macOS executable"),
            (b"#!/bin/sh\nexit", "a script for `/bin/sh`"),
            (b"#! /usr/bin/env python3\n", "a script for `/usr/bin/env`"),
            (b"#!/bin/sh\r\nexit", "a script for `/bin/sh\\u000D`"),
            (b"exec node index.js\n", "text without `#!` in its first line"),
            ("é".repeat(200).as_bytes(), "text without `#!` in its first line"),
            (
                &[&b"a"[..], &b"\xc3\xa9".repeat(200)].concat()[..256],
                "text without `#!` in its first line",
            ),
            (
                b"\0\x01\x02\x03\x04",
                "a file that begins with the bytes 00 01 02 03",
            ),
            (
                &elf::tests::file(true, true, 183, ""),
                "a Linux executable for arm64",
            ),
            (
                b"\x7fELF\x02\x01",
                "a file that begins with the bytes 7f 45 4c 46",
            ),
            (b"PKD", "text without `#!` in its first line"),
        ] {
            assert_eq!(Kind::of_head(head).to_string(), expected, "{head:?}");
        }
    }
}
