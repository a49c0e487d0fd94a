//! What is kept of a decision: for the log and the metrics, and never a value.

use profile_core::rules::Code;
use tracing::info;

use crate::admission::Decision;

/// What is kept of a decision.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// Whether the write was allowed.
    pub allowed: bool,
    /// Whether nothing would have been stored.
    pub dry_run: bool,
    /// Each rule that was broken, once, and what came of it.
    pub verdicts: Vec<(Code, Consequence)>,
    /// The user who asked.
    pub user: String,
    /// The object as `namespace/name`.
    pub object: String,
    /// Whether the user is one whom the rules do not bind.
    pub exempt: bool,
}

/// What came of a broken rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consequence {
    /// The write was denied.
    Denied,
    /// The user was warned.
    Warned,
    /// Only the audit log was told.
    Audited,
    /// It was allowed by an exception.
    Excused,
}

impl Record {
    /// What is known of a decision.
    pub(crate) fn of(decision: &Decision) -> Self {
        let Some(denial) = &decision.denial else { return Self { allowed: true, ..Self::default() } };
        let denied = Code::ALL.into_iter().filter(|code| denial.codes.contains(&code.as_str()));
        Self {
            verdicts: denied.map(|code| (code, Consequence::Denied)).collect(),
            user: denial.user.clone(),
            object: denial.object.clone(),
            ..Self::default()
        }
    }

    /// Writes the one line of a denial.
    pub(crate) fn log(&self) {
        if !self.allowed {
            let codes = self.codes(Consequence::Denied);
            info!(user = self.user, object = self.object, codes, dry_run = self.dry_run, "denied");
        }
    }

    fn codes(&self, consequence: Consequence) -> String {
        let told = self.verdicts.iter().filter(|(_, it)| *it == consequence).map(|(code, _)| code.as_str());
        told.collect::<Vec<_>>().join(",")
    }
}
