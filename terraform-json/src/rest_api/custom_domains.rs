//! Custom domains that lead to an API.

use serde::Deserialize;

use crate::index::{Index, Part, given, kind};

/// A domain name, of either generation.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Domain {
    /// The name.
    pub domain_name: String,
}

/// A path of a domain that leads to an API, of either generation.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Mapping {
    /// Id of the API.
    pub api_id: String,
    /// The domain.
    pub domain_name: String,
    #[serde(deserialize_with = "given", alias = "api_mapping_key")]
    base_path: Option<String>,
    /// The stage; none if the path names it.
    #[serde(deserialize_with = "given", alias = "stage")]
    pub stage_name: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(transparent)]
struct DomainV2(Domain);

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(transparent)]
struct MappingV2(Mapping);

kind!(Domain, "aws_api_gateway_domain_name");
kind!(DomainV2, "aws_apigatewayv2_domain_name");
kind!(Mapping, "aws_api_gateway_base_path_mapping");
kind!(MappingV2, "aws_apigatewayv2_api_mapping");

impl Mapping {
    /// The address that leads to the API.
    pub fn url(&self) -> String {
        let path = self.base_path.as_deref().unwrap_or_default();
        let path = match path.trim_start_matches('/') {
            // AWS's name for the empty path of a mapping.
            "(none)" => "",
            path => path,
        };
        format!("https://{}/{path}", self.domain_name)
    }
}

/// The domains and mappings of an API.
#[derive(Debug, Default)]
pub struct CustomDomains<'a> {
    /// Domains that lead to it. One without a mapping here may be the API's as well.
    pub domains: Vec<Part<'a, Domain>>,
    /// Mappings that lead to it.
    pub mappings: Vec<Part<'a, Mapping>>,
}

/// Returns what leads to the API with this id.
pub fn custom_domains<'a>(index: &Index<'a>, api: &str) -> CustomDomains<'a> {
    let mut domains: Vec<Part<Domain>> = index.parts();
    domains.extend(
        index
            .parts::<DomainV2>()
            .into_iter()
            .map(|part| part.map(|domain| domain.0)),
    );
    let mut mappings: Vec<Part<Mapping>> = index.parts();
    mappings.extend(
        index
            .parts::<MappingV2>()
            .into_iter()
            .map(|part| part.map(|mapping| mapping.0)),
    );
    domains.retain(|domain| {
        let mut of_it = mappings
            .iter()
            .filter(|mapping| mapping.domain_name == domain.domain_name);
        let is_mapped = of_it.clone().next().is_some();
        !is_mapped || of_it.any(|mapping| mapping.api_id == api)
    });
    mappings.retain(|mapping| mapping.api_id == api);
    CustomDomains { domains, mappings }
}
