//! Plays the agent in the cluster: brings what runs to what is wanted.

use serde_json::{Value, json};

use super::{Cluster, World, repave};

impl World {
    /// Sets `status.packs` to what the cluster's profiles say; false where the change is staged or a repave waits.
    pub fn reconcile(&mut self, cluster: &str) -> bool {
        let now = self.clock.now();
        let Some(cluster) = self.cluster_mut(cluster) else { return false };
        let repave_waits = cluster.repave.as_ref().is_some_and(|repave| repave.state == "Pending");
        if repave_waits || cluster.status["spcApply"]["canBeApplied"] == false {
            return false;
        }
        let condition = |kind: &str| json!({"type": kind, "status": "True", "lastTransitionTime": now});
        let packs = cluster.profiles.iter().flat_map(|attached| {
            attached.packs.iter().map(|pack| {
                let manifests = pack.manifests.iter().map(
                    |manifest| json!({"name": manifest.name, "uid": manifest.uid, "condition": condition("Ready")}),
                );
                json!({
                    "name": pack.name, "version": pack.version, "type": pack.kind, "profileUid": attached.uid,
                    "condition": condition("Ready"), "manifests": manifests.collect::<Vec<_>>(),
                })
            })
        });
        let packs: Vec<Value> = packs.collect();
        cluster.set_status("packs", Value::Array(packs));
        if !cluster.status["spcApply"].is_null() {
            cluster.status["spcApply"]["patchAppliedTime"] = json!(now);
        }
        true
    }

    /// Lets the agent act, if it acts at once.
    pub(super) fn let_agent_act(&mut self, cluster: &str) {
        if self.reconciles_at_once {
            self.reconcile(cluster);
        }
    }

    /// Lets the agent fetch a change that was staged.
    pub fn apply_staged(&mut self, cluster: &str) {
        if let Some(cluster) = self.cluster_mut(cluster) {
            let action = cluster.status["spcApply"]["actionType"].clone();
            let action = if action.is_null() { json!("DownloadAndInstall") } else { action };
            cluster.set_status("spcApply", json!({"actionType": action, "canBeApplied": true}));
            let uid = cluster.uid.clone();
            self.let_agent_act(&uid);
        }
    }

    /// Stores a cluster after a change of its profiles, and what follows from it: a repave, a staged change, the agent.
    pub(super) fn store(&mut self, mut changed: Cluster, action: Option<&str>) {
        let now = self.clock.now();
        let Some(index) = self.clusters.iter().position(|cluster| cluster.uid == changed.uid) else { return };
        if self.repave_needs_approval {
            let reasons = repave::reasons(&self.clusters[index], &changed);
            if !reasons.is_empty() {
                changed.set_status("repave", json!({"state": "Pending"}));
                changed.repave = Some(repave::Repave { state: "Pending".to_owned(), reasons, since: now.clone() });
            }
        }
        // A change without a word on when to apply it is applied at once, with what was staged before it.
        let was_staged = changed.status["spcApply"]["canBeApplied"] == false;
        if let Some(action) = action.or(was_staged.then_some("DownloadAndInstall")) {
            let at_once = action != "DownloadAndInstallLater";
            changed.set_status(
                "spcApply",
                json!({"actionType": action, "canBeApplied": at_once, "lastModifiedTime": now}),
            );
        }
        changed.modified = now;
        let uid = changed.uid.clone();
        self.clusters[index] = changed;
        self.let_agent_act(&uid);
    }
}
