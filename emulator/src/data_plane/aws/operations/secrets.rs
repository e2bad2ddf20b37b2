//! Systems Manager parameters, Secrets Manager and KMS.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::super::call::Call;
use crate::data_plane::iam::Need;

/// The calls of Systems Manager's parameters. On AWS, a `SecureString` under a key of one's own needs `kms:Decrypt`, too.
pub fn ssm(call: &Call, operation: &str) -> Option<Vec<Need>> {
    let need = |name: &str| Need::new(format!("ssm:{operation}"), parameter(call, name));
    let names = || {
        call.parameters["Names"]
            .as_array()?
            .iter()
            .map(|name| Some(need(name.as_str()?)))
            .collect()
    };
    match operation {
        "GetParameter" | "PutParameter" | "DeleteParameter" | "GetParameterHistory" => {
            Some(vec![need(call.text("Name")?)])
        }
        "GetParameters" | "DeleteParameters" => names(),
        "GetParametersByPath" => Some(vec![need(call.text("Path")?)]),
        "DescribeParameters" => Some(vec![Need::new("ssm:DescribeParameters", "*")]),
        _ => None,
    }
}

/// A parameter's ARN has one slash, whether its name begins with one or not, and no version or label behind it.
fn parameter(call: &Call, name: &str) -> String {
    if name.starts_with("arn:") {
        return name.to_owned();
    }
    let name = name.split(':').next().unwrap_or_default();
    call.arn("ssm", "parameter/", name.trim_start_matches('/'))
}

/// The calls of Secrets Manager.
pub fn secretsmanager(call: &Call, operation: &str) -> Option<Vec<Need>> {
    let secret = |id: &str| match call.names.secrets.get(id) {
        Some(arn) => arn.clone(),
        None if id.starts_with("arn:") => id.to_owned(),
        // Six characters that are not known: `-*` and `-??????` take any.
        None => call.arn("secretsmanager", "secret:", &format!("{id}-xxxxxx")),
    };
    let need = |id: &str| Need::new(format!("secretsmanager:{operation}"), secret(id));
    match operation {
        "GetSecretValue"
        | "DescribeSecret"
        | "PutSecretValue"
        | "UpdateSecret"
        | "DeleteSecret"
        | "ListSecretVersionIds"
        | "RotateSecret"
        | "RestoreSecret" => Some(vec![need(call.text("SecretId")?)]),
        "BatchGetSecretValue" => {
            let ids = call.parameters["SecretIdList"].as_array()?;
            // Each value needs an action of its own beside the batch's.
            let value = |id: &Value| Some(Need::new("secretsmanager:GetSecretValue", secret(id.as_str()?)));
            let mut needs: Vec<Need> = ids.iter().map(value).collect::<Option<_>>()?;
            needs.insert(0, Need::new("secretsmanager:BatchGetSecretValue", "*"));
            Some(needs)
        }
        "ListSecrets" | "GetRandomPassword" => {
            Some(vec![Need::new(format!("secretsmanager:{operation}"), "*")])
        }
        "CreateSecret" => {
            let name = format!("{}-xxxxxx", call.text("Name")?);
            Some(vec![Need::new(
                "secretsmanager:CreateSecret",
                call.arn("secretsmanager", "secret:", &name),
            )])
        }
        _ => None,
    }
}

/// The calls of KMS. Key policies are not evaluated.
pub fn kms(call: &Call, operation: &str) -> Option<Vec<Need>> {
    let key = match (operation, call.text("KeyId")) {
        ("GenerateRandom", _) => "*".to_owned(),
        ("Decrypt", None) => key(call, &key_of_ciphertext(call.text("CiphertextBlob")?)?),
        (
            "Encrypt"
            | "Decrypt"
            | "GenerateDataKey"
            | "GenerateDataKeyWithoutPlaintext"
            | "GenerateDataKeyPair"
            | "DescribeKey"
            | "GetPublicKey"
            | "Sign"
            | "Verify"
            | "GenerateMac"
            | "VerifyMac",
            Some(id),
        ) => key(call, id),
        _ => return None,
    };
    Some(vec![Need::new(format!("kms:{operation}"), key)])
}

fn key(call: &Call, id: &str) -> String {
    let alias = match id.split_once(":alias/") {
        Some((_, name)) => format!("alias/{name}"),
        None => id.to_owned(),
    };
    match call.names.keys.get(&alias) {
        Some(arn) => arn.clone(),
        None => call.arn("kms", if alias.starts_with("alias/") { "" } else { "key/" }, id),
    }
}

/// The id of the key that made a ciphertext: moto writes it in front.
fn key_of_ciphertext(text: &str) -> Option<String> {
    let bytes = STANDARD.decode(text).ok()?;
    let id = std::str::from_utf8(bytes.get(..36)?).ok()?;
    uuid::Uuid::parse_str(id).ok().map(|_| id.to_owned())
}
