//! The API of a service as an OpenAPI document, for clients, editors and test tools.
//!
//! It describes what the spec knows: routes, their path parameters and who may call them. The bodies are the functions'
//! own. Source: <https://spec.openapis.org/oas/v3.1.1.html>.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::lambda_authorizers::Parameter;
use crate::routes::Segment;
use crate::service::{ApiMethod, Auth, Route, Service};

/// The name of the security scheme of signed-in users.
const USER_POOL: &str = "user_pool";
/// The name of the security scheme of API keys.
const API_KEY: &str = "api_key";

/// The document. `server` is the URL of the API, with the stage.
pub fn document(service: &Service, server: Option<&str>) -> Value {
    let mut document = json!({
        "openapi": "3.1.1",
        "info": { "title": service.api.name, "version": "1" },
    });
    if let Some(server) = server {
        document["servers"] = json!([{ "url": server }]);
    }
    document["paths"] = paths(service);
    let schemes = security_schemes(service);
    if !schemes.is_empty() {
        if schemes.keys().any(|name| name != API_KEY) {
            document["components"]["responses"]["Unauthorized"] =
                json!({ "description": "The token is missing, invalid or expired" });
        }
        document["components"]["securitySchemes"] = schemes.into();
    }
    document
}

/// The security schemes of the routes' callers: what each has to send.
fn security_schemes(service: &Service) -> Map<String, Value> {
    let mut schemes = Map::new();
    for (.., route) in service.routes.iter() {
        if route.api_key {
            let scheme = json!({
                "type": "apiKey",
                "in": "header",
                "name": "x-api-key",
                "description": "An API key of a usage plan",
            });
            schemes.insert(API_KEY.into(), scheme);
        }
        match &route.auth {
            Auth::None => {}
            Auth::UserPool => {
                let scheme = json!({
                    "type": "apiKey",
                    "in": "header",
                    "name": "Authorization",
                    "description": "A token of the user pool, without a word in front",
                    // As API Gateway's own export has it.
                    "x-amazon-apigateway-authtype": "cognito_user_pools",
                });
                schemes.insert(USER_POOL.into(), scheme);
            }
            Auth::Authorizer(authorizer) => {
                for (name, parameter) in parameters_of(service, authorizer) {
                    let (place, parameter) = match parameter {
                        Parameter::Header(header) => ("header", header),
                        Parameter::Query(query) => ("query", query),
                    };
                    let scheme = json!({
                        "type": "apiKey",
                        "in": place,
                        "name": parameter,
                        "description": format!("The authorizer {authorizer} decides by it"),
                        "x-amazon-apigateway-authtype": "custom",
                    });
                    schemes.insert(name, scheme);
                }
            }
        }
    }
    schemes
}

/// The headers and query parameters that an authorizer needs, each with the name of its security scheme. A request needs all
/// of them.
fn parameters_of<'a>(service: &'a Service, authorizer: &str) -> Vec<(String, Parameter<'a>)> {
    let parameters: Vec<Parameter> = service.authorizers[authorizer].parameters().collect();
    let of_authorizer = Auth::Authorizer(authorizer.to_owned()).to_string();
    let name = |place: usize| match place {
        0 => of_authorizer.clone(),
        place => format!("{of_authorizer}_{}", place + 1),
    };
    let named = parameters.into_iter().enumerate();
    named.map(|(place, parameter)| (name(place), parameter)).collect()
}

/// The path items: each path with an operation for each method.
fn paths(service: &Service) -> Value {
    let mut paths: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
    for method in service.methods() {
        let path = method.path();
        let item = paths
            .entry(path.to_string())
            .or_insert_with(|| match parameters(path.segments()) {
                parameters if parameters.is_empty() => Map::new(),
                parameters => Map::from_iter([("parameters".to_string(), parameters.into())]),
            });
        match method {
            ApiMethod::Route(_, kind, route) => {
                for answered in kind.answers() {
                    let is_any = kind.as_str() != answered;
                    let key = answered.to_lowercase();
                    // A method of its own goes before `ANY`.
                    if is_any && item.contains_key(&key) {
                        continue;
                    }
                    let id = match is_any {
                        true => format!("{}_{key}", method.identifier()),
                        false => method.identifier().to_string(),
                    };
                    item.insert(key, operation(service, &id, route));
                }
            }
            ApiMethod::Preflight(..) => {
                let preflight = json!({
                    "operationId": method.identifier().as_str(),
                    "summary": "The preflight of browsers, which API Gateway answers",
                    "responses": { "200": { "description": "The methods and headers that pages may use" } },
                });
                item.insert("options".into(), preflight);
            }
        }
    }
    serde_json::to_value(paths).unwrap_or_default()
}

/// A parameter for each segment that has one. `{rest+}` keeps its name, because OpenAPI has no word for several segments.
fn parameters(segments: &[Segment]) -> Vec<Value> {
    let parameter = |segment: &Segment| {
        let text = segment.to_string();
        let name = text.strip_prefix('{')?.strip_suffix('}')?;
        let mut parameter = json!({
            "name": name, "in": "path", "required": true, "schema": { "type": "string" },
        });
        if name.ends_with('+') {
            parameter["description"] = "One or more segments of the path".into();
        }
        Some(parameter)
    };
    segments.iter().filter_map(parameter).collect()
}

fn operation(service: &Service, id: &str, route: &Route) -> Value {
    let Route {
        function,
        auth,
        scopes,
        api_key,
        throttle: _, // any server may answer 429
    } = route;
    let description = &service.functions[function].description;
    let mut operation = json!({ "operationId": id });
    if !description.is_empty() {
        operation["summary"] = description.as_str().into();
    }
    operation["responses"] =
        json!({ "default": { "description": format!("The answer of the function {function}") } });
    match auth {
        Auth::None => operation["security"] = json!([]),
        Auth::UserPool => {
            operation["security"] = json!([{ USER_POOL: scopes }]);
            operation["responses"]["401"] = json!({ "$ref": "#/components/responses/Unauthorized" });
        }
        Auth::Authorizer(authorizer) => {
            let parameters = parameters_of(service, authorizer).into_iter();
            let needed: Map<String, Value> = parameters.map(|(name, _)| (name, json!([]))).collect();
            operation["security"] = json!([needed]);
            if !needed.is_empty() {
                operation["responses"]["401"] = json!({ "$ref": "#/components/responses/Unauthorized" });
            }
            operation["responses"]["403"] =
                json!({ "description": "The authorizer does not admit the caller" });
        }
    }
    if *api_key {
        // A request needs the key and what its authorizer asks for.
        let mut needed = operation["security"][0].as_object().cloned().unwrap_or_default();
        needed.insert(API_KEY.into(), json!([]));
        operation["security"] = json!([needed]);
        if operation["responses"].get("403").is_none() {
            operation["responses"]["403"] = json!({ "description": "The API key is missing or unknown" });
        }
    }
    operation
}

#[cfg(test)]
mod tests {
    use portcullis_terraform_json::router;

    use super::*;

    const SPEC: &str = r#"
        [service]
        name = "shop"
        region = "us-east-1"
        [user_pool.clients.cli]
        auth_flows = ["user_password"]
        [functions.items]
        description = "Sells items"
        [routes]
        "GET /items/{id}" = { function = "items", auth = "none" }
        "ANY /items/{id}" = { function = "items" }
        "POST /files/{path+}" = { function = "items" }
    "#;

    /// The same with routes that need an API key.
    const WITH_KEYS: &str = r#"
        "GET /prices" = { function = "items", auth = "none", api_key = true }
        "GET /orders" = { function = "items", api_key = true }
        [usage_plans.basic]
        api_keys = ["acme"]
    "#;

    fn shop() -> Value {
        let service = crate::service(SPEC, None).unwrap();
        document(&service, Some("https://api.example.com/v1"))
    }

    #[test]
    fn a_method_of_its_own_goes_before_any() {
        let item = &shop()["paths"]["/items/{id}"];
        assert_eq!(item["get"]["security"], json!([]));
        assert_eq!(item["get"]["operationId"], "get_items_parameter");
        for method in router::ANY.iter().filter(|method| **method != "GET") {
            let operation = &item[method.to_lowercase()];
            assert_eq!(operation["security"], json!([{ "user_pool": [] }]), "{method}");
        }
        assert_eq!(item["parameters"][0]["name"], "id");
    }

    #[test]
    fn a_greedy_path_has_one_parameter() {
        let item = &shop()["paths"]["/files/{path+}"];
        assert_eq!(item["parameters"][0]["name"], "path+");
        assert_eq!(
            item["post"]["responses"]["401"]["$ref"],
            "#/components/responses/Unauthorized"
        );
        assert_eq!(item["post"]["summary"], "Sells items");
    }

    #[test]
    fn a_request_needs_the_key_beside_the_token() {
        let service = crate::service(&format!("{SPEC}{WITH_KEYS}"), None).unwrap();
        let document = document(&service, None);
        let scheme = &document["components"]["securitySchemes"]["api_key"];
        assert_eq!(
            (&scheme["in"], &scheme["name"]),
            (&json!("header"), &json!("x-api-key"))
        );
        let [prices, orders] = ["/prices", "/orders"].map(|path| &document["paths"][path]["get"]);
        assert_eq!(prices["security"], json!([{ "api_key": [] }]));
        assert_eq!(orders["security"], json!([{ "api_key": [], "user_pool": [] }]));
        assert!(prices["responses"]["401"].is_null());
        assert!(prices["responses"]["403"].is_object() && orders["responses"]["401"].is_object());
        assert!(shop()["components"]["securitySchemes"]["api_key"].is_null());
    }

    #[test]
    fn ids_are_unique() {
        let document = shop();
        let paths = document["paths"].as_object().unwrap().values();
        let operations = paths.flat_map(|item| item.as_object().unwrap().values());
        let mut ids: Vec<&str> = operations.filter_map(|one| one["operationId"].as_str()).collect();
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!((ids.len(), count), (8, 8));
    }
}
