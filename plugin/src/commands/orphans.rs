//! (being written)

use clap::Args;

use super::Outcome;
use crate::{cli::Global, error::Error, output::Output};

/// (being written)
#[derive(Args, Debug)]
pub(crate) struct OrphansArgs {}

/// Runs the command.
pub(crate) async fn run(_args: &OrphansArgs, _global: &Global, _output: &mut Output) -> Result<Outcome, Error> {
    Err(Error::failed("not there yet"))
}
