//! What the log and the metrics learn of a decision: who, what and by which rules, and never a value.

use profile_core::{
    allowance::{Consequence, Ruling},
    rules::Code,
};
use tracing::info;

/// One judged write.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// Whether the write may be made.
    pub allowed: bool,
    /// Whether it was only tried.
    pub dry_run: bool,
    /// Each broken rule once, and what it led to.
    pub verdicts: Vec<(Code, Consequence)>,
    /// The user who asked.
    pub user: String,
    /// The object as `namespace/name`.
    pub object: String,
    /// Whether it passes only because its writer is exempt.
    pub exempt: bool,
    /// Whether something is wrong with the write's own annotation.
    pub allowance_refused: bool,
}

impl Record {
    /// The record of a ruling about what `user` does to `object`.
    pub(crate) fn of(ruling: &Ruling, user: String, object: String, dry_run: bool) -> Self {
        Self {
            allowed: ruling.is_allowed(),
            dry_run,
            verdicts: ruling.consequences(),
            user,
            object,
            exempt: !ruling.exempted.is_empty(),
            allowance_refused: !ruling.refused.is_empty(),
        }
    }

    /// Writes the one line of a denial.
    pub(crate) fn log(&self) {
        if !self.allowed {
            let denied = self.verdicts.iter().filter(|(_, it)| *it == Consequence::Denied);
            let codes = denied.map(|(code, _)| code.as_str()).collect::<Vec<_>>().join(",");
            let allowance = if self.allowance_refused { "refused" } else { "none" };
            info!(user = self.user, object = self.object, codes, dry_run = self.dry_run, allowance, "denied");
        }
    }
}
