use serde_json::{Value, json};

use super::*;

fn service(name: &str) -> Service {
    let spec = include_str!("../../portcullis.toml").replace("\"hello\"", &format!("\"{name}\""));
    portcullis_generator::service(&spec, None).unwrap_or_else(|_| panic!("the spec is invalid"))
}

fn plan(environment: &Value, changes: &Value) -> SavedPlan {
    plan_with(environment, changes, "variables", json!({}))
}

fn plan_with(environment: &Value, changes: &Value, key: &str, value: Value) -> SavedPlan {
    let mut plan = json!({
        "format_version": "1.2",
        "resource_changes": changes,
        "configuration": {
            "provider_config": {"aws": {"expressions": {"default_tags": [
                {"tags": {"constant_value": {"Service": "hello", "Environment": environment}}}
            ]}}},
            "root_module": {"module_calls": {"service": {"expressions": {
                "environment": {"constant_value": environment}
            }}}}
        }
    });
    plan[key] = value;
    SavedPlan::read(Path::new("dev.tfplan"), &plan.to_string()).unwrap()
}

#[track_caller]
fn assert_error(outcome: Outcome, sentence: &str) {
    let error = outcome.unwrap_err().render();
    assert!(error.contains(sentence), "`{sentence}` is not in\n{error}");
}

#[test]
fn a_plan_is_of_one_environment_of_one_service() {
    let plan = plan(&json!("dev"), &json!([]));
    assert!(plan.check_environment(&service("hello"), "dev").is_ok());
    assert_error(
        plan.check_environment(&service("hello"), "prod"),
        "`dev.tfplan` must be a plan of `prod` of `hello`, but it is one of `dev` of `hello`",
    );
    assert_error(
        plan.check_environment(&service("other"), "dev"),
        "must be a plan of `dev` of `other`",
    );
}

#[test]
fn a_plan_that_does_not_say_of_what_it_is_is_refused() {
    for nothing in [Value::Null, json!(["dev"])] {
        assert_error(
            plan(&nothing, &json!([])).check_environment(&service("hello"), "dev"),
            "must be a plan of generated files",
        );
    }
}

#[test]
fn plans_of_one_tree_and_one_first_user_mean_the_same() {
    let with = |environment: &str, email: &str| {
        let variables = json!({"first_user_email": {"value": email}});
        plan_with(&json!(environment), &json!([]), "variables", variables)
    };
    let saved = with("dev", "a@example.com");
    assert!(saved.means_the_same_as(&with("dev", "a@example.com")));
    for (other, sentence) in [
        (
            with("prod", "a@example.com"),
            "the plan was made from other files",
        ),
        (
            with("dev", "b@example.com"),
            "the plan was made with other values of variables",
        ),
    ] {
        assert!(!saved.means_the_same_as(&other));
        let [difference] = &saved.differences(&other)[..] else {
            panic!("{:?}", saved.differences(&other))
        };
        assert!(difference.starts_with(sentence), "{difference}");
    }
}

fn resource(address: &str, actions: Value, before: Value, after: Value, unknown: Value) -> Value {
    json!({"address": address, "mode": "managed", "type": "x", "change": {
        "actions": actions, "before": before, "after": after, "after_unknown": unknown
    }})
}

#[test]
fn what_does_something_else_differs_and_what_changed_by_itself_does_not() {
    let pool = |users: u32| json!({"estimated_number_of_users": users, "name": "users"});
    let with = |changes: Value| plan(&json!("dev"), &changes);
    let update = |users, description: &str| {
        let (mut before, mut after) = (pool(users), pool(users));
        before["description"] = json!("before");
        after["description"] = json!(description);
        resource("a.pool", json!(["update"]), before, after, json!({}))
    };
    let stays = |users| resource("a.stays", json!(["no-op"]), pool(users), pool(users), json!({}));
    let create = |unknown: Value| resource("a.new", json!(["create"]), Value::Null, json!({"x": 1}), unknown);
    let delete = |text: &str| {
        resource(
            "a.old",
            json!(["delete"]),
            json!({"x": text}),
            Value::Null,
            json!({}),
        )
    };

    let saved = with(json!([
        update(1, "after"),
        stays(1),
        create(json!({"id": true})),
        delete("1")
    ]));
    let now = with(json!([
        update(7, "after"),
        stays(7),
        create(json!({"id": true})),
        delete("2")
    ]));
    assert_eq!(saved.differences(&now), [""; 0]);
    assert!(!saved.is_empty() && with(json!([stays(1)])).is_empty());

    let now = with(json!([
        update(1, "something else"),
        resource(
            "a.stays",
            json!(["delete", "create"]),
            pool(1),
            pool(1),
            json!({})
        ),
        create(json!({"id": true, "arn": true})),
    ]));
    assert_eq!(
        saved.differences(&now),
        [
            "`a.new`: planned create, now with other values",
            "`a.old`: planned delete, now nothing",
            "`a.pool`: planned update, now with other values",
            "`a.stays`: planned nothing, now delete, create",
        ]
    );
}

#[test]
fn a_move_an_import_and_an_output_are_changes_too() {
    let still = || {
        resource(
            "a.b",
            json!(["no-op"]),
            json!({"x": 1}),
            json!({"x": 1}),
            json!({}),
        )
    };
    let nothing = plan(&json!("dev"), &json!([still()]));
    let mut moved = still();
    moved["previous_address"] = json!("a.c");
    let mut imported = still();
    imported["change"]["importing"] = json!({"id": "x"});
    for other in [moved, imported] {
        assert_eq!(
            nothing.differences(&plan(&json!("dev"), &json!([other]))).len(),
            1
        );
    }
    let output = |after: Value| {
        let change = json!({"actions": ["update"], "before": "a", "after": after, "after_unknown": false});
        plan_with(
            &json!("dev"),
            &json!([]),
            "output_changes",
            json!({"api_url": change}),
        )
    };
    assert_eq!(output(json!("b")).differences(&output(json!("b"))), [""; 0]);
    assert_eq!(
        output(json!("b")).differences(&output(json!("c"))),
        ["`output.api_url`: planned update, now with other values"]
    );
}

#[test]
fn states_and_unfinished_plans_are_refused() {
    let read = |value: Value| SavedPlan::read(Path::new("x"), &value.to_string()).map(drop);
    assert_error(
        read(json!({"format_version": "1.0", "values": {}})),
        "can't read the plan `x`: this is a state",
    );
    assert_error(
        read(json!({"format_version": "1.2", "planned_values": {}, "errored": true})),
        "can't apply `x`",
    );
}

#[test]
fn every_zip_has_to_be_the_one_that_was_planned() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("environments/dev");
    fs::create_dir_all(&root).unwrap();
    fs::create_dir(folder.path().join("artifacts")).unwrap();
    for name in ["same", "other", "late"] {
        fs::write(folder.path().join(format!("artifacts/{name}.zip")), name).unwrap();
    }
    let function = |name: &str, hash: Value| {
        json!({"type": "aws_lambda_function", "mode": "managed", "change": {"actions": ["no-op"], "after": {
            "function_name": format!("hello-dev-{name}"),
            "filename": format!("../../artifacts/{name}.zip"),
            "source_code_hash": hash,
        }}})
    };
    let of = |text: &str| json!(BASE64_STANDARD.encode(Sha256::digest(text)));
    let deleted = json!({"type": "aws_lambda_function", "mode": "managed", "change": {"actions": ["delete"], "after": null}});
    let good = json!([function("same", of("same")), deleted]);
    assert!(plan(&json!("dev"), &good).check_zips(&root).is_ok());

    let bad = json!([
        function("same", of("same")),
        function("other", of("before")),
        function("gone", of("gone")),
        function("late", Value::Null)
    ]);
    let refused = plan(&json!("dev"), &bad).check_zips(&root).unwrap_err().render();
    assert_eq!(refused.matches("the zip of").count(), 3, "{refused}");
    for sentence in [
        "of `hello-dev-other`",
        "other.zip`, differs from the planned one",
        "gone.zip`, is missing",
        "late.zip`, was missing when the plan was made",
    ] {
        assert!(refused.contains(sentence), "`{sentence}` is not in\n{refused}");
    }
}

#[test]
fn only_its_owner_can_read_a_saved_plan() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plan");
    fs::write(&path, "old").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    let file = private_file(&path).unwrap();
    assert_eq!(fs::read(&file).unwrap(), b"");
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert_error(
        private_file(&folder.path().join("no/plan")).map(drop),
        "can't write `",
    );
}
