//! The surface of an API: what is reachable, by whom.
//!
//! The meeting point of everything: the spec's surface, the planned one and the one that was applied must be equal. The
//! data plane serves the applied one; a review compares two.
//!
//! A file a concern reads resources of a state or plan ([`of_state()`], [`of_plan()`]) and writes down which of them it
//! accounts for. Whatever may matter and is not accounted for is among the surface's `other_arguments` and `others`, so
//! that what somebody added by hand is seen, whether or not this crate has heard of it.

mod arguments;
mod authorizers;
mod check_plan;
mod compare;
mod functions;
mod gateway_responses;
mod names;
mod of_resources;
mod of_service;
mod others;
mod policy;
mod resources;
mod routes;
mod types;
mod unknown;
mod user_pool;

pub use arguments::is_harmless;
pub use check_plan::{CheckError, Checked, check_plan};
pub use compare::{Difference, Subject, Words, compare};
pub use of_resources::{SurfaceError, of_plan, of_state};
pub use of_service::of_service;
pub use others::why as why_it_counts;
pub use types::{
    Api, Argument, Authorizer, Client, FORMAT, Function, GatewayResponse, Invoker, Password, Preflight,
    Route, Statement, Surface, UNKNOWN, Unknown, UserPool,
};
pub use user_pool::FIRST_USER;

impl Surface {
    fn sorted(mut self) -> Self {
        self.authorizers.sort();
        self.routes
            .sort_by(|a, b| (&a.path, &a.method).cmp(&(&b.path, &b.method)));
        self.functions.sort_by(|a, b| a.name.cmp(&b.name));
        self.gateway_responses.sort_by(|a, b| a.kind.cmp(&b.kind));
        self.unknown.sort();
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::StateError;

    const SPEC: &str = include_str!("../../../portcullis.toml");
    const STATE: &str = include_str!("../../tests/demo.state.json");

    fn demo() -> Surface {
        let service = crate::service(SPEC, None).unwrap();
        of_service(&service, &service.environments[crate::service::LOCAL])
    }

    #[test]
    fn the_demos_surface_is_the_one_of_the_contract() {
        let json = serde_json::to_value(demo()).unwrap();
        assert_eq!(
            json["routes"][2],
            serde_json::json!({
                "path": "/open", "method": "GET", "auth_type": "NONE", "authorizer": null, "scopes": [],
                "api_key_required": false, "integration": "AWS_PROXY", "function": "open", "cors": null
            })
        );
        assert_eq!(
            json["routes"][3]["cors"],
            serde_json::json!({
                "allow_origin": "*", "allow_methods": ["GET", "OPTIONS"], "allow_headers": ["*", "Authorization"]
            })
        );
        assert_eq!(json["authorizers"][0]["header"], "Authorization");
    }

    #[test]
    fn the_applied_surface_equals_the_specs() {
        assert_eq!(of_state(STATE, None).unwrap(), demo());
    }

    #[test]
    fn a_state_without_an_api_has_no_surface() {
        assert_eq!(
            of_state(r#"{"format_version":"1.0"}"#, None),
            Err(SurfaceError::State(StateError::NoApi))
        );
    }
    /// The demo's state with changes to each managed resource.
    fn changed(change: impl Fn(&str, &mut serde_json::Value)) -> String {
        fn each<'a>(
            module: &'a mut serde_json::Value,
            key: &str,
        ) -> impl Iterator<Item = &'a mut serde_json::Value> {
            let list = module.get_mut(key).and_then(|list| list.as_array_mut());
            list.into_iter().flatten()
        }
        fn walk(module: &mut serde_json::Value, change: &impl Fn(&str, &mut serde_json::Value)) {
            for resource in each(module, "resources") {
                let kind = resource["type"].as_str().unwrap().to_string();
                change(&kind, &mut resource["values"]);
            }
            for child in each(module, "child_modules") {
                walk(child, change);
            }
        }
        let mut state: serde_json::Value = serde_json::from_str(STATE).unwrap();
        walk(&mut state["values"]["root_module"], &change);
        state.to_string()
    }

    #[test]
    fn an_alias_is_not_the_functions_name() {
        let with_alias = |known: bool| {
            changed(|kind, values| match kind {
                "aws_api_gateway_integration" => {
                    if let Some(uri) = values["uri"].as_str().filter(|uri| uri.contains("/functions/")) {
                        values["uri"] = uri.replace("/invocations", ":live/invocations").into();
                    }
                }
                "aws_lambda_function" if !known => values["arn"] = "another".into(),
                _ => (),
            })
        };
        let mut expected = demo();
        for route in expected
            .routes
            .iter_mut()
            .filter(|route| route.function.is_some())
        {
            route.qualifier = Some("live".into());
        }
        assert_eq!(of_state(&with_alias(true), None).unwrap(), expected);
        let unknown = of_state(&with_alias(false), None).unwrap();
        assert_eq!(unknown.routes[2].function.as_deref(), Some("hello-local-open"));
    }

    const BOOKSHOP: &str = include_str!("../../../local/tests/fixtures/bookshop/state.json");

    #[test]
    fn an_api_has_the_same_surface_in_both_layouts() {
        let surface = |api| {
            let mut surface = of_state(BOOKSHOP, Some(api)).unwrap();
            assert_eq!(std::mem::take(&mut surface.api.name), api);
            // Each names the other one.
            let is_api = |address: &String| address.ends_with(".aws_api_gateway_rest_api.this");
            assert_eq!(surface.others.iter().filter(|address| is_api(address)).count(), 1);
            surface.others.retain(|address| !is_api(address));
            surface
        };
        let resources = surface("bookshop-resources");
        assert_eq!((resources.routes.len(), resources.authorizers.len()), (9, 2));
        assert_eq!(surface("bookshop-openapi"), resources);
    }

    #[test]
    fn there_is_no_surface_where_it_is_not_certain_who_may_call() {
        let state = BOOKSHOP.replace("- staff: []", "- staff: []\\n        - readers: []");
        let error = of_state(&state, Some("bookshop-openapi"))
            .unwrap_err()
            .to_string();
        assert_eq!(
            error,
            "what `module.openapi.aws_api_gateway_rest_api.this.body.paths[\"/orders\"].get` lets through is not \
             certain: its `security` names both `staff` and `readers`, and a method has one authorizer"
        );
    }

    #[test]
    fn what_belongs_to_another_api_is_left_out() {
        let state = changed(|kind, values| {
            let of_open = values["http_method"] == "GET" && values["authorization"] == "NONE";
            if kind == "aws_api_gateway_method" && of_open {
                values["rest_api_id"] = "another".into();
            }
        });
        let mut expected = demo();
        expected.routes.remove(2);
        let stray = ["integration", "method"]
            .map(|kind| format!("module.service.module.get_open.aws_api_gateway_{kind}.this"));
        expected.others = stray.into();
        assert_eq!(of_state(&state, None).unwrap(), expected);
    }
}
