//! `kubectl profile help`: the help of a command, as its `--help` prints it.

use clap::Args;

use super::Outcome;
use crate::{cli, error::Error, help, output::Output, usage};

/// Print the help of this plugin or of one of its commands
#[derive(Args, Debug)]
#[command(hide = true)]
pub(crate) struct HelpArgs {
    /// The command
    #[arg(value_name = "COMMAND")]
    command: Option<String>,
}

/// Runs the command.
pub(crate) fn run(args: &HelpArgs, output: &mut Output) -> Result<Outcome, Error> {
    let root = cli::command();
    let text = match &args.command {
        None => help::of_all(&root),
        Some(name) => help::of_named(&root, name).ok_or_else(|| usage::unknown_command(&root, name))?,
    };
    output.text(&text)?;
    Ok(Outcome::Done)
}
