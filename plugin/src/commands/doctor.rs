//! `kubectl profile doctor`: is the guard there, does it deny what it must, and may this user do what they need.

use clap::Args;

use super::Outcome;
use crate::{
    cli::{Format, Formats, Global},
    doctor::{self, report},
    error::Error,
    output::Output,
};

const EXAMPLES: &str = "Examples:
  # Look at everything, and prove the guard on clusters of all namespaces by dry runs
  kubectl profile doctor -A

  # The same for a user who is to work in one namespace
  kubectl profile doctor -n cluster-66f0a1b2c3d4e5f600000001 --as jane

  # The names of the checks that failed, for a pipeline
  kubectl profile doctor -o jsonpath='{.checks[?(@.outcome==\"failed\")].name}'";

/// Check that the guard is installed, answers and really denies, and that you may do what you need
///
/// Looks at kubectl, the kubeconfig, the API server, the CRDs, your rights for each command, and the guard: its configuration,
/// its certificates, its latency, and for each rule whether a change that breaks it is refused. For that an existing cluster of
/// the namespace (or of all, with -A) is changed in a dry run that the API server never stores. No cluster is created, and
/// nothing is written.
///
/// Exits with 2 when a check failed; warnings, and what cannot be proven here, are told and end with 0.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct DoctorArgs {
    /// Output format
    #[arg(short, long, value_name = "FORMAT", value_parser = Formats::DOCUMENT, default_value = "", hide_default_value = true)]
    output: Format,
}

/// Runs the command.
pub(crate) async fn run(args: &DoctorArgs, global: &Global, output: &mut Output) -> Result<Outcome, Error> {
    // The line comes before everything that may take a while: whoever is locked out by a broken guard needs it first.
    let line = doctor::takes_guard_away(global)?;
    let is_for_people = args.output.is_for_people();
    if let Some(line) = line.as_ref().filter(|_| is_for_people) {
        output.line(&format!("to take a broken guard away: {line}"))?;
        output.flush()?;
    }
    let checks = doctor::examine(global, &mut output.progress()).await?;
    if is_for_people {
        output.text(&report::text(&checks, output.paint()))?;
    } else {
        output.document(&args.output, "DoctorReport", report::fields(&checks, line.as_deref()))?;
    }
    Ok(if report::is_healthy(&checks) { Outcome::Done } else { Outcome::Code(2) })
}
