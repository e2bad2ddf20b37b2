//! The text of a body → a document with places, references and a base path.

use serde_json::Value;

use super::text::{Parsed, parse};
use crate::Resource;

/// An OpenAPI document of a REST API.
pub(super) struct Document {
    /// Address of the body.
    address: String,
    pub(super) api_id: String,
    pub(super) root_resource_id: String,
    pub(super) value: Value,
    /// The keys that stand twice, as steps from the root. There is none at the root itself.
    pub(super) twice: Vec<Vec<String>>,
    /// True for Swagger 2.0, false for OpenAPI 3.0.
    pub(super) swagger: bool,
    /// The prefix of each path: empty, or such as `/a/b`.
    pub(super) base_path: String,
}

impl Document {
    /// Reads the body of a REST API. Returns `None` if it has no body.
    pub(super) fn of(rest_api: &Resource) -> Result<Option<Self>, String> {
        let text = |key: &str| rest_api.values[key].as_str().unwrap_or_default();
        let body = text("body");
        if body.trim().is_empty() {
            return Ok(None);
        }
        let Parsed { value, twice } = parse(&with_variables(body, text("execution_arn")))?;
        if let Some([key]) = twice.iter().find(|steps| steps.len() == 1).map(Vec::as_slice) {
            return Err(format!("duplicate key `{key}`"));
        }
        let version = |key: &str| super::text(&value[key]).unwrap_or_default();
        let (swagger, openapi) = (version("swagger"), version("openapi"));
        // YAML makes a number of `2.0`.
        let is_swagger = match (swagger.as_str(), openapi.as_str()) {
            ("2.0" | "2", "") => true,
            ("", version) if version == "3.0" || version.starts_with("3.0.") => false,
            ("", "") => return Err("missing version `swagger` or `openapi`".to_owned()),
            (version, "") | (_, version) => {
                return Err(format!("its version must be 2.0 or 3.0, but it is {version}"));
            }
        };
        let base_path = match base_path_parameter(rest_api)? {
            None | Some("ignore") => String::new(),
            Some("prepend") => base_path(&value),
            Some(other) => {
                return Err(format!(
                    "`parameters.basepath` is `{other}`, which is not emulated"
                ));
            }
        };
        Ok(Some(Self {
            address: format!("{}.body", rest_api.address),
            api_id: text("id").to_owned(),
            root_resource_id: text("root_resource_id").to_owned(),
            value,
            twice,
            swagger: is_swagger,
            base_path,
        }))
    }

    /// The address of a place in the body, as Terraform would write it.
    pub(super) fn place(&self, steps: &[&str]) -> String {
        let is_name = |step: &str| {
            step.starts_with(|first: char| first.is_ascii_alphabetic())
                && step
                    .chars()
                    .all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_'))
        };
        steps.iter().fold(self.address.clone(), |address, step| {
            if is_name(step) {
                format!("{address}.{step}")
            } else {
                format!("{address}[\"{step}\"]")
            }
        })
    }

    /// Returns the reason why the value at a place is ambiguous: one of its keys, or a key that leads to it, occurs
    /// twice. AWS doesn't document which of the two API Gateway takes.
    pub(super) fn doubt(&self, steps: &[&str]) -> Option<String> {
        let leads = |twice: &&Vec<String>| twice.iter().zip(steps).all(|(key, step)| key == step);
        let key = self.twice.iter().find(leads)?.last()?;
        Some(format!("duplicate `{key}` in the body"))
    }

    /// Returns the value that `$ref` refers to, or the value itself. An error names a reference that leads nowhere, or
    /// out of the document, which API Gateway does not follow.
    pub(super) fn resolve<'a>(&'a self, mut value: &'a Value) -> Result<&'a Value, String> {
        // A reference to a reference is rare, a circle of them is wrong.
        for _ in 0..16 {
            let Some(reference) = value.get("$ref") else {
                return Ok(value);
            };
            let reference = reference.as_str().unwrap_or_default();
            value = reference
                .strip_prefix('#')
                .and_then(|pointer| self.value.pointer(pointer))
                .ok_or_else(|| format!("unknown `$ref` `{reference}`"))?;
        }
        Err("`$ref` leads in a circle".to_owned())
    }

    /// Returns the path to the models, as steps from the root.
    pub(super) fn schemas(&self) -> &'static [&'static str] {
        if self.swagger {
            &["definitions"]
        } else {
            &["components", "schemas"]
        }
    }

    /// Returns the path to the security schemes, as steps from the root.
    pub(super) fn security_schemes(&self) -> &'static [&'static str] {
        if self.swagger {
            &["securityDefinitions"]
        } else {
            &["components", "securitySchemes"]
        }
    }

    /// The value at steps from the root.
    pub(super) fn at(&self, steps: &[&str]) -> &Value {
        steps.iter().fold(&self.value, |value, step| &value[*step])
    }
}

/// `${AWS::Region}` and the others are resolved at the import:
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/import-api-aws-variables.html>
fn with_variables(body: &str, execution_arn: &str) -> String {
    let parts: Vec<&str> = execution_arn.split(':').collect();
    let [_, partition, _, region, account, ..] = parts[..] else {
        return body.to_owned();
    };
    let suffix = if partition == "aws-cn" {
        "amazonaws.com.cn"
    } else {
        "amazonaws.com"
    };
    [
        ("AccountId", account),
        ("Partition", partition),
        ("Region", region),
        ("URLSuffix", suffix),
    ]
    .iter()
    .fold(body.to_owned(), |body, (name, value)| {
        body.replace(&format!("${{AWS::{name}}}"), value)
    })
}

/// The parameter `basepath` of the import. Written otherwise, it is not known whether API Gateway heeds it.
fn base_path_parameter(rest_api: &Resource) -> Result<Option<&str>, String> {
    let mut parameters = super::entries(&rest_api.values["parameters"]);
    match parameters.find(|(key, _)| key.eq_ignore_ascii_case("basepath")) {
        Some((key, _)) if key != "basepath" => {
            Err(format!("`parameters.{key}` has to be written `basepath`"))
        }
        found => Ok(found.and_then(|(_, value)| value.as_str())),
    }
}

/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-import-api-basePath.html>
fn base_path(document: &Value) -> String {
    let variable = |server: &Value| {
        server["variables"]["basePath"]["default"]
            .as_str()
            .map(String::from)
    };
    let servers = || document["servers"].as_array().into_iter().flatten();
    let of_url = || {
        let url = document["servers"][0]["url"].as_str()?;
        let path = url.split_once("://").map_or(Some(url), |(_, rest)| {
            rest.find('/').and_then(|start| rest.get(start..))
        });
        path.map(String::from)
    };
    let path = document["basePath"]
        .as_str()
        .map(String::from)
        .or_else(|| servers().find_map(variable))
        .or_else(of_url)
        .unwrap_or_default();
    let path = path.trim_matches('/');
    if path.is_empty() {
        String::new()
    } else {
        format!("/{path}")
    }
}
