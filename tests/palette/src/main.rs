//! Starts the program.

use std::process::ExitCode;

fn main() -> ExitCode {
    profile_palette::cli::main()
}
