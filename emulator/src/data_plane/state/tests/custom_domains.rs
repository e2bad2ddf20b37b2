//! Tests of custom domains that lead to the API.

use super::*;

fn notes_about(resources: &[(&str, Value)]) -> Vec<(String, String)> {
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
    let mut notes = Notes::default();
    note_custom_domains(&Index::of(&resources), "ours", &mut notes);
    let notes = notes.into_list().into_iter();
    notes.map(|noted| (noted.address, noted.reason)).collect()
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
    assert_eq!(notes_about(&[domain.clone(), mapping("theirs")]), []);
    let ours = [
        (
            domain.0.to_owned(),
            "the custom domain `a.example.com` is not emulated".to_owned(),
        ),
        (
            "aws_api_gateway_base_path_mapping.a".to_owned(),
            "`https://a.example.com/` is not emulated: on AWS it leads to the stage that the path names"
                .to_owned(),
        ),
    ];
    assert_eq!(notes_about(&[domain.clone(), mapping("ours")]), ours);
    assert_eq!(
        notes_about(&[domain.clone(), mapping("theirs"), mapping("ours")]),
        ours
    );
    assert_eq!(notes_about(&[domain]), ours[..1]);
}

#[test]
fn both_kinds_of_mapping_name_path_and_stage() {
    for (kind, path, stage) in [
        ("aws_api_gateway_base_path_mapping", "base_path", "stage_name"),
        ("aws_apigatewayv2_api_mapping", "api_mapping_key", "stage"),
    ] {
        let values =
            json!({"api_id": "ours", "domain_name": "a.example.com", path: "shop/v2", stage: "prod"});
        let notes = notes_about(&[(&format!("{kind}.this"), values)]);
        let expected = "`https://a.example.com/shop/v2` is not emulated: on AWS it leads to stage `prod`";
        assert_eq!(notes, [(format!("{kind}.this"), expected.to_owned())]);
    }
}
