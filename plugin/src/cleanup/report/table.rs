//! Orphans as a table, and what the table has no room for as notes.

use profile_core::{
    field,
    orphans::{Confidence, Orphan, Role, Source, User, writes},
};

use super::{INCOMPLETE, age::age, labelled, scaled_down};
use crate::{
    cleanup::search::Search,
    error::Error,
    output::{Output, table::table},
};

pub(super) fn print(search: &Search, is_wide: bool, now: &str, output: &mut Output) -> Result<(), Error> {
    let findings = &search.findings;
    if findings.orphans.is_empty() {
        let compared = search.compared.join(", ");
        let compared = if compared.is_empty() { "nothing, as nothing is kept" } else { &compared };
        output.note(&format!("no orphans found, compared with {compared}"));
    } else if search.sees_live {
        let mut headers =
            vec!["KIND/NAME", "NAMESPACE", "REPLICAS", "CONFIDENCE", "LAST RENDERED BY", "EVIDENCE", "USED BY"];
        headers.extend(if is_wide { &["HOLDS", "MANAGED BY", "AGE"][..] } else { &["AGE"] });
        let rows: Vec<_> = findings.orphans.iter().map(|it| row(search, it, is_wide, now)).collect();
        output.text(&table(&headers, &rows))?;
    } else {
        let headers = ["KIND/NAME", "NAMESPACE", "LIVE", "LAST RENDERED BY", "EVIDENCE"];
        let rows = findings.orphans.iter().map(|it| {
            let namespace = it.identity.namespace.clone().unwrap_or_default();
            vec![it.identity.to_string(), namespace, "<not-visible>".into(), rendered_by(it), evidence(it)]
        });
        output.text(&table(&headers, &rows.collect::<Vec<_>>()))?;
    }
    let notes = notes(search);
    if !notes.is_empty() && !findings.orphans.is_empty() {
        output.line("")?;
    }
    for note in &notes {
        output.line(note)?;
    }
    if !search.is_complete() {
        output.note(INCOMPLETE);
    }
    if is_wide && search.sees_live {
        output.note(&format!("{} requests to the API server", search.requests));
    }
    Ok(())
}

fn row(search: &Search, orphan: &Orphan, is_wide: bool, now: &str) -> Vec<String> {
    let users: Vec<_> = orphan.used_by.iter().map(|it| it.object.as_str()).collect();
    let mut row = vec![
        orphan.identity.to_string(),
        orphan.identity.namespace.clone().unwrap_or_default(),
        orphan.replicas.map(|it| it.to_string()).unwrap_or_default(),
        orphan.confidence.as_str().to_owned(),
        rendered_by(orphan),
        evidence(orphan),
        users.join(","),
    ];
    if is_wide {
        row.push(orphan.holds.to_string());
        row.push(managers(search, orphan).join(","));
    }
    row.push(age(orphan.created.as_deref(), now));
    row
}

/// Who wrote the object itself, each once.
pub(super) fn managers(search: &Search, orphan: &Orphan) -> Vec<String> {
    let writes = search.live(&orphan.identity).map(writes).unwrap_or_default();
    let mut managers: Vec<_> = writes.into_iter().filter(|it| it.subresource.is_none()).map(|it| it.manager).collect();
    managers.dedup();
    managers
}

fn rendered_by(orphan: &Orphan) -> String {
    orphan.last_rendered_by.as_ref().map(|last| format!("{}/{}", last.profile, last.pack)).unwrap_or_default()
}

fn evidence(orphan: &Orphan) -> String {
    match orphan.last_rendered_by.as_ref().map(|it| &it.source) {
        Some(Source::Revision(number)) => format!("revision/{number}"),
        Some(Source::Published) => "published".to_owned(),
        None => "managed-fields".to_owned(),
    }
}

/// What the table has no room for, one line each.
fn notes(search: &Search) -> Vec<String> {
    let findings = &search.findings;
    let mut notes = Vec::new();
    for orphan in &findings.orphans {
        let label = labelled(&orphan.identity);
        // The first sentence is in the table already, unless nothing rendered the object.
        let told = usize::from(orphan.last_rendered_by.is_some());
        let doubts = orphan.evidence.iter().skip(told).filter(|_| is_in_doubt(orphan));
        notes.extend(doubts.map(|doubt| format!("{label}: {doubt}")));
        if search.sees_live {
            notes.extend(orphan.note.map(|note| format!("{label}: {note}")));
            notes.extend(served(orphan).map(|it| format!("{label}: {it}")));
            notes.extend(scaled_down(search, orphan).map(|it| format!("{label}: {it}")));
            let has_finalizers = search
                .live(&orphan.identity)
                .is_some_and(|it| field::items(it, &["metadata", "finalizers"]).next().is_some());
            notes.extend(
                has_finalizers.then(|| format!("{label}: it has finalizers, so a deletion waits for their owners")),
            );
        }
    }
    let excluded = findings.excluded.iter().map(|it| format!("left out: {}: {}", labelled(&it.identity), it.reason));
    notes.extend(excluded);
    notes.extend(findings.unrendered.iter().map(|(_, reason)| format!("not rendered: {reason}")));
    notes.extend(search.not_visible().map(|it| format!("not visible: {it}")));
    notes
}

/// The users that serve by it right now: who scales it down must know.
fn served(orphan: &Orphan) -> impl Iterator<Item = &User> {
    orphan.used_by.iter().filter(|it| it.role == Role::IsServed)
}

/// Whether the evidence holds more than where the object comes from.
fn is_in_doubt(orphan: &Orphan) -> bool {
    match orphan.confidence {
        Confidence::Suspected => true,
        Confidence::Likely => orphan.last_rendered_by.as_ref().is_some_and(|it| it.source != Source::Published),
        Confidence::Proven => false,
    }
}
