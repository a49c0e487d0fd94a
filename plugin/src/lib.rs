//! `kubectl profile`: moves clusters between versions of their cluster profiles, and cleans up after it.

use std::{ffi::OsString, process::ExitCode};

use clap::{FromArgMatches, error::ErrorKind};

mod change;
mod cleanup;
mod cli;
mod commands;
mod configuration;
mod decide;
mod error;
mod fleet;
mod interrupt;
mod nearest;
mod output;
mod reference;
mod review;
mod selection;
mod shell;
mod store;
mod versions;
mod wait;

use crate::{
    cli::Cli,
    commands::Outcome,
    error::{Error, Kind},
    output::Output,
};

/// Runs the command line `args` (the program's name first) and gives the exit code to end with.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let matches = match cli::command().try_get_matches_from(args) {
        Ok(matches) => matches,
        Err(error) => return usage(&error),
    };
    let cli = match Cli::from_arg_matches(&matches) {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
    };
    let mut output = Output::to_terminal(cli.global.color);
    let ended = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Error::failed(format!("cannot start the runtime: {error}")))
        .and_then(|runtime| runtime.block_on(until_interrupted(&cli, &mut output)));
    let ended = ended.and_then(|outcome| output.flush().map(|()| outcome));
    match ended {
        Ok(outcome) => outcome.exit_code().into(),
        Err(error) => {
            output.error(&error);
            error.kind.exit_code().into()
        }
    }
}

async fn until_interrupted(cli: &Cli, output: &mut Output) -> Result<Outcome, Error> {
    tokio::select! {
        // A command that hears the interrupt itself says better what stands.
        biased;
        ended = commands::run(cli, output) => ended,
        () = interrupted() => Err(Error::new(Kind::Interrupted, "interrupted").hint(match interrupt::has_written() {
            true => "a change that was under way is recorded, and told by `kubectl profile history`",
            false => "nothing was written",
        })),
    }
}

/// Ends when the user interrupts us, and neither what has the terminal meanwhile nor what hears interrupts for itself.
async fn interrupted() {
    loop {
        let heard = tokio::signal::ctrl_c().await;
        // Where no signal can be heard, as where one was, waiting on would never end.
        if heard.is_err() || !(decide::editor::is_open() || interrupt::is_held()) {
            return;
        }
    }
}

/// Help and version are answers and end with 0; a wrong word is a usage error and ends with 2.
fn usage(error: &clap::Error) -> ExitCode {
    let is_answer = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
    // Where the terminal is gone there is nobody left to tell.
    let _ = error.print();
    if is_answer { ExitCode::SUCCESS } else { Kind::Usage.exit_code().into() }
}
