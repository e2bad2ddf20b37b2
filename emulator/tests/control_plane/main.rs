//! The control plane against the real moto, over real HTTP, in a process of its own.

mod codes;
mod events;
mod harness;
mod mfa;
mod tokens;
#[cfg(target_os = "linux")]
mod updates;
mod upstream;
mod users;

use portcullis_test_support::{attacks, listening};
use std::io::{BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::thread::sleep;
use std::time::{Duration, Instant};

use portcullis_emulator::background::{Background, Status};
use rustix::process::{Signal, kill_process, test_kill_process};
use serde_json::json;

use harness::{Answer, ControlPlane, LIMIT, python, signed, wait_until_gone};

#[test]
fn an_invited_user_signs_in_and_the_policy_decides_about_the_new_password() {
    let plane = ControlPlane::start();
    let (pool, client) = plane.user_pool();
    let user = "someone@example.com";
    let created = plane.create_user(&pool, user, None);
    let [invitation] = plane.mails().try_into().unwrap();
    assert_eq!(invitation.username, user);
    assert_eq!(invitation.to.as_deref(), Some(user));
    assert_eq!(invitation.user_pool_id, pool);
    assert_eq!(created.json()["User"]["Username"], invitation.assigned_username);
    let password = &invitation.secret;
    assert!(invitation.message.contains(user) && invitation.message.contains(password));
    assert!(
        !String::from_utf8_lossy(&created.body).contains(password),
        "the caller must not learn the password"
    );
    let log = std::fs::read_to_string(plane.background.log()).unwrap();
    assert!(!log.contains(password), "the log must not hold the password");
    for file in std::fs::read_dir(plane.folder.path().join("mails")).unwrap() {
        assert_eq!(
            file.unwrap().metadata().unwrap().permissions().mode() & 0o777,
            0o600
        );
    }

    assert_eq!(
        plane.sign_in(&client, user, "Wrong1").error(),
        "NotAuthorizedException"
    );
    let challenge = plane.sign_in(&client, user, password).json();
    assert_eq!(challenge["ChallengeName"], "NEW_PASSWORD_REQUIRED");
    let session = &challenge["Session"];
    assert_eq!(
        plane.choose_password(&client, user, session, "testing1").error(),
        "InvalidPasswordException"
    );
    let challenge = plane.sign_in(&client, user, password).json();
    let tokens = plane
        .choose_password(&client, user, &challenge["Session"], "Testing1")
        .json();
    assert!(tokens["AuthenticationResult"]["IdToken"].is_string());
    assert!(plane.sign_in(&client, user, "Testing1").json()["AuthenticationResult"]["IdToken"].is_string());

    let keys = plane
        .send("GET", &format!("/{pool}/.well-known/jwks.json"), "", b"")
        .json();
    assert!(keys["keys"][0]["n"].is_string());

    let forget = json!({"UserPoolId": pool, "Username": user});
    assert_eq!(plane.cognito("AdminDeleteUser", &forget).status, 200);
    assert_eq!(plane.mails(), []);
}

#[test]
fn an_update_of_the_pool_keeps_the_policy_mended() {
    let plane = ControlPlane::start();
    let (pool, client) = plane.user_pool();
    let update = json!({"UserPoolId": pool, "Policies": {"PasswordPolicy":
        {"MinimumLength": 20, "RequireSymbols": true}}});
    assert_eq!(plane.cognito("UpdateUserPool", &update).status, 200);
    let described = plane
        .cognito("DescribeUserPool", &json!({ "UserPoolId": pool }))
        .json();
    let policy = &described["UserPool"]["Policies"]["PasswordPolicy"];
    assert_eq!(policy["RequireSymbols"], true);
    assert_eq!(policy["RequireNumbers"], false);

    plane.create_user(&pool, "a@example.com", None);
    let [invitation] = plane.mails().try_into().unwrap();
    assert_eq!(invitation.secret.len(), 20);
    plane.sign_in(&client, "a@example.com", &invitation.secret).json();
}

#[test]
fn an_invitation_sent_again_has_a_new_password_for_the_same_user() {
    let plane = ControlPlane::start();
    let (pool, client) = plane.user_pool();
    let user = "someone@example.com";
    let created = plane.create_user(&pool, user, None).json();
    let [first] = plane.mails().try_into().unwrap();
    let resent = plane.create_user(&pool, user, Some("RESEND")).json();
    let [second] = plane.mails().try_into().unwrap();
    assert_eq!(created["User"]["Username"], resent["User"]["Username"]);
    assert_eq!(resent["User"]["UserStatus"], "FORCE_CHANGE_PASSWORD");
    assert!(resent["User"]["Attributes"].is_array());
    let users = plane.cognito("ListUsers", &json!({ "UserPoolId": pool })).json();
    assert_eq!(users["Users"].as_array().unwrap().len(), 1);

    assert_eq!(
        plane.sign_in(&client, user, &first.secret).error(),
        "NotAuthorizedException"
    );
    let challenge = plane.sign_in(&client, user, &second.secret).json();
    plane
        .choose_password(&client, user, &challenge["Session"], "Testing1")
        .json();
    assert_eq!(
        plane.create_user(&pool, user, Some("RESEND")).error(),
        "UnsupportedUserStateException"
    );
    let unknown = plane.create_user(&pool, "nobody@example.com", Some("RESEND"));
    assert_eq!(unknown.error(), "UserNotFoundException");
}

#[test]
fn nothing_is_kept_of_what_is_suppressed_refused_or_deleted() {
    let plane = ControlPlane::start();
    let (pool, _) = plane.user_pool();
    plane
        .create_user(&pool, "silent@example.com", Some("SUPPRESS"))
        .json();
    assert_eq!(
        plane.create_user(&pool, "no address", None).error(),
        "InvalidParameterException"
    );
    assert_eq!(
        plane.create_user("us-east-1_none", "a@example.com", None).error(),
        "ResourceNotFoundException"
    );
    assert_eq!(plane.mails(), []);
    plane.create_user(&pool, "a@example.com", None).json();
    assert_eq!(
        plane.create_user(&pool, "a@example.com", None).error(),
        "UsernameExistsException"
    );
    assert_eq!(plane.mails().len(), 1);
    assert_eq!(
        plane
            .cognito("DeleteUserPool", &json!({ "UserPoolId": pool }))
            .status,
        200
    );
    assert_eq!(plane.mails(), []);
}

#[test]
fn large_bodies_heads_and_kept_connections_go_through() {
    let plane = ControlPlane::start();
    assert_eq!(plane.rest("s3", "PUT", "/bucket", b"").status, 200);
    let body: Vec<u8> = (0..24 * 1024 * 1024_u32).map(|at| (at % 251) as u8).collect();
    let expecting = format!("Expect: 100-continue\r\n{}", signed("s3"));
    let mut stream = plane.connect();
    let length = body.len();
    write!(
        stream,
        "PUT /bucket/key HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n{expecting}\r\n"
    )
    .unwrap();
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    assert_eq!(Answer::read(&mut reader, "HEAD").status, 100);
    stream.write_all(&body).unwrap();
    assert_eq!(Answer::read(&mut reader, "PUT").status, 200);

    // On the same connection.
    let headers = signed("s3");
    write!(
        stream,
        "HEAD /bucket/key HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n"
    )
    .unwrap();
    let head = Answer::read(&mut reader, "HEAD");
    assert_eq!(
        (head.status, head.header("content-length")),
        (200, Some("25165824"))
    );
    write!(
        stream,
        "GET /bucket/key HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n"
    )
    .unwrap();
    let got = Answer::read(&mut reader, "GET");
    assert_eq!(got.header("connection"), None);
    assert!(got.body == body);
}

/// The signing keys of a user pool, which everybody may read.
const JWKS: &str = "/us-east-1_a/.well-known/jwks.json";

#[test]
fn the_proxy_answers_to_its_own_name_alone() {
    let plane = ControlPlane::start();
    let port = plane.endpoint().rsplit(':').next().unwrap().parse().unwrap();
    for (head, refused) in attacks::names(JWKS, port) {
        let mut stream = plane.connect();
        write!(stream, "{head}\r\n").unwrap();
        let answer = Answer::read(&mut BufReader::new(stream), "GET");
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        assert_eq!(answer.status, refused.unwrap_or(200), "{head}\n{text}");
        assert_eq!(text.contains("Host"), refused.is_some(), "{head}\n{text}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn the_proxy_answers_its_own_user_alone() {
    let plane = ControlPlane::start();
    let port = plane.endpoint().rsplit(':').next().unwrap().parse().unwrap();
    let request = format!("GET {JWKS} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    let Some(answer) = attacks::as_another_user(port, &request) else {
        return;
    };
    assert!(answer.to_lowercase().starts_with("http/1.1 403 "), "{answer}");
    assert_eq!(plane.send("GET", JWKS, "", b"").status, 200);
}

#[test]
fn pages_of_every_kind_reach_no_signed_call() {
    let plane = ControlPlane::start();
    let form = format!(
        "Content-Type: application/x-www-form-urlencoded\r\n{}",
        signed("iam")
    );
    let list = |page: &str| {
        let body = b"Action=ListRoles&Version=2010-05-08";
        plane.send("POST", "/", &format!("{form}{page}"), body).status
    };
    let reset = |page: &str| plane.send("POST", "/moto-api/reset", page, b"").status;
    let (pool, _) = plane.user_pool();
    for page in attacks::PAGES {
        assert_eq!((list(page), reset(page)), (403, 403), "{page}");
    }
    assert_eq!(list(""), 200);
    let described = json!({ "UserPoolId": pool });
    assert_eq!(
        plane.cognito("DescribeUserPool", &described).status,
        200,
        "nothing was reset"
    );
}

#[test]
fn a_web_page_may_sign_in_and_nothing_else() {
    const ORIGIN: &str = "Origin: https://app.example.com\r\n";
    let plane = ControlPlane::start();
    let (_, client) = plane.user_pool();
    let preflight = format!(
        "{ORIGIN}Access-Control-Request-Method: POST\r\nAccess-Control-Request-Headers: content-type,x-amz-target\r\n"
    );
    let allowed = plane.send("OPTIONS", "/", &preflight, b"");
    assert_eq!(allowed.status, 200);
    assert_eq!(allowed.header("access-control-allow-origin"), Some("*"));
    assert_eq!(
        allowed.header("access-control-allow-headers"),
        Some("content-type,x-amz-target")
    );

    let call = |target: &str, body: &str| {
        let headers =
            format!("{ORIGIN}Content-Type: application/x-amz-json-1.1\r\nX-Amz-Target: {target}\r\n");
        plane.send("POST", "/", &headers, body.as_bytes())
    };
    let sign_in = json!({"ClientId": client, "AuthFlow": "USER_PASSWORD_AUTH",
        "AuthParameters": {"USERNAME": "nobody@example.com", "PASSWORD": "Testing1"}});
    let refusal = call(
        "AWSCognitoIdentityProviderService.InitiateAuth",
        &sign_in.to_string(),
    );
    assert_eq!(refusal.error(), "UserNotFoundException");
    assert_eq!(refusal.header("access-control-allow-origin"), Some("*"));

    let form = format!("{ORIGIN}Content-Type: application/x-www-form-urlencoded\r\n");
    for refused in [
        call(
            "AWSCognitoIdentityProviderService.ListUserPools",
            r#"{"MaxResults":60}"#,
        ),
        call("DynamoDB_20120810.ListTables", "{}"),
        plane.send("POST", "/", &form, b"Action=ListRoles&Version=2010-05-08"),
        plane.send("GET", "/", &format!("{ORIGIN}{}", signed("s3")), b""),
        plane.send(
            "GET",
            "/moto-api/data.json",
            "Sec-Fetch-Site: cross-site\r\n",
            b"",
        ),
    ] {
        assert_eq!(refused.status, 403, "{}", refused.head);
        assert_eq!(refused.header("access-control-allow-origin"), None);
    }
}

#[test]
fn a_function_is_taken_without_being_run() {
    let plane = ControlPlane::start();
    let form = format!(
        "Content-Type: application/x-www-form-urlencoded\r\n{}",
        signed("iam")
    );
    let role = b"Action=CreateRole&Version=2010-05-08&RoleName=r&AssumeRolePolicyDocument=%7B%7D";
    assert_eq!(plane.send("POST", "/", &form, role).status, 200);
    // moto looks into the zip only for its hash.
    let function = json!({"FunctionName": "hello-local-open", "Runtime": "provided.al2023", "Handler": "bootstrap",
        "Role": "arn:aws:iam::123456789012:role/r", "Code": {"ZipFile": "UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA=="}});
    let created = plane.rest(
        "lambda",
        "POST",
        "/2015-03-31/functions",
        function.to_string().as_bytes(),
    );
    assert_eq!(created.status, 201, "{}", String::from_utf8_lossy(&created.body));
    let permission = json!({"StatementId": "api", "Action": "lambda:InvokeFunction",
        "Principal": "apigateway.amazonaws.com",
        "SourceArn": "arn:aws:execute-api:us-east-1:123456789012:a/v1/GET/open"});
    let path = "/2015-03-31/functions/hello-local-open/policy";
    let permitted = plane.rest("lambda", "POST", path, permission.to_string().as_bytes());
    assert!(
        permitted.json()["Statement"]
            .as_str()
            .unwrap()
            .contains("execute-api")
    );
    let path = "/2017-10-31/functions/hello-local-open/concurrency";
    let reserved = plane.rest("lambda", "PUT", path, br#"{"ReservedConcurrentExecutions":5}"#);
    assert_eq!(reserved.json()["ReservedConcurrentExecutions"], 5);
}

#[test]
fn a_proxy_that_is_killed_leaves_no_moto() {
    let plane = ControlPlane::start();
    let moto = plane.moto();
    kill_process(plane.pid(), Signal::KILL).unwrap();
    wait_until_gone(moto);
    assert_eq!(plane.background.status().unwrap(), Status::Stopped);
}

#[test]
fn a_proxy_that_is_stopped_leaves_no_moto() {
    let plane = ControlPlane::start();
    let moto = plane.moto();
    assert!(plane.background.stop(LIMIT).unwrap());
    assert!(test_kill_process(moto).is_err(), "it is gone before the proxy is");
}

#[test]
fn without_moto_the_proxy_ends_and_says_so() {
    let plane = ControlPlane::start();
    kill_process(plane.moto(), Signal::KILL).unwrap();
    let deadline = Instant::now() + LIMIT;
    while plane.background.status().unwrap() != Status::Stopped {
        assert!(Instant::now() < deadline, "the proxy still runs");
        sleep(Duration::from_millis(10));
    }
    let log = std::fs::read_to_string(plane.background.log()).unwrap();
    assert!(log.contains("moto ended (signal: 9 (SIGKILL))"), "{log}");
}

#[test]
fn of_two_starters_one_wins_and_the_next_life_is_another_instance() {
    python();
    let folder = tempfile::tempdir().unwrap();
    let background = Background::new(folder.path().join("control-plane"));
    let start = || {
        background
            .start(ControlPlane::command(folder.path()), LIMIT)
            .unwrap()
    };
    let (one, other) = std::thread::scope(|scope| {
        let (one, other) = (scope.spawn(start), scope.spawn(start));
        (one.join().unwrap(), other.join().unwrap())
    });
    assert!(one.fresh != other.fresh);
    assert_eq!(one.ready, other.ready);
    // There is nothing to reload, and the answer says so.
    assert_eq!(background.reload(LIMIT).unwrap(), one.ready);
    background.stop(LIMIT).unwrap();
    let next = start();
    background.stop(LIMIT).unwrap();
    assert!(next.fresh);
    assert_ne!(next.ready["instance"], one.ready["instance"]);
}

/// A process and all that it has started, as far as their parents are there.
#[cfg(target_os = "linux")]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
fn tree(root: u32) -> Vec<u32> {
    let parents: Vec<(u32, u32)> = std::fs::read_dir("/proc")
        .unwrap()
        .flatten()
        .filter_map(|entry| {
            let status = std::fs::read_to_string(entry.path().join("status")).ok()?;
            let parent = status.lines().find_map(|line| line.strip_prefix("PPid:"))?;
            let process = entry.file_name().to_str()?.parse().ok()?;
            Some((process, parent.trim().parse().ok()?))
        })
        .collect();
    let mut tree = vec![root];
    let mut next = 0;
    while let Some(parent) = tree.get(next).copied() {
        let children = parents.iter().filter(|(_, of)| *of == parent);
        tree.extend(children.map(|(process, _)| process));
        next += 1;
    }
    tree
}

#[test]
#[cfg(target_os = "linux")]
fn only_the_proxy_listens_on_tcp_and_moto_on_a_socket_for_its_user_alone() {
    use std::os::unix::fs::FileTypeExt;
    use std::os::unix::net::UnixStream;

    let plane = ControlPlane::start();
    let proxy = u32::try_from(plane.pid().as_raw_nonzero().get()).unwrap();
    let moto = u32::try_from(plane.moto().as_raw_nonzero().get()).unwrap();
    let tree = tree(proxy);
    assert!(tree.contains(&moto), "{tree:?}");
    let port: u16 = plane.endpoint().rsplit(':').next().unwrap().parse().unwrap();
    let listening: Vec<(u32, u16)> = tree
        .iter()
        .flat_map(|process| {
            listening::tcp_ports(*process)
                .into_iter()
                .map(|port| (*process, port))
        })
        .collect();
    assert_eq!(listening, [(proxy, port)]);

    let socket = plane.folder.path().join("moto/socket");
    let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert!(socket.metadata().unwrap().file_type().is_socket());
    assert_eq!((mode(socket.parent().unwrap()), mode(&socket)), (0o700, 0o600));
    // It is moto that answers there, and it has what was made through the proxy.
    let (pool, _) = plane.user_pool();
    let mut stream = UnixStream::connect(&socket).unwrap();
    stream.set_read_timeout(Some(LIMIT)).unwrap();
    write!(
        stream,
        "GET /{pool}/.well-known/jwks.json HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    )
    .unwrap();
    let answer = Answer::read(&mut BufReader::new(stream), "GET");
    assert!(answer.json()["keys"][0]["n"].is_string());
    assert!(plane.background.stop(LIMIT).unwrap());
    assert!(!socket.exists(), "the socket ends with moto");
}

#[test]
fn moto_answers_in_a_folder_too_deep_for_the_path_of_a_socket() {
    python();
    let folder = tempfile::tempdir().unwrap();
    let deep = folder.path().join(["folder"; 40].join("/"));
    std::fs::create_dir_all(&deep).unwrap();
    let mut command = ControlPlane::command(folder.path());
    command.current_dir(&deep).env(harness::WORK, "moto");
    let background = Background::new(deep.join("control-plane"));
    let started = background.start(command, LIMIT).unwrap();
    let plane = ControlPlane {
        folder,
        background,
        ready: started.ready,
    };
    assert!(deep.join("moto/socket").exists());
    assert!(!plane.user_pool().0.is_empty());
}
