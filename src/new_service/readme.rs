//! The README of a new service.

use super::choices::Choices;
use super::embedded::Example;

const TEMPLATE: &str = include_str!("readme.md");

/// Returns the README.
pub fn of(example: &Example, choices: &Choices) -> String {
    TEMPLATE
        .replace("NAME", &choices.name)
        .replace("ABOUT", example.about)
}
