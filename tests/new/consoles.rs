//! The consoles of `docs/first-service.md` that need neither Terraform nor the emulated AWS.

use std::path::Path;
use std::process::Command;

use portcullis_test_support::console::Console;

use crate::folder::Folder;

const FIRST_SERVICE: &str = include_str!("../../docs/first-service.md");

#[test]
fn a_service_and_its_functions_are_written_as_the_document_shows() {
    let folder = Folder::new();
    let programs = Path::new(env!("CARGO_BIN_EXE_portcullis")).parent().unwrap();
    let path = std::env::var("PATH").unwrap();
    let path = format!("{}:{path}", programs.display());
    let mut console = Console::new(&folder.path(""), |program| {
        let mut command = Command::new(program);
        command.env("PATH", &path);
        command
    });
    for name in ["new", "new function", "public function", "other functions"] {
        console.run(FIRST_SERVICE, name);
    }
}
