//! A picture as an SVG: dagre places boxes and lines, a template draws them.
//!
//! The template's formatter escapes everything that it prints.

use std::collections::BTreeMap;
use std::fmt::Write;

use dagre::graph::{Graph, GraphOptions};
use dagre::{EdgeLabel, LayoutOptions, NodeLabel, Point, RankAlign, RankDir};
use minijinja::Environment;
use minijinja::value::{Serde, Value};
use serde::Serialize;

use crate::graph::line_breaks::cells;
use crate::graph::picture::{ANYONE, Edge, Kind, Node, Picture, Stroke};

const TEMPLATE: &str = include_str!("picture.svg.jinja");

/// Pixels of a cell: no fixed-width font of the template's list is wider at its size of 13.
const CELL: f64 = 7.9;
/// Pixels of a cell of a title, which is bold.
const TITLE_CELL: f64 = 8.6;
/// Pixels from line to line.
const LINE: f64 = 17.0;
/// Pixels between a box's border and its text, left and right.
const PADDING: f64 = 14.0;
/// The same above and below.
const PADDING_ABOVE: f64 = 5.0;
/// Pixels around everything.
const MARGIN: f64 = 24.0;
/// Pixels above the boxes, for the names of the columns.
const HEAD: f64 = 40.0;

/// Pixels of an arrow's head in front of a box.
const ARROW: f64 = 8.0;
/// The same of a thick line.
const THICK_ARROW: f64 = 11.0;

/// The names of the columns, from left to right.
const COLUMNS: [&str; 5] = [
    "Callers",
    "Authorizer",
    "Routes",
    "Functions and their rights",
    "Data",
];

fn column(kind: Kind) -> usize {
    match kind {
        Kind::Caller => 0,
        Kind::Authorizer => 1,
        Kind::Public | Kind::Protected | Kind::Preflights | Kind::Events => 2,
        Kind::Function => 3,
        Kind::Data => 4,
    }
}

#[derive(Serialize)]
struct Page<'a> {
    title: &'a str,
    width: i64,
    height: i64,
    columns: Vec<Column>,
    paths: Vec<Path>,
    boxes: Vec<Box<'a>>,
}

#[derive(Serialize)]
struct Column {
    x: i64,
    y: i64,
    name: &'static str,
}

#[derive(Serialize)]
struct Path {
    class: &'static str,
    d: String,
}

#[derive(Serialize)]
struct Box<'a> {
    class: &'static str,
    x: i64,
    y: i64,
    width: i64,
    height: i64,
    text: Vec<Line<'a>>,
}

#[derive(Serialize)]
struct Line<'a> {
    x: i64,
    y: i64,
    text: &'a str,
}

/// The text.
pub fn text(picture: &Picture) -> String {
    let placed = place(picture);
    let page = page(picture, &placed);
    let mut environment = Environment::new();
    environment.set_formatter(|output, _, value| {
        let text = value.to_string();
        for c in text.chars() {
            match c {
                '&' => output.write_str("&amp;")?,
                '<' => output.write_str("&lt;")?,
                '>' => output.write_str("&gt;")?,
                '"' => output.write_str("&quot;")?,
                '\'' => output.write_str("&apos;")?,
                _ => output.write_char(c)?,
            }
        }
        Ok(())
    });
    environment
        .render_str(TEMPLATE, Value::from(Serde(page)))
        .map(|text| format!("{}\n", text.trim_end()))
        .expect("the template is a constant that the tests render")
}

fn place(picture: &Picture) -> Graph<NodeLabel, EdgeLabel> {
    let mut widths = COLUMNS.map(|name| cells(name) as f64 * TITLE_CELL);
    for node in picture.nodes() {
        let width = &mut widths[column(node.kind)];
        *width = width.max(width_of(node));
    }
    let mut graph = Graph::with_options(GraphOptions::default());
    for node in picture.nodes() {
        let label = NodeLabel {
            width: widths[column(node.kind)],
            height: height_of(node),
            ..NodeLabel::default()
        };
        graph.set_node(&*node.id, Some(label));
    }
    for edge in picture.edges() {
        let label = EdgeLabel {
            // Past the authorizer, whose column is between.
            minlen: if is_past_the_authorizer(edge) { 2 } else { 1 },
            ..EdgeLabel::default()
        };
        graph.set_edge(&*edge.from, &*edge.to, Some(label), None);
    }
    // A box that no line leads to stays in its column, because a line that is not drawn leads to it.
    let first = picture.nodes().find(|node| column(node.kind) == 0);
    for node in picture.nodes() {
        if let Some(first) = first
            && column(node.kind) > 0
            && picture.edges().all(|edge| edge.to != node.id)
        {
            let label = EdgeLabel {
                minlen: column(node.kind) as i32,
                ..EdgeLabel::default()
            };
            graph.set_edge(&*first.id, &*node.id, Some(label), None);
        }
    }
    let options = LayoutOptions {
        rankdir: RankDir::LR,
        rank_align: RankAlign::Top,
        nodesep: 12.0,
        edgesep: 8.0,
        ranksep: 60.0,
        ..LayoutOptions::default()
    };
    dagre::layout(&mut graph, Some(options));
    graph
}

fn width_of(node: &Node) -> f64 {
    let lines = node.lines.iter().map(|line| cells(line) as f64 * CELL);
    lines.fold(cells(&node.title) as f64 * TITLE_CELL, f64::max) + 2.0 * PADDING
}

fn height_of(node: &Node) -> f64 {
    (node.lines.len() + 1) as f64 * LINE + 2.0 * PADDING_ABOVE
}

fn page<'a>(picture: &'a Picture, placed: &Graph<NodeLabel, EdgeLabel>) -> Page<'a> {
    let mut columns = BTreeMap::new();
    let mut boxes = Vec::new();
    let (mut width, mut height) = (0.0_f64, 0.0_f64);
    for node in picture.nodes() {
        let Some(label) = placed.node(&node.id) else {
            continue;
        };
        let (left, top) = corner(label);
        width = width.max(left + label.width);
        height = height.max(top + label.height);
        columns.insert(column(node.kind), left);
        let lines = std::iter::once(&node.title).chain(&node.lines);
        boxes.push(Box {
            class: class(node.kind),
            x: pixel(left),
            y: pixel(top),
            width: pixel(label.width),
            height: pixel(label.height),
            text: lines
                .enumerate()
                .map(|(number, text)| Line {
                    x: pixel(left + PADDING),
                    // The base line of the text is a few pixels above the end of its line.
                    y: pixel(top + PADDING_ABOVE + (number + 1) as f64 * LINE - 4.0),
                    text,
                })
                .collect(),
        });
    }
    let columns = columns.into_iter().map(|(number, left)| Column {
        x: pixel(left),
        y: pixel(MARGIN + 10.0),
        name: COLUMNS[number],
    });
    Page {
        title: &picture.title,
        width: pixel(width + MARGIN),
        height: pixel(height + MARGIN),
        columns: columns.collect(),
        paths: paths(picture, placed),
        boxes,
    }
}

/// The left upper corner of a box on the page.
fn corner(label: &NodeLabel) -> (f64, f64) {
    let (x, y) = (label.x.unwrap_or_default(), label.y.unwrap_or_default());
    (
        x - label.width / 2.0 + MARGIN,
        y - label.height / 2.0 + MARGIN + HEAD,
    )
}

/// The thick ones last, so that nothing covers them.
fn paths(picture: &Picture, placed: &Graph<NodeLabel, EdgeLabel>) -> Vec<Path> {
    let mut edges: Vec<&Edge> = picture.edges().collect();
    edges.sort_by_key(|edge| edge.stroke == Stroke::Thick);
    edges.into_iter().filter_map(|edge| path(edge, placed)).collect()
}

fn is_past_the_authorizer(edge: &Edge) -> bool {
    edge.from == ANYONE
}

/// From the middle of a box's right side to the middle of the other's left one; past the authorizer by the places that the
/// layout kept free there.
fn path(edge: &Edge, placed: &Graph<NodeLabel, EdgeLabel>) -> Option<Path> {
    let (from, to) = (placed.node(&edge.from)?, placed.node(&edge.to)?);
    let ((left, top), (end, end_top)) = (corner(from), corner(to));
    let mut points = vec![(left + from.width, top + from.height / 2.0)];
    // The first and the last place are the intersections of the line with the borders of the boxes.
    if let ([_, between @ .., _], true) = (
        &placed.edge(&edge.from, &edge.to, None)?.points[..],
        is_past_the_authorizer(edge),
    ) {
        points.extend(
            between
                .iter()
                .map(|Point { x, y }| (x + MARGIN, y + MARGIN + HEAD)),
        );
    }
    let arrow = if edge.stroke == Stroke::Thick {
        THICK_ARROW
    } else {
        ARROW
    };
    points.push((end - arrow, end_top + to.height / 2.0));
    let mut d = format!("M{} {}", pixel(points[0].0), pixel(points[0].1));
    for pair in points.windows(2) {
        let middle = pixel((pair[0].0 + pair[1].0) / 2.0);
        let (start, x, y) = (pixel(pair[0].1), pixel(pair[1].0), pixel(pair[1].1));
        d += &format!(" C{middle} {start} {middle} {y} {x} {y}");
    }
    let class = match edge.stroke {
        Stroke::Thick => "thick",
        Stroke::Plain => "plain",
    };
    Some(Path { class, d })
}

fn class(kind: Kind) -> &'static str {
    match kind {
        Kind::Caller => "caller",
        Kind::Authorizer => "authorizer",
        Kind::Public => "public",
        Kind::Protected => "protected",
        Kind::Preflights => "preflights",
        Kind::Events => "events",
        Kind::Function => "function",
        Kind::Data => "data",
    }
}

/// Whole pixels: as sharp, and shorter.
fn pixel(length: f64) -> i64 {
    length.round() as i64
}

#[cfg(test)]
mod tests {
    use crate::graph::picture::{Block, Kind, Node, Picture};
    use crate::graph::svg;

    const SPEC: &str = include_str!("../../../portcullis.toml");

    #[test]
    fn the_demo_has_a_box_for_each_of_its_parts() {
        let service = crate::service(SPEC, None).unwrap();
        let text = svg(&service, None);
        assert_eq!(text, svg(&service, None));
        for class in [
            "caller",
            "authorizer",
            "public",
            "protected",
            "preflights",
            "function",
        ] {
            assert!(text.contains(&format!("<g class=\"{class}\">")), "{class}");
        }
        assert!(text.contains(">GET /open</text>"), "{text}");
        assert!(
            text.contains("<title>Who can reach what in hello</title>"),
            "{text}"
        );
    }

    #[test]
    fn no_text_leaves_its_element() {
        let hostile = "</text><script>\"a\" & 'b'\u{0}\u{ffff}]]>";
        let picture = Picture {
            title: hostile.into(),
            blocks: vec![Block {
                nodes: vec![Node::new("a", Kind::Public, hostile, [hostile.to_string()])],
                edges: Vec::new(),
            }],
        };
        let text = super::text(&picture);
        let escaped =
            "&lt;/text&gt;&lt;script&gt;&quot;a&quot; &amp; &apos;b&apos;\\u0000\\uFFFF]]&gt;</text>";
        assert_eq!(text.matches(escaped).count(), 2, "{text}");
        assert!(!text.contains("<script"), "{text}");
    }
}
