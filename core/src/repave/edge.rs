//! The upgrade table of Edge clusters: what each key of a layer does to the nodes.

use super::{Effect, keys};

/// Stages of the boot whose change takes a reboot.
const REBOOT_STAGES: [&str; 14] = [
    "rootfs",
    "initramfs",
    "boot",
    "fs",
    "network",
    "after-install",
    "after-install-chroot",
    "after-upgrade",
    "after-upgrade-chroot",
    "after-reset",
    "after-reset-chroot",
    "before-install",
    "before-upgrade",
    "before-reset",
];

/// Parts of the image's name, which do nothing unless the image takes them in.
const PARTS_OF_IMAGE: [&str; 7] =
    ["registry", "repo", "k8sDistribution", "osName", "peVersion", "customTag", "osVersion"];

/// The key that names the image of the nodes.
pub(super) const URI: &str = "options.system.uri";

/// What a changed key with dots does in a layer, and the rule that says so; `None` where the table is silent so far up.
pub(super) fn rule(layer: &str, key: &str, is_rke2: bool) -> Option<(Effect, &'static str)> {
    let is = |prefix: &str| keys::is_under(key, prefix);
    let is_host = matches!(layer, "os" | "k8s");
    if is_host && REBOOT_STAGES.iter().any(|stage| is(&format!("stages.{stage}"))) {
        return Some(match is_rke2 {
            true => (Effect::RepaveAll, "stages repave instead of reboot on RKE2 (known issue PE-4011)"),
            false => (Effect::Reboot, "stages of the boot reboot the nodes, the control plane first"),
        });
    }
    match layer {
        "os" if is("stages.reconcile") => {
            Some((Effect::ConfigurationReload, "stages.reconcile is a configuration reload only"))
        }
        "os" if is(URI) => {
            Some((Effect::RepaveAll, "another image of the nodes repaves all nodes, the control plane first"))
        }
        "os" if PARTS_OF_IMAGE.iter().any(|part| is(&format!("options.system.{part}"))) => {
            Some((Effect::None, "a no-op, as options.system.uri does not take it in"))
        }
        "os" if (is("pack") && key != "pack") || is("providerCredentials") => {
            Some((Effect::None, "a no-op in the OS layer"))
        }
        "k8s" if is("cluster") => Some((Effect::ServiceRestart, "cluster settings restart the services of Kubernetes")),
        "k8s" if (is("pack") && key != "pack") || is("clientConfig") => {
            Some((Effect::None, "a no-op in the Kubernetes layer"))
        }
        "cni" => Some((Effect::ServiceRestart, "usually no repave and no reboot: the network services restart")),
        "csi" => Some((Effect::ServiceRestart, "usually no repave and no reboot: the storage services restart")),
        _ => None,
    }
}

/// What is said of a key that has no rule.
pub(super) fn unlisted(layer: &str, key: &str) -> (Effect, &'static str) {
    if layer == "k8s" && keys::is_under(key, "stages.reconcile") {
        return (Effect::Unknown, "the Edge table lists stages.reconcile for the OS layer only");
    }
    (Effect::Unknown, "the Edge table does not list it")
}
