//! Requests that no listener of ours may answer, each beside one that differs in this alone and is answered.

use super::in_time::InTime;

/// The head of a request, without its last line, and the status it is refused with; `None` if it is answered.
pub type Attempt = (String, Option<u16>);

/// Attempts to pass for a caller of this listener by `Host` and by the form of the target. A page whose name resolves
/// to 127.0.0.1 sends that name (DNS rebinding). RFC 9112, section 3.2, asks for 400 if there is not exactly one, and
/// for the authority of a whole URL to count.
pub fn names(target: &str, port: u16) -> Vec<Attempt> {
    let own = format!("Host: 127.0.0.1:{port}\r\n");
    let foreign = format!("Host: rebound.example.com:{port}\r\n");
    let head = |target: &str, version: &str, hosts: &[&str]| {
        format!("GET {target} HTTP/{version}\r\n{}", hosts.concat())
    };
    let with = |host: &str| head(target, "1.1", &[&format!("Host: {host}\r\n")]);
    let own_url = format!("http://127.0.0.1:{port}{target}");
    let foreign_url = format!("http://rebound.example.com:{port}{target}");
    vec![
        (head(target, "1.1", &[&own]), None),
        (with(&format!("localhost:{port}")), None),
        (with(&format!("LOCALHOST:{port}")), None),
        (with(&format!("[::1]:{port}")), None),
        (with("127.0.0.1"), None),
        (head(target, "1.1", &[&foreign]), Some(403)),
        (with("rebound.example.com"), Some(403)),
        (with("169.254.169.254"), Some(403)),
        (with(&format!("127.0.0.1.example.com:{port}")), Some(403)),
        (with("127.0.0.1@rebound.example.com"), Some(403)),
        (with(""), Some(403)),
        (head(target, "1.0", &[&own]), None),
        (head(target, "1.0", &[&foreign]), Some(403)),
        (head(&own_url, "1.1", &[&own]), None),
        (head(&own_url, "1.1", &[&foreign]), Some(403)),
        (head(&foreign_url, "1.1", &[&own]), Some(403)),
        (head(&foreign_url, "1.1", &[&foreign]), Some(403)),
        (head(target, "1.1", &[]), Some(400)),
        (head(target, "1.0", &[]), Some(400)),
        (head(target, "1.1", &[&own, &own]), Some(400)),
        (head(target, "1.1", &[&own, &foreign]), Some(400)),
        (head(target, "1.1", &[&foreign, &own]), Some(400)),
    ]
}

/// Header fields that browsers add to a request, with the page that sends it.
pub const PAGES: [&str; 6] = [
    "Origin: https://page.example.com\r\n",
    "Origin: null\r\n",
    "Referer: https://page.example.com/\r\n",
    "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: no-cors\r\nSec-Fetch-Dest: image\r\n",
    "Sec-Fetch-Site: same-site\r\n",
    "Sec-Fetch-Site: same-origin\r\n",
];

/// Sends bytes from a process of another user and returns what comes back; `None` if we may not be another user.
pub fn as_another_user(port: u16, request: &str) -> Option<String> {
    const NOBODY: &str = "import encodings.idna, os, socket, sys\n\
        os.setgroups([]); os.setgid(65534); os.setuid(65534)\n\
        s = socket.create_connection(('127.0.0.1', int(sys.argv[1])), 30)\n\
        s.sendall(sys.argv[2].encode())\n\
        sys.stdout.write(s.makefile(newline='').read())";
    if !rustix::process::geteuid().is_root() {
        eprintln!("left out: only root can start a process of another user");
        return None;
    }
    let output = std::process::Command::new("timeout")
        .args(["60", "python3", "-I", "-c", NOBODY, &port.to_string(), request])
        .output_in_time()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Some(String::from_utf8(output.stdout).unwrap())
}
