//! Resources by type, each read once as the type that this crate has for it.

use std::collections::HashMap;
use std::ops::Deref;

use serde::{Deserialize, Deserializer, de::DeserializeOwned};

use super::{Resource, typed};

/// The attributes that this crate reads of a type of resources.
///
/// A plan leaves attributes out that are unknown until the apply, so each has a default.
pub trait Kind: DeserializeOwned + Default {
    /// The type, such as `aws_api_gateway_method`.
    const KIND: &'static str;
    /// The attributes that every applied resource has.
    const REQUIRED: &'static [&'static str] = &[];
}

/// Says of which type of resources a struct is.
macro_rules! kind_of {
    ($values:ty, $kind:literal $(, $required:literal)*) => {
        impl $crate::index::Kind for $values {
            const KIND: &'static str = $kind;
            const REQUIRED: &'static [&'static str] = &[$($required),*];
        }
    };
}
pub(crate) use kind_of as kind;

/// A resource and what is read of it. It derefs to its values.
#[derive(Debug, Clone, PartialEq)]
pub struct Part<'a, Values> {
    /// The resource.
    pub resource: &'a Resource,
    /// Its values; their defaults if they can't be read.
    pub values: Values,
    /// The reason if they can't be read.
    error: Option<String>,
}

impl<Values> Deref for Part<'_, Values> {
    type Target = Values;

    fn deref(&self) -> &Values {
        &self.values
    }
}

impl<'a, Values> Part<'a, Values> {
    /// The same resource with other values.
    pub(crate) fn map<To>(self, to: impl FnOnce(Values) -> To) -> Part<'a, To> {
        Part {
            resource: self.resource,
            values: to(self.values),
            error: self.error,
        }
    }
}

impl<'a, Values: Kind> Part<'a, Values> {
    /// Reads a resource.
    pub fn of(resource: &'a Resource) -> Self {
        // A state may hold a resource without values.
        let read = match resource.values.is_null() {
            true => Ok(Values::default()),
            false => typed::read(&resource.values),
        };
        match read {
            Ok(values) => Self {
                resource,
                values,
                error: None,
            },
            Err(error) => Self {
                resource,
                values: Values::default(),
                error: Some(error.to_string()),
            },
        }
    }

    /// Fails if it can't be read, or lacks what every applied resource of its type has. The error names the resource,
    /// the attribute and the rule.
    pub fn check(&self) -> Result<(), String> {
        let missing = || {
            let mut required = Values::REQUIRED.iter();
            let missing = required.find(|key| self.resource.values.get(key).is_none())?;
            Some(format!("`{missing}` is missing"))
        };
        match self.error.clone().or_else(missing) {
            Some(error) => Err(format!("`{}`: {error}", self.resource.address)),
            None => Ok(()),
        }
    }
}

/// Managed resources by type.
#[derive(Debug)]
pub struct Index<'a> {
    /// All resources, data sources among them.
    pub all: &'a [Resource],
    managed: HashMap<&'a str, Vec<&'a Resource>>,
}

impl<'a> Index<'a> {
    /// The index of these resources.
    pub fn of(all: &'a [Resource]) -> Self {
        let mut managed: HashMap<&str, Vec<&Resource>> = HashMap::new();
        for resource in all.iter().filter(|resource| resource.mode == "managed") {
            managed.entry(&resource.kind).or_default().push(resource);
        }
        Self { all, managed }
    }

    /// The managed resources of a type, in their order.
    pub fn managed(&self, kind: &str) -> &[&'a Resource] {
        self.managed.get(kind).map_or(&[], Vec::as_slice)
    }

    /// The same, read as a type.
    pub fn parts<Values: Kind>(&self) -> Vec<Part<'a, Values>> {
        let resources = self.managed(Values::KIND).iter();
        resources.map(|resource| Part::of(resource)).collect()
    }

    /// The same, of what was applied. Fails if one can't be read or is not whole.
    pub fn applied<Values: Kind>(&self) -> Result<Vec<Part<'a, Values>>, String> {
        let parts = self.parts();
        parts.iter().try_for_each(Part::check)?;
        Ok(parts)
    }
}

/// Returns why a resource can't be read as a type.
pub(crate) fn read_error<Values: Kind>(resource: &Resource) -> Option<String> {
    Part::<Values>::of(resource).error
}

/// Reads a text; none if it is null or empty, which the provider writes for what is not set.
pub(crate) fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let text: Option<String> = Option::deserialize(deserializer)?;
    Ok(text.filter(|text| !text.is_empty()))
}

/// Reads a list or a map; an empty one if it is null.
pub(crate) fn or_empty<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(
    deserializer: D,
) -> Result<T, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// Reads a list of texts, sorted; an empty one if it is null.
pub(crate) fn sorted<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let mut texts: Vec<String> = or_empty(deserializer)?;
    texts.sort();
    Ok(texts)
}

/// Reads a block that stands at most once, which the provider writes as a list; its defaults if there is none.
pub(crate) fn block<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(
    deserializer: D,
) -> Result<T, D::Error> {
    let blocks: Vec<Option<T>> = or_empty(deserializer)?;
    Ok(blocks.into_iter().next().flatten().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::lambda::Permission;
    use crate::rest_api::Authorizer;

    fn resource(kind: &str, mode: &str, values: Value) -> Resource {
        Resource {
            address: "a.b".into(),
            mode: mode.into(),
            kind: kind.into(),
            values,
            obstacle: None,
        }
    }

    #[test]
    fn only_managed_resources_of_a_type_are_found() {
        let all = [
            resource(Authorizer::KIND, "managed", json!({"id": "one"})),
            resource(Authorizer::KIND, "data", json!({"id": "two"})),
            resource(Permission::KIND, "managed", json!({})),
        ];
        let parts = Index::of(&all).parts::<Authorizer>();
        let ids: Vec<&str> = parts.iter().map(|part| part.id.as_str()).collect();
        assert_eq!(ids, ["one"]);
    }

    #[test]
    fn a_plan_may_leave_out_what_a_state_has() {
        let all = [resource(Authorizer::KIND, "managed", json!({"id": "one"}))];
        let index = Index::of(&all);
        assert_eq!(index.parts::<Authorizer>()[0].kind(), "TOKEN");
        assert_eq!(
            index.applied::<Authorizer>().unwrap_err(),
            "`a.b`: `type` is missing"
        );
    }

    #[test]
    fn an_attribute_of_another_type_leaves_the_defaults() {
        let values = json!({"id": "one", "type": "TOKEN", "provider_arns": 7});
        let all = [
            resource(Authorizer::KIND, "managed", values),
            resource(Authorizer::KIND, "managed", Value::Null),
        ];
        let index = Index::of(&all);
        let parts = index.parts::<Authorizer>();
        assert!(parts.iter().all(|part| part.values == Authorizer::default()));
        assert_eq!(
            index.applied::<Authorizer>().unwrap_err(),
            "`a.b`: `provider_arns` must be a sequence, not a number"
        );
    }
}
