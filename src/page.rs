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

/// A route, unless an authorizer of the service's own decides by what the page can't know.
fn shown(path: String, route: &Route) -> Option<ShownRoute> {
    let token = match &route.auth {
        Auth::None => None,
        Auth::UserPool if route.scopes.is_empty() => Some("id"),
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
