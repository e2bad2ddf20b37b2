//! Settings of editors. The schema completes and checks keys of the spec.

use portcullis_generator::spec::schema;

/// The schema's file, which the first line of the spec names.
pub const SCHEMA: &str = "portcullis.schema.json";

/// The functions are a workspace of their own, which an editor that opens the project's folder would not find.
const SETTINGS: &str = r#"{
  "rust-analyzer.linkedProjects": ["functions/Cargo.toml"]
}
"#;

const EXTENSIONS: &str = r#"{
  "recommendations": ["hashicorp.terraform", "rust-lang.rust-analyzer", "tamasfe.even-better-toml"]
}
"#;

const ATTRIBUTES: &str = "# `portcullis schema` writes it.\n/portcullis.schema.json linguist-generated\n";

/// Returns the files: their paths and texts.
pub fn files() -> [(&'static str, String); 4] {
    [
        (".gitattributes", ATTRIBUTES.to_owned()),
        (".vscode/extensions.json", EXTENSIONS.to_owned()),
        (".vscode/settings.json", SETTINGS.to_owned()),
        (SCHEMA, format!("{:#}\n", schema::schema())),
    ]
}
