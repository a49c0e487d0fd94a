//! `kubectl profile options`: the flags that every command takes.

use clap::Args;

use super::Outcome;
use crate::{cli, error::Error, help, output::Output};

/// Print the list of flags that every command takes
#[derive(Args, Debug)]
#[command(hide = true)]
pub(crate) struct OptionsArgs {}

/// Runs the command.
pub(crate) fn run(_: &OptionsArgs, output: &mut Output) -> Result<Outcome, Error> {
    output.text(&help::of_options(&cli::command()))?;
    Ok(Outcome::Done)
}
