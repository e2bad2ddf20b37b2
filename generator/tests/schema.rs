//! The JSON schema of the spec and its reader agree, by a public validator: over all specs and errors that the tests know,
//! and over random texts for each rule.

#![allow(clippy::unwrap_used)] // a test may panic

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use jsonschema::Validator;
use portcullis_generator::diagnostic::Diagnostics;
use portcullis_generator::spec::declaration::{Kind, Table};
use portcullis_generator::spec::field::Keys;
use portcullis_generator::spec::{Spec, schema};
use portcullis_generator::text_rule::TextRule;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// TOML as an editor hands it to a validator: a date is a string.
fn as_json(value: &toml::Value) -> Value {
    match value {
        toml::Value::String(text) => json!(text),
        toml::Value::Integer(number) => json!(number),
        toml::Value::Float(number) => json!(number),
        toml::Value::Boolean(flag) => json!(flag),
        toml::Value::Datetime(datetime) => json!(datetime.to_string()),
        toml::Value::Array(items) => items.iter().map(as_json).collect(),
        toml::Value::Table(table) => {
            let entries = table.iter().map(|(name, value)| (name.clone(), as_json(value)));
            entries.collect::<Map<_, _>>().into()
        }
    }
}

/// The specs below a folder of the golden tests.
fn specs(folder: &str) -> Vec<(PathBuf, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../tests/golden")
        .join(folder);
    let mut specs = Vec::new();
    for case in fs::read_dir(&folder).unwrap() {
        let path = case.unwrap().path().join("portcullis.toml");
        if let Ok(text) = fs::read_to_string(&path) {
            specs.push((path, text));
        }
    }
    assert!(specs.len() > 5, "{}", folder.display());
    specs
}

#[test]
fn the_schema_is_one_of_draft_2020_12() {
    assert!(jsonschema::meta::is_valid(&schema::schema()));
    assert_eq!(
        schema::schema()["$schema"],
        "https://json-schema.org/draft/2020-12/schema"
    );
}

#[test]
fn the_schema_admits_every_right_spec() {
    let validator = jsonschema::validator_for(&schema::schema()).unwrap();
    for (path, text) in specs("specs") {
        let spec = as_json(&toml::from_str(&text).unwrap());
        let errors: Vec<String> = validator
            .iter_errors(&spec)
            .map(|error| error.to_string())
            .collect();
        assert!(errors.is_empty(), "{}: {errors:?}", path.display());
    }
}

/// The schema refuses a spec that can't be read. Rules about several keys are beyond a schema, so the other way round a
/// spec that the schema refuses has some error.
#[test]
fn the_schema_refuses_what_the_reader_refuses() {
    let validator = jsonschema::validator_for(&schema::schema()).unwrap();
    let (mut unreadable, mut beyond) = (0, 0);
    for (path, text) in specs("errors") {
        let Ok(toml) = toml::from_str::<toml::Value>(&text) else {
            continue;
        };
        let mut diagnostics = Diagnostics::default();
        let Some(_) = Spec::parse(&text, &mut diagnostics) else {
            continue;
        };
        let admits = validator.is_valid(&as_json(&toml));
        if diagnostics.is_empty() {
            beyond += usize::from(admits);
            let refuses = portcullis_generator::service(&text, None).is_err();
            assert!(
                admits || refuses,
                "{}: the schema alone refuses it",
                path.display()
            );
        } else {
            unreadable += 1;
            assert!(!admits, "{}: the schema admits it", path.display());
        }
    }
    assert!(unreadable > 10 && beyond > 5, "{unreadable} {beyond}");
}

/// Every rule of a text that a key has.
fn rules(table: &'static Table) -> Vec<&'static TextRule> {
    let of = |key: &'static portcullis_generator::spec::declaration::Key| match &key.kind {
        Kind::Text(rule) | Kind::Texts(rule) => vec![*rule],
        Kind::Strings { names, values, .. } => vec![*names, *values],
        Kind::Table(table) | Kind::List(table) => rules(table),
        Kind::Tables { names, table, .. } | Kind::Overrides { names, table, .. } => {
            let mut all = rules(table);
            all.push(*names);
            all
        }
        _ => Vec::new(),
    };
    table
        .keys
        .iter()
        .flat_map(of)
        .filter(|rule| !rule.pattern.is_empty())
        .collect()
}

/// Each rule with its pattern. The parts of a route have errors of their own.
static PATTERNS: LazyLock<Vec<(&'static TextRule, Validator)>> = LazyLock::new(|| {
    let rules = rules(Spec::table()).into_iter();
    let rules = rules.filter(|rule| rule.must_be != "a method and a path");
    let pattern = |rule: &TextRule| json!({"type": "string", "pattern": rule.pattern});
    let rules = rules.map(|rule| (rule, jsonschema::validator_for(&pattern(rule)).unwrap()));
    rules.collect()
});

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_pattern_says_what_its_rule_checks(
        random in "[a-zA-Z0-9:/@. *_\\-\\[\\]öß$%,\"]{0,40}",
        likely in prop::sample::select(vec![
            "us-east-1", "eu-central-1", "us-east", "123456789012", "https://app.example.com", "http://[::1]:8080", "*",
            "a@b.de", "a@b", "a@.de", "a@b.de.", "a.b@c.d.e", "my-bucket", "my.bucket", "-bucket", "GET", "Content-Type",
            "aws:x", "AWS:x", "Team", " ", "", "v1", "PascalCase_9",
        ]),
    ) {
        for (rule, pattern) in PATTERNS.iter() {
            // Lambda's own variables have an error of their own.
            for text in [random.as_str(), likely].into_iter().filter(|text| !text.starts_with('_')) {
                prop_assert_eq!(pattern.is_valid(&json!(text)), (rule.check)(text), "{} of {:?}", rule.must_be, text);
            }
        }
    }
}
