//! What becomes of a write: the rules' verdict after the exceptions.

use std::fmt;

use super::Entry;
use crate::rules::{Code, Notice, Verdict, Violation};

/// All that is decided about one change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ruling {
    /// Violations that deny the write.
    pub denied: Vec<Violation>,
    /// Violations of rules in mode `Warn`.
    pub warned: Vec<Violation>,
    /// Violations of rules in mode `Audit`.
    pub audited: Vec<Violation>,
    /// Violations that the annotation names, and that pass when nothing else denies the write.
    pub excused: Vec<Excused>,
    /// Violations that would deny the write if its writer were not exempt.
    pub exempted: Vec<Violation>,
    /// What is wrong with the annotation, which denies the write.
    pub refused: Vec<Notice>,
    /// What is to be said below a denial: why the annotation lets nothing through, or what would.
    pub remarks: Vec<Notice>,
    /// What is allowed and should be known.
    pub notices: Vec<Notice>,
}

/// A violation and what lets it through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excused {
    /// What would be denied.
    pub violation: Violation,
    /// The entry that names it.
    pub by: Entry,
}

/// What a broken rule led to; the strongest last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Consequence {
    /// Only the audit log knows.
    Audited,
    /// The user was warned.
    Warned,
    /// The annotation of the write let it through.
    Excused,
    /// The write was denied.
    Denied,
}

impl Consequence {
    /// The word for logs and metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Audited => "audited",
            Self::Warned => "warned",
            Self::Excused => "excused",
            Self::Denied => "denied",
        }
    }
}

impl Ruling {
    /// Whether the change may be made.
    pub fn is_allowed(&self) -> bool {
        self.denied.is_empty() && self.refused.is_empty()
    }

    /// Each broken rule once, with the strongest that it led to. What a write that is denied all the same would have been
    /// excused of is denied.
    pub fn consequences(&self) -> Vec<(Code, Consequence)> {
        let excused = if self.is_allowed() { Consequence::Excused } else { Consequence::Denied };
        let of = |violations: &[Violation], consequence: Consequence| -> Vec<_> {
            violations.iter().map(|it| (it.code, consequence)).collect()
        };
        let mut all = of(&self.denied, Consequence::Denied);
        all.extend(self.excused.iter().map(|it| (it.violation.code, excused)));
        all.extend(of(&self.warned, Consequence::Warned));
        all.extend(of(&self.audited, Consequence::Audited));
        all.extend(of(&self.exempted, Consequence::Audited));
        all.sort_by_key(|(code, consequence)| (*code, std::cmp::Reverse(*consequence)));
        all.dedup_by_key(|(code, _)| *code);
        all
    }
}

impl From<Verdict> for Ruling {
    fn from(verdict: Verdict) -> Self {
        let Verdict { denied, warned, audited, notices } = verdict;
        Self { denied, warned, audited, notices, ..Self::default() }
    }
}

impl fmt::Display for Excused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Entry { code, target, until, reason } = &self.by;
        write!(f, "{}={} is let through until {until}: {reason}", code.as_str(), super::entry::shown(target))
    }
}
