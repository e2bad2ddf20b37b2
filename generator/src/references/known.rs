//! What a spec's texts may refer to.

use std::collections::BTreeMap;

use crate::references::Reference;
use crate::spec::Spec;

/// Every reference that a spec knows, by its path.
pub(crate) struct Known {
    by_path: BTreeMap<String, Reference>,
    has_own_module: bool,
}

/// Their forms, for help.
const FORMS: &str = "`environment`, `region`, `account`, `partition`, `service`, `api.url`, `api.id`, `api.stage`, \
                     `user_pool.id`, `user_pool.arn`, `user_pool.clients.NAME.id`, `tables.NAME.name`, \
                     `tables.NAME.arn`, `functions.NAME.name`, `functions.NAME.arn`, \
                     `own.OUTPUT`";

impl Known {
    /// What the texts of a spec may refer to.
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
        for (name, _) in &spec.tables {
            all.push(Reference::TableName(name.value.clone()));
            all.push(Reference::TableArn(name.value.clone()));
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

    /// Whether a path names a pool or a part of it, and there is no pool.
    pub(crate) fn lacks_pool(&self, path: &str) -> bool {
        let is_of_pool = path == "user_pool" || path.starts_with("user_pool.");
        is_of_pool && !self.by_path.contains_key(&Reference::UserPoolId.path())
    }

    /// The output of the own module that a path names.
    pub(crate) fn own_output<'p>(&self, path: &'p str) -> Option<&'p str> {
        path.strip_prefix("own.").filter(|name| !name.is_empty())
    }

    /// Whether the service has an own module.
    pub(crate) fn has_own_module(&self) -> bool {
        self.has_own_module
    }

    /// The forms of all references.
    pub(crate) fn forms() -> &'static str {
        FORMS
    }
}
