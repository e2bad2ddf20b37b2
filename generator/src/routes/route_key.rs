//! The key of a route: `GET /orders/{id}`.

use std::ops::Range;

use crate::routes::{Method, RoutePath};

/// A method and a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RouteKey {
    pub method: Method,
    pub path: RoutePath,
}

/// An error in a part of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeyError {
    /// The bytes of the key that are wrong.
    pub part: Range<usize>,
    /// The rule.
    pub summary: String,
    /// Advice. `None` if a list of the methods says it.
    pub help: Option<String>,
}

impl RouteKey {
    /// Reads a key, or reports everything that is wrong with it.
    pub fn parse(text: &str) -> Result<Self, Vec<KeyError>> {
        let Some((method_text, path_text)) = text.split_once(' ') else {
            return Err(vec![KeyError {
                part: 0..text.len(),
                summary: format!("a route must be a method and a path, not `{text}`"),
                help: Some("write it as in `\"GET /open\"`".into()),
            }]);
        };
        let path_text = path_text.trim_start();
        let method = Method::parse(method_text).ok_or_else(|| KeyError {
            part: 0..method_text.len(),
            summary: format!("unknown method `{method_text}`"),
            help: help_for_method(method_text),
        });
        let path = RoutePath::parse(path_text).map_err(|(summary, help)| KeyError {
            part: text.len() - path_text.len()..text.len(),
            summary,
            help: Some(help),
        });
        match (method, path) {
            (Ok(method), Ok(path)) => Ok(Self { method, path }),
            (method, path) => Err(method.err().into_iter().chain(path.err()).collect()),
        }
    }
}

fn help_for_method(text: &str) -> Option<String> {
    let upper = text.to_uppercase();
    if text == "OPTIONS" {
        Some("delete the route: `cors` in `[api]` makes API Gateway answer `OPTIONS` on every path".into())
    } else if Method::parse(&upper).is_some() {
        Some(format!("write `{upper}`"))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_wrong_part_is_at_its_place() {
        let key = "get  orders";
        let wrong = RouteKey::parse(key).unwrap_err();
        let parts: Vec<&str> = wrong.iter().map(|wrong| &key[wrong.part.clone()]).collect();
        assert_eq!(parts, ["get", "orders"]);
        assert_eq!(wrong[0].help.as_deref(), Some("write `GET`"));
        assert!(RouteKey::parse("GET /orders/{id}").is_ok());
    }
}
