//! Methods, and what is attached to them, that do not say what API Gateway needs to know of them.

use portcullis_foreign_text::printable::code;
use serde_json::json;

use super::{
    Authorizer, COGNITO_USER_POOLS, DeploymentSettings, GatewayResponse, Integration, IntegrationResponse,
    Method, MethodResponse, StageSettings,
};
use crate::Resource;
use crate::index::{Kind, Part, read_error};
use crate::lambda::{Function, FunctionUrl, Permission};
use crate::router::ANY;

const INTEGRATIONS: [&str; 5] = ["AWS", "AWS_PROXY", "HTTP", "HTTP_PROXY", "MOCK"];

/// Makes a fault of a resource its obstacle. Methods and their parts then keep only the values that locate them.
pub(super) fn find(resource: &mut Resource) {
    resource.obstacle = match resource.kind.as_str() {
        Method::KIND => {
            let says_who = resource.values.get("authorizer_id").is_some();
            fault(resource, |values| method(values, says_who))
        }
        Integration::KIND => {
            let says_what = resource.values.get("type").is_some();
            fault(resource, |values| integration(values, says_what))
        }
        IntegrationResponse::KIND => fault(resource, |response: &IntegrationResponse| {
            http_method(&response.http_method)?;
            response.headers().map(drop)
        }),
        MethodResponse::KIND => fault(resource, |response: &MethodResponse| {
            http_method(&response.http_method)
        }),
        GatewayResponse::KIND => fault(resource, |response: &GatewayResponse| {
            response.headers().map(drop)
        }),
        Authorizer::KIND => read_error::<Authorizer>(resource),
        StageSettings::KIND => read_error::<StageSettings>(resource),
        DeploymentSettings::KIND => read_error::<DeploymentSettings>(resource),
        Function::KIND => read_error::<Function>(resource),
        FunctionUrl::KIND => read_error::<FunctionUrl>(resource),
        Permission::KIND => read_error::<Permission>(resource),
        _ => return,
    };
    // The deciding attribute is unknown, so nothing of the method may be taken for known.
    let decides = match resource.kind.as_str() {
        Method::KIND => "authorization",
        Integration::KIND => "type",
        IntegrationResponse::KIND | MethodResponse::KIND => "status_code",
        _ => return,
    };
    if resource.obstacle.is_some() {
        let mut left = json!({});
        for key in ["id", "rest_api_id", "resource_id", "http_method"] {
            left[key] = resource.values[key].as_str().unwrap_or_default().into();
        }
        left[decides] = "".into();
        resource.values = left;
    }
}

/// Returns why a resource can't be read as a type, or what `check` finds in its values.
fn fault<Values: Kind>(
    resource: &Resource,
    check: impl FnOnce(&Values) -> Result<(), String>,
) -> Option<String> {
    read_error::<Values>(resource).or_else(|| check(&Part::of(resource)).err())
}

fn method(method: &Method, says_who: bool) -> Result<(), String> {
    http_method(&method.http_method)?;
    match method.authorization.as_str() {
        "" | "NONE" | "AWS_IAM" => Ok(()),
        kind @ (COGNITO_USER_POOLS | "CUSTOM") => match method.authorizer_id {
            None if says_who => Err(format!("its authorization `{kind}` needs an `authorizer_id`")),
            _ => Ok(()),
        },
        other => Err(format!(
            "its `authorization` is {}, which is unknown",
            code(other)
        )),
    }
}

fn integration(integration: &Integration, says_what: bool) -> Result<(), String> {
    http_method(&integration.http_method)?;
    let kind = integration.kind.as_str();
    if says_what && !INTEGRATIONS.contains(&kind) {
        return Err(format!("its `type` is {}, which is unknown", code(kind)));
    }
    integration.check_parameters()
}

fn http_method(method: &str) -> Result<(), String> {
    if method.is_empty() || method == "ANY" || ANY.contains(&method) {
        Ok(())
    } else {
        Err(format!("API Gateway has no method {}", code(method)))
    }
}
