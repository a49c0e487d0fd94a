//! The repave table of clusters that are not Edge: what each key of a layer does to the nodes.

use super::{Effect, keys};

/// Below `kubeadmconfig`: what only the control plane reads. The table names the arguments of the API server as an example.
const CONTROL_PLANE: [&str; 5] = ["apiServer", "controllerManager", "scheduler", "etcd", "clusterConfiguration"];

/// Below `kubeadmconfig`: what every node reads.
const ALL_NODES: [&str; 10] = [
    "kubeletExtraArgs",
    "kubeletConfiguration",
    "nodeRegistration",
    "preKubeadmCommands",
    "postKubeadmCommands",
    "files",
    "users",
    "ntp",
    "mounts",
    "joinConfiguration",
];

/// Below `pack` of the Kubernetes layer: what becomes part of the kubeadm config although `pack` does nothing else.
const IN_KUBEADM: [&str; 3] = ["podCIDR", "serviceClusterIpRange", "k8sHardening"];

/// What a changed key with dots does in a layer, and the rule that says so; `None` where the table is silent so far up.
pub(super) fn rule(layer: &str, key: &str) -> Option<(Effect, &'static str)> {
    let is = |prefix: &str| keys::is_under(key, prefix);
    let below = |parent: &str, names: &[&str]| names.iter().any(|name| is(&format!("{parent}.{name}")));
    match layer {
        "os" => Some((Effect::RepaveAll, "a change of the OS layer repaves all pools, the control plane first")),
        "k8s" if below("kubeadmconfig", &CONTROL_PLANE) => {
            Some((Effect::RepaveControlPlane, "configuration of the control plane repaves the control plane"))
        }
        "k8s" if below("kubeadmconfig", &ALL_NODES) => {
            Some((Effect::RepaveAll, "an edit of the Kubernetes layer that affects all nodes repaves all pools"))
        }
        "k8s" if below("pack", &IN_KUBEADM) => {
            Some((Effect::Unknown, "the table does not list it, and it can become part of the kubeadm config"))
        }
        "k8s" if is("pack") && key != "pack" => {
            Some((Effect::None, "settings of the pack itself are not in the repave lists"))
        }
        "cni" | "csi" => Some((Effect::None, "not in the repave lists: it is reconciled in place")),
        _ => None,
    }
}

/// What is said of a key that has no rule.
pub(super) fn unlisted(layer: &str, key: &str) -> (Effect, &'static str) {
    if layer == "k8s" && keys::is_under(key, "kubeadmconfig") {
        return (Effect::Unknown, "a change of the kubeadm config repaves, and the table does not list which nodes");
    }
    (Effect::Unknown, "the repave table does not list it")
}
