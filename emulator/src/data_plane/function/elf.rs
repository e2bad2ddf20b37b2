//! The head of an ELF file. Source: <https://man7.org/linux/man-pages/man5/elf.5.html>.

use std::fs::File;
use std::os::unix::fs::FileExt;

/// The most entries of the program header table that are looked at; linkers write some ten.
const SEGMENTS: u64 = 128;
/// The segment that holds the path of the loader.
const PT_INTERP: u64 = 3;
/// A path is no longer on Linux.
const PATH_MAX: u64 = 4096;

/// An ELF file by its head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Elf {
    /// The processor, as Lambda names it if Lambda has it.
    pub architecture: String,
    is_64_bit: bool,
    is_little_endian: bool,
}

impl Elf {
    /// The ELF file that begins with `head`.
    pub fn of(head: &[u8]) -> Option<Self> {
        let class = head.strip_prefix(b"\x7fELF")?;
        let mut elf = Self {
            architecture: String::new(),
            is_64_bit: match class.first()? {
                1 => false,
                2 => true,
                _ => return None,
            },
            is_little_endian: match class.get(1)? {
                1 => true,
                2 => false,
                _ => return None,
            },
        };
        elf.architecture = match (elf.number(head.get(18..20)?), elf.is_64_bit) {
            (3, _) => "x86".to_owned(),
            (8, _) => "mips".to_owned(),
            (20, _) => "powerpc".to_owned(),
            (21, _) => "powerpc64".to_owned(),
            (22, _) => "s390x".to_owned(),
            (40, _) => "arm".to_owned(),
            (62, _) => "x86_64".to_owned(),
            (183, _) => "arm64".to_owned(),
            (243, true) => "riscv64".to_owned(),
            (243, false) => "riscv32".to_owned(),
            (258, _) => "loongarch".to_owned(),
            (other, _) => format!("the ELF machine {other}"),
        };
        Some(elf)
    }

    /// The loader that a dynamically linked file asks for.
    pub fn loader(&self, file: &File) -> Option<String> {
        let read = |at: u64, length: u64| {
            let mut bytes = vec![0; usize::try_from(length).ok()?];
            file.read_exact_at(&mut bytes, at).ok()?;
            Some(bytes)
        };
        let number = |at: u64, length: u64| Some(self.number(&read(at, length)?));
        let (table, size, count) = match self.is_64_bit {
            true => (number(32, 8)?, number(54, 2)?, number(56, 2)?),
            false => (number(28, 4)?, number(42, 2)?, number(44, 2)?),
        };
        (0..count.min(SEGMENTS)).find_map(|index| {
            let segment = table.checked_add(index.checked_mul(size)?)?;
            let field = |at: u64, length: u64| number(segment.checked_add(at)?, length);
            if field(0, 4)? != PT_INTERP {
                return None;
            }
            let (offset, length) = match self.is_64_bit {
                true => (field(8, 8)?, field(32, 8)?),
                false => (field(4, 4)?, field(16, 4)?),
            };
            let path = read(offset, length.min(PATH_MAX))?;
            let path = path.split(|byte| *byte == 0).next()?;
            Some(String::from_utf8_lossy(path).into_owned())
        })
    }

    fn number(&self, bytes: &[u8]) -> u64 {
        let add = |number: u64, byte: &u8| number << 8 | u64::from(*byte);
        match self.is_little_endian {
            true => bytes.iter().rev().fold(0, add),
            false => bytes.iter().fold(0, add),
        }
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use std::io::Write;

    /// A head with one segment that names a loader.
    pub fn file(is_64_bit: bool, is_little_endian: bool, machine: u64, loader: &str) -> Vec<u8> {
        let mut bytes = vec![0; 256];
        let mut put = |at: usize, length: usize, number: u64| {
            let number = number.to_be_bytes();
            let number = number[8 - length..].iter().copied();
            let place = &mut bytes[at..at + length];
            match is_little_endian {
                true => number.rev().zip(place).for_each(|(byte, place)| *place = byte),
                false => number.zip(place).for_each(|(byte, place)| *place = byte),
            }
        };
        put(16, 2, 2);
        put(18, 2, machine);
        let length = loader.len() as u64 + 1;
        if is_64_bit {
            put(32, 8, 64);
            put(54, 2, 56);
            put(56, 2, 1);
            put(64, 4, PT_INTERP);
            put(72, 8, 200);
            put(96, 8, length);
        } else {
            put(28, 4, 52);
            put(42, 2, 32);
            put(44, 2, 1);
            put(52, 4, PT_INTERP);
            put(56, 4, 200);
            put(68, 4, length);
        }
        let class = if is_64_bit { 2 } else { 1 };
        bytes[..6].copy_from_slice(&[
            0x7f,
            b'E',
            b'L',
            b'F',
            class,
            if is_little_endian { 1 } else { 2 },
        ]);
        bytes[200..200 + loader.len()].copy_from_slice(loader.as_bytes());
        bytes
    }

    #[test]
    fn an_executable_names_its_processor_and_its_loader() {
        for (is_64_bit, is_little_endian, machine, architecture) in [
            (true, true, 62, "x86_64"),
            (true, true, 183, "arm64"),
            (false, true, 3, "x86"),
            (false, true, 40, "arm"),
            (true, false, 22, "s390x"),
            (false, false, 20, "powerpc"),
            (true, true, 513, "the ELF machine 513"),
        ] {
            let bytes = file(is_64_bit, is_little_endian, machine, "/lib/ld-musl.so.1");
            let elf = Elf::of(&bytes).unwrap();
            assert_eq!(elf.architecture, architecture);
            let mut on_disk = tempfile::tempfile().unwrap();
            on_disk.write_all(&bytes).unwrap();
            assert_eq!(
                elf.loader(&on_disk).as_deref(),
                Some("/lib/ld-musl.so.1"),
                "{architecture}"
            );
        }
    }

    #[test]
    fn a_head_that_is_cut_or_wrong_is_none() {
        let whole = file(true, true, 62, "/lib/ld.so");
        for length in [0, 4, 5, 19] {
            assert_eq!(Elf::of(&whole[..length]), None, "{length}");
        }
        for (at, byte) in [(0, 0), (4, 3), (5, 0)] {
            let mut wrong = whole.clone();
            wrong[at] = byte;
            assert_eq!(Elf::of(&wrong), None, "{at}");
        }
        // A table behind the end of the file, or one that never ends.
        for (at, byte) in [(39, 0xff), (63, 0xff), (57, 0xff), (79, 0xff)] {
            let mut wrong = whole.clone();
            wrong[at] = byte;
            let mut on_disk = tempfile::tempfile().unwrap();
            on_disk.write_all(&wrong).unwrap();
            let loader = Elf::of(&wrong).unwrap().loader(&on_disk);
            assert!(loader.is_none_or(|loader| loader == "/lib/ld.so"), "{at}");
        }
    }
}
