use std::env;

use lambda_http::{
    Error,
    http::{
        HeaderMap, HeaderValue,
        header::{ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_ORIGIN, VARY},
    },
};

/// The pages from other origins that may read the answers. The default is none.
///
/// Terraform sets the variables from `api.cors` in `portcullis.toml`. Preflight requests never reach a function.
#[derive(Debug, Clone, Default)]
pub struct Cors {
    allow_origin: Option<HeaderValue>,
    allow_credentials: bool,
}

impl Cors {
    /// Allows pages from `allow_origin` (an origin or `*`), with or without credentials.
    ///
    /// # Errors
    /// If `allow_origin` is invalid in a header, or is `*` with credentials, which browsers refuse.
    pub fn new(allow_origin: &str, allow_credentials: bool) -> Result<Self, Error> {
        let origin = HeaderValue::from_str(allow_origin)
            .map_err(|_| format!("`CORS_ALLOW_ORIGIN` is no header value: {allow_origin:?}"))?;
        if allow_credentials && origin == "*" {
            return Err("`CORS_ALLOW_CREDENTIALS` needs an origin in `CORS_ALLOW_ORIGIN`: browsers refuse `*` with it".into());
        }
        Ok(Self {
            allow_origin: Some(origin),
            allow_credentials,
        })
    }

    /// Reads `CORS_ALLOW_ORIGIN` and `CORS_ALLOW_CREDENTIALS`. If the first is missing or empty, no page is allowed.
    ///
    /// # Errors
    /// As [`Cors::new`].
    pub fn from_environment() -> Result<Self, Error> {
        Self::from_variables(|name| env::var(name).ok())
    }

    fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Result<Self, Error> {
        match variable("CORS_ALLOW_ORIGIN").filter(|origin| !origin.is_empty()) {
            None => Ok(Self::default()),
            Some(origin) => Self::new(
                &origin,
                variable("CORS_ALLOW_CREDENTIALS").as_deref() == Some("true"),
            ),
        }
    }

    pub(crate) fn write(&self, headers: &mut HeaderMap) {
        let Some(origin) = &self.allow_origin else { return };
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        if self.allow_credentials {
            headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
        }
        if origin != "*" {
            // A cache must not give this origin's answer to a page from another origin.
            headers.insert(VARY, HeaderValue::from_static("Origin"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(variables: &[(&str, &str)]) -> Result<Vec<(String, String)>, String> {
        let cors = Cors::from_variables(|name| {
            variables
                .iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| (*value).to_owned())
        })
        .map_err(|error| error.to_string())?;
        let mut headers = HeaderMap::new();
        cors.write(&mut headers);
        Ok(headers
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
            .collect())
    }

    fn pair(name: &str, value: &str) -> (String, String) {
        (name.to_owned(), value.to_owned())
    }

    #[test]
    fn an_empty_configuration_sends_no_header() {
        assert_eq!(headers(&[]), Ok(vec![]));
        assert_eq!(
            headers(&[("CORS_ALLOW_ORIGIN", ""), ("CORS_ALLOW_CREDENTIALS", "true")]),
            Ok(vec![])
        );
    }

    #[test]
    fn any_origin_does_not_vary() {
        let expected = vec![pair("access-control-allow-origin", "*")];
        assert_eq!(
            headers(&[("CORS_ALLOW_ORIGIN", "*"), ("CORS_ALLOW_CREDENTIALS", "false")]),
            Ok(expected)
        );
    }

    #[test]
    fn one_origin_varies_and_may_have_credentials() {
        let origin = ("CORS_ALLOW_ORIGIN", "https://app.example.com");
        let allowed = pair("access-control-allow-origin", "https://app.example.com");
        let vary = pair("vary", "Origin");
        assert_eq!(headers(&[origin]), Ok(vec![allowed.clone(), vary.clone()]));
        assert_eq!(
            headers(&[origin, ("CORS_ALLOW_CREDENTIALS", "true")]),
            Ok(vec![
                allowed,
                pair("access-control-allow-credentials", "true"),
                vary
            ])
        );
    }

    #[test]
    fn what_no_browser_accepts_is_an_error() {
        assert_eq!(
            headers(&[("CORS_ALLOW_ORIGIN", "*"), ("CORS_ALLOW_CREDENTIALS", "true")]),
            Err("`CORS_ALLOW_CREDENTIALS` needs an origin in `CORS_ALLOW_ORIGIN`: browsers refuse `*` with it".to_owned())
        );
        assert_eq!(
            headers(&[("CORS_ALLOW_ORIGIN", "a\nb")]),
            Err("`CORS_ALLOW_ORIGIN` is no header value: \"a\\nb\"".to_owned())
        );
    }
}
