//! Of several stages all answer, and the user says which one `api_url` leads to.

use serde_json::{Value, json};

use super::served::{Project, Served, add, resource, state};

/// A state whose API has the stages `v1` and `blue`.
fn of_two_stages() -> Value {
    let mut state = state(json!({"filename": "../build/orders.zip"}));
    let values =
        json!({"id": "blue", "rest_api_id": "api", "stage_name": "blue", "deployment_id": "deployment"});
    let mut blue = resource("aws_api_gateway_stage", values);
    blue["address"] = "aws_api_gateway_stage.blue".into();
    add(&mut state, [blue]);
    state
}

fn url(served: &Served, stage: &str) -> Value {
    served.ready["stages"][stage].clone()
}

#[test]
fn the_ready_line_has_every_stage_and_the_one_that_is_named() {
    let project = Project::new();
    let state = of_two_stages();
    for (options, stage, other) in [
        (&[][..], "blue", "v1"),
        (&["--stage", "v1"], "v1", "blue"),
        (&["--stage", "blue"], "blue", "v1"),
    ] {
        let served = project.serve(&state, options).unwrap();
        assert_eq!(served.ready["api_url"], url(&served, stage), "{options:?}");
        assert_eq!(served.ready["stages"].as_object().unwrap().len(), 2);
        assert_eq!(served.get("/").0, 200);
        let others = url(&served, other);
        let log = served.stop();
        let told = format!("other stages: {}. ", others.as_str().unwrap());
        assert!(log.contains(&told) && log.contains("`--stage NAME`"), "{log}");
    }
    let one = super::served::state(json!({"filename": "../build/orders.zip"}));
    let log = project.serve(&one, &[]).unwrap().stop();
    assert!(!log.contains("other stages"), "{log}");
}

#[test]
fn an_unknown_stage_is_reported_with_the_known_ones() {
    let said = Project::new().refused(&of_two_stages(), &["--stage", "v2"]);
    assert!(
        said.contains("unknown stage `v2`: the API has `blue`, `v1`"),
        "{said}"
    );
}
