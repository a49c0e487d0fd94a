//! How a difference is shown: a line for each change, and the values as a unified diff.

use profile_core::{
    diff::{self, Change, Kind},
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
        let (before, after) = (Self::texts(&self.current), Self::texts(&self.pending));
        let gone = before.iter().filter(|(name, _)| !after.iter().any(|(other, _)| other == name));
        for (name, _) in after.iter().chain(gone) {
            let of = |texts: &[(String, String)]| {
                texts.iter().find(|(other, _)| other == name).map(|(_, text)| text.clone()).unwrap_or_default()
            };
            let label = |side: &str| format!("{side}: {name}");
            let text =
                diff::unified(&of(&before), &of(&after), &label(&self.current_label), &label(&self.pending_label));
            output.text(&crate::output::escape::control(&text))?;
        }
        Ok(())
    }

    /// The texts of one side under names of their own: the values of each pack, and the manifests whose content is there.
    fn texts(side: &AttachedProfile<'_>) -> Vec<(String, String)> {
        let mut texts: Vec<(String, String)> = Vec::new();
        let mut add = |name: String, text: String| {
            // Packs can share a name; each is compared with the one at the same place among those.
            let same = |other: &&(String, String)| other.0 == name || other.0.starts_with(&format!("{name} #"));
            let count = texts.iter().filter(same).count();
            texts.push((if count == 0 { name } else { format!("{name} #{}", count + 1) }, text));
        };
        for pack in side.packs() {
            add(format!("pack {}", pack.name()), pack.values().into_owned());
            for manifest in pack.manifests() {
                let name = format!("pack {}, manifest {}", pack.name(), manifest.name);
                add(name, manifest.content.unwrap_or_default().into_owned());
            }
        }
        texts
    }
}

/// Whether the unified diff of the values shows the change already.
fn is_in_text(change: &Change) -> bool {
    matches!(change.kind, Kind::Value | Kind::Format | Kind::Text)
}

fn is_text(side: &Option<Value>) -> bool {
    side.as_ref().and_then(Value::as_str).is_some_and(|text| text.contains('\n'))
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
        Kind::Manifest if change.current.is_none() => format!("+ {place}: manifest"),
        Kind::Manifest if change.pending.is_none() => format!("- {place}: manifest"),
        // What differs in it follows as text.
        Kind::Manifest if current == pending || is_text(&change.pending) => format!("~ {place}: manifest"),
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
