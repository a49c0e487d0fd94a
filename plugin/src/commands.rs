//! The subcommands: one file each, one enum, one match.

use std::sync::Arc;

use clap::Subcommand;

use crate::{
    cli::{Cli, Global},
    configuration::Configuration,
    error::Error,
    output::{self, Output},
};

mod apply;
mod approve;
mod check;
mod completion;
mod detach;
mod diff;
mod doctor;
mod export;
mod help;
mod history;
mod import;
mod list;
mod new_version;
mod options;
mod orphans;
mod r#override;
pub(crate) mod overrides;
mod rollback;
mod scale_back;
mod scale_down;
mod show;
mod status;
mod switch;
pub(crate) mod target;
mod update;
mod version;

/// Commands that the help lists together.
pub(crate) struct Group {
    pub(crate) title: &'static str,
    pub(crate) commands: &'static [&'static str],
}

/// The commands as the help lists them. Each stands in one group, which a test sees to.
pub(crate) const GROUPS: [Group; 4] = [
    Group {
        title: "View Commands",
        commands: &["list", "show", "status", "diff", "check", "overrides", "history", "export"],
    },
    Group {
        title: "Change Commands",
        commands: &["switch", "apply", "update", "override", "rollback", "approve", "new-version", "import", "detach"],
    },
    Group { title: "Clean Up Commands", commands: &["orphans", "scale-down", "scale-back"] },
    Group { title: "Administer Commands", commands: &["doctor", "completion", "version"] },
];

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    List(list::ListArgs),
    Show(show::ShowArgs),
    Status(status::StatusArgs),
    Diff(diff::DiffArgs),
    Check(check::CheckArgs),
    Switch(switch::SwitchArgs),
    Update(update::UpdateArgs),
    Overrides(overrides::OverridesArgs),
    Override(r#override::OverrideArgs),
    Apply(apply::ApplyArgs),
    Rollback(rollback::RollbackArgs),
    Approve(approve::ApproveArgs),
    Orphans(orphans::OrphansArgs),
    ScaleDown(scale_down::ScaleDownArgs),
    ScaleBack(scale_back::ScaleBackArgs),
    History(history::HistoryArgs),
    NewVersion(new_version::NewVersionArgs),
    Export(export::ExportArgs),
    Import(import::ImportArgs),
    Detach(detach::DetachArgs),
    Completion(completion::CompletionArgs),
    Doctor(doctor::DoctorArgs),
    Version(version::VersionArgs),
    Help(help::HelpArgs),
    Options(options::OptionsArgs),
}

impl Command {
    /// Whether it may change something. A dry run is none of it: what it shows must be what would be written.
    fn writes(&self) -> bool {
        match self {
            Self::List(_)
            | Self::Show(_)
            | Self::Status(_)
            | Self::Diff(_)
            | Self::Check(_)
            | Self::Overrides(_)
            | Self::Orphans(_)
            | Self::History(_)
            | Self::Export(_)
            | Self::Completion(_)
            | Self::Doctor(_)
            | Self::Version(_)
            | Self::Help(_)
            | Self::Options(_) => false,
            Self::Switch(_)
            | Self::Update(_)
            | Self::Override(_)
            | Self::Apply(_)
            | Self::Rollback(_)
            | Self::Approve(_)
            | Self::ScaleDown(_)
            | Self::ScaleBack(_)
            | Self::NewVersion(_)
            | Self::Import(_)
            | Self::Detach(_) => true,
        }
    }
}

/// How a command ended that did not fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Done, or no difference.
    Done,
    /// Differences were found.
    Differences,
    /// Nothing was to be done, and the user asked to be told by the exit code.
    Unchanged,
    /// A rule is broken, or everything that was asked for is refused.
    Refused,
    /// Part of what was asked for is done, and part of it is not.
    Partial,
    /// Of many clusters none is done, and all ended with this code.
    Code(u8),
}

impl Outcome {
    /// The exit code; the README lists them.
    pub(crate) fn exit_code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Differences => 1,
            Self::Unchanged => 3,
            Self::Refused => 4,
            Self::Partial => 5,
            Self::Code(code) => code,
        }
    }
}

/// Runs the command that `cli` names.
pub(crate) async fn run(cli: &Cli, output: &mut Output) -> Result<Outcome, Error> {
    output::trace::set(cli.global.verbosity);
    let global = Global {
        // Nobody needs a configuration to ask for the version or for help, or for a script that every shell loads.
        configuration: match cli.command {
            Command::Version(_) | Command::Completion(_) | Command::Help(_) | Command::Options(_) => Arc::default(),
            _ => Arc::new(Configuration::read()?),
        },
        writes: cli.command.writes(),
        ..cli.global.clone()
    };
    let global = &global;
    match &cli.command {
        Command::List(args) => list::run(args, global, output).await,
        Command::Show(args) => show::run(args, global, output).await,
        Command::Status(args) => status::run(args, global, output).await,
        Command::Diff(args) => diff::run(args, global, output).await,
        Command::Check(args) => check::run(args, global, output).await,
        Command::Switch(args) => switch::run(args, global, output).await,
        Command::Update(args) => update::run(args, global, output).await,
        Command::Overrides(args) => overrides::run(args, global, output).await,
        Command::Override(args) => r#override::run(args, global, output).await,
        Command::Apply(args) => apply::run(args, global, output).await,
        Command::Rollback(args) => rollback::run(args, global, output).await,
        Command::Approve(args) => approve::run(args, global, output).await,
        Command::Orphans(args) => orphans::run(args, global, output).await,
        Command::ScaleDown(args) => scale_down::run(args, global, output).await,
        Command::ScaleBack(args) => scale_back::run(args, global, output).await,
        Command::History(args) => history::run(args, global, output).await,
        Command::NewVersion(args) => new_version::run(args, global, output).await,
        Command::Export(args) => export::run(args, global, output).await,
        Command::Import(args) => import::run(args, global, output).await,
        Command::Detach(args) => detach::run(args, global, output).await,
        Command::Completion(args) => completion::run(args, output),
        Command::Doctor(args) => doctor::run(args, global, output).await,
        Command::Version(args) => version::run(args, output),
        Command::Help(args) => help::run(args, output),
        Command::Options(args) => options::run(args, output),
    }
}
