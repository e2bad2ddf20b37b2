//! From the keys of CORS to the resolved type.

use crate::cors::Cors;
use crate::diagnostic::Diagnostic;
use crate::service::meaning::Resolver;
use crate::spec::{CorsTable, Given, Set};

/// The header of API keys: <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-key-source.html>
const API_KEY: &str = "X-Api-Key";

impl Resolver<'_> {
    /// `needs_key` is true if a route needs an API key.
    pub(crate) fn cors(&mut self, table: &CorsTable, needs_key: bool) -> Cors {
        let CorsTable {
            span: _,
            // Each environment has an origin.
            allow_origin,
            allow_methods,
            allow_headers,
            allow_credentials,
            max_age_seconds,
        } = table;
        self.credentials(allow_origin, allow_credentials);
        let mut headers = match &allow_headers.value {
            None => vec!["Content-Type".to_owned()],
            Some(headers) => headers.iter().map(|header| header.value.clone()).collect(),
        };
        for header in allow_headers.value.iter().flatten() {
            if header.value == "*" && allow_credentials.value {
                self.report(
                    Diagnostic::new(
                        header.span.clone(),
                        "`allow_headers` must not be `*` if `allow_credentials` is true",
                    )
                    .label("with credentials, browsers read it as the header `*`")
                    .help("name the headers, or delete `allow_credentials`"),
                );
            }
        }
        if !headers
            .iter()
            .any(|header| header.eq_ignore_ascii_case("authorization"))
        {
            headers.push("Authorization".into());
        }
        if needs_key && !headers.iter().any(|header| header.eq_ignore_ascii_case(API_KEY)) {
            headers.push(API_KEY.into());
        }
        let methods = allow_methods.value.iter().flatten();
        let methods: Vec<String> = methods.map(|method| method.value.clone()).collect();
        let are_of_path = methods.is_empty() || methods.iter().any(|method| method == "*");
        Cors {
            allow_methods: (!are_of_path).then_some(methods),
            allow_headers: headers,
            allow_credentials: allow_credentials.value,
            max_age_seconds: max_age_seconds.value,
        }
    }

    /// Reports an origin that browsers refuse together with credentials.
    pub(crate) fn credentials(&mut self, origin: &Given<String>, allow_credentials: &Set<bool>) {
        if let Some(("*", place)) = origin.placed().map(|(origin, place)| (origin.as_str(), place))
            && let (true, Some(credentials)) = (allow_credentials.value, &allow_credentials.span)
        {
            self.report(
                Diagnostic::new(
                    place,
                    "`allow_origin` must not be `*` if `allow_credentials` is true",
                )
                .label("browsers refuse this")
                .related(credentials.clone(), "credentials are allowed here")
                .help("name the one origin, or delete `allow_credentials`"),
            );
        }
    }
}
