//! Authorizers with their user pools.

use std::collections::{BTreeMap, HashMap};

use anyhow::{Context, Error, Result};
use portcullis_foreign_text::printable::code;
use portcullis_terraform_json::cognito::UserPool;
use portcullis_terraform_json::index::{Index, Part};
use portcullis_terraform_json::rest_api::{COGNITO_USER_POOLS, Snapshot, TokenSource};
use regex::Regex;

use crate::data_plane::authorizer::{Authorizer, Cache};

/// Authorizers by id; one that cannot be emulated is the sentence that says why.
pub(super) type Authorizers = BTreeMap<String, Result<Authorizer, String>>;

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

/// Returns the issuer of the pool with an ARN; none if the ARN is not of a pool.
fn issuer(pools: &HashMap<&str, &Part<UserPool>>, arn: &str) -> Option<Result<String>> {
    let Some(pool) = pools.get(arn) else {
        // A pool that another project made: arn:aws:cognito-idp:<region>:<account>:userpool/<id>.
        let region = arn.split(':').nth(3)?;
        let id = arn.split_once(":userpool/")?.1;
        return issuer_at(&format!("cognito-idp.{region}.amazonaws.com/{id}")).map(Ok);
    };
    Some(issuer_at(&pool.endpoint).with_context(|| {
        format!(
            "the `endpoint` of {} must be `cognito-idp.REGION.amazonaws.com/REGION_ID`, but it is {}",
            code(&pool.resource.address),
            code(&pool.endpoint)
        )
    }))
}

/// The authorizers of a snapshot; `index` has the pools.
pub(super) fn authorizers(index: &Index, snapshot: &Snapshot) -> Result<Authorizers> {
    let pools = index.applied::<UserPool>().map_err(Error::msg)?;
    let pools: HashMap<&str, &Part<UserPool>> = pools.iter().map(|pool| (pool.arn.as_str(), pool)).collect();
    let mut authorizers = BTreeMap::new();
    for part in &snapshot.authorizers {
        part.check().map_err(Error::msg)?;
        let address = &part.resource.address;
        let refused = |why: &str| Err(format!("`{address}` {why}"));
        let expression = part.identity_validation_expression.as_ref();
        let audience = expression
            .map(|expression| Regex::new(&format!("^(?:{expression})$")))
            .transpose();
        let issuers = part.provider_arns.iter().map(|arn| issuer(&pools, arn));
        let issuers: Option<Result<Vec<String>>> = issuers.collect();
        let issuers = issuers.transpose()?;
        let authorizer = match (part.token_source(), audience, issuers) {
            _ if part.kind() != COGNITO_USER_POOLS => refused("is not an authorizer of Cognito user pools"),
            (TokenSource::Other(_), ..) => refused("must take its token from one header"),
            (_, Err(_), _) => refused("has an identity validation expression that is not supported"),
            (.., None) => refused("must name its user pools by their ARNs"),
            (TokenSource::Header(header), Ok(audience), Some(issuers)) => Ok(Authorizer {
                address: address.clone(),
                header: header.to_owned(),
                audience,
                issuers,
                cache: Cache::new(part.ttl_seconds()),
            }),
        };
        authorizers.insert(part.id.clone(), authorizer);
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
