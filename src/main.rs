//! The program `atlas-migration-mock`: see `--help`, or the README.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::run()
}
