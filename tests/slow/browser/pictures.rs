//! Tests of the pictures as Mermaid and a browser draw them: every text is in its box as written, and no text runs as
//! code.
//!
//! Mermaid is the pinned one that `scripts/test.sh` installs; `PORTCULLIS_MERMAID` names its `mermaid.min.js`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::{env, fs};

use portcullis_generator::graph;
use portcullis_generator::service::{Auth, Method, Route, RoutePath, Service, UserPool};
use serde::Deserialize;
use serde_json::json;

use super::chromium::{self, Page};
use super::{NO_CHROMIUM, missing};

const NO_MERMAID: &str = "`PORTCULLIS_MERMAID` names no `mermaid.min.js`; `scripts/test.sh` installs one";

/// Each means something to Mermaid, Markdown, HTML, SVG or a reader of any of them.
const HOSTILE: [&str; 18] = [
    "end",
    "a\"b'c",
    "`x`",
    "<b>y</b>",
    "<img src=x onerror=ran=1>",
    "</text><script>ran=1</script>",
    "#35; #quot;",
    "a|b;cd",
    "ünïcode 日本",
    "%%{init: {}}%%",
    "1. x",
    "- y",
    "$$x$$ fa:fa-car",
    "~~~ **z** __z__",
    "[l](javascript:ran=1)",
    "&lt;&amp;",
    "\\n<br>",
    "\u{202e}rtl\u{0}",
];

#[test]
fn mermaid_and_the_svg_show_the_same_and_every_text_as_it_is_meant() {
    let Some(chromium) = chromium::find() else {
        return missing(NO_CHROMIUM);
    };
    let Some(mermaid) = env::var_os("PORTCULLIS_MERMAID") else {
        return missing(NO_MERMAID);
    };
    let mermaid =
        fs::read_to_string(&mermaid).unwrap_or_else(|error| panic!("{}: {error}", mermaid.display()));
    let mut page = Page::start(&chromium);
    page.evaluate(&format!("{mermaid}; 0"));

    let mut services = golden();
    services.insert("hostile".into(), hostile(&services["five_routes"]));
    for (name, service) in &services {
        let mut meant = check_svg(&mut page, name, &graph::svg(service, None));
        meant.sort();
        let mut shown = labels(&mut page, &graph::mermaid(service, None));
        shown.sort();
        assert_eq!(shown, meant, "{name}");
    }
    let hostile = &services["hostile"];
    let shown = labels(&mut page, &graph::mermaid(hostile, None));
    for name in hostile.functions.keys() {
        // An invisible character is shown by its number.
        let name = name.replace('\u{202e}', "\\u202E").replace('\u{0}', "\\u0000");
        assert!(
            shown.iter().any(|label| label.starts_with(&format!("{name}\n"))),
            "{name} is not in {shown:?}"
        );
    }
    assert_eq!(page.evaluate("typeof ran"), "undefined");
}

/// The services of the golden pictures.
fn golden() -> BTreeMap<String, Service> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/pictures");
    fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            let spec = fs::read_to_string(entry.path().join("portcullis.toml")).unwrap();
            let service = portcullis_generator::service(&spec, None).unwrap();
            (entry.file_name().into_string().unwrap(), service)
        })
        .collect()
}

/// A service of names that no spec may have.
fn hostile(service: &Service) -> Service {
    let mut service = service.clone();
    if let Some(UserPool::Own(pool)) = &mut service.user_pool {
        pool.name = HOSTILE.concat();
    }
    let function = service.functions["orders"].clone();
    for (number, name) in HOSTILE.into_iter().enumerate() {
        service.functions.insert(name.into(), function.clone());
        let path = RoutePath::parse(&format!("/f{number}")).unwrap();
        let auth = if number % 2 == 0 {
            Auth::UserPool
        } else {
            Auth::None
        };
        let route = Route {
            function: name.into(),
            auth,
            scopes: BTreeSet::new(),
            api_key: false,
            throttle: None,
        };
        service.routes.insert(path, Method::Get, route);
    }
    service
}

/// The labels of the boxes that Mermaid draws.
fn labels(page: &mut Page, text: &str) -> Vec<String> {
    let labels = page.evaluate(&format!(
        "(async () => {{
            mermaid.initialize({{ startOnLoad: false, securityLevel: 'strict' }});
            document.body.innerHTML = (await mermaid.render('picture', {})).svg;
            return [...document.querySelectorAll('.nodeLabel')].map(label => label.innerText);
        }})()",
        json!(text)
    ));
    serde_json::from_value(labels).unwrap()
}

#[derive(Deserialize)]
struct Drawn {
    page: Rectangle,
    boxes: Vec<DrawnBox>,
    /// Texts that are in no box.
    others: Vec<Rectangle>,
}

#[derive(Deserialize)]
struct DrawnBox {
    rectangle: Rectangle,
    lines: Vec<(String, Rectangle)>,
}

/// In pixels.
#[derive(Debug, Deserialize)]
struct Rectangle {
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
}

impl Rectangle {
    /// Returns whether another box is inside this one. A pixel is for rounding.
    fn holds(&self, other: &Self) -> bool {
        self.left <= other.left + 1.0
            && self.top <= other.top + 1.0
            && self.right >= other.right - 1.0
            && self.bottom >= other.bottom - 1.0
    }

    fn touches(&self, other: &Self) -> bool {
        self.left < other.right
            && other.left < self.right
            && self.top < other.bottom
            && other.top < self.bottom
    }
}

/// Returns the texts of the boxes of an SVG, after checking that each is inside its box.
fn check_svg(page: &mut Page, name: &str, svg: &str) -> Vec<String> {
    let drawn = page.evaluate(&format!(
        "(() => {{
            const parsed = new DOMParser().parseFromString({}, 'image/svg+xml');
            const error = parsed.querySelector('parsererror');
            if (error) throw error.textContent;
            document.body.replaceChildren(document.importNode(parsed.documentElement, true));
            const all = (parent, selector) => [...parent.querySelectorAll(selector)];
            const rectangle = element => {{
                const {{ left, right, top, bottom }} = element.getBoundingClientRect();
                return {{ left, right, top, bottom }};
            }};
            return {{
                page: rectangle(document.querySelector('svg')),
                boxes: all(document, 'svg > g').map(group => ({{
                    rectangle: rectangle(group.querySelector('.box')),
                    lines: all(group, 'text').map(text => [text.textContent, rectangle(text)]),
                }})),
                others: all(document, 'svg > text').map(rectangle),
            }};
        }})()",
        json!(svg)
    ));
    let drawn: Drawn = serde_json::from_value(drawn).unwrap();
    assert!(drawn.others.iter().all(|text| drawn.page.holds(text)), "{name}");
    for (number, one) in drawn.boxes.iter().enumerate() {
        assert!(drawn.page.holds(&one.rectangle), "{name}: {:?}", one.lines);
        for (text, rectangle) in &one.lines {
            assert!(one.rectangle.holds(rectangle), "{name}: `{text}` leaves its box");
        }
        for other in &drawn.boxes[number + 1..] {
            assert!(
                !one.rectangle.touches(&other.rectangle),
                "{name}: {:?} covers {:?}",
                one.lines,
                other.lines
            );
        }
    }
    let joined = |one: DrawnBox| {
        one.lines
            .into_iter()
            .map(|(text, _)| text)
            .collect::<Vec<_>>()
            .join("\n")
    };
    drawn.boxes.into_iter().map(joined).collect()
}
