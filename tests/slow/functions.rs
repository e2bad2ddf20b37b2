//! The real functions, built by the real cargo-lambda, started as Lambda starts them.
//!
//! `PORTCULLIS_CARGO_LAMBDA` names cargo-lambda (in a Python environment that has `ziglang`). Without it the tests
//! print this and do nothing. Under `CI=true` they fail.

use portcullis_test_support::in_time::InTime;
use std::{
    env, fs,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command},
    time::{Duration, Instant, SystemTime},
};

use portcullis::build::{Artifact, BuildOptions, Program, Purpose, build};
use portcullis_generator::service::Architecture;
use serde_json::{Value, json};

const FUNCTIONS: [&str; 2] = ["authenticated", "open"];
const LARGEST: u64 = 800_000;

fn cargo_lambda() -> Option<PathBuf> {
    let path = env::var_os("PORTCULLIS_CARGO_LAMBDA")
        .filter(|path| !path.is_empty())
        .map(PathBuf::from);
    if path.is_none() {
        let message =
            "PORTCULLIS_CARGO_LAMBDA does not name cargo-lambda: the functions are not built in this test";
        if env::var("CI").is_ok_and(|ci| ci == "true") {
            panic!("{message}");
        }
        eprintln!("{message}");
    }
    path
}

fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("functions")
}

/// This machine's: its binaries can be started.
fn architecture() -> Architecture {
    if cfg!(target_arch = "aarch64") {
        Architecture::Arm64
    } else {
        Architecture::X86_64
    }
}

fn build_from(
    functions_dir: &Path,
    artifacts_dir: &Path,
    cargo_lambda: &Path,
    functions: &[&str],
) -> Vec<Artifact> {
    let program = |name: &&str| Program {
        function: (*name).to_owned(),
        binary: (*name).to_owned(),
    };
    let functions: Vec<Program> = functions.iter().map(program).collect();
    build(&BuildOptions {
        functions_dir,
        artifacts_dir,
        architecture: architecture(),
        purpose: Purpose::Aws,
        functions: &functions,
        cargo_lambda,
    })
    .unwrap()
}

/// A copy of the sources, without what was built from them.
fn copy_sources(to: &Path) {
    let sources = sources();
    let files = walkdir::WalkDir::new(&sources)
        .into_iter()
        .filter_entry(|entry| entry.path() != sources.join("target"))
        .map(Result::unwrap);
    for entry in files.filter(|entry| entry.file_type().is_file()) {
        let path = to.join(entry.path().strip_prefix(&sources).unwrap());
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::copy(entry.path(), path).unwrap();
    }
}

fn cargo_home() -> PathBuf {
    let default = || Path::new(&env::var_os("HOME").unwrap()).join(".cargo");
    env::var_os("CARGO_HOME").map_or_else(default, PathBuf::from)
}

/// Builds a copy of the sources in `elsewhere`, in a process of its own, because `CARGO_HOME` is another one there.
fn build_elsewhere(elsewhere: &Path) {
    let home = cargo_home();
    // The downloads are found under another path, so that nothing is downloaded twice.
    let other_home = elsewhere.join("another-cargo-home");
    fs::create_dir_all(&other_home).unwrap();
    for shared in ["registry", "git", "config.toml", "credentials.toml"] {
        if home.join(shared).exists() {
            std::os::unix::fs::symlink(home.join(shared), other_home.join(shared)).unwrap();
        }
    }
    copy_sources(&elsewhere.join("functions"));
    let status = Command::new(env::current_exe().unwrap())
        .args(["--exact", "functions::the_other_process_builds", "--nocapture"])
        .env("PORTCULLIS_TEST_BUILD_IN", elsewhere)
        .env("CARGO_HOME", other_home)
        .wait_in_time()
        .unwrap();
    assert!(status.success());
}

#[test]
fn the_other_process_builds() {
    if let Some(folder) = env::var_os("PORTCULLIS_TEST_BUILD_IN").map(PathBuf::from) {
        build_from(
            &folder.join("functions"),
            &folder.join("artifacts"),
            &cargo_lambda().unwrap(),
            &FUNCTIONS,
        );
    }
}

#[test]
fn the_zips_are_small_start_on_al2023_and_are_the_same_from_every_folder() {
    let Some(cargo_lambda) = cargo_lambda() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let artifacts_dir = folder.path().join("artifacts");
    let artifacts = build_from(&sources(), &artifacts_dir, &cargo_lambda, &FUNCTIONS);

    for artifact in &artifacts {
        println!("{}: {} bytes zipped", artifact.function, artifact.bytes);
        assert!(
            artifact.bytes <= LARGEST,
            "{} is larger than {LARGEST} bytes",
            artifact.path.display()
        );
        let code = unzip(&artifact.path);
        let newest = newest_glibc(&code);
        assert!(
            newest <= (2, 34),
            "`provided.al2023` has glibc 2.34, {} needs {newest:?}",
            artifact.function
        );
        let code = String::from_utf8_lossy(&code);
        for place in [sources(), cargo_home()] {
            assert!(
                !code.contains(&*place.to_string_lossy()),
                "{} is in {}",
                place.display(),
                artifact.function
            );
        }
    }

    let times = || {
        artifacts
            .iter()
            .map(|artifact| fs::metadata(&artifact.path).unwrap().modified().unwrap())
    };
    let before: Vec<SystemTime> = times().collect();
    let start = Instant::now();
    assert_eq!(
        build_from(&sources(), &artifacts_dir, &cargo_lambda, &FUNCTIONS),
        artifacts
    );
    println!("nothing to do: {:?}", start.elapsed());
    assert_eq!(times().collect::<Vec<_>>(), before);

    build_elsewhere(folder.path().join("elsewhere").as_path());
    for artifact in &artifacts {
        let other = folder
            .path()
            .join("elsewhere")
            .join(artifact.path.strip_prefix(folder.path()).unwrap());
        assert!(
            fs::read(&artifact.path).unwrap() == fs::read(&other).unwrap(),
            "`{}` built elsewhere is another file",
            artifact.function
        );
    }
}

/// A function with C code, which a compiler for this machine's processor makes wider instructions of.
const WITH_C: [(&str, &str); 4] = [
    (
        "Cargo.toml",
        "[workspace]\nmembers = [\"sum\"]\nresolver = \"3\"\n",
    ),
    (
        "sum/Cargo.toml",
        "[package]\nname = \"sum\"\nversion = \"1.0.0\"\nedition = \"2024\"\n\n[build-dependencies]\ncc = \"1\"\n",
    ),
    (
        "sum/build.rs",
        "fn main() { cc::Build::new().file(\"sum.c\").opt_level(3).compile(\"sum\") }\n",
    ),
    (
        "sum/sum.c",
        "int sum(const int *of, int count) { int all = 0; while (count--) all += of[count] * of[count]; return all; }\n",
    ),
];

const CALLS_C: &str = r#"
unsafe extern "C" { fn sum(of: *const i32, count: i32) -> i32; }

fn main() {
    let numbers: Vec<i32> = std::env::args().map(|argument| argument.len() as i32).collect();
    println!("{}", unsafe { sum(numbers.as_ptr(), numbers.len() as i32) });
}
"#;

/// Returns the blocks of a lock file for `cc` and what it uses, as in the lock file of the demo's functions.
fn lock_with_cc() -> String {
    let lock = fs::read_to_string(sources().join("Cargo.lock")).unwrap();
    let needed = ["cc", "find-msvc-tools", "shlex"].map(|name| format!("name = \"{name}\"\n"));
    let packages = lock.split("[[package]]\n").skip(1);
    let packages = packages.filter(|package| needed.iter().any(|name| package.starts_with(name)));
    let packages: Vec<&str> = packages.map(str::trim_end).collect();
    assert_eq!(packages.len(), needed.len());
    let sum = "name = \"sum\"\nversion = \"1.0.0\"\ndependencies = [\n \"cc\",\n]";
    let blocks = packages.into_iter().chain([sum]);
    let blocks: Vec<String> = blocks
        .map(|package| format!("[[package]]\n{package}\n"))
        .collect();
    format!("version = 4\n\n{}", blocks.join("\n"))
}

/// <https://github.com/cargo-lambda/cargo-lambda/issues/934>: cargo-zigbuild reads cargo's configuration again for C code.
#[test]
fn flags_of_a_configuration_reach_neither_rust_nor_c() {
    let Some(cargo_lambda) = cargo_lambda() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let zip = |name: &str, configuration: &str| {
        let functions_dir = folder.path().join(name).join("functions");
        let write = |path: &str, text: &str| {
            let path = functions_dir.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        for (path, text) in WITH_C {
            write(path, text);
        }
        write("sum/src/main.rs", CALLS_C);
        write("Cargo.lock", &lock_with_cc());
        write(".cargo/config.toml", configuration);
        let artifacts_dir = folder.path().join(name).join("artifacts");
        let artifacts = build_from(&functions_dir, &artifacts_dir, &cargo_lambda, &["sum"]);
        fs::read(&artifacts[0].path).unwrap()
    };
    let target = architecture().target();
    let flags = "rustflags = [\"-C\", \"target-cpu=native\"]\n";
    let plain = zip("plain", "");
    assert!(plain == zip("of-build", &format!("[build]\n{flags}")));
    assert!(plain == zip("of-target", &format!("[target.{target}]\n{flags}")));
}

fn unzip(path: &Path) -> Vec<u8> {
    let mut archive = zip::ZipArchive::new(fs::File::open(path).unwrap()).unwrap();
    let mut code = Vec::new();
    archive
        .by_name("bootstrap")
        .unwrap()
        .read_to_end(&mut code)
        .unwrap();
    code
}

/// The newest version of glibc whose symbols a program asks for; they are named in its table of strings.
fn newest_glibc(code: &[u8]) -> (u32, u32) {
    let text = String::from_utf8_lossy(code);
    let versions = text.match_indices("GLIBC_2.").map(|(start, prefix)| {
        let digits: String = text[start + prefix.len()..]
            .chars()
            .take_while(char::is_ascii_digit)
            .collect();
        (2, digits.parse().unwrap_or(0))
    });
    versions.max().expect("a program that needs glibc")
}

/// A function's process, and the Runtime API that it asks for events.
struct Function {
    process: Child,
    runtime_api: TcpListener,
    started: Instant,
}

impl Function {
    fn start(bootstrap: &Path, variables: &[(&str, &str)]) -> Self {
        let runtime_api = TcpListener::bind("127.0.0.1:0").unwrap();
        let started = Instant::now();
        let process = Command::new(bootstrap)
            .env_clear()
            .env(
                "AWS_LAMBDA_RUNTIME_API",
                runtime_api.local_addr().unwrap().to_string(),
            )
            .env("AWS_LAMBDA_FUNCTION_NAME", "hello-local-open")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .envs(variables.iter().copied())
            .spawn()
            .unwrap();
        Self {
            process,
            runtime_api,
            started,
        }
    }

    /// Waits until the function asks for an event, hands it over, and gives what it answers.
    fn answer(&self, event: &str) -> (Duration, Value) {
        let (mut stream, _) = self.runtime_api.accept().unwrap();
        let (line, _) = read_request(&mut stream);
        let until_next = self.started.elapsed();
        assert_eq!(line, "GET /2018-06-01/runtime/invocation/next HTTP/1.1");
        write!(
            stream,
            "HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: 1\r\nLambda-Runtime-Deadline-Ms: 9999999999999\r\n\
             Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:us-east-1:123456789012:function:hello-local-open\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{event}",
            event.len()
        )
        .unwrap();
        let (line, body) = read_request(&mut stream);
        assert_eq!(line, "POST /2018-06-01/runtime/invocation/1/response HTTP/1.1");
        (until_next, serde_json::from_str(&body).unwrap())
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait_in_time();
    }
}

/// The first line of a request, and its body.
fn read_request(stream: &mut TcpStream) -> (String, String) {
    let mut reader = BufReader::new(stream);
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        let line = line.trim_end().to_owned();
        if line.is_empty() {
            break;
        }
        lines.push(line);
    }
    let header = |name: &str| {
        let mut headers = lines.iter().filter_map(|line| line.split_once(": "));
        headers
            .find(|(header, _)| header.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.to_owned())
    };
    let mut body = String::new();
    if let Some(length) = header("content-length") {
        reader
            .take(length.parse().unwrap())
            .read_to_string(&mut body)
            .unwrap();
    } else if header("transfer-encoding").as_deref() == Some("chunked") {
        loop {
            let mut size = String::new();
            reader.read_line(&mut size).unwrap();
            let size = u64::from_str_radix(size.trim_end(), 16).unwrap();
            reader.by_ref().take(size).read_to_string(&mut body).unwrap();
            reader.read_line(&mut String::new()).unwrap();
            if size == 0 {
                break;
            }
        }
    }
    (lines.swap_remove(0), body)
}

#[test]
fn the_built_functions_start_quickly_and_answer_an_event_of_a_rest_api() {
    let Some(cargo_lambda) = cargo_lambda() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let artifacts = build_from(&sources(), folder.path(), &cargo_lambda, &FUNCTIONS);
    let expected = [
        (
            "authenticated",
            "get_root_signed_in.json",
            json!("hello someone@example.com, you are signed in"),
        ),
        ("open", "get_open.json", json!("hello whole wide world")),
    ];
    for (artifact, (function, event, message)) in artifacts.iter().zip(expected) {
        assert_eq!(artifact.function, function);
        let bootstrap = folder.path().join(function);
        fs::write(&bootstrap, unzip(&artifact.path)).unwrap();
        fs::set_permissions(&bootstrap, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        let event = fs::read_to_string(sources().join("shared/fixtures").join(event)).unwrap();

        let started = Function::start(&bootstrap, &[("CORS_ALLOW_ORIGIN", "https://app.example.com")]);
        let (until_next, response) = started.answer(&event);
        println!("{function}: {until_next:?} from the process's start to its first `/next`");
        assert_eq!(response["statusCode"], 200);
        assert_eq!(
            response["headers"]["access-control-allow-origin"],
            "https://app.example.com"
        );
        assert_eq!(response["headers"]["vary"], "Origin");
        let body: Value = serde_json::from_str(response["body"].as_str().unwrap()).unwrap();
        assert_eq!(body["message"], message);
    }
}
