//! The contents of the picture, without a format.

use portcullis_foreign_text::printable;

use crate::graph::line_breaks::wrap;

/// The most cells of a line; the paths of most services are shorter.
const WIDTH: usize = 56;
/// The same for what stands left of the routes.
const NARROW: usize = 28;

/// A picture of who can reach what.
pub struct Picture {
    /// Its title.
    pub title: String,
    /// Its parts, in order: first callers and the authorizer, then function by function.
    pub blocks: Vec<Block>,
}

/// Boxes and lines that stand together in a text.
#[derive(Default)]
pub struct Block {
    /// Boxes.
    pub nodes: Vec<Node>,
    /// Lines, to boxes of this block.
    pub edges: Vec<Edge>,
}

/// A box.
pub struct Node {
    /// Its name in a text: letters, digits and `_`. The name of a function does not depend on other functions.
    pub id: String,
    /// Its kind.
    pub kind: Kind,
    /// Its first line.
    pub title: String,
    /// The others.
    pub lines: Vec<String>,
}

/// The kind of a box.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Callers.
    Caller,
    /// The authorizer, which admits signed-in users.
    Authorizer,
    /// Public routes.
    Public,
    /// Routes for signed-in users only.
    Protected,
    /// The gateway's own answers to browsers of other origins.
    Preflights,
    /// The events that invoke a function beside its routes.
    Events,
    /// A function.
    Function,
    /// A table, a bucket, a queue or a topic that functions may reach.
    Data,
}

/// A line from box to box, from left to right.
pub struct Edge {
    /// The id of the box on the left.
    pub from: String,
    /// The id of the box on the right.
    pub to: String,
    /// Its style.
    pub stroke: Stroke,
}

/// The style of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stroke {
    /// Anyone gets there.
    Thick,
    /// Signed-in users get there.
    Plain,
}

/// The id of callers without a token.
pub const ANYONE: &str = "anyone";
/// The id of signed-in users.
pub const SIGNED_IN: &str = "signed_in";
/// The id of the authorizer.
pub const AUTHORIZER: &str = "authorizer";
/// The title of public routes.
pub const PUBLIC: &str = "PUBLIC";
/// The title of routes for signed-in users.
pub const PROTECTED: &str = "Signed-in users only";
/// The beginning of the title of routes for callers that an authorizer admits.
pub const ADMITTED: &str = "Admitted by authorizer";

impl Node {
    /// Makes a box. Hidden characters become visible in each line, and long lines are broken.
    pub fn new(
        id: impl Into<String>,
        kind: Kind,
        title: &str,
        lines: impl IntoIterator<Item = String>,
    ) -> Self {
        let width = match kind {
            Kind::Caller | Kind::Authorizer => NARROW,
            _ => WIDTH,
        };
        Self {
            id: id.into(),
            kind,
            title: printable::line(title),
            lines: lines
                .into_iter()
                .flat_map(|line| wrap(&printable::line(&line), width))
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

impl Picture {
    /// Every box.
    pub fn nodes(&self) -> impl Iterator<Item = &Node> {
        self.blocks.iter().flat_map(|block| &block.nodes)
    }

    /// Every line.
    pub fn edges(&self) -> impl Iterator<Item = &Edge> {
        self.blocks.iter().flat_map(|block| &block.edges)
    }
}
