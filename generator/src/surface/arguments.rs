//! What each argument of the resources of a surface means to it. An argument that nobody classified is never swallowed:
//! where it is set, it is among the surface's `other_arguments`.
//!
//! `tests/terraform.rs` holds this against the provider's own schema: every argument that is set to something else
//! changes the surface, or is listed here as one that can let nobody in.

use serde_json::Value;

use super::resources::{Resources, digest};
use super::types::Argument;
use portcullis_terraform_json::Resource;

/// What an argument means to a surface.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Meaning {
    /// The surface says it in a field, or it only joins resources.
    Said,
    /// It lets nobody in and no function do more: it narrows, describes, tunes, or is AWS's own.
    Harmless,
    /// This value, as JSON, is what AWS takes where nothing is set.
    Default(&'static str),
    /// Not said, and perhaps a secret: only whether it changed may be seen.
    Secret,
}

use Meaning::{Default, Harmless, Said, Secret};

/// Of every type.
const EVERYWHERE: [(&str, Meaning); 8] = [
    ("arn", Harmless),
    ("description", Harmless),
    ("id", Harmless),
    ("region", Harmless),
    ("rest_api_id", Said),
    ("tags", Harmless),
    ("tags_all", Harmless),
    ("timeouts", Harmless),
];

/// Of the types that a surface accounts for; a nested argument is written with its blocks.
const ARGUMENTS: [(&str, &[(&str, Meaning)]); 19] = [
    (
        "aws_api_gateway_authorizer",
        &[
            ("authorizer_result_ttl_in_seconds", Said),
            ("authorizer_uri", Said),
            ("identity_source", Said),
            ("identity_validation_expression", Said),
            ("name", Said),
            ("provider_arns", Said),
            ("type", Said),
        ],
    ),
    (
        "aws_api_gateway_deployment",
        &[
            ("created_date", Harmless),
            ("execution_arn", Harmless),
            ("invoke_url", Harmless),
            ("stage_description", Harmless),
            // Where it makes another stage than the surface's, that one is among the other arguments.
            ("stage_name", Said),
            ("triggers", Harmless),
            ("variables", Secret),
        ],
    ),
    (
        "aws_api_gateway_gateway_response",
        &[
            ("response_parameters", Said),
            ("response_templates", Said),
            ("response_type", Said),
            ("status_code", Said),
        ],
    ),
    (
        "aws_api_gateway_integration",
        &[
            ("cache_key_parameters", Harmless),
            ("cache_namespace", Harmless),
            ("connection_type", Default("\"INTERNET\"")),
            ("content_handling", Harmless),
            ("http_method", Said),
            // A function is asked by `POST` or not at all.
            ("integration_http_method", Harmless),
            ("passthrough_behavior", Harmless),
            ("request_parameters", Secret),
            ("request_templates", Secret),
            ("resource_id", Said),
            ("timeout_milliseconds", Harmless),
            ("type", Said),
            ("uri", Said),
        ],
    ),
    (
        "aws_api_gateway_integration_response",
        &[
            ("content_handling", Harmless),
            ("http_method", Said),
            ("resource_id", Said),
            ("response_parameters", Said),
            // Bodies of a mock's answer.
            ("response_templates", Harmless),
            ("selection_pattern", Harmless),
            ("status_code", Harmless),
        ],
    ),
    (
        "aws_api_gateway_method",
        &[
            ("api_key_required", Said),
            ("authorization", Said),
            ("authorization_scopes", Said),
            ("authorizer_id", Said),
            ("http_method", Said),
            ("operation_name", Harmless),
            // They refuse requests, or name what is taken from them.
            ("request_models", Harmless),
            ("request_parameters", Harmless),
            ("request_validator_id", Harmless),
            ("resource_id", Said),
        ],
    ),
    (
        // They name headers and models of answers.
        "aws_api_gateway_method_response",
        &[
            ("http_method", Harmless),
            ("resource_id", Harmless),
            ("response_models", Harmless),
            ("response_parameters", Harmless),
            ("status_code", Harmless),
        ],
    ),
    (
        "aws_api_gateway_resource",
        &[("parent_id", Said), ("path", Harmless), ("path_part", Said)],
    ),
    (
        "aws_api_gateway_rest_api",
        &[
            ("api_key_source", Default("\"HEADER\"")),
            ("binary_media_types", Harmless),
            ("body", Said),
            ("created_date", Harmless),
            ("endpoint_configuration.ip_address_type", Harmless),
            ("endpoint_configuration.types", Said),
            ("execution_arn", Harmless),
            ("fail_on_warnings", Harmless),
            ("minimum_compression_size", Harmless),
            ("name", Said),
            // How a body is put, by which it is read.
            ("parameters", Harmless),
            ("put_rest_api_mode", Harmless),
            ("root_resource_id", Harmless),
        ],
    ),
    (
        "aws_api_gateway_stage",
        &[
            ("cache_cluster_size", Harmless),
            ("client_certificate_id", Harmless),
            ("deployment_id", Said),
            ("documentation_version", Harmless),
            ("execution_arn", Harmless),
            ("invoke_url", Harmless),
            ("stage_name", Said),
            ("variables", Secret),
            // A firewall narrows.
            ("web_acl_arn", Harmless),
            ("xray_tracing_enabled", Harmless),
        ],
    ),
    (
        "aws_cognito_user",
        &[
            ("attributes", Secret),
            ("client_metadata", Secret),
            ("creation_date", Harmless),
            ("desired_delivery_mediums", Harmless),
            ("enabled", Harmless),
            ("last_modified_date", Harmless),
            ("mfa_setting_list", Harmless),
            ("password", Secret),
            ("preferred_mfa_setting", Harmless),
            ("status", Harmless),
            ("sub", Harmless),
            ("temporary_password", Secret),
            ("user_pool_id", Said),
            // Who the first user is, `check` holds against the environment.
            ("username", Harmless),
            ("validation_data", Secret),
        ],
    ),
    (
        "aws_cognito_user_pool",
        &[
            (
                "account_recovery_setting.recovery_mechanism.name",
                Default("[\"verified_email\",\"verified_phone_number\"]"),
            ),
            (
                "account_recovery_setting.recovery_mechanism.priority",
                Default("[1,2]"),
            ),
            ("admin_create_user_config.allow_admin_create_user_only", Said),
            ("admin_create_user_config.invite_message_template", Harmless),
            ("auto_verified_attributes", Said),
            ("creation_date", Harmless),
            ("deletion_protection", Said),
            (
                "email_configuration.email_sending_account",
                Default("\"COGNITO_DEFAULT\""),
            ),
            ("email_mfa_configuration", Harmless),
            ("email_verification_message", Harmless),
            ("email_verification_subject", Harmless),
            ("endpoint", Harmless),
            ("estimated_number_of_users", Harmless),
            ("last_modified_date", Harmless),
            ("mfa_configuration", Said),
            ("name", Said),
            ("password_policy.minimum_length", Said),
            ("password_policy.password_history_size", Harmless),
            ("password_policy.require_lowercase", Said),
            ("password_policy.require_numbers", Said),
            ("password_policy.require_symbols", Said),
            ("password_policy.require_uppercase", Said),
            ("password_policy.temporary_password_validity_days", Said),
            (
                "sign_in_policy.allowed_first_auth_factors",
                Default("[\"PASSWORD\"]"),
            ),
            ("sms_authentication_message", Harmless),
            ("sms_verification_message", Harmless),
            (
                "user_attribute_update_settings.attributes_require_verification_before_update",
                Said,
            ),
            ("user_pool_tier", Harmless),
            ("username_attributes", Said),
            ("username_configuration.case_sensitive", Said),
            ("verification_message_template", Harmless),
        ],
    ),
    (
        "aws_cognito_user_pool_client",
        &[
            ("allowed_oauth_flows", Said),
            ("allowed_oauth_scopes", Said),
            ("auth_session_validity", Default("3")),
            ("callback_urls", Said),
            ("client_secret", Harmless),
            ("enable_token_revocation", Default("true")),
            ("explicit_auth_flows", Said),
            ("generate_secret", Said),
            ("name", Said),
            ("prevent_user_existence_errors", Said),
            ("refresh_token_validity", Default("30")),
            ("supported_identity_providers", Said),
            ("token_validity_units.access_token", Default("\"hours\"")),
            ("token_validity_units.id_token", Default("\"hours\"")),
            ("token_validity_units.refresh_token", Default("\"days\"")),
            ("user_pool_id", Said),
        ],
    ),
    (
        "aws_iam_policy",
        &[
            ("attachment_count", Harmless),
            ("delay_after_policy_creation_in_ms", Harmless),
            ("name", Harmless),
            ("name_prefix", Harmless),
            ("path", Harmless),
            ("policy", Said),
            ("policy_id", Harmless),
        ],
    ),
    (
        "aws_iam_role",
        &[
            ("assume_role_policy", Said),
            ("create_date", Harmless),
            ("force_detach_policies", Harmless),
            ("inline_policy", Said),
            ("managed_policy_arns", Said),
            ("max_session_duration", Default("3600")),
            ("name", Harmless),
            ("name_prefix", Harmless),
            ("path", Default("\"/\"")),
            ("unique_id", Harmless),
        ],
    ),
    (
        "aws_iam_role_policy",
        &[
            ("name", Harmless),
            ("name_prefix", Harmless),
            ("policy", Said),
            ("role", Said),
        ],
    ),
    (
        "aws_iam_role_policy_attachment",
        &[("policy_arn", Said), ("role", Said)],
    ),
    (
        "aws_lambda_function",
        &[
            ("architectures", Harmless),
            ("code_sha256", Harmless),
            // It refuses code that nobody signed.
            ("code_signing_config_arn", Harmless),
            ("environment.variables", Said),
            ("ephemeral_storage", Harmless),
            ("filename", Said),
            ("function_name", Said),
            ("handler", Said),
            ("image_uri", Said),
            ("invoke_arn", Harmless),
            ("kms_key_arn", Harmless),
            ("last_modified", Harmless),
            // Its role says which groups it may write to.
            ("logging_config", Harmless),
            ("memory_size", Harmless),
            ("package_type", Harmless),
            ("publish", Harmless),
            ("qualified_arn", Harmless),
            ("qualified_invoke_arn", Harmless),
            ("replace_security_groups_on_destroy", Harmless),
            ("replacement_security_group_ids", Harmless),
            ("reserved_concurrent_executions", Harmless),
            ("response_streaming_invoke_arn", Harmless),
            ("role", Said),
            ("runtime", Said),
            ("s3_bucket", Said),
            ("s3_key", Said),
            ("s3_object_version", Said),
            ("signing_job_arn", Harmless),
            ("signing_profile_version_arn", Harmless),
            ("skip_destroy", Harmless),
            ("snap_start", Harmless),
            ("source_code_hash", Harmless),
            ("source_code_size", Harmless),
            ("source_kms_key_arn", Harmless),
            ("timeout", Harmless),
            ("tracing_config", Harmless),
            ("version", Harmless),
            ("vpc_config.vpc_id", Harmless),
        ],
    ),
    (
        "aws_lambda_function_url",
        &[
            ("authorization_type", Said),
            ("function_arn", Harmless),
            ("function_name", Said),
            ("function_url", Harmless),
            ("invoke_mode", Harmless),
            ("url_id", Harmless),
        ],
    ),
];

/// Of the one type that no other resource refers to by its arguments.
const PERMISSION: [(&str, Meaning); 11] = [
    ("action", Said),
    ("event_source_token", Secret),
    ("function_name", Said),
    ("function_url_auth_type", Said),
    ("principal", Said),
    ("principal_org_id", Said),
    ("qualifier", Said),
    ("source_account", Said),
    ("source_arn", Said),
    ("statement_id", Harmless),
    ("statement_id_prefix", Harmless),
];

/// What an argument means; none where nobody classified it, or where only arguments below it are.
pub(crate) fn meaning(kind: &str, argument: &str) -> Option<Meaning> {
    let of_kind = of(kind).unwrap_or_default();
    let everywhere = EVERYWHERE.iter();
    of_kind
        .iter()
        .chain(everywhere)
        .find(|(name, _)| *name == argument)
        .map(|(_, meaning)| *meaning)
}

/// Whether an argument of a type that surfaces account for can let nobody in and no function do more.
pub fn is_harmless(kind: &str, argument: &str) -> bool {
    meaning(kind, argument) == Some(Harmless)
}

/// Whether a surface knows the arguments of a type.
pub(crate) fn is_known(kind: &str) -> bool {
    of(kind).is_some()
}

fn of(kind: &str) -> Option<&'static [(&'static str, Meaning)]> {
    if kind == "aws_lambda_permission" {
        return Some(&PERMISSION);
    }
    let found = ARGUMENTS.iter().find(|(name, _)| *name == kind);
    found.map(|(_, arguments)| *arguments)
}

/// Every argument of accounted resources that is set and that nothing says.
pub(crate) fn other_arguments(resources: &Resources<'_>) -> Vec<Argument> {
    let mut arguments = Vec::new();
    let accounted = resources
        .all
        .iter()
        .filter(|resource| resources.is_accounted(resource));
    for resource in accounted {
        for (name, value) in resource.values.as_object().into_iter().flatten() {
            collect(resource, name, &[value], &mut arguments);
        }
    }
    arguments.sort_by(|a, b| (&a.address, &a.argument).cmp(&(&b.address, &b.argument)));
    arguments
}

/// The values of one argument, of each block that has it.
fn collect(resource: &Resource, name: &str, values: &[&Value], into: &mut Vec<Argument>) {
    let meaning = meaning(&resource.kind, name);
    let blocks: Vec<&Value> = values
        .iter()
        .filter_map(|value| value.as_array())
        .flatten()
        .filter(|item| item.is_object())
        .collect();
    if meaning.is_none() && !blocks.is_empty() {
        let keys: std::collections::BTreeSet<&String> = blocks
            .iter()
            .filter_map(|block| block.as_object())
            .flat_map(|block| block.keys())
            .collect();
        for key in keys {
            let inner: Vec<&Value> = blocks.iter().map(|block| &block[key]).collect();
            collect(resource, &format!("{name}.{key}"), &inner, into);
        }
        return;
    }
    let value = match values {
        [one] => (*one).clone(),
        many => many.iter().copied().cloned().collect(),
    };
    let is_quiet = match meaning {
        Some(Said | Harmless) => true,
        Some(Default(default)) => {
            is_unset(&value, false)
                || serde_json::from_str::<Value>(default).is_ok_and(|default| default == value)
        }
        Some(Secret) => is_unset(&value, false) || is_usual(resource, name, &value),
        None => is_unset(&value, true),
    };
    if !is_quiet {
        let shown = match meaning {
            Some(Secret) => digest(&value.to_string()).into(),
            _ => value,
        };
        into.push(Argument {
            address: resource.address.clone(),
            argument: name.to_owned(),
            value: shown,
        });
    }
}

/// Whether an argument that may be secret is none: the status of a mock, and what a user has who signs in by e-mail.
fn is_usual(resource: &Resource, name: &str, value: &Value) -> bool {
    match (resource.kind.as_str(), name) {
        ("aws_api_gateway_integration", "request_templates") => resource.values["type"] == "MOCK",
        ("aws_cognito_user", "attributes") => {
            let mut attributes = value.as_object().into_iter().flatten();
            attributes.all(|(name, value)| match name.as_str() {
                "email" => *value == resource.values["username"],
                "email_verified" | "sub" => true,
                _ => false,
            })
        }
        _ => false,
    }
}

/// Whether a value is what an argument has that is not set; `false` and 0 only where they are the default.
fn is_unset(value: &Value, is_default: bool) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.iter().all(|item| is_unset(item, is_default)),
        Value::Object(map) => map.values().all(|value| is_unset(value, is_default)),
        Value::Bool(set) => is_default && !set,
        Value::Number(number) => is_default && number.as_f64() == Some(0.0),
    }
}
