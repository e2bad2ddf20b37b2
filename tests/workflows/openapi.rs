//! `portcullis openapi` of each golden spec, by a public validator.

use std::fs;

use serde_json::Value;

use super::{check, command, repository, run};

#[test]
fn a_public_validator_accepts_the_document_of_each_spec() {
    let folder = tempfile::tempdir().unwrap();
    let mut documents = Vec::new();
    for case in fs::read_dir(repository("tests/golden/specs")).unwrap() {
        let case = case.unwrap();
        let name = case.file_name().into_string().unwrap();
        let ended = run(command(env!("CARGO_BIN_EXE_portcullis"))
            .arg("openapi")
            .args(["--server", "https://api.example.com/v1"])
            .arg("--spec")
            .arg(case.path().join("portcullis.toml")));
        let ended = ended.succeeded();
        let document: Value = serde_json::from_str(&ended.stdout).unwrap();
        assert!(!document["paths"].as_object().unwrap().is_empty(), "{name}");
        let file = folder.path().join(format!("{name}.json"));
        fs::write(&file, ended.stdout).unwrap();
        documents.push(file);
    }
    assert!(documents.len() > 5, "{documents:?}");
    run(check("openapi-spec-validator").args(documents)).succeeded();
    // A wrong document shows that the validator looks.
    let wrong = folder.path().join("wrong.json");
    fs::write(&wrong, r#"{"openapi": "3.1.1", "info": {"title": "x", "version": "1"}, "paths": {"/": {"get": {"responses": []}}}}"#).unwrap();
    assert!(!run(check("openapi-spec-validator").arg(wrong)).success);
}
