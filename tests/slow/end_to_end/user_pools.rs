//! Services without a user pool of their own, without any, and with an existing one. And users with second factors.

use std::fs;

use portcullis_generator::surface::Surface;
use serde_json::Value;

use crate::support::{Project, curl, run, text, token};

const WITHOUT_POOL: &str = r#"
[service]
name   = "notices"
region = "us-east-1"

[functions.notices]

[routes]
"GET /notices"      = { function = "notices", auth = "none" }
"GET /notices/{id}" = { function = "notices", auth = "none" }

[environments.dev]
"#;

const WITH_POOL: &str = r#"
[service]
name   = "notices"
region = "us-east-1"

[user_pool.clients.cli]
auth_flows = ["user_password", "refresh_token"]

[functions.notices]

[routes]
"GET /notices"      = { function = "notices", auth = "none" }
"GET /notices/{id}" = { function = "notices" }

[environments.dev]
"#;

const WITH_EXISTING_POOL: &str = r#"
[service]
name   = "notices"
region = "us-east-1"

[user_pool]
existing = "arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_Existing1"

[functions.notices]
environment = { POOL = "${user_pool.id}", POOL_ARN = "${user_pool.arn}" }

[routes]
"GET /notices"      = { function = "notices", auth = "none" }
"GET /notices/{id}" = { function = "notices" }

[environments.dev]
"#;

/// Holds the applied state against the spec, and asks for another plan.
fn is_as_its_spec(project: &Project) -> Surface {
    project.assert_nothing_to_change();
    project.write("state.json", &project.state());
    let of = |arguments: &[&str]| -> Surface {
        let shown = project.portcullis(arguments).succeeded();
        serde_json::from_str(&shown.stdout).unwrap()
    };
    let spec = of(&["surface", "--json"]);
    assert_eq!(spec, of(&["surface", "--json", "--state", "state.json"]));
    spec
}

#[test]
fn a_service_without_a_pool_gets_one_and_gives_it_up() {
    let project = Project::of("notices", WITHOUT_POOL);
    let applied = project.portcullis(&["apply"]).succeeded();
    assert!(
        applied.stderr.contains("The service has no user pool"),
        "{}",
        applied.stderr
    );
    assert!(!applied.stderr.contains("scripts/login"), "{}", applied.stderr);
    let surface = is_as_its_spec(&project);
    assert!(surface.authorizers.is_empty() && surface.user_pool.is_none());
    let get = |path: &str| curl("GET", &format!("{}{path}", project.api_url()), &[]).status;
    assert_eq!((get("/notices"), get("/notices/7")), (200, 200));
    let outputs = project.outputs();
    for key in [
        "user_pool_id",
        "user_pool_client_id",
        "first_user_email",
        "example_password",
    ] {
        assert_eq!(outputs[key], Value::Null, "{key}");
    }
    project
        .portcullis(&["invitation"])
        .failed(2, "the service has no user pool");
    let login = |arguments: &[&str]| run(project.command(project.path("scripts/login.sh")).args(arguments));
    login(&["client", "you@example.com", "Testing1"]).failed(2, "the service has no user pool");
    project
        .portcullis(&["apply", "--first-user", "me@example.com"])
        .failed(2, "the service has no user pool");

    project.change(WITH_POOL);
    project.portcullis(&["apply"]).succeeded();
    is_as_its_spec(&project);
    assert_eq!((get("/notices"), get("/notices/7")), (200, 401));
    let token = project.sign_in_first();
    let authorization = format!("Authorization: {token}");
    let url = format!("{}/notices/7", project.api_url());
    assert_eq!(curl("GET", &url, &[&authorization]).status, 200);

    project.change(WITHOUT_POOL);
    project.portcullis(&["apply"]).succeeded();
    is_as_its_spec(&project);
    assert_eq!(get("/notices/7"), 200);
    assert!(project.resources("aws_cognito_user_pool").is_empty());
    assert!(project.resources("aws_api_gateway_authorizer").is_empty());
    project.portcullis(&["destroy"]).succeeded();
    assert_eq!(project.processes(), [""; 0]);
}

#[test]
fn a_service_with_an_existing_pool_has_one_of_its_own_in_local() {
    let project = Project::of("notices", WITH_EXISTING_POOL);
    project.portcullis(&["apply"]).succeeded();
    let surface = is_as_its_spec(&project);
    assert_eq!(surface.authorizers[0].pools, ["${user_pool}"]);
    let url = format!("{}/notices/7", project.api_url());
    assert_eq!(curl("GET", &url, &[]).status, 401);
    let authorization = format!("Authorization: {}", project.sign_in_first());
    assert_eq!(curl("GET", &url, &[&authorization]).status, 200);
    assert_eq!(text(&project.outputs(), "first_user_email"), "you@example.com");
    project.portcullis(&["destroy"]).succeeded();
}

#[test]
fn a_route_with_a_scope_takes_access_tokens_and_refuses_id_tokens() {
    let scoped = WITH_POOL.replace(
        r#""GET /notices/{id}" = { function = "notices" }"#,
        r#""GET /notices/{id}" = { function = "notices", scopes = ["aws.cognito.signin.user.admin"] }"#,
    );
    let project = Project::of("notices", &scoped);
    let applied = project.portcullis(&["apply"]).succeeded();
    let header = "-H \"Authorization: $(portcullis login --access-token)\"";
    assert!(applied.stderr.contains(header), "{}", applied.stderr);
    is_as_its_spec(&project);
    let login = |arguments: &[&str]| token(project.portcullis(&[&["login"], arguments].concat()));
    let id_token = login(&["--first"]);
    let access_token = login(&["--access-token"]);
    project.portcullis(&["call", "GET", "/notices/7"]).succeeded();
    let url = format!("{}/notices/7", project.api_url());
    let status = |token: &str| curl("GET", &url, &[&format!("Authorization: {token}")]).status;
    assert_eq!((status(&id_token), status(&access_token)), (401, 200));

    // Both ways, in place.
    project.change(WITH_POOL);
    project.portcullis(&["apply"]).succeeded();
    is_as_its_spec(&project);
    assert_eq!((status(&id_token), status(&access_token)), (200, 401));
    project.change(&scoped);
    project.portcullis(&["apply"]).succeeded();
    is_as_its_spec(&project);
    assert_eq!((status(&id_token), status(&access_token)), (401, 200));
    project.portcullis(&["destroy"]).succeeded();
}

/// Signs in on a terminal and sets up an authenticator app. Prints the app's key, and writes the token to a file.
const ON_A_TERMINAL: &str = r#"
import base64, hmac, os, pty, re, struct, sys, time

def code(key, later=0):
    digest = hmac.digest(base64.b32decode(key), struct.pack(">Q", int(time.time()) // 30 + later), "sha1")
    place = digest[-1] & 15
    return f"{(struct.unpack_from('>I', digest, place)[0] & 0x7fffffff) % 10**6:06}"

if sys.argv[1] == "code":
    print(code(sys.argv[2], 1), end="")
    sys.exit()
pid, terminal = pty.fork()
if pid == 0:
    os.dup2(os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT, 0o600), 1)
    os.execv(sys.argv[2], sys.argv[2:])
seen = b""
while b"Code of the authenticator app: " not in seen:
    seen += os.read(terminal, 1000)
key = re.search(rb"authenticator app: ([A-Z2-7]+)\r", seen)[1].decode()
os.write(terminal, code(key).encode() + b"\n")
try:
    while os.read(terminal, 1000):
        pass
except OSError:
    pass
_, status = os.waitpid(pid, 0)
print(key, end="")
sys.exit(os.waitstatus_to_exitcode(status))
"#;

#[test]
fn the_first_user_of_a_pool_with_second_factors_sets_up_an_app_and_needs_its_code() {
    let spec = WITH_POOL.replace(
        "[user_pool.clients",
        "[user_pool]\nmfa = \"required\"\n\n[user_pool.clients",
    );
    let project = Project::of("notices", &spec);
    project.portcullis(&["apply"]).succeeded();
    let surface = is_as_its_spec(&project);
    assert_eq!(surface.user_pool.unwrap().mfa, "ON");
    let outputs = project.outputs();
    let [pool, client, email] =
        ["user_pool_id", "user_pool_client_id", "first_user_email"].map(|key| text(&outputs, key));
    let python = |arguments: &[&str]| {
        let mut command = project.command("python3");
        command.args(["-I", "-c", ON_A_TERMINAL]).args(arguments);
        run(command.env("TEMPORARY_PASSWORD", project.temporary_password()))
    };
    let token_file = project.path("token");
    let first = project.path("scripts/login_first.sh");
    let shown = [&token_file, &first].map(|path| path.to_str().unwrap());
    let key = python(&[&shown[..], &[&pool, &client, &email]].concat())
        .succeeded()
        .stdout;
    let url = format!("{}/notices/7", project.api_url());
    let status = |token: &str| curl("GET", &url, &[&format!("Authorization: {}", token.trim())]).status;
    assert_eq!(status(&fs::read_to_string(&token_file).unwrap()), 200);

    let login = |code: &str| {
        let mut script = project.command(project.path("scripts/login.sh"));
        run(script.args([&client, &email, "Testing1"]).env("MFA_CODE", code))
    };
    login("000000").failed(3, "this is not the code that the authenticator app");
    let code = python(&["code", &key]).succeeded().stdout;
    assert_eq!(status(&login(&code).succeeded().stdout), 200);

    // With one factor less, Cognito asks no longer.
    project.change(WITH_POOL);
    project.portcullis(&["apply"]).succeeded();
    assert_eq!(is_as_its_spec(&project).user_pool.unwrap().mfa, "OFF");
    assert_eq!(status(&login("").succeeded().stdout), 200);
    project.portcullis(&["destroy"]).succeeded();
}
