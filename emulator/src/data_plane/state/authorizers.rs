//! Authorizers with their user pools or functions.

use std::collections::{BTreeMap, HashMap};

use anyhow::{Context, Error, Result};
use portcullis_foreign_text::printable::code;
use portcullis_terraform_json::cognito::UserPool;
use portcullis_terraform_json::index::{Index, Part};
use portcullis_terraform_json::rest_api::{
    Authorizer as Applied, COGNITO_USER_POOLS, REQUEST, Snapshot, TOKEN, TokenSource,
};
use regex::Regex;

use super::functions::referenced;
use crate::data_plane::api::{Authorizer, FunctionConfiguration};
use crate::data_plane::authorizer::{self, Cache};
use crate::data_plane::iam::Roles;
use crate::data_plane::lambda_authorizer::{
    Decisions, Identification, IdentitySource, InvokedBy, LambdaAuthorizer,
};

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

/// The authorizers of a snapshot; `index` has the pools and roles.
pub(super) fn authorizers(
    index: &Index,
    snapshot: &Snapshot,
    functions: &BTreeMap<String, FunctionConfiguration>,
) -> Result<Authorizers> {
    let pools = index.applied::<UserPool>().map_err(Error::msg)?;
    let pools: HashMap<&str, &Part<UserPool>> = pools.iter().map(|pool| (pool.arn.as_str(), pool)).collect();
    let roles = Roles::of(index);
    let mut authorizers = BTreeMap::new();
    for part in &snapshot.authorizers {
        part.check().map_err(Error::msg)?;
        let authorizer = match part.kind() {
            COGNITO_USER_POOLS => of_user_pools(part, &pools)?.map(Authorizer::UserPools),
            TOKEN | REQUEST => of_function(part, functions, &roles).map(Authorizer::Function),
            _ => Err("has an unknown type".to_owned()),
        };
        let authorizer = authorizer.map_err(|why| format!("`{}` {why}", part.resource.address));
        authorizers.insert(part.id.clone(), authorizer);
    }
    Ok(authorizers)
}

/// The inner error is what goes on behind its address: the reason why it is not emulated.
fn of_user_pools(
    part: &Part<Applied>,
    pools: &HashMap<&str, &Part<UserPool>>,
) -> Result<Result<authorizer::Authorizer, String>> {
    let issuers = part.provider_arns.iter().map(|arn| issuer(pools, arn));
    let issuers: Option<Result<Vec<String>>> = issuers.collect();
    let issuers = issuers.transpose()?;
    Ok(match (part.token_source(), validation(part), issuers) {
        (TokenSource::Other(_), ..) => Err("must take its token from one header".to_owned()),
        (_, Err(why), _) => Err(why),
        (.., None) => Err("must name its user pools by their ARNs".to_owned()),
        (TokenSource::Header(header), Ok(audience), Some(issuers)) => Ok(authorizer::Authorizer {
            address: part.resource.address.clone(),
            header: header.to_owned(),
            audience,
            issuers,
            cache: Cache::new(part.ttl_seconds()),
        }),
    })
}

fn of_function(
    part: &Part<Applied>,
    functions: &BTreeMap<String, FunctionConfiguration>,
    roles: &Roles,
) -> Result<LambdaAuthorizer, String> {
    let arn = part.function_arn();
    let arn = arn.ok_or_else(|| "must name a function in its `authorizer_uri`".to_owned())?;
    let function = referenced(arn, functions).map_err(|why| format!("can't decide: {why}"))?;
    let identification = match (part.kind(), part.token_source()) {
        (TOKEN, TokenSource::Header(header)) => Identification::Token {
            header: header.to_owned(),
            validation: validation(part)?,
        },
        (TOKEN, TokenSource::Other(_)) => return Err("must take its token from one header".to_owned()),
        _ => {
            let texts = part
                .identity_source()
                .split(',')
                .map(|text| text.trim().to_owned());
            let sources = part.identity_sources().map_err(|why| format!("has an {why}"))?;
            let sources = texts.zip(sources);
            let source = |(text, expression)| IdentitySource { text, expression };
            Identification::Request(sources.map(source).collect())
        }
    };
    let invoked_by = match &part.authorizer_credentials {
        None => InvokedBy::Permission,
        Some(role) if roles.has(role) => InvokedBy::Role {
            arn: role.clone(),
            allows: roles.allow(role, "lambda:InvokeFunction", arn),
        },
        Some(role) => {
            return Err(format!(
                "is invoked by the role `{role}`, which is not in the state"
            ));
        }
    };
    Ok(LambdaAuthorizer {
        address: part.resource.address.clone(),
        id: part.id.clone(),
        function,
        identification,
        invoked_by,
        decisions: Decisions::new(part.ttl_seconds()),
    })
}

/// Returns the pattern that a whole token or audience must match, if there is one.
fn validation(part: &Applied) -> Result<Option<Regex>, String> {
    let expression = part.identity_validation_expression.as_ref();
    let pattern = expression.map(|expression| Regex::new(&format!("^(?:{expression})$")));
    let pattern = pattern.transpose();
    pattern.map_err(|_| "has an identity validation expression that is not supported".to_owned())
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
