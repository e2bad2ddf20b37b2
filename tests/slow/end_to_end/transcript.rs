//! The commands of a first user, from the first to the last.

use std::collections::BTreeSet;

use portcullis_test_support::console;

use crate::support::{Emulator, Ended, Project, curl, preflight, run, text, token, watching_arguments};

const ANOTHER_EMULATOR: &str = include_str!("../../../docs/another-emulator.md");
const NEW_PASSWORD: &str = "Other1, \"quoted\" é";

#[test]
fn the_whole_service_comes_with_one_command_and_goes_with_another() {
    in_emulated_aws(&Project::demo(), &Emulator::moto());
}

#[test]
fn in_another_emulated_aws_it_is_the_same() {
    let emulator = Emulator::ministack();
    let project = Project::demo();
    // ministack finds no settings of a method whose path has a slash. Limits of the stage hold for every route.
    let spec = project.read("portcullis.toml");
    let limited = spec.replacen("[api]\n", "[api]\nthrottle = { rate = 50, burst = 100 }\n", 1);
    assert_ne!(limited, spec);
    project.write("portcullis.toml", &limited);
    let applied = in_emulated_aws(&project, &emulator);
    let shown = console::commands(console::block(ANOTHER_EMULATOR, "another emulator"));
    assert_eq!(shown[0].missing(&applied), None, "{applied}");
}

/// From the first command to the last. [`Emulator`] lists the differences between emulators.
/// Returns the messages of the first apply.
fn in_emulated_aws(project: &Project, emulator: &Emulator) -> String {
    let command = |target: &str| {
        let mut make = project.command("make");
        make.arg(target);
        make
    };
    let make = |target| run(&mut command(target));
    let apply = run(command("apply").env("PORTCULLIS_ENDPOINT", &emulator.endpoint)).succeeded();
    assert_eq!(apply.stdout, "", "what is not data goes to stderr");
    let said: Vec<&str> = apply
        .stderr
        .lines()
        .filter_map(|line| line.strip_prefix("  weaker than AWS: "))
        .collect();
    assert!(
        said.len() == emulator.weaker.len()
            && said
                .iter()
                .zip(emulator.weaker)
                .all(|(said, weaker)| said.contains(weaker)),
        "{said:?}"
    );

    let outputs = make("outputs").succeeded().json();
    let [api_url, pool, client, email] = [
        "api_url",
        "user_pool_id",
        "user_pool_client_id",
        "first_user_email",
    ]
    .map(|key| text(&outputs, key));
    assert!(
        api_url.starts_with("http://127.0.0.1:") && api_url.ends_with("/v1"),
        "{api_url}"
    );
    assert_eq!(email, "you@example.com");
    assert!(!outputs.to_string().contains("amazonaws.com"), "{outputs}");

    check_answers_without_a_token(&api_url);

    let (signed_in, secrets) = watching_arguments(|| {
        let invitation = make("invitation").succeeded().stdout;
        assert!(invitation.contains(&email), "{invitation}");
        let temporary = invitation.lines().last().unwrap().to_owned();
        assert!(
            temporary.len() >= 6 && !temporary.contains(char::is_whitespace),
            "{temporary}"
        );
        let first = ["login_first.sh", &pool, &client, &email, &temporary, NEW_PASSWORD];
        let later = ["login.sh", &client, &email, NEW_PASSWORD];
        let first = token(script(project, &first));
        let later = token(script(project, &later));
        for token in [&first, &later] {
            let answer = curl("GET", &api_url, &[&format!("Authorization: {token}")]);
            let message = text(&answer.json(), "message");
            if emulator.tells_verified_email {
                assert_eq!(answer.status, 200, "{answer:?}");
                assert!(message.contains(&email), "{answer:?}");
            } else {
                assert_eq!(answer.status, 403, "{answer:?}");
                assert!(message.contains("no verified e-mail"), "{answer:?}");
            }
        }
        (
            temporary.clone(),
            vec![temporary, NEW_PASSWORD.to_owned(), first, later],
        )
    });
    let again = script(project, &["login_first.sh", &pool, &client, &email, &signed_in]);
    assert_eq!((again.status, again.stdout.as_str()), (3, ""), "{}", again.stderr);
    no_secret_stays(project, &secrets);

    let surface = |arguments: &[&str]| {
        let mut surface = project
            .portcullis(&[&["surface", "--json"], arguments].concat())
            .succeeded()
            .json();
        if !emulator.drifts.is_empty() {
            // The values that an emulator made up are in the state.
            for made_up in ["gateway_responses", "other_arguments"] {
                surface.as_object_mut().unwrap().remove(made_up).unwrap();
            }
        }
        surface
    };
    project.write("state.json", &project.state());
    assert_eq!(surface(&[]), surface(&["--state", "state.json"]));

    assert_eq!(held(emulator), applied(project));
    let changes: Vec<&str> = emulator.drifts.iter().map(|(address, _)| *address).collect();
    assert_eq!(planned(make("plan").succeeded()), changes);
    if changes.is_empty() {
        let again = make("apply").succeeded();
        assert!(!again.stderr.contains("weaker than AWS"), "it is said once");
        assert_eq!(
            make("outputs").succeeded().json(),
            outputs,
            "the second apply changes nothing"
        );
    }
    assert_eq!(curl("GET", &format!("{api_url}/open"), &[]).status, 200);
    assert!(make("logs").succeeded().stdout.contains("START RequestId"));

    // It stays in its emulated AWS, even without the option.
    run(command("apply").env("PORTCULLIS_ENDPOINT", "http://127.0.0.1:9"))
        .failed(2, &format!("`local` is applied to `{}`", emulator.endpoint));
    make("destroy").succeeded();
    assert_eq!(project.processes(), [""; 0], "processes are left");
    let nothing = Held::default();
    assert_eq!(held(emulator), nothing, "resources are left");
    for file in [
        "terraform/environments/local/terraform.tfstate",
        ".portcullis/local/outputs.json",
    ] {
        assert!(!project.path(file).exists(), "`{file}` is left");
    }
    make("outputs").failed(2, "`local` is not applied yet");
    make("destroy").succeeded();
    apply.stderr
}

/// The resources that a plan would change.
fn planned(plan: Ended) -> Vec<String> {
    let marked = plan.stdout.lines().filter_map(|line| line.strip_prefix("  # "));
    marked
        .filter_map(|line| {
            let (address, what) = line.split_once(' ')?;
            (what.starts_with("will be") || what.starts_with("must be")).then(|| address.to_owned())
        })
        .collect()
}

fn check_answers_without_a_token(api_url: &str) {
    let open = curl("GET", &format!("{api_url}/open"), &[]);
    assert_eq!(open.status, 200, "{open:?}");
    assert!(
        open.json()["message"].is_string() && open.json()["structure"].is_object(),
        "{open:?}"
    );
    assert_eq!(open.header("access-control-allow-origin"), Some("*"));

    let guarded = curl("GET", api_url, &[]);
    assert_eq!(
        (guarded.status, guarded.body.as_str()),
        (401, r#"{"message":"Unauthorized"}"#)
    );
    let unknown = curl("GET", &format!("{api_url}/unknown"), &[]);
    assert_eq!(
        (unknown.status, unknown.body.as_str()),
        (403, r#"{"message":"Missing Authentication Token"}"#)
    );
    for refusal in [guarded, unknown] {
        assert_eq!(
            refusal.header("access-control-allow-origin"),
            Some("*"),
            "{refusal:?}"
        );
        assert!(
            refusal
                .header("access-control-allow-headers")
                .unwrap()
                .contains("Authorization")
        );
    }
    for path in ["", "/open"] {
        let answer = preflight(&format!("{api_url}{path}"), "https://app.example.com", "GET");
        assert!([200, 204].contains(&answer.status), "{answer:?}");
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
        assert!(
            answer
                .header("access-control-allow-methods")
                .unwrap()
                .contains("GET")
        );
        assert!(
            answer
                .header("access-control-allow-headers")
                .unwrap()
                .contains("Authorization")
        );
    }
}

fn script(project: &Project, arguments: &[&str]) -> Ended {
    run(project
        .command(project.path("scripts").join(arguments[0]))
        .args(&arguments[1..]))
}

/// No password and no token is in any file, but the mail that only its owner can read.
fn no_secret_stays(project: &Project, secrets: &[String]) {
    use std::os::unix::fs::PermissionsExt;
    let mut mails = 0;
    for (path, bytes) in project.files() {
        let holds = |secret: &String| {
            bytes
                .windows(secret.len())
                .any(|window| window == secret.as_bytes())
        };
        if path.starts_with(project.path(".portcullis/local/mails")) {
            assert!(holds(&secrets[0]));
            for (path, mode) in [(path.as_path(), 0o600), (path.parent().unwrap(), 0o700)] {
                let found = path.metadata().unwrap().permissions().mode() & 0o777;
                assert_eq!(found, mode, "{}: {found:o}", path.display());
            }
            mails += 1;
        } else {
            assert!(!secrets.iter().any(holds), "a secret is in `{}`", path.display());
        }
    }
    assert_eq!(mails, 1);
}

/// Ids or names of what an AWS holds.
#[derive(Debug, Default, PartialEq)]
struct Held {
    rest_apis: BTreeSet<String>,
    user_pools: BTreeSet<String>,
    functions: BTreeSet<String>,
    roles: BTreeSet<String>,
    log_groups: BTreeSet<String>,
}

fn held(emulator: &Emulator) -> Held {
    let ask = |arguments: &[&str], list: &str, key: &str| -> BTreeSet<String> {
        let answer = emulator.aws(arguments);
        let items = answer[list]
            .as_array()
            .unwrap_or_else(|| panic!("no `{list}` in {answer}"));
        items.iter().map(|item| text(item, key)).collect()
    };
    Held {
        rest_apis: ask(&["apigateway", "get-rest-apis"], "items", "id"),
        user_pools: ask(
            &["cognito-idp", "list-user-pools", "--max-results", "60"],
            "UserPools",
            "Id",
        ),
        functions: ask(&["lambda", "list-functions"], "Functions", "FunctionName"),
        roles: ask(&["iam", "list-roles"], "Roles", "RoleName"),
        log_groups: ask(&["logs", "describe-log-groups"], "logGroups", "logGroupName"),
    }
}

fn applied(project: &Project) -> Held {
    let of = |kind: &str, key: &str| -> BTreeSet<String> {
        let resources = project.resources(kind);
        assert!(!resources.is_empty(), "the state holds no {kind}");
        resources
            .iter()
            .map(|resource| text(&resource.values, key))
            .collect()
    };
    Held {
        rest_apis: of("aws_api_gateway_rest_api", "id"),
        user_pools: of("aws_cognito_user_pool", "id"),
        functions: of("aws_lambda_function", "function_name"),
        roles: of("aws_iam_role", "name"),
        log_groups: of("aws_cloudwatch_log_group", "name"),
    }
}
