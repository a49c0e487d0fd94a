//! `kubectl profile version`.

use clap::Args;
use serde_json::json;

use super::Outcome;
use crate::{
    cli::{Format, Formats},
    error::Error,
    output::Output,
};

const EXAMPLES: &str = "Examples:
  # Print the version
  kubectl profile version

  # Print it as JSON
  kubectl profile version -o json";

/// Print the version of this plugin
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct VersionArgs {
    /// Output format
    #[arg(short, long, value_name = "FORMAT", value_parser = Formats::DOCUMENT, default_value = "", hide_default_value = true)]
    output: Format,
}

/// Runs the command.
pub(crate) fn run(args: &VersionArgs, output: &mut Output) -> Result<Outcome, Error> {
    let version = env!("CARGO_PKG_VERSION");
    if args.output.is_for_people() {
        output.line(&format!("kubectl-profile {version}"))?;
    } else {
        output.document(&args.output, "Version", json!({"version": version}))?;
    }
    Ok(Outcome::Done)
}
