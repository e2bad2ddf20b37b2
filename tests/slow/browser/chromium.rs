//! Headless Chromium, by the DevTools protocol: <https://chromedevtools.github.io/devtools-protocol/>.
//!
//! It is spoken over a pipe, a message being JSON with a NUL behind it. So there is no port that other users of this
//! machine could connect to. Chromium ends with the pipe, even if the test is killed.

use portcullis_test_support::in_time::InTime;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::{Value, json};

use crate::support::{SOON, wait_until};

/// For a machine without a display and a GPU, for root, who gets no sandbox, and so that nothing leaves the machine.
const FLAGS: [&str; 12] = [
    "--headless=new",
    "--remote-debugging-pipe",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-proxy-server",
    "--password-store=basic",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
];

/// Chromium speaks over the descriptors 3 and 4, and the standard library hands down no more than 0 to 2.
const MOVE_DESCRIPTORS: &str = r#"exec "$0" "$@" 3<&0 4>&1 </dev/null >&2"#;

/// Finds a Chromium on the PATH.
pub fn find() -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let names = ["chromium", "chromium-browser", "google-chrome"];
    env::split_paths(&path)
        .flat_map(|folder| names.map(|name| folder.join(name)))
        .find(|program| program.is_file())
}

/// A Chromium with one page open. It ends with the test, and its profile with it.
pub struct Page {
    child: Child,
    to_chromium: ChildStdin,
    from_chromium: Receiver<Value>,
    messages: u64,
    session: Option<String>,
    /// Chromium's events since the page was opened.
    events: Vec<Value>,
    profile: tempfile::TempDir,
}

impl Page {
    /// Starts Chromium with an empty page.
    pub fn start(chromium: &Path) -> Self {
        let profile = tempfile::tempdir().unwrap();
        let mut child = Command::new("sh")
            .args(["-c", MOVE_DESCRIPTORS])
            .arg(chromium)
            .args(FLAGS)
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .env_clear()
            .env("PATH", env::var_os("PATH").unwrap_or_default())
            .env("HOME", profile.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(fs::File::create(profile.path().join("log")).unwrap())
            .process_group(0)
            .spawn()
            .unwrap();
        let mut page = Self {
            to_chromium: child.stdin.take().unwrap(),
            from_chromium: receive(child.stdout.take().unwrap()),
            child,
            messages: 0,
            session: None,
            events: Vec::new(),
            profile,
        };
        let target = page.call("Target.createTarget", json!({"url": "about:blank"}));
        let target = json!({"targetId": target["targetId"], "flatten": true});
        let attached = page.call("Target.attachToTarget", target);
        page.session = attached["sessionId"].as_str().map(str::to_owned);
        for domain in ["Network", "Page", "Runtime"] {
            page.call(&format!("{domain}.enable"), json!({}));
        }
        page
    }

    /// Opens an address and waits until its scripts have run.
    pub fn open(&mut self, url: &str) {
        self.events.clear();
        let opened = self.call("Page.navigate", json!({ "url": url }));
        assert_eq!(opened["errorText"], Value::Null, "{url}: {opened}");
        self.event("the page is loaded", |method, _| method == "Page.loadEventFired");
    }

    /// Calls a method of the protocol, of the page once there is one.
    #[track_caller]
    fn call(&mut self, method: &str, parameters: Value) -> Value {
        self.messages += 1;
        let id = self.messages;
        let mut message = json!({"id": id, "method": method, "params": parameters});
        if let Some(session) = &self.session {
            message["sessionId"] = json!(session);
        }
        write!(self.to_chromium, "{message}\0").unwrap();
        loop {
            let message = match self.from_chromium.recv_timeout(SOON) {
                Ok(message) => message,
                Err(RecvTimeoutError::Timeout) => panic!("no answer to {method} within {SOON:?}"),
                Err(RecvTimeoutError::Disconnected) => {
                    let log = fs::read_to_string(self.profile.path().join("log"));
                    panic!("Chromium ended at {method}:\n{}", log.unwrap_or_default());
                }
            };
            if message["id"] == id {
                assert_eq!(message["error"], Value::Null, "{method}");
                return message["result"].clone();
            }
            self.events.push(message);
        }
    }

    /// The value of an expression of JavaScript, or what it promises.
    #[track_caller]
    pub fn evaluate(&mut self, expression: &str) -> Value {
        let parameters = json!({"expression": expression, "returnByValue": true, "awaitPromise": true});
        let result = self.call("Runtime.evaluate", parameters);
        assert_eq!(result["exceptionDetails"], Value::Null, "{expression:.2000}");
        result["result"]["value"].clone()
    }

    /// Waits for something that Chromium reports, or has reported; its parameters.
    #[track_caller]
    pub fn event(&mut self, what: &str, is_it: impl Fn(&str, &Value) -> bool) -> Value {
        let mut found = None;
        wait_until(what, || {
            self.evaluate("0");
            let mut events = self.events.iter();
            let event = events.find(|event| is_it(event["method"].as_str().unwrap_or(""), &event["params"]));
            found = event.map(|event| event["params"].clone());
            found.is_some()
        });
        found.unwrap()
    }

    /// Returns whether Chromium has reported an event of this kind.
    pub fn has_reported(&self, method: &str) -> bool {
        self.events.iter().any(|event| event["method"] == method)
    }

    /// Returns how often the page has asked for an address since it was opened.
    pub fn requests(&self, url: &str) -> usize {
        let sent = self.events.iter().filter(|event| {
            let request = &event["params"]["request"];
            event["method"] == "Network.requestWillBeSent"
                && request["method"] == "GET"
                && request["url"] == url
        });
        sent.count()
    }

    /// The text of an element, by its id.
    #[track_caller]
    pub fn text(&mut self, id: &str) -> String {
        let text = self.evaluate(&format!("document.getElementById('{id}').textContent"));
        text.as_str().unwrap().to_owned()
    }

    /// Waits until an element says something.
    #[track_caller]
    pub fn until(&mut self, id: &str, says: &str) {
        let started = Instant::now();
        loop {
            let text = self.text(id);
            if text.contains(says) {
                return;
            }
            let waited = started.elapsed();
            assert!(
                waited < SOON,
                "`{id}` says `{text}` and not `{says}` within {SOON:?}"
            );
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Types into an element instead of what is in it, as a keyboard does.
    #[track_caller]
    pub fn enter(&mut self, id: &str, text: &str) {
        self.evaluate(&format!("document.getElementById('{id}').select()"));
        self.call("Input.insertText", json!({ "text": text }));
    }

    /// Clicks an element that can be seen and used.
    #[track_caller]
    pub fn click(&mut self, selector: &str) {
        let element = format!("document.querySelector('{selector}')");
        wait_until(&format!("`{selector}` can be clicked"), || {
            self.evaluate(&format!("{element}.checkVisibility() && !{element}.disabled")) == true
        });
        self.evaluate(&format!("{element}.click()"));
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        // Its processes are of one group; the profile can be deleted when none writes into it any more.
        _ = kill_process_group(Pid::from_child(&self.child), Signal::KILL);
        _ = self.child.wait_in_time();
    }
}

/// Reads messages for as long as Chromium runs.
fn receive(stdout: ChildStdout) -> Receiver<Value> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        for message in BufReader::new(stdout).split(0) {
            let Ok(message) = message.map(|bytes| serde_json::from_slice(&bytes)) else {
                return;
            };
            if sender.send(message.unwrap()).is_err() {
                return;
            }
        }
    });
    receiver
}
