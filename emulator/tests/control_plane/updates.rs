//! Changes that Terraform makes in place: each update is requested and then checked, and no id changes.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use serde_json::{Value, json};

use crate::harness::{Answer, ControlPlane};

const URI: &str = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:123456789012:\
                   function:NAME/invocations";

const POOL: &str = "arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_one";

/// `GET /items/{id}` of a REST API, with an authorizer that does not guard it yet.
struct Api {
    plane: ControlPlane,
    path: String,
    items: String,
    item: String,
    authorizer: String,
}

impl Api {
    fn new() -> Self {
        let mut api = Self {
            plane: ControlPlane::start(),
            path: String::new(),
            items: String::new(),
            item: String::new(),
            authorizer: String::new(),
        };
        let created = api.call(
            "POST",
            "/restapis",
            &json!({"name": "ServiceApi", "tags": {"Service": "hello"}}),
        );
        let created = created.json();
        let root = text(&created["rootResourceId"]);
        api.path = format!("/restapis/{}", text(&created["id"]));
        api.items = api.create(
            "POST",
            &format!("/resources/{root}"),
            &json!({"pathPart": "items"}),
        );
        api.item = api.create(
            "POST",
            &format!("/resources/{}", api.items),
            &json!({"pathPart": "{id}"}),
        );
        api.authorizer = api.create(
            "POST",
            "/authorizers",
            &json!({"name": "cognito", "type": "COGNITO_USER_POOLS", "providerARNs": [POOL],
                "identitySource": "method.request.header.Authorization"}),
        );
        api.create("PUT", &api.method(""), &json!({"authorizationType": "NONE"}));
        api.create(
            "PUT",
            &api.method("/integration"),
            &json!({"type": "AWS_PROXY", "httpMethod": "POST", "uri": URI.replace("NAME", "open")}),
        );
        let header = "response.header.Access-Control-Allow-Origin";
        api.create(
            "PUT",
            &api.method("/responses/204"),
            &json!({"responseParameters": {format!("method.{header}"): true}}),
        );
        api.create(
            "PUT",
            &api.method("/integration/responses/204"),
            &json!({"responseParameters": {format!("method.{header}"): "'*'"}}),
        );
        api
    }

    fn call(&self, method: &str, path: &str, body: &Value) -> Answer {
        self.plane
            .rest("apigateway", method, path, body.to_string().as_bytes())
    }

    fn create(&self, method: &str, path: &str, body: &Value) -> String {
        let created = self
            .call(method, &format!("{}{path}", self.path), body)
            .json_of(201);
        created["id"].as_str().unwrap_or_default().to_owned()
    }

    fn method(&self, below: &str) -> String {
        format!("/resources/{}/methods/GET{below}", self.item)
    }

    fn get(&self, path: &str) -> Value {
        self.call("GET", &format!("{}{path}", self.path), &json!({}))
            .json()
    }

    fn patch(&self, path: &str, operations: &[(&str, &str, &str)]) -> Answer {
        let operations: Vec<Value> = operations
            .iter()
            .map(|(op, path, value)| json!({"op": op, "path": path, "value": value}))
            .collect();
        let path = format!("{}{path}", self.path);
        self.call("PATCH", &path, &json!({ "patchOperations": operations }))
    }

    /// An update answers with what a Get then answers with.
    fn update(&self, path: &str, operations: &[(&str, &str, &str)]) -> Value {
        let answer = self.patch(path, operations);
        // https://docs.aws.amazon.com/apigateway/latest/api/API_UpdateMethodResponse.html says 201.
        let is_method_response = path.contains("/methods/GET/responses/");
        let updated = answer.json_of(if is_method_response { 201 } else { 200 });
        assert_eq!(updated, self.get(path));
        updated
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

#[test]
fn another_function_answers_a_route() {
    let api = Api::new();
    let before = api.get(&api.method(""));
    let other = URI.replace("NAME", "other");
    let integration = api.update(
        &api.method("/integration"),
        &[
            ("replace", "/uri", &other),
            ("replace", "/timeoutInMillis", "20000"),
            ("add", "/requestTemplates/application~1json", "{}"),
            ("add", "/cacheKeyParameters/method.request.path.id", ""),
        ],
    );
    assert_eq!(integration["uri"], json!(other));
    assert_eq!(integration["timeoutInMillis"], 20000);
    assert_eq!(integration["requestTemplates"], json!({"application/json": "{}"}));
    assert_eq!(
        integration["cacheKeyParameters"],
        json!(["method.request.path.id"])
    );
    // The integration's responses and the method around it stay.
    assert_eq!(
        integration["integrationResponses"],
        before["methodIntegration"]["integrationResponses"]
    );
    let after = api.get(&api.method(""));
    assert_eq!(after["methodIntegration"], integration);
    assert_eq!(after["methodResponses"], before["methodResponses"]);

    let without = api.update(
        &api.method("/integration"),
        &[
            ("remove", "/requestTemplates/application~1json", ""),
            ("remove", "/cacheKeyParameters/method.request.path.id", ""),
        ],
    );
    assert_eq!(without["requestTemplates"], json!({}));
    assert_eq!(without["cacheKeyParameters"], json!([]));
}

#[test]
fn a_path_holds_what_api_gateway_takes() {
    let api = Api::new();
    let resources = format!("/resources/{}", api.items);
    for part in ["$everything", "52.5,13.4", "$"] {
        let made = api.create("POST", &resources, &json!({"pathPart": part}));
        let made = api.get(&format!("/resources/{made}"));
        assert_eq!(made["path"], json!(format!("/items/{part}")));
    }
    for part in ["${id}", "a b", "a$\n", "@me"] {
        let path = format!("{}{resources}", api.path);
        let answer = api.call("POST", &path, &json!({"pathPart": part}));
        assert_eq!(answer.status, 400, "{part}");
    }
    let renamed = api.update(
        &format!("/resources/{}", api.item),
        &[("replace", "/pathPart", "$all,of")],
    );
    assert_eq!(renamed["path"], "/items/$all,of");
}

#[test]
fn a_route_is_guarded_and_opened_again() {
    let api = Api::new();
    let guarded = api.update(
        &api.method(""),
        &[
            ("replace", "/authorizationType", "COGNITO_USER_POOLS"),
            ("replace", "/authorizerId", &api.authorizer),
            ("add", "/authorizationScopes", "items/read"),
            ("replace", "/apiKeyRequired", "true"),
            ("add", "/requestParameters/method.request.path.id", "true"),
        ],
    );
    assert_eq!(guarded["authorizationType"], "COGNITO_USER_POOLS");
    assert_eq!(guarded["authorizerId"], json!(api.authorizer));
    assert_eq!(guarded["authorizationScopes"], json!(["items/read"]));
    assert_eq!(guarded["apiKeyRequired"], true);
    assert_eq!(
        guarded["requestParameters"],
        json!({"method.request.path.id": true})
    );
    let open = api.update(
        &api.method(""),
        &[
            ("replace", "/authorizationType", "NONE"),
            ("replace", "/authorizerId", ""),
            ("remove", "/authorizationScopes", "items/read"),
        ],
    );
    assert_eq!(open["authorizationType"], "NONE");
    assert_eq!(open["authorizerId"], Value::Null);
    assert_eq!(open["authorizationScopes"], json!([]));
    assert_eq!(open["methodIntegration"], guarded["methodIntegration"]);
}

#[test]
fn a_path_changes_and_those_below_it_follow() {
    let api = Api::new();
    let items = format!("/resources/{}", api.items);
    let renamed = api.update(&items, &[("replace", "/pathPart", "{kind}")]);
    assert_eq!(renamed["id"], json!(api.items));
    assert_eq!(renamed["path"], "/{kind}");
    let item = format!("/resources/{}", api.item);
    assert_eq!(api.get(&item)["path"], "/{kind}/{id}");
    assert!(api.get(&item)["resourceMethods"]["GET"].is_object());

    let parent = text(&renamed["parentId"]);
    let moved = api.update(
        &item,
        &[("replace", "/parentId", &parent), ("replace", "/pathPart", "one")],
    );
    assert_eq!(moved["path"], "/one");
    assert_eq!(
        api.patch(&item, &[("replace", "/pathPart", "{kind}")])
            .error_of(409),
        "ConflictException"
    );
    for (path, operation) in [
        (&items, ("replace", "/pathPart", "a b")),
        (&items, ("replace", "/parentId", api.items.as_str())),
        (&format!("/resources/{parent}"), ("replace", "/pathPart", "root")),
    ] {
        assert_eq!(api.patch(path, &[operation]).error(), "BadRequestException");
    }
}

#[test]
fn cors_headers_of_a_preflight_change() {
    let api = Api::new();
    let origin = "/responseParameters/method.response.header.Access-Control-Allow-Origin";
    let age = "/responseParameters/method.response.header.Access-Control-Max-Age";
    let declared = api.update(
        &api.method("/responses/204"),
        &[("add", age, "true"), ("remove", origin, "")],
    );
    assert_eq!(
        declared["responseParameters"],
        json!({"method.response.header.Access-Control-Max-Age": true})
    );
    let sent = api.update(
        &api.method("/integration/responses/204"),
        &[
            ("replace", origin, "'https://app.example.com'"),
            ("add", age, "'600'"),
        ],
    );
    assert_eq!(
        sent["responseParameters"],
        json!({"method.response.header.Access-Control-Allow-Origin": "'https://app.example.com'",
            "method.response.header.Access-Control-Max-Age": "'600'"})
    );
}

#[test]
fn an_authorizer_gets_another_user_pool_and_an_api_other_tags() {
    let api = Api::new();
    let path = format!("/authorizers/{}", api.authorizer);
    let other = POOL.replace("one", "two");
    // As the AWS provider asks: an authorizer is never without a pool.
    let updated = api.update(
        &path,
        &[
            ("replace", "/authorizerResultTtlInSeconds", "0"),
            ("add", "/providerARNs", &other),
            ("remove", "/providerARNs", POOL),
        ],
    );
    assert_eq!(updated["providerARNs"], json!([other]));
    assert_eq!(updated["authorizerResultTtlInSeconds"], 0);
    assert_eq!(api.update(&path, &[("replace", "/name", "gate")])["name"], "gate");

    let by_function = json!({"name": "partners", "type": "TOKEN", "authorizerUri": URI.replace("NAME", "open"),
        "identitySource": "method.request.header.Authorization", "identityValidationExpression": "[a-z]+"});
    let by_function = format!(
        "/authorizers/{}",
        api.create("POST", "/authorizers", &by_function)
    );
    assert_eq!(api.get(&by_function)["identityValidationExpression"], "[a-z]+");
    let unset = [("replace", "/identityValidationExpression", "")];
    assert_eq!(
        api.update(&by_function, &unset)["identityValidationExpression"],
        Value::Null
    );
    let id = by_function.rsplit('/').next().unwrap();
    let method = api.method("");
    let named = [
        ("replace", "/authorizationType", "CUSTOM"),
        ("replace", "/authorizerId", id),
    ];
    api.update(&method, &named);
    let delete = || api.call("DELETE", &format!("{}{by_function}", api.path), &json!({}));
    assert_eq!(
        delete().json_of(409)["message"],
        "Cannot delete authorizer 'partners', is referenced in method: GET//items/{id}"
    );
    let unnamed = [
        ("replace", "/authorizationType", "NONE"),
        ("replace", "/authorizerId", ""),
    ];
    api.update(&method, &unnamed);
    assert_eq!(delete().status, 202);

    let arn = format!(
        "arn%3Aaws%3Aapigateway%3Aus-east-1%3A%3A{}",
        api.path.replace('/', "%2F")
    );
    let tags = json!({"tags": {"Team": "gate"}});
    assert_eq!(api.call("PUT", &format!("/tags/{arn}"), &tags).status, 204);
    let untag = format!("/tags/{arn}?tagKeys=Service");
    assert_eq!(api.call("DELETE", &untag, &json!({})).status, 204);
    assert_eq!(api.call("GET", &format!("/tags/{arn}"), &json!({})).json(), tags);
    assert_eq!(api.get("")["tags"], tags["tags"]);
}

#[test]
fn a_user_pool_keeps_how_its_users_sign_in_and_gets_other_tags() {
    let plane = ControlPlane::start();
    let (pool, client) = plane.user_pool();
    plane.create_user(&pool, "someone@example.com", None).json();
    let describe = || {
        plane
            .cognito("DescribeUserPool", &json!({ "UserPoolId": pool }))
            .json()["UserPool"]
            .take()
    };
    let arn = describe()["Arn"].take();
    let tags = || {
        let listed = plane.cognito("ListTagsForResource", &json!({ "ResourceArn": arn }));
        listed.json()["Tags"].take()
    };
    let tag = json!({"ResourceArn": arn, "Tags": {"Service": "hello", "Team": "gate"}});
    plane.cognito("TagResource", &tag).json();
    let untag = json!({"ResourceArn": arn, "TagKeys": ["Service", "None"]});
    plane.cognito("UntagResource", &untag).json();
    assert_eq!(tags(), json!({"Team": "gate"}));

    // As the AWS provider asks: without what cannot be updated, and without the tags.
    let update = json!({"UserPoolId": pool, "AdminCreateUserConfig": {"AllowAdminCreateUserOnly": true}});
    assert_eq!(plane.cognito("UpdateUserPool", &update).status, 200);
    let updated = describe();
    assert_eq!(updated["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"], true);
    assert_eq!(updated["UsernameAttributes"], json!(["email"]));
    assert_eq!(updated["UserPoolTags"], json!({"Team": "gate"}));
    let [invitation] = plane.mails().try_into().unwrap();
    plane
        .sign_in(&client, "someone@example.com", &invitation.secret)
        .json();
}

#[test]
fn a_protected_user_pool_is_not_deleted() {
    let plane = ControlPlane::start();
    let (pool, _) = plane.user_pool();
    let protect = |protection: &str| {
        let update = json!({"UserPoolId": pool, "DeletionProtection": protection});
        assert_eq!(plane.cognito("UpdateUserPool", &update).status, 200);
    };
    let ask = |operation: &str| plane.cognito(operation, &json!({ "UserPoolId": pool }));
    protect("ACTIVE");
    assert_eq!(ask("DeleteUserPool").error(), "InvalidParameterException");
    assert_eq!(ask("DescribeUserPool").status, 200);
    protect("INACTIVE");
    assert_eq!(ask("DeleteUserPool").status, 200);
    assert_eq!(ask("DescribeUserPool").error(), "ResourceNotFoundException");
}

#[test]
fn a_deployment_and_a_gateway_response_change() {
    let api = Api::new();
    let deployment = api.create("POST", "/deployments", &json!({"description": "one"}));
    let path = format!("/deployments/{deployment}");
    let updated = api.update(&path, &[("replace", "/description", "two")]);
    assert_eq!(updated["description"], "two");
    let path = "/gatewayresponses/DEFAULT_4XX";
    let header = "gatewayresponse.header.Access-Control-Allow-Origin";
    let put = json!({"responseParameters": {header: "'*'"}});
    api.call("PUT", &format!("{}{path}", api.path), &put).json();
    let updated = api.update(path, &[("remove", &format!("/responseParameters/{header}"), "")]);
    assert_eq!(updated["responseParameters"], json!({}));
}

#[test]
fn a_usage_plan_changes_and_takes_a_key_that_no_other_plan_has() {
    let api = Api::new();
    let created = |path: &str, body: Value| {
        let created = api.call("POST", path, &body).json_of(201);
        text(&created["id"])
    };
    let stages = json!([{"apiId": "api", "stage": "v1"}]);
    let plan = json!({"name": "basic", "apiStages": stages, "quota": {"limit": 5, "period": "DAY"}});
    let [basic, other] = [plan.clone(), plan].map(|plan| created("/usageplans", plan));
    let key = created("/apikeys", json!({"name": "acme", "enabled": true}));
    let path = format!("/usageplans/{basic}");
    let operations = json!([
        {"op": "replace", "path": "/quota/limit", "value": "50"},
        {"op": "replace", "path": "/quota/offset", "value": "0"},
        {"op": "replace", "path": "/quota/period", "value": "WEEK"},
    ]);
    let updated = api.call("PATCH", &path, &json!({ "patchOperations": operations }));
    let quota = json!({"limit": 50, "offset": 0, "period": "WEEK"});
    assert_eq!(updated.json()["quota"], quota);
    assert_eq!(api.call("GET", &path, &json!({})).json()["quota"], quota);

    let joined = json!({"keyId": key, "keyType": "API_KEY"});
    let keys = |plan: &str| format!("/usageplans/{plan}/keys");
    api.call("POST", &keys(&basic), &joined).json_of(201);
    let refused = api.call("POST", &keys(&other), &joined);
    assert_eq!(refused.error_of(409), "ConflictException");
    api.call("DELETE", &format!("{}/{key}", keys(&basic)), &json!({}))
        .json_of(202);
    api.call("POST", &keys(&other), &joined).json_of(201);

    for path in [format!("apikeys/{key}"), format!("usageplans/{basic}")] {
        let tags = format!(
            "/tags/arn%3Aaws%3Aapigateway%3Aus-east-1%3A%3A%2F{}",
            path.replace('/', "%2F")
        );
        let tagged = api.call("PUT", &tags, &json!({"tags": {"Team": "prices"}}));
        assert_eq!(tagged.status, 204);
        let found = api.call("GET", &format!("/{path}"), &json!({})).json();
        assert_eq!(found["tags"], json!({"Team": "prices"}));
    }
}

#[test]
fn what_aws_does_not_patch_is_refused_and_changes_nothing() {
    let api = Api::new();
    let method = api.method("");
    let integration = api.method("/integration");
    for (path, operation) in [
        (&method, ("replace", "/httpMethod", "POST")),
        (&method, ("add", "/authorizationType", "NONE")),
        (&method, ("copy", "/operationName", "")),
        (&method, ("replace", "authorizationType", "NONE")),
        (&method, ("replace", "", "")),
        (&method, ("replace", "/requestParameters", "true")),
        (&method, ("replace", "/authorizationType", "COGNITO_USER_POOLS")),
        (&integration, ("replace", "/type", "MOCK")),
        (&integration, ("replace", "/timeoutInMillis", "long")),
        (&integration, ("replace", "/uri/more", "x")),
    ] {
        let before = api.get(path);
        let first = if path == &method {
            ("replace", "/operationName", "other")
        } else {
            ("replace", "/uri", "other")
        };
        assert_eq!(
            api.patch(path, &[first, operation]).error(),
            "BadRequestException"
        );
        assert_eq!(api.get(path), before, "{operation:?}");
    }
    let parameter = [("remove", "/requestParameters/method.request.path.id", "")];
    assert_eq!(api.patch(&method, &parameter).error_of(404), "NotFoundException");
    for path in [
        "/resources/none",
        "/resources/none/methods/GET",
        &api.method("/responses/500"),
        &api.method("/integration/responses/500"),
        &format!("/resources/{}/methods/GET/integration", api.items),
        "/deployments/none",
        "/gatewayresponses/DEFAULT_5XX",
    ] {
        assert_eq!(api.patch(path, &[]).error_of(404), "NotFoundException", "{path}");
    }
}
