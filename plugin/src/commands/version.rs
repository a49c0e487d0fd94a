//! `kubectl profile version`.

use clap::Args;
use serde_json::json;

use super::Outcome;
use crate::{cli::Format, error::Error, output::Output};

/// Print the version of this plugin
#[derive(Args, Debug)]
pub(crate) struct VersionArgs {
    /// How to print it
    #[arg(short, long, value_enum, default_value_t)]
    output: Format,
}

/// Runs the command.
pub(crate) fn run(args: &VersionArgs, output: &mut Output) -> Result<Outcome, Error> {
    let version = env!("CARGO_PKG_VERSION");
    match args.output {
        Format::Table => output.line(&format!("kubectl-profile {version}"))?,
        format => output.document(format, "Version", json!({"version": version}))?,
    }
    Ok(Outcome::Done)
}
