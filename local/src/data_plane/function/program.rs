//! What a file is, told by its first bytes.

use std::fmt;
use std::fs::File;
use std::io::{Read, Seek};

use portcullis_generator::words::code;

/// How much of a file tells what it is, in bytes. The kernel reads as much of a `#!` line.
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

/// The head of an ELF file. Source: <https://man7.org/linux/man-pages/man5/elf.5.html>.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Elf {
    /// The processor, as Lambda names it if Lambda has it.
    pub architecture: String,
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
        let packed = PACKED.iter().find(|(signature, _)| head.starts_with(signature));
        match head {
            [] => Self::Empty,
            [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Self::Zip,
            [0x7f, b'E', b'L', b'F', rest @ ..] => {
                Elf::of(rest).map_or_else(|| Self::Unknown(head.into()), Self::Elf)
            }
            [b'#', b'!', line @ ..] => Self::Script(interpreter(line)),
            [0xcf | 0xce, 0xfa, 0xed, 0xfe, ..] | [0xca, 0xfe, 0xba, 0xbe, ..] => Self::MachO,
            [b'M', b'Z', ..] => Self::Windows,
            _ if packed.is_some() => Self::Packed(packed.map_or("", |(_, name)| name)),
            _ if is_text(head) => Self::Text,
            _ => Self::Unknown(head.iter().take(4).copied().collect()),
        }
    }
}

impl Elf {
    /// `rest` is what follows the magic number: class, byte order, then from the 12th byte on type and machine.
    fn of(rest: &[u8]) -> Option<Self> {
        let number = |bytes: &[u8]| {
            let bytes = [*bytes.first()?, *bytes.get(1)?];
            match rest.get(1)? {
                1 => Some(u16::from_le_bytes(bytes)),
                2 => Some(u16::from_be_bytes(bytes)),
                _ => None,
            }
        };
        let architecture = match number(rest.get(14..)?)? {
            3 => "x86".to_owned(),
            8 => "mips".to_owned(),
            20 => "powerpc".to_owned(),
            21 => "powerpc64".to_owned(),
            22 => "s390x".to_owned(),
            40 => "arm (32-bit)".to_owned(),
            62 => "x86_64".to_owned(),
            183 => "arm64".to_owned(),
            243 => "riscv".to_owned(),
            258 => "loongarch".to_owned(),
            other => format!("machine {other} of the ELF format"),
        };
        Some(Self { architecture })
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

/// Whether bytes are text; the last character may be cut.
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
            Self::Elf(Elf { architecture }) => write!(formatter, "a Linux executable for {architecture}"),
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
            (b"PKD", "text without `#!` in its first line"),
        ] {
            assert_eq!(Kind::of_head(head).to_string(), expected, "{head:?}");
        }
    }

    #[test]
    fn an_executable_names_its_processor_in_either_byte_order() {
        let elf = |order: u8, machine: [u8; 2]| {
            let mut head = b"\x7fELF\x02\0\x01\0\0\0\0\0\0\0\0\0\x02\0".to_vec();
            head[5] = order;
            head.extend(machine);
            Kind::of_head(&head).to_string()
        };
        assert_eq!(elf(1, [62, 0]), "a Linux executable for x86_64");
        assert_eq!(elf(1, [183, 0]), "a Linux executable for arm64");
        assert_eq!(elf(2, [0, 22]), "a Linux executable for s390x");
        assert_eq!(
            elf(1, [1, 2]),
            "a Linux executable for machine 513 of the ELF format"
        );
        let cut = Kind::of_head(b"\x7fELF\x02\x01");
        assert_eq!(
            cut.to_string(),
            "a file that begins with the bytes 7f 45 4c 46 02 01"
        );
    }
}
