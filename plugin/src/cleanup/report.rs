//! Prints what a search found.

use profile_core::{
    orphans::{Confidence, Excluded, LastRendered, Orphan, Source},
    render::Identity,
    scale::Record,
};
use serde_json::{Value, json};

use super::search::Search;
use crate::{
    cli::Format,
    error::Error,
    output::{Output, table::table},
    store::Document,
};

/// Prints a search for people or for machines.
pub(crate) fn print(search: &Search, cluster: &Document, format: Format, output: &mut Output) -> Result<(), Error> {
    match format {
        Format::Table => for_people(search, output),
        Format::Json | Format::Yaml => output.document(format, "OrphanList", document(search, cluster)),
    }
}

fn for_people(search: &Search, output: &mut Output) -> Result<(), Error> {
    let findings = &search.findings;
    if findings.orphans.is_empty() {
        let compared = search.compared.join(", ");
        let compared = if compared.is_empty() { "nothing, as nothing is kept" } else { &compared };
        output.note(&format!("no orphans found, compared with {compared}"));
    } else if search.sees_live {
        let headers = ["KIND/NAME", "NAMESPACE", "REPLICAS", "CONFIDENCE", "LAST RENDERED BY", "EVIDENCE", "USED BY"];
        let rows: Vec<_> = findings.orphans.iter().map(row).collect();
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
        output.note("not everything could be seen: there may be more orphans than these");
    }
    Ok(())
}

fn row(orphan: &Orphan) -> Vec<String> {
    let user = |it: &String| it.split(' ').next().unwrap_or(it).to_owned();
    let users: Vec<_> = orphan.used_by.iter().map(user).collect();
    vec![
        orphan.identity.to_string(),
        orphan.identity.namespace.clone().unwrap_or_default(),
        orphan.replicas.map(|it| it.to_string()).unwrap_or_default(),
        orphan.confidence.as_str().to_owned(),
        rendered_by(orphan),
        evidence(orphan),
        users.join(","),
    ]
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
        // The first sentence is in the table already.
        let doubts = orphan.evidence.iter().skip(1).filter(|_| is_in_doubt(orphan));
        notes.extend(doubts.map(|doubt| format!("{label}: {doubt}")));
        if search.sees_live {
            notes.extend(orphan.note.map(|note| format!("{label}: {note}")));
            notes.extend(scaled_down(search, orphan).map(|it| match it {
                Ok(record) => format!("{label}: scaled down from {} replicas at {}", record.replicas, record.at),
                Err(reason) => format!("{label}: its record of a scale-down cannot be read: {reason}"),
            }));
        }
    }
    let excluded = findings.excluded.iter().map(|it| format!("left out: {}: {}", labelled(&it.identity), it.reason));
    notes.extend(excluded);
    notes.extend(findings.unrendered.iter().map(|(_, reason)| format!("not rendered: {reason}")));
    notes.extend(search.not_visible().map(|it| format!("not visible: {it}")));
    notes
}

/// Whether the evidence holds more than where the object comes from.
fn is_in_doubt(orphan: &Orphan) -> bool {
    match orphan.confidence {
        Confidence::Suspected => true,
        Confidence::Likely => orphan.last_rendered_by.as_ref().is_some_and(|it| it.source != Source::Published),
        Confidence::Proven => false,
    }
}

fn labelled(identity: &Identity) -> String {
    identity.namespace.as_ref().map_or_else(|| identity.to_string(), |it| format!("{identity} in {it}"))
}

fn scaled_down(search: &Search, orphan: &Orphan) -> Option<Result<Record, String>> {
    Record::of(search.live(orphan)?).transpose()
}

fn document(search: &Search, cluster: &Document) -> Value {
    let findings = &search.findings;
    let orphans: Vec<_> = findings.orphans.iter().map(|it| orphan(search, it)).collect();
    let (orphans, no_longer_rendered) = if search.sees_live { (orphans, Vec::new()) } else { (Vec::new(), orphans) };
    let unrendered = findings.unrendered.iter().map(|(pack, reason)| json!({"pack": pack, "reason": reason}));
    json!({
        "cluster": cluster.cluster().name(), "namespace": cluster.cluster().namespace(), "compared": search.compared,
        "isComplete": search.is_complete(), "orphans": orphans, "noLongerRendered": no_longer_rendered,
        "excluded": findings.excluded.iter().map(excluded).collect::<Vec<_>>(),
        "unrendered": unrendered.collect::<Vec<_>>(), "notVisible": search.not_visible().collect::<Vec<_>>(),
    })
}

fn orphan(search: &Search, orphan: &Orphan) -> Value {
    let last = |it: &LastRendered| {
        let revision = it.source.revision();
        json!({"revision": revision, "profile": it.profile, "pack": it.pack, "manifest": it.manifest})
    };
    let mut document = identity(&orphan.identity);
    document["evidence"] = json!(orphan.evidence);
    document["lastRenderedBy"] = json!(orphan.last_rendered_by.as_ref().map(last));
    if !search.sees_live {
        document["live"] = json!("not visible");
        return document;
    }
    document["uid"] = json!(orphan.uid);
    document["confidence"] = json!(orphan.confidence.as_str());
    document["replicas"] = json!(orphan.replicas);
    document["isScalable"] = json!(orphan.scalable);
    document["note"] = json!(orphan.note);
    document["usedBy"] = json!(orphan.used_by);
    document["scaledDown"] = json!(scaled_down(search, orphan).and_then(Result::ok));
    document
}

fn excluded(it: &Excluded) -> Value {
    let mut document = identity(&it.identity);
    document["reason"] = json!(it.reason.to_string());
    document
}

fn identity(identity: &Identity) -> Value {
    let Identity { group, kind, namespace, name } = identity;
    json!({"group": group, "kind": kind, "namespace": namespace, "name": name})
}
