//! Headers and templates of answers.

use std::collections::BTreeMap;

use portcullis_foreign_text::printable::code;
use portcullis_terraform_json::expression::{Expression, header};
use portcullis_terraform_json::template::Template;

/// Cuts templates, by media type. The error names the part that is not understood.
pub(super) fn templates(texts: &BTreeMap<String, String>) -> Result<BTreeMap<String, Template>, String> {
    let parse = |(media_type, text): (&String, &String)| Ok((media_type.clone(), Template::parse(text)?));
    texts.iter().map(parse).collect()
}

/// Cuts a header of an answer. The error says why the gateway can't fill it.
pub(super) fn emulated_header(key: &str, text: &str, prefix: &str) -> Result<(String, Expression), String> {
    match header(key, text, prefix)? {
        (name, Expression::Other(text)) => Err(format!(
            "its header {} has the value {}, which is not emulated",
            code(&name),
            code(&text)
        )),
        header => Ok(header),
    }
}
