//! What an exception has to name: exactly what the change goes to, and no group of such things.
//!
//! | rule | target |
//! | --- | --- |
//! | `K8sDowngradeAfterUpgradeNotSupported`, `K8sMultiMinorUpgradeNotSupported` | the new version, compared as a version |
//! | `K8sVersionUnreadable` | the text that cannot be read, as it stands in `version` or `tag`; `(none)` where there is none |
//! | `EdgeCniChangeNotSupported` | the CNI pack that the cluster is to have; several with commas between; `(none)` |
//! | `CoreLayerRemovalNotSupported` | the layer that goes: `os`, `k8s`, `cni` or `csi` |
//! | `ClusterProvisioning` | the hash of the pending profile content, as the denial names it |

use std::collections::BTreeSet;

use crate::{cluster::Cluster, content::Content, pack::Layer, rules::Code, version::Version};

/// Digits of a content's hash that name it: enough that no two contents share them by chance, few enough for one line.
const DIGITS: usize = 16;

const PREFIX: &str = "sha256:";

/// Letters that a target may have; what is longer is told and written by nobody.
const LONGEST: usize = 128;

/// The word for the whole profile content that a cluster changes to; `None` where it does not change. A profile and its version
/// would not say which values go with them.
pub fn other_content(before: &Cluster<'_>, after: &Cluster<'_>) -> Option<String> {
    let pending = Content::of(after);
    (Content::of(before) != pending).then(|| pending.hash().chars().take(PREFIX.len() + DIGITS).collect())
}

/// Why `target` names nothing in particular that the rule `code` could deny.
pub(super) fn fault(code: Code, target: &str) -> Option<String> {
    if target.is_empty() {
        return Some("it is empty; name what is to be let through".into());
    }
    if target.contains('*') {
        return Some("a wildcard is too vague; name one thing".into());
    }
    if target.len() > LONGEST || target.contains([';', '\n', '\r']) || target.trim() != target {
        return Some(format!("it is over {LONGEST} bytes, or has a semicolon, a line break or outer spaces"));
    }
    match code {
        Code::K8sDowngradeAfterUpgradeNotSupported | Code::K8sMultiMinorUpgradeNotSupported => {
            target.parse::<Version>().is_err().then(|| "it is no version; name one, such as 1.31.0".into())
        }
        Code::K8sVersionUnreadable => None,
        Code::EdgeCniChangeNotSupported => {
            names(target).contains("").then(|| "it holds an empty name; write the CNI pack's name".into())
        }
        Code::CoreLayerRemovalNotSupported => {
            let known = Layer::CORE.map(Layer::as_str);
            (!known.contains(&target)).then(|| format!("there is no such layer; known: {}", known.join(", ")))
        }
        Code::ClusterProvisioning => {
            let digits = target.strip_prefix(PREFIX).unwrap_or_default();
            let is_hash = digits.len() == DIGITS && digits.bytes().all(|it| matches!(it, b'0'..=b'9' | b'a'..=b'f'));
            (!is_hash).then(|| {
                format!(
                    "it is not {PREFIX} and {DIGITS} digits; take the hash that the denial of this very change names"
                )
            })
        }
    }
}

/// Whether `written` is what the change goes to.
pub(super) fn is_same(code: Code, written: &str, target: &str) -> bool {
    match code {
        Code::K8sDowngradeAfterUpgradeNotSupported | Code::K8sMultiMinorUpgradeNotSupported => {
            match (written.parse::<Version>(), target.parse::<Version>()) {
                (Ok(written), Ok(target)) => written.is_same(&target),
                _ => false,
            }
        }
        Code::EdgeCniChangeNotSupported => names(written) == names(target),
        Code::K8sVersionUnreadable | Code::CoreLayerRemovalNotSupported | Code::ClusterProvisioning => {
            written == target
        }
    }
}

fn names(list: &str) -> BTreeSet<&str> {
    list.split(',').map(str::trim).collect()
}
