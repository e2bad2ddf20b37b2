//! Routes: which exist, which clash, who answers.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Diagnostic, Span, nearest};
use crate::service::meaning::Resolver;
use crate::service::{Auth, Method, Route, RoutePath};
use crate::spec::{Spec, Written};

impl Resolver<'_> {
    pub(crate) fn routes(&mut self, spec: &Spec) -> BTreeMap<(RoutePath, Method), Route> {
        let mut routes: BTreeMap<(RoutePath, Method), Route> = BTreeMap::new();
        let mut places: BTreeMap<(RoutePath, Method), Span> = BTreeMap::new();
        let mut variables = BTreeMap::new();
        let known: BTreeSet<&str> = spec
            .functions
            .iter()
            .map(|(name, _)| name.get_ref().as_str())
            .collect();
        let mut unknown: BTreeMap<&str, Vec<&Written<String>>> = BTreeMap::new();
        for (key, table) in &spec.routes {
            if let Some(function) = &table.function
                && !known.contains(function.get_ref().as_str())
            {
                unknown.entry(function.get_ref()).or_default().push(function);
            }
            let auth = match table.auth.as_ref().map(|auth| (auth, auth.get_ref().as_str())) {
                None | Some((_, "user_pool")) => Auth::UserPool,
                Some((_, "none")) => Auth::None,
                Some((written, _)) => {
                    self.unknown_auth(written);
                    Auth::UserPool
                }
            };
            let Some((method, path)) = self.route_key(key) else {
                continue;
            };
            self.variable_siblings(&mut variables, &path, key);
            let id = (path, method);
            if let Some(span) = places.get(&id) {
                self.report(
                    Diagnostic::new(key.span(), format!("the route `{}` stands twice", key.get_ref()))
                        .related(span.clone(), "first here")
                        .hint("delete one of them"),
                );
                continue;
            }
            places.insert(id.clone(), key.span());
            let function = table
                .function
                .as_ref()
                .map(|name| name.get_ref().clone())
                .unwrap_or_default();
            routes.insert(id, Route { function, auth });
        }
        for places in unknown.values() {
            self.unknown_function(places, &known);
        }
        if spec.routes.is_empty() {
            self.report(
                Diagnostic::new(0..0, "the service has no route")
                    .hint("add `\"GET /\" = { function = \"…\" }` under `[routes]`")
                    .missing("routes"),
            );
        }
        routes
    }

    fn unknown_auth(&mut self, written: &Written<String>) {
        let text = written.get_ref();
        let own = match text.to_ascii_uppercase().as_str() {
            "COGNITO_USER_POOLS" => Some("user_pool"),
            "NONE" => Some("none"),
            _ => None,
        };
        match own {
            Some(own) => self.report(
                Diagnostic::new(written.span(), format!("unknown `auth` `{text}`"))
                    .hint(format!("write `{own}`")),
            ),
            None => self.unknown(written, "`auth`", ["none", "user_pool"].into_iter()),
        }
    }

    /// Reports a name that no function has, once, wherever routes name it.
    fn unknown_function(&mut self, places: &[&Written<String>], known: &BTreeSet<&str>) {
        let Some((function, others)) = places.split_first() else {
            return;
        };
        let mut diagnostic = Diagnostic::new(
            function.span(),
            format!("there is no function `{}`", function.get_ref()),
        );
        if let Some(near) = nearest(function.get_ref(), known.iter().copied()) {
            diagnostic = diagnostic.label(format!("did you mean `{near}`?"));
        }
        for other in others {
            diagnostic = diagnostic.related(other.span(), "and here");
        }
        let name = function.get_ref();
        self.report(
            diagnostic
                .hint(format!("add `[functions.{name}]`, or name another"))
                .missing(format!("functions.{name}")),
        );
    }

    pub(crate) fn route_key(&mut self, key: &Written<String>) -> Option<(Method, RoutePath)> {
        let text = key.get_ref();
        let Some((method_text, path_text)) = text.split_once(' ') else {
            self.report(
                Diagnostic::new(key.span(), format!("`{text}` is not a route"))
                    .hint("a route is a method and a path: `\"GET /open\"`"),
            );
            return None;
        };
        let path_text = path_text.trim_start();
        let (method_span, path_span) = if key.span().len() == text.len() + 2 {
            // Between quotes, and without escapes: the places of both parts are known.
            let start = key.span().start + 1;
            let path = start + text.len() - path_text.len();
            (start..start + method_text.len(), path..path + path_text.len())
        } else {
            (key.span(), key.span())
        };
        let method = Method::parse(method_text);
        if method.is_none() {
            let diagnostic =
                Diagnostic::new(method_span, format!("`{method_text}` is not a method of a route"));
            self.report(if method_text == "OPTIONS" {
                diagnostic.hint("the preflight answers `OPTIONS` on every path; `cors` in `[api]` says how")
            } else if Method::parse(&method_text.to_uppercase()).is_some() {
                diagnostic.hint(format!("write `{}`", method_text.to_uppercase()))
            } else {
                diagnostic.hint(format!("known: {}", Method::ALL.map(Method::as_str).join(", ")))
            });
        }
        match RoutePath::parse(path_text) {
            Ok(path) => method.map(|method| (method, path)),
            Err((summary, hint)) => {
                self.report(Diagnostic::new(path_span, summary).hint(hint));
                None
            }
        }
    }

    /// A resource may have one variable child, `{id}` or `{proxy+}`: API Gateway answers a second one with "A
    /// sibling of this resource already has a variable path part -- only one is allowed".
    pub(crate) fn variable_siblings(
        &mut self,
        seen: &mut BTreeMap<String, (String, Span)>,
        path: &RoutePath,
        key: &Written<String>,
    ) {
        for resource in path.resources() {
            let (Some(segment), Some(parent)) = (resource.segments().last(), resource.parent()) else {
                continue;
            };
            if resource.shape().last() != Some(&None) {
                continue;
            }
            let text = segment.to_string();
            // Parents whose parameters have other names are one resource all the same.
            let (other_text, span) = seen
                .entry(parent.arn_pattern())
                .or_insert_with(|| (text.clone(), key.span()));
            if *other_text != text {
                self.report(
                    Diagnostic::new(
                        key.span(),
                        format!("`{text}` and `{other_text}` are both variable parts under `{parent}`"),
                    )
                    .related(span.clone(), "the other one")
                    .hint(format!(
                        "API Gateway allows one: write `{other_text}` here too, or change the path"
                    )),
                );
                return;
            }
        }
    }
}
