//! The list of what is not emulated, without repetitions.

use std::collections::HashSet;

use portcullis_terraform_json::Resource;
use portcullis_terraform_json::index::{Index, Part};
use portcullis_terraform_json::rest_api::{Settings, StageSettings};

use crate::data_plane::api::{NotEmulated, Unsupported};

/// Unsupported things, in the order in which they were found.
#[derive(Default)]
pub(super) struct Notes {
    list: Vec<Unsupported>,
    seen: HashSet<(String, String)>,
}

impl Notes {
    /// Adds an unsupported thing, and returns the sentence for routes that need it.
    pub(super) fn refuse(&mut self, address: &str, reason: String) -> NotEmulated {
        let sentence = format!("`{address}`: {reason}");
        self.add(address, reason);
        NotEmulated(sentence)
    }

    /// Adds an unsupported thing.
    pub(super) fn add(&mut self, address: &str, reason: String) {
        let address = address.to_owned();
        if self.seen.insert((address.clone(), reason.clone())) {
            self.list.push(Unsupported { address, reason });
        }
    }

    pub(super) fn into_list(self) -> Vec<Unsupported> {
        self.list
    }

    /// Adds unsupported and uncertain things that bear on more than one route.
    pub(super) fn of_all(&mut self, index: &Index) {
        for resource in index.all.iter().filter(|resource| resource.mode == "managed") {
            if let Some(obstacle) = &resource.obstacle {
                self.add(&resource.address, obstacle.clone());
            } else if let Some(reason) = reason(resource) {
                self.add(&resource.address, reason.to_owned());
            }
        }
    }
}

fn reason(resource: &Resource) -> Option<&'static str> {
    match resource.kind.as_str() {
        "aws_wafv2_web_acl_association" => Some("web ACLs are not emulated"),
        "aws_api_gateway_rest_api" => {
            let settings: Part<Settings> = Part::of(resource);
            if settings.disable_execute_api_endpoint == Some(true) {
                Some("its own endpoint is disabled, so on AWS only a custom domain works")
            } else if settings.endpoint() == "PRIVATE" {
                Some("it is private, so on AWS only its VPC endpoints work")
            } else {
                settings.compresses().then_some("compression is not emulated")
            }
        }
        "aws_api_gateway_stage" => {
            let settings: Part<StageSettings> = Part::of(resource);
            settings
                .cache_cluster_enabled
                .then_some("caching of answers is not emulated")
        }
        _ => None,
    }
}
