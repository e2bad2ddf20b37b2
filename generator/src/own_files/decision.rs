//! Blocks that decide where Terraform connects or what it runs, and the address by which each is accepted.

use super::block::{Argument, Block, Content};
use super::file::Reader;

/// The effect of a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// It configures a provider.
    Provider,
    /// It configures the storage of the state.
    Backend,
    /// It takes a provider from this source; none if that is not written as a string.
    ProviderSource(Option<String>),
    /// It is a setting of Terraform that is not known to be harmless.
    Setting,
    /// It takes a module from this source; none if that is not written as a string.
    ModuleSource(Option<String>),
    /// It needs a provider that is not AWS's.
    OtherProvider(String),
    /// It reads another state.
    OtherState,
    /// It invokes a function during the plan.
    Invocation,
    /// It runs a program.
    Provisioner,
    /// It runs an action of a provider.
    Action,
    /// It replaces parts of other blocks.
    Override,
    /// OpenTofu reads it in place of a file that is reviewed.
    OpenTofu,
    /// Its kind is not known.
    UnknownBlock,
    /// The file can't be parsed.
    Unreadable,
    /// The path leads elsewhere.
    Link,
    /// Terraform takes the folder for what it installed itself.
    Installed,
}

/// The source of AWS's provider, in both forms.
const AWS: [&str; 2] = ["hashicorp/aws", "registry.terraform.io/hashicorp/aws"];

/// Returns the decisions of a file, by the addresses of its blocks. `is_reviewed` returns whether a module's source is
/// a reviewed folder.
pub(super) fn decisions(
    content: &Content,
    reader: Reader,
    is_reviewed: &dyn Fn(&str) -> bool,
) -> Vec<(String, Decision)> {
    let mut reading = Reading {
        is_reviewed,
        found: Vec::new(),
    };
    for block in &content.blocks {
        match reader {
            Reader::Terraform => reading.block("", block),
            Reader::Test => reading.block_of_test(block),
            Reader::Override => reading.push(address("", block), Decision::Override),
            Reader::OpenTofu => reading.push(address("", block), Decision::OpenTofu),
        }
    }
    // In JSON every block is an argument, too.
    let is_block = |name: &str| content.blocks(name).next().is_some();
    for (name, _) in content.arguments.iter().filter(|(name, _)| !is_block(name)) {
        reading.push(name.clone(), Decision::UnknownBlock);
    }
    reading.found
}

/// Returns the address of a block: `data.http.x`, `aws_sqs_queue.x`, `provider.aws.other`, `terraform`.
fn address(within: &str, block: &Block) -> String {
    let alias = match (block.kind.as_str(), block.content.arguments("alias").next()) {
        ("provider", Some(Argument::Text(alias) | Argument::Other(alias))) => Some(alias.as_str()),
        _ => None,
    };
    let kind = (block.kind != "resource").then_some(block.kind.as_str());
    let parts: Vec<&str> = kind
        .into_iter()
        .chain(block.labels.iter().map(String::as_str))
        .chain(alias)
        .collect();
    format!("{within}{}", parts.join("."))
}

struct Reading<'a> {
    is_reviewed: &'a dyn Fn(&str) -> bool,
    found: Vec<(String, Decision)>,
}

impl Reading<'_> {
    fn push(&mut self, address: String, decision: Decision) {
        self.found.push((address, decision));
    }

    /// A block of a module. `within` begins the address of one that stands in another.
    fn block(&mut self, within: &str, block: &Block) {
        let address = address(within, block);
        match block.kind.as_str() {
            "terraform" => self.settings(&block.content),
            "provider" => self.push(address, Decision::Provider),
            "module" => self.source(address, &block.content),
            "resource" | "data" | "ephemeral" => self.resource(address, block),
            "removed" => self.provisioners(&address, &block.content),
            "check" => {
                let within = format!("{address}.");
                let data = block.content.blocks("data");
                data.for_each(|block| self.block(&within, block));
            }
            "action" => self.push(address, Decision::Action),
            "variable" | "output" | "locals" | "moved" | "import" => {}
            _ => self.push(address, Decision::UnknownBlock),
        }
    }

    fn block_of_test(&mut self, block: &Block) {
        let address = address("", block);
        match block.kind.as_str() {
            "provider" => self.push(address, Decision::Provider),
            "run" => {
                for module in block.content.blocks("module") {
                    self.source(format!("{address}.module"), &module.content);
                }
            }
            "test" | "variables" | "mock_provider" | "override_resource" | "override_data"
            | "override_module" => {}
            _ => self.push(address, Decision::UnknownBlock),
        }
    }

    fn settings(&mut self, content: &Content) {
        for block in &content.blocks {
            let address = address("terraform.", block);
            match block.kind.as_str() {
                "backend" | "cloud" => self.push(address, Decision::Backend),
                "required_providers" => self.providers(&address, &block.content),
                _ => self.push(address, Decision::Setting),
            }
        }
        let is_block = |name: &str| content.blocks(name).next().is_some();
        for (name, _) in &content.arguments {
            if name != "required_version" && !is_block(name) {
                self.push(format!("terraform.{name}"), Decision::Setting);
            }
        }
    }

    /// `required_providers`. One without a source is HashiCorp's of that name.
    fn providers(&mut self, address: &str, content: &Content) {
        for (name, _) in &content.arguments {
            let mut blocks = content.blocks(name).peekable();
            let mut sources: Vec<Option<String>> = Vec::new();
            if blocks.peek().is_none() {
                sources.push(Some(format!("hashicorp/{name}")));
            }
            for block in blocks {
                let content = &block.content;
                let written = content.arguments("source").map(|source| match source {
                    Argument::Text(text) => Some(text.clone()),
                    Argument::Other(_) => None,
                });
                let mut written: Vec<_> = written.collect();
                if written.is_empty() {
                    written.push(Some(format!("hashicorp/{name}")));
                }
                sources.extend(written);
                let known = ["source", "version", "configuration_aliases"];
                if !content
                    .arguments
                    .iter()
                    .all(|(key, _)| known.contains(&key.as_str()))
                {
                    sources.push(None);
                }
            }
            let is_aws =
                |source: &Option<String>| source.as_deref().is_some_and(|source| AWS.contains(&source));
            if let Some(other) = sources.into_iter().find(|source| !is_aws(source)) {
                self.push(format!("{address}.{name}"), Decision::ProviderSource(other));
            } else if name != "aws" {
                // Another name would make other resources seem to be AWS's, or AWS's another's.
                self.push(format!("{address}.{name}"), Decision::ProviderSource(None));
            }
        }
    }

    /// `source` of a module.
    fn source(&mut self, address: String, content: &Content) {
        let mut sources = content.arguments("source");
        match (sources.next(), sources.next()) {
            (Some(Argument::Text(source)), None) if (self.is_reviewed)(source) => {}
            (Some(Argument::Text(source)), None) => {
                self.push(address, Decision::ModuleSource(Some(source.clone())));
            }
            _ => self.push(address, Decision::ModuleSource(None)),
        }
    }

    fn resource(&mut self, address: String, block: &Block) {
        let kind = block.labels.first().map(String::as_str).unwrap_or_default();
        let implied = kind.split('_').next().unwrap_or_default();
        let mut chosen = block
            .content
            .arguments("provider")
            .map(|provider| match provider {
                Argument::Text(text) | Argument::Other(text) => text.split('.').next().unwrap_or_default(),
            });
        let provider = chosen.find(|name| *name != implied).unwrap_or(implied);
        self.provisioners(&address, &block.content);
        match (provider, block.kind.as_str(), kind) {
            ("aws", "data" | "ephemeral", "aws_lambda_invocation") => {
                self.push(address, Decision::Invocation)
            }
            ("aws", _, _) | ("terraform", "resource", "terraform_data") => {}
            ("terraform", _, _) => self.push(address, Decision::OtherState),
            (other, _, _) => self.push(address, Decision::OtherProvider(other.to_owned())),
        }
    }

    fn provisioners(&mut self, address: &str, content: &Content) {
        for provisioner in content.blocks("provisioner") {
            let kind = provisioner.labels.join(".");
            self.push(format!("{address}.provisioner.{kind}"), Decision::Provisioner);
        }
    }
}
