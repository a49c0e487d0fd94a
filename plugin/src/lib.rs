//! `kubectl profile`: moves clusters between versions of their cluster profiles, and cleans up after it.

use std::{ffi::OsString, process::ExitCode};

use clap::{ColorChoice, FromArgMatches};

mod called;
mod change;
mod cleanup;
mod cli;
mod commands;
mod complete;
mod configuration;
mod decide;
mod doctor;
mod error;
mod fleet;
mod help;
mod interrupt;
mod nearest;
mod output;
mod reference;
mod review;
mod selection;
mod shell;
mod store;
mod usage;
mod versions;
mod wait;

use crate::{
    cli::{Cli, switches},
    commands::Outcome,
    error::{Error, Kind},
    output::Output,
};

/// Runs the command line `args` (the program's name first) and gives the exit code to end with.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let args: Vec<_> = args.into_iter().collect();
    if let Some(request) = complete::requested(&args) {
        return complete::run(&request);
    }
    let args = switches::plain(args, cli::command);
    called::by(args.first().map(OsString::as_os_str));
    let mut root = cli::command();
    let parsed = root.try_get_matches_from_mut(&args).and_then(|matches| {
        let mut cli = Cli::from_arg_matches(&matches)?;
        cli.global.verb = matches.subcommand_name().unwrap_or_default().to_owned();
        Ok(cli)
    });
    let cli = match parsed {
        Ok(cli) => cli,
        Err(error) => return usage::answer(&root, &error, &args, &mut Output::to_terminal(ColorChoice::Auto)).into(),
    };
    let mut output = Output::to_terminal(cli.global.color);
    let ended = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Error::failed(format!("cannot start the runtime: {error}")))
        .and_then(|runtime| {
            let ended = runtime.block_on(until_interrupted(&cli, &mut output));
            // A program that was asked for a credential may go on; nobody waits for it any more.
            runtime.shutdown_background();
            ended
        });
    let ended = ended.and_then(|outcome| output.flush().map(|()| outcome));
    let is_error = cli.global.connection.warnings_as_errors;
    let ended = ended.and_then(|outcome| output::warnings::judge(is_error).map(|()| outcome));
    match ended {
        Ok(outcome) => outcome.exit_code().into(),
        Err(error) => {
            output.error(&error);
            if error.kind == Kind::Usage {
                output.note(&usage::hint(&args));
            }
            error.kind.exit_code().into()
        }
    }
}

async fn until_interrupted(cli: &Cli, output: &mut Output) -> Result<Outcome, Error> {
    tokio::select! {
        // A command that hears the interrupt itself says better what stands.
        biased;
        ended = commands::run(cli, output) => ended,
        () = interrupted() => Err(Error::new(Kind::Interrupted, "interrupted").hint(interrupt::left())),
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

/// The command line as clap knows it, for what is generated from it.
pub fn command() -> clap::Command {
    cli::command()
}
