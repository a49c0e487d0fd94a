//! Starts the program.

use std::process::ExitCode;

fn main() -> ExitCode {
    profile_release::cli::main()
}
