//! Tests that need a real browser: the page of `examples/web` against the applied service, because no other client
//! follows the rules across origins, and the pictures of who can reach what.

mod chromium;
mod pictures;

use portcullis_test_support::in_time::InTime;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use std::{env, fs};

use serde_json::{Value, json};

use crate::support::{PORTCULLIS, Project, Running, curl, text, wait_until};
use chromium::Page;

/// The buttons that call the routes.
const GUARDED: &str = "#routes button:first-child";
const OPEN: &str = "#routes button:last-child";
const NEW_PASSWORD: &str = "Other1, \"quoted\" é";

#[test]
fn the_example_page_signs_in_and_calls_the_service_from_another_origin() {
    let Some(chromium) = chromium::find() else {
        return missing(NO_CHROMIUM);
    };
    let project = Project::demo();
    let served = || -> Option<(String, Value)> {
        let ports = fs::read_to_string(project.path(".portcullis/local/ports.json")).ok()?;
        let port = serde_json::from_str::<Value>(&ports).ok()?["page"].as_u64()?;
        let origin = format!("http://127.0.0.1:{port}");
        let service = curl("GET", &format!("{origin}/service.json"), &[]);
        Some((origin, serde_json::from_str(&service.body).ok()?))
    };
    let mut dev = project.command(&*PORTCULLIS);
    let _dev = Running::start(dev.arg("dev")).until("dev serves the page", || served().is_some());
    let (origin, service) = served().unwrap();
    let printed = project.portcullis(&["outputs"]).succeeded();
    let (api_url, email) = (
        text(&printed.json(), "api_url"),
        text(&printed.json(), "first_user_email"),
    );
    assert_eq!(service["outputs"]["api_url"], printed.json()["api_url"]);
    let guarded = json!({"path": "/", "token": "id"});
    assert_eq!(
        service["routes"],
        json!([guarded, {"path": "/open", "token": null}])
    );

    let spec = project.read("portcullis.toml");
    let of_one_origin = spec.replace(r#"allow_origin = "*""#, &format!(r#"allow_origin = "{origin}""#));
    assert_ne!(of_one_origin, spec);
    project.write("portcullis.toml", &of_one_origin);
    wait_until("dev allows its page", || {
        let refused = curl("GET", &api_url, &[]);
        refused.header("access-control-allow-origin") == Some(&origin)
    });

    // Nothing has to be pasted.
    let mut page = Page::start(&chromium);
    page.open(&origin);
    page.until("service", &format!("The API is {api_url}"));

    // A refusal of the gateway's own is readable, because it has the headers that let the page read it.
    page.click(GUARDED);
    page.until("status", "GET /: 401 Unauthorized");
    assert_eq!(page.text("body"), "{\n  \"message\": \"Unauthorized\"\n}");

    // The first sign-in; so is a refusal of Cognito's.
    sign_in(&mut page, "Wrong1");
    page.until("session", "Cognito refuses: Incorrect username or password");
    sign_in(&mut page, &project.temporary_password());
    page.until("session", "This password is temporary");
    page.enter("new-password", NEW_PASSWORD);
    page.click("#choose-password button");
    page.until("session", &format!("{email} is signed in"));

    // A header of ours in the request: the browser asks first, and the applied mock answers.
    page.click(GUARDED);
    page.until("status", "GET /: 200 OK");
    page.until("body", &format!("hello {email}, you are signed in"));
    let answer = page.event("the preflight is answered", |method, received| {
        method == "Network.responseReceived"
            && (received["type"] == "Preflight" && received["response"]["url"] == api_url)
    });
    page.event("the preflight was sent", |method, sent| {
        method == "Network.requestWillBeSent"
            && (sent["requestId"] == answer["requestId"] && sent["request"]["method"] == "OPTIONS")
    });
    let answer = &answer["response"];
    let headers = answer["headers"].as_object().unwrap();
    let allows = |name: &str| {
        let mut headers = headers.iter();
        headers.find(|(key, _)| key.eq_ignore_ascii_case(name)).unwrap().1
    };
    assert_eq!(answer["status"], 204, "{answer}");
    assert_eq!(allows("access-control-allow-origin"), &origin);
    let names = allows("access-control-allow-headers").as_str().unwrap();
    assert!(names.contains("Authorization"), "{answer}");

    page.click(OPEN);
    page.until("status", "GET /open: 200 OK");
    page.until("body", "hello whole wide world");

    // Later ones need no challenge, and nothing of the earlier ones was kept.
    page.click("#sign-out");
    sign_in(&mut page, NEW_PASSWORD);
    page.until("session", &format!("{email} is signed in"));
    page.click(GUARDED);
    page.until("status", "GET /: 200 OK");
    let kept = "localStorage.length + sessionStorage.length + document.cookie.length + location.hash.length";
    assert_eq!(page.evaluate(kept), 0);
    assert!(!page.has_reported("Runtime.exceptionThrown"));

    // The same page elsewhere is of another origin: Cognito takes it, the API does not.
    let files = Files::serve(&project);
    page.open(&format!("http://localhost:{}", files.port));
    page.enter("outputs", "{");
    page.until("service", "Invalid output of `make outputs`");
    page.enter("outputs", &printed.stdout);
    page.until("service", &format!("The API is {api_url}"));
    sign_in(&mut page, NEW_PASSWORD);
    page.until("session", &format!("{email} is signed in"));
    for (button, error) in [
        (GUARDED, "PreflightAllowOriginMismatch"),
        (OPEN, "AllowOriginMismatch"),
    ] {
        page.click(button);
        let api = api_url.trim_end_matches("/v1");
        page.until(
            "status",
            &format!("The browser refused: {api} answers, but does not allow pages of http://localhost"),
        );
        assert_eq!(page.text("body"), "");
        page.event(error, |method, failed| {
            method == "Network.loadingFailed" && failed["corsErrorStatus"]["corsError"] == error
        });
    }

    // What was refused may have done something, so it is not repeated.
    assert_eq!(page.requests(&format!("{api_url}/open")), 1);

    // The page knows a refusal from silence.
    project
        .background("data-plane")
        .stop(Duration::from_secs(10))
        .unwrap();
    page.click(OPEN);
    page.until("status", "Nothing answers at");
}

#[track_caller]
fn sign_in(page: &mut Page, password: &str) {
    page.enter("password", password);
    page.click("#sign-in button");
}

const NO_CHROMIUM: &str =
    "no Chromium on the PATH; on Debian: `apt-get install --no-install-recommends chromium`";

/// Prints that nothing was tested, even though cargo hides the output of tests that pass. In CI, this is a failure.
fn missing(sentence: &str) {
    assert!(env::var_os("CI").is_none(), "{sentence}");
    let mut stderr = std::io::stderr();
    writeln!(stderr, "skipped: {sentence}").unwrap();
}

/// The example's files on a free port, as its README serves them.
struct Files {
    server: Child,
    port: u16,
}

impl Files {
    fn serve(project: &Project) -> Self {
        let mut server = Command::new("python3")
            .args(["-u", "-m", "http.server", "--bind", "127.0.0.1", "-d"])
            .arg(project.path("examples/web"))
            .arg("0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let stdout = server.stdout.take().unwrap();
        BufReader::new(stdout).read_line(&mut line).unwrap();
        // Serving HTTP on 127.0.0.1 port 8080 (http://127.0.0.1:8080/) ...
        let port = line
            .split(' ')
            .nth(5)
            .unwrap_or_else(|| panic!("it says `{line}`"));
        Self {
            port: port.parse().unwrap(),
            server,
        }
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        _ = self.server.kill();
        _ = self.server.wait_in_time();
    }
}
