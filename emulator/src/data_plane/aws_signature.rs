//! Unknown path → what API Gateway answers, which depends on the header `Authorization`.
//!
//! No method says who may call it, so API Gateway takes the header for an AWS signature and names what it lacks as one.
//! A bearer token is a signature without parameters. The answers hold the header's hash, never the header.
//! Source: answers of AWS that were published: see `tests/conformance`, `routing-authorization-*`.

use base64::Engine;
use sha2::{Digest, Sha256};

use super::gateway_error::GatewayError;
use super::message::Headers;

/// The parameters of a signature, in the order in which AWS names those that are missing.
const PARAMETERS: [&str; 3] = ["Credential", "Signature", "SignedHeaders"];

/// The error of a request that no route takes.
pub fn of_unknown_path(headers: &Headers) -> GatewayError {
    let header = headers.get("Authorization").unwrap_or_default();
    if header.is_empty() {
        return GatewayError::missing_authentication_token();
    }
    let separators = [' ', '\t'];
    let (algorithm, parameters) = header.split_once(separators).unwrap_or((header, ""));
    if algorithm.contains('=') {
        return GatewayError::incomplete_signature(
            "Authorization header must begin with the algorithm name, which cannot include an equal-sign.",
        );
    }
    let parameters = parameters.split([' ', '\t', ',']);
    let parameters: Vec<&str> = parameters.filter(|parameter| !parameter.is_empty()).collect();
    if parameters.iter().any(|parameter| !parameter.contains('=')) {
        return GatewayError::incomplete_signature(format!(
            "Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 and encoded with \
             Base64): '{}'.",
            hash(header)
        ));
    }
    let has = |name: &str| {
        let mut names = parameters
            .iter()
            .filter_map(|parameter| parameter.split('=').next());
        names.any(|other| other == name)
    };
    let mut missing: Vec<String> = PARAMETERS
        .into_iter()
        .filter(|name| !has(name))
        .map(|name| format!("Authorization header requires '{name}' parameter."))
        .collect();
    if headers
        .get("X-Amz-Date")
        .or_else(|| headers.get("Date"))
        .is_none()
    {
        let date = "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.";
        missing.push(date.to_owned());
    }
    if !missing.is_empty() {
        return GatewayError::incomplete_signature(format!(
            "{} (Hashed with SHA-256 and encoded with Base64) Authorization={}",
            missing.join(" "),
            hash(header)
        ));
    }
    // Every access key is unknown here. AWS answers the same to a key without an owner.
    match algorithm.starts_with("AWS4-") {
        true => GatewayError::unknown_access_key(),
        false => GatewayError::missing_authentication_token(),
    }
}

fn hash(header: &str) -> String {
    base64::engine::general_purpose::STANDARD.encode(Sha256::digest(header))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "eyJhbGciOiJSUzI1NiJ9.c2VjcmV0.c2ln";

    #[test]
    fn no_answer_holds_the_header() {
        let forms = [
            "{}",
            "Bearer {}",
            "Basic {}=",
            "{}=",
            "{}=x",
            "AWS4-HMAC-SHA256 Signature={}",
        ];
        for form in forms {
            let header = form.replace("{}", SECRET);
            let headers: Headers = [("Authorization", header.as_str())].into_iter().collect();
            let error = of_unknown_path(&headers);
            assert_eq!(error.error_type, "IncompleteSignatureException", "{form}");
            let message = error.message.unwrap_or_default();
            assert!(!message.contains("c2VjcmV0"), "{form}: {message}");
        }
    }
}
