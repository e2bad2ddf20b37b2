//! What is drawn, without a format.

use std::collections::BTreeMap;

use crate::graph::words::wrap;
use crate::identifier::Identifier;
use crate::service::{Auth, LOCAL, Method, RoutePath, Service};
use portcullis_foreign_text::words;

/// The most cells of a line; the paths of most services are shorter.
const WIDTH: usize = 56;
/// The same for what stands left of the routes.
const NARROW: usize = 28;

/// Who can reach what.
pub struct Picture {
    /// What it shows.
    pub title: String,
    /// Its parts, in order: first who calls and the gate, then function by function.
    pub blocks: Vec<Block>,
}

/// What stands together in a text.
#[derive(Default)]
pub struct Block {
    /// Boxes.
    pub nodes: Vec<Node>,
    /// Lines, to boxes of this block.
    pub edges: Vec<Edge>,
}

/// A box.
pub struct Node {
    /// Its name in a text: letters, digits and `_`; that of one function is the same whatever others there are.
    pub id: String,
    /// What it shows.
    pub kind: Kind,
    /// Its first line.
    pub title: String,
    /// The others.
    pub lines: Vec<String>,
}

/// What a box shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Who calls.
    Caller,
    /// What lets some pass.
    Gate,
    /// Routes that anyone may call.
    Open,
    /// Routes behind the gate.
    Guarded,
    /// What the gateway itself answers to browsers of other origins.
    Preflights,
    /// A function.
    Function,
}

/// A line from box to box, from left to right.
pub struct Edge {
    /// The id of the box on the left.
    pub from: String,
    /// The id of the box on the right.
    pub to: String,
    /// How it looks.
    pub stroke: Stroke,
}

/// How a line looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stroke {
    /// Anyone gets there.
    Thick,
    /// One has to pass the gate.
    Plain,
}

/// The id of [`anyone`].
pub const ANYONE: &str = "anyone";
/// The id of who signed in.
pub const SIGNED_IN: &str = "signed_in";
/// The id of the gate.
pub const GATE: &str = "gate";
/// What routes are called that anyone may call.
pub const OPEN: &str = "OPEN to anyone";
/// What the others are called.
pub const GUARDED: &str = "Guarded";

impl Node {
    /// A box with every line made visible, and broken where it is too long.
    pub fn new(
        id: impl Into<String>,
        kind: Kind,
        title: &str,
        lines: impl IntoIterator<Item = String>,
    ) -> Self {
        let width = match kind {
            Kind::Caller | Kind::Gate => NARROW,
            _ => WIDTH,
        };
        Self {
            id: id.into(),
            kind,
            title: words::line(title),
            lines: lines
                .into_iter()
                .flat_map(|line| wrap(&words::line(&line), width))
                .collect(),
        }
    }
}

impl Edge {
    pub fn new(from: &str, to: &str, stroke: Stroke) -> Self {
        Self {
            from: from.into(),
            to: to.into(),
            stroke,
        }
    }
}

impl Block {
    /// Routes of a function: their box, the way to them and the way on.
    pub fn routes(&mut self, node: Node, auth: Auth, function: &str) {
        let stroke = match auth {
            Auth::None => Stroke::Thick,
            Auth::UserPool => Stroke::Plain,
        };
        self.edges.push(Edge::new(source(auth), &node.id, stroke));
        self.edges.push(Edge::new(&node.id, function, stroke));
        self.nodes.push(node);
    }
}

/// Where the way to a route begins, or comes from the gate.
fn source(auth: Auth) -> &'static str {
    match auth {
        Auth::None => ANYONE,
        Auth::UserPool => GATE,
    }
}

/// A route as a line.
pub fn route_line(path: &RoutePath, method: Method) -> String {
    format!("{} {path}", method.as_str())
}

/// A function with what it may touch.
pub fn function_node(id: String, kind: Kind, title: &str) -> Node {
    Node::new(id, kind, title, ["may write its own log group".to_string()])
}

/// Who calls without a token.
pub fn anyone() -> Node {
    Node::new(ANYONE, Kind::Caller, "Anyone", [])
}

/// Who calls with a token, and what looks at it.
pub fn gate(service: &Service) -> (Vec<Node>, Edge) {
    let registers = if service.user_pool.self_sign_up {
        "anyone may register"
    } else {
        "by invitation only"
    };
    let nodes = vec![
        Node::new(SIGNED_IN, Kind::Caller, "Who signed in", [registers.to_string()]),
        Node::new(
            GATE,
            Kind::Gate,
            "Gate",
            [
                format!("user pool {}", service.user_pool.name),
                "refuses others with 401".to_string(),
            ],
        ),
    ];
    (nodes, Edge::new(SIGNED_IN, GATE, Stroke::Plain))
}

impl Picture {
    /// All of a service, in one of its environments or in general.
    pub fn of_service(service: &Service, environment: Option<&str>) -> Self {
        let title = match environment {
            Some(name) => format!("Who can reach what in {}, {name}", service.name),
            None => format!("Who can reach what in {}", service.name),
        };
        let mut blocks = vec![callers(service, environment)];
        blocks.extend(service.functions.keys().map(|name| function(service, name)));
        Self {
            title: words::line(&title),
            blocks,
        }
    }

    /// Every box.
    pub fn nodes(&self) -> impl Iterator<Item = &Node> {
        self.blocks.iter().flat_map(|block| &block.nodes)
    }

    /// Every line.
    pub fn edges(&self) -> impl Iterator<Item = &Edge> {
        self.blocks.iter().flat_map(|block| &block.edges)
    }
}

fn callers(service: &Service, environment: Option<&str>) -> Block {
    let mut block = Block::default();
    let any = |auth| service.routes.values().any(|route| route.auth == auth);
    if any(Auth::None) || service.api.cors.is_some() {
        block.nodes.push(anyone());
    }
    if any(Auth::UserPool) {
        let (nodes, edge) = gate(service);
        block.nodes.extend(nodes);
        block.edges.push(edge);
    }
    if service.api.cors.is_some() {
        let lines = [
            "OPTIONS of every path".to_string(),
            pages(service, environment),
            "no function answers".to_string(),
        ];
        let node = Node::new("preflights", Kind::Preflights, "Preflights", lines);
        block.edges.push(Edge::new(ANYONE, &node.id, Stroke::Plain));
        block.nodes.push(node);
    }
    block
}

/// Whose pages may call. `local` tells it only where there is nothing else.
fn pages(service: &Service, environment: Option<&str>) -> String {
    let mut origins: Vec<&str> = service
        .environments
        .iter()
        .filter(|(name, _)| match environment {
            Some(one) => *name == one,
            None => *name != LOCAL || service.environments.len() == 1,
        })
        .map(|(_, environment)| environment.allow_origin.as_str())
        .collect();
    origins.sort_unstable();
    origins.dedup();
    match origins[..] {
        ["*"] => "for pages of every origin".into(),
        [origin] => format!("for pages of {origin}"),
        _ => "for pages of each environment's origin".into(),
    }
}

fn function(service: &Service, name: &str) -> Block {
    let identifier = Identifier::new(name);
    let id = format!("function_{identifier}");
    let mut block = Block::default();
    let mut groups: BTreeMap<bool, Vec<String>> = BTreeMap::new();
    for ((path, method), route) in &service.routes {
        if route.function == name {
            groups
                .entry(route.auth == Auth::UserPool)
                .or_default()
                .push(route_line(path, *method));
        }
    }
    for (guarded, lines) in groups {
        let (prefix, kind, title, auth) = if guarded {
            ("guarded", Kind::Guarded, GUARDED, Auth::UserPool)
        } else {
            ("open", Kind::Open, OPEN, Auth::None)
        };
        let node = Node::new(format!("{prefix}_{identifier}"), kind, title, lines);
        block.routes(node, auth, &id);
    }
    block.nodes.push(function_node(id, Kind::Function, name));
    block
}
