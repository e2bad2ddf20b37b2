//! Addresses of instances and references of expressions, taken apart: `module.a["x"].aws_b.c[0]`, `var.pools.readers`.

/// A module instance in a path of them: its call's name, and its key as it is written, such as `["x"]` or `[0]`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Step {
    pub(super) name: String,
    pub(super) key: Option<String>,
}

/// The address of a resource instance, as modules and name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Address {
    pub(super) module: Vec<Step>,
    /// The address in its module, without a key: `aws_b.c` or `data.aws_b.c`.
    pub(super) resource: String,
    pub(super) key: Option<String>,
}

impl Address {
    /// Of an absolute address.
    pub(super) fn of(text: &str) -> Option<Self> {
        let segments = segments(text);
        let mut rest = segments.as_slice();
        let mut module = Vec::new();
        while let ["module", name, ..] = rest {
            let key = rest.get(2).filter(|next| is_key(next));
            module.push(Step {
                name: (*name).to_owned(),
                key: key.map(|key| (*key).to_owned()),
            });
            rest = &rest[if key.is_some() { 3 } else { 2 }..];
        }
        let parts = if rest.first() == Some(&"data") { 3 } else { 2 };
        let resource = rest.get(..parts)?.join(".");
        let key = match &rest[parts..] {
            [] => None,
            [key] if is_key(key) => Some((*key).to_owned()),
            _ => return None,
        };
        Some(Self {
            module,
            resource,
            key,
        })
    }
}

/// A path of module instances as an address begins: empty, or `module.a["x"].`.
pub(super) fn prefix(module: &[Step]) -> String {
    let step = |step: &Step| format!("module.{}{}.", step.name, step.key.as_deref().unwrap_or_default());
    module.iter().map(step).collect()
}

/// Returns whether a segment is a key in brackets.
pub(super) fn is_key(segment: &str) -> bool {
    segment.starts_with('[')
}

/// An address without the keys of instances, as the configuration has it: `module.a.aws_b.c`.
pub fn without_keys(address: &str) -> String {
    let mut names = segments(address);
    names.retain(|segment| !is_key(segment));
    names.join(".")
}

/// Names and keys of a text in their order; a key has its brackets. Dots and brackets in the quotes of a key are its own.
pub(super) fn segments(text: &str) -> Vec<&str> {
    let mut segments = Vec::new();
    let (mut start, mut quoted, mut escaped) = (0, false, false);
    for (place, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            _ if quoted => (),
            b'.' | b'[' => {
                segments.push(&text[start..place]);
                start = if byte == b'.' { place + 1 } else { place };
            }
            _ => (),
        }
    }
    segments.push(&text[start..]);
    segments.retain(|segment| !segment.is_empty());
    segments
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_parsed_with_any_keys() {
        let address = Address::of(r#"module.a["x.y[0]\"]"].module.b[1].data.aws_c.d["é"]"#).unwrap();
        let step = |name: &str, key: &str| Step {
            name: name.into(),
            key: Some(key.into()),
        };
        assert_eq!(address.module, [step("a", r#"["x.y[0]\"]"]"#), step("b", "[1]")]);
        assert_eq!(
            (address.resource.as_str(), address.key.as_deref()),
            ("data.aws_c.d", Some("[\"é\"]"))
        );
        assert_eq!(prefix(&address.module), r#"module.a["x.y[0]\"]"].module.b[1]."#);
        let plain = Address::of("aws_b.c").unwrap();
        assert_eq!((plain.resource.as_str(), plain.key), ("aws_b.c", None));
    }

    #[test]
    fn other_texts_than_addresses_of_resources_are_none() {
        for text in ["", "aws_b", "module.a", "aws_b.c.d", "module.a.aws_b"] {
            assert_eq!(Address::of(text), None, "{text}");
        }
    }

    #[test]
    fn a_reference_is_its_steps() {
        assert_eq!(segments(r#"aws_a.b["k"].id"#), ["aws_a", "b", r#"["k"]"#, "id"]);
        assert_eq!(segments("var.pools.readers"), ["var", "pools", "readers"]);
    }

    #[test]
    fn keys_are_left_out_with_what_is_in_their_quotes() {
        assert_eq!(
            without_keys(r#"module.a["x.y[0]\"]"].aws_b.c[0]"#),
            "module.a.aws_b.c"
        );
        assert_eq!(without_keys("data.aws_b.c"), "data.aws_b.c");
    }
}
