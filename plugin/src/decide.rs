//! How the user decides what becomes of overrides: by flags, by files, at a prompt, in an editor.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use profile_core::merge::{Decisions, Side};

use crate::error::Error;

mod ask;
mod buffer;
mod edit;
pub(crate) mod editor;
#[cfg(test)]
mod fixtures;
mod marks;
mod masked;
mod resolve;
mod sides;
mod template;
mod value;

pub(crate) use ask::{Answer, Question, ask};
pub(crate) use edit::{Edited, Pending, edit};
pub(crate) use editor::Buffer;

/// Flags by which the user decides beforehand.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct DecisionArgs {
    /// Which side wins where the cluster and the profile both changed a value; without it each place is asked
    #[arg(long, value_enum, value_name = "SIDE")]
    on_conflict: Option<SideName>,
    /// File of decisions, a map from place to `override`, `profile` or `value: X`; may be given several times
    ///
    /// YAML or JSON. A place is what an override is listed as, with its profile or without it, or its path alone. One file
    /// may serve many clusters: a place that a cluster does not have is passed over. The last of several decisions for a
    /// place holds.
    #[arg(long, value_name = "FILE")]
    resolve: Vec<PathBuf>,
    /// Place whose override may be lost, because the profile has nothing there any more; may be given several times
    #[arg(long, value_name = "PATH")]
    accept_loss: Vec<String>,
}

/// The sides by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum SideName {
    /// What the cluster sets itself.
    Override,
    /// What the target publishes.
    Profile,
}

impl DecisionArgs {
    /// What the flags and the files decide.
    pub(crate) fn decisions(&self) -> Result<Decisions, Error> {
        let mut decisions = Decisions {
            on_conflict: self.on_conflict.map(|side| match side {
                SideName::Override => Side::Override,
                SideName::Profile => Side::Profile,
            }),
            accepted_losses: self.accept_loss.iter().cloned().collect(),
            ..Decisions::default()
        };
        for file in &self.resolve {
            decisions.by_place.extend(resolve::read(file)?);
        }
        Ok(decisions)
    }
}
