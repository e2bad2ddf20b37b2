//! The client's view of an error of the gateway.
//!
//! Each error has a response type; an `aws_api_gateway_gateway_response` of that type, else of `DEFAULT_4XX` or
//! `DEFAULT_5XX`, may change its status, add headers and replace its body.
//! Source: <https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-responses.html>.

use std::collections::BTreeMap;

use bytes::Bytes;

use super::api::GatewayResponses;
use super::call::Call;
use super::gateway_error::GatewayError;
use super::message::{Headers, Response};
use super::template;
use portcullis_terraform_json::template::Template;

impl GatewayResponses {
    /// The answer to `error` on a call.
    pub fn answer(&self, error: &GatewayError, call: &Call) -> Response {
        let plain = error.plain(call.request);
        let default = if error.status < 500 {
            "DEFAULT_4XX"
        } else {
            "DEFAULT_5XX"
        };
        let applied = error
            .response_type
            .and_then(|kind| self.0.get(kind).or_else(|| self.0.get(default)));
        let Some(applied) = applied else {
            return plain;
        };
        let mut response = Response {
            status: applied.status.unwrap_or(plain.status),
            ..plain
        };
        if let Some((media_type, template)) = chosen(&applied.templates, &call.request.headers) {
            response.body = Bytes::from(template::render(template, call, Some(error)));
            response.headers.set("Content-Type", media_type);
        }
        for (name, expression) in &applied.headers {
            if let Some(value) = template::mapped(expression, call, Some(error)) {
                response.headers.set(name, value);
            }
        }
        response
    }
}

/// The template whose type the request accepts by name, else that of `application/json`, else the first.
fn chosen<'a>(
    templates: &'a BTreeMap<String, Template>,
    headers: &Headers,
) -> Option<(&'a str, &'a Template)> {
    let accepted = headers.get("Accept").unwrap_or_default();
    let named = accepted
        .split(',')
        .map(|entry| entry.split(';').next().unwrap_or_default().trim())
        .find_map(|media_type| templates.get_key_value(media_type));
    named
        .or_else(|| templates.get_key_value("application/json"))
        .or_else(|| templates.first_key_value())
        .map(|(media_type, template)| (media_type.as_str(), template))
}

#[cfg(test)]
mod tests {
    use portcullis_terraform_json::expression::Expression;

    use super::*;
    use crate::data_plane::api::GatewayResponse;
    use crate::data_plane::call::tests::with_call;

    fn answer(responses: &[(&str, GatewayResponse)], error: &GatewayError, accept: &str) -> Response {
        let responses = responses
            .iter()
            .map(|(kind, response)| ((*kind).to_owned(), response.clone()));
        let responses = GatewayResponses(responses.collect());
        with_call("GET", "/v1/open", &[("Accept", accept)], |call| {
            responses.answer(error, call)
        })
    }

    fn with_header(value: &str) -> GatewayResponse {
        GatewayResponse {
            headers: vec![("X-Who".into(), Expression::Static(value.to_owned()))],
            ..Default::default()
        }
    }

    #[test]
    fn bodies_are_those_of_aws_to_the_byte() {
        let cases = [
            (
                GatewayError::missing_authentication_token(),
                r#"{"message":"Missing Authentication Token"}"#,
            ),
            (GatewayError::unauthorized(), r#"{"message":"Unauthorized"}"#),
            (
                GatewayError::token_expired(),
                r#"{"message":"The incoming token has expired"}"#,
            ),
            (GatewayError::forbidden(), r#"{"message":"Forbidden"}"#),
            (
                GatewayError::missing_parameters(&["x-header-param", "qs1"]),
                r#"{"message":"Missing required request parameters: [x-header-param, qs1]"}"#,
            ),
            (
                GatewayError::bad_gateway(),
                r#"{"message": "Internal server error"}"#,
            ),
            (
                GatewayError::configuration(),
                r#"{"message": "Internal server error"}"#,
            ),
            (
                GatewayError::timed_out(),
                r#"{"message": "Endpoint request timed out"}"#,
            ),
        ];
        for (error, body) in cases {
            assert_eq!(answer(&[], &error, "*/*").body, body, "{error:?}");
        }
    }

    #[test]
    fn errors_name_their_type_and_the_request_but_carry_no_trace() {
        let response = answer(&[], &GatewayError::missing_authentication_token(), "*/*");
        let names: Vec<&str> = response.headers.iter().map(|(name, _)| name).collect();
        assert_eq!(
            names,
            [
                "x-amzn-RequestId",
                "x-amz-apigw-id",
                "x-amzn-ErrorType",
                "Content-Type"
            ]
        );
        assert_eq!(
            response.headers.get("x-amzn-ErrorType"),
            Some("MissingAuthenticationTokenException")
        );
    }

    #[test]
    fn the_specific_type_goes_before_the_default_and_is_not_merged_with_it() {
        let responses = [
            ("DEFAULT_4XX", with_header("default")),
            ("UNAUTHORIZED", GatewayResponse::default()),
        ];
        assert_eq!(
            answer(&responses, &GatewayError::unauthorized(), "*/*")
                .headers
                .get("X-Who"),
            None
        );
        let missing = answer(&responses, &GatewayError::missing_authentication_token(), "*/*");
        assert_eq!(missing.headers.get("X-Who"), Some("default"));
        assert_eq!(
            answer(&responses, &GatewayError::timed_out(), "*/*")
                .headers
                .get("X-Who"),
            None
        );
    }

    #[test]
    fn a_body_that_is_too_large_cannot_be_customised() {
        let responses = [("DEFAULT_4XX", with_header("default"))];
        let response = answer(&responses, &GatewayError::request_too_large(), "*/*");
        assert_eq!((response.status, response.headers.get("X-Who")), (413, None));
    }

    #[test]
    fn status_and_template_replace_what_the_error_says() {
        let template = |text| Template::parse(text).unwrap();
        let response = GatewayResponse {
            status: Some(418),
            templates: BTreeMap::from([
                (
                    "application/json".into(),
                    template(r#"{"why":$context.error.messageString}"#),
                ),
                ("text/plain".into(), template("$context.error.message")),
            ]),
            ..Default::default()
        };
        let responses = [("UNAUTHORIZED", response)];
        let json = answer(&responses, &GatewayError::unauthorized(), "*/*");
        assert_eq!(
            (json.status, json.body.as_ref()),
            (418, r#"{"why":"Unauthorized"}"#.as_bytes())
        );
        let text = answer(&responses, &GatewayError::unauthorized(), "text/plain;q=0.9, */*");
        assert_eq!(
            (text.headers.get("Content-Type"), text.body.as_ref()),
            (Some("text/plain"), &b"Unauthorized"[..])
        );
    }
}
