//! What the log and the metrics learn of a decision: who, what and by which rules, and never a value.

use profile_core::{
    allowance::{Consequence, Ruling},
    rules::Code,
};

/// One judged write.
#[derive(Clone, Debug, PartialEq, Eq)]
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
}
