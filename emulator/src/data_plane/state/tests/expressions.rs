//! Tests of mapping expressions, which are cut when a state is read.

use super::*;

/// Returns the notes about an address.
fn noted(api: &Api, address: &str) -> Vec<String> {
    let noted = api.unsupported.iter().filter(|noted| noted.address == address);
    noted.map(|noted| noted.reason.clone()).collect()
}

#[test]
fn a_mock_with_a_header_that_is_not_understood_is_not_emulated() {
    let address = r#"aws_api_gateway_integration_response.preflight["open"]"#;
    let header = "method.response.header.Access-Control-Allow-Origin";
    for (expression, why) in [
        (
            "*",
            "of its header `Access-Control-Allow-Origin`, `*` must be a mapping expression",
        ),
        (
            "integration.response.header.Origin",
            "its header `Access-Control-Allow-Origin` has the value `integration.response.header.Origin`, which is not emulated",
        ),
    ] {
        let api = with(address, json!({"response_parameters": {header: expression}})).unwrap();
        let (route, _) = v1(&api).router.find("/open", "OPTIONS").unwrap();
        let NotEmulated(refusal) = route.integration.as_ref().err().unwrap();
        assert!(refusal.contains(why), "{refusal}");
        assert!(!api.unsupported.is_empty());
    }
}

#[test]
fn a_gateway_response_leaves_out_only_the_header_that_it_cannot_fill() {
    let address = r#"aws_api_gateway_gateway_response.cors["DEFAULT_4XX"]"#;
    let parameters = json!({
        "gatewayresponse.header.X-Who": "context.authorizer.claims.sub",
        "gatewayresponse.header.X-Why": "'because'",
    });
    let api = with(address, json!({"response_parameters": parameters})).unwrap();
    let headers = &v1(&api).gateway_responses.0["DEFAULT_4XX"].headers;
    assert_eq!(
        *headers,
        [("X-Why".to_owned(), Expression::Static("because".into()))]
    );
    assert_eq!(
        noted(&api, address),
        [
            "its header `X-Who` has the value `context.authorizer.claims.sub`, which is not emulated, so it is not sent"
        ]
    );
}

#[test]
fn a_parameter_of_a_backend_that_is_not_understood_closes_its_route() {
    let address = r#"aws_api_gateway_integration.this["open"]"#;
    for (key, expression, why) in [
        (
            "integration.request.header.X",
            "X",
            "of its parameter `integration.request.header.X`, `X` must be a mapping expression",
        ),
        (
            "integration.request.cookie.X",
            "'X'",
            "its parameter `integration.request.cookie.X` is unknown",
        ),
    ] {
        let why_not = refusal(address, json!({"request_parameters": {key: expression}}), "/open");
        assert_eq!(why_not, format!("`{address}`: {why}"));
    }
    let known = json!({"request_parameters": {"integration.request.path.id": "method.request.path.id"}});
    let api = with(address, known).unwrap();
    assert!(
        v1(&api)
            .router
            .find("/open", "GET")
            .unwrap()
            .0
            .integration
            .is_ok()
    );
}

#[test]
fn a_function_of_another_account_is_not_the_one_of_the_same_name() {
    let address = r#"aws_api_gateway_integration.this["open"]"#;
    let uri = |account: &str, qualifier: &str| {
        let arn = format!("arn:aws:lambda:eu-central-1:{account}:function:shop-open{qualifier}");
        json!({"uri": format!("arn:aws:apigateway:eu-central-1:lambda:path/2015-03-31/functions/{arn}/invocations")})
    };
    let why = refusal(address, uri("999999999999", ""), "/open");
    assert!(why.ends_with("is not in the state"), "{why}");
    for qualifier in ["", ":live"] {
        let api = with(address, uri("123456789012", qualifier)).unwrap();
        let (route, _) = v1(&api).router.find("/open", "GET").unwrap();
        assert!(route.integration.is_ok(), "{:?}", route.integration);
    }
}
