//! Bodies as people write them, and what is made of each.

use serde_json::{Value, json};

use super::*;

/// A REST API `api` with a body.
fn with(body: &str, change: Value) -> Resource {
    let mut values = json!({
        "id": "api", "root_resource_id": "root", "body": body,
        "execution_arn": "arn:aws:execute-api:eu-west-1:123456789012:api",
    });
    values
        .as_object_mut()
        .unwrap()
        .extend(change.as_object().unwrap().clone());
    Resource {
        address: "api".into(),
        mode: "managed".into(),
        kind: "aws_api_gateway_rest_api".into(),
        values,
        obstacle: None,
    }
}

fn expanded(body: &Value) -> Vec<Resource> {
    expand(&mut with(&body.to_string(), json!({}))).unwrap().unwrap()
}

/// An OpenAPI document with one operation, `GET /open`, and other members.
fn document(operation: Value, others: Value) -> Value {
    let mut document = json!({"openapi": "3.0.1", "paths": {"/open": {"get": operation}}});
    document
        .as_object_mut()
        .unwrap()
        .extend(others.as_object().unwrap().clone());
    document
}

fn of<'a>(resources: &'a [Resource], kind: &str) -> Vec<&'a Resource> {
    resources
        .iter()
        .filter(|resource| resource.kind == format!("aws_api_gateway_{kind}"))
        .collect()
}

/// The one method of a document.
fn method(document: &Value) -> Resource {
    let resources = expanded(document);
    let [method] = of(&resources, "method")[..] else {
        panic!("{resources:#?}");
    };
    method.clone()
}

fn paths_of(document: &Value, parameters: Value) -> Vec<String> {
    let mut api = with(&document.to_string(), json!({"parameters": parameters}));
    let resources = expand(&mut api).unwrap().unwrap();
    let paths = crate::paths(&resources, "root");
    let method = |method: &&Resource| {
        let path = &paths[method.values["resource_id"].as_str().unwrap()];
        format!("{} {path}", method.values["http_method"].as_str().unwrap())
    };
    of(&resources, "method").iter().map(method).collect()
}

fn schemes() -> Value {
    json!({"securitySchemes": {
        "pool": {
            "type": "apiKey", "name": "Authorization", "in": "header",
            "x-amazon-apigateway-authtype": "cognito_user_pools",
            "x-amazon-apigateway-authorizer": {"type": "cognito_user_pools", "providerARNs": ["arn"]},
        },
        "lambda": {
            "type": "apiKey", "name": "Authorization", "in": "header",
            "x-amazon-apigateway-authorizer": {"type": "token", "authorizerUri": "uri"},
        },
        "iam": {
            "type": "apiKey", "name": "Authorization", "in": "header", "x-amazon-apigateway-authtype": "awsSigv4",
        },
        "key": {"type": "apiKey", "name": "x-api-key", "in": "header"},
        "other_key": {"type": "apiKey", "name": "key", "in": "query"},
        "bearer": {"type": "http", "scheme": "bearer"},
        "by_name": {"type": "apiKey", "name": "Authorization", "in": "header",
            "x-amazon-apigateway-authtype": "cognito_user_pools"},
    }})
}

/// Authorization, scopes and whether a key is wanted; or why it is not certain.
fn authorization(operation: Value, root: Value) -> Result<(String, Vec<String>, bool), String> {
    let mut others = json!({"components": schemes()});
    others
        .as_object_mut()
        .unwrap()
        .extend(root.as_object().unwrap().clone());
    let method = method(&document(operation, others));
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let values = &method.values;
    match method.obstacle {
        Some(why) => {
            assert_eq!(values["authorization"], "", "no authorization is made up");
            Err(why)
        }
        None => Ok((
            text(&values["authorization"]),
            values["authorization_scopes"]
                .as_array()
                .unwrap()
                .iter()
                .map(text)
                .collect(),
            values["api_key_required"] == true,
        )),
    }
}

#[test]
fn the_operations_own_security_is_its_authorization() {
    let of = |security: Value| authorization(json!({"security": security}), json!({})).unwrap();
    let none = || Vec::<String>::new();
    assert_eq!(
        authorization(json!({}), json!({})).unwrap(),
        ("NONE".into(), none(), false)
    );
    assert_eq!(of(json!([])), ("NONE".into(), none(), false));
    assert_eq!(
        of(json!([{"pool": ["b/write", "a/read"]}])),
        (
            "COGNITO_USER_POOLS".into(),
            vec!["a/read".into(), "b/write".into()],
            false
        )
    );
    assert_eq!(of(json!([{"key": []}])), ("NONE".into(), none(), true));
    let both = ("COGNITO_USER_POOLS".into(), none(), true);
    assert_eq!(of(json!([{"key": []}, {"pool": []}])), both);
    assert_eq!(of(json!([{"key": [], "pool": []}])), both);
    assert_eq!(of(json!([{"lambda": []}])).0, "CUSTOM");
    assert_eq!(of(json!([{"iam": []}])).0, "AWS_IAM");
    let auth = json!({"x-amazon-apigateway-auth": {"type": "AWS_IAM"}});
    assert_eq!(authorization(auth, json!({})).unwrap().0, "AWS_IAM");
}

#[test]
fn the_documents_security_is_the_default_of_every_operation() {
    let root = json!({"security": [{"pool": []}]});
    assert_eq!(
        authorization(json!({}), root.clone()).unwrap().0,
        "COGNITO_USER_POOLS"
    );
    assert_eq!(
        authorization(json!({"security": [{"iam": []}]}), root.clone())
            .unwrap()
            .0,
        "AWS_IAM"
    );
    let why = authorization(json!({"security": []}), root.clone()).unwrap_err();
    assert!(
        why.contains("it is uncertain if API Gateway makes it public"),
        "{why}"
    );
    let open = json!({"security": [], "x-amazon-apigateway-auth": {"type": "NONE"}});
    assert_eq!(authorization(open, root).unwrap().0, "NONE");
}

#[test]
fn invalid_security_leaves_no_route_open() {
    let refused = |operation: Value, root: Value, sentence: &str| {
        let why = authorization(operation, root).unwrap_err();
        assert!(why.contains(sentence), "{why}");
    };
    let own = |security: Value, sentence: &str| {
        refused(json!({"security": security.clone()}), json!({}), sentence);
        refused(json!({}), json!({"security": security}), sentence);
    };
    own(
        json!([{"pool": []}, {"lambda": []}]),
        "names both `pool` and `lambda`",
    );
    own(json!([{"pool": []}, {}]), "lets anyone in as an alternative");
    own(json!([{"nobody": []}]), "`nobody` is not in the body");
    own(json!([{"bearer": []}]), "is of type `http`");
    own(json!([{"other_key": []}]), "wants `key`");
    own(
        json!([{"by_name": []}]),
        "has no `x-amazon-apigateway-authorizer`",
    );
    own(json!("pool"), "must be a list");
    own(json!([{"pool": "all"}]), "must be a list");
    own(json!({}), "must be a list");
    own(Value::Null, "must be a list");
    let contradiction = json!({"security": [{"pool": []}], "x-amazon-apigateway-auth": {"type": "NONE"}});
    refused(contradiction, json!({}), "but its `security` differs");
    let unknown = json!({"x-amazon-apigateway-auth": {"type": "MAGIC"}});
    refused(unknown, json!({}), "`MAGIC`");
}

#[test]
fn paths_are_resources_and_any_is_a_method() {
    let document = json!({"swagger": "2.0", "basePath": "/shop/v2", "paths": {
        "/": {"get": {}},
        "/pets/{id}": {"get": {}, "parameters": [], "x-tension": {}},
        "/pets/{proxy+}": {"x-amazon-apigateway-any-method": {}},
    }});
    let plain = ["GET /", "GET /pets/{id}", "ANY /pets/{proxy+}"];
    assert_eq!(paths_of(&document, json!({})), plain);
    assert_eq!(paths_of(&document, json!({"basepath": "ignore"})), plain);
    let below = [
        "GET /shop/v2",
        "GET /shop/v2/pets/{id}",
        "ANY /shop/v2/pets/{proxy+}",
    ];
    assert_eq!(paths_of(&document, json!({"basepath": "prepend"})), below);
    let mut split = with(
        &document.to_string(),
        json!({"parameters": {"basepath": "split"}}),
    );
    assert!(expand(&mut split).unwrap_err().contains("`split`"));
}

#[test]
fn the_base_path_of_openapi_3_is_of_its_servers() {
    let paths = |servers: Value| {
        let document = json!({"openapi": "3.0.1", "servers": servers, "paths": {"/a": {"get": {}}}});
        paths_of(&document, json!({"basepath": "prepend"}))
    };
    assert_eq!(paths(json!([{"url": "https://example.com/v1/"}])), ["GET /v1/a"]);
    assert_eq!(paths(json!([{"url": "https://example.com"}])), ["GET /a"]);
    let variable =
        json!([{"url": "https://example.com/{basePath}", "variables": {"basePath": {"default": "/b"}}}]);
    assert_eq!(paths(variable), ["GET /b/a"]);
}

#[test]
fn ids_are_of_the_path_and_stay() {
    let one = expanded(&document(json!({}), json!({})));
    let mut more = document(json!({"operationId": "open"}), json!({}));
    more["paths"]["/another"] = json!({"get": {}});
    let more = expanded(&more);
    let id = |resources: &[Resource]| of(resources, "resource")[0].values["id"].clone();
    assert_eq!(id(&one), id(&more));
    assert_eq!(id(&one).as_str().unwrap().len(), 10);
}

#[test]
fn an_integration_is_as_the_provider_writes_it() {
    let operation = json!({
        "responses": {"200": {"$ref": "#/components/responses/ok"}, "default": {}},
        "x-amazon-apigateway-integration": {
            "type": "mock", "timeoutInMillis": 500, "passthroughBehavior": "never",
            "requestTemplates": {"application/json": "{\"statusCode\": 200}"},
            "responses": {
                "default": {"statusCode": 200, "responseParameters": {"method.response.header.A": "'1'"}},
                "4\\d\\d": {"statusCode": "400", "responseTemplates": {"application/json": "no"}},
            },
        },
    });
    let components = json!({"components": {"responses": {"ok": {"headers": {"A": {}}}}}});
    let resources = expanded(&document(operation, components));
    let [integration] = of(&resources, "integration")[..] else {
        panic!()
    };
    assert_eq!(integration.obstacle, None);
    assert_eq!(
        integration.address,
        "api.body.paths[\"/open\"].get.x-amazon-apigateway-integration"
    );
    let values = &integration.values;
    assert_eq!(
        (&values["type"], &values["passthrough_behavior"]),
        (&json!("MOCK"), &json!("NEVER"))
    );
    assert_eq!(values["timeout_milliseconds"], 500);
    let [default, other] = of(&resources, "integration_response")[..] else {
        panic!()
    };
    assert_eq!(
        (
            &default.values["selection_pattern"],
            &default.values["status_code"]
        ),
        (&json!(""), &json!("200"))
    );
    assert_eq!(
        default.values["response_parameters"],
        json!({"method.response.header.A": "'1'"})
    );
    assert_eq!(other.values["selection_pattern"], "4\\d\\d");
    let [response] = of(&resources, "method_response")[..] else {
        panic!("`default` is not a status")
    };
    assert_eq!(
        response.values["response_parameters"],
        json!({"method.response.header.A": false})
    );
}

#[test]
fn what_is_not_understood_of_an_integration_is_its_obstacle() {
    let obstacle = |integration: Value| {
        let resources = expanded(&document(
            json!({"x-amazon-apigateway-integration": integration}),
            json!({}),
        ));
        of(&resources, "integration")[0].obstacle.clone().unwrap()
    };
    assert!(
        obstacle(json!({"type": "aws_proxy", "integrationSubtype": "x"})).contains("`integrationSubtype`")
    );
    assert!(obstacle(json!({"$ref": "#/components/x"})).contains("for HTTP APIs"));
    assert!(obstacle(json!("mock")).contains("must be an integration"));
    assert!(
        obstacle(json!({"type": "mock", "requestTemplates": {"a/b": {}}})).contains("`a/b` must be text")
    );
    assert!(
        obstacle(json!({"type": "mock", "responses": {"default": {}}})).contains("`statusCode` is missing")
    );
    assert!(
        obstacle(json!({"type": "aws_proxy", "responseTransferMode": "STREAM"}))
            .contains("streaming of answers is not emulated")
    );
}

#[test]
fn parameters_bodies_and_validators_are_the_methods() {
    let root = json!({
        "x-amazon-apigateway-request-validators": {"all": {"validateRequestBody": true, "validateRequestParameters": true}},
        "x-amazon-apigateway-request-validator": "all",
        "components": {
            "parameters": {"page": {"name": "page", "in": "query"}},
            "schemas": {
                "Pet": {"properties": {"owner": {"$ref": "#/components/schemas/Owner"}}},
                "Owner": {"type": "object"},
            },
        },
    });
    let operation = json!({
        "parameters": [
            {"$ref": "#/components/parameters/page"},
            {"name": "X-Shop", "in": "header", "required": true},
            {"name": "session", "in": "cookie"},
        ],
        "requestBody": {"content": {
            "application/json": {"schema": {"$ref": "#/components/schemas/Pet"}},
            "text/json": {"schema": {"type": "string"}},
        }},
    });
    let mut document = document(operation, root);
    document["paths"]["/open"]["parameters"] = json!([{"name": "id", "in": "path", "required": true}]);
    let resources = expanded(&document);
    let method = of(&resources, "method")[0];
    assert_eq!(method.obstacle, None);
    assert_eq!(
        method.values["request_parameters"],
        json!({
            "method.request.path.id": true,
            "method.request.querystring.page": false,
            "method.request.header.X-Shop": true,
        })
    );
    let validator = of(&resources, "request_validator")[0];
    assert_eq!(method.values["request_validator_id"], validator.values["id"]);
    assert_eq!(validator.values["validate_request_body"], true);
    let models = of(&resources, "model");
    assert_eq!(models.len(), 3);
    let schema: Value = serde_json::from_str(models[0].values["schema"].as_str().unwrap()).unwrap();
    assert_eq!(
        schema["properties"]["owner"]["$ref"],
        "https://apigateway.amazonaws.com/restapis/api/models/Owner"
    );
    assert_eq!(method.values["request_models"]["application/json"], "Pet");
    assert_eq!(
        method.values["request_models"]["text/json"],
        models[2].values["name"]
    );
}

#[test]
fn swagger_has_its_body_among_the_parameters() {
    let document = json!({
        "swagger": "2.0", "consumes": ["application/json", "text/json"],
        "definitions": {"Pet": {"type": "object"}},
        "paths": {"/open": {"get": {
            "parameters": [{"in": "body", "name": "pet", "schema": {"$ref": "#/definitions/Pet"}}],
        }}},
    });
    assert_eq!(
        method(&document).values["request_models"],
        json!({"application/json": "Pet", "text/json": "Pet"})
    );
}

#[test]
fn what_is_not_understood_of_a_method_is_its_obstacle() {
    let obstacle = |operation: Value| method(&document(operation, json!({}))).obstacle.unwrap();
    assert!(obstacle(json!({"parameters": [{"$ref": "#/x"}]})).contains("unknown `$ref` `#/x`"));
    assert!(
        obstacle(json!({"parameters": [{"$ref": "other.json"}]})).contains("unknown `$ref` `other.json`")
    );
    let body = json!({"requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Gone"}}}}});
    assert!(obstacle(body).contains("unknown model in"));
    assert!(
        obstacle(json!({"x-amazon-apigateway-request-validator": "gone"}))
            .contains("`gone` is not in the body")
    );
    assert!(obstacle(json!({"x-amazon-apigateway-new": 1})).contains("`x-amazon-apigateway-new`"));
    assert!(obstacle(json!("get")).contains("must be an operation"));
    let elsewhere = json!({"openapi": "3.0.1", "paths": {"/open": {"$ref": "paths.json"}}});
    assert_eq!(method(&elsewhere).values["http_method"], "ANY");
    assert!(method(&elsewhere).obstacle.unwrap().contains("`$ref`"));
}

#[test]
fn extensions_of_the_whole_api_are_settings_or_are_reported() {
    let body = document(
        json!({}),
        json!({
            "x-amazon-apigateway-binary-media-types": ["image/png"],
            "x-amazon-apigateway-api-key-source": "AUTHORIZER",
            "x-amazon-apigateway-minimum-compression-size": 1024,
            "x-amazon-apigateway-policy": {"Version": "2012-10-17"},
            "x-amazon-apigateway-cors": {},
            "x-amazon-apigateway-endpoint-configuration": {"disableExecuteApiEndpoint": true},
            "x-logo": {},
        }),
    );
    let mut api = with(&body.to_string(), json!({"api_key_source": "HEADER"}));
    let resources = expand(&mut api).unwrap().unwrap();
    assert_eq!(api.values["binary_media_types"], json!(["image/png"]));
    assert_eq!(api.values["api_key_source"], "AUTHORIZER");
    assert_eq!(api.values["minimum_compression_size"], "1024");
    assert_eq!(api.values["policy"], r#"{"Version":"2012-10-17"}"#);
    let told: Vec<&str> = resources
        .iter()
        .filter(|resource| resource.obstacle.is_some())
        .map(|resource| resource.address.as_str())
        .collect();
    assert_eq!(
        told,
        [
            "api.body.x-amazon-apigateway-cors",
            "api.body.x-amazon-apigateway-endpoint-configuration"
        ]
    );
    let argument = json!({"binary_media_types": ["*/*"], "policy": "{}"});
    let mut api = with(&body.to_string(), argument);
    expand(&mut api).unwrap();
    assert_eq!(api.values["binary_media_types"], json!(["*/*"]));
    assert_eq!(api.values["policy"], "{}");
}

#[test]
fn yaml_and_awss_variables_are_read() {
    let body = "swagger: 2.0\npaths:\n  /open:\n    get:\n      responses:\n        200: {headers: {A: {}}}\n      \
                x-amazon-apigateway-integration:\n        uri: arn:${AWS::Partition}:${AWS::Region}:${AWS::AccountId}\n";
    let resources = expand(&mut with(body, json!({}))).unwrap().unwrap();
    assert_eq!(
        of(&resources, "integration")[0].values["uri"],
        "arn:aws:eu-west-1:123456789012"
    );
    assert_eq!(of(&resources, "method_response")[0].values["status_code"], "200");
}

#[test]
fn one_anchor_stands_for_the_integration_of_many_routes() {
    let routes = (0..300).map(|number| format!("  /{number}:\n    get: *get\n"));
    let body = format!(
        "openapi: 3.0.1\nx-get: &get\n  x-amazon-apigateway-integration: {{type: mock}}\npaths:\n{}",
        routes.collect::<String>()
    );
    let resources = expand(&mut with(&body, json!({}))).unwrap().unwrap();
    assert_eq!(of(&resources, "integration").len(), 300);
}

#[test]
fn bodies_that_cannot_be_read_are_refused_whole() {
    let error = |body: &str| expand(&mut with(body, json!({}))).unwrap_err();
    assert!(error("{\"openapi\":").contains("it must be JSON"));
    assert!(error("a: [1\n").contains("it must be YAML"));
    assert!(error("openapi: 3.0.1\nopenapi: 3.0.1\n").contains("duplicate key `openapi`"));
    assert!(error("text").contains("must be an OpenAPI document"));
    assert!(error("{}").contains("missing version `swagger` or `openapi`"));
    assert!(error("{\"openapi\":\"3.1.0\"}").contains("it is 3.1.0"));
    assert!(error("{\"swagger\":\"1.2\"}").contains("it is 1.2"));
    assert_eq!(expand(&mut with("", json!({}))), Ok(None));
}

#[test]
fn a_key_that_stands_twice_is_local_to_its_method_in_json_and_yaml() {
    let json = r#"{"openapi": "3.0.1", "paths": {
        "/a": {"get": {"security": [], "security": [{"x": []}]}, "put": {}},
        "/b": {"get": {}}, "/b": {"put": {}},
        "/c": {"parameters": [], "parameters": [], "get": {}}
    }}"#;
    let yaml = "openapi: 3.0.1\npaths:\n  /a:\n    get:\n      security: []\n      security: [{x: []}]\n    put: {}\n  \
                /b:\n    get: {}\n  /b:\n    put: {}\n  /c:\n    parameters: []\n    parameters: []\n    get: {}\n";
    for body in [json, yaml] {
        let resources = expand(&mut with(body, json!({}))).unwrap().unwrap();
        let doubts = resources.iter().filter_map(|resource| {
            let place = resource.address.strip_prefix("api.body.paths").unwrap();
            Some((place.to_owned(), resource.obstacle.clone()?))
        });
        let expected = [
            ("[\"/a\"].get", "duplicate `security` in the body"),
            ("[\"/b\"].get", "duplicate `/b` in the body"),
            ("[\"/b\"].put", "duplicate `/b` in the body"),
            ("[\"/c\"].parameters", "it is a duplicate in the body"),
        ];
        let expected = expected.map(|(place, why)| (place.to_owned(), why.to_owned()));
        assert_eq!(doubts.collect::<Vec<_>>(), expected, "{body}");
    }
}
