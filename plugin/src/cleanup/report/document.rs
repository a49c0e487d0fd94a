//! Orphans as a document for machines.

use profile_core::{
    orphans::{Excluded, LastRendered, Orphan, Volume, Write, writes},
    render::Identity,
};
use serde_json::{Value, json};

use super::record;
use crate::{cleanup::search::Search, store::Document};

/// What stands beside the orphans of a search.
pub(super) fn beside(search: &Search, cluster: &Document) -> Value {
    let findings = &search.findings;
    let mut document = head(search, cluster);
    document["noLongerRendered"] = json!([]);
    document["excluded"] = findings.excluded.iter().map(excluded).collect();
    document
}

/// One orphan with all that was looked at.
pub(super) fn of_one(search: &Search, cluster: &Document, it: &Orphan) -> Value {
    let mut document = head(search, cluster);
    document["orphan"] = orphan(search, it);
    document["orphan"]["renderedBy"] = it.rendered_by.iter().map(rendered).collect();
    if let Some(live) = search.live(&it.identity) {
        document["orphan"]["considered"] = json!(super::passed(it, live));
        document["orphan"]["managers"] = writes(live).iter().map(write).collect();
    }
    document["renderedNow"] = rendered_now(search);
    document
}

/// One object that was left out.
pub(super) fn of_excluded(search: &Search, cluster: &Document, it: &Excluded) -> Value {
    let mut document = head(search, cluster);
    document["excluded"] = excluded(it);
    document["renderedNow"] = rendered_now(search);
    document
}

/// What every document starts with: the cluster, and how far the search went.
fn head(search: &Search, cluster: &Document) -> Value {
    let unrendered = search.findings.unrendered.iter().map(|(pack, reason)| json!({"pack": pack, "reason": reason}));
    json!({
        "cluster": cluster.cluster().name(), "namespace": cluster.cluster().namespace(), "compared": search.compared,
        "isComplete": search.is_complete(), "unrendered": unrendered.collect::<Vec<_>>(),
        "notVisible": search.not_visible().collect::<Vec<_>>(), "requests": search.requests,
    })
}

fn rendered_now(search: &Search) -> Value {
    let pack = |it: &profile_core::orphans::PackRendering| {
        let objects = it.outcome.as_ref().map(|rendered| rendered.objects.len()).ok();
        json!({"profile": it.profile, "pack": it.pack, "objects": objects, "how": it.how()})
    };
    search.now.packs.iter().map(pack).collect()
}

/// One orphan; where nothing live is seen, what is no longer rendered.
pub(super) fn orphan(search: &Search, orphan: &Orphan) -> Value {
    let mut document = identity(&orphan.identity);
    document["evidence"] = json!(orphan.evidence);
    document["lastRenderedBy"] = json!(orphan.last_rendered_by.as_ref().map(rendered));
    if !search.sees_live {
        document["live"] = json!("not visible");
        return document;
    }
    let holds = &orphan.holds;
    let volume = |it: &Volume| json!({"claim": it.claim, "size": it.size});
    document["uid"] = json!(orphan.uid);
    document["createdAt"] = json!(orphan.created);
    document["confidence"] = json!(orphan.confidence.as_str());
    document["replicas"] = json!(orphan.replicas);
    document["note"] = json!(orphan.note);
    document["usedBy"] = json!(orphan.used_by.iter().map(ToString::to_string).collect::<Vec<_>>());
    document["holds"] = json!({
        "cpu": holds.cpu(), "memory": holds.memory(), "volumes": holds.volumes.iter().map(volume).collect::<Vec<_>>(),
        "loadBalancers": holds.load_balancers,
    });
    document["scaledDown"] = json!(record(search, orphan).and_then(Result::ok));
    document
}

fn rendered(it: &LastRendered) -> Value {
    json!({"revision": it.source.revision(), "profile": it.profile, "pack": it.pack, "manifest": it.manifest})
}

fn write(it: &Write) -> Value {
    json!({"manager": it.manager, "operation": it.operation, "time": it.time, "subresource": it.subresource})
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
