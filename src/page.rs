//! The page that `dev` serves: it signs in, and calls the routes of the service from another origin.

use std::sync::{Arc, RwLock};

use portcullis_emulator::page_server::{self, File};
use portcullis_generator::service::{Auth, Method, Route, Segment, Service};
use serde::Serialize;
use serde_json::{Map, Value};

/// The page, and the service that it calls.
pub struct Page {
    port: u16,
    service: Arc<RwLock<String>>,
}

/// The service that the page calls.
#[derive(Serialize)]
struct Shown<'a> {
    outputs: &'a Map<String, Value>,
    routes: Vec<ShownRoute>,
}

/// A route that can be called without more than a token.
#[derive(Serialize)]
struct ShownRoute {
    path: String,
    /// The kind of token that it wants: `id` or `access`.
    token: Option<&'static str>,
}

impl Page {
    /// Serves the page on a port, or on a free one if that is taken.
    ///
    /// # Errors
    /// If it can't listen on any port.
    pub fn serve(port: Option<u16>) -> anyhow::Result<Self> {
        let service = Arc::new(RwLock::new(String::new()));
        let shown = service.clone();
        let files = Arc::new(move |path: &str| file(path, &shown));
        let port = match port.map(|port| page_server::serve(Some(port), files.clone())) {
            Some(Ok(port)) => port,
            Some(Err(_)) | None => page_server::serve(None, files)?,
        };
        Ok(Self { port, service })
    }

    /// From now on, the page calls this service.
    ///
    /// # Errors
    /// If an output can't be written as JSON.
    pub fn show(&self, service: &Service, outputs: &Map<String, Value>) -> serde_json::Result<()> {
        let routes = service.routes.iter();
        let routes = routes.filter_map(|(path, method, route)| {
            let is_fixed = path
                .segments()
                .iter()
                .all(|segment| matches!(segment, Segment::Static(_)));
            let is_shown = is_fixed && matches!(method, Method::Get | Method::Any);
            is_shown.then(|| shown(path.to_string(), route)).flatten()
        });
        let text = serde_json::to_string(&Shown {
            outputs,
            routes: routes.collect(),
        })?;
        *self.service.write().expect("no thread panics while it writes") = text;
        Ok(())
    }

    /// The port, which stays the same from one start to the next.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The address for a browser.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

/// A route, unless it needs an API key, or an authorizer of the service's own decides by what the page can't know.
fn shown(path: String, route: &Route) -> Option<ShownRoute> {
    let Route {
        function: _, // the page calls any
        auth,
        scopes,
        api_key,
        throttle: _, // a person calls a few times
    } = route;
    if *api_key {
        return None;
    }
    let token = match auth {
        Auth::None => None,
        Auth::UserPool if scopes.is_empty() => Some("id"),
        Auth::UserPool => Some("access"),
        Auth::Authorizer(_) => return None,
    };
    Some(ShownRoute { path, token })
}

fn file(path: &str, service: &RwLock<String>) -> Option<File> {
    let (content_type, content) = match path {
        "/" => (
            "text/html; charset=utf-8",
            include_str!("../examples/web/index.html").into(),
        ),
        "/app.js" => (
            "text/javascript; charset=utf-8",
            include_str!("../examples/web/app.js").into(),
        ),
        "/style.css" => (
            "text/css; charset=utf-8",
            include_str!("../examples/web/style.css").into(),
        ),
        "/service.json" => {
            let service = service.read().expect("no thread panics while it writes");
            ("application/json", service.clone())
        }
        _ => return None,
    };
    Some(File {
        content_type,
        content,
    })
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
        [functions.orders]
        [functions.partners]
        [authorizers.partners]
        function = "partners"
        identity_sources = ["method.request.header.X-Key"]
        [routes]
        "GET /" = { function = "orders" }
        "ANY /any" = { function = "orders", auth = "none" }
        "GET /scoped" = { function = "orders", scopes = ["aws.cognito.signin.user.admin"] }
        "GET /partners" = { function = "orders", auth = "authorizers.partners" }
        "GET /orders/{id}" = { function = "orders" }
        "POST /orders" = { function = "orders" }
        "GET /prices" = { function = "orders", auth = "none", api_key = true }
        [usage_plans.partners]
        api_keys = ["acme"]
    "#;

    fn content(page: &Page, path: &str) -> String {
        file(path, &page.service).unwrap().content
    }

    #[test]
    fn a_page_knows_the_routes_that_need_no_more_than_a_token() {
        let service = portcullis_generator::service(SPEC, None).unwrap();
        let page = Page::serve(None).unwrap();
        assert_eq!(content(&page, "/service.json"), "", "no service is applied yet");
        let outputs = Map::from_iter([("api_url".to_owned(), Value::from("http://127.0.0.1:1/v1"))]);
        page.show(&service, &outputs).unwrap();
        let shown: Value = serde_json::from_str(&content(&page, "/service.json")).unwrap();
        assert_eq!(
            shown,
            serde_json::json!({
                "outputs": { "api_url": "http://127.0.0.1:1/v1" },
                "routes": [
                    { "path": "/", "token": "id" },
                    { "path": "/any", "token": null },
                    { "path": "/scoped", "token": "access" },
                ],
            })
        );
    }

    #[test]
    fn a_page_has_its_files_and_no_others() {
        let page = Page::serve(None).unwrap();
        for (path, content_type) in [
            ("/", "text/html; charset=utf-8"),
            ("/app.js", "text/javascript; charset=utf-8"),
            ("/style.css", "text/css; charset=utf-8"),
            ("/service.json", "application/json"),
        ] {
            assert_eq!(file(path, &page.service).unwrap().content_type, content_type);
        }
        for path in ["/index.html", "/README.md", "/../portcullis.toml", "//app.js", ""] {
            assert_eq!(file(path, &page.service), None, "{path}");
        }
        // The page asks for what is served.
        let html = content(&page, "/");
        assert!(html.contains("app.js") && html.contains("style.css"), "{html}");
    }

    #[test]
    fn another_port_is_as_good_as_a_taken_one() {
        let page = Page::serve(None).unwrap();
        let other = Page::serve(Some(page.port())).unwrap();
        assert_ne!(page.port(), other.port());
        assert_eq!(other.url(), format!("http://127.0.0.1:{}", other.port()));
    }
}
