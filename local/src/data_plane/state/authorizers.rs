//! Authorizers with their user pools.

use std::collections::BTreeMap;

use anyhow::Result;
use regex::Regex;
use serde::Deserialize;

use super::{Authorizers, State, given};
use crate::data_plane::authorizer::{Authorizer, Cache};

/// How many seconds results are kept where nothing is said.
/// Source: <https://docs.aws.amazon.com/apigateway/latest/api/API_Authorizer.html>.
const DEFAULT_TTL: u32 = 300;

#[derive(Deserialize)]
struct AuthorizerValues {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    provider_arns: Option<Vec<String>>,
    identity_source: Option<String>,
    identity_validation_expression: Option<String>,
    authorizer_result_ttl_in_seconds: Option<u32>,
}

#[derive(Deserialize)]
struct UserPool {
    arn: String,
    endpoint: String,
}

/// Authorizers by id; one that cannot be emulated is the sentence that says why.
pub(super) fn authorizers(state: &State) -> Result<Authorizers> {
    let pools = state.all::<UserPool>("aws_cognito_user_pool")?;
    let issuer = |arn: &String| {
        let applied = pools.iter().find(|(_, pool)| pool.arn == *arn);
        let endpoint = applied.map(|(_, pool)| pool.endpoint.clone()).or_else(|| {
            // A pool that another project made: arn:aws:cognito-idp:<region>:<account>:userpool/<id>.
            let region = arn.split(':').nth(3)?;
            let id = arn.split_once(":userpool/")?.1;
            Some(format!("cognito-idp.{region}.amazonaws.com/{id}"))
        });
        endpoint.map(|endpoint| format!("https://{endpoint}"))
    };
    let mut authorizers = BTreeMap::new();
    for (address, values) in state.all::<AuthorizerValues>("aws_api_gateway_authorizer")? {
        let refused = |why: &str| Err(format!("`{address}` {why}"));
        let source =
            given(values.identity_source).unwrap_or("method.request.header.Authorization".to_owned());
        let expression = given(values.identity_validation_expression);
        let audience = expression
            .map(|expression| Regex::new(&format!("^(?:{expression})$")))
            .transpose();
        let issuers: Option<Vec<String>> = values
            .provider_arns
            .unwrap_or_default()
            .iter()
            .map(issuer)
            .collect();
        let authorizer = match (source.strip_prefix("method.request.header."), audience, issuers) {
            _ if values.kind != "COGNITO_USER_POOLS" => refused("is no authorizer of Cognito user pools"),
            (None, ..) => refused("does not take its token from one header"),
            (_, Err(_), _) => refused("has an identity validation expression that is not understood here"),
            (.., None) => refused("names a user pool by something that is no ARN of one"),
            (Some(header), Ok(audience), Some(issuers)) => Ok(Authorizer {
                address: address.to_owned(),
                header: header.to_owned(),
                audience,
                issuers,
                cache: Cache::new(values.authorizer_result_ttl_in_seconds.unwrap_or(DEFAULT_TTL)),
            }),
        };
        authorizers.insert(values.id, authorizer);
    }
    Ok(authorizers)
}
