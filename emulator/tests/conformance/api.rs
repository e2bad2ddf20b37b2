//! The API of a case: its short form → a Terraform state → a data plane that serves it.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{LazyLock, Mutex};

use portcullis_emulator::data_plane::{KeySource, Options, Server, Unsupported};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use tempfile::{NamedTempFile, TempDir, TempPath};
use tokio::runtime::Runtime;

use crate::function::{Behaviour, Task};

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());

const REST_API: &str = "abc123";
const ARN: &str = "arn:aws:execute-api:eu-central-1:123456789012:abc123";
const FUNCTION: &str = "arn:aws:lambda:eu-central-1:123456789012:function:function";
const URI: &str = concat!(
    "arn:aws:apigateway:eu-central-1:lambda:path/2015-03-31/functions/",
    "arn:aws:lambda:eu-central-1:123456789012:function:function/invocations"
);
/// The function of authorizers, in the folder of this name.
const GATE: &str = "gate";
const GATE_ARN: &str = "arn:aws:lambda:eu-central-1:123456789012:function:gate";
const GATE_URI: &str = concat!(
    "arn:aws:apigateway:eu-central-1:lambda:path/2015-03-31/functions/",
    "arn:aws:lambda:eu-central-1:123456789012:function:gate/invocations"
);

/// The applied resources. A case only lists the differences to [`defaults`].
#[derive(Deserialize, Serialize, Default)]
#[serde(deny_unknown_fields)]
pub struct Api {
    /// Methods by `GET /path/{parameter}`.
    #[serde(default)]
    routes: BTreeMap<String, Route>,
    /// An OpenAPI document, the `body` of the REST API; `{uri}` in it is what integrates the function, and `{gate}` is
    /// what an authorizer invokes.
    #[serde(default)]
    body: Option<Value>,
    /// Values of further resources by address, or of those that are there already; `null` takes one away.
    #[serde(default)]
    resources: BTreeMap<String, Option<Map<String, Value>>>,
    /// Code that is named by option, by the function's name; the code of the function is `function.zip`.
    #[serde(default)]
    functions: BTreeMap<String, String>,
}

/// A method: with nothing in it, it is open and invokes the function.
#[derive(Deserialize, Serialize, Default)]
#[serde(deny_unknown_fields)]
struct Route {
    /// Values of its `aws_api_gateway_method`.
    #[serde(default)]
    method: Map<String, Value>,
    /// Values of its `aws_api_gateway_integration`.
    #[serde(default)]
    integration: Map<String, Value>,
    /// Its responses by status, for integrations that have some.
    #[serde(default)]
    responses: BTreeMap<String, Responses>,
}

#[derive(Deserialize, Serialize, Default)]
#[serde(deny_unknown_fields)]
struct Responses {
    /// Values of the `aws_api_gateway_method_response`.
    #[serde(default)]
    method: Map<String, Value>,
    /// Values of the `aws_api_gateway_integration_response`.
    #[serde(default)]
    integration: Map<String, Value>,
}

impl Api {
    /// Equal for equal APIs.
    pub fn key(&self) -> String {
        serde_json::to_string(self).unwrap()
    }

    /// Returns whether it has a function that decides about callers.
    fn has_lambda_authorizer(&self) -> bool {
        let types = self
            .resources
            .values()
            .flatten()
            .filter_map(|values| values.get("type"));
        let mut types = types.filter_map(Value::as_str);
        let body = self.body.as_ref().map(Value::to_string).unwrap_or_default();
        types.any(|kind| matches!(kind, "TOKEN" | "REQUEST")) || body.contains("{gate}")
    }

    fn state(&self, folder: &str) -> Value {
        let mut resources = Resources::default();
        let program = std::env::current_exe().unwrap();
        resources.add(
            "aws_api_gateway_rest_api.this",
            json!({"id": REST_API, "name": "conformance"}),
        );
        resources.add("aws_api_gateway_deployment.this", json!({"id": "deployment"}));
        resources.add(
            "aws_api_gateway_stage.this",
            json!({"stage_name": "v1", "deployment_id": "deployment"}),
        );
        resources.add(
            "aws_lambda_function.this",
            json!({
                "function_name": "function", "arn": FUNCTION, "runtime": "provided.al2023", "timeout": 30,
                "filename": "function.zip",
                "environment": [{"variables": {"CASE": folder, "PROGRAM": program}}],
            }),
        );
        resources.add(
            "aws_lambda_permission.this",
            json!({
                "action": "lambda:InvokeFunction", "function_name": "function",
                "principal": "apigateway.amazonaws.com", "source_arn": format!("{ARN}/*/*"),
            }),
        );
        if self.has_lambda_authorizer() {
            resources.add(
                "aws_lambda_function.gate",
                json!({
                    "function_name": GATE, "arn": GATE_ARN, "runtime": "provided.al2023", "timeout": 30,
                    "filename": "function.zip",
                    "environment": [{"variables": {"CASE": format!("{folder}/{GATE}"), "PROGRAM": program}}],
                }),
            );
            resources.add(
                "aws_lambda_permission.gate",
                json!({
                    "action": "lambda:InvokeFunction", "function_name": GATE,
                    "principal": "apigateway.amazonaws.com", "source_arn": format!("{ARN}/authorizers/*"),
                }),
            );
        }
        if let Some(body) = &self.body {
            let body = body.to_string().replace("{uri}", URI).replace("{gate}", GATE_URI);
            resources.add("aws_api_gateway_rest_api.this", json!({"body": body}));
        }
        for (key, route) in &self.routes {
            let (method, path) = key.split_once(' ').expect("a route is `METHOD /path`");
            resources.add_route(method, path, route);
        }
        for (address, values) in &self.resources {
            match values {
                Some(values) => resources.add(address, Value::Object(values.clone())),
                None => {
                    resources
                        .0
                        .remove(address)
                        .expect("only what is there can be taken away");
                }
            }
        }
        for (address, values) in &mut resources.0 {
            let is_lambda = matches!(
                values.get("type").and_then(Value::as_str),
                Some("TOKEN" | "REQUEST")
            );
            if address.starts_with("aws_api_gateway_authorizer.") && is_lambda {
                values.insert("provider_arns".to_owned(), json!([]));
                values.entry("authorizer_uri").or_insert_with(|| GATE_URI.into());
            }
        }
        let all: Vec<Value> = resources
            .0
            .into_iter()
            .map(|(address, values)| {
                let (kind, name) = address.split_once('.').expect("an address is `type.name`");
                json!({"address": address, "mode": "managed", "type": kind, "name": name, "values": values})
            })
            .collect();
        json!({"format_version": "1.0", "values": {"root_module": {"resources": all}}})
    }
}

#[derive(Default)]
struct Resources(BTreeMap<String, Map<String, Value>>);

impl Resources {
    /// Adds a resource, or values of one that is there.
    fn add(&mut self, address: &str, values: Value) {
        let Value::Object(values) = values else {
            panic!("values are an object");
        };
        let resource = self
            .0
            .entry(address.to_owned())
            .or_insert_with(|| defaults(address));
        resource.extend(values);
    }

    fn add_route(&mut self, method: &str, path: &str, route: &Route) {
        let mut parent = "the root".to_owned();
        let mut so_far = String::new();
        for part in path.split('/').filter(|part| !part.is_empty()) {
            so_far += &format!("/{part}");
            let id = format!("id of {so_far}");
            self.add(
                &format!("aws_api_gateway_resource.{so_far}"),
                json!({"id": id, "parent_id": parent, "path_part": part, "path": so_far}),
            );
            parent = id;
        }
        let place = json!({"resource_id": parent, "http_method": method});
        let mut add = |kind: &str, name: &str, values: &Map<String, Value>| {
            let address = format!("aws_api_gateway_{kind}.{name}");
            self.add(&address, place.clone());
            self.add(&address, Value::Object(values.clone()));
        };
        let name = format!("{method} {path}");
        add("method", &name, &route.method);
        add("integration", &name, &route.integration);
        for (status, responses) in &route.responses {
            for (kind, values) in [
                ("method_response", &responses.method),
                ("integration_response", &responses.integration),
            ] {
                let mut values = values.clone();
                values
                    .entry("status_code")
                    .or_insert_with(|| status.as_str().into());
                add(kind, &format!("{name} {status}"), &values);
            }
        }
    }
}

/// Returns the attributes of a resource that a case need not write: ids by its name, and everything that its type
/// requires.
fn defaults(address: &str) -> Map<String, Value> {
    let (kind, name) = address.split_once('.').expect("an address is `type.name`");
    let mut values = json!({"id": name, "name": name, "rest_api_id": REST_API});
    let own = match kind {
        "aws_api_gateway_rest_api" => {
            json!({"root_resource_id": "the root", "execution_arn": ARN})
        }
        "aws_api_gateway_method" => json!({"authorization": "NONE"}),
        "aws_api_gateway_integration" => json!({
            "type": "AWS_PROXY", "integration_http_method": "POST", "uri": URI,
            "timeout_milliseconds": 29000,
        }),
        "aws_api_gateway_authorizer" => json!({
            "type": "COGNITO_USER_POOLS",
            "provider_arns": ["arn:aws:cognito-idp:eu-central-1:123456789012:userpool/eu-central-1_customers"],
        }),
        "aws_cognito_user_pool" => json!({
            "arn": format!("arn:aws:cognito-idp:eu-central-1:123456789012:userpool/eu-central-1_{name}"),
            "endpoint": format!("cognito-idp.eu-central-1.amazonaws.com/eu-central-1_{name}"),
        }),
        _ => json!({}),
    };
    let values = values.as_object_mut().unwrap();
    values.extend(own.as_object().unwrap().clone());
    if kind == "aws_api_gateway_rest_api" {
        values.remove("rest_api_id");
    }
    values.clone()
}

/// An API that is served from the first case that needs it until the last one is done.
pub struct Served {
    api: Api,
    running: Mutex<Option<Result<Running, String>>>,
}

impl Served {
    pub fn new(api: &Api) -> Self {
        let api: Api = serde_json::from_str(&api.key()).unwrap();
        Self {
            api,
            running: Mutex::default(),
        }
    }

    /// One case at a time: they share the function.
    pub fn with<T>(&self, test: impl FnOnce(&Result<Running, String>) -> T) -> T {
        let mut running = self
            .running
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        test(running.get_or_insert_with(|| Running::start(&self.api)))
    }
}

/// A data plane and the folder that its function looks into.
pub struct Running {
    pub address: SocketAddr,
    pub unsupported: Vec<Unsupported>,
    folder: TempDir,
    server: Option<Server>,
}

impl Running {
    fn start(api: &Api) -> Result<Self, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::create_dir(path(GATE)).unwrap();
        fs::write(
            path("state.json"),
            api.state(folder.path().to_str().unwrap()).to_string(),
        )
        .unwrap();
        let mut zip = zip::ZipWriter::new(fs::File::create(path("function.zip")).unwrap());
        let executable = zip::write::SimpleFileOptions::default().unix_permissions(0o755);
        zip.start_file("bootstrap", executable).unwrap();
        zip.write_all(b"#!/bin/sh\nexec \"$PROGRAM\"\n").unwrap();
        zip.finish().unwrap();
        let keys = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/keys/jwks.json");
        let issuer = |pool: &str| {
            let issuer = format!("https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_{pool}");
            (issuer, KeySource::File(keys.into()))
        };
        let options = Options {
            api: None,
            stage: None,
            state: path("state.json"),
            root: folder.path().to_owned(),
            functions: api
                .functions
                .iter()
                .map(|(name, file)| (name.clone(), path(file)))
                .collect(),
            runtimes: BTreeMap::new(),
            layers: BTreeMap::new(),
            variables: Vec::new(),
            jwks: ["customers", "staff"].map(issuer).into(),
            port: None,
            emulated_aws: None,
            clock: None,
            work: path("work"),
            deployments: path("deployments"),
        };
        let server = RUNTIME
            .block_on(Server::start(options))
            .map_err(|error| format!("{error:#}"))?;
        let ready = server.ready();
        let url = ready.api_url.strip_prefix("http://").unwrap();
        Ok(Self {
            address: url.split('/').next().unwrap().parse().unwrap(),
            unsupported: ready.unsupported,
            folder,
            server: Some(server),
        })
    }

    /// Sets the function's behaviour from now on, and forgets the last event. The function waits as long as the
    /// returned file exists.
    pub fn behave(&self, behaviour: &Behaviour, wait: bool) -> Option<TempPath> {
        let hold = wait.then(|| NamedTempFile::new_in(&self.folder).unwrap().into_temp_path());
        set(self.folder.path(), behaviour, hold.as_deref());
        hold
    }

    /// Sets the behaviour of the authorizers' function, and forgets its last event.
    pub fn decide(&self, behaviour: &Behaviour) {
        set(&self.folder.path().join(GATE), behaviour, None);
    }

    /// The event that the function was given, if it was.
    pub fn event(&self) -> Option<Value> {
        event(self.folder.path())
    }

    /// The event that the authorizers' function was given, if it was.
    pub fn authorizer_event(&self) -> Option<Value> {
        event(&self.folder.path().join(GATE))
    }
}

fn set(folder: &Path, behaviour: &Behaviour, hold: Option<&Path>) {
    let task = Task {
        behaviour,
        hold: hold.map(Path::to_owned),
    };
    fs::write(
        folder.join("function.json"),
        serde_json::to_string(&task).unwrap(),
    )
    .unwrap();
    let _ = fs::remove_file(folder.join("event.json"));
}

fn event(folder: &Path) -> Option<Value> {
    let text = fs::read_to_string(folder.join("event.json")).ok()?;
    Some(serde_json::from_str(&text).unwrap())
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(server) = self.server.take() {
            RUNTIME.block_on(server.stop());
        }
    }
}
