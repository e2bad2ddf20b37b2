//! The needs of a call: the actions that must be allowed.

use std::collections::BTreeMap;
use std::fmt;

/// An action on one resource that a call needs to be allowed.
#[derive(Debug, Clone, PartialEq)]
pub struct Need {
    /// The action, such as `dynamodb:GetItem`.
    pub action: String,
    /// ARNs of the resource. One must be allowed; there are several if AWS takes the narrowest that exists, as SES does
    /// for an address and its domain.
    pub resources: Vec<String>,
    /// The condition keys that the service sets for this action, without values if the call does not set them.
    pub keys: BTreeMap<String, Vec<String>>,
}

impl Need {
    /// An action on one resource.
    pub fn new(action: impl Into<String>, resource: impl Into<String>) -> Self {
        Self {
            action: action.into(),
            resources: vec![resource.into()],
            keys: BTreeMap::new(),
        }
    }

    /// The same with a condition key and its values.
    pub fn with(mut self, key: &str, values: impl IntoIterator<Item = String>) -> Self {
        let values = values.into_iter().collect();
        self.keys.insert(key.to_ascii_lowercase(), values);
        self
    }

    /// The resource as an answer names it.
    pub fn resource(&self) -> &str {
        self.resources.first().map_or("*", String::as_str)
    }
}

impl fmt::Display for Need {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} on {}", self.action, self.resource())
    }
}
