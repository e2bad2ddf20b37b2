//! Identifies the owner of the other end of a TCP connection on this machine, as Linux reports it.
//!
//! The kernel is asked for one socket by its addresses (`NETLINK_SOCK_DIAG`), which takes some microseconds however
//! many connections there are; the same is in `/proc/net/tcp`, which takes a millisecond to read.
//! Source: <https://man7.org/linux/man-pages/man7/sock_diag.7.html>.

use std::fs;
use std::net::SocketAddrV4;

use rustix::process::Pid;

/// The other end of a connection.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(
    not(target_os = "linux"),
    allow(dead_code, reason = "only Linux identifies peers")
)]
pub(super) enum Peer {
    /// A program's socket.
    Program {
        /// The user it belongs to.
        user: u32,
        /// Its inode.
        socket: u32,
    },
    /// No program has it any more.
    Gone,
    /// The system does not tell.
    Unidentified,
}

/// The other end of the connection from `peer` to `own`.
#[cfg(target_os = "linux")]
pub(super) fn of(peer: SocketAddrV4, own: SocketAddrV4) -> Peer {
    match linux::socket(peer, own) {
        Ok(Some(found)) => found,
        // Our own end is there for sure: without an answer about that one the kernel lacks the whole service.
        Ok(None) if matches!(linux::socket(own, peer), Ok(Some(_))) => Peer::Gone,
        Ok(None) => unidentified("it knows no connections"),
        Err(error) => unidentified(&error.to_string()),
    }
}

/// The other end of the connection from `peer` to `own`.
#[cfg(not(target_os = "linux"))]
pub(super) fn of(_peer: SocketAddrV4, _own: SocketAddrV4) -> Peer {
    Peer::Unidentified
}

#[cfg(target_os = "linux")]
fn unidentified(why: &str) -> Peer {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        tracing::warn!("can't keep other users of this machine out: the kernel does not identify them: {why}")
    });
    Peer::Unidentified
}

/// Returns whether a process of a group has a socket open. It looks at the leader first, which usually has it.
pub(super) fn is_held_in(group: Pid, socket: u32) -> bool {
    let group = group.as_raw_nonzero().get();
    let link = format!("socket:[{socket}]");
    let has = |process: i32| {
        let open = fs::read_dir(format!("/proc/{process}/fd"));
        open.into_iter()
            .flatten()
            .flatten()
            .any(|entry| fs::read_link(entry.path()).is_ok_and(|target| target.as_os_str() == &*link))
    };
    has(group)
        || fs::read_dir("/proc")
            .into_iter()
            .flatten()
            .flatten()
            .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
            .filter(|process| group_of(*process) == Some(group))
            .any(has)
}

/// The group of a process; 0 for a thread of the kernel's.
fn group_of(process: i32) -> Option<i32> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // Behind the program's name, which may hold anything: state, parent, group.
    let (_, fields) = stat.rsplit_once(')')?;
    fields.split_ascii_whitespace().nth(2)?.parse().ok()
}

#[cfg(target_os = "linux")]
mod linux {
    use std::io;
    use std::net::SocketAddrV4;

    use rustix::io::Errno;
    use rustix::net::{
        AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, netlink, recv, send, socket_with,
    };

    use super::Peer;

    // <linux/netlink.h>, <linux/sock_diag.h>
    const HEADER: usize = 16;
    const REQUEST: u16 = 1;
    const ERROR: u16 = 2;
    const BY_FAMILY: u16 = 20;
    const TCP: u8 = 6;

    /// The socket with these addresses, its own first; `None` if there is none.
    pub(super) fn socket(own: SocketAddrV4, other: SocketAddrV4) -> io::Result<Option<Peer>> {
        let netlink = socket_with(
            AddressFamily::NETLINK,
            SocketType::RAW,
            SocketFlags::CLOEXEC,
            Some(netlink::SOCK_DIAG),
        )?;
        send(&netlink, &question(own, other), SendFlags::empty())?;
        let mut answer = [0; 512];
        let (length, _) = recv(&netlink, &mut answer, RecvFlags::empty())?;
        read(&answer[..length])
    }

    /// A `struct nlmsghdr` and a `struct inet_diag_req_v2` for exactly one socket.
    fn question(own: SocketAddrV4, other: SocketAddrV4) -> Vec<u8> {
        let family = u8::try_from(AddressFamily::INET.as_raw()).unwrap_or_default();
        let mut body = vec![family, TCP, 0, 0];
        let any_state = u32::MAX;
        body.extend(any_state.to_ne_bytes());
        for port in [own.port(), other.port()] {
            body.extend(port.to_be_bytes());
        }
        // Room for an address of IPv6 each.
        for address in [own.ip(), other.ip()] {
            body.extend(address.octets());
            body.extend([0; 12]);
        }
        let any_interface = [0; 4];
        body.extend(any_interface);
        let no_cookie = [0xff; 8];
        body.extend(no_cookie);

        let length = u32::try_from(HEADER + body.len()).unwrap_or_default();
        let mut message = Vec::with_capacity(HEADER + body.len());
        message.extend(length.to_ne_bytes());
        message.extend(BY_FAMILY.to_ne_bytes());
        message.extend(REQUEST.to_ne_bytes());
        // Number of the message, and the sender: the kernel fills it in.
        message.extend([0; 8]);
        message.extend(body);
        message
    }

    /// A `struct nlmsghdr`, and behind it an error or a `struct inet_diag_msg`.
    fn read(answer: &[u8]) -> io::Result<Option<Peer>> {
        let word = |at: usize| {
            let bytes = answer.get(at..at + 4).and_then(|bytes| bytes.try_into().ok());
            bytes
                .map(u32::from_ne_bytes)
                .ok_or_else(|| io::Error::from(io::ErrorKind::InvalidData))
        };
        let kind = answer
            .get(4..6)
            .and_then(|bytes| bytes.try_into().ok())
            .map(u16::from_ne_bytes);
        match kind {
            Some(BY_FAMILY) => {
                let (user, socket) = (word(HEADER + 64)?, word(HEADER + 68)?);
                Ok(Some(match socket {
                    // Closed by its program, and kept by the kernel until all is said.
                    0 => Peer::Gone,
                    socket => Peer::Program { user, socket },
                }))
            }
            Some(ERROR) => match i32::from_ne_bytes(word(HEADER)?.to_ne_bytes()).wrapping_neg() {
                error if error == Errno::NOENT.raw_os_error() => Ok(None),
                error => Err(io::Error::from_raw_os_error(error)),
            },
            _ => Err(io::ErrorKind::InvalidData.into()),
        }
    }
}

#[cfg(all(test, target_os = "linux"))]
#[allow(clippy::unwrap_used, reason = "a test that can't go on fails")]
mod tests {
    use std::net::{SocketAddr, TcpListener, TcpStream};
    use std::os::fd::AsFd;

    use super::*;
    use portcullis_test_support::in_time::InTime;

    /// Both ends of a connection, and their addresses: the client's first.
    fn connection() -> (TcpStream, TcpStream, [SocketAddrV4; 2]) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (server, _) = listener.accept().unwrap();
        let ends = [client.local_addr(), server.local_addr()].map(|end| match end.unwrap() {
            SocketAddr::V4(end) => end,
            SocketAddr::V6(end) => panic!("{end}"),
        });
        (client, server, ends)
    }

    #[test]
    fn a_peer_is_known_by_its_user_and_its_socket() {
        let (client, _server, [peer, own]) = connection();
        let socket = u32::try_from(rustix::fs::fstat(client.as_fd()).unwrap().st_ino).unwrap();
        let user = rustix::process::geteuid().as_raw();
        assert_eq!(of(peer, own), Peer::Program { user, socket });
        assert!(is_held_in(rustix::process::getpgrp(), socket));
        let mut other = std::os::unix::process::CommandExt::process_group(
            std::process::Command::new("sleep").arg("60"),
            0,
        )
        .spawn()
        .unwrap();
        let held = is_held_in(Pid::from_child(&other), socket);
        other.kill().unwrap();
        other.wait_in_time().unwrap();
        assert!(!held, "another group does not have it");
    }

    #[test]
    fn a_peer_that_closed_its_end_is_gone() {
        let (client, _server, [peer, own]) = connection();
        drop(client);
        assert_eq!(of(peer, own), Peer::Gone);
    }
}
