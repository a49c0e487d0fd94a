//! Starts the webhook.

use std::process::ExitCode;

fn main() -> ExitCode {
    profile_webhook::run(std::env::args_os())
}
