//! Authorizers with their user pools.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use portcullis_foreign_text::words::code;
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

/// The issuer of a pool's tokens. It becomes an option that a user pastes, so it is taken only as Cognito writes it.
/// Source: <https://docs.aws.amazon.com/general/latest/gr/cognito_identity.html>, and for an id
/// <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_UserPoolType.html>.
fn issuer_at(endpoint: &str) -> Option<String> {
    const SUFFIXES: [&str; 3] = ["amazonaws.com", "amazonaws.com.cn", "amazonaws.eu"];
    let (region, rest) = endpoint.strip_prefix("cognito-idp.")?.split_once('.')?;
    let (suffix, pool) = rest.split_once('/')?;
    let (pool_region, id) = pool.split_once('_')?;
    let is_region = !region.is_empty()
        && region
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    let is_id = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
    (is_region && is_id && pool_region == region && SUFFIXES.contains(&suffix))
        .then(|| format!("https://{endpoint}"))
}

/// Authorizers by id; one that cannot be emulated is the sentence that says why.
pub(super) fn authorizers(state: &State) -> Result<Authorizers> {
    let pools = state.all::<UserPool>("aws_cognito_user_pool")?;
    let issuer = |arn: &String| {
        let Some((address, pool)) = pools.iter().find(|(_, pool)| pool.arn == *arn) else {
            // A pool that another project made: arn:aws:cognito-idp:<region>:<account>:userpool/<id>.
            let region = arn.split(':').nth(3)?;
            let id = arn.split_once(":userpool/")?.1;
            return issuer_at(&format!("cognito-idp.{region}.amazonaws.com/{id}")).map(Ok);
        };
        Some(issuer_at(&pool.endpoint).with_context(|| {
            format!(
                "the `endpoint` of {} must be `cognito-idp.REGION.amazonaws.com/REGION_ID`, and is {}",
                code(address),
                code(&pool.endpoint)
            )
        }))
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
        let issuers: Option<Result<Vec<String>>> = values
            .provider_arns
            .unwrap_or_default()
            .iter()
            .map(issuer)
            .collect();
        let issuers = issuers.transpose()?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issuer_has_the_form_of_cognitos() {
        for endpoint in [
            "cognito-idp.us-east-1.amazonaws.com/us-east-1_AbC123def",
            "cognito-idp.us-gov-west-1.amazonaws.com/us-gov-west-1_a",
            "cognito-idp.cn-north-1.amazonaws.com.cn/cn-north-1_a",
        ] {
            assert_eq!(issuer_at(endpoint), Some(format!("https://{endpoint}")));
        }
        for endpoint in [
            "",
            "cognito-idp.us-east-1.amazonaws.com/us-east-1_a;touch X;#",
            "cognito-idp.us-east-1.amazonaws.com/us-east-1_$(touch X)",
            "cognito-idp.us-east-1.amazonaws.com/us-east-1_",
            "cognito-idp.us-east-1.amazonaws.com/us-east-1_a/b",
            "cognito-idp.us-east-1.amazonaws.com/eu-west-1_a",
            "cognito-idp.us-east-1.amazonaws.com.example.com/us-east-1_a",
            "cognito-idp.us-east-1.example.com/us-east-1_a",
            "cognito-idp.us-east-1.amazonaws.com@example.com/us-east-1_a",
            "cognito-idp.us-east-1\n.amazonaws.com/us-east-1\n_a",
            "cognito-idp.us-east-1.amazonaws.com/us-east-1_\u{202e}a",
            "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_a",
        ] {
            assert_eq!(issuer_at(endpoint), None, "{endpoint:?}");
        }
    }
}
