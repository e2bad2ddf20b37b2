//! What differs between two services, as a picture of that alone.

use std::collections::{BTreeMap, BTreeSet};

use crate::graph::picture::{
    ANYONE, Block, Edge, GATE, GUARDED, Kind, Node, OPEN, Picture, SIGNED_IN, Stroke, anyone, function_node,
    gate, route_line,
};
use crate::identifier::Identifier;
use crate::service::{Auth, Method, Route, RoutePath, Segment, Service};

/// What happened to the routes of one box, as its title tells it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Change {
    New,
    Kept {
        /// Whether who may call is another.
        turned: bool,
        /// Who answered before, where another function does.
        answered_by: Option<String>,
    },
    Gone,
}

/// What the routes of one box share: the function (and whether only the base has it), whether it is guarded, the
/// change. The order is the one of the boxes.
type Group = (String, bool, bool, Change);

/// The difference; none where there is none to draw.
pub fn picture(base: &Service, head: &Service) -> Option<Picture> {
    let groups = groups(base, head);
    let sign_up = sign_up(base, head);
    if groups.is_empty() && sign_up.is_none() {
        return None;
    }
    let is_guarded = |group: &Group| group.2;
    let mut callers = Block::default();
    if groups.keys().any(|group| !is_guarded(group)) || sign_up.is_some() {
        callers.nodes.push(anyone());
    }
    if groups.keys().any(is_guarded) || sign_up.is_some() {
        let (nodes, edge) = gate(head);
        callers.nodes.extend(nodes);
        callers.edges.push(edge);
    }
    if let Some((edge, reached)) = sign_up {
        callers.edges.push(edge);
        callers.edges.push(Edge::new(GATE, &reached.id, Stroke::Plain));
        callers.nodes.push(reached);
    }
    let mut blocks = vec![callers];
    let functions: BTreeSet<(String, bool)> = groups.keys().map(|group| (group.0.clone(), group.1)).collect();
    for (name, only_base) in functions {
        blocks.push(function(base, head, &name, only_base, &groups));
    }
    Some(Picture {
        title: "What changes".into(),
        blocks,
    })
}

fn function(
    base: &Service,
    head: &Service,
    name: &str,
    only_base: bool,
    groups: &BTreeMap<Group, Vec<String>>,
) -> Block {
    // A name of the base and one of the head may be one identifier: `back-office`, now `back_office`.
    let side = if only_base { "gone_" } else { "" };
    let identifier = Identifier::new(name);
    let id = format!("{side}function_{identifier}");
    let mut block = Block::default();
    let own = groups
        .iter()
        .filter(|(group, _)| group.0 == name && group.1 == only_base);
    for (number, ((_, _, guarded, change), lines)) in own.enumerate() {
        let auth = if *guarded { Auth::UserPool } else { Auth::None };
        let (kind, title) = title(auth, change);
        let id_of_routes = format!("{side}routes_{identifier}_{number}");
        let node = Node::new(id_of_routes, kind, &title, lines.iter().cloned());
        block.routes(node, auth, &id);
    }
    let (kind, title) = if only_base {
        (Kind::Gone, format!("{name}, gone"))
    } else if base.functions.contains_key(name) {
        (Kind::Function, name.to_string())
    } else {
        let former = former(head, name).filter(|former| base.functions.contains_key(*former));
        let news = former.map_or("new".to_string(), |former| format!("was {former}"));
        (Kind::Function, format!("{name}, {news}"))
    };
    block.nodes.push(function_node(id, kind, &title));
    block
}

fn title(auth: Auth, change: &Change) -> (Kind, String) {
    let (kind, now, before, opposite) = match auth {
        Auth::None => (Kind::Open, OPEN, "was open", "was guarded"),
        Auth::UserPool => (Kind::Guarded, GUARDED, "was guarded", "was open"),
    };
    let newly = if kind == Kind::Guarded {
        Kind::NewlyGuarded
    } else {
        kind
    };
    match change {
        Change::New => (newly, format!("{now}, new")),
        Change::Gone => (Kind::Gone, format!("Gone, {before}")),
        Change::Kept { turned, answered_by } => {
            let mut title = now.to_string();
            if *turned {
                title += &format!(", {opposite}");
            }
            if let Some(function) = answered_by {
                title += &format!(", was answered by {function}");
            }
            (if *turned { newly } else { kind }, title)
        }
    }
}

/// The routes that are not what they were, as lines.
fn groups(base: &Service, head: &Service) -> BTreeMap<Group, Vec<String>> {
    let (before, after) = (by_key(base), by_key(head));
    let keys: BTreeSet<_> = before.keys().chain(after.keys()).collect();
    let mut groups: BTreeMap<Group, Vec<String>> = BTreeMap::new();
    for key in keys {
        let (path, route, change) = match (before.get(key), after.get(key)) {
            (Some((path, was)), None) => (path, was, Change::Gone),
            (None, Some((path, is))) => (path, is, Change::New),
            (Some((_, was)), Some((path, is))) => {
                let change = Change::Kept {
                    turned: was.auth != is.auth,
                    answered_by: (was.function != is.function
                        && former(head, &is.function) != Some(&was.function))
                    .then(|| was.function.clone()),
                };
                (path, is, change)
            }
            (None, None) => continue,
        };
        if let Change::Kept {
            turned: false,
            answered_by: None,
        } = change
        {
            continue;
        }
        let only_base = !head.functions.contains_key(&route.function);
        let group = (
            route.function.clone(),
            only_base,
            route.auth == Auth::UserPool,
            change,
        );
        groups.entry(group).or_default().push(route_line(path, key.1));
    }
    groups
}

/// What a function was called, where the spec says that it had another name.
fn former<'a>(head: &'a Service, function: &str) -> Option<&'a String> {
    head.functions.get(function)?.formerly.as_ref()
}

/// Routes by what a caller can tell apart: the names of parameters are left out.
fn by_key(service: &Service) -> BTreeMap<(Vec<Segment>, Method), (&RoutePath, &Route)> {
    let nameless = |segment: &Segment| match segment {
        Segment::Static(text) => Segment::Static(text.clone()),
        Segment::Parameter(_) => Segment::Parameter(String::new()),
        Segment::Greedy(_) => Segment::Greedy(String::new()),
    };
    service
        .routes
        .iter()
        .map(|((path, method), route)| {
            let segments = path.segments().iter().map(nameless).collect();
            ((segments, *method), (path, route))
        })
        .collect()
}

/// That anyone may register, or may no more, and what they reach then; none where it is as it was, or where the head
/// has nothing that a registration opens.
fn sign_up(base: &Service, head: &Service) -> Option<(Edge, Node)> {
    let guards = head.routes.values().any(|route| route.auth == Auth::UserPool);
    let (was, is) = (base.user_pool.self_sign_up, head.user_pool.self_sign_up);
    if was == is || !guards {
        return None;
    }
    let (stroke, label) = if is {
        (Stroke::Thick, "may register now")
    } else {
        (Stroke::Dotted, "may register no more")
    };
    let edge = Edge::new(ANYONE, SIGNED_IN, stroke).label(label);
    let reached = Node::new(
        "guarded_routes",
        Kind::Guarded,
        GUARDED,
        ["every guarded route".to_string()],
    );
    Some((edge, reached))
}

#[cfg(test)]
mod tests {
    use crate::graph::changed;
    use crate::service::Service;

    const SPEC: &str = include_str!("../../../portcullis.toml");

    fn service(edits: &[(&str, &str)]) -> Service {
        let mut text = SPEC.to_string();
        for (what, with) in edits {
            assert!(text.contains(what), "{what}");
            text = text.replacen(what, with, 1);
        }
        crate::service(&text, None).unwrap()
    }

    /// The picture without its styles.
    fn drawn(base: &Service, head: &Service) -> String {
        let text = changed(Some(base), head).unwrap();
        let lines = text.lines().filter(|line| !line.contains("classDef"));
        lines.collect::<Vec<_>>().join("\n").trim_end().to_string()
    }

    const ROUTE: &str = "\"GET /\"     = { function = \"authenticated\" }";

    #[test]
    fn nothing_is_drawn_where_nobody_reaches_anything_else() {
        let base = service(&[]);
        let head = service(&[("minimum_length = 6", "minimum_length = 8")]);
        assert_eq!(changed(Some(&base), &head), None);
        let named = |name: &str| service(&[("\"GET /open\"", &format!("\"GET /open/{{{name}}}\""))]);
        assert_eq!(changed(Some(&named("id")), &named("order")), None);
    }

    #[test]
    fn a_new_project_is_drawn_whole() {
        let head = service(&[]);
        assert_eq!(changed(None, &head), Some(crate::graph::mermaid(&head, None)));
    }

    #[test]
    fn a_route_that_becomes_open_is_the_whole_picture() {
        let head = service(&[(
            ROUTE,
            "\"GET /\" = { function = \"authenticated\", auth = \"none\" }",
        )]);
        assert_eq!(
            drawn(&service(&[]), &head),
            "flowchart LR

  anyone([\"`**Anyone**`\"])

  routes_authenticated_0[[\"`**OPEN to anyone, was guarded**
    GET /
  `\"]]:::open
  function_authenticated(\"`**authenticated**
    may write its own log group
  `\")
  anyone ===> routes_authenticated_0
  routes_authenticated_0 ==> function_authenticated"
        );
    }

    #[test]
    fn each_change_says_in_words_what_it_is() {
        let base = service(&[(
            ROUTE,
            "\"GET /\" = { function = \"authenticated\" }\n\"GET /a\" = { function = \"authenticated\", auth = \"none\" }\n\"GET /b\" = { function = \"authenticated\" }\n\"GET /c\" = { function = \"open\" }",
        )]);
        let head = service(&[
            (
                ROUTE,
                "\"GET /\" = { function = \"open\" }\n\"GET /a\" = { function = \"authenticated\" }\n\"GET /c\" = { function = \"fresh\", auth = \"none\" }\n\"PUT /d\" = { function = \"fresh\" }",
            ),
            ("[functions.open]", "[functions.fresh]\n[functions.open]"),
        ]);
        let text = drawn(&base, &head);
        for line in [
            "routes_authenticated_0[\"`**Guarded, was open**\n    GET /a\n",
            "routes_authenticated_1[\"`**Gone, was guarded**\n    GET /b\n",
            "routes_fresh_0[[\"`**OPEN to anyone, was guarded, was answered by open**\n    GET /c\n",
            "routes_fresh_1[\"`**Guarded, new**\n    PUT /d\n",
            "routes_open_0[\"`**Guarded, was answered by authenticated**\n    GET /\n",
            "function_fresh(\"`**fresh, new**\n",
            "gate -.-> routes_authenticated_1\n",
        ] {
            assert!(text.contains(line), "{line}\nis not in\n{text}");
        }
    }

    #[test]
    fn two_names_that_are_one_identifier_are_two_boxes() {
        let named = |name: &str| {
            service(&[
                ("[functions.open]", &format!("[functions.{name}]")),
                ("function = \"open\"", &format!("function = \"{name}\"")),
            ])
        };
        let text = drawn(&named("back-office"), &named("back_office"));
        assert!(
            text.contains("function_back_office(\"`**back_office, new**"),
            "{text}"
        );
        assert!(
            text.contains("routes_back_office_0[[\"`**OPEN to anyone, was answered by back-office**"),
            "{text}"
        );
        let removed = service(&[
            ("\"GET /open\" = { function = \"open\", auth = \"none\" }", ""),
            ("[functions.open]\ndescription = \"Answers anyone\"", ""),
        ]);
        let text = drawn(&named("open"), &removed);
        assert!(text.contains("gone_function_open[\"`**open, gone**"), "{text}");
        assert!(
            text.contains("gone_routes_open_0[\"`**Gone, was open**\n    GET /open\n"),
            "{text}"
        );
        assert!(text.contains("anyone -..-> gone_routes_open_0"), "{text}");
    }

    #[test]
    fn a_function_that_says_what_it_was_called_answers_what_it_answered() {
        let (section, route) = ("[functions.open]", "function = \"open\"");
        let renamed = (section, "[functions.public]\nformerly = \"open\"");
        let head = service(&[renamed, (route, "function = \"public\"")]);
        assert_eq!(changed(Some(&service(&[])), &head), None);
        let head = service(&[
            renamed,
            ("function = \"open\", auth = \"none\"", "function = \"public\""),
        ]);
        let text = drawn(&service(&[]), &head);
        assert!(
            text.contains("[\"`**Guarded, was open**\n    GET /open\n"),
            "{text}"
        );
        assert!(
            text.contains("function_public(\"`**public, was open**\n"),
            "{text}"
        );
    }

    #[test]
    fn self_sign_up_is_drawn_with_what_it_opens() {
        let without = service(&[("self_sign_up = true", "self_sign_up = false")]);
        let text = drawn(&without, &service(&[]));
        assert!(
            text.contains("anyone ==>|\"may register now\"| signed_in"),
            "{text}"
        );
        assert!(text.contains("every guarded route"), "{text}");
        let text = drawn(&service(&[]), &without);
        assert!(
            text.contains("anyone -.->|\"may register no more\"| signed_in"),
            "{text}"
        );
        let open = |text: &str| {
            service(&[
                (ROUTE, ""),
                ("self_sign_up = true", text),
                (
                    "[functions.authenticated]\ndescription = \"Answers those who signed in\"",
                    "",
                ),
            ])
        };
        assert_eq!(
            changed(Some(&open("self_sign_up = false")), &open("self_sign_up = true")),
            None
        );
    }
}
