//! `portcullis call`

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use portcullis_foreign_text::printable::{self, code};
use portcullis_generator::lambda_authorizers::Parameter;
use portcullis_generator::service::{Auth, LambdaAuthorizer, Route, Service};
use portcullis_terraform_json::router::Router;

use super::login::sign_in;
use crate::announced::Announced;
use crate::applied::Applied;
use crate::cli::Call;
use crate::failure::{Failure, OrFail, Outcome};
use crate::project::Project;
use crate::sign_in::kept::Kept;
use crate::{input, talk};

/// Calls a route with curl. Prints the body on stdout and the status on stderr. A route for signed-in users gets the
/// token of the last sign-in: the access token if the route has scopes, or else the id token.
pub fn run(project: &Project, options: &Call) -> Outcome {
    let service = project.service()?;
    let applied = Applied::of(project, &service, &options.environment.name)?;
    let method = options.method.to_uppercase();
    let path = options.path.split(['?', '#']).next().unwrap_or_default();
    let route = route(&service, &method, path);
    let is_guarded = route.is_some_and(|route| route.auth == Auth::UserPool);
    let has_scopes = route.is_some_and(|route| !route.scopes.is_empty());
    let mut signed_in = false;
    let mut headers = options.header.clone();
    if is_guarded && !options.anonymous {
        let environment = &options.environment.name;
        let mut sign_in = sign_in(project, &service, &applied, environment, None)?;
        if let Some(tokens) = sign_in.kept(&Kept::of(project, environment), None)? {
            let token = if has_scopes {
                tokens.access_token
            } else {
                tokens.id_token
            };
            headers.push(format!("Authorization: {token}"));
            signed_in = true;
        }
    }
    let body = body(options.data.as_deref())?;
    let url = format!(
        "{}{}",
        applied.api_url(),
        if options.path == "/" { "" } else { &options.path }
    );
    let Response { status, head, body } = curl(&Request {
        method: &method,
        url: &url,
        headers: &headers,
        body: body.as_deref(),
    })?;
    if options.include {
        talk::show(&head);
    } else {
        talk::say(head.lines().next().unwrap_or_default());
    }
    match String::from_utf8(body) {
        Ok(text) => {
            let end = if text.is_empty() || text.ends_with('\n') {
                ""
            } else {
                "\n"
            };
            talk::data(format_args!("{text}{end}"))?;
        }
        Err(binary) => talk::bytes(binary.as_bytes())?,
    }
    if status < 400 {
        return Ok(());
    }
    let failure = Failure::refused(format!("{} answered {status}", code(&format!("{method} {path}"))));
    Err(match status {
        401 if is_guarded && !signed_in => {
            failure.help("sign in: `portcullis login`, or `portcullis login --first` for the first time")
        }
        401 => match route.and_then(|route| route.auth.authorizer()) {
            Some(name) => failure.help(needed(&service.authorizers[name])),
            None => failure,
        },
        403 if route.is_some_and(|route| route.api_key) => {
            failure.help("send an API key, if the answer is about that: `--header 'x-api-key: …'`")
        }
        500.. => failure.help("see why: `portcullis logs`"),
        _ => failure,
    })
}

/// Returns help about what a request needs for an authorizer.
fn needed(authorizer: &LambdaAuthorizer) -> String {
    let parameters = authorizer.parameters().map(|parameter| match parameter {
        Parameter::Header(name) => format!("the header: `--header '{name}: …'`"),
        Parameter::Query(name) => format!("the query parameter: `?{name}=…`"),
    });
    let parameters: Vec<String> = parameters.collect();
    match parameters.is_empty() {
        true => format!("see why: `portcullis logs {}`", authorizer.function),
        false => format!("send {}", parameters.join(", and ")),
    }
}

/// Returns the route of a request: the rule by which API Gateway finds it is the router's.
fn route<'a>(service: &'a Service, method: &str, path: &str) -> Option<&'a Route> {
    let mut router = Router::default();
    for (path, method, route) in service.routes.iter() {
        router.add(&path.to_string(), method.as_str(), route);
    }
    router.find(path, method).map(|(route, _)| *route)
}

/// The body of the request: a text, `@FILE`, or `-` for stdin.
fn body(data: Option<&str>) -> Outcome<Option<Vec<u8>>> {
    let Some(data) = data else {
        return Ok(None);
    };
    let file = data.strip_prefix('@').or((data == "-").then_some(data));
    match file {
        Some(file) => input::read(Path::new(file)).map(Some),
        None => Ok(Some(data.into())),
    }
}

struct Request<'a> {
    method: &'a str,
    url: &'a str,
    headers: &'a [String],
    body: Option<&'a [u8]>,
}

struct Response {
    status: u16,
    /// Status line and headers.
    head: String,
    body: Vec<u8>,
}

/// Sends a request. curl reads it from standard input, because every user of a machine can read arguments, and the token
/// is a secret.
fn curl(request: &Request) -> Outcome<Response> {
    let folder = tempfile::tempdir().or_tool()?;
    let [head, sent, body] = ["head", "sent", "body"].map(|name| folder.path().join(name));
    let mut config = String::new();
    let mut option = |name: &str, value: &str| {
        config.push_str(&format!("{name} = {}\n", quoted(value)));
    };
    option("url", request.url);
    option("request", request.method);
    option("proto", "=http,https");
    option("dump-header", &head.to_string_lossy());
    option("output", &body.to_string_lossy());
    option("max-time", "60");
    option("noproxy", "127.0.0.1");
    for header in request.headers {
        option("header", header);
    }
    if let Some(bytes) = request.body {
        std::fs::write(&sent, bytes).or_tool()?;
        option("data-binary", &format!("@{}", sent.display()));
        if !request
            .headers
            .iter()
            .any(|header| header.to_lowercase().starts_with("content-type:"))
        {
            option("header", "Content-Type: application/json");
        }
    }
    config.push_str("silent\nshow-error\npath-as-is\ngloboff\n");
    if request.method == "HEAD" {
        config.push_str("head\n");
    }
    // `-q` comes first: the user's own configuration does not apply.
    let mut child = Command::new("curl")
        .args(["-q", "--config", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .announced()
        .spawn()
        .map_err(|error| {
            Failure::tool(format!("can't run `curl`: {error}"))
                .help("install curl with your system's package manager")
        })?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(config.as_bytes()).or_tool()?;
    }
    let output = child.wait_with_output().or_tool()?;
    if !output.status.success() {
        let error = String::from_utf8_lossy(&output.stderr);
        return Err(Failure::tool(format!(
            "can't call {}: {}",
            code(request.url),
            printable::line(error.trim())
        )));
    }
    let head = String::from_utf8_lossy(&std::fs::read(&head).or_tool()?).replace('\r', "");
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    Ok(Response {
        status: status.ok_or_else(|| Failure::tool("curl printed no status"))?,
        head,
        // A response without a body leaves no file.
        body: std::fs::read(&body).unwrap_or_default(),
    })
}

/// A value of curl's configuration file, in its quotes.
/// Source: <https://curl.se/docs/manpage.html#-K>.
fn quoted(value: &str) -> String {
    let mut quoted = String::from("\"");
    for c in value.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            c => quoted.push(c),
        }
    }
    quoted + "\""
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_needs_a_token_if_its_route_does() {
        let spec = r#"
            [service]
            name = "shop"
            region = "us-east-1"
            [user_pool.clients.cli]
            auth_flows = ["user_password"]
            [functions.open]
            [routes]
            "GET /open" = { function = "open", auth = "none" }
            "GET /items/{id}" = { function = "open" }
            "ANY /{proxy+}" = { function = "open" }
        "#;
        let service = portcullis_generator::service(spec, None).unwrap();
        for (method, path, expected) in [
            ("GET", "/open", false),
            ("GET", "/open/", false),
            ("POST", "/open", true),
            ("GET", "/items/1", true),
            ("PUT", "/a/b/c", true),
            ("GET", "/", false),
        ] {
            let route = route(&service, method, path);
            let is_guarded = route.is_some_and(|route| route.auth == Auth::UserPool);
            assert_eq!(is_guarded, expected, "{method} {path}");
        }
    }

    #[test]
    fn curl_reads_a_value_as_it_is() {
        assert_eq!(quoted("a\"b\\c\nd\te\r"), r#""a\"b\\c\nd\te\r""#);
    }
}
