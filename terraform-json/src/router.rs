//! Path and method → route, by API Gateway's order of precedence.
//!
//! A literal segment goes before `{id}`, `{id}` before `{proxy+}`; a resource without the method does not end the
//! search, so that a greedy sibling serves what a literal resource lacks. `{proxy+}` takes one segment or more:
//! never its parent's own path. Source: LocalStack's recordings of AWS,
//! against which the emulator's `tests/conformance` holds it.

use std::collections::BTreeMap;

/// Values of a path's parameters by name, percent-encoded as they were sent.
pub type PathParameters = BTreeMap<String, String>;

/// The methods that `ANY` stands for. Source:
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-method-settings.html>.
pub const ANY: [&str; 7] = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"];

/// A tree of path segments; each node may answer some methods.
#[derive(Debug)]
pub struct Router<Route> {
    root: Node<Route>,
}

#[derive(Debug)]
struct Node<Route> {
    methods: BTreeMap<String, Route>,
    literals: BTreeMap<String, Node<Route>>,
    parameter: Option<(String, Box<Node<Route>>)>,
    greedy: Option<(String, Box<Node<Route>>)>,
}

impl<Route> Node<Route> {
    fn new() -> Self {
        Self {
            methods: BTreeMap::new(),
            literals: BTreeMap::new(),
            parameter: None,
            greedy: None,
        }
    }

    fn route(&self, method: &str) -> Option<&Route> {
        let any = || ANY.contains(&method).then(|| self.methods.get("ANY")).flatten();
        self.methods.get(method).filter(|_| method != "ANY").or_else(any)
    }

    fn find<'a>(&'a self, segments: &[&str], method: &str) -> Option<(&'a Route, PathParameters)> {
        let Some((first, rest)) = segments.split_first() else {
            return self.route(method).map(|route| (route, PathParameters::new()));
        };
        let literal = || self.literals.get(*first)?.find(rest, method);
        let parameter = || {
            let (name, node) = self.parameter.as_ref().filter(|_| !first.is_empty())?;
            let (route, mut parameters) = node.find(rest, method)?;
            parameters.insert(name.clone(), (*first).to_owned());
            Some((route, parameters))
        };
        let greedy = || {
            let (name, node) = self.greedy.as_ref()?;
            Some((
                node.route(method)?,
                PathParameters::from([(name.clone(), segments.join("/"))]),
            ))
        };
        literal().or_else(parameter).or_else(greedy)
    }
}

impl<Route> Default for Router<Route> {
    fn default() -> Self {
        Self { root: Node::new() }
    }
}

impl<Route> Router<Route> {
    /// Adds a route under a resource's path (`/pets/{id}`) and a method, which may be `ANY`.
    pub fn add(&mut self, path: &str, method: &str, route: Route) {
        let mut node = &mut self.root;
        for segment in path.split('/').filter(|segment| !segment.is_empty()) {
            node = match segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
                None => node.literals.entry(segment.to_owned()).or_insert_with(Node::new),
                Some(name) => {
                    let (place, name) = match name.strip_suffix('+') {
                        Some(greedy) => (&mut node.greedy, greedy),
                        None => (&mut node.parameter, name),
                    };
                    &mut place
                        .get_or_insert_with(|| (name.to_owned(), Box::new(Node::new())))
                        .1
                }
            };
        }
        node.methods.insert(method.to_owned(), route);
    }

    /// Every route, with its method.
    pub fn routes(&self) -> Vec<(&str, &Route)> {
        fn collect<'a, Route>(node: &'a Node<Route>, into: &mut Vec<(&'a str, &'a Route)>) {
            into.extend(
                node.methods
                    .iter()
                    .map(|(method, route)| (method.as_str(), route)),
            );
            let children = [&node.parameter, &node.greedy]
                .into_iter()
                .flatten()
                .map(|(_, node)| &**node);
            node.literals
                .values()
                .chain(children)
                .for_each(|child| collect(child, into));
        }
        let mut routes = Vec::new();
        collect(&self.root, &mut routes);
        routes
    }

    /// The route of a request: its path without the stage, percent-encoded. A trailing slash is overlooked.
    pub fn find(&self, path: &str, method: &str) -> Option<(&Route, PathParameters)> {
        let path = path.strip_prefix('/').unwrap_or(path).trim_end_matches('/');
        let segments: Vec<&str> = if path.is_empty() {
            Vec::new()
        } else {
            path.split('/').collect()
        };
        self.root.find(&segments, method)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(routes: &[(&'static str, &'static str)], method: &str, path: &str) -> Option<String> {
        let mut router = Router::default();
        for (method, path) in routes {
            router.add(path, method, format!("{method} {path}"));
        }
        let (route, parameters) = router.find(path, method)?;
        let parameters: Vec<_> = parameters
            .iter()
            .map(|(name, value)| format!(" {name}={value}"))
            .collect();
        Some(route.clone() + &parameters.concat())
    }

    #[test]
    fn a_literal_goes_before_a_parameter_before_a_greedy_one() {
        let routes = [
            ("GET", "/pets/{proxy+}"),
            ("GET", "/pets/{id}"),
            ("GET", "/pets/new"),
        ];
        assert_eq!(find(&routes, "GET", "/pets/new").unwrap(), "GET /pets/new");
        assert_eq!(find(&routes, "GET", "/pets/7").unwrap(), "GET /pets/{id} id=7");
        assert_eq!(
            find(&routes, "GET", "/pets/7/x").unwrap(),
            "GET /pets/{proxy+} proxy=7/x"
        );
    }

    #[test]
    fn a_greedy_sibling_serves_the_method_that_the_literal_lacks() {
        let routes = [("GET", "/pets/new"), ("ANY", "/pets/{proxy+}")];
        assert_eq!(
            find(&routes, "POST", "/pets/new").unwrap(),
            "ANY /pets/{proxy+} proxy=new"
        );
    }

    #[test]
    fn a_greedy_path_does_not_match_its_own_parent() {
        let routes = [("GET", "/pets/{proxy+}"), ("GET", "/{proxy+}")];
        assert_eq!(find(&routes[..1], "GET", "/pets"), None);
        assert_eq!(find(&routes[..1], "GET", "/pets/"), None);
        assert_eq!(find(&routes[1..], "GET", "/"), None);
    }

    #[test]
    fn a_trailing_slash_is_overlooked_and_no_part_of_a_greedy_value() {
        let routes = [("GET", "/pets"), ("GET", "/pets/{proxy+}")];
        assert_eq!(find(&routes, "GET", "/pets/").unwrap(), "GET /pets");
        assert_eq!(
            find(&routes, "GET", "/pets/a/").unwrap(),
            "GET /pets/{proxy+} proxy=a"
        );
    }

    #[test]
    fn an_empty_segment_inside_stays_in_a_greedy_value_and_fills_no_parameter() {
        let routes = [("GET", "/pets/{id}/x"), ("GET", "/pets/{proxy+}")];
        assert_eq!(
            find(&routes, "GET", "/pets//x").unwrap(),
            "GET /pets/{proxy+} proxy=/x"
        );
    }

    #[test]
    fn values_stay_percent_encoded() {
        assert_eq!(
            find(&[("GET", "/{id}")], "GET", "/a%2Fb%20c").unwrap(),
            "GET /{id} id=a%2Fb%20c"
        );
    }

    #[test]
    fn head_is_not_implied_by_get() {
        assert_eq!(find(&[("GET", "/")], "HEAD", "/"), None);
    }

    #[test]
    fn any_stands_for_seven_methods_and_an_exact_one_goes_before_it() {
        let routes = [("ANY", "/"), ("GET", "/")];
        assert_eq!(find(&routes, "GET", "/").unwrap(), "GET /");
        assert_eq!(find(&routes, "HEAD", "/").unwrap(), "ANY /");
        assert_eq!(find(&routes, "TRACE", "/"), None);
        assert_eq!(find(&routes, "ANY", "/"), None);
    }

    #[test]
    fn all_routes_are_listed() {
        let mut router = Router::default();
        for (method, path) in [
            ("GET", "/"),
            ("GET", "/a/{id}"),
            ("POST", "/a/{id}"),
            ("ANY", "/a/{proxy+}"),
        ] {
            router.add(path, method, path);
        }
        let routes = [
            ("GET", &"/"),
            ("GET", &"/a/{id}"),
            ("POST", &"/a/{id}"),
            ("ANY", &"/a/{proxy+}"),
        ];
        assert_eq!(router.routes(), routes);
    }

    #[test]
    fn the_root_is_found_with_and_without_a_slash() {
        assert_eq!(find(&[("GET", "/")], "GET", "").unwrap(), "GET /");
        assert_eq!(find(&[("GET", "/")], "GET", "/").unwrap(), "GET /");
    }
}
