//! The surface of a random spec is that of its plans, and that of the applied state.
//!
//! A spec has about thirty routes, seven functions and a dozen tables, buckets, queues and topics, because each plan starts the
//! provider. The emulated AWS holds the environment `dev`. `prod` also has layers, networks and provisioned concurrency,
//! which the emulated AWS lacks or drops, so only a plan shows these.

use std::env;

use portcullis_test_support::random_service::{APPLIED, BINARY, PLANNED, random_service};

use crate::support::{Aws, Project, run};

/// The service of a run. `PORTCULLIS_SEED=7` sets another one.
const SEED: u64 = 7;

#[test]
fn the_surface_of_a_random_spec_is_that_of_its_plans_and_its_state() {
    let seed = env::var("PORTCULLIS_SEED").map_or(SEED, |seed| seed.parse().unwrap());
    let spec = random_service(seed);
    println!("PORTCULLIS_SEED={seed}\n{spec}");
    let project = Project::of(
        "random",
        &format!("[service]\nname = \"random\"\nregion = \"us-east-1\"\n[functions.{BINARY}]\n"),
    );
    project.write("portcullis.toml", &spec);
    project.portcullis(&["generate"]).succeeded();
    let aws = Aws::start();
    let surface = |of: &[&str]| {
        let shown = project.portcullis(&[&["surface", "--json", "--env", APPLIED], of].concat());
        shown.succeeded().stdout
    };

    // AWS makes up some values, which a first plan can't show. `check --plan` fails for those that matter.
    let first = ["plan", "--env", PLANNED, "--json-out", "first.json"];
    aws.portcullis(&project, &first).succeeded();
    let check = ["check", "--env", PLANNED, "--plan", "first.json"];
    project.portcullis(&check).succeeded();

    // Access logs need this role, once per account.
    let role = "op=replace,path=/cloudwatchRoleArn,value=arn:aws:iam::123456789012:role/logs";
    aws.ask(&["apigateway", "update-account", "--patch-operations", role]);
    aws.portcullis(&project, &["apply", "--env", APPLIED, "--yes"])
        .succeeded();
    let spec = surface(&[]);
    let root = project.path(&format!("terraform/environments/{APPLIED}"));
    let mut show = project.command("terraform");
    let state = run(show.args(["show", "-json"]).current_dir(root)).succeeded();
    project.write("state.json", &state.stdout);
    assert_same("state", &surface(&["--state", "state.json"]), &spec);
    // A second plan knows everything, and changes nothing.
    let second = [
        "plan",
        "--env",
        APPLIED,
        "--json-out",
        "second.json",
        "--detailed-exitcode",
    ];
    let ended = aws.portcullis(&project, &second);
    assert_eq!(ended.status, 0, "{}{}", ended.stdout, ended.stderr);
    assert_same("plan", &surface(&["--plan", "second.json"]), &spec);
}

/// Surfaces have thousands of lines.
#[track_caller]
fn assert_same(of: &str, found: &str, spec: &str) {
    let differences = similar::TextDiff::from_lines(spec, found);
    let differences = differences.unified_diff().header("spec", of).to_string();
    assert!(differences.is_empty(), "{differences}");
}
