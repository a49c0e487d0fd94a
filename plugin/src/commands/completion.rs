//! `kubectl profile completion`: what makes shells complete the words of this program.

use std::{env, ffi::OsString, path::PathBuf};

use clap::{Args, Subcommand};

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
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Link the completer beside the plugin, where kubectl looks for it
    Install(LinkArgs),
    /// Remove the link that install made
    Uninstall(LinkArgs),
    /// Print the script for bash
    Bash,
    /// Print the script for zsh
    Zsh,
    /// Print the script for fish
    Fish,
    /// Print the script for PowerShell
    Powershell,
}

#[derive(Args, Debug)]
struct LinkArgs {
    /// Say what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
}

/// Runs the command.
pub(crate) fn run(args: &CompletionArgs, output: &mut Output) -> Result<Outcome, Error> {
    match &args.what {
        What::Install(args) => install(&link()?, args.dry_run, output)?,
        What::Uninstall(args) => uninstall(&link()?, args.dry_run, output)?,
        What::Bash => print(Shell::Bash, output)?,
        What::Zsh => print(Shell::Zsh, output)?,
        What::Fish => print(Shell::Fish, output)?,
        What::Powershell => print(Shell::Power, output)?,
    }
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
