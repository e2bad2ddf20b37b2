//! From one small file to Terraform that people enjoy reviewing.
#![warn(missing_docs)]

pub mod state;
