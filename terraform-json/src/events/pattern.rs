//! Event patterns: of EventBridge's rules, and of the filters of event source mappings.
//!
//! Sources: <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns-content-based-filtering.html>,
//! <https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html>.

use std::net::IpAddr;

use serde_json::{Map, Value};

/// A pattern that is understood.
#[derive(Debug, Clone, PartialEq)]
pub struct Pattern(Fields);

/// All of these must fit.
type Fields = Vec<Field>;

#[derive(Debug, Clone, PartialEq)]
enum Field {
    /// One of several.
    Or(Vec<Fields>),
    /// The object of this name fits.
    Object(String, Fields),
    /// The value of this name fits one.
    Value(String, Vec<Rule>),
}

/// A rule for a value.
#[derive(Debug, Clone, PartialEq)]
enum Rule {
    Equals(Value),
    EqualsIgnoreCase(String),
    Prefix(String),
    PrefixIgnoreCase(String),
    Suffix(String),
    SuffixIgnoreCase(String),
    Wildcard(String),
    Numeric(Vec<(Comparison, f64)>),
    Cidr(IpAddr, u8),
    Exists(bool),
    AnythingBut(Vec<Rule>),
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Comparison {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Pattern {
    /// Reads a pattern. An error says which part is not understood.
    pub fn parse(text: &str) -> Result<Self, String> {
        match serde_json::from_str(text) {
            Ok(Value::Object(pattern)) => Ok(Self(fields(&pattern)?)),
            Ok(_) => Err("the pattern must be an object".to_owned()),
            Err(error) => Err(format!("the pattern must be JSON: {error}")),
        }
    }

    /// Returns whether an event matches.
    pub fn matches(&self, event: &Value) -> bool {
        all_fit(&self.0, event)
    }

    /// Returns the conditions on a field: objects, values, both or none.
    pub fn conditions_on(&self, name: &str) -> impl Iterator<Item = Condition> {
        self.0.iter().filter_map(move |field| match field {
            Field::Object(own, _) if own == name => Some(Condition::Object),
            Field::Value(own, _) if own == name => Some(Condition::Value),
            _ => None,
        })
    }
}

/// The condition of a pattern on a field.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Condition {
    /// An object.
    Object,
    /// A value.
    Value,
}

fn fields(pattern: &Map<String, Value>) -> Result<Fields, String> {
    let field = |(name, value): (&String, &Value)| match value {
        Value::Array(alternatives) if name == "$or" => {
            let alternatives = alternatives.iter().map(|pattern| match pattern {
                Value::Object(pattern) => fields(pattern),
                _ => Err("`$or` must hold objects".to_owned()),
            });
            Ok(Field::Or(alternatives.collect::<Result<_, _>>()?))
        }
        Value::Object(nested) => Ok(Field::Object(name.clone(), fields(nested)?)),
        Value::Array(alternatives) if !alternatives.is_empty() => {
            let rules = alternatives.iter().map(rule).collect::<Result<_, _>>();
            Ok(Field::Value(
                name.clone(),
                rules.map_err(|why| format!("`{name}`: {why}"))?,
            ))
        }
        _ => Err(format!("`{name}` must be an object or a list with values")),
    };
    pattern.iter().map(field).collect()
}

fn rule(value: &Value) -> Result<Rule, String> {
    let Value::Object(named) = value else {
        return match value {
            Value::Array(_) => Err("a list in a list".to_owned()),
            scalar => Ok(Rule::Equals(scalar.clone())),
        };
    };
    let Some((name, value)) = named.iter().next().filter(|_| named.len() == 1) else {
        return Err("a comparison must have one name".to_owned());
    };
    let text = |value: &Value| {
        let text = value.as_str().map(str::to_owned);
        text.ok_or_else(|| format!("`{name}` must be a text"))
    };
    let ignored = |value: &Value| value["equals-ignore-case"].as_str().map(str::to_lowercase);
    Ok(match name.as_str() {
        "prefix" => match ignored(value) {
            Some(text) => Rule::PrefixIgnoreCase(text),
            None => Rule::Prefix(text(value)?),
        },
        "suffix" => match ignored(value) {
            Some(text) => Rule::SuffixIgnoreCase(text),
            None => Rule::Suffix(text(value)?),
        },
        "equals-ignore-case" => Rule::EqualsIgnoreCase(text(value)?.to_lowercase()),
        "wildcard" => Rule::Wildcard(text(value)?),
        "exists" => Rule::Exists(value.as_bool().ok_or("`exists` must be true or false")?),
        "cidr" => cidr(&text(value)?)?,
        "numeric" => numeric(value)?,
        "anything-but" => anything_but(value)?,
        name => return Err(format!("unknown comparison `{name}`")),
    })
}

fn cidr(text: &str) -> Result<Rule, String> {
    let parts = text
        .split_once('/')
        .and_then(|(address, bits)| Some((address.parse().ok()?, bits.parse().ok()?)));
    let (address, bits) = parts.ok_or_else(|| format!("`cidr` must be an address and bits, not `{text}`"))?;
    Ok(Rule::Cidr(address, bits))
}

fn numeric(value: &Value) -> Result<Rule, String> {
    let comparisons = value.as_array().map(Vec::as_slice).unwrap_or_default();
    let mut read = Vec::new();
    for pair in comparisons.chunks(2) {
        let comparison = match pair[0].as_str() {
            Some("=") => Comparison::Equal,
            Some("<") => Comparison::Less,
            Some("<=") => Comparison::LessOrEqual,
            Some(">") => Comparison::Greater,
            Some(">=") => Comparison::GreaterOrEqual,
            _ => return Err("`numeric` must hold comparisons such as `\">\", 0`".to_owned()),
        };
        let number = pair.get(1).and_then(Value::as_f64);
        read.push((comparison, number.ok_or("`numeric` must compare with numbers")?));
    }
    match read.is_empty() {
        true => Err("`numeric` must hold comparisons".to_owned()),
        false => Ok(Rule::Numeric(read)),
    }
}

fn anything_but(value: &Value) -> Result<Rule, String> {
    let alternatives = match value {
        Value::Array(values) => values.iter().map(rule).collect::<Result<_, _>>()?,
        Value::Object(named) => {
            let mut rules = Vec::new();
            for (name, values) in named {
                let one =
                    |value: &Value| rule(&Value::Object(Map::from_iter([(name.clone(), value.clone())])));
                match values {
                    Value::Array(values) => {
                        for value in values {
                            rules.push(one(value)?);
                        }
                    }
                    value => rules.push(one(value)?),
                }
            }
            rules
        }
        scalar => vec![Rule::Equals(scalar.clone())],
    };
    Ok(Rule::AnythingBut(alternatives))
}

fn all_fit(fields: &Fields, event: &Value) -> bool {
    fields.iter().all(|field| match field {
        Field::Or(alternatives) => alternatives.iter().any(|fields| all_fit(fields, event)),
        Field::Object(name, nested) => match event.get(name) {
            Some(Value::Array(items)) => items.iter().any(|item| all_fit(nested, item)),
            Some(value) => all_fit(nested, value),
            None => all_fit(nested, &Value::Null),
        },
        Field::Value(name, rules) => {
            let value = event.get(name);
            rules.iter().any(|rule| rule.fits(value))
        }
    })
}

impl Rule {
    /// Returns whether a value, or one of a list's values, matches. A missing field matches only `exists: false`.
    fn fits(&self, value: Option<&Value>) -> bool {
        match (self, value) {
            (Self::Exists(wanted), value) => {
                // Only leaves exist: <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns-content-based-filtering.html#eb-filtering-exists-matching>.
                let is_leaf = value.is_some_and(|value| !value.is_object());
                is_leaf == *wanted
            }
            (_, None) => false,
            (_, Some(Value::Array(items))) => items.iter().any(|item| self.fits_one(item)),
            (_, Some(value)) => self.fits_one(value),
        }
    }

    fn fits_one(&self, value: &Value) -> bool {
        let text = |fits: &dyn Fn(&str) -> bool| value.as_str().is_some_and(fits);
        match self {
            Self::Equals(wanted) => match (wanted.as_f64(), value.as_f64()) {
                (Some(wanted), Some(value)) => wanted == value,
                _ => wanted == value,
            },
            Self::EqualsIgnoreCase(wanted) => text(&|text| text.to_lowercase() == *wanted),
            Self::Prefix(wanted) => text(&|text| text.starts_with(wanted)),
            Self::PrefixIgnoreCase(wanted) => text(&|text| text.to_lowercase().starts_with(wanted)),
            Self::Suffix(wanted) => text(&|text| text.ends_with(wanted)),
            Self::SuffixIgnoreCase(wanted) => text(&|text| text.to_lowercase().ends_with(wanted)),
            Self::Wildcard(pattern) => text(&|text| wildcard(pattern, text)),
            Self::Numeric(comparisons) => value.as_f64().is_some_and(|value| {
                comparisons.iter().all(|(comparison, number)| match comparison {
                    Comparison::Equal => value == *number,
                    Comparison::Less => value < *number,
                    Comparison::LessOrEqual => value <= *number,
                    Comparison::Greater => value > *number,
                    Comparison::GreaterOrEqual => value >= *number,
                })
            }),
            Self::Cidr(network, bits) => text(&|text| {
                let address = text.parse();
                address.is_ok_and(|address| is_in(address, *network, *bits))
            }),
            Self::Exists(wanted) => *wanted,
            Self::AnythingBut(rules) => !rules.iter().any(|rule| rule.fits_one(value)),
        }
    }
}

/// Returns whether a text matches a pattern. `*` stands for any run of characters, and `\` makes the next character
/// literal.
fn wildcard(pattern: &str, text: &str) -> bool {
    let mut parts = vec![String::new()];
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        match character {
            '*' => parts.push(String::new()),
            '\\' => parts
                .last_mut()
                .into_iter()
                .for_each(|part| part.extend(characters.next())),
            other => parts.last_mut().into_iter().for_each(|part| part.push(other)),
        }
    }
    let [first, middle @ .., last] = &parts[..] else {
        return parts.first().is_some_and(|whole| whole == text);
    };
    let Some(mut rest) = text.strip_prefix(first.as_str()) else {
        return false;
    };
    for part in middle {
        match rest.find(part.as_str()) {
            Some(place) => rest = &rest[place + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last.as_str())
}

fn is_in(address: IpAddr, network: IpAddr, bits: u8) -> bool {
    let (address, network, length) = match (address, network) {
        (IpAddr::V4(address), IpAddr::V4(network)) => {
            (u128::from(address.to_bits()), u128::from(network.to_bits()), 32)
        }
        (IpAddr::V6(address), IpAddr::V6(network)) => (address.to_bits(), network.to_bits(), 128),
        _ => return false,
    };
    let ignored = length - u32::from(bits).min(length);
    address.checked_shr(ignored) == network.checked_shr(ignored)
}

#[cfg(test)]
mod tests;
