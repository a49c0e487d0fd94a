//! `kubectl profile status`: each cluster, what it has and what it runs.

use clap::Args;
use profile_core::{
    cluster::Cluster, merge::Override, pack::Layer, profile, reconciliation::unreconciled, revision::Revision,
};
use serde_json::{Value, json};

use super::{
    Outcome,
    overrides::{self, Found},
};
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
        rows.push((cluster, Beside::of(cluster, &profiles, &revisions)));
    }
    if args.output != Format::Table {
        let items: Vec<_> = rows.iter().map(|(cluster, beside)| json(cluster, beside)).collect();
        output.document(args.output, "ClusterStatusList", json!({"items": items}))?;
        return Ok(Outcome::Done);
    }
    if rows.is_empty() {
        output.note(&format!("no clusters in {}{}", store.scope(), selection::scope_hint(&store)));
        return Ok(Outcome::Done);
    }
    let mut headers = vec!["NAME", "PROFILES", "KUBERNETES", "STATE", "RECONCILED", "UPDATE", "OVERRIDES"];
    if global.all_namespaces {
        headers.insert(0, "NAMESPACE");
    }
    let rows: Vec<_> = rows
        .iter()
        .map(|(cluster, beside)| {
            let mut row = row(&cluster.cluster(), beside);
            if global.all_namespaces {
                row.insert(0, cluster.cluster().namespace().unwrap_or_default().into_owned());
            }
            row
        })
        .collect();
    output.text(&table(&headers, &rows))?;
    Ok(Outcome::Done)
}

/// What is known beside the cluster itself.
struct Beside {
    /// The places that the cluster sets itself; `None` where that is not known of all its profiles.
    overrides: Option<Vec<String>>,
    /// Whether they rest on an assumption.
    is_assumed: bool,
    /// Whether an edit of an attached version is to be taken over; `None` where that cannot be told.
    has_update: Option<bool>,
}

impl Beside {
    fn of(cluster: &Document, profiles: &[Document], revisions: &[Revision]) -> Self {
        let found = overrides::found(cluster, profiles, revisions);
        let is_known = found.iter().all(|it| it.base.content.is_some());
        let updates: Vec<_> = found.iter().map(|it| it.has_update).collect();
        let has_update = if updates.contains(&Some(true)) {
            Some(true)
        } else {
            updates.iter().all(|it| *it == Some(false)).then_some(false)
        };
        let is_assumed = |it: &Found| !it.overrides.is_empty() && it.base.is_assumed();
        Self {
            overrides: is_known.then(|| found.iter().flat_map(|it| &it.overrides).map(Override::place).collect()),
            is_assumed: found.iter().any(is_assumed),
            has_update,
        }
    }

    fn overrides(&self) -> String {
        match &self.overrides {
            None => "<unknown>".into(),
            Some(places) if self.is_assumed => format!("{} (assumed)", places.len()),
            Some(places) => places.len().to_string(),
        }
    }

    fn update(&self) -> &'static str {
        match self.has_update {
            Some(true) => "pending",
            Some(false) => "no",
            None => "<unknown>",
        }
    }
}

fn row(cluster: &Cluster<'_>, beside: &Beside) -> Vec<String> {
    let missing = unreconciled(cluster);
    vec![
        cluster.name().into_owned(),
        references(cluster).join(","),
        kubernetes(cluster).join(","),
        cluster.state().unwrap_or_default().into_owned(),
        if missing.is_empty() { "yes".into() } else { format!("no: {}", missing.len()) },
        beside.update().into(),
        beside.overrides(),
    ]
}

fn json(cluster: &Document, beside: &Beside) -> Value {
    let view = cluster.cluster();
    json!({
        "name": view.name(), "namespace": view.namespace(), "profiles": references(&view), "kubernetes": kubernetes(&view),
        "cloudType": view.cloud_type(), "state": view.state(), "unreconciled": unreconciled(&view),
        "clusterTemplate": view.cluster_template(), "overrides": beside.overrides, "assumed": beside.is_assumed,
        "update": beside.has_update,
    })
}

fn references(cluster: &Cluster<'_>) -> Vec<String> {
    cluster.profiles().iter().map(|it| profile::reference(&it.name(), it.version().as_deref())).collect()
}

fn kubernetes(cluster: &Cluster<'_>) -> Vec<String> {
    cluster.layer(Layer::Kubernetes).iter().map(|it| it.version().unwrap_or_default().into_owned()).collect()
}
