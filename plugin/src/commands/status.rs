//! `kubectl profile status`: each cluster, what it has and what it runs.

use clap::Args;
use profile_core::{cluster::Cluster, pack::Layer, profile, reconciliation::unreconciled, revision::Revision};
use serde_json::{Value, json};

use super::{Outcome, overrides};
use crate::{
    change::proposal::known_revisions,
    cli::{Format, Global},
    error::Error,
    output::{Output, table::table},
    selection,
    store::{Document, Store},
};

/// Show each cluster: its profiles, Kubernetes, state, what is not reconciled, and overrides
#[derive(Args, Debug)]
pub(crate) struct StatusArgs {
    /// One cluster; all in scope without it
    cluster: Option<String>,
    /// How to print it
    #[arg(short, long, value_enum, default_value_t)]
    output: Format,
}

/// Runs the command.
pub(crate) async fn run(args: &StatusArgs, global: &Global, output: &mut Output) -> Result<Outcome, Error> {
    let store = Store::open(global).await?;
    let clusters = match &args.cluster {
        Some(name) => vec![selection::cluster(&store, Some(name)).await?],
        None => store.clusters().await?,
    };
    let mut rows = Vec::new();
    for cluster in &clusters {
        let profiles = store.profiles(cluster.cluster().namespace().as_deref()).await?;
        let revisions = known_revisions(&store, cluster, output).await;
        rows.push((cluster, overrides(cluster, &profiles, &revisions)));
    }
    if args.output != Format::Table {
        let items: Vec<_> = rows.iter().map(|(cluster, overrides)| json(cluster, overrides)).collect();
        output.document(args.output, "ClusterStatusList", json!({"items": items}))?;
        return Ok(Outcome::Done);
    }
    if rows.is_empty() {
        output.note(&format!("no clusters in {}{}", store.scope(), selection::scope_hint(&store)));
        return Ok(Outcome::Done);
    }
    let mut headers = vec!["NAME", "PROFILES", "KUBERNETES", "STATE", "RECONCILED", "OVERRIDES"];
    if global.all_namespaces {
        headers.insert(0, "NAMESPACE");
    }
    let rows: Vec<_> = rows
        .iter()
        .map(|(cluster, overrides)| {
            let mut row = row(&cluster.cluster(), overrides);
            if global.all_namespaces {
                row.insert(0, cluster.cluster().namespace().unwrap_or_default().into_owned());
            }
            row
        })
        .collect();
    output.text(&table(&headers, &rows))?;
    Ok(Outcome::Done)
}

/// The places that a cluster sets itself; `None` where that is not known of all its profiles.
fn overrides(cluster: &Document, profiles: &[Document], revisions: &[Revision]) -> Option<Vec<String>> {
    let found = overrides::found(cluster, profiles, revisions);
    found
        .iter()
        .all(|it| it.base.content.is_some())
        .then(|| found.iter().flat_map(|it| &it.overrides).map(profile_core::merge::Override::place).collect())
}

fn row(cluster: &Cluster<'_>, overrides: &Option<Vec<String>>) -> Vec<String> {
    let missing = unreconciled(cluster);
    vec![
        cluster.name().into_owned(),
        references(cluster).join(","),
        kubernetes(cluster).join(","),
        cluster.state().unwrap_or_default().into_owned(),
        if missing.is_empty() { "yes".into() } else { format!("no: {}", missing.len()) },
        overrides.as_ref().map_or_else(|| "<unknown>".into(), |places| places.len().to_string()),
    ]
}

fn json(cluster: &Document, overrides: &Option<Vec<String>>) -> Value {
    let view = cluster.cluster();
    json!({
        "name": view.name(), "namespace": view.namespace(), "profiles": references(&view), "kubernetes": kubernetes(&view),
        "cloudType": view.cloud_type(), "state": view.state(), "unreconciled": unreconciled(&view),
        "clusterTemplate": view.cluster_template(), "overrides": overrides,
    })
}

fn references(cluster: &Cluster<'_>) -> Vec<String> {
    cluster.profiles().iter().map(|it| profile::reference(&it.name(), it.version().as_deref())).collect()
}

fn kubernetes(cluster: &Cluster<'_>) -> Vec<String> {
    cluster.layer(Layer::Kubernetes).iter().map(|it| it.version().unwrap_or_default().into_owned()).collect()
}
