//! The command line of the sandbox.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::{progress::say, sandbox::Options, supervisor};

/// A throw-away Kubernetes control plane with the webhook and sample clusters
#[derive(Debug, Parser)]
#[command(name = "profile-sandbox", version)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run a control plane until the standard input closes; used by the library, which holds the other end
    #[command(hide = true)]
    Supervise(Options),
}

/// Reads the arguments and does what they say.
pub fn main() -> ExitCode {
    match Arguments::parse().command {
        Some(Command::Supervise(options)) => supervisor::run(&options),
        None => tour(),
    }
}

/// The place of the tour, the default command.
fn tour() -> ExitCode {
    say("there is no tour yet");
    ExitCode::FAILURE
}
