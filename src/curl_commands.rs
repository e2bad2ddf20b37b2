//! Commands of curl that call the routes of a service, ready to be copied.

use portcullis_foreign_text::shell;
use portcullis_generator::lambda_authorizers::Parameter;
use portcullis_generator::service::{Auth, LambdaAuthorizer, Route, Service};

/// Returns commands for up to four routes. Those that need no API key come first.
pub fn of(service: &Service, api_url: &str) -> Vec<String> {
    let mut routes: Vec<_> = service.routes.iter().collect();
    routes.sort_by_key(|(_, _, route)| route.api_key);
    let commands = routes.into_iter().take(4).map(|(path, method, route)| {
        let Route {
            function: _, // the same request for any
            auth,
            scopes,
            api_key,
            throttle: _, // limits requests, and changes none
        } = route;
        let header = match (auth, scopes.is_empty()) {
            (Auth::None, _) => String::new(),
            (Auth::UserPool, true) => "-H \"Authorization: $TOKEN\" ".to_owned(),
            (Auth::UserPool, false) => "-H \"Authorization: $(portcullis login --access-token)\" ".to_owned(),
            (Auth::Authorizer(name), _) => headers(&service.authorizers[name]),
        };
        let key = if *api_key { "-H \"x-api-key: …\" " } else { "" };
        let path = path.to_string();
        let path = if path == "/" { "" } else { &path };
        let query = auth.authorizer().map(|name| query(&service.authorizers[name]));
        let path = format!("{path}{}", query.unwrap_or_default());
        format!(
            "curl {}{header}{key}{}",
            match method.as_str() {
                "GET" | "ANY" => String::new(),
                other => format!("-X {other} "),
            },
            shell::word(&format!("{api_url}{path}"))
        )
    });
    commands.collect()
}

/// The headers that a request needs for an authorizer, as options of curl.
fn headers(authorizer: &LambdaAuthorizer) -> String {
    let headers = authorizer.parameters().filter_map(|parameter| match parameter {
        Parameter::Header(name) => Some(format!("-H \"{name}: …\" ")),
        Parameter::Query(_) => None,
    });
    headers.collect()
}

/// The query that a request needs for an authorizer.
fn query(authorizer: &LambdaAuthorizer) -> String {
    let parameters = authorizer.parameters().filter_map(|parameter| match parameter {
        Parameter::Header(_) => None,
        Parameter::Query(name) => Some(format!("{name}=…")),
    });
    let parameters: Vec<String> = parameters.collect();
    match parameters.is_empty() {
        true => String::new(),
        false => format!("?{}", parameters.join("&")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPEC: &str = r#"
        [service]
        name = "shop"
        region = "us-east-1"
        [user_pool.clients.cli]
        auth_flows = ["user_password"]
        [usage_plans.partners]
        api_keys = ["acme"]
        [functions.shop]
        [routes]
        "GET /a" = { function = "shop", auth = "none", api_key = true }
        "POST /b" = { function = "shop", api_key = true }
    "#;

    /// The commands of a service that has [`SPEC`] and more.
    fn commands_with(more: &str) -> Vec<String> {
        let service = portcullis_generator::service(&[SPEC, more].concat(), None).unwrap();
        of(&service, "http://x/v1")
    }

    #[test]
    fn commands_carry_what_their_routes_need() {
        assert_eq!(
            commands_with(""),
            [
                "curl -H \"x-api-key: …\" http://x/v1/a",
                "curl -X POST -H \"Authorization: $TOKEN\" -H \"x-api-key: …\" http://x/v1/b",
            ]
        );
    }

    #[test]
    fn commands_without_an_api_key_come_first() {
        let more = r#"
            "GET /c" = { function = "shop", auth = "authorizers.partners" }
            "GET /d" = { function = "shop", scopes = ["aws.cognito.signin.user.admin"] }
            "PUT /e" = { function = "shop" }
            [authorizers.partners]
            function = "shop"
            type = "request"
            identity_sources = ["method.request.header.X-Partner", "method.request.querystring.at"]
        "#;
        assert_eq!(
            commands_with(more),
            [
                "curl -H \"X-Partner: …\" 'http://x/v1/c?at=…'",
                "curl -H \"Authorization: $(portcullis login --access-token)\" http://x/v1/d",
                "curl -X PUT -H \"Authorization: $TOKEN\" http://x/v1/e",
                "curl -H \"x-api-key: …\" http://x/v1/a",
            ]
        );
    }
}
