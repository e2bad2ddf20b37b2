//! A picture as a Mermaid flowchart.
//!
//! Labels are Markdown strings, `["`…`"]`: Mermaid 10.9 to 11.17 keep their line breaks, so that a route has a line of
//! its own. In plain labels some of these versions find Markdown too, so every character that could mean something to
//! Mermaid, Markdown or HTML is written by its number, `#95;` for `_`:
//! <https://mermaid.js.org/syntax/flowchart.html#entity-codes-to-escape-characters>.

use std::fmt::Write;

use crate::graph::picture::{ANYONE, Kind, Picture, SIGNED_IN, Stroke};

/// The styles of boxes. The widths and dashes of borders distinguish them without colour. If a colour fills a box, its
/// text has a fixed colour as well, for both light and dark themes.
const CLASSES: [(&str, &str); 2] = [
    ("default", "text-align:left,white-space:nowrap"),
    (
        "public",
        "fill:#ffe2d5,color:#3d1003,stroke:#c4320a,stroke-width:4px",
    ),
];

/// The text, which ends with a line's end.
pub fn text(picture: &Picture) -> String {
    let mut text = String::from("flowchart LR\n");
    for block in &picture.blocks {
        text.push('\n');
        for node in &block.nodes {
            let (left, right) = shape(node.kind);
            let mut lines = vec![format!("**{}**", escaped(&node.title))];
            lines.extend(node.lines.iter().map(|line| escaped(line)));
            let class = class(node.kind).map_or(String::new(), |name| format!(":::{name}"));
            _ = match &lines[..] {
                [one] => writeln!(text, "  {}{left}\"`{one}`\"{right}{class}", node.id),
                _ => writeln!(
                    text,
                    "  {}{left}\"`{}\n  `\"{right}{class}",
                    node.id,
                    lines.join("\n    ")
                ),
            };
        }
        for edge in &block.edges {
            // The way past the authorizer is as long as the one through it, so that routes stand below each other.
            let arrow = match (edge.stroke, edge.from == ANYONE && edge.to != SIGNED_IN) {
                (Stroke::Thick, false) => "==>",
                (Stroke::Thick, true) => "===>",
                (Stroke::Plain, false) => "-->",
                (Stroke::Plain, true) => "--->",
            };
            _ = writeln!(text, "  {} {arrow} {}", edge.from, edge.to);
        }
    }
    text.push('\n');
    for (name, style) in CLASSES {
        // Always both: the first public route of a picture then adds nothing but its own lines.
        _ = writeln!(text, "  classDef {name} {style}");
    }
    text
}

fn shape(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Caller => ("([", "])"),
        Kind::Authorizer => ("{{", "}}"),
        Kind::Public => ("[[", "]]"),
        Kind::Function => ("(", ")"),
        Kind::Data => ("[(", ")]"),
        Kind::Events => ("[/", "/]"),
        Kind::Protected | Kind::Preflights => ("[", "]"),
    }
}

fn class(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Public => Some("public"),
        Kind::Caller
        | Kind::Authorizer
        | Kind::Protected
        | Kind::Preflights
        | Kind::Events
        | Kind::Function
        | Kind::Data => None,
    }
}

/// A text that means itself, wherever in a label it stands.
///
/// Escapes a text. The unescaped characters have no meaning in any format: letters, digits, spaces between words, `/ {
/// } , ( )`, and within words `_`, `-`, `+`. Everything else is written by its number, and so is each other character
/// than a letter at the start of a line.
fn escaped(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let is_word = |place: Option<usize>| {
        place
            .and_then(|place| characters.get(place))
            .is_some_and(|c| c.is_ascii_alphanumeric())
    };
    let mut escaped = String::new();
    for (place, c) in characters.iter().copied().enumerate() {
        let (before, after) = (place.checked_sub(1), Some(place + 1));
        let is_plain = match c {
            _ if c.is_alphabetic() || c == '…' => true,
            _ if place == 0 => c == '/',
            '0'..='9' | '/' | '{' | '}' | ',' | '(' | ')' => true,
            ' ' => after.is_some_and(|after| after < characters.len()) && characters[place - 1] != ' ',
            '_' | '-' => is_word(before) && is_word(after),
            '+' => is_word(before),
            _ => false,
        };
        if is_plain {
            escaped.push(c);
        } else {
            _ = write!(escaped, "#{};", u32::from(c));
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::graph::mermaid;

    const SPEC: &str = include_str!("../../../portcullis.toml");

    #[test]
    fn the_demo_is_drawn_function_by_function() {
        let service = crate::service(SPEC, None).unwrap();
        let text = mermaid(&service, Some("dev"));
        assert!(
            text.starts_with("flowchart LR\n\n  anyone([\"`**Anyone**`\"])\n"),
            "{text}"
        );
        assert!(
            text.contains(
                "
  public_open[[\"`**PUBLIC**
    GET /open
  `\"]]:::public
  function_open(\"`**open**
    may write its own logs
  `\")
  anyone ===> public_open
  public_open ==> function_open
"
            ),
            "{text}"
        );
        assert!(
            text.contains("authorizer --> protected_authenticated\n"),
            "{text}"
        );
    }

    #[test]
    fn characters_with_a_meaning_are_written_by_their_numbers() {
        for (text, expected) in [
            ("GET /orders/{order_id}/{rest+}", "GET /orders/{order_id}/{rest+}"),
            ("GET /_a_/b__c/d-e-", "GET /#95;a#95;/b#95;#95;c/d-e#45;"),
            ("end", "end"),
            ("1. one", "#49;#46; one"),
            ("\"`;|<b>#&\\n", "#34;#96;#59;#124;#60;b#62;#35;#38;#92;n"),
            ("  two  ", "#32;#32;two #32;"),
            ("https://a@b", "https#58;//a#64;b"),
            ("schön 日本", "schön 日本"),
        ] {
            assert_eq!(escaped(text), expected);
        }
    }

    proptest! {
        #[test]
        fn no_text_leaves_its_place_in_a_label(text in any::<String>()) {
            let escaped = escaped(&text);
            prop_assert!(
                escaped.chars().all(|c| c.is_alphanumeric() || "/{},() _-+#;…".contains(c)),
                "{escaped}"
            );
            // Every `#` begins a number, every `;` ends one, and the numbers lead back to the text.
            let mut parts = escaped.split('#');
            let mut back = parts.next().unwrap_or_default().to_string();
            for part in parts {
                let (number, rest) = part.split_once(';').expect("a number ends");
                back.push(char::from_u32(number.parse().expect("a number")).expect("a character"));
                back.push_str(rest);
            }
            prop_assert_eq!(back, text);
        }
    }
}
