//! Custom domains that lead to the API on AWS, and not here.

use portcullis_foreign_text::words::code;
use portcullis_terraform_json::Resource;

use super::State;
use crate::data_plane::api::Unsupported;

/// The domain names and mappings of the API. A domain without a mapping in the state may be the API's as well.
pub(super) fn custom_domains(state: &State) -> Vec<Unsupported> {
    let managed = || {
        state
            .resources
            .iter()
            .filter(|resource| resource.mode == "managed")
    };
    let mappings: Vec<&Resource> = managed()
        .filter(|resource| {
            matches!(
                resource.kind.as_str(),
                "aws_api_gateway_base_path_mapping" | "aws_apigatewayv2_api_mapping"
            )
        })
        .collect();
    let is_ours = |mapping: &&&Resource| text(mapping, "api_id") == state.api;
    let domains = managed()
        .filter(|resource| {
            matches!(
                resource.kind.as_str(),
                "aws_api_gateway_domain_name" | "aws_apigatewayv2_domain_name"
            )
        })
        .filter(|domain| {
            let name = text(domain, "domain_name");
            let mut of_it = mappings
                .iter()
                .filter(|mapping| text(mapping, "domain_name") == name);
            let is_mapped = of_it.clone().next().is_some();
            !is_mapped || of_it.any(|mapping| is_ours(&mapping))
        })
        .map(|domain| Unsupported {
            address: domain.address.clone(),
            reason: format!(
                "the custom domain {} is not answered",
                code(text(domain, "domain_name"))
            ),
        });
    let paths = mappings.iter().filter(is_ours).map(|mapping| {
        let path = [text(mapping, "base_path"), text(mapping, "api_mapping_key")].concat();
        let path = match path.trim_start_matches('/') {
            // What AWS calls the empty path of a mapping.
            "(none)" => "",
            path => path,
        };
        let url = format!("https://{}/{path}", text(mapping, "domain_name"));
        let to = match [text(mapping, "stage_name"), text(mapping, "stage")].concat() {
            stage if stage.is_empty() => "the stage that the path names".to_owned(),
            stage => format!("stage {}", code(&stage)),
        };
        Unsupported {
            address: mapping.address.clone(),
            reason: format!("{} is not answered: on AWS it leads to {to}", code(&url)),
        }
    });
    domains.chain(paths).collect()
}

fn text<'a>(resource: &'a Resource, key: &str) -> &'a str {
    resource.values[key].as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn told(resources: &[(&str, Value)]) -> Vec<(String, String)> {
        let resources: Vec<Resource> = resources
            .iter()
            .map(|(address, values)| Resource {
                address: (*address).to_owned(),
                mode: "managed".into(),
                kind: address.split('.').next().unwrap().to_owned(),
                values: values.clone(),
                obstacle: None,
            })
            .collect();
        let state = State {
            resources: &resources,
            api: "ours",
        };
        let told = custom_domains(&state).into_iter();
        told.map(|noted| (noted.address, noted.reason)).collect()
    }

    #[test]
    fn what_leads_to_another_api_is_not_ours_to_name() {
        let domain = (
            "aws_api_gateway_domain_name.a",
            json!({"domain_name": "a.example.com"}),
        );
        let mapping = |api: &str| {
            let values =
                json!({"api_id": api, "domain_name": "a.example.com", "base_path": "", "stage_name": null});
            ("aws_api_gateway_base_path_mapping.a", values)
        };
        assert_eq!(told(&[domain.clone(), mapping("theirs")]), []);
        let ours = [
            (
                domain.0.to_owned(),
                "the custom domain `a.example.com` is not answered".to_owned(),
            ),
            (
                "aws_api_gateway_base_path_mapping.a".to_owned(),
                "`https://a.example.com/` is not answered: on AWS it leads to the stage that the path names"
                    .to_owned(),
            ),
        ];
        assert_eq!(told(&[domain.clone(), mapping("ours")]), ours);
        assert_eq!(told(&[domain.clone(), mapping("theirs"), mapping("ours")]), ours);
        assert_eq!(told(&[domain]), ours[..1]);
    }

    #[test]
    fn both_kinds_of_mapping_name_path_and_stage() {
        for (kind, path, stage) in [
            ("aws_api_gateway_base_path_mapping", "base_path", "stage_name"),
            ("aws_apigatewayv2_api_mapping", "api_mapping_key", "stage"),
        ] {
            let values =
                json!({"api_id": "ours", "domain_name": "a.example.com", path: "shop/v2", stage: "prod"});
            let told = told(&[(&format!("{kind}.this"), values)]);
            let expected = "`https://a.example.com/shop/v2` is not answered: on AWS it leads to stage `prod`";
            assert_eq!(told, [(format!("{kind}.this"), expected.to_owned())]);
        }
    }
}
