//! The dependencies of an unknown value. References are followed through module inputs, outputs, `count` and `for_each`
//! down to attributes of resource instances that AWS decides at the apply.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value;

use super::address::{Address, Step, is_key, prefix, segments};
use super::configuration::{Configuration, references};
use super::joins;

/// Limits of the references that are followed: their depth, and their number for one argument. Terraform refuses
/// circles, but an edited text may contain them.
const DEPTH: usize = 64;
const STEPS: usize = 10_000;

/// A resource instance of a plan.
pub(super) struct Instance<'a> {
    pub(super) address: Address,
    /// Its attributes as far as they are known.
    pub(super) values: &'a Value,
    /// `true` for each that is not.
    pub(super) unknown: &'a Value,
    /// Its block in the configuration.
    pub(super) block: Option<&'a Value>,
}

/// The attribute of an instance that AWS decides.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Origin {
    pub(super) address: String,
    pub(super) attribute: String,
}

impl Origin {
    /// The symbol that stands for its value, the same wherever it is referred to.
    pub(super) fn symbol(&self) -> String {
        format!("${{{}.{}}}", self.address, self.attribute)
    }
}

/// The dependencies of an expression.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Found {
    /// Every unknown that it refers to, followed as far as a plan tells.
    pub(super) references: BTreeSet<String>,
    /// The one origin, if the expression refers to nothing else.
    pub(super) origin: Option<Origin>,
    /// The reason why `origin` is likely but not certain.
    pub(super) doubt: Option<String>,
}

impl Found {
    fn dead_end(reference: String) -> Self {
        Self {
            references: BTreeSet::from([reference]),
            ..Self::default()
        }
    }
}

/// The context of an expression.
struct Place<'p, 'a> {
    module: &'p [Step],
    /// The key of the instance or module call that it belongs to.
    key: Option<&'p str>,
    /// The expression that `each.value` is taken from.
    for_each: Option<&'a Value>,
    depth: usize,
}

/// The instances of a plan and how they are written.
pub(super) struct Resolver<'a> {
    pub(super) configuration: Configuration<'a>,
    pub(super) instances: BTreeMap<&'a str, Instance<'a>>,
    /// Keys of the instances of each resource and module call, by its address without a key.
    keys: HashMap<String, BTreeSet<Option<String>>>,
    /// Expressions that were followed for the present argument.
    steps: Cell<usize>,
}

impl<'a> Resolver<'a> {
    pub(super) fn new(configuration: Configuration<'a>, instances: BTreeMap<&'a str, Instance<'a>>) -> Self {
        let mut keys: HashMap<String, BTreeSet<Option<String>>> = HashMap::new();
        for instance in instances.values() {
            let address = &instance.address;
            for (depth, step) in address.module.iter().enumerate() {
                let call = format!("{}module.{}", prefix(&address.module[..depth]), step.name);
                keys.entry(call).or_default().insert(step.key.clone());
            }
            let resource = format!("{}{}", prefix(&address.module), address.resource);
            keys.entry(resource).or_default().insert(address.key.clone());
        }
        Self {
            configuration,
            instances,
            keys,
            steps: Cell::new(0),
        }
    }

    /// Returns the dependencies of an argument of an instance. `attribute` is its name, and `expression` is its part of
    /// the configuration.
    pub(super) fn of(&self, instance: &Instance<'a>, attribute: &str, expression: &'a Value) -> Found {
        self.steps.set(0);
        self.argument(instance, attribute, expression, 0)
    }

    fn argument(
        &self,
        instance: &Instance<'a>,
        attribute: &str,
        expression: &'a Value,
        depth: usize,
    ) -> Found {
        let place = Place {
            module: &instance.address.module,
            key: instance.address.key.as_deref(),
            for_each: instance.block.and_then(|block| block.get("for_each_expression")),
            depth,
        };
        self.expression(&place, attribute, expression, &[])
    }

    /// `rest` are the steps that are taken into the value of the expression.
    fn expression(&self, place: &Place<'_, 'a>, asking: &str, expression: &'a Value, rest: &[&str]) -> Found {
        let references = references(expression);
        let steps = self.steps.get() + 1;
        self.steps.set(steps);
        if place.depth > DEPTH || steps > STEPS {
            return Found::dead_end(references.join(", "));
        }
        let mut found = Found::default();
        let mut origins = Vec::new();
        let mut others = 0;
        let mut picked = None;
        for reference in references {
            let steps = segments(reference);
            match steps[..] {
                // An index or a part of a text: what it is, is known.
                ["each", "key"] | ["count", "index"] => picked = Some(reference),
                ["each", "value"] | ["count" | "path" | "terraform" | "self", ..] => others += 1,
                _ => {
                    let one = self.reference(place, asking, &steps, rest);
                    found.references.extend(one.references);
                    origins.push((one.origin, one.doubt));
                }
            }
        }
        if let ([(origin, doubt)], 0) = (&mut origins[..], others) {
            found.origin = origin.take();
            found.doubt = doubt.take();
            if let (Some(picked), Some(origin)) = (picked, &found.origin) {
                let doubt = format!("`{picked}` picks it: it is read as `{}`", origin.symbol());
                found.doubt.get_or_insert(doubt);
            }
        }
        found
    }

    fn reference(&self, place: &Place<'_, 'a>, asking: &str, steps: &[&str], rest: &[&str]) -> Found {
        let unresolved = || {
            let text = steps.iter().fold(String::new(), |text, step| match step {
                key if is_key(key) => text + key,
                name if text.is_empty() => (*name).to_owned(),
                name => format!("{text}.{name}"),
            });
            Found::dead_end(format!("{}{text}", prefix(place.module)))
        };
        match steps {
            ["var", name, more @ ..] => self.variable(place, asking, name, &[more, rest].concat()),
            ["each", "value", more @ ..] => self
                .each_value(place, asking, &[more, rest].concat())
                .unwrap_or_else(unresolved),
            ["module", name, more @ ..] => self
                .output(place, asking, name, &[more, rest].concat())
                .unwrap_or_else(unresolved),
            ["local", ..] => unresolved(),
            ["data", kind, name, more @ ..] => self
                .attribute(
                    place,
                    asking,
                    &format!("data.{kind}"),
                    name,
                    &[more, rest].concat(),
                )
                .unwrap_or_else(unresolved),
            [kind, name, more @ ..] => self
                .attribute(place, asking, kind, name, &[more, rest].concat())
                .unwrap_or_else(unresolved),
            _ => unresolved(),
        }
    }

    /// A variable of a module is an argument of its call. One of the root is known, and so is a default.
    fn variable(&self, place: &Place<'_, 'a>, asking: &str, name: &str, rest: &[&str]) -> Found {
        let Some((last, parents)) = place.module.split_last() else {
            return Found::default();
        };
        let Some(call) = self.configuration.call(place.module) else {
            return Found::default();
        };
        let Some(expression) = call["expressions"].get(name) else {
            return Found::default();
        };
        let place = Place {
            module: parents,
            key: last.key.as_deref(),
            for_each: call.get("for_each_expression"),
            depth: place.depth + 1,
        };
        self.expression(&place, asking, expression, rest)
    }

    /// Resolves `each.value` if `for_each` is a resource or a module with several instances, which has the same keys.
    fn each_value(&self, place: &Place<'_, 'a>, asking: &str, rest: &[&str]) -> Option<Found> {
        let key = place.key?;
        let references = references(place.for_each?);
        let [reference] = references[..] else { return None };
        let steps = segments(reference);
        let many = steps.len() == 2 && !matches!(steps[0], "var" | "local" | "each" | "count" | "data");
        if !many {
            return None;
        }
        let mut found = self.reference(place, asking, &[&steps[..], &[key]].concat(), rest);
        if let Some(origin) = &found.origin {
            let doubt = format!(
                "`each.value` is taken for the `{key}` of `{reference}`: it is read as `{}`",
                origin.symbol()
            );
            found.doubt.get_or_insert(doubt);
        }
        Some(found)
    }

    fn output(&self, place: &Place<'_, 'a>, asking: &str, name: &str, rest: &[&str]) -> Option<Found> {
        let call = format!("{}module.{name}", prefix(place.module));
        let (key, doubt, rest) = self.instance(place, &call, rest)?;
        let (output, rest) = rest.split_first()?;
        let mut module = place.module.to_vec();
        module.push(Step {
            name: name.to_owned(),
            key,
        });
        let expression = self.configuration.output(&module, output)?;
        let place = Place {
            module: &module,
            key: None,
            for_each: None,
            depth: place.depth + 1,
        };
        let mut found = self.expression(&place, asking, expression, rest);
        if found.origin.is_some() {
            found.doubt = found.doubt.or(doubt);
        }
        Some(found)
    }

    fn attribute(
        &self,
        place: &Place<'_, 'a>,
        asking: &str,
        kind: &str,
        name: &str,
        rest: &[&str],
    ) -> Option<Found> {
        let resource = format!("{}{kind}.{name}", prefix(place.module));
        let (key, doubt, rest) = self.instance(place, &resource, rest)?;
        let address = format!("{resource}{}", key.unwrap_or_default());
        let instance = self.instances.get(address.as_str())?;
        let attribute = rest
            .first()
            .copied()
            .unwrap_or_else(|| joins::usual(asking, kind));
        let is_unknown = instance.unknown[attribute] == Value::Bool(true);
        if !is_unknown && instance.values.get(attribute).is_some() {
            return Some(Found::default());
        }
        let argument = instance
            .block
            .and_then(|block| block["expressions"].get(attribute));
        if let Some(expression) = argument {
            // The argument's own expression counts. If its value is known, the provider decides about the attribute.
            let mut found = self.argument(instance, asking, expression, place.depth + 1);
            if !found.references.is_empty() {
                if found.origin.is_some() {
                    found.doubt = found.doubt.or(doubt);
                }
                return Some(found);
            }
        }
        let origin = Origin {
            address,
            attribute: attribute.to_owned(),
        };
        let is_whole = rest.len() <= 1 && joins::takes(asking, kind, attribute);
        Some(Found {
            references: BTreeSet::from([format!("{}.{attribute}", origin.address)]),
            doubt: doubt.filter(|_| is_whole),
            origin: is_whole.then_some(origin),
        })
    }

    /// Returns the instance of a resource or module call that is meant, a doubt about it, and the remaining steps. The
    /// instance is the only one, the one whose key is written, or else the one with the key of the place.
    fn instance<'s>(
        &self,
        place: &Place<'_, 'a>,
        of: &str,
        steps: &'s [&'s str],
    ) -> Option<(Option<String>, Option<String>, &'s [&'s str])> {
        let keys = self.keys.get(of)?;
        if let [key, rest @ ..] = steps
            && is_key(key)
        {
            let key = Some((*key).to_owned());
            return keys.contains(&key).then_some((key, None, rest));
        }
        if keys.contains(&None) {
            return Some((None, None, steps));
        }
        let key = Some(place.key?.to_owned());
        let doubt = format!("a plan does not tell which of `{of}` is meant");
        keys.contains(&key).then_some((key, Some(doubt), steps))
    }
}
