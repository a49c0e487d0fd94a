//! `kubectl profile completion`: what makes shells complete the words of this program.

use std::{env, ffi::OsString, path::PathBuf};

use clap::{Args, ValueEnum};

use super::Outcome;
use crate::{
    complete::{
        link::{Found, Link},
        shells::Shell,
    },
    error::Error,
    output::Output,
};

const EXAMPLES: &str = "Examples:
  # Let kubectl's own completion complete the words behind kubectl profile
  kubectl profile completion install

  # Look what that would do
  kubectl profile completion install --dry-run

  # Print a script for bash that completes kubectl-profile itself
  kubectl profile completion bash > kubectl-profile.bash";

/// Let a shell complete commands, flags, clusters, versions and more
///
/// `install` is all that kubectl's own completion needs to complete the words behind `kubectl profile`. The scripts are for who
/// calls kubectl-profile itself.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct CompletionArgs {
    /// What to do: link the completer, remove the link, or print the script of a shell
    #[arg(value_name = "WHAT", value_enum)]
    what: What,
    /// Say what would be linked or removed, and do nothing
    #[arg(long)]
    dry_run: bool,
}

/// What to do for completion.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum What {
    /// Link the completer beside the plugin, where kubectl looks for it
    Install,
    /// Remove the link that install made
    Uninstall,
    /// Print the script for bash
    Bash,
    /// Print the script for zsh
    Zsh,
    /// Print the script for fish
    Fish,
    /// Print the script for PowerShell
    Powershell,
}

/// Runs the command.
pub(crate) fn run(args: &CompletionArgs, output: &mut Output) -> Result<Outcome, Error> {
    let shell = match args.what {
        What::Install => {
            install(&link()?, args.dry_run, output)?;
            return Ok(Outcome::Done);
        }
        What::Uninstall => {
            uninstall(&link()?, args.dry_run, output)?;
            return Ok(Outcome::Done);
        }
        What::Bash => Shell::Bash,
        What::Zsh => Shell::Zsh,
        What::Fish => Shell::Fish,
        What::Powershell => Shell::Power,
    };
    if args.dry_run {
        return Err(Error::usage("--dry-run is for install and uninstall: a script is only printed"));
    }
    print(shell, output)?;
    Ok(Outcome::Done)
}

/// The program as it was called; what a link leads to is not it.
fn program() -> PathBuf {
    env::args_os().next().unwrap_or_else(|| OsString::from("kubectl-profile")).into()
}

fn link() -> Result<Link, Error> {
    Link::of(&program())
}

fn install(link: &Link, dry_run: bool, output: &mut Output) -> Result<(), Error> {
    let words = format!("{} -> {}", link.path.display(), link.plugin_name());
    match link.found() {
        Found::Foreign => Err(foreign(link, "so it is not replaced")),
        Found::Ours => output.line(&format!("linked already: {words}")),
        Found::Nothing | Found::OursButOld if dry_run => output.line(&format!("would link {words} (dry run)")),
        Found::Nothing | Found::OursButOld => {
            link.make()?;
            output.line(&format!("linked {words}"))
        }
    }?;
    if !dry_run {
        output.note("kubectl completes `kubectl profile …` now wherever its own completion is loaded: `kubectl completion --help` tells how");
    }
    Ok(())
}

fn uninstall(link: &Link, dry_run: bool, output: &mut Output) -> Result<(), Error> {
    let path = link.path.display();
    match link.found() {
        Found::Foreign => Err(foreign(link, "so it is not removed")),
        Found::Nothing => output.line(&format!("nothing to remove: there is no {path}")),
        Found::Ours | Found::OursButOld if dry_run => output.line(&format!("would remove {path} (dry run)")),
        Found::Ours | Found::OursButOld => {
            link.remove()?;
            output.line(&format!("removed {path}"))
        }
    }
}

fn foreign(link: &Link, consequence: &str) -> Error {
    let path = link.path.display();
    Error::refused(format!("{path} is no link to {} that this command made, {consequence}", link.plugin_name()))
        .hint("look at what it is, and move it away if it is not needed")
}

fn print(shell: Shell, output: &mut Output) -> Result<(), Error> {
    let program = program();
    let name = program.file_stem().unwrap_or_default().to_string_lossy();
    output.text(&shell.script(&name))
}
