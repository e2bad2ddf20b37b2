//! The picture of who can reach what: callers → authorizer → routes → functions, each with its
//! rights → the data that it may reach.
//!
//! ```text
//! Service ──of_service::picture──▶ Picture ──mermaid──▶ text that GitHub draws
//!                                          ──svg──────▶ a file that any browser draws
//! ```
//!
//! A picture has no coordinates and knows no format. Routes that share their function and their callers are one box with
//! a line a route, so that a hundred of them are some two dozen boxes. Public routes differ from the rest in colour, and also in border, line and words: they are found in a black and white print too.
//!
//! The same service gives the same bytes. The parts of a function stand together, in the order of the functions' names.
//! A new route therefore changes only its own line of a Mermaid text, and two branches that add routes merge.

mod line_breaks;
mod mermaid;
mod of_service;
pub(crate) mod picture;
mod svg;

use crate::service::Service;

/// Draws the picture as Mermaid: <https://mermaid.js.org/syntax/flowchart.html>. With the name of an environment, it
/// shows that environment. Without it, differences between environments are described in general.
///
/// It fits between the fences of a Markdown code block for every spec: its only backticks are those that begin and end
/// a label.
pub fn mermaid(service: &Service, environment: Option<&str>) -> String {
    mermaid::text(&of_service::picture(service, environment))
}

/// The picture as a self-contained SVG, for screens in light and dark mode and for print.
pub fn svg(service: &Service, environment: Option<&str>) -> String {
    svg::text(&of_service::picture(service, environment))
}
