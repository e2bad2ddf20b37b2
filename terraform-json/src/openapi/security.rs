//! Security schemes → authorizers, and the `security` of an operation → its authorization.
//!
//! Everything that is not understood is an error, and such an error never leaves a route open.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Expansion, entries, text};
use crate::rest_api::{COGNITO_USER_POOLS, DEFAULT_TTL_SECONDS};

/// A requirement of a security scheme.
#[derive(Clone)]
pub(super) enum Scheme {
    /// An API key of a usage plan.
    ApiKey,
    /// A request that is signed for IAM.
    Iam,
    /// An authorizer of a type, by its id.
    Authorizer { kind: String, id: String },
    /// The reason why its requirement is unknown.
    Unclear(String),
}

pub(super) type Schemes = BTreeMap<String, Scheme>;

/// The authorization of a method, as the provider writes it.
#[derive(Debug, PartialEq)]
pub(super) struct MethodAuthorization {
    pub(super) authorization: &'static str,
    pub(super) authorizer_id: Option<String>,
    pub(super) scopes: Vec<String>,
    pub(super) api_key_required: bool,
}

impl Expansion<'_> {
    /// The schemes of the document by name; their authorizers are added.
    pub(super) fn security_schemes(&mut self) -> Schemes {
        let section = self.document.security_schemes();
        let mut schemes = Schemes::new();
        for (name, scheme) in entries(self.document.at(section)) {
            let steps = [section, &[name.as_str()]].concat();
            let place = self.document.place(&steps);
            let scheme = match self.document.doubt(&steps) {
                Some(why) => Scheme::Unclear(why),
                None => self.scheme(place, name, scheme),
            };
            schemes.insert(name.clone(), scheme);
        }
        schemes
    }

    /// <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-authorizer.html>
    fn scheme(&mut self, place: String, name: &str, scheme: &Value) -> Scheme {
        let field = |value: &Value, key: &str| text(&value[key]).unwrap_or_default();
        let unclear = |why: String| Scheme::Unclear(format!("its security scheme `{place}` {why}"));
        let kind = field(scheme, "type");
        if kind != "apiKey" {
            return unclear(format!(
                "is of type `{kind}`, and API Gateway takes authorizers of the type `apiKey` only"
            ));
        }
        let (header, location) = (field(scheme, "name"), field(scheme, "in"));
        let authorizer = &scheme["x-amazon-apigateway-authorizer"];
        let authtype = field(scheme, "x-amazon-apigateway-authtype");
        if !authorizer.is_object() {
            return match authtype.as_str() {
                "" if header.eq_ignore_ascii_case("x-api-key") && location == "header" => Scheme::ApiKey,
                "awsSigv4" => Scheme::Iam,
                "" => unclear(format!(
                    "wants `{header}`, and API keys stand in the header `x-api-key`"
                )),
                _ => unclear("has no `x-amazon-apigateway-authorizer`".to_owned()),
            };
        }
        let kind = match field(authorizer, "type").as_str() {
            "cognito_user_pools" => COGNITO_USER_POOLS,
            "token" => "TOKEN",
            "request" => "REQUEST",
            other => return unclear(format!("has an authorizer of the unknown type `{other}`")),
        };
        let source = Some(field(authorizer, "identitySource")).filter(|source| !source.is_empty());
        let place_of_token = match location.as_str() {
            "query" => "querystring",
            _ => "header",
        };
        let id = self.id("authorizer", name);
        let values = json!({
            "id": id,
            "name": name,
            "type": kind,
            "provider_arns": authorizer.get("providerARNs").cloned().unwrap_or(json!([])),
            "identity_source": source.unwrap_or_else(|| format!("method.request.{place_of_token}.{header}")),
            "identity_validation_expression": field(authorizer, "identityValidationExpression"),
            "authorizer_uri": field(authorizer, "authorizerUri"),
            "authorizer_credentials": field(authorizer, "authorizerCredentials"),
            "authorizer_result_ttl_in_seconds":
                authorizer["authorizerResultTtlInSeconds"].as_u64().unwrap_or(DEFAULT_TTL_SECONDS.into()),
        });
        if !values["provider_arns"]
            .as_array()
            .is_some_and(|arns| arns.iter().all(Value::is_string))
        {
            return unclear("has `providerARNs` that are not texts".to_owned());
        }
        self.add(place, "aws_api_gateway_authorizer", values, None);
        Scheme::Authorizer {
            kind: kind.to_owned(),
            id,
        }
    }

    /// Returns the authorization of an operation: its own `security`, or else the document's. An import takes the
    /// document's for the default of every method. This was recorded; older answers of AWS say that it is ignored.
    pub(super) fn authorization(
        &self,
        operation: &Value,
        schemes: &Schemes,
    ) -> Result<MethodAuthorization, String> {
        let default = self.document.value.get("security").filter(|default| {
            default
                .as_array()
                .is_none_or(|requirements| !requirements.is_empty())
        });
        let own = operation.get("security");
        let auth = &operation["x-amazon-apigateway-auth"];
        let forced = text(&auth["type"]).unwrap_or_default();
        let is_open = |security: &Value| security.as_array().is_some_and(Vec::is_empty);
        let requirements = match (own, default) {
            (Some(own), Some(_)) if is_open(own) && forced != "NONE" => {
                return Err(
                    "its `security` is empty, but the document's is not, so it is uncertain if API Gateway makes it \
                     public: to make it public, add `x-amazon-apigateway-auth: {type: NONE}`"
                        .to_owned(),
                );
            }
            (Some(own), _) => Some(own),
            (None, Some(default)) if forced != "NONE" => Some(default),
            (None, _) => None,
        };
        let mut required = required(requirements, schemes)?;
        match (auth, forced.as_str()) {
            (Value::Null, _) => Ok(required),
            (_, "NONE") if required.authorization == "NONE" => Ok(required),
            (_, "AWS_IAM") if matches!(required.authorization, "NONE" | "AWS_IAM") => {
                required.authorization = "AWS_IAM";
                Ok(required)
            }
            _ => Err(format!(
                "its `x-amazon-apigateway-auth` is `{forced}`, but its `security` differs"
            )),
        }
    }
}

/// Returns the authorization that a `security` requires as a whole. OpenAPI means its items as alternatives. A method
/// has one authorizer and perhaps an API key. A key beside an authorizer is therefore required together with it, and
/// two authorizers are unclear.
fn required(security: Option<&Value>, schemes: &Schemes) -> Result<MethodAuthorization, String> {
    let mut required = MethodAuthorization {
        authorization: "NONE",
        authorizer_id: None,
        scopes: Vec::new(),
        api_key_required: false,
    };
    let requirements = match security {
        None => return Ok(required),
        Some(Value::Array(requirements)) => requirements,
        Some(_) => return Err("its `security` must be a list".to_owned()),
    };
    let mut named = None;
    for requirement in requirements {
        let Some(members) = requirement.as_object().filter(|members| !members.is_empty()) else {
            return Err("its `security` lets anyone in as an alternative, which a method cannot".to_owned());
        };
        for (name, scopes) in members {
            let scheme = schemes
                .get(name)
                .ok_or_else(|| format!("its security scheme `{name}` is not in the body"))?;
            let (authorization, id) = match scheme {
                Scheme::ApiKey => {
                    required.api_key_required = true;
                    continue;
                }
                Scheme::Unclear(why) => return Err(why.clone()),
                Scheme::Iam => ("AWS_IAM", None),
                Scheme::Authorizer { kind, id } if kind == COGNITO_USER_POOLS => {
                    (COGNITO_USER_POOLS, Some(id.clone()))
                }
                Scheme::Authorizer { id, .. } => ("CUSTOM", Some(id.clone())),
            };
            if let Some(other) = named.replace(name).filter(|other| *other != name) {
                return Err(format!(
                    "its `security` names both `{other}` and `{name}`, and a method has one authorizer"
                ));
            }
            let scopes = scopes
                .as_array()
                .ok_or("the scopes of its `security` must be a list")?;
            required.authorization = authorization;
            required.authorizer_id = id;
            for scope in scopes {
                let scope = text(scope).ok_or("a scope of its `security` must be text")?;
                if !required.scopes.contains(&scope) {
                    required.scopes.push(scope);
                }
            }
        }
    }
    required.scopes.sort();
    Ok(required)
}
