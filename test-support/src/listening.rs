//! The TCP ports on which processes listen, as Linux tells of them.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The ports on which a process listens, of both families.
pub fn tcp_ports(process: u32) -> BTreeSet<u16> {
    const LISTEN: &str = "0A";
    let folder = Path::new("/proc").join(process.to_string());
    let sockets: BTreeSet<String> = fs::read_dir(folder.join("fd"))
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let target = fs::read_link(entry.path()).ok()?;
            let inode = target.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?;
            Some(inode.to_owned())
        })
        .collect();
    let tables = ["tcp", "tcp6"].map(|table| fs::read_to_string(folder.join("net").join(table)));
    let mut ports = BTreeSet::new();
    for line in tables.iter().flatten().flat_map(|table| table.lines().skip(1)) {
        // sl, local address, remote address, state, …, and the inode as the tenth.
        let columns: Vec<&str> = line.split_whitespace().collect();
        if columns[3] == LISTEN && sockets.contains(columns[9]) {
            let (_, port) = columns[1].rsplit_once(':').unwrap();
            ports.insert(u16::from_str_radix(port, 16).unwrap());
        }
    }
    ports
}
