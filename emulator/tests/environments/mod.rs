//! The functions' processes: how many there are, what they are given, how they end, and what their logs say.

use portcullis_test_support::in_time::InTime;
use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;

use super::shop::{Shop, eventually, lives, project, read, send, zip};

/// A log with times, ids, durations and sizes replaced by letters.
fn log(shop: &Shop, function: &str) -> Vec<String> {
    let mut text = shop.function_log(function);
    for (pattern, letter) in [
        (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", "TIME"),
        (r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "ID"),
        (r"\d+(\.\d+)? ms", "N ms"),
        (r"Used: \d+ MB", "Used: N MB"),
    ] {
        text = regex::Regex::new(pattern)
            .unwrap()
            .replace_all(&text, letter)
            .into_owned();
    }
    text.lines().map(String::from).collect()
}

#[test]
fn a_function_that_fails_is_a_502() {
    let shop = Shop::start();
    for (path, function, sentence) in [
        ("/fail", "fail", "Error: {\"errorMessage\": \"no\""),
        ("/crash", "crash", "Runtime exited with error: exit status 3"),
        ("/hang", "hang", "Task timed out after 1.00 seconds"),
        ("/broken", "broken", "this function never comes up"),
    ] {
        // Twice: the second meets what the first has left.
        for _ in 0..2 {
            let answer = shop.get(path);
            assert_eq!(
                (answer.status, answer.text()),
                (502, r#"{"message": "Internal server error"}"#),
                "{path}"
            );
            assert_eq!(
                answer.header("x-amzn-ErrorType"),
                Some("InternalServerErrorException")
            );
            assert_eq!(answer.header("Access-Control-Allow-Origin"), Some("*"));
        }
        let log = shop.function_log(function);
        assert!(log.contains(sentence), "{log}");
    }
    assert!(shop.log().contains("function `shop-broken`"), "{}", shop.log());
}

#[test]
fn the_log_says_how_each_invocation_went() {
    let shop = Shop::start();
    for path in ["/echo", "/echo", "/crash", "/hang", "/fail", "/broken"] {
        shop.get(path);
    }
    let size = "Memory Size: 256 MB\tMax Memory Used: N MB";
    let report = format!("REPORT RequestId: ID\tDuration: N ms\tBilled Duration: N ms\t{size}");
    let cold = format!("{report}\tInit Duration: N ms");
    assert_eq!(
        log(&shop, "echo"),
        [
            "START RequestId: ID Version: $LATEST",
            "TIME ID event for /echo",
            "END RequestId: ID",
            &cold,
            "START RequestId: ID Version: $LATEST",
            "TIME ID event for /echo",
            "END RequestId: ID",
            &report,
        ]
    );
    let without = |size: &str| cold.replace("\tMax Memory Used: N MB", "") + size;
    assert_eq!(
        log(&shop, "crash"),
        [
            "START RequestId: ID Version: $LATEST",
            "TIME ID event for /crash",
            "RequestId: ID Error: Runtime exited with error: exit status 3",
            "Runtime.ExitError",
            "END RequestId: ID",
            &without("\tStatus: error\tError Type: Runtime.ExitError"),
        ]
    );
    assert_eq!(
        log(&shop, "hang")[1..],
        [
            "TIME ID event for /hang",
            "TIME ID Task timed out after 1.00 seconds",
            "END RequestId: ID",
            &format!("{cold}\tStatus: timeout"),
        ]
    );
    assert_eq!(
        log(&shop, "fail")[2..],
        [
            "RequestId: ID Error: {\"errorMessage\": \"no\", \"errorType\": \"Failure\"}",
            "END RequestId: ID",
            &cold,
        ]
    );
    let error = "Status: error\tError Type: Runtime.ExitError";
    assert_eq!(
        log(&shop, "broken"),
        [
            "TIME - this function never comes up",
            &format!("INIT_REPORT Init Duration: N ms\tPhase: init\t{error}"),
            "TIME - this function never comes up",
            &format!("INIT_REPORT Init Duration: N ms\tPhase: invoke\t{error}"),
            "START RequestId: ID Version: $LATEST",
            "RequestId: ID Error: Runtime exited with error: exit status 1",
            "END RequestId: ID",
            &report.replace("\tMax Memory Used: N MB", ""),
        ]
    );
}

#[test]
fn logs_are_for_their_user_alone() {
    let shop = Shop::start();
    shop.get("/echo");
    for (name, expected) in [("logs", 0o700), ("logs/shop-echo.log", 0o600)] {
        let metadata = fs::metadata(shop.path("work").join(name)).unwrap();
        assert_eq!(metadata.permissions().mode() & 0o777, expected, "{name}");
    }
}

#[test]
fn a_process_that_is_killed_in_the_middle_is_replaced() {
    let shop = Shop::start();
    let first = shop.get("/echo").echoed()["process"].as_u64().unwrap();
    let mut busy = shop.connect();
    send(&mut busy, "GET", "/v1/echo?sleep=30", &[], b"");
    eventually("it is at work", || {
        shop.function_log("echo").matches("event for").count() == 2
    });
    let killed = std::process::Command::new("kill")
        .args(["-s", "KILL", &first.to_string()])
        .wait_in_time();
    assert!(killed.unwrap().success());
    assert_eq!(read(&mut busy, "GET").status, 502);
    let log = shop.function_log("echo");
    assert!(
        log.contains("Runtime exited with error: signal: killed\nRuntime.ExitError\n"),
        "{log}"
    );
    let second = shop.get("/echo").echoed();
    assert_ne!(second["process"], json!(first));
    assert_eq!(second["count"], 1);
}

#[test]
fn a_function_that_outlives_its_time_is_killed_and_replaced() {
    let shop = Shop::start();
    let started = Instant::now();
    assert_eq!(shop.get("/hang").status, 502);
    assert!(
        started.elapsed() < Duration::from_secs(20),
        "its integration waits 29 s, and it sleeps for 60"
    );
    assert!(processes(&shop, "hang").is_empty());
    assert_eq!(shop.get("/hang").status, 502);
    let log = shop.function_log("hang");
    assert_eq!(
        log.matches("Init Duration: ").count(),
        2,
        "a process for each: {log}"
    );
}

#[test]
fn an_integration_that_times_out_is_a_504_and_its_function_goes_on() {
    let shop = Shop::start();
    let process = shop.get("/echo").echoed()["process"].clone();
    let started = Instant::now();
    let answer = shop.get("/slow?sleep=0.8");
    assert_eq!(
        (answer.status, answer.text()),
        (504, r#"{"message": "Endpoint request timed out"}"#)
    );
    assert!(started.elapsed() < Duration::from_millis(700), "it waits 300 ms");
    assert_eq!(answer.header("Access-Control-Allow-Origin"), Some("*"));
    eventually("the invocation goes on to its end", || {
        shop.function_log("echo").matches("REPORT").count() == 2
    });
    let after = shop.get("/echo").echoed();
    assert_eq!((&after["process"], &after["count"]), (&process, &json!(3)));
}

#[test]
fn there_are_as_many_processes_as_there_were_invocations_at_a_time() {
    let shop = Shop::start();
    let first = shop.get("/echo").echoed();
    let second = shop.get("/echo").echoed();
    assert_eq!(
        (&second["process"], &second["count"]),
        (&first["process"], &json!(2)),
        "a warm start"
    );
    let at_once = || -> BTreeSet<u64> {
        std::thread::scope(|scope| {
            let calls: Vec<_> = (0..5)
                .map(|_| scope.spawn(|| shop.get("/echo?sleep=1").echoed()["process"].as_u64().unwrap()))
                .collect();
            calls.into_iter().map(|call| call.join().unwrap()).collect()
        })
    };
    let processes = at_once();
    assert_eq!(processes.len(), 5);
    assert!(processes.contains(&first["process"].as_u64().unwrap()));
    assert_eq!(at_once(), processes, "all warm");
    let log = shop.function_log("echo");
    assert_eq!(log.matches("Init Duration: ").count(), 5, "{log}");
}

#[test]
fn a_function_that_never_stops_writing_does_not_delay_others() {
    let folder = project();
    let bootstrap = include_str!("../fixtures/shop/code/bootstrap");
    let flood = "\nif os.fork() == 0:\n    while True:\n        os.write(1, b'\\n' * 4096)\n\ncount = 0\n";
    let bootstrap = bootstrap.replacen("\ncount = 0\n", flood, 1);
    assert!(bootstrap.contains("fork"));
    zip(&folder.path().join("artifacts/shop.zip"), &bootstrap);
    let mut shop = Shop::start_in(folder);
    let done = AtomicBool::new(false);
    let (answered, preflights) = std::thread::scope(|scope| {
        let client = || {
            let mut count = 0;
            while !done.load(Ordering::Relaxed) {
                assert_eq!(shop.get("/echo").status, 200);
                count += 1;
            }
            count
        };
        let clients = [(); 4].map(|()| scope.spawn(client));
        eventually("they flood", || processes(&shop, "echo").len() >= 4);
        let preflights = [(); 20].map(|()| {
            std::thread::sleep(Duration::from_millis(50));
            let started = Instant::now();
            let status = shop.call("OPTIONS", "/open", &[]).status;
            (status, started.elapsed())
        });
        done.store(true, Ordering::Relaxed);
        (clients.map(|client| client.join().unwrap()), preflights)
    });
    for (status, took) in preflights {
        assert_eq!(status, 204);
        assert!(took < Duration::from_secs(2), "{preflights:?}");
    }
    assert!(answered.iter().all(|count| *count > 0), "{answered:?}");
    let stopped = Instant::now();
    shop.signal("TERM");
    assert!(shop.ended().success());
    assert!(stopped.elapsed() < Duration::from_secs(5));
}

#[test]
fn reserved_concurrency_is_a_limit() {
    let folder = project();
    let path = folder.path().join("state.json");
    let state = fs::read_to_string(&path).unwrap();
    let unreserved = r#""reserved_concurrent_executions":-1"#;
    assert!(state.contains(unreserved));
    fs::write(
        &path,
        state.replace(unreserved, r#""reserved_concurrent_executions":1"#),
    )
    .unwrap();
    let shop = Shop::start_in(folder);
    let mut first = shop.connect();
    send(&mut first, "GET", "/v1/echo?sleep=0.5", &[], b"");
    eventually("the first is at work", || {
        shop.function_log("echo").contains("START")
    });
    assert_eq!(shop.get("/echo").status, 500);
    assert!(
        shop.log()
            .contains("is throttled: at most 1 may run at a time, as reserved"),
        "{}",
        shop.log()
    );
    assert_eq!(read(&mut first, "GET").status, 200);
    assert_eq!(shop.get("/echo").status, 200);
}

#[test]
#[cfg(target_os = "linux")]
fn a_function_that_uses_more_than_its_memory_is_killed() {
    let shop = Shop::start();
    let process = shop.get("/echo?memory=100").echoed()["process"].clone();
    // One that is seen while it runs, and one that has answered before anybody looked.
    for path in ["/echo?memory=400&sleep=20", "/echo?memory=400"] {
        assert_eq!(shop.get(path).status, 502);
        let log = shop.function_log("echo");
        let end = &log[log.rfind("RequestId: ").unwrap()..];
        assert!(
            end.ends_with("\tStatus: error\tError Type: Runtime.OutOfMemory\n"),
            "{log}"
        );
    }
    let log = shop.function_log("echo");
    assert!(log.contains("signal: killed ("), "{log}");
    assert!(!lives(process.as_u64().unwrap()));
    assert_eq!(shop.get("/echo").echoed()["count"], 1);
}

#[test]
fn a_function_gets_the_variables_of_lambda_and_its_own_and_none_of_the_host() {
    let shop = Shop::start();
    let told = shop.get("/echo").echoed();
    let environment = told["environment"].as_object().unwrap();
    let names: BTreeSet<&str> = environment
        .keys()
        .map(String::as_str)
        // Python sets it if there is no locale.
        .filter(|name| *name != "LC_CTYPE")
        .collect();
    let expected = BTreeSet::from([
        "AWS_ACCESS_KEY_ID",
        "AWS_DEFAULT_REGION",
        "AWS_ENDPOINT_URL",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        "AWS_LAMBDA_FUNCTION_NAME",
        "AWS_LAMBDA_FUNCTION_VERSION",
        "AWS_LAMBDA_INITIALIZATION_TYPE",
        "AWS_LAMBDA_LOG_GROUP_NAME",
        "AWS_LAMBDA_LOG_STREAM_NAME",
        "AWS_LAMBDA_RUNTIME_API",
        "AWS_REGION",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_XRAY_CONTEXT_MISSING",
        "AWS_XRAY_DAEMON_ADDRESS",
        "BEHAVIOUR",
        "LAMBDA_RUNTIME_DIR",
        "LAMBDA_TASK_ROOT",
        "LANG",
        "LD_LIBRARY_PATH",
        "PATH",
        "TZ",
        "_HANDLER",
    ]);
    assert_eq!(names, expected);
    for (name, value) in [
        ("BEHAVIOUR", "echo"),
        ("_HANDLER", "bootstrap"),
        ("AWS_REGION", "eu-central-1"),
        ("TZ", ":UTC"),
        ("AWS_LAMBDA_FUNCTION_NAME", "shop-echo"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/shop-echo"),
    ] {
        assert_eq!(environment[name], value, "{name}");
    }
    let stream = environment["AWS_LAMBDA_LOG_STREAM_NAME"].as_str().unwrap();
    assert!(stream.contains("/[$LATEST]") && stream.len() == 52, "{stream}");
}

/// The processes of a function, by their own word.
fn processes(shop: &Shop, function: &str) -> Vec<u32> {
    let wanted = format!("AWS_LAMBDA_FUNCTION_NAME=shop-{function}\0");
    let root = format!("LAMBDA_TASK_ROOT={}", shop.folder.path().display());
    let entries = fs::read_dir("/proc").unwrap().filter_map(Result::ok);
    entries
        .filter_map(|entry| {
            let environment = String::from_utf8(fs::read(entry.path().join("environ")).ok()?).ok()?;
            let ours = environment.contains(&wanted) && environment.contains(&root);
            ours.then(|| entry.file_name().to_str()?.parse().ok())?
        })
        .collect()
}
