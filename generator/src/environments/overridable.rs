//! The things of a service that an environment may override: functions and data.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::environments::Environment;
use crate::service::Service;

/// A thing of a service that may differ in an environment.
pub(crate) trait Overridable: Clone + PartialEq + Serialize + 'static {
    /// The key of its tables in the spec: "tables".
    const KEY: &'static str;
    /// The text before its name in the name of a variable of `modules/service`: "table_".
    const VARIABLE: &'static str;
    /// The text before its name in a description: "the table ".
    const CALLED: &'static str;

    /// All of a service, as they are in environments that override nothing.
    fn everywhere(service: &Service) -> &BTreeMap<String, Self>;

    /// Those that differ in an environment, each with all that holds of it there.
    fn differing(environment: &Environment) -> &BTreeMap<String, Self>;
}

impl Service {
    /// Returns it as it is in an environment.
    ///
    /// # Panics
    ///
    /// If nothing has this name.
    pub(crate) fn here<T: Overridable>(&self, environment: &str, name: &str) -> &T {
        let environment = self.environments.get(environment);
        let own = environment.and_then(|environment| T::differing(environment).get(name));
        own.unwrap_or_else(|| &T::everywhere(self)[name])
    }

    /// Returns all of them as they are in an environment.
    pub(crate) fn all_here<T: Overridable>(&self, environment: &Environment) -> BTreeMap<String, T> {
        let mut all = T::everywhere(self).clone();
        all.extend(T::differing(environment).clone());
        all
    }
}
