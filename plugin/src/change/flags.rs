//! Flags of the commands that write a cluster's profiles.

use std::{path::PathBuf, time::Duration};

use clap::Args;

use super::{proposal::BaseArg, variables::VariableArgs};
use crate::{
    cleanup::{After, AfterArgs},
    cli::{Format, Formats, duration},
    decide::DecisionArgs,
    error::Error,
    output::Output,
    review::ReviewArgs,
    store::DryRun,
};

/// Flags of every command that writes a cluster's profiles.
#[derive(Args, Clone, Debug)]
pub(crate) struct WriteArgs {
    /// Do not ask
    #[arg(short, long)]
    pub(crate) yes: bool,
    /// Show what would be done; with `server` the API server judges it, too
    #[arg(long, value_enum, default_value_t, num_args = 0..=1, require_equals = true, default_missing_value = "client")]
    pub(crate) dry_run: DryRun,
    /// Wait until the cluster runs what its spec says
    #[arg(long)]
    pub(crate) wait: bool,
    /// How long to wait, such as 30s or 10m
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "10m")]
    pub(crate) timeout: Duration,
    /// Why, for the revision
    #[arg(long)]
    pub(crate) reason: Option<String>,
    /// Write without a revision; then nothing remembers what the cluster had
    #[arg(long)]
    pub(crate) no_history: bool,
    /// Write although a Palette agent runs here and is likely to undo it
    #[arg(long)]
    pub(crate) agent_may_revert: bool,
    /// Let the cluster download the change and wait for `approve --install` before it installs it (Palette store)
    #[arg(long, conflicts_with = "wait")]
    pub(crate) download_first: bool,
    /// While waiting, approve a repave whose reasons were all shown before the write, and no other (Palette store)
    #[arg(long, requires = "wait")]
    pub(crate) approve_repave: bool,
    /// Exit with 3 when there is nothing to change
    #[arg(long)]
    pub(crate) error_unchanged: bool,
    #[command(flatten)]
    pub(crate) after: AfterArgs,
    #[command(flatten)]
    pub(crate) show: ShowArgs,
}

impl WriteArgs {
    /// How it is written, as far as it matters afterwards.
    pub(super) fn afterwards(&self, is_asked: bool) -> After<'_> {
        let Self { after: args, yes, wait, timeout, reason, show, .. } = self;
        let is_beside = !show.output.is_for_people();
        After { args, yes: *yes, is_asked, is_beside, waits: *wait, timeout: *timeout, reason: reason.as_deref() }
    }
}

/// How a change is shown before it is written: always whole.
#[derive(Args, Clone, Debug)]
pub(crate) struct ShowArgs {
    /// Output format of what would change
    #[arg(short, long, value_name = "FORMAT", value_parser = Formats::REVIEW, default_value = "", hide_default_value = true)]
    output: Format,
    /// Current on the left, Pending on the right, as wide as the terminal
    #[arg(long)]
    side_by_side: bool,
    /// Show passwords, tokens and the like instead of ***
    #[arg(long)]
    pub(crate) show_secrets: bool,
}

impl ShowArgs {
    /// As a review takes it.
    pub(crate) fn review(&self) -> ReviewArgs {
        ReviewArgs {
            output: self.output.clone(),
            side_by_side: self.side_by_side,
            show_secrets: self.show_secrets,
            ..ReviewArgs::default()
        }
    }

    /// Whether the answer is data.
    pub(super) fn is_for_machines(&self) -> bool {
        self.output.is_document()
    }

    /// A line about what happened: beside the answer where that is for machines.
    pub(crate) fn say(&self, line: &str, output: &mut Output) -> Result<(), Error> {
        if self.output.is_for_people() {
            output.line(line)
        } else {
            output.note(line);
            Ok(())
        }
    }
}

/// Flags of the commands that carry overrides over.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct MergeArgs {
    #[command(flatten)]
    decisions: DecisionArgs,
    #[command(flatten)]
    pub(super) variables: VariableArgs,
    /// What the cluster's copy was taken from, where that cannot be told: what is published today, a file, or what the
    /// revision of that number recorded
    #[arg(long, value_name = "published|FILE|REVISION")]
    base: Option<BaseArg>,
    /// Open the pending configuration in your editor before it is judged
    #[arg(long)]
    pub(super) edit: bool,
    /// Write the decisions to a file for `apply` and stop there
    #[arg(long, value_name = "FILE", conflicts_with_all = ["edit", "yes"])]
    pub(super) save_plan: Option<PathBuf>,
}

impl MergeArgs {
    pub(crate) fn given(&self) -> Result<(Option<BaseArg>, profile_core::merge::Decisions), Error> {
        Ok((self.base.clone(), self.decisions.decisions()?))
    }

    /// The same with values of variables.
    pub(crate) fn with_variables(self, variables: &VariableArgs) -> Self {
        Self { variables: variables.clone(), ..self }
    }

    /// Flags of a command that takes no decisions of its own.
    pub(crate) fn undecided(base: Option<BaseArg>, edit: bool) -> Self {
        Self { base, edit, ..Self::default() }
    }
}
