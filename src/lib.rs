//! The command line of Portcullis.
//!
//! Each command is a file in [`commands`]: it opens a project, calls the pure generator, starts the programs
//! that do the rest, and ends with an exit code of [`failure`]. The generator doesn't depend on the emulator.

mod announced;
mod applied;
mod aws;
pub mod build;
mod cli;
mod commands;
mod curl_commands;
mod data_loss;
mod destruction;
mod endpoint;
pub mod failure;
pub mod first_user;
mod followed_file;
mod functions_workspace;
mod help;
mod input;
mod interrupt;
mod local;
mod lock;
mod new_function;
mod new_service;
mod own_files;
mod page;
mod placeholders;
mod prepared_environment;
mod private_file;
mod project;
mod redeployment;
mod revision;
mod saved_plan;
mod sign_in;
mod sources;
mod talk;
mod terraform_program;
mod today;
mod tools;
mod umask;

use std::process::ExitCode;

use clap::FromArgMatches;

use crate::failure::ExitCodes;
pub use crate::terraform_program::ProviderSource;

/// Runs the command of this process's arguments and returns its exit code.
pub fn run() -> ExitCode {
    umask::private();
    let parsed = help::command().try_get_matches();
    let cli = match parsed.and_then(|matches| cli::Cli::from_arg_matches(&matches)) {
        Ok(cli) => cli,
        Err(error) => {
            // It doesn't matter if the output is closed.
            _ = error.print();
            return if error.use_stderr() {
                ExitCodes::of_wrong_use(std::env::args_os()).wrong_use()
            } else {
                ExitCode::SUCCESS
            };
        }
    };
    let (codes, format) = (cli.exit_codes(), cli.message_format);
    talk::set(cli.color, cli.amount());
    match commands::run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            interrupt::wait_if_ending();
            // If the output is closed, the exit code remains.
            _ = talk::failure(&failure, format);
            failure.exit_code(codes)
        }
    }
}
