//! The text of a body → its JSON, and the keys that stand twice in it.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// A body.
pub(super) struct Parsed {
    /// Of a key that stands twice, both objects' members, or the later value.
    pub(super) value: Value,
    /// The keys that stand twice, as steps from the root.
    pub(super) twice: Vec<Vec<String>>,
}

/// Reads JSON, or else YAML.
pub(super) fn parse(text: &str) -> Result<Parsed, String> {
    let node: Node = if text.trim_start().starts_with('{') {
        serde_json::from_str(text).map_err(|error| format!("it must be JSON: {error}"))?
    } else {
        let located = |error: serde_saphyr::Error| {
            // The first line names the error and its place. The others draw it.
            let message = error.to_string();
            format!("it must be YAML: {}", message.lines().next().unwrap_or_default())
        };
        // An import takes 6 MB, and one anchor often stands for the integration of every route; the library's own
        // limits are for texts of strangers.
        let options = serde_saphyr::options! {
            duplicate_keys: serde_saphyr::options::DuplicateKeyPolicy::PassThrough,
            budget: serde_saphyr::budget! {
                max_nodes: 4_000_000,
                max_events: 10_000_000,
                enforce_alias_anchor_ratio: false,
            },
        };
        serde_saphyr::from_str_with_options(text, options).map_err(located)?
    };
    let mut twice = Vec::new();
    match node.value(&mut Vec::new(), &mut twice) {
        value @ Value::Object(_) => Ok(Parsed { value, twice }),
        _ => Err("it must be an OpenAPI document".to_owned()),
    }
}

/// A value as it is written: an object keeps every entry.
enum Node {
    Leaf(Value),
    List(Vec<Node>),
    Object(Vec<(String, Node)>),
}

impl Node {
    fn value(self, path: &mut Vec<String>, twice: &mut Vec<Vec<String>>) -> Value {
        match self {
            Self::Leaf(value) => value,
            Self::List(items) => {
                let mut values = Vec::new();
                for (place, item) in items.into_iter().enumerate() {
                    path.push(place.to_string());
                    values.push(item.value(path, twice));
                    path.pop();
                }
                values.into()
            }
            Self::Object(entries) => {
                let mut places: BTreeMap<String, usize> = BTreeMap::new();
                let mut merged: Vec<(String, Self)> = Vec::new();
                for (key, node) in entries {
                    let Some(place) = places.get(&key) else {
                        places.insert(key.clone(), merged.len());
                        merged.push((key, node));
                        continue;
                    };
                    twice.push(path.iter().cloned().chain([key]).collect());
                    match (&mut merged[*place].1, node) {
                        (Self::Object(members), Self::Object(more)) => members.extend(more),
                        (former, node) => *former = node,
                    }
                }
                let mut object = Map::new();
                for (key, node) in merged {
                    path.push(key.clone());
                    object.insert(key, node.value(path, twice));
                    path.pop();
                }
                object.into()
            }
        }
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Written)
    }
}

struct Written;

impl<'de> Visitor<'de> for Written {
    type Value = Node;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value of JSON")
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Leaf(Value::Null))
    }

    fn visit_none<E>(self) -> Result<Node, E> {
        Ok(Node::Leaf(Value::Null))
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        Node::deserialize(deserializer)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Leaf(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Node, E> {
        Ok(Node::Leaf(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Node, E> {
        Ok(Node::Leaf(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Node, E> {
        let number = Number::from_f64(value).map_or(Value::Null, Value::Number);
        Ok(Node::Leaf(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Node, E> {
        Ok(Node::Leaf(text.into()))
    }

    fn visit_string<E>(self, text: String) -> Result<Node, E> {
        Ok(Node::Leaf(text.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Node, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Node::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Node, A::Error> {
        let mut object = Vec::new();
        while let Some(entry) = entries.next_entry()? {
            object.push(entry);
        }
        Ok(Node::Object(object))
    }
}
