//! Attributes that hold nothing but an id or an ARN of another resource.
//!
//! A plan names what an expression refers to and not what it makes of it. Of these alone it may be taken that the
//! value is the one that is referred to, because nothing else would work; of `policy = jsonencode({… x.arn …})` or
//! `source_arn = "${x.execution_arn}/*"` it may not.

/// Attribute, type that it is of, and that type's attributes, the usual one first.
const JOINS: [(&str, &str, &[&str]); 19] = [
    ("rest_api_id", "aws_api_gateway_rest_api", &["id"]),
    ("api_id", "aws_api_gateway_rest_api", &["id"]),
    ("key_id", "aws_api_gateway_api_key", &["id"]),
    ("usage_plan_id", "aws_api_gateway_usage_plan", &["id"]),
    ("resource_id", "aws_api_gateway_resource", &["id"]),
    ("resource_id", "aws_api_gateway_rest_api", &["root_resource_id"]),
    ("parent_id", "aws_api_gateway_resource", &["id"]),
    ("parent_id", "aws_api_gateway_rest_api", &["root_resource_id"]),
    ("authorizer_id", "aws_api_gateway_authorizer", &["id"]),
    ("deployment_id", "aws_api_gateway_deployment", &["id"]),
    ("provider_arns", "aws_cognito_user_pool", &["arn"]),
    ("user_pool_id", "aws_cognito_user_pool", &["id"]),
    (
        "uri",
        "aws_lambda_function",
        &["invoke_arn", "qualified_invoke_arn"],
    ),
    (
        "authorizer_uri",
        "aws_lambda_function",
        &["invoke_arn", "qualified_invoke_arn"],
    ),
    ("uri", "aws_lambda_alias", &["invoke_arn"]),
    ("authorizer_uri", "aws_lambda_alias", &["invoke_arn"]),
    ("role", "aws_iam_role", &["arn", "id", "name"]),
    ("policy_arn", "aws_iam_policy", &["arn", "id"]),
    ("event_source_arn", "aws_dynamodb_table", &["stream_arn"]),
];

/// Attributes that hold a list: what stands beside the one that is referred to, a plan does not tell.
pub(super) const LISTS: [&str; 1] = ["provider_arns"];

/// Returns whether an attribute named `asking` takes the whole value of `attribute` of a type.
pub(super) fn takes(asking: &str, kind: &str, attribute: &str) -> bool {
    JOINS
        .iter()
        .any(|(name, of, attributes)| *name == asking && *of == kind && attributes.contains(&attribute))
}

/// Returns the attribute that `asking` takes of a type if the reference has lost its end, as in
/// `aws_api_gateway_resource.this[each.key].id`. This is the usual attribute, or the one with the same name.
pub(super) fn usual<'a>(asking: &'a str, kind: &str) -> &'a str {
    let found = JOINS.iter().find(|(name, of, _)| *name == asking && *of == kind);
    found.map_or(asking, |(_, _, attributes)| attributes[0])
}
