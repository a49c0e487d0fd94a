//! Orphans as a table, and what the table has no room for as notes.

use jiff::Timestamp;
use profile_core::{
    field,
    orphans::{Confidence, Orphan, Role, Source, User, writes},
};

use super::{INCOMPLETE, document, labelled, names, scaled_down};
use crate::{
    cleanup::search::Search,
    error::Error,
    output::{
        Output,
        age::age,
        listing::{Column, Listing, ListingArgs, Row},
    },
    store::Document,
};

/// The orphans under their columns.
pub(super) fn listing(search: &Search, cluster: &Document, now: Timestamp) -> Listing {
    let (orphans, is_seen) = (&search.findings.orphans, search.sees_live);
    let columns = [
        Column::new("KIND/NAME"),
        Column::new("NAMESPACE"),
        Column::new("LIVE").only(!is_seen),
        Column::new("REPLICAS").only(is_seen),
        Column::new("CONFIDENCE").only(is_seen),
        Column::new("LAST RENDERED BY"),
        Column::new("EVIDENCE"),
        Column::new("USED BY").only(is_seen),
        Column::wide("HOLDS").only(is_seen),
        Column::wide("MANAGED BY").only(is_seen),
        Column::new("AGE").only(is_seen),
    ];
    let row = |(orphan, name): (&Orphan, String)| Row {
        item: document::orphan(search, orphan),
        name,
        cells: cells(search, orphan, now),
    };
    let listing = Listing::new("OrphanList", columns, orphans.iter().zip(names(orphans)).map(row).collect());
    // A pipeline that counts items must not count what may not be there.
    let listing = if is_seen { listing } else { listing.under("noLongerRendered") };
    let fields = document::beside(search, cluster);
    let fields = fields.as_object().into_iter().flatten();
    fields.fold(listing, |listing, (name, value)| listing.with(name, value.clone()))
}

pub(super) fn print(
    search: &Search,
    listing: Listing,
    (args, is_wide): (&ListingArgs, bool),
    output: &mut Output,
) -> Result<(), Error> {
    let findings = &search.findings;
    if findings.orphans.is_empty() {
        let compared = search.compared.join(", ");
        let compared = if compared.is_empty() { "nothing, as nothing is kept" } else { &compared };
        output.note(&format!("no orphans found, compared with {compared}"));
    }
    if !search.sees_live && !findings.orphans.is_empty() {
        output.note(
            "nothing live can be seen here: these are no longer rendered, and each that is still there is an orphan",
        );
    }
    listing.print(args, output)?;
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

fn cells(search: &Search, orphan: &Orphan, now: Timestamp) -> Vec<String> {
    let users: Vec<_> = orphan.used_by.iter().map(|it| it.object.as_str()).collect();
    vec![
        orphan.identity.to_string(),
        orphan.identity.namespace.clone().unwrap_or_default(),
        "<not-visible>".to_owned(),
        orphan.replicas.map(|it| it.to_string()).unwrap_or_default(),
        orphan.confidence.as_str().to_owned(),
        rendered_by(orphan),
        evidence(orphan),
        users.join(","),
        orphan.holds.to_string(),
        managers(search, orphan).join(","),
        age(orphan.created.as_deref(), now),
    ]
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
