//! The clusters of a status as rows for people and as items for machines.

use std::borrow::Cow;

use jiff::Timestamp;
use profile_core::{
    cluster::Cluster,
    pack::Layer,
    profile,
    reconciliation::{Unreconciled, unreconciled},
};
use serde_json::{Value, json};

use super::{Row, StatusArgs, beside::Beside};
use crate::{
    cleanup::{Mention, StillDown},
    cli::Global,
    fleet::{Fleet, Member, named::TYPE},
    output::{
        age::{self, age},
        listing::{self, Column, Listing},
    },
    store::{Document, Store},
};

/// The clusters under their columns.
pub(super) fn listing(args: &StatusArgs, (global, fleet): (&Global, &Fleet), rows: &[Row<'_>]) -> Listing {
    let is_palette = fleet.stores.iter().all(|it| matches!(**it, Store::Palette(_)));
    let has_contexts = fleet.has_contexts;
    let columns = [
        Column::new("CONTEXT").only(has_contexts),
        Column::new("NAMESPACE").only((global.all_namespaces && !is_palette) || has_contexts),
        Column::new("NAME"),
        Column::new("PROFILES"),
        Column::new("KUBERNETES"),
        Column::new("STATE"),
        Column::new("RECONCILED"),
        Column::new("UPDATE"),
        Column::new("OVERRIDES"),
        Column::new("ORPHANS").only(args.orphans),
        Column::wide("CLOUD"),
        Column::wide("UID"),
        Column::new("AGE"),
    ];
    let now = age::now();
    let rows = rows.iter().map(|(member, beside)| listing::Row {
        item: json(member, beside),
        name: format!("{TYPE}/{}", member.cluster.cluster().name()),
        cells: cells(member, beside, now),
    });
    Listing::new("ClusterStatusList", columns, rows.collect())
}

fn cells(member: &Member, beside: &Beside, now: Timestamp) -> Vec<String> {
    let (document, cluster) = (&member.cluster, member.cluster.cluster());
    let text = |text: Option<Cow<'_, str>>| text.unwrap_or_default().into_owned();
    vec![
        member.store.context().unwrap_or_default().to_owned(),
        text(cluster.namespace()),
        cluster.name().into_owned(),
        references(&cluster).join(","),
        kubernetes(&cluster).join(","),
        text(cluster.state()),
        match missing(document) {
            None => "<unknown>".into(),
            Some(missing) if missing.is_empty() => "yes".into(),
            Some(missing) => format!("no: {}", missing.len()),
        },
        beside.update().into(),
        beside.overrides(),
        beside.orphans.as_ref().map_or_else(|| "<unknown>".into(), Mention::cell),
        text(cluster.cloud_type()),
        text(cluster.uid()),
        age(cluster.created_at().as_deref(), now),
    ]
}

fn json(member: &Member, beside: &Beside) -> Value {
    let view = member.cluster.cluster();
    json!({
        "name": view.name(), "namespace": view.namespace(), "context": member.store.context(), "uid": view.uid(),
        "createdAt": view.created_at(), "profiles": references(&view), "kubernetes": kubernetes(&view),
        "cloudType": view.cloud_type(), "state": view.state(), "unreconciled": missing(&member.cluster),
        "clusterTemplate": view.cluster_template(), "overrides": beside.overrides, "assumed": beside.is_assumed,
        "update": beside.has_update, "scaledDown": beside.scaled_down.as_ref().ok().map(|it| it.iter().map(document).collect::<Vec<_>>()),
        "orphans": beside.orphans.as_ref().map(Mention::document),
    })
}

/// What the cluster does not run yet; `None` where it was read from a list that does not tell.
fn missing(document: &Document) -> Option<Vec<Unreconciled>> {
    (!document.is_summary()).then(|| unreconciled(&document.cluster()))
}

fn document(down: &StillDown) -> Value {
    json!({"workload": down.words, "refusal": down.refusal})
}

fn references(cluster: &Cluster<'_>) -> Vec<String> {
    cluster.profiles().iter().map(|it| profile::reference(&it.name(), it.version().as_deref())).collect()
}

fn kubernetes(cluster: &Cluster<'_>) -> Vec<String> {
    cluster.layer(Layer::Kubernetes).iter().map(|it| it.version().unwrap_or_default().into_owned()).collect()
}
