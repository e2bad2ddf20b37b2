//! Files with secrets or with the state of `local`.

use std::path::Path;

use portcullis_files::{PRIVATE, private_folder, replace};

use crate::failure::{Failure, Outcome};

/// Writes a file that only its owner may read, in a folder that only its owner may enter.
pub fn write(path: &Path, text: &str) -> Outcome {
    let folder = path.parent().unwrap_or(Path::new(""));
    private_folder(folder)
        .and_then(|()| replace(path, text.as_bytes(), PRIVATE))
        .map_err(|error| Failure::tool(format!("can't write `{}`: {error}", path.display())))
}
