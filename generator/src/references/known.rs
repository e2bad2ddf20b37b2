//! The references that a spec's texts may contain.

use std::collections::BTreeMap;

use crate::references::Reference;
use crate::spec::Spec;
use crate::uses::declared::{self, Declared};
use crate::uses::{Attribute, Datum, Kind};

/// Every reference that a spec knows, by its path.
pub(crate) struct Known {
    by_path: BTreeMap<String, Reference>,
    has_own_module: bool,
    /// The tables without a stream, by the path of the reference that would name it.
    without_stream: BTreeMap<String, Datum>,
}

/// The forms of references to anything but data, for help.
const FORMS: [&str; 14] = [
    "environment",
    "region",
    "account",
    "partition",
    "service",
    "api.url",
    "api.id",
    "api.stage",
    "user_pool.id",
    "user_pool.arn",
    "user_pool.clients.NAME.id",
    "functions.NAME.name",
    "functions.NAME.arn",
    "own.OUTPUT",
];

impl Known {
    /// Returns the references that the texts of a spec may contain.
    pub(crate) fn of(spec: &Spec) -> Self {
        let mut all = vec![
            Reference::Environment,
            Reference::Region,
            Reference::Account,
            Reference::Partition,
            Reference::Service,
            Reference::ApiUrl,
            Reference::ApiId,
            Reference::ApiStage,
        ];
        if spec.user_pool.is_some() {
            all.extend([Reference::UserPoolId, Reference::UserPoolArn]);
        }
        let clients = spec.user_pool.iter().flat_map(|pool| &pool.clients);
        all.extend(clients.map(|(name, _)| Reference::ClientId(name.value.clone())));
        let mut without_stream = BTreeMap::new();
        for Declared { datum, lacks, .. } in declared::all(spec) {
            let of = |attribute: &Attribute| Reference::Datum(datum.clone(), *attribute);
            without_stream.extend(lacks.iter().map(|one| (of(one).path(), datum.clone())));
            let attributes = datum.kind.declaration().attributes.iter();
            let attributes = attributes.filter(|attribute| !lacks.contains(attribute));
            all.extend(attributes.map(of));
        }
        for (name, _) in &spec.functions {
            all.push(Reference::FunctionName(name.value.clone()));
            all.push(Reference::FunctionArn(name.value.clone()));
        }
        let outputs = spec.own.iter().flat_map(|own| &own.outputs.value).flatten();
        all.extend(outputs.map(|name| Reference::Own(name.value.clone())));
        let by_path = all.into_iter().map(|reference| (reference.path(), reference));
        Self {
            by_path: by_path.collect(),
            has_own_module: spec.own.is_some(),
            without_stream,
        }
    }

    /// The reference of a path.
    pub(crate) fn get(&self, path: &str) -> Option<&Reference> {
        self.by_path.get(path)
    }

    /// Every path.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &str> {
        self.by_path.keys().map(String::as_str)
    }

    /// Returns whether a path names a pool or a part of it, and there is no pool.
    pub(crate) fn lacks_pool(&self, path: &str) -> bool {
        let is_of_pool = path == "user_pool" || path.starts_with("user_pool.");
        is_of_pool && !self.by_path.contains_key(&Reference::UserPoolId.path())
    }

    /// Returns the table whose stream a path names, if that has none.
    pub(crate) fn without_stream(&self, path: &str) -> Option<&Datum> {
        self.without_stream.get(path)
    }

    /// The output of the own module that a path names.
    pub(crate) fn own_output<'p>(&self, path: &'p str) -> Option<&'p str> {
        path.strip_prefix("own.").filter(|name| !name.is_empty())
    }

    /// Returns whether the service has an own module.
    pub(crate) fn has_own_module(&self) -> bool {
        self.has_own_module
    }

    /// The forms of all references, each in backticks.
    pub(crate) fn forms() -> String {
        let of_data = Kind::ALL
            .map(Kind::declaration)
            .into_iter()
            .flat_map(|declaration| {
                let attributes = declaration.attributes.iter();
                attributes.map(|attribute| format!("{}.NAME.{}", declaration.key, attribute.name()))
            });
        let forms = FORMS.into_iter().map(str::to_owned).chain(of_data);
        let forms: Vec<String> = forms.map(|form| format!("`{form}`")).collect();
        forms.join(", ")
    }
}
