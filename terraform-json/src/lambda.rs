//! Lambda functions, the names for them, and their permissions.
//!
//! A function's resource policy is its `aws_lambda_permission`s. API Gateway calls with the principal
//! `apigateway.amazonaws.com` and the ARN of the called method as source:
//! `arn:aws:execute-api:<region>:<account>:<api>/<stage>/<METHOD>/<resource path>`. Without a permission that fits,
//! the caller gets a 500.
//! Source: <https://docs.aws.amazon.com/lambda/latest/dg/services-apigateway.html#apigateway-permissions>.

use std::collections::{BTreeMap, HashMap};

use serde::Deserialize;

use crate::aws::arn_like;
use crate::index::{Index, Part, block, given, kind, or_empty};

mod event_sources;

pub use event_sources::{
    DeadLetters, Destination, Destinations, EventInvokeConfig, EventSourceMapping, Filter, FilterCriteria,
    Scaling,
};

/// A function as ARNs and permissions name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionReference {
    /// The name alone.
    pub name: String,
    /// Version or alias, if the reference names one.
    pub qualifier: Option<String>,
}

impl FunctionReference {
    /// Reads a name, a partial ARN or an ARN, each with or without a qualifier behind it.
    pub fn parse(text: &str) -> Self {
        let behind = text.split_once(":function:").map(|(_, tail)| tail);
        let tail = behind.or_else(|| text.strip_prefix("function:")).unwrap_or(text);
        match tail.split_once(':') {
            Some((name, qualifier)) => Self {
                name: name.to_owned(),
                qualifier: Some(qualifier.to_owned()),
            },
            None => Self {
                name: tail.to_owned(),
                qualifier: None,
            },
        }
    }
}

/// The ARN of the function in the `uri` of an integration or an authorizer, perhaps with a version or an alias behind it:
/// `arn:aws:apigateway:<region>:lambda:path/2015-03-31/functions/<ARN>/invocations`.
/// Source: <https://docs.aws.amazon.com/apigateway/latest/api/API_PutIntegration.html#apigw-PutIntegration-request-uri>.
pub fn arn_in_uri(uri: &str) -> Option<&str> {
    uri.split_once("/functions/")?.1.strip_suffix("/invocations")
}

/// An `aws_lambda_function`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Function {
    /// Its id, which is its name.
    pub id: String,
    /// Its name.
    pub function_name: String,
    /// Its ARN without a qualifier.
    pub arn: String,
    /// The ARN that an integration's `uri` holds.
    pub invoke_arn: String,
    /// The same with its newest version.
    #[serde(deserialize_with = "given")]
    pub qualified_invoke_arn: Option<String>,
    /// Version behind `$LATEST` or a number.
    #[serde(deserialize_with = "given")]
    pub version: Option<String>,
    /// The entry point of the code.
    #[serde(deserialize_with = "given")]
    pub handler: Option<String>,
    /// Lambda's runtime.
    #[serde(deserialize_with = "given")]
    pub runtime: Option<String>,
    /// `Zip` or `Image`.
    #[serde(deserialize_with = "given")]
    pub package_type: Option<String>,
    /// Memory in MB.
    pub memory_size: Option<u64>,
    /// Seconds for one invocation.
    pub timeout: Option<u64>,
    /// Its environment.
    #[serde(deserialize_with = "block")]
    pub environment: Environment,
    /// Reserved concurrency; -1 if it is not set.
    pub reserved_concurrent_executions: Option<i64>,
    /// Its log.
    #[serde(deserialize_with = "block")]
    pub logging_config: Logging,
    /// Its subnets and security groups in a VPC.
    #[serde(deserialize_with = "block")]
    pub vpc_config: VpcConfig,
    /// Its layers.
    #[serde(deserialize_with = "or_empty")]
    pub layers: Vec<String>,
    /// The processors that it runs on; there is one at most.
    #[serde(deserialize_with = "or_empty")]
    pub architectures: Vec<String>,
    /// The file of its code.
    #[serde(deserialize_with = "given")]
    pub filename: Option<String>,
    /// The image of its code.
    #[serde(deserialize_with = "given")]
    pub image_uri: Option<String>,
    /// The bucket of its code.
    #[serde(deserialize_with = "given")]
    pub s3_bucket: Option<String>,
    /// The key of its code in the bucket.
    #[serde(deserialize_with = "given")]
    pub s3_key: Option<String>,
    /// The version of its code in the bucket.
    #[serde(deserialize_with = "given")]
    pub s3_object_version: Option<String>,
    /// The ARN of its role.
    #[serde(deserialize_with = "given")]
    pub role: Option<String>,
    /// The destination of events that the function failed to handle.
    #[serde(deserialize_with = "block")]
    pub dead_letter_config: DeadLetters,
    /// Its tags, those of the provider among them.
    #[serde(deserialize_with = "or_empty")]
    pub tags_all: BTreeMap<String, String>,
}

kind!(Function, "aws_lambda_function", "function_name", "arn");

/// An `aws_lambda_layer_version`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct LayerVersion {
    /// Its ARN with the version, by which functions name it.
    pub arn: String,
    /// The file of its content.
    #[serde(deserialize_with = "given")]
    pub filename: Option<String>,
}

kind!(LayerVersion, "aws_lambda_layer_version", "arn");

/// The subnets and security groups of a function in a VPC.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct VpcConfig {
    /// Ids of subnets.
    #[serde(deserialize_with = "or_empty")]
    pub subnet_ids: Vec<String>,
    /// Ids of security groups.
    #[serde(deserialize_with = "or_empty")]
    pub security_group_ids: Vec<String>,
}

/// The environment of a function.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Environment {
    /// Its variables.
    #[serde(deserialize_with = "or_empty")]
    pub variables: BTreeMap<String, String>,
}

/// The log of a function.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Logging {
    /// The log group.
    #[serde(deserialize_with = "given")]
    pub log_group: Option<String>,
}

/// The functions of a state or a plan, by what names them.
#[derive(Debug)]
pub struct Functions<'a> {
    /// The functions, in the order of the resources.
    pub all: Vec<Part<'a, Function>>,
    by_name: HashMap<String, Vec<usize>>,
    by_arn: HashMap<String, usize>,
    /// Aliases by the ARN that an integration's `uri` holds, or a plan's symbol for it.
    aliases: HashMap<String, FunctionReference>,
}

/// A function that an integration or an authorizer calls.
#[derive(Debug, Clone, PartialEq)]
pub struct Called {
    /// The place of the function among [`Functions::all`], if it is here.
    pub function: Option<usize>,
    /// The function by name; none if a plan has a symbol for it.
    pub reference: Option<FunctionReference>,
}

impl<'a> Functions<'a> {
    /// The functions in an index.
    pub fn of(index: &Index<'a>) -> Self {
        let all: Vec<Part<Function>> = index.parts();
        let mut functions = Self {
            by_name: HashMap::new(),
            by_arn: HashMap::new(),
            aliases: HashMap::new(),
            all,
        };
        for (place, function) in functions.all.iter().enumerate() {
            let Function {
                id,
                arn,
                invoke_arn,
                qualified_invoke_arn,
                function_name,
                ..
            } = &function.values;
            let named = functions.by_name.entry(function_name.clone()).or_default();
            named.push(place);
            let own = [arn, invoke_arn, id].into_iter().chain(qualified_invoke_arn);
            // Its id is its name, but for a symbol of a plan.
            for own in own.filter(|own| !own.is_empty() && *own != function_name) {
                functions.by_arn.insert(own.clone(), place);
            }
        }
        functions.by_name.remove("");
        for alias in index.parts::<Alias>() {
            let Alias {
                name,
                function_name,
                invoke_arn,
            } = alias.values;
            let reference = FunctionReference {
                name: FunctionReference::parse(&function_name).name,
                qualifier: Some(name),
            };
            functions.aliases.insert(invoke_arn, reference);
        }
        functions.aliases.remove("");
        functions
    }

    /// The functions that a permission or an address is of: by their name, their ARN, a part of one, or a symbol of a plan, with
    /// a qualifier or without.
    /// Source: <https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html>.
    pub fn named(&self, named: &str) -> Vec<usize> {
        if let Some(place) = self.by_arn.get(named) {
            return vec![*place];
        }
        let by_name = |name: &str| self.by_name.get(name).cloned();
        let found = by_name(named).or_else(|| by_name(&FunctionReference::parse(named).name));
        found.unwrap_or_default()
    }

    /// Returns the function that the `uri` of an integration or an authorizer calls; none if it calls something else.
    pub fn called(&self, uri: &str) -> Option<Called> {
        let Some(arn) = arn_in_uri(uri) else {
            // A plan has a symbol there.
            if let Some(alias) = self.aliases.get(uri) {
                return Some(Called {
                    function: self.named(&alias.name).first().copied(),
                    reference: Some(alias.clone()),
                });
            }
            let function = Some(*self.by_arn.get(uri)?);
            let reference = None;
            return Some(Called { function, reference });
        };
        // The ARN of a function of another account may have the name of one here.
        let unqualified = arn.match_indices(':').nth(6).map_or(arn, |(end, _)| &arn[..end]);
        Some(Called {
            function: self.by_arn.get(unqualified).copied(),
            reference: Some(FunctionReference::parse(arn)),
        })
    }
}

/// An `aws_lambda_alias`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Alias {
    /// Its name.
    pub name: String,
    /// The function by name or ARN.
    pub function_name: String,
    /// The ARN that an integration's `uri` holds.
    pub invoke_arn: String,
}

kind!(Alias, "aws_lambda_alias", "name", "function_name");

/// An `aws_lambda_permission`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Permission {
    /// The allowed action, such as `lambda:InvokeFunction`.
    pub action: String,
    /// The function by name or ARN, perhaps with a qualifier.
    pub function_name: String,
    /// A service such as `apigateway.amazonaws.com`, an account or an ARN; `*` is anyone.
    pub principal: String,
    /// Version or alias.
    #[serde(deserialize_with = "given")]
    pub qualifier: Option<String>,
    /// The account that the source has to be of.
    #[serde(deserialize_with = "given")]
    pub source_account: Option<String>,
    /// On whose behalf: a pattern of ARNs.
    #[serde(deserialize_with = "given")]
    pub source_arn: Option<String>,
    /// The organization whose accounts it is allowed to.
    #[serde(deserialize_with = "given")]
    pub principal_org_id: Option<String>,
    /// The `authorization_type` that a function URL must have.
    #[serde(deserialize_with = "given")]
    pub function_url_auth_type: Option<String>,
}

kind!(
    Permission,
    "aws_lambda_permission",
    "action",
    "function_name",
    "principal"
);

impl Permission {
    /// The function that it is of, with the qualifier.
    pub fn function(&self) -> FunctionReference {
        let mut reference = FunctionReference::parse(&self.function_name);
        reference.qualifier = self.qualifier.clone().or(reference.qualifier);
        reference
    }

    /// Returns whether the permission lets API Gateway call `function` for the method with the ARN `source`.
    pub fn allows(&self, function: &FunctionReference, source: &str) -> bool {
        let account = source.split(':').nth(4);
        self.allows_service(
            "apigateway.amazonaws.com",
            function,
            source,
            account.unwrap_or_default(),
        )
    }

    /// Returns whether the permission lets a service such as `sns.amazonaws.com` call `function` for the resource
    /// `source`, which belongs to `account`. The ARN of a bucket doesn't contain an account.
    pub fn allows_service(
        &self,
        service: &str,
        function: &FunctionReference,
        source: &str,
        account: &str,
    ) -> bool {
        matches!(self.action.as_str(), "lambda:InvokeFunction" | "lambda:*" | "*")
            && (self.principal == service || self.principal == "*")
            && self.function() == *function
            && self
                .source_account
                .as_deref()
                .is_none_or(|wanted| account == wanted)
            && self
                .source_arn
                .as_deref()
                .is_none_or(|pattern| arn_like(pattern, source))
    }
}

/// An `aws_lambda_function_url`: an address of a function's own.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct FunctionUrl {
    /// The function by name or ARN.
    pub function_name: String,
    /// `NONE` is anyone, `AWS_IAM` whom IAM lets.
    #[serde(deserialize_with = "given")]
    pub authorization_type: Option<String>,
}

kind!(FunctionUrl, "aws_lambda_function_url");

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const SOURCE: &str = "arn:aws:execute-api:us-east-1:123456789012:abc/v1/GET/pets/{id}";

    fn permission(change: serde_json::Value) -> Permission {
        let mut values = json!({
            "action": "lambda:InvokeFunction", "function_name": "open", "principal": "apigateway.amazonaws.com",
            "qualifier": "", "source_account": null, "source_arn": SOURCE,
        });
        values
            .as_object_mut()
            .unwrap()
            .extend(change.as_object().unwrap().clone());
        serde_json::from_value(values).unwrap()
    }

    fn allows(change: serde_json::Value) -> bool {
        permission(change).allows(&FunctionReference::parse("open"), SOURCE)
    }

    #[test]
    fn a_name_that_ends_in_function_is_not_taken_for_an_arn() {
        let arn = "arn:aws:lambda:us-east-1:123456789012:function:shop-function";
        for text in [
            arn,
            "123456789012:function:shop-function",
            "function:shop-function",
            "shop-function",
        ] {
            let plain = FunctionReference::parse(text);
            assert_eq!(
                (plain.name.as_str(), plain.qualifier),
                ("shop-function", None),
                "{text}"
            );
            let alias = FunctionReference::parse(&format!("{text}:live"));
            assert_eq!(
                (alias.name.as_str(), alias.qualifier.as_deref()),
                ("shop-function", Some("live")),
                "{text}"
            );
        }
    }

    #[test]
    fn the_source_arn_is_a_pattern() {
        assert!(allows(json!({})));
        assert!(allows(
            json!({"source_arn": "arn:aws:execute-api:us-east-1:123456789012:abc/*/*"})
        ));
        assert!(allows(
            json!({"source_arn": "arn:aws:execute-api:us-east-1:123456789012:abc/*/GET/pets/*"})
        ));
        assert!(allows(
            json!({"source_arn": "arn:aws:execute-api:us-east-1:123456789012:abc/v?/G?T/pets/*"})
        ));
        assert!(allows(json!({"source_arn": null})));
        assert!(!allows(
            json!({"source_arn": "arn:aws:execute-api:us-east-1:123456789012:abc/*/POST/pets/*"})
        ));
        assert!(!allows(
            json!({"source_arn": "arn:aws:execute-api:us-east-1:123456789012:abd/*/*"})
        ));
        assert!(!allows(
            json!({"source_arn": "arn:aws:execute-api:us-east-1:123456789012:abc/v1/GET/pets"})
        ));
        assert!(!allows(
            json!({"source_arn": "arn:aws:execute-api:us-east-1:123456789012:abc/v1/GET/pets/{id}?"})
        ));
    }

    #[test]
    fn principal_action_function_and_account_must_fit() {
        assert!(!allows(json!({"principal": "events.amazonaws.com"})));
        assert!(!allows(json!({"action": "lambda:GetFunction"})));
        assert!(!allows(json!({"function_name": "other"})));
        assert!(allows(
            json!({"function_name": "arn:aws:lambda:us-east-1:123456789012:function:open"})
        ));
        assert!(allows(json!({"source_account": "123456789012"})));
        assert!(!allows(json!({"source_account": "210987654321"})));
    }

    #[test]
    fn a_permission_of_an_alias_is_none_of_the_function() {
        assert!(!allows(json!({"qualifier": "live"})));
        let alias = FunctionReference::parse("arn:aws:lambda:us-east-1:123456789012:function:open:live");
        assert!(permission(json!({"qualifier": "live"})).allows(&alias, SOURCE));
        assert!(permission(json!({"function_name": "open:live"})).allows(&alias, SOURCE));
        assert!(!permission(json!({})).allows(&alias, SOURCE));
    }

    fn function(account: &str, name: &str) -> crate::Resource {
        let arn = format!("arn:aws:lambda:us-east-1:{account}:function:{name}");
        crate::Resource {
            address: format!("aws_lambda_function.{name}"),
            mode: "managed".into(),
            kind: "aws_lambda_function".into(),
            values: json!({"id": name, "function_name": name, "arn": arn, "invoke_arn": format!("${{{name}.invoke_arn}}")}),
            obstacle: None,
        }
    }

    #[test]
    fn an_integration_calls_the_function_of_its_arn_alone() {
        let all = [function("1", "open"), function("1", "other")];
        let functions = Functions::of(&Index::of(&all));
        let called = |arn: &str| {
            functions.called(&format!(
                "arn:aws:apigateway:us-east-1:lambda:path/x/functions/{arn}/invocations"
            ))
        };
        let open = called("arn:aws:lambda:us-east-1:1:function:open:live").unwrap();
        assert_eq!(open.function, Some(0));
        assert_eq!(open.reference.unwrap().qualifier.as_deref(), Some("live"));
        let stranger = called("arn:aws:lambda:us-east-1:2:function:open").unwrap();
        assert_eq!(
            (stranger.function, stranger.reference.unwrap().name),
            (None, "open".into())
        );
        let symbol = functions.called("${other.invoke_arn}").unwrap();
        assert_eq!((symbol.function, symbol.reference), (Some(1), None));
        assert_eq!(functions.called("https://example.com/"), None);
    }

    #[test]
    fn a_permission_names_a_function_in_any_of_its_ways() {
        let all = [function("1", "open"), function("2", "open")];
        let functions = Functions::of(&Index::of(&all));
        for (named, expected) in [
            ("arn:aws:lambda:us-east-1:2:function:open", vec![1]),
            ("open", vec![0, 1]),
            ("open:live", vec![0, 1]),
            ("1:function:open", vec![0, 1]),
            ("other", vec![]),
            ("", vec![]),
        ] {
            assert_eq!(functions.named(named), expected, "{named}");
        }
    }
}
