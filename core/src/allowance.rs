//! Exceptions from the rules: break-glass by an annotation of the very write, and writers that are exempt.
//!
//! The annotation [`ALLOW`] of a cluster holds one entry a line: `CODE=TARGET; until=TIME; reason=TEXT`. It counts only in
//! the write that adds or changes it, only for users in a configured group, and never for longer than configured. What
//! stands there from an earlier write lets nothing through, so that nobody has to clean it up in time.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

pub use self::{
    entry::{Entry, Fault},
    ruling::{Consequence, Excused, Ruling},
    target::other_content,
};
use crate::{
    annotations::ALLOW,
    facts::Facts,
    rules::{Notice, Verdict, Violation},
};

mod entry;
mod ruling;
mod target;
#[cfg(test)]
mod tests;

/// Violations for which the words that would let them through are told; nobody writes more of them by hand.
const MOST_OFFERED: usize = 5;

/// Who may have exceptions from the rules, and how far they go. The default has none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exceptions {
    /// By annotation, in an emergency.
    pub break_glass: BreakGlass,
    /// Users, by their exact names, whose violations are recorded and never denied.
    pub exempt_writers: BTreeSet<String>,
}

/// Who may let a write through by an annotation, and for how long; off while there is no group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BreakGlass {
    /// The groups of users whose annotation counts, by their exact names.
    pub groups: BTreeSet<String>,
    /// How far away the end of an allowance may be.
    pub longest: SignedDuration,
}

impl BreakGlass {
    /// How far away the end may be unless something else is configured.
    pub const LONGEST: SignedDuration = SignedDuration::from_hours(24);

    /// Whether anybody may use it.
    pub fn is_on(&self) -> bool {
        !self.groups.is_empty()
    }
}

impl Default for BreakGlass {
    fn default() -> Self {
        Self { groups: BTreeSet::new(), longest: Self::LONGEST }
    }
}

/// What a write asks for, and who writes.
#[derive(Clone, Debug, Default)]
pub struct Asked<'a> {
    /// The user's name.
    pub user: &'a str,
    /// The user's groups.
    pub groups: Vec<&'a str>,
    /// The annotation as it stood before this write.
    pub current: Option<&'a str>,
    /// The annotation as this write leaves it.
    pub pending: Option<&'a str>,
}

impl<'a> Asked<'a> {
    /// What a change of a cluster asks for. Metadata never waits for us, and nothing may stand between a cluster that is
    /// being deleted and its end: where the spec stays as it is, or the cluster goes, no annotation is looked at.
    ///
    /// Whether the specs differ is asked only where something is asked for, which is next to never.
    pub fn of(
        before: &'a Facts<'a>,
        after: &'a Facts<'a>,
        has_other_spec: &dyn Fn() -> bool,
        user: &'a str,
        groups: Vec<&'a str>,
    ) -> Self {
        let asked = Self { user, groups, current: before.allow(), pending: after.allow() };
        let counts = || !before.is_being_deleted() && has_other_spec();
        if asked.allowance().is_some() && !counts() { Self { pending: None, ..asked } } else { asked }
    }

    /// The annotation, where this very write adds or changes it.
    fn allowance(&self) -> Option<&'a str> {
        self.pending.filter(|text| !text.trim().is_empty() && self.current != Some(*text))
    }

    fn is_in(&self, groups: &BTreeSet<String>) -> bool {
        self.groups.iter().any(|group| groups.contains(*group))
    }
}

/// What becomes of `verdict` by the exceptions that the write has or asks for at the time `now`.
///
/// An annotation that is not as it must be denies the write, also where there is nothing to excuse: whoever wrote it
/// relies on something that does not hold. While break-glass is off nothing in it is looked at.
pub fn judge(verdict: Verdict, asked: &Asked<'_>, exceptions: &Exceptions, now: Timestamp) -> Ruling {
    let mut ruling = Ruling::from(verdict);
    if exceptions.exempt_writers.contains(asked.user) {
        ruling.exempted = std::mem::take(&mut ruling.denied);
        return ruling;
    }
    let break_glass = &exceptions.break_glass;
    let is_member = asked.is_in(&break_glass.groups);
    let Some(text) = asked.allowance() else {
        if is_member {
            ruling.remarks.extend(offers(&ruling.denied, break_glass));
        }
        return ruling;
    };
    if !break_glass.is_on() {
        return without_effect(ruling, "no group may use it here: break-glass is off");
    }
    let entries = match entry::parse(text, break_glass.longest, now) {
        Ok(entries) => entries,
        Err(faults) => {
            ruling.refused.extend(faults.iter().map(|fault| remark(fault.to_string())));
            return ruling;
        }
    };
    if !is_member {
        let groups: Vec<_> = break_glass.groups.iter().map(String::as_str).collect();
        let why = format!("user {:?} is in none of the groups that may use it: {}", asked.user, groups.join(", "));
        return without_effect(ruling, &why);
    }
    excuse(ruling, &entries)
}

/// Lets through what `entries` name, and says what they name in vain.
fn excuse(mut ruling: Ruling, entries: &[Entry]) -> Ruling {
    let mut used = vec![false; entries.len()];
    for violation in std::mem::take(&mut ruling.denied) {
        match entries.iter().position(|it| it.names(&violation)) {
            Some(index) => {
                used[index] = true;
                ruling.excused.push(Excused { violation, by: entries[index].clone() });
            }
            None => ruling.denied.push(violation),
        }
    }
    let in_vain = entries.iter().zip(&used).filter(|(_, used)| !**used);
    let in_vain: Vec<_> = in_vain.map(|(entry, _)| remark(vanity(entry, &ruling.denied))).collect();
    if ruling.is_allowed() {
        ruling.notices.extend(ruling.excused.iter().map(|it| remark(it.to_string())));
        ruling.notices.extend(in_vain);
    } else {
        ruling.remarks.extend(in_vain);
    }
    ruling
}

/// Why `entry` lets nothing through.
fn vanity(entry: &Entry, denied: &[Violation]) -> String {
    let named = format!("{}={} lets nothing through", entry.code.as_str(), entry::shown(&entry.target));
    match denied.iter().find(|it| it.code == entry.code) {
        Some(other) => format!("{named}: this write breaks the rule with {}", entry::shown(&other.target)),
        None => format!("{named}: this write needs no such exception, and it counts in no later one"),
    }
}

/// The words by which a member of a group lets exactly these violations through.
fn offers(denied: &[Violation], break_glass: &BreakGlass) -> Vec<Notice> {
    let named: BTreeSet<_> = denied.iter().map(|it| (it.code, it.target.as_str())).collect();
    let words = named.into_iter().take(MOST_OFFERED).map(|(code, target)| match target::fault(code, target) {
        None => format!(
            "to let exactly this through, write in the same write: {}={target}; until=TIME; reason=TEXT (at most {:#} ahead)",
            code.as_str(),
            break_glass.longest
        ),
        Some(_) => format!("what breaks {} cannot be named in one word, so nothing lets it through", code.as_str()),
    });
    words.map(remark).collect()
}

/// Says why the annotation does nothing: below the denial, or as a warning where there is none.
fn without_effect(mut ruling: Ruling, why: &str) -> Ruling {
    let remark = remark(format!("it lets nothing through, because {why}"));
    if ruling.is_allowed() {
        ruling.notices.push(remark)
    } else {
        ruling.remarks.push(remark)
    }
    ruling
}

fn remark(message: String) -> Notice {
    Notice { field: format!("metadata.annotations[{ALLOW}]"), message }
}
