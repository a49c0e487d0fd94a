//! Plays the Palette agent: applies what a cluster's packs render to, deletes nothing, reports `status.packs`.
//!
//! A stand-in for tests and for the tour, not Palette's code nor like it inside. It plays only for clusters that carry the
//! label [`LABEL`]; each pack is applied when the cluster's profiles have changed since the last time.

mod apply;
mod report;

use std::{collections::BTreeMap, convert::Infallible, path::Path, time::Duration};

use kube::{
    Api, Client, ResourceExt as _,
    api::{ApiResource, DynamicObject, GroupVersionKind, ListParams},
};
use profile_core::cluster::Cluster;
use serde_json::Value;
use tokio::time::sleep;

use crate::{SandboxError, packs::Packs, progress::say};

/// The label that a cluster must carry for the agent to play, with the value `play`.
pub(crate) const LABEL: &str = "kubectl-profile.dev/sandbox-agent";

const PAUSE: Duration = Duration::from_millis(200);

/// Plays until it is dropped; it returns only when the packs cannot be read.
pub(super) async fn play(client: Client, packs: Option<&Path>) -> SandboxError {
    let Some(dir) = packs else { return std::future::pending().await };
    match play_with(client, dir).await {
        Ok(never) => match never {},
        Err(error) => error,
    }
}

async fn play_with(client: Client, dir: &Path) -> Result<Infallible, SandboxError> {
    let packs = Packs::read(dir)?;
    let kind = ApiResource::from_gvk(&GroupVersionKind::gvk("cluster.spectrocloud.com", "v1", "SpectroCluster"));
    let clusters: Api<DynamicObject> = Api::all_with(client.clone(), &kind);
    let wanted = ListParams::default().labels(&format!("{LABEL}=play"));
    let mut done: BTreeMap<String, Value> = BTreeMap::new();
    loop {
        // Until the CRDs are installed there is nothing to list, and an API server that is gone ends the sandbox anyway.
        let listed = clusters.list(&wanted).await.map(|list| list.items).unwrap_or_default();
        for object in listed.into_iter().filter(|object| object.metadata.deletion_timestamp.is_none()) {
            let uid = object.uid().unwrap_or_default();
            let profiles = object.data["spec"]["clusterProfileTemplates"].clone();
            if done.get(&uid) == Some(&profiles) {
                continue;
            }
            match reconcile(&client, &kind, &packs, &object).await {
                Ok(()) => drop(done.insert(uid, profiles)),
                Err(error) => say(&format!("agent: {}: {error}", object.name_any())),
            }
        }
        sleep(PAUSE).await;
    }
}

/// Applies every pack of one cluster and reports how that went.
async fn reconcile(
    client: &Client,
    kind: &ApiResource,
    packs: &Packs,
    object: &DynamicObject,
) -> Result<(), SandboxError> {
    let document = serde_json::to_value(object).map_err(SandboxError::document("SpectroCluster"))?;
    let mut entries = Vec::new();
    for profile in Cluster::new(&document).profiles() {
        for pack in profile.packs() {
            let outcome = apply::pack(client, packs, &pack).await;
            entries.push(report::entry(&profile, &pack, outcome.err().map(|error| error.to_string())));
        }
    }
    report::write(client, kind, object, entries).await
}
