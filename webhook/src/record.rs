//! What the log and the metrics learn of a decision: who, what and by which rules, and never a value.

use profile_core::{
    allowance::{Consequence, Ruling},
    rules::Code,
};
use tracing::info;

use crate::review::Request;

/// One judged write.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// Whether the write may be made.
    pub allowed: bool,
    /// Whether it was only tried.
    pub dry_run: bool,
    /// Each broken rule once, and what it led to.
    pub verdicts: Vec<(Code, Consequence)>,
    /// The user who asked; empty where nothing is told of the write.
    pub user: String,
    /// The object as `namespace/name`; empty where nothing is told of the write.
    pub object: String,
    /// Whether it passes only because its writer is exempt.
    pub exempt: bool,
    /// Whether something is wrong with the write's own annotation.
    pub allowance_refused: bool,
}

impl Record {
    /// The record of a ruling about a write. Most writes break no rule, and of those nobody is told who made them.
    pub(crate) fn of(ruling: &Ruling, request: &Request<'_>) -> Self {
        let record = Self { allowed: ruling.is_allowed(), dry_run: request.is_dry_run(), ..Self::default() };
        if *ruling == Ruling::default() {
            return record;
        }
        Self {
            verdicts: ruling.consequences(),
            user: request.user().into(),
            object: request.object_reference(),
            exempt: !ruling.exempted.is_empty(),
            allowance_refused: !ruling.refused.is_empty(),
            ..record
        }
    }

    /// Writes one line of a denial, and one for each way in which rules were broken and the write passes.
    pub(crate) fn log(&self) {
        let Self { user, object, dry_run, .. } = self;
        let codes = |consequence| {
            let meant = self.verdicts.iter().filter(|(_, it)| *it == consequence);
            meant.map(|(code, _)| code.as_str()).collect::<Vec<_>>().join(",")
        };
        if !self.allowed {
            let allowance = if self.allowance_refused { "refused" } else { "none" };
            return info!(user, object, codes = codes(Consequence::Denied), dry_run, allowance, "denied");
        }
        let [excused, warned, audited] = [Consequence::Excused, Consequence::Warned, Consequence::Audited].map(codes);
        if !excused.is_empty() {
            info!(user, object, codes = excused, dry_run, "let through by the annotation");
        }
        if !warned.is_empty() {
            info!(user, object, codes = warned, dry_run, "warned");
        }
        if self.exempt {
            info!(user, object, codes = audited, dry_run, "let through for an exempt writer");
        } else if !audited.is_empty() {
            info!(user, object, codes = audited, dry_run, "audited");
        }
    }
}
