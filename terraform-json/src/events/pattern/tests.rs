//! Patterns that fit and that do not.

use serde_json::json;

use super::*;

fn matches(pattern: Value, event: Value) -> bool {
    Pattern::parse(&pattern.to_string()).unwrap().matches(&event)
}

/// Examples of AWS's page, each with events that fit and events that do not.
#[test]
fn comparisons_are_those_of_event_bridge() {
    let event = |value: Value| json!({"detail": {"x": value}});
    for (rule, fits, fits_not) in [
        (
            json!("a"),
            vec![json!("a"), json!(["b", "a"])],
            vec![json!("b"), json!(["b"])],
        ),
        (
            json!(300),
            vec![json!(300), json!(300.0), json!(3.0e2)],
            vec![json!("300"), json!(301)],
        ),
        (json!(null), vec![json!(null)], vec![json!(""), json!("null")]),
        (json!(""), vec![json!("")], vec![json!(null)]),
        (
            json!({"prefix": "us-"}),
            vec![json!("us-east-1")],
            vec![json!("eu-us-1"), json!(1)],
        ),
        (
            json!({"prefix": {"equals-ignore-case": "EventB"}}),
            vec![json!("eventbridge")],
            vec![json!("bridge")],
        ),
        (
            json!({"suffix": ".png"}),
            vec![json!("a.png")],
            vec![json!("png")],
        ),
        (
            json!({"suffix": {"equals-ignore-case": ".PNG"}}),
            vec![json!("a.png")],
            vec![json!("a.gif")],
        ),
        (
            json!({"equals-ignore-case": "alice"}),
            vec![json!("ALICE")],
            vec![json!("bob")],
        ),
        (
            json!({"anything-but": "init"}),
            vec![json!("run"), json!(["run", "init"])],
            vec![json!("init"), json!(["init"])],
        ),
        (
            json!({"anything-but": ["a", 2]}),
            vec![json!("b"), json!(3)],
            vec![json!("a"), json!(2)],
        ),
        (
            json!({"anything-but": {"prefix": "in"}}),
            vec![json!("run")],
            vec![json!("init")],
        ),
        (
            json!({"anything-but": {"suffix": [".txt", ".db"]}}),
            vec![json!("a.png")],
            vec![json!("a.db")],
        ),
        (
            json!({"anything-but": {"wildcard": "*/lib/*"}}),
            vec![json!("/a")],
            vec![json!("/usr/lib/a")],
        ),
        (
            json!({"numeric": [">", 0, "<=", 5]}),
            vec![json!(5), json!(0.1)],
            vec![json!(0), json!(6), json!("1")],
        ),
        (
            json!({"numeric": ["=", 3.018e2]}),
            vec![json!(301.8)],
            vec![json!(301)],
        ),
        (
            json!({"cidr": "10.0.0.0/24"}),
            vec![json!("10.0.0.255")],
            vec![json!("10.0.1.0"), json!("::1")],
        ),
        (
            json!({"exists": true}),
            vec![json!(1), json!(null)],
            vec![json!({"y": 1})],
        ),
        (
            json!({"wildcard": "dir/*.png"}),
            vec![json!("dir/a/b.png")],
            vec![json!("dir/a.gif"), json!("x/dir/a.png")],
        ),
        (
            json!({"wildcard": r"a\*b"}),
            vec![json!("a*b")],
            vec![json!("axb")],
        ),
    ] {
        let pattern = json!({"detail": {"x": [rule]}});
        for value in fits {
            assert!(
                matches(pattern.clone(), event(value.clone())),
                "{pattern} {value}"
            );
        }
        for value in fits_not {
            assert!(
                !matches(pattern.clone(), event(value.clone())),
                "{pattern} {value}"
            );
        }
    }
}

#[test]
fn a_missing_field_fits_only_a_pattern_that_wants_it_missing() {
    let event = json!({"detail": {"y": 1}});
    for (rule, fits) in [
        (json!({"exists": false}), true),
        (json!({"exists": true}), false),
        (json!({"anything-but": "a"}), false),
        (json!(null), false),
    ] {
        assert_eq!(
            matches(json!({"detail": {"x": [rule]}}), event.clone()),
            fits,
            "{rule}"
        );
    }
    assert!(matches(json!({"other": {"x": [{"exists": false}]}}), event));
}

#[test]
fn fields_are_all_needed_values_and_alternatives_are_not() {
    let pattern = json!({"source": ["a", "b"], "$or": [{"detail": {"n": [1]}}, {"detail": {"m": [2]}}]});
    assert!(matches(
        pattern.clone(),
        json!({"source": "b", "detail": {"m": 2}})
    ));
    assert!(!matches(
        pattern.clone(),
        json!({"source": "b", "detail": {"m": 1}})
    ));
    assert!(!matches(pattern, json!({"source": "c", "detail": {"n": 1}})));
    assert!(matches(
        json!({"a": {"b": [1]}}),
        json!({"a": [{"b": 2}, {"b": 1}]})
    ));
}

#[test]
fn what_is_not_understood_is_an_error() {
    for (pattern, error) in [
        ("[]", "the pattern must be an object"),
        (r#"{"a": 1}"#, "`a` must be an object or a list with values"),
        (r#"{"a": []}"#, "`a` must be an object or a list with values"),
        (r#"{"a": [{"regex": "x"}]}"#, "`a`: unknown comparison `regex`"),
        (r#"{"a": [{"prefix": 1}]}"#, "`a`: `prefix` must be a text"),
        (
            r#"{"a": [{"numeric": [">"]}]}"#,
            "`a`: `numeric` must compare with numbers",
        ),
    ] {
        assert_eq!(Pattern::parse(pattern).unwrap_err(), error);
    }
}
