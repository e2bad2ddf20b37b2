//! Names that only an environment knows, taken out of ARNs: what is left is the same in the spec, a plan and a state.

use std::collections::BTreeMap;

use serde_json::Value;

use super::resources::{Resources, text};
use crate::environments::Environment;
use crate::own::surface::OwnOutputs;
use crate::references::{Reference, Values};
use crate::tables::in_service::ADDRESS;
use crate::user_pool::ExistingUserPool;
use crate::uses::{Attribute, Datum, Kind};
use portcullis_terraform_json::cognito::UserPool;
use portcullis_terraform_json::dynamodb::Table;
use portcullis_terraform_json::index::Part;
use portcullis_terraform_json::plan::Root;
use portcullis_terraform_json::rest_api::Settings;

/// The parts of this environment's own ARNs, as far as they are known.
#[derive(Debug, Default)]
pub(crate) struct Names {
    partition: Option<String>,
    region: Option<String>,
    account: Option<String>,
    execution_arn: String,
    /// The service and the environment, as a plan's root names them.
    root: Option<[String; 2]>,
    /// Ids that AWS made up, and what a reference of the spec calls each.
    ids: Vec<(String, String)>,
    own: OwnOutputs,
}

impl Names {
    /// Of ARNs that AWS gave to resources here, of data sources that ask for the names, and of what a plan's root says.
    pub(crate) fn of(
        resources: &Resources<'_>,
        settings: &Settings,
        pool: Option<&UserPool>,
        admitted: &[String],
        root: Option<&Root>,
        own: OwnOutputs,
    ) -> Self {
        let named = root.and_then(|root| Some((root.service.as_ref()?, root.environment.as_ref()?)));
        let mut names = Self {
            region: root.and_then(|root| root.region.clone()),
            execution_arn: settings.execution_arn.clone(),
            root: named.map(|(service, environment)| [service.clone(), environment.clone()]),
            own,
            ..Self::default()
        };
        let given = [
            "aws_lambda_function",
            "aws_cognito_user_pool",
            "aws_cloudwatch_log_group",
            "aws_iam_role",
        ];
        let given = given.into_iter().flat_map(|kind| resources.of(kind));
        let arns = given.map(|resource| text(resource, "arn"));
        for arn in [names.execution_arn.clone().as_str()].into_iter().chain(arns) {
            let parts: Vec<&str> = arn.splitn(6, ':').collect();
            if let ["arn", partition, _, region, account, _] = parts[..] {
                keep(&mut names.partition, partition);
                keep(&mut names.region, region);
                keep(&mut names.account, account);
            }
        }
        for data in resources.all().iter().filter(|resource| resource.mode == "data") {
            match data.kind.as_str() {
                "aws_caller_identity" => keep(&mut names.account, text(data, "account_id")),
                "aws_partition" => keep(&mut names.partition, text(data, "partition")),
                "aws_region" => keep(&mut names.region, text(data, "id")),
                "aws_service" => {
                    keep(&mut names.partition, text(data, "partition"));
                    keep(&mut names.region, text(data, "region"));
                }
                _ => (),
            }
        }
        names.ids = match (pool, admitted) {
            (None, [arn]) => existing(arn),
            _ => Vec::new(),
        };
        names.ids.extend(streams(resources, &names));
        names.ids.extend(ids(resources, settings, pool));
        names
    }

    /// Returns the parts that a spec's environment knows; `values` are the values of references.
    pub(crate) fn of_environment(environment: &Environment, values: &Values) -> Self {
        let Values {
            partition,
            region,
            account,
            api_id,
            ..
        } = values;
        Self {
            partition: Some(partition.clone()),
            region: Some(region.clone()),
            account: environment.account.clone(),
            execution_arn: format!("arn:{partition}:execute-api:{region}:{account}:{api_id}"),
            root: None,
            ids: environment
                .existing_user_pool
                .as_deref()
                .map(existing)
                .unwrap_or_default(),
            own: OwnOutputs::default(),
        }
    }

    /// The value of a function's variable without what an environment decides.
    pub(crate) fn in_variable(&self, function: &str, variable: &str, value: &str) -> String {
        let own = self.own.in_variable(function, variable, value);
        own.unwrap_or_else(|| self.in_text(value))
    }

    /// Returns `true` if variables of the function contain outputs of the own module.
    pub(crate) fn has_own_outputs(&self, function: &str) -> bool {
        self.own.are_in_variables_of(function)
    }

    /// Returns the subject of a statement, without the parts that an environment decides.
    pub(crate) fn in_resource(&self, text: &str) -> String {
        let own = self.own.in_resource(text);
        own.unwrap_or_else(|| self.without(text))
    }

    /// A text without the account and the ids that AWS made up.
    pub(crate) fn in_text(&self, text: &str) -> String {
        let account = self
            .account
            .iter()
            .map(|account| (account.as_str(), "${account}"));
        let ids = self.ids.iter().map(|(id, name)| (id.as_str(), name.as_str()));
        ids.chain(account)
            .fold(text.to_owned(), |text, (id, name)| text.replace(id, name))
    }

    /// Returns the name in the spec, if the service and the environment are known; else the name in AWS.
    pub(crate) fn own<'n>(&self, name: &'n str, tags: &BTreeMap<String, String>) -> &'n str {
        self.service_and_environment(tags)
            .and_then(|[service, environment]| name.strip_prefix(&format!("{service}-{environment}-")))
            .unwrap_or(name)
    }

    /// Returns whether a resource with these tags is of an environment.
    pub(crate) fn is_of(&self, environment: &str, tags: &BTreeMap<String, String>) -> bool {
        self.service_and_environment(tags)
            .is_some_and(|[_, own]| own == environment)
    }

    /// The service and the environment that the tags in AWS name. A plan's root names them too: with an empty tag among
    /// them, tags are known only after the apply.
    fn service_and_environment<'n>(&'n self, tags: &'n BTreeMap<String, String>) -> Option<[&'n str; 2]> {
        match (tags.get("Service"), tags.get("Environment")) {
            (Some(service), Some(environment)) => Some([service, environment]),
            _ => self
                .root
                .as_ref()
                .map(|names| names.each_ref().map(String::as_str)),
        }
    }

    /// An ARN without these names; another text as it is.
    pub(crate) fn without(&self, text: &str) -> String {
        self.in_text(&self.without_parts(text))
    }

    fn without_parts(&self, text: &str) -> String {
        let of_api = text
            .strip_prefix(&self.execution_arn)
            .filter(|rest| !self.execution_arn.is_empty() && (rest.is_empty() || rest.starts_with('/')));
        if let Some(rest) = of_api {
            return format!("${{api}}{rest}");
        }
        let parts: Vec<&str> = text.splitn(6, ':').collect();
        let ["arn", partition, service, region, account, rest] = parts[..] else {
            return self.without_account(text);
        };
        let or = |own: &Option<String>, part: &str, name: &str| match own {
            Some(own) if own == part => format!("${{{name}}}"),
            _ => part.to_owned(),
        };
        format!(
            "arn:{}:{service}:{}:{}:{rest}",
            or(&self.partition, partition, "partition"),
            or(&self.region, region, "region"),
            or(&self.account, account, "account"),
        )
    }

    fn without_account(&self, text: &str) -> String {
        let is_own = self.account.as_deref() == Some(text);
        if is_own {
            "${account}".to_owned()
        } else {
            text.to_owned()
        }
    }

    /// Every text of a value without these names.
    pub(crate) fn without_all(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => self.without(text).into(),
            Value::Array(items) => items.iter().map(|item| self.without_all(item)).collect(),
            Value::Object(map) => map
                .iter()
                .map(|(key, value)| (key.clone(), self.without_all(value)))
                .collect(),
            other => other.clone(),
        }
    }
}

/// The ARN of something in this environment's own region and account, as a surface has it.
pub(crate) fn arn(service: &str, resource: &str) -> String {
    format!("arn:${{partition}}:{service}:${{region}}:${{account}}:{resource}")
}

/// The ARN of data with this name in AWS, as a surface has it.
pub(crate) fn arn_of(kind: Kind, name: &str) -> String {
    let declaration = kind.declaration();
    let [service, before] = declaration.arn;
    match declaration.is_global {
        true => format!("arn:${{partition}}:{service}:::{before}{name}"),
        false => arn(service, &format!("{before}{name}")),
    }
}

/// Returns the texts for an existing pool, if it is the only one whose users are admitted.
pub(crate) fn existing(arn: &str) -> Vec<(String, String)> {
    let of = |pool: ExistingUserPool| {
        let arn = (arn.to_owned(), "${user_pool.arn}".to_owned());
        vec![arn, (pool.id.to_owned(), "${user_pool.id}".to_owned())]
    };
    ExistingUserPool::of(arn).map(of).unwrap_or_default()
}

/// The ids that texts of a spec may refer to.
fn ids(resources: &Resources<'_>, settings: &Settings, pool: Option<&UserPool>) -> Vec<(String, String)> {
    let api = (settings.id.clone(), "${api.id}".to_owned());
    let pool_id = pool.map(|pool| pool.id.clone()).unwrap_or_default();
    let clients = resources.of("aws_cognito_user_pool_client");
    let clients = clients.filter(|client| !pool_id.is_empty() && text(client, "user_pool_id") == pool_id);
    let clients = clients.map(|client| {
        let name = format!("${{user_pool.clients.{}.id}}", text(client, "name"));
        (text(client, "id").to_owned(), name)
    });
    let clients: Vec<_> = clients.collect();
    let pool = (pool_id, "${user_pool.id}".to_owned());
    let all = [api, pool].into_iter().chain(clients);
    // A value that a plan does not know is a symbol in braces, and in no text.
    all.filter(|(id, _)| !id.is_empty() && !id.starts_with("${"))
        .collect()
}

/// The ARNs of the streams of generated tables.
fn streams(resources: &Resources<'_>, names: &Names) -> Vec<(String, String)> {
    let tables: Vec<Part<Table>> = resources.index.parts();
    let streams = tables.iter().filter_map(|table| {
        let arn = table.stream_arn.clone()?;
        // A value that a plan does not know is a symbol in braces, and in no text.
        let is_one = table.resource.address.starts_with(ADDRESS) && arn.starts_with("arn:");
        let datum = Datum::new(Kind::Tables, names.own(&table.name, &table.tags_all));
        let reference = Reference::Datum(datum, Attribute::StreamArn);
        is_one.then(|| (arn, format!("${{{}}}", reference.path())))
    });
    streams.collect()
}

fn keep(name: &mut Option<String>, found: &str) {
    if name.is_none() && !found.is_empty() {
        *name = Some(found.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_environments_own_names_are_taken_out() {
        let names = Names {
            partition: Some("aws".into()),
            region: Some("us-east-1".into()),
            account: Some("123456789012".into()),
            execution_arn: "arn:aws:execute-api:us-east-1:123456789012:abc".into(),
            root: None,
            ids: Vec::new(),
            own: OwnOutputs::default(),
        };
        for (text, expected) in [
            (
                "arn:aws:logs:us-east-1:123456789012:log-group:/a:*",
                "arn:${partition}:logs:${region}:${account}:log-group:/a:*",
            ),
            ("arn:aws:logs:*:*:*", "arn:${partition}:logs:*:*:*"),
            (
                "arn:aws:iam::999999999999:root",
                "arn:${partition}:iam::999999999999:root",
            ),
            (
                "arn:aws:execute-api:us-east-1:123456789012:abc/v1/GET/",
                "${api}/v1/GET/",
            ),
            (
                "arn:aws:execute-api:us-east-1:123456789012:abcd/v1/GET/",
                "arn:${partition}:execute-api:${region}:${account}:abcd/v1/GET/",
            ),
            ("123456789012", "${account}"),
            ("*", "*"),
        ] {
            assert_eq!(names.without(text), expected);
        }
        assert_eq!(Names::default().without("arn:aws:a:b:c:d"), "arn:aws:a:b:c:d");
        assert_eq!(Names::default().without(""), "");
    }
}
