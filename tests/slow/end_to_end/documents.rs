//! The consoles of the README and of `docs/`, typed in the demo: each command prints what its block shows.

use std::fs;
use std::net::TcpListener;
use std::path::Path;

use crate::support::{PORTCULLIS, Project, curl, text};

const README: &str = include_str!("../../../README.md");
const DEMO: &str = include_str!("../../../docs/demo.md");

#[test]
fn the_demo_prints_what_the_documents_show() {
    let project = Project::demo();
    let mut console = project.console(Path::new(PORTCULLIS).parent().unwrap());
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
    let mut console = project.console_in(&root, Path::new(PORTCULLIS).parent().unwrap());
    console.set("ISSUER", &issuer);
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = free.local_addr().unwrap().port().to_string();
    drop(free);
    console.stands_for("4000", move || Some(port.clone()));
    console.run(README, "existing Terraform");
}
