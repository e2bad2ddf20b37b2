//! The TCP ports on which processes listen, as Linux tells of them.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// A process and all that it has started, as far as their parents are there.
pub fn tree(root: u32) -> Vec<u32> {
    let parents: Vec<(u32, u32)> = fs::read_dir("/proc")
        .unwrap()
        .flatten()
        .filter_map(|entry| {
            let status = fs::read_to_string(entry.path().join("status")).ok()?;
            let parent = status.lines().find_map(|line| line.strip_prefix("PPid:"))?;
            let process = entry.file_name().to_str()?.parse().ok()?;
            Some((process, parent.trim().parse().ok()?))
        })
        .collect();
    let mut tree = vec![root];
    let mut next = 0;
    while let Some(parent) = tree.get(next).copied() {
        let children = parents.iter().filter(|(_, of)| *of == parent);
        tree.extend(children.map(|(process, _)| process));
        next += 1;
    }
    tree
}

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
