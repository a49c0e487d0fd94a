//! (being written)

use clap::Args;

use super::Outcome;
use crate::{cli::Global, error::Error, output::Output};

/// (being written)
#[derive(Args, Debug)]
pub(crate) struct ScaleDownArgs {}

/// Runs the command.
pub(crate) async fn run(_args: &ScaleDownArgs, _global: &Global, _output: &mut Output) -> Result<Outcome, Error> {
    Err(Error::failed("not there yet"))
}
