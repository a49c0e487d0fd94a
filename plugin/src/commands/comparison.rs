//! How `check` and `switch` show a difference so far.

use profile_core::{profile::AttachedProfile, rules::Verdict};
use serde_json::Value;

use crate::{
    error::Error,
    output::Output,
    review::{Review, ReviewArgs, Sides, verdict},
};

/// Two contents and their labels.
pub(super) struct Comparison<'a> {
    pub(super) current: AttachedProfile<'a>,
    pub(super) pending: AttachedProfile<'a>,
    pub(super) current_label: String,
    pub(super) pending_label: String,
}

impl Comparison<'_> {
    /// Prints the differences for people; nothing when there are none.
    pub(super) fn print(&self, output: &mut Output) -> Result<(), Error> {
        let sides = Sides {
            current: self.current.raw().clone(),
            pending: self.pending.raw().clone(),
            current_label: self.current_label.clone(),
            pending_label: self.pending_label.clone(),
        };
        Review { sides: vec![sides], ..Review::default() }.print(&ReviewArgs::default(), output)
    }
}

/// Prints what the rules say: every violation with its code and field, then the notices.
pub(super) fn print_verdict(verdict: &Verdict, output: &mut Output) -> Result<(), Error> {
    output.text(&verdict::text(verdict, output.paint()))
}

/// The same as data.
pub(super) fn verdict_json(verdict: &Verdict) -> (Vec<Value>, Vec<Value>) {
    verdict::json(verdict)
}
