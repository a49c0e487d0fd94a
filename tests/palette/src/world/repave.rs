//! Whether a change makes the nodes anew, and the approval of that.

use super::{Cluster, Pack, World, yaml};

/// Why the nodes have to be made anew.
#[derive(Clone, Debug)]
pub struct Reason {
    /// A word for programs.
    pub code: String,
    /// A sentence for people.
    pub message: String,
    /// The pack before.
    pub current: Option<Pack>,
    /// The pack after.
    pub target: Option<Pack>,
    /// The keys of the values that differ.
    pub keys: Vec<String>,
}

/// A repave of a cluster.
#[derive(Clone, Debug)]
pub struct Repave {
    /// `Pending` or `Approved`.
    pub state: String,
    /// Why.
    pub reasons: Vec<Reason>,
    /// When the state changed.
    pub since: String,
}

/// Compares the packs of the operating system and of Kubernetes.
pub(crate) fn reasons(before: &Cluster, after: &Cluster) -> Vec<Reason> {
    let nodes = |pack: &&Pack| matches!(pack.layer.as_str(), "os" | "k8s");
    let after_packs: Vec<&Pack> = after.packs().filter(nodes).collect();
    let before_packs: Vec<&Pack> = before.packs().filter(nodes).collect();
    let mut reasons = Vec::new();
    for target in &after_packs {
        match before_packs.iter().find(|current| current.layer == target.layer) {
            Some(current) => reasons.extend(reason(current, target)),
            None => reasons.push(Reason {
                code: "PackAdded".to_owned(),
                message: format!("the {} layer gets the pack {}", target.layer, target.name),
                current: None,
                target: Some((*target).clone()),
                keys: Vec::new(),
            }),
        }
    }
    reasons
}

fn reason(current: &Pack, target: &Pack) -> Option<Reason> {
    let keys = yaml::different_keys(&current.values, &target.values);
    let (code, what) = if current.name != target.name {
        ("PackReplaced", format!("the pack {} replaces {}", target.name, current.name))
    } else if current.version != target.version {
        ("PackVersionUpdated", format!("{} goes from {} to {}", target.name, current.version, target.version))
    } else if current.values != target.values {
        ("PackValuesUpdated", format!("the values of {} change in {}", target.name, keys.join(", ")))
    } else {
        return None;
    };
    let (current, target) = (Some(current.clone()), Some(target.clone()));
    Some(Reason { code: code.to_owned(), message: format!("{what}: nodes will be replaced"), current, target, keys })
}

impl World {
    /// Approves the repave of a cluster; false where none waits.
    pub fn approve_repave(&mut self, cluster: &str) -> bool {
        let now = self.clock.now();
        let Some(cluster) = self.cluster_mut(cluster) else { return false };
        let Some(repave) = cluster.repave.as_mut().filter(|repave| repave.state == "Pending") else { return false };
        repave.state = "Approved".to_owned();
        repave.since = now;
        cluster.set_status("repave", serde_json::json!({"state": "Approved"}));
        let uid = cluster.uid.clone();
        self.let_agent_act(&uid);
        true
    }
}
