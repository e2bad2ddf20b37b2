//! An argument whose value an environment may decide. If some environment overrides it, it is a variable of
//! `modules/service`, and each root passes its own value. Otherwise it is a literal in the service module.

use crate::environments::overridable::Overridable;
use crate::hcl::{Attribute, Expression, argument, reference};
use crate::identifier::Identifier;
use crate::modules::module::Variable;
use crate::references::{Template, Values};
use crate::service::Service;

/// An argument that an environment may decide.
#[derive(Debug)]
pub(crate) struct Setting<T: 'static> {
    /// The argument of the module or resource. Each kind of thing has its own, so variables of two kinds never share a name.
    pub(crate) argument: &'static str,
    /// Its type in Terraform.
    pub(crate) kind: &'static str,
    /// Describes it, before "of `orders`".
    pub(crate) noun: &'static str,
    /// Returns its value.
    pub(crate) value: Value<T>,
}

/// Returns an argument's value for a thing as it is everywhere and as it is here, and of texts with references.
pub(crate) type Value<T> = fn(&T, &T, &dyn Fn(&Template) -> String) -> Expression;

impl<T: Overridable> Setting<T> {
    /// Its variable for a thing, if an environment decides it.
    pub(crate) fn variable(&self, service: &Service, name: &str) -> Option<String> {
        let everywhere = &T::everywhere(service)[name];
        let value = |here: &T| (self.value)(everywhere, here, &Template::written);
        let mut here = service
            .environments
            .values()
            .filter_map(|environment| T::differing(environment).get(name));
        here.any(|here| value(here) != value(everywhere))
            .then(|| self.variable_of(name))
    }

    /// The name of its variable for a thing.
    pub(crate) fn variable_of(&self, name: &str) -> String {
        [T::VARIABLE, Identifier::new(name).as_str(), "_", self.argument].concat()
    }

    /// Its value in the service module.
    pub(crate) fn in_service(&self, service: &Service, name: &str) -> Expression {
        match self.variable(service, name) {
            Some(variable) => reference(format!("var.{variable}")),
            None => {
                let here = &T::everywhere(service)[name];
                (self.value)(here, here, &Template::written)
            }
        }
    }

    /// The declaration of its variable for a thing; `more` ends the description. It is null in environments that set
    /// nothing, if there are such.
    pub(crate) fn declaration(
        &self,
        variable: String,
        service: &Service,
        name: &str,
        more: &str,
    ) -> Variable {
        let everywhere = &T::everywhere(service)[name];
        let description = format!("{} of {}`{name}`.{more}", self.noun, T::CALLED);
        let declaration = Variable::new(variable, self.kind, description);
        let is_null = |environment: &String| {
            let here = service.here(environment, name);
            (self.value)(everywhere, here, &Template::written) == Expression::null()
        };
        match service.environments.keys().any(is_null) {
            true => declaration.default(Expression::null()),
            false => declaration,
        }
    }

    /// The argument of a root for its variable.
    pub(crate) fn argument(
        &self,
        variable: String,
        service: &Service,
        environment: &str,
        name: &str,
        here: &T,
    ) -> Attribute {
        let values = Values::of(service, &service.environments[environment]);
        let text = |text: &Template| text.text(&values);
        argument(variable, (self.value)(&T::everywhere(service)[name], here, &text))
    }
}

/// Every variable that an environment decides, with the name and the setting that it is of.
pub(crate) fn decided<'a, T: Overridable>(
    service: &'a Service,
    settings: &'a [&'static Setting<T>],
) -> impl Iterator<Item = (String, &'a str, &'static Setting<T>)> {
    // Without overrides there are none, and a service may have hundreds of functions.
    let overridden = move |name: &&String| {
        let mut environments = service.environments.values();
        environments.any(|environment| T::differing(environment).contains_key(*name))
    };
    let all = move |name: &'a String| {
        let variable = move |setting: &&'static Setting<T>| {
            Some((setting.variable(service, name)?, name.as_str(), *setting))
        };
        settings.iter().filter_map(variable)
    };
    T::everywhere(service).keys().filter(overridden).flat_map(all)
}

/// The variables of `modules/service` for settings.
pub(crate) fn variables<T: Overridable>(
    service: &Service,
    settings: &'static [&'static Setting<T>],
) -> Vec<Variable> {
    let decided = decided(service, settings);
    let variables = decided.map(|(variable, name, setting)| setting.declaration(variable, service, name, ""));
    variables.collect()
}

/// The arguments of an environment's root for them.
pub(crate) fn arguments<T: Overridable>(
    service: &Service,
    environment: &str,
    settings: &'static [&'static Setting<T>],
) -> Vec<Attribute> {
    arguments_of(service, environment, settings, |name| {
        service.here(environment, name)
    })
}

/// The same of things that may be others than those of the environment.
pub(crate) fn arguments_of<'s, T: Overridable>(
    service: &'s Service,
    environment: &str,
    settings: &'static [&'static Setting<T>],
    here: impl Fn(&str) -> &'s T,
) -> Vec<Attribute> {
    let decided = decided(service, settings);
    let arguments = decided
        .map(|(variable, name, setting)| setting.argument(variable, service, environment, name, here(name)));
    arguments.collect()
}
