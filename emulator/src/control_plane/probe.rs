//! Finds out how an existing emulator differs from AWS. It tries a user pool, a client and a user, and deletes them
//! afterwards.
//!
//! It is tried through the proxy, as Terraform and a sign-in use it, so a defect that the proxy mends does not count.
//! The probe fails if the emulator has another account than `local`, or if no token could be verified: nothing of ours
//! could work then. Its other findings are weaknesses compared with AWS, which the ready line lists.

use std::collections::BTreeSet;
use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::{Context, Result, anyhow, bail, ensure};
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST, HeaderValue};
use http::{Method, Request, StatusCode};
use http_body_util::BodyExt;
use portcullis_terraform_json::aws::EXAMPLE_ACCOUNT;
use serde_json::{Value, json};
use time::OffsetDateTime;
use tracing::warn;

use super::cognito::TARGET;
use super::password_policy::PasswordPolicy;
use crate::data_plane::{Authorizer, Cache, Claims, Headers, KeySource, Keys};
use crate::upstream::{Upstream, full, with_body};

/// The name of the pools that the probe makes and deletes.
const NAME: &str = "portcullis-probe";
/// A name in a reserved domain (RFC 2606).
const USERNAME: &str = "probe@portcullis.invalid";

/// Something that an emulator lets pass, or refuses, and AWS does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Weakness {
    /// A policy that leaves something out asks for it.
    StricterPasswordPolicy,
    /// The password that is chosen at the first sign-in is not held against the policy.
    PolicyIgnoredInChallenge,
    /// Clients let in whom they should not, by flows that they do not allow.
    AuthFlowsIgnored,
    /// One key for all pools.
    SharedKeys,
    /// An id token leaves out that the user's e-mail is verified.
    VerifiedEmailMissing,
}

impl fmt::Display for Weakness {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::StricterPasswordPolicy => "passwords must meet rules that the pool's policy does not have",
            Self::PolicyIgnoredInChallenge => {
                "the first sign-in accepts any new password and ignores the pool's policy"
            }
            Self::AuthFlowsIgnored => "a client's `auth_flows` are not enforced",
            Self::SharedKeys => {
                "all user pools sign with the same key, so only the issuer separates their tokens"
            }
            Self::VerifiedEmailMissing => {
                "id tokens have no `email_verified`, so the demo's `authenticated` function answers 403"
            }
        })
    }
}

/// Tries an emulator through the proxy at an address, in a region.
///
/// # Errors
/// If the emulator can't be used: another account, or no token that could be verified. The error names the answer that
/// was the reason.
pub(super) async fn probe(proxy: SocketAddr, access_key_id: &str, region: &str) -> Result<Vec<Weakness>> {
    let client = Client {
        proxy,
        access_key_id,
        region,
    };
    check_account(&client).await?;
    let mut pools = Vec::new();
    let found = try_pools(&client, &mut pools).await;
    for pool in &pools {
        if let Err(error) = client
            .cognito("DeleteUserPool", json!({"UserPoolId": pool}))
            .await
        {
            warn!(pool, "can't delete a user pool of the probe: {error:#}");
        }
    }
    found
}

/// Terraform's provider accepts one account only, and would say less about it.
async fn check_account(client: &Client<'_>) -> Result<()> {
    let answer = client
        .call(
            "sts",
            "application/x-www-form-urlencoded",
            None,
            "Action=GetCallerIdentity&Version=2011-06-15",
        )
        .await?;
    let text = String::from_utf8_lossy(&answer.body);
    let account = text
        .split_once("<Account>")
        .and_then(|(_, rest)| rest.split_once("</Account>"))
        .map(|(account, _)| account.trim())
        .with_context(|| format!("`sts:GetCallerIdentity` {}", answer.start_of_text()))?;
    ensure!(
        account == EXAMPLE_ACCOUNT,
        "the access key `{}` must belong to account {EXAMPLE_ACCOUNT}, but it belongs to {account}. Many emulators \
         use an access key of twelve digits as the account, so unset PORTCULLIS_ENDPOINT_ACCESS_KEY_ID, or set it to \
         a key of that account",
        client.access_key_id
    );
    Ok(())
}

/// Creates two pools, tries the first, and compares the second with it. `pools` gets each created pool, also if this
/// fails.
async fn try_pools(client: &Client<'_>, pools: &mut Vec<String>) -> Result<Vec<Weakness>> {
    for _ in 0..2 {
        pools.push(client.user_pool().await?);
    }
    let pool = &pools[0];
    let mut found = Vec::new();
    let app = client.app(pool, "ALLOW_USER_PASSWORD_AUTH").await?;
    let strict = PasswordPolicy::default().temporary_password()?;
    client
        .cognito(
            "AdminCreateUser",
            json!({"UserPoolId": pool, "Username": USERNAME, "TemporaryPassword": strict,
                "MessageAction": "SUPPRESS", "UserAttributes": [{"Name": "email", "Value": USERNAME},
                    {"Name": "email_verified", "Value": "true"}]}),
        )
        .await?;

    let challenge = client.sign_in(&app, &strict).await?;
    let user = challenge["ChallengeParameters"]["USER_ID_FOR_SRP"].as_str();
    // Enough for the policy of the pool: lower and upper case.
    let enough = policy()?.temporary_password()?;
    let respond = json!({"ClientId": app, "ChallengeName": "NEW_PASSWORD_REQUIRED",
        "Session": challenge["Session"], "ChallengeResponses":
            {"USERNAME": user.unwrap_or(USERNAME), "NEW_PASSWORD": enough.to_lowercase()}});
    if client
        .try_cognito("RespondToAuthChallenge", respond)
        .await?
        .is_success()
    {
        found.push(Weakness::PolicyIgnoredInChallenge);
    }

    let mut password = &enough;
    if !client.set_password(pool, password).await?.is_success() {
        found.push(Weakness::StricterPasswordPolicy);
        password = &strict;
        client
            .set_password(pool, password)
            .await?
            .json("AdminSetUserPassword")?;
    }
    let other = client.app(pool, "ALLOW_USER_SRP_AUTH").await?;
    if client.try_sign_in(&other, password).await?.is_success() {
        found.push(Weakness::AuthFlowsIgnored);
    }

    let signed_in = client.sign_in(&app, password).await?;
    let token = signed_in["AuthenticationResult"]["IdToken"]
        .as_str()
        .context("missing id token in the answer to `InitiateAuth` with a permanent password")?;
    let claims = verify(client, pool, token).await.with_context(|| {
        format!("can't verify an id token of the user pool {pool}, so no user could call the API")
    })?;
    if !client
        .keys(pool)
        .await?
        .is_disjoint(&client.keys(&pools[1]).await?)
    {
        found.push(Weakness::SharedKeys);
    }
    if claims.get("email_verified") != Some(&Value::Bool(true)) {
        found.push(Weakness::VerifiedEmailMissing);
    }
    Ok(found)
}

/// Verifies a token as the data plane will: against the issuer that the state is going to name, with the keys that
/// the endpoint has. Returns what it says.
async fn verify(client: &Client<'_>, pool: &str, token: &str) -> Result<Claims> {
    let issuer = format!("https://cognito-idp.{}.amazonaws.com/{pool}", client.region);
    let keys = Keys::load(KeySource::Url(format!(
        "http://{}{}",
        client.proxy,
        jwks_path(pool)
    )))
    .await?;
    let authorizer = Authorizer {
        address: NAME.into(),
        header: "Authorization".into(),
        audience: None,
        issuers: vec![issuer.clone()],
        cache: Cache::default(),
    };
    let mut headers = Headers::new();
    headers.append("Authorization", token);
    let keys = [(issuer, Arc::new(keys))].into();
    authorizer
        .authorize(&headers, &[], &keys, OffsetDateTime::now_utc())
        .await
        .map_err(|refusal| anyhow!(refusal.reason))
}

/// Returns the policy of the probe's pools, as the AWS provider writes it, without requirements that are false.
fn policy_request() -> Value {
    json!({"MinimumLength": 6, "RequireUppercase": true, "RequireLowercase": true})
}

/// The same, as DescribeUserPool of AWS tells it.
fn policy() -> Result<PasswordPolicy> {
    let mut told = policy_request();
    for left_out in ["RequireNumbers", "RequireSymbols"] {
        told[left_out] = json!(false);
    }
    serde_json::from_value(told).context("a policy")
}

fn jwks_path(pool: &str) -> String {
    format!("/{pool}/.well-known/jwks.json")
}

/// A client of the proxy.
struct Client<'a> {
    proxy: SocketAddr,
    access_key_id: &'a str,
    region: &'a str,
}

struct Answer {
    status: StatusCode,
    body: Bytes,
}

impl Answer {
    fn is_success(&self) -> bool {
        self.status.is_success()
    }

    /// The body of a success.
    fn json(&self, operation: &str) -> Result<Value> {
        if !self.is_success() {
            bail!("`cognito-idp:{operation}` {}", self.start_of_text());
        }
        serde_json::from_slice(&self.body)
            .with_context(|| format!("the answer to `{operation}` must be JSON"))
    }

    /// Returns the start of its text, which is the emulator's.
    fn start_of_text(&self) -> String {
        let text: String = String::from_utf8_lossy(&self.body).chars().take(300).collect();
        format!("answers {}: {}", self.status.as_u16(), text.trim())
    }
}

impl Client<'_> {
    /// A call that looks signed: emulators read the account, the region and the service from the signature's scope.
    async fn call(
        &self,
        service: &str,
        content_type: &'static str,
        target: Option<String>,
        body: &str,
    ) -> Result<Answer> {
        let mut request = Request::new(());
        *request.method_mut() = Method::POST;
        let (mut head, ()) = request.into_parts();
        head.headers
            .insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        if let Some(target) = target {
            head.headers.insert(TARGET, HeaderValue::from_str(&target)?);
        }
        head.headers
            .insert(HOST, HeaderValue::from_str(&self.proxy.to_string())?);
        let scope = format!(
            "{}/20261127/{}/{service}/aws4_request",
            self.access_key_id, self.region
        );
        let signature = format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0");
        head.headers
            .insert(AUTHORIZATION, HeaderValue::from_str(&signature)?);
        self.send(with_body(head, body.to_owned())).await
    }

    async fn send(&self, request: Request<crate::upstream::Body>) -> Result<Answer> {
        let proxy = Upstream::Tcp(self.proxy);
        let (head, body) = proxy.send(request).await?.into_parts();
        Ok(Answer {
            status: head.status,
            body: body.collect().await.context("can't read an answer")?.to_bytes(),
        })
    }

    async fn try_cognito(&self, operation: &str, request: Value) -> Result<Answer> {
        let target = format!("AWSCognitoIdentityProviderService.{operation}");
        let body = request.to_string();
        self.call("cognito-idp", "application/x-amz-json-1.1", Some(target), &body)
            .await
    }

    async fn cognito(&self, operation: &str, request: Value) -> Result<Value> {
        self.try_cognito(operation, request).await?.json(operation)
    }

    /// Makes a pool; its id.
    async fn user_pool(&self) -> Result<String> {
        let request = json!({"PoolName": NAME, "UsernameAttributes": ["email"],
            "Policies": {"PasswordPolicy": policy_request()}});
        let answer = self.cognito("CreateUserPool", request).await?;
        text(&answer["UserPool"]["Id"], "CreateUserPool")
    }

    /// Makes a client that allows one way of signing in; its id.
    async fn app(&self, pool: &str, flow: &str) -> Result<String> {
        let request = json!({"UserPoolId": pool, "ClientName": flow,
            "ExplicitAuthFlows": [flow, "ALLOW_REFRESH_TOKEN_AUTH"]});
        let answer = self.cognito("CreateUserPoolClient", request).await?;
        text(&answer["UserPoolClient"]["ClientId"], "CreateUserPoolClient")
    }

    async fn set_password(&self, pool: &str, password: &str) -> Result<Answer> {
        let request =
            json!({"UserPoolId": pool, "Username": USERNAME, "Password": password, "Permanent": true});
        self.try_cognito("AdminSetUserPassword", request).await
    }

    async fn try_sign_in(&self, app: &str, password: &str) -> Result<Answer> {
        let request = json!({"ClientId": app, "AuthFlow": "USER_PASSWORD_AUTH",
            "AuthParameters": {"USERNAME": USERNAME, "PASSWORD": password}});
        self.try_cognito("InitiateAuth", request).await
    }

    async fn sign_in(&self, app: &str, password: &str) -> Result<Value> {
        self.try_sign_in(app, password).await?.json("InitiateAuth")
    }

    /// Returns the moduli of a pool's keys. Ids may differ for equal keys.
    async fn keys(&self, pool: &str) -> Result<BTreeSet<String>> {
        let request = Request::get(jwks_path(pool))
            .header(HOST, self.proxy.to_string())
            .body(full(""))?;
        let jwks = self.send(request).await?.json("jwks.json")?;
        let keys = jwks["keys"].as_array().into_iter().flatten();
        Ok(keys
            .filter_map(|key| key["n"].as_str().map(str::to_owned))
            .collect())
    }
}

fn text(value: &Value, operation: &str) -> Result<String> {
    let text = value.as_str().map(str::to_owned);
    text.with_context(|| format!("missing id in the answer to `cognito-idp:{operation}`"))
}
