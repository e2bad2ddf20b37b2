//! The consoles of the README and of `docs/`, typed in the demo: each command prints what its block shows.

use std::fs;
use std::path::Path;

use crate::support::{PORTCULLIS, Project, curl, free_port, text, tools};

const README: &str = include_str!("../../../README.md");
const DEMO: &str = include_str!("../../../docs/demo.md");
const DEVELOPING: &str = include_str!("../../../docs/developing-locally.md");
const EVENTS: &str = include_str!("../../../docs/events.md");
const SERVING: &str = include_str!("../../../docs/serving-a-state.md");
const PAGE: &str = include_str!("../../../examples/web/README.md");

#[test]
fn the_demo_prints_what_the_documents_show() {
    let project = Project::demo();
    let programs = Path::new(&*PORTCULLIS).parent().unwrap().display();
    let tools = tools();
    let aws = Path::new(tools["aws"].as_str().unwrap()).parent().unwrap();
    let mut console = project.console(Path::new(&format!("{programs}:{}", aws.display())));
    for name in [
        "demo",
        "public route",
        "no token",
        "invitation",
        "first sign-in",
        "dev",
    ] {
        console.run(DEMO, name);
    }
    let client = text(&project.outputs(), "user_pool_client_id");
    console.stands_for("7ca4c65e72d44409ac01454ecd", move || Some(client.clone()));
    let port = free_port().to_string();
    console.stands_for("8080", move || Some(port.clone()));
    for name in ["sign in", "scripts", "logs", "invoke", "web page"] {
        console.run(DEVELOPING, name);
    }
    console.run(PAGE, "page");
    console.stands_for("http://127.0.0.1:4566", || Some(project.aws_endpoint()));
    console.run(EVENTS, "invoke by hand");
    console.run(EVENTS, "emulated AWS");
    existing_terraform(&project);
    console.run(DEMO, "end");
    assert_eq!(project.processes(), [""; 0], "processes are left");
}

/// The applied demo is a project of Terraform like any other. The keys of its pool are where the emulated AWS has them.
fn existing_terraform(project: &Project) {
    let root = project.path("terraform/environments/local");
    let outputs = project.outputs();
    let (endpoint, pool) = (text(&outputs, "endpoint"), text(&outputs, "user_pool_id"));
    let keys = curl("GET", &format!("{endpoint}/{pool}/.well-known/jwks.json"), &[]);
    assert_eq!(keys.status, 200, "{keys:?}");
    fs::write(root.join("keys.json"), keys.body).unwrap();
    let region = pool.split('_').next().unwrap();
    let issuer = format!("https://cognito-idp.{region}.amazonaws.com/{pool}");
    let mut console = project.console_in(&root, Path::new(&*PORTCULLIS).parent().unwrap());
    console.set("ISSUER", &issuer);
    let port = free_port().to_string();
    console.stands_for("4000", move || Some(port.clone()));
    console.run(README, "existing Terraform");
    console.run(SERVING, "serve");
    console.run(SERVING, "surface");
}
