//! From a state's text to what stands on it, by the number of paths: the resources, the gateway's routes and the surface.
//! `cargo bench --bench states`. The time for a path must not grow with their number.

use divan::Bencher;
use divan::counter::ItemsCount;
use portcullis_emulator::data_plane::enforced;
use portcullis_generator::surface::of_state;
use portcullis_terraform_json::resources;
use serde_json::{Value, json};

fn main() {
    divan::main();
}

const PATHS: [usize; 3] = [100, 300, 1_000];

const ARN: &str = "arn:aws:execute-api:eu-central-1:123456789012:abc";

fn resource(kind: &str, name: &str, values: Value) -> Value {
    json!({"address": format!("aws_{kind}.{name}"), "mode": "managed", "type": format!("aws_{kind}"), "values": values})
}

/// A state with a Cognito route and a preflight on each path, and a function with a role for each four of them.
fn state(paths: usize) -> String {
    let pool = "arn:aws:cognito-idp:eu-central-1:123456789012:userpool/eu-central-1_a";
    let mut all = vec![
        resource(
            "api_gateway_rest_api",
            "this",
            json!({"id": "abc", "name": "bench", "root_resource_id": "root", "execution_arn": ARN}),
        ),
        resource(
            "api_gateway_stage",
            "this",
            json!({"rest_api_id": "abc", "stage_name": "v1", "deployment_id": "d"}),
        ),
        resource(
            "api_gateway_deployment",
            "this",
            json!({"rest_api_id": "abc", "id": "d"}),
        ),
        resource(
            "api_gateway_authorizer",
            "this",
            json!({"rest_api_id": "abc", "id": "auth", "name": "users", "type": "COGNITO_USER_POOLS", "provider_arns": [pool]}),
        ),
        resource(
            "cognito_user_pool",
            "this",
            json!({"id": "eu-central-1_a", "arn": pool, "name": "users",
                "endpoint": "cognito-idp.eu-central-1.amazonaws.com/eu-central-1_a"}),
        ),
    ];
    let policy = json!({"Statement": [{"Effect": "Allow", "Action": "logs:PutLogEvents", "Resource": "*"}]})
        .to_string();
    for path in 0..paths {
        let function = format!("f{}", path / 4);
        let arn = format!("arn:aws:lambda:eu-central-1:123456789012:function:{function}");
        if path % 4 == 0 {
            let role = format!("arn:aws:iam::123456789012:role/{function}");
            all.push(resource(
                "lambda_function",
                &function,
                json!({"function_name": function, "arn": arn, "handler": "bootstrap", "runtime": "provided.al2023",
                    "filename": "f.zip", "role": role}),
            ));
            all.push(resource(
                "iam_role",
                &function,
                json!({"name": function, "id": function, "arn": role, "assume_role_policy": policy}),
            ));
            all.push(resource(
                "iam_role_policy",
                &function,
                json!({"name": "logs", "role": function, "policy": policy}),
            ));
        }
        let name = format!("p{path}");
        let of = |method: &str, more: Value| {
            let mut values = json!({"rest_api_id": "abc", "resource_id": name, "http_method": method});
            values
                .as_object_mut()
                .expect("an object")
                .extend(more.as_object().expect("an object").clone());
            values
        };
        all.push(resource(
            "api_gateway_resource",
            &name,
            json!({"rest_api_id": "abc", "id": name, "parent_id": "root", "path_part": name}),
        ));
        let guard = json!({"authorization": "COGNITO_USER_POOLS", "authorizer_id": "auth"});
        let uri =
            format!("arn:aws:apigateway:eu-central-1:lambda:path/2015-03-31/functions/{arn}/invocations");
        all.push(resource("api_gateway_method", &name, of("GET", guard)));
        all.push(resource(
            "api_gateway_integration",
            &name,
            of(
                "GET",
                json!({"type": "AWS_PROXY", "integration_http_method": "POST", "uri": uri}),
            ),
        ));
        all.push(resource(
            "lambda_permission",
            &name,
            json!({"action": "lambda:InvokeFunction", "function_name": function, "principal": "apigateway.amazonaws.com",
                "source_arn": format!("{ARN}/*/GET/{name}")}),
        ));
        let preflight = format!("{name}_preflight");
        let template = json!({"application/json": "{\"statusCode\":204}"});
        let header = "method.response.header.Access-Control-Allow-Origin";
        for (kind, more) in [
            ("api_gateway_method", json!({"authorization": "NONE"})),
            (
                "api_gateway_integration",
                json!({"type": "MOCK", "request_templates": template}),
            ),
            (
                "api_gateway_method_response",
                json!({"status_code": "204", "response_parameters": {header: true}}),
            ),
            (
                "api_gateway_integration_response",
                json!({"status_code": "204", "response_parameters": {header: "'*'"}}),
            ),
        ] {
            all.push(resource(kind, &preflight, of("OPTIONS", more)));
        }
    }
    json!({"format_version": "1.0", "values": {"root_module": {"resources": all}}}).to_string()
}

/// Text to resources.
#[divan::bench(args = PATHS)]
fn parse(bencher: Bencher, paths: usize) {
    let text = state(paths);
    bencher
        .counter(ItemsCount::new(paths))
        .bench_local(|| resources(&text).expect("the state is right"));
}

/// Text to the routes of the gateway.
#[divan::bench(args = PATHS)]
fn gateway(bencher: Bencher, paths: usize) {
    let text = state(paths);
    bencher
        .counter(ItemsCount::new(paths))
        .bench_local(|| enforced(&text, None).expect("the state is right"));
}

/// Text to the surface.
#[divan::bench(args = PATHS)]
fn surface(bencher: Bencher, paths: usize) {
    let text = state(paths);
    bencher
        .counter(ItemsCount::new(paths))
        .bench_local(|| of_state(&text, None).expect("the state is right"));
}
