//! The command line of the sandbox.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::{progress::say, sandbox::Options, supervisor, tour};

/// Show the tour of the page "Update a Cluster" on a throw-away Kubernetes control plane
#[derive(Debug, Parser)]
#[command(name = "profile-sandbox", version)]
struct Arguments {
    /// Leave the control plane running after the tour, and print the KUBECONFIG to use
    #[arg(long)]
    keep: bool,
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
    let arguments = Arguments::parse();
    match arguments.command {
        Some(Command::Supervise(options)) => supervisor::run(&options),
        None => match tour::run(arguments.keep) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                say(&format!("error: {error}"));
                ExitCode::FAILURE
            }
        },
    }
}
