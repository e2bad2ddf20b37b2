//! Finds requests that go from one route to another, even if neither key changed.
//!
//! API Gateway finds the route of a request by the precedence of its [`Router`]. So a route that is new, gone or changed
//! takes requests from others or leaves them to others, and no key says so.
//!
//! Two routes share requests if their paths have a common path, which is one path again. The most general of these
//! requests has an unnamed segment, which no spec contains, for each parameter of that path. Every route that takes it
//! takes all of them. Another request may find more routes before both, but never fewer. So if the most general one
//! does not go from the one route to the other, no request does. A greedy path has one such request for each length, up
//! to one that is longer than every path, and one for each place of an empty segment, which only `{rest+}` takes.

use portcullis_terraform_json::router::Router;

use crate::service::{ApiMethod, Method, Route, RoutePath, Segment, Service};

/// The routes of one revision, and the route of each request. `R` is what is known of a route.
pub(crate) struct Routing<'a, R = Route> {
    routes: Vec<Entry<'a, R>>,
    /// The routes as API Gateway finds them. A preflight is not one of them.
    router: Router<Option<Entry<'a, R>>>,
}

/// A segment that no spec names: it can't stand in a path.
const UNNAMED: &str = "?";

/// A route of a revision.
pub(crate) struct Entry<'a, R = Route> {
    pub path: &'a RoutePath,
    pub method: Method,
    pub route: &'a R,
}

impl<R> Clone for Entry<'_, R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R> Copy for Entry<'_, R> {}

/// Requests that `before` answered and `after` answers. `None` means that no route did or does.
pub(crate) struct Shift<'a, R = Route> {
    pub before: Option<Entry<'a, R>>,
    pub after: Option<Entry<'a, R>>,
    method: &'static str,
    path: Vec<Segment>,
}

/// A request: its method, and its segments. One that no spec names is none, and one that is empty is not the last.
struct Request<'a> {
    method: &'static str,
    segments: Vec<Option<&'a str>>,
}

impl<R> Shift<'_, R> {
    /// The narrowest `METHOD /path` that holds the requests.
    pub fn requests(&self) -> String {
        let path: String = self.path.iter().map(|segment| format!("/{segment}")).collect();
        format!("{} {}", self.method, if path.is_empty() { "/" } else { &path })
    }

    /// Returns whether requests of another shift are among those of this one's path and method.
    pub fn holds(&self, other: &Self) -> bool {
        let methods = [other.method, Method::Any.as_str()];
        methods.contains(&self.method) && common(&self.path, &other.path).as_ref() == Some(&other.path)
    }
}

impl<R> PartialEq for Entry<'_, R> {
    fn eq(&self, other: &Self) -> bool {
        (self.path, self.method) == (other.path, other.method)
    }
}

impl<R> Entry<'_, R> {
    /// Its key in the spec.
    pub fn key(&self) -> String {
        self.path.key(self.method)
    }
}

impl<'a> Routing<'a> {
    pub fn of(service: &'a Service) -> Self {
        let methods = service.methods().map(|method| {
            let entry = match method {
                ApiMethod::Route(path, method, route) => Some(Entry { path, method, route }),
                ApiMethod::Preflight(..) => None,
            };
            (method.path().to_string(), method.method(), entry)
        });
        Self::of_methods(methods)
    }
}

impl<'a, R> Routing<'a, R> {
    /// Reads methods by their paths. A preflight has no entry.
    pub fn of_methods<'m>(
        methods: impl IntoIterator<Item = (String, &'m str, Option<Entry<'a, R>>)>,
    ) -> Self {
        let mut routes = Vec::new();
        let mut router = Router::default();
        for (path, method, entry) in methods {
            router.add(&path, method, entry);
            routes.extend(entry);
        }
        Self { routes, router }
    }

    /// The routes that some request reaches.
    pub fn reached(&self) -> impl Iterator<Item = Entry<'a, R>> {
        self.routes.iter().copied().filter(|entry| {
            let requests = self.requests(*entry, entry.path.segments(), self.depth());
            requests
                .iter()
                .any(|request| self.answer(request) == Some(*entry))
        })
    }

    fn answer(&self, request: &Request) -> Option<Entry<'a, R>> {
        let segments = request.segments.iter();
        let path: String = segments
            .map(|segment| format!("/{}", segment.unwrap_or(UNNAMED)))
            .collect();
        *self.router.find(&path, request.method)?.0
    }

    fn depth(&self) -> usize {
        let depths = self.routes.iter().map(|entry| entry.path.segments().len());
        depths.max().unwrap_or(0)
    }

    /// The most general requests of a path, for each method of the route's.
    fn requests<'r>(&self, entry: Entry<R>, path: &'r [Segment], depth: usize) -> Vec<Request<'r>> {
        let one: Vec<_> = path
            .iter()
            .map(|segment| match segment {
                Segment::Static(text) => Some(text.as_str()),
                Segment::Parameter(_) | Segment::Greedy(_) => None,
            })
            .collect();
        let mut all = vec![one.clone()];
        if let Some(Segment::Greedy(_)) = path.last() {
            for length in path.len() + 1..=path.len().max(depth) + 1 {
                let mut longer = one.clone();
                longer.resize(length, None);
                all.push(longer.clone());
                all.extend((path.len() - 1..length - 1).map(|index| {
                    let mut empty = longer.clone();
                    empty[index] = Some("");
                    empty
                }));
            }
        }
        let methods = entry.method.answers();
        all.into_iter()
            .flat_map(|segments| {
                let with = |method: &&'static str| Request {
                    method,
                    segments: segments.clone(),
                };
                methods.iter().map(with).collect::<Vec<_>>()
            })
            .collect()
    }
}

/// Every way that requests go, base to head: those that nothing happens to among them.
pub(crate) fn shifts<'a, R>(base: &Routing<'a, R>, head: &Routing<'a, R>) -> Vec<Shift<'a, R>> {
    let depth = base.depth().max(head.depth());
    let mut shifts = Vec::new();
    let mut add = |before: Option<Entry<'a, R>>, after: Option<Entry<'a, R>>, path: Vec<Segment>| {
        // `ANY` is the least of methods.
        let Some(narrow) = before.into_iter().chain(after).max_by_key(|entry| entry.method) else {
            return;
        };
        let methods: Vec<_> = base
            .requests(narrow, &path, depth)
            .iter()
            .filter(|request| base.answer(request) == before && head.answer(request) == after)
            .map(|request| request.method)
            .collect();
        let Some(first) = methods.first() else { return };
        let one = methods.iter().all(|method| method == first);
        let method = if one { first } else { Method::Any.as_str() };
        shifts.push(Shift {
            before,
            after,
            method,
            path,
        });
    };
    for before in &base.routes {
        add(Some(*before), None, before.path.segments().to_vec());
        for after in &head.routes {
            let may_share =
                before.method == after.method || [before.method, after.method].contains(&Method::Any);
            if let Some(path) = may_share
                .then(|| common(before.path.segments(), after.path.segments()))
                .flatten()
            {
                add(Some(*before), Some(*after), path);
            }
        }
    }
    for after in &head.routes {
        add(None, Some(*after), after.path.segments().to_vec());
    }
    shifts
}

/// The path of the requests that two paths share, with the head's names of parameters.
fn common(base: &[Segment], head: &[Segment]) -> Option<Vec<Segment>> {
    let (first, rest) = match (base, head) {
        ([], []) => return Some(Vec::new()),
        ([], _) | (_, []) => return None,
        ([Segment::Greedy(_)], head) => return Some(head.to_vec()),
        (base, [Segment::Greedy(_)]) => return Some(base.to_vec()),
        ([one, base @ ..], [other, head @ ..]) => {
            let first = match (one, other) {
                (Segment::Static(a), Segment::Static(b)) if a != b => return None,
                (Segment::Static(_), _) => one,
                _ => other,
            };
            (first, common(base, head)?)
        }
    };
    Some([vec![first.clone()], rest].concat())
}
