//! Starts the plugin.

use std::process::ExitCode;

fn main() -> ExitCode {
    kubectl_profile::run(std::env::args_os())
}
