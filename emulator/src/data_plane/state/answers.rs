//! Headers and templates of answers.

use std::collections::BTreeMap;

use portcullis_foreign_text::words::code;
use portcullis_terraform_json::expression::{Expression, header};
use portcullis_terraform_json::template::Template;

/// Templates by media type, or what the gateway does not understand of one.
pub(super) fn templates(texts: &BTreeMap<String, String>) -> Result<BTreeMap<String, Template>, String> {
    let parse = |(media_type, text): (&String, &String)| Ok((media_type.clone(), Template::parse(text)?));
    texts.iter().map(parse).collect()
}

/// A header of an answer, or why the gateway can't fill it.
pub(super) fn emulated_header(key: &str, text: &str, prefix: &str) -> Result<(String, Expression), String> {
    match header(key, text, prefix)? {
        (name, Expression::Other(text)) => Err(format!(
            "its header {} is {}, which is not emulated",
            code(&name),
            code(&text)
        )),
        header => Ok(header),
    }
}
