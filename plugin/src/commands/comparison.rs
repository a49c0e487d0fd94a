//! How a difference is shown: a line for each change, and the values as a unified diff.

use profile_core::{
    diff::{self, Change, Kind},
    pack::Pack,
    profile::AttachedProfile,
    rules::Verdict,
};
use serde_json::{Value, json};

use crate::{error::Error, output::Output};

/// Two contents and their labels.
pub(super) struct Comparison<'a> {
    pub(super) current: AttachedProfile<'a>,
    pub(super) pending: AttachedProfile<'a>,
    pub(super) current_label: String,
    pub(super) pending_label: String,
}

impl Comparison<'_> {
    /// All differences, without what may be secret.
    pub(super) fn changes(&self) -> Vec<Change> {
        diff::compare_profile(&self.current, &self.pending).into_iter().map(Change::masked).collect()
    }

    /// Prints the differences for people; nothing when there are none.
    pub(super) fn print(&self, output: &mut Output) -> Result<(), Error> {
        let changes = self.changes();
        for change in changes.iter().filter(|change| !is_in_text(change)) {
            output.line(&summary(change))?;
        }
        let (before, after) = (self.current.packs(), self.pending.packs());
        let mut seen = Vec::new();
        for pack in after.iter().chain(&before) {
            let name = pack.name();
            if seen.contains(&name) {
                continue;
            }
            let of = |packs: &[Pack<'_>]| {
                packs.iter().find(|it| it.name() == name).map(|it| it.values().into_owned()).unwrap_or_default()
            };
            let label = |side: &str| format!("{side}: pack {name}");
            let text =
                diff::unified(&of(&before), &of(&after), &label(&self.current_label), &label(&self.pending_label));
            output.text(&crate::output::escape::control(&text))?;
            seen.push(name);
        }
        Ok(())
    }
}

/// Whether the unified diff of the values shows the change already.
fn is_in_text(change: &Change) -> bool {
    matches!(change.kind, Kind::Value | Kind::Format | Kind::Text)
}

fn summary(change: &Change) -> String {
    let text = |side: &Option<Value>| match side {
        Some(Value::String(text)) => text.lines().next().unwrap_or_default().to_owned(),
        Some(value) => value.to_string(),
        None => "(none)".into(),
    };
    let (current, pending, place) = (text(&change.current), text(&change.pending), change.place());
    match change.kind {
        Kind::PackAdded | Kind::ProfileAdded => format!("+ {place} {pending}"),
        Kind::PackRemoved | Kind::ProfileRemoved => format!("- {place} {current}"),
        Kind::Presets => format!("~ {place}: presets {current} → {pending}"),
        Kind::Manifest => format!("~ {place}: manifest {current} → {pending}"),
        _ => format!("~ {place}: {current} → {pending}"),
    }
}

/// Prints what the rules say: every violation with its code and field, then the notices.
pub(super) fn print_verdict(verdict: &Verdict, output: &mut Output) -> Result<(), Error> {
    for violation in verdict.violations() {
        output.line(&format!("denied: {}: {} ({})", violation.code.as_str(), violation.message, violation.field))?;
    }
    for notice in &verdict.notices {
        output.line(&format!("note: {} ({})", notice.message, notice.field))?;
    }
    Ok(())
}

/// The same as data.
pub(super) fn verdict_json(verdict: &Verdict) -> (Vec<Value>, Vec<Value>) {
    let violations =
        verdict.violations().map(|it| json!({"code": it.code.as_str(), "field": it.field, "message": it.message}));
    let notices = verdict.notices.iter().map(|it| json!({"field": it.field, "message": it.message}));
    (violations.collect(), notices.collect())
}
