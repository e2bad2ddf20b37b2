//! One REST API of a state, in either layout.

use std::collections::BTreeMap;

use super::incomplete;
use crate::{Resource, StateError, openapi, paths};

/// A REST API and what the state holds beside it.
#[derive(Debug, Clone, PartialEq)]
pub struct RestApi {
    /// The `aws_api_gateway_rest_api`, with the settings that its body makes.
    pub resource: Resource,
    /// Every resource that is not another REST API's, itself among them. They include the resources of an OpenAPI body,
    /// as the provider would have written them.
    pub resources: Vec<Resource>,
}

/// The REST API that is chosen by its name, id or address, or the only one.
pub fn rest_api(mut resources: Vec<Resource>, chosen: Option<&str>) -> Result<RestApi, StateError> {
    let mut resource = choose(&resources, chosen)?.clone();
    let id = resource.values["id"].clone();
    resources.retain(|other| {
        other.values.get("rest_api_id").is_none_or(|of| *of == id)
            && (other.kind != "aws_api_gateway_rest_api" || other.address == resource.address)
    });
    if let Some(body) =
        openapi::expand(&mut resource).map_err(|why| StateError::Body(resource.address.clone(), why))?
    {
        let merged = resource.values["put_rest_api_mode"] == "merge";
        if !merged {
            resources.iter_mut().for_each(doubt_overwritten);
        }
        resources.extend(body);
    }
    let managed = resources.iter_mut().filter(|other| other.mode == "managed");
    managed
        .filter(|other| other.obstacle.is_none())
        .for_each(incomplete::find);
    let root = resource.values["root_resource_id"].as_str().unwrap_or_default();
    for kind in ["aws_api_gateway_method", "aws_api_gateway_integration"] {
        doubt_conflicts(&mut resources, kind, root);
    }
    for same in resources
        .iter_mut()
        .filter(|same| same.address == resource.address)
    {
        *same = resource.clone();
    }
    Ok(RestApi { resource, resources })
}

fn choose<'a>(resources: &'a [Resource], chosen: Option<&str>) -> Result<&'a Resource, StateError> {
    let apis: Vec<&Resource> = resources
        .iter()
        .filter(|resource| resource.mode == "managed" && resource.kind == "aws_api_gateway_rest_api")
        .collect();
    let name = |api: &&Resource| {
        let text = |key: &str| api.values[key].as_str().unwrap_or_default();
        format!("`{}` (`{}`, `{}`)", text("name"), text("id"), api.address)
    };
    let names = |apis: &[&Resource]| apis.iter().map(name).collect::<Vec<_>>();
    if apis.is_empty() {
        let is_other = |kind: &str| matches!(kind, "aws_api_gateway_rest_api" | "aws_apigatewayv2_api");
        let other = resources.iter().find(|resource| is_other(&resource.kind));
        return Err(other.map_or(StateError::NoApi, |other| {
            StateError::OtherApi(other.address.clone())
        }));
    }
    let meant: Vec<&Resource> = match chosen {
        None => apis.clone(),
        Some(chosen) => {
            let is = |api: &&&Resource, key: &str| api.values[key].as_str() == Some(chosen);
            apis.iter()
                .filter(|api| is(api, "id") || is(api, "name") || api.address == chosen)
                .copied()
                .collect()
        }
    };
    match (meant.as_slice(), chosen) {
        ([one], _) => Ok(one),
        ([], Some(chosen)) => Err(StateError::NoSuchApi(chosen.to_owned(), names(&apis))),
        (several, _) => Err(StateError::SeveralApis(names(several))),
    }
}

/// Putting a body in the mode `overwrite` deletes what is not in it; Terraform learns of it at its next refresh. Source:
/// <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/api_gateway_rest_api> (`body`).
fn doubt_overwritten(resource: &mut Resource) {
    let part_of_body = matches!(
        resource.kind.as_str(),
        "aws_api_gateway_method" | "aws_api_gateway_gateway_response"
    );
    if part_of_body && resource.mode == "managed" {
        resource.obstacle = Some(
            "the next update of the OpenAPI `body` deletes it: add it to the body, or set `put_rest_api_mode = \
             \"merge\"`"
                .to_owned(),
        );
    }
}

/// A method, or what answers it, that stands twice: which of them API Gateway holds depends on what was applied last.
fn doubt_conflicts(resources: &mut [Resource], kind: &str, root_resource_id: &str) {
    let paths = paths(resources, root_resource_id);
    let key = |resource: &Resource| {
        let text = |key: &str| resource.values[key].as_str().unwrap_or_default().to_owned();
        let path = paths.get(&text("resource_id"))?.clone();
        Some((path, text("http_method")))
    };
    let is_meant = |resource: &Resource| resource.mode == "managed" && resource.kind == kind;
    let mut addresses: BTreeMap<_, Vec<String>> = BTreeMap::new();
    for found in resources.iter().filter(|resource| is_meant(resource)) {
        if let Some(key) = key(found) {
            addresses.entry(key).or_default().push(found.address.clone());
        }
    }
    let noun = kind.trim_start_matches("aws_api_gateway_");
    for found in resources.iter_mut().filter(|resource| is_meant(resource)) {
        let all = key(found).and_then(|key| addresses.get(&key));
        if let Some(all) = all.filter(|all| all.len() > 1) {
            found.obstacle = Some(format!("duplicate {noun}: `{}`", all.join("`, `")));
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn resource(kind: &str, address: &str, values: Value) -> Resource {
        Resource {
            address: address.into(),
            mode: "managed".into(),
            kind: kind.into(),
            values,
            obstacle: None,
        }
    }

    fn api(name: &str, id: &str, change: Value) -> Resource {
        let mut values = json!({"name": name, "id": id, "root_resource_id": "root"});
        values
            .as_object_mut()
            .unwrap()
            .extend(change.as_object().unwrap().clone());
        resource("aws_api_gateway_rest_api", id, values)
    }

    #[test]
    fn one_of_several_apis_is_chosen_by_name_or_id_with_what_is_its_own() {
        let all = vec![
            api("orders", "a1", json!({})),
            api("orders", "a2", json!({})),
            api("books", "b1", json!({})),
            resource("aws_api_gateway_stage", "of books", json!({"rest_api_id": "b1"})),
            resource("aws_api_gateway_stage", "of orders", json!({"rest_api_id": "a1"})),
            resource("aws_lambda_function", "f", json!({})),
        ];
        let chosen = |name| rest_api(all.clone(), name);
        for name in ["books", "b1"] {
            let found = chosen(Some(name)).unwrap();
            let addresses: Vec<&str> = found
                .resources
                .iter()
                .map(|other| other.address.as_str())
                .collect();
            assert_eq!(
                (found.resource.address.as_str(), addresses),
                ("b1", vec!["b1", "of books", "f"])
            );
        }
        let error = |name| chosen(name).unwrap_err().to_string();
        assert!(error(None).starts_with(
            "the state has 3 REST APIs: choose one of them with `--api NAME|ID`: `orders` (`a1`"
        ));
        assert!(
            error(Some("orders")).starts_with("the state has 2 REST APIs"),
            "{}",
            error(Some("orders"))
        );
        assert!(
            error(Some("toys")).starts_with("unknown REST API `toys`: the state has `orders` (`a1`, `a1`), ")
        );
        assert_eq!(rest_api(vec![], Some("x")), Err(StateError::NoApi));
        let http = resource("aws_apigatewayv2_api", "http", json!({}));
        assert_eq!(
            rest_api(vec![http], None),
            Err(StateError::OtherApi("http".into()))
        );
    }

    /// A body with `GET /open`, beside a resource with two methods.
    fn beside(mode: &str) -> Vec<(String, Option<String>)> {
        let body = r#"{"openapi":"3.0.1","paths":{"/open":{"get":{}}}}"#;
        let method = |name: &str, http_method: &str| {
            let values = json!({"rest_api_id": "a", "resource_id": "r", "http_method": http_method});
            resource("aws_api_gateway_method", name, values)
        };
        let all = vec![
            api("api", "a", json!({"body": body, "put_rest_api_mode": mode})),
            resource(
                "aws_api_gateway_resource",
                "open",
                json!({"rest_api_id": "a", "id": "r", "parent_id": "root", "path_part": "open"}),
            ),
            method("twice", "GET"),
            method("beside", "POST"),
        ];
        let found = rest_api(all, None).unwrap();
        let methods = found
            .resources
            .into_iter()
            .filter(|other| other.kind == "aws_api_gateway_method");
        methods.map(|method| (method.address, method.obstacle)).collect()
    }

    #[test]
    fn a_method_beside_a_body_is_certain_only_where_both_are_merged() {
        let twice = "duplicate method: `twice`, `a.body.paths[\"/open\"].get`";
        let merged = beside("merge");
        assert_eq!(merged[0], ("twice".into(), Some(twice.into())));
        assert_eq!(merged[1], ("beside".into(), None));
        assert_eq!(merged[2].1.as_deref(), Some(twice));
        let overwritten = beside("overwrite");
        let why = overwritten[1].1.as_deref().unwrap();
        assert!(
            why.starts_with("the next update of the OpenAPI `body` deletes it"),
            "{why}"
        );
    }
}
