//! The API and its CORS.

use crate::diagnostic::Diagnostic;
use crate::resources::{api_gateway_authorizer, api_gateway_integration, api_gateway_stage};
use crate::service::meaning::Resolver;
use crate::service::{Api, Cors, Method};
use crate::spec::{ApiTable, CorsTable, Written};

impl Resolver<'_> {
    pub(crate) fn api(&mut self, table: &ApiTable, service: &str, cors: Option<&CorsTable>) -> Api {
        let stage = match &table.stage {
            Some(stage) => {
                if let Err(why) = api_gateway_stage::check_name(stage.get_ref()) {
                    self.report(
                        Diagnostic::new(
                            stage.span(),
                            format!("`{}` can't be the name of a stage", stage.get_ref()),
                        )
                        .hint(why),
                    );
                }
                stage.get_ref().clone()
            }
            None => "v1".into(),
        };
        Api {
            name: self.display_name(&table.name, service, "an API", check_api_name),
            stage,
            max_timeout_seconds: table.max_timeout_seconds.is_some().then(|| {
                self.number(
                    "max_timeout_seconds",
                    &table.max_timeout_seconds,
                    api_gateway_integration::TIMEOUT_SECONDS,
                    api_gateway_integration::RAISED_TIMEOUT_SECONDS,
                    "seconds",
                )
            }),
            authorizer_ttl_seconds: self.number(
                "authorizer_ttl_seconds",
                &table.authorizer_ttl_seconds,
                300,
                api_gateway_authorizer::TTL_SECONDS,
                "seconds",
            ),
            cors: cors.map(|cors| self.cors(cors)),
        }
    }

    pub(crate) fn cors(&mut self, table: &CorsTable) -> Cors {
        if let Some(origin) = &table.allow_origin {
            self.origin(origin, table);
        }
        let credentials = table
            .allow_credentials
            .as_ref()
            .is_some_and(|written| *written.get_ref());
        let mut allow_methods = Vec::new();
        for method in table.allow_methods.iter().flat_map(|methods| methods.get_ref()) {
            let text = method.get_ref().as_str();
            if text != "*" && (text == "ANY" || (Method::parse(text).is_none() && text != "OPTIONS")) {
                self.report(
                    Diagnostic::new(
                        method.span(),
                        format!("`{text}` is not a method that a preflight can allow"),
                    )
                    .hint("write methods in upper case, or `\"*\"` for those of each path"),
                );
            }
            allow_methods.push(text.to_string());
        }
        let mut allow_headers = Vec::new();
        match &table.allow_headers {
            None => allow_headers.push("Content-Type".to_string()),
            Some(headers) => {
                for header in headers.get_ref() {
                    let text = header.get_ref().as_str();
                    if !is_token(text) {
                        self.report(
                            Diagnostic::new(header.span(), format!("`{text}` is not the name of a header"))
                                .hint("letters, digits and `-`"),
                        );
                    } else if text == "*" && credentials {
                        self.report(
                            Diagnostic::new(header.span(), "with credentials, `*` is not a wildcard")
                                .label("browsers read it as the header `*`")
                                .hint("name the headers, or leave `allow_credentials` out"),
                        );
                    }
                    allow_headers.push(text.to_string());
                }
            }
        }
        if !allow_headers
            .iter()
            .any(|header| header.eq_ignore_ascii_case("authorization"))
        {
            allow_headers.push("Authorization".into());
        }
        let every = allow_methods.is_empty() || allow_methods.iter().any(|method| method == "*");
        Cors {
            allow_methods: (!every).then_some(allow_methods),
            allow_headers,
            allow_credentials: credentials,
            max_age_seconds: table.max_age_seconds.is_some().then(|| {
                self.number(
                    "max_age_seconds",
                    &table.max_age_seconds,
                    0,
                    0..=86_400,
                    "seconds",
                )
            }),
        }
    }

    /// One origin or `*`: a gateway response and a mock answer with one static value.
    pub(crate) fn origin(&mut self, origin: &Written<String>, cors: &CorsTable) {
        let text = origin.get_ref().as_str();
        if text == "*" {
            if let Some(credentials) = cors
                .allow_credentials
                .as_ref()
                .filter(|written| *written.get_ref())
            {
                self.report(
                    Diagnostic::new(
                        origin.span(),
                        "browsers refuse credentials with a wildcard origin",
                    )
                    .related(credentials.span(), "credentials are asked for here")
                    .hint("name the one origin, or leave `allow_credentials` out"),
                );
            }
            return;
        }
        if text.contains([',', ' ']) {
            self.report(
                Diagnostic::new(origin.span(), "`allow_origin` holds one origin")
                    .label("several")
                    .hint("a gateway response and a mock answer with one static value: name one origin or `\"*\"`; where each environment has its own, set `allow_origin` there"),
            );
            return;
        }
        let host = text
            .strip_prefix("https://")
            .or_else(|| text.strip_prefix("http://"));
        let valid = host.is_some_and(|host| {
            !host.is_empty()
                && host.bytes().all(|b| {
                    b.is_ascii_lowercase()
                        || b.is_ascii_digit()
                        || matches!(b, b'.' | b'-' | b':' | b'[' | b']')
                })
        });
        if !valid {
            self.report(
                Diagnostic::new(origin.span(), format!("`{text}` is not an origin"))
                    .hint("an origin is scheme, host in lower case and port, without a path: `https://app.example.com`"),
            );
        }
    }
}

/// API Gateway: <https://docs.aws.amazon.com/apigateway/latest/api/API_CreateRestApi.html>
fn check_api_name(name: &str) -> Result<(), &'static str> {
    if name.trim().is_empty() || name.chars().count() > 1024 {
        return Err("1 to 1024 characters");
    }
    Ok(())
}

/// A header's name: <https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2>, without the `'` that ends a static value
/// of API Gateway's.
fn is_token(text: &str) -> bool {
    !text.is_empty()
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "!#$%&*+-.^_`|~".contains(c))
}
