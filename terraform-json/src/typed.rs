//! JSON → types, with errors that name the attribute, the rule and what was found: "`stage_name` must be a string, not
//! null". serde_json's own errors name no place in a [`Value`].

use std::fmt::{self, Display};

use serde::de::{
    self, Deserialize, DeserializeSeed, Deserializer, Expected, IntoDeserializer, MapAccess, SeqAccess,
    Unexpected, Visitor,
};
use serde::forward_to_deserialize_any;
use serde_json::{Map, Value};

/// Reads a value as a type.
pub(super) fn read<'de, T: Deserialize<'de>>(value: &'de Value) -> Result<T, ValueError> {
    T::deserialize(At(value))
}

/// The type of a value, as a sentence names it.
fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// The reason why a value can't be read: its place and the rule that it breaks.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ValueError {
    /// From the outermost to the innermost: `.name` or `[0]`.
    path: Vec<String>,
    rule: String,
}

impl ValueError {
    fn at(mut self, step: String) -> Self {
        self.path.insert(0, step);
        self
    }
}

impl Display for ValueError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.concat();
        match path.trim_start_matches('.') {
            "" => formatter.write_str(&self.rule),
            path => write!(formatter, "`{path}` {}", self.rule),
        }
    }
}

impl std::error::Error for ValueError {}

impl de::Error for ValueError {
    fn custom<T: Display>(message: T) -> Self {
        let (path, rule) = (Vec::new(), message.to_string());
        Self { path, rule }
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let found = match found {
            Unexpected::Unit | Unexpected::Option => "null".to_owned(),
            Unexpected::Bool(_) => "true or false".to_owned(),
            Unexpected::Unsigned(_) | Unexpected::Signed(_) | Unexpected::Float(_) => "a number".to_owned(),
            // Its text may be secret.
            Unexpected::Str(_) => "a string".to_owned(),
            Unexpected::Seq => "a list".to_owned(),
            Unexpected::Map => "an object".to_owned(),
            other => other.to_string(),
        };
        Self::custom(format!("must be {expected}, not {found}"))
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::invalid_type(found, expected)
    }

    fn missing_field(field: &'static str) -> Self {
        Self::custom("is missing").at(format!(".{field}"))
    }
}

/// A value that is deserialized without a copy.
struct At<'de>(&'de Value);

impl<'de> Deserializer<'de> for At<'de> {
    type Error = ValueError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Number(number) => match (number.as_u64(), number.as_i64(), number.as_f64()) {
                (Some(number), ..) => visitor.visit_u64(number),
                (None, Some(number), _) => visitor.visit_i64(number),
                (None, None, number) => visitor.visit_f64(number.unwrap_or(f64::NAN)),
            },
            Value::String(text) => visitor.visit_borrowed_str(text),
            Value::Array(items) => visitor.visit_seq(Items(items.iter().enumerate())),
            Value::Object(map) => visitor.visit_map(Entries::of(map)),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        match self.0 {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, ValueError> {
        visitor.visit_newtype_struct(self)
    }

    /// Only names of variants: a state has no other.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ValueError> {
        match self.0 {
            Value::String(text) => visitor.visit_enum(text.as_str().into_deserializer()),
            other => Err(de::Error::custom(format!(
                "must be a string, not {}",
                type_of(other)
            ))),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct identifier ignored_any
    }
}

struct Items<'de>(std::iter::Enumerate<std::slice::Iter<'de, Value>>);

impl<'de> SeqAccess<'de> for Items<'de> {
    type Error = ValueError;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, ValueError> {
        let read = |(place, item)| {
            seed.deserialize(At(item))
                .map_err(|error| error.at(format!("[{place}]")))
        };
        self.0.next().map(read).transpose()
    }
}

struct Entries<'de> {
    rest: serde_json::map::Iter<'de>,
    value: Option<(&'de str, &'de Value)>,
}

impl<'de> Entries<'de> {
    fn of(map: &'de Map<String, Value>) -> Self {
        Self {
            rest: map.iter(),
            value: None,
        }
    }
}

impl<'de> MapAccess<'de> for Entries<'de> {
    type Error = ValueError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, ValueError> {
        let Some((key, value)) = self.rest.next() else {
            return Ok(None);
        };
        self.value = Some((key, value));
        seed.deserialize(key.as_str().into_deserializer()).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, ValueError> {
        let (key, value) = self
            .value
            .take()
            .ok_or_else(|| de::Error::custom("a value has no key"))?;
        seed.deserialize(At(value))
            .map_err(|error| error.at(format!(".{key}")))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;
    use serde_json::json;

    use super::*;

    #[derive(Debug, Deserialize, PartialEq)]
    struct Stage {
        stage_name: String,
        ttl: Option<u32>,
        variables: Option<BTreeMap<String, String>>,
        blocks: Option<Vec<Block>>,
        rest: Option<Value>,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    struct Block {
        on: bool,
    }

    #[test]
    fn a_value_is_read_as_serde_json_reads_it() {
        let value = json!({
            "stage_name": "v1", "ttl": 300, "variables": {"a": "b"}, "blocks": [{"on": true}], "unknown": [1, -1, 1.5],
            "rest": {"a": [null, -7, 0.5, "x", false]},
        });
        let read: Stage = read(&value).unwrap();
        assert_eq!(read, Stage::deserialize(&value).unwrap());
    }

    #[test]
    fn an_error_names_the_attribute_the_rule_and_what_was_found() {
        for (change, expected) in [
            (
                json!({"stage_name": null}),
                "`stage_name` must be a string, not null",
            ),
            (
                json!({"stage_name": 7}),
                "`stage_name` must be a string, not a number",
            ),
            (json!({"ttl": "300"}), "`ttl` must be u32, not a string"),
            (json!({"ttl": -1}), "`ttl` must be u32, not a number"),
            (json!({"variables": []}), "`variables` must be a map, not a list"),
            (
                json!({"variables": {"a": null}}),
                "`variables.a` must be a string, not null",
            ),
            (
                json!({"blocks": {}}),
                "`blocks` must be a sequence, not an object",
            ),
            (
                json!({"blocks": [{"on": true}, {"on": "no"}]}),
                "`blocks[1].on` must be a boolean, not a string",
            ),
            (json!({"blocks": [{}]}), "`blocks[0].on` is missing"),
        ] {
            let mut value = json!({"stage_name": "v1"});
            value
                .as_object_mut()
                .unwrap()
                .extend(change.as_object().unwrap().clone());
            assert_eq!(read::<Stage>(&value).unwrap_err().to_string(), expected);
        }
        assert_eq!(
            read::<Stage>(&json!({})).unwrap_err().to_string(),
            "`stage_name` is missing"
        );
        let nothing = read::<Stage>(&json!(null)).unwrap_err();
        assert_eq!(nothing.to_string(), "must be struct Stage, not null");
    }
}
