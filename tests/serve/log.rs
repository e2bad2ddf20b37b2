//! The log of `serve` does not grow for ever, even if clients send long requests.

use std::fs;

use serde_json::json;

use super::served::{Project, state};

/// Source: the limit of the functions' logs.
const LIMIT: usize = 10 << 20;

#[test]
fn what_a_client_makes_long_is_cut_in_the_log() {
    let project = Project::new();
    let served = project
        .serve(&state(json!({"filename": "../build/orders.zip"})), &[])
        .unwrap();
    let long = "é".repeat(5_000).replace('é', "%C3%A9");
    assert_eq!(served.get(&format!("/{long}")).0, 403);
    assert_eq!(served.call(&"X".repeat(20_000), "/").0, 403);
    assert_eq!(served.get("/short").0, 403);
    let log = served.stop();
    let lines: Vec<&str> = log.lines().filter(|line| line.contains(" 403 in ")).collect();
    assert_eq!(lines.len(), 3, "{log}");
    assert!(
        lines[0].contains("/%C3%A9") && lines[0].contains("… (30004 bytes) 403 in "),
        "{}",
        lines[0]
    );
    assert!(
        lines[1].contains("XX… (20000 bytes) /v1/ 403 in "),
        "{}",
        lines[1]
    );
    assert!(lines[2].contains("GET /v1/short 403 in "), "{}", lines[2]);
    assert!(lines.iter().all(|line| line.len() < 2_000), "{log}");
}

#[test]
fn a_full_log_is_replaced_and_the_previous_one_is_kept() {
    let project = Project::new();
    let path = project.path("serve.log");
    let previous = project.path("serve.log.previous");
    let state = state(json!({"filename": "../build/orders.zip"}));
    let options = ["--log", path.to_str().unwrap()];
    let line = "x".repeat(1023) + "\n";
    fs::write(&path, line.repeat(LIMIT / 1024)).unwrap();
    fs::write(&previous, "older").unwrap();
    let served = project.serve(&state, &options).unwrap();
    assert_eq!(served.get("/").0, 200);
    assert_eq!(served.stop(), "", "nothing is on stderr");
    assert_eq!(fs::read_to_string(&previous).unwrap().len(), LIMIT);
    let log = fs::read_to_string(&path).unwrap();
    assert!(
        log.contains("`shop` is running at") && log.contains("GET /v1/ 200 in "),
        "{log}"
    );
    // One that has room is continued.
    project.serve(&state, &options).unwrap().stop();
    let continued = fs::read_to_string(&path).unwrap();
    assert!(
        continued.starts_with(&log) && continued.len() > log.len(),
        "{continued}"
    );
    assert_eq!(fs::metadata(&previous).unwrap().len(), LIMIT as u64);
}
