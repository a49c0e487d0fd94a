//! Whether a dry run is safe here: the server must know dry runs, and no other webhook may act on one.

use profile_core::field;
use serde_json::Value;

use super::{guard::is_asked, reach::Server};
use crate::store::{KubernetesStore, VERSIONS};

/// The first minor version of 1 in which dry runs are no feature that can be switched off.
const DRY_RUNS: u64 = 19;
const KINDS: [&str; 2] = ["validatingwebhookconfigurations", "mutatingwebhookconfigurations"];

/// Why no dry run may be sent; `None` where one may.
pub(super) async fn forbid(store: &KubernetesStore, server: &Server) -> Option<String> {
    if let Some(why) = too_old(server.numbers, &server.version) {
        return Some(why);
    }
    for kind in KINDS {
        let answer = store.look(&format!("/apis/admissionregistration.k8s.io/v1/{kind}")).await;
        // Who may not look is safe all the same: the API server itself refuses a dry run that a webhook does not support.
        let Some(answer) = answer.ok().filter(|it| it.is_success()) else { continue };
        if let Some(name) = acting(&answer.document) {
            return Some(format!("webhook {name:?} does not say that it does nothing in one"));
        }
    }
    None
}

/// A server from before dry runs would store what it is sent.
fn too_old(numbers: Option<(u64, u64)>, version: &str) -> Option<String> {
    match numbers {
        Some((1, minor)) if minor < DRY_RUNS => Some(format!("Kubernetes {version} is older than 1.{DRY_RUNS}")),
        Some((0, _)) | None => Some(format!("the server's version {version:?} cannot be read")),
        Some(_) => None,
    }
}

/// The name of a webhook that is asked about clusters and may have side effects in a dry run.
fn acting(configurations: &Value) -> Option<String> {
    let webhooks = field::items(configurations, &["items"]).flat_map(|(_, it)| field::items(it, &["webhooks"]));
    let acts = |webhook: &Value| {
        let effects = field::text(webhook, &["sideEffects"]);
        !matches!(effects.as_deref(), Some("None" | "NoneOnDryRun"))
    };
    let mut acting =
        webhooks.map(|(_, it)| it).filter(|it| VERSIONS.iter().any(|version| is_asked(it, version)) && acts(it));
    acting.next().map(|it| field::text(it, &["name"]).unwrap_or_default().into_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_server_that_may_not_know_dry_runs_is_sent_none() {
        assert!(too_old(Some((1, 18)), "v1.18.20").unwrap().contains("v1.18.20"));
        assert!(too_old(None, "banana").unwrap().contains("\"banana\""));
        assert!(too_old(Some((0, 9)), "").is_some());
        for numbers in [(1, 19), (1, 37), (2, 0)] {
            assert_eq!(too_old(Some(numbers), ""), None);
        }
    }

    #[test]
    fn a_webhook_with_side_effects_counts_where_it_is_asked_about_clusters() {
        let list = |resource: &str, effects: &str| {
            let rule = json!({"apiGroups": ["*"], "apiVersions": ["*"], "resources": [resource], "operations": ["*"]});
            json!({"items": [{"webhooks": [{"name": "other", "rules": [rule], "sideEffects": effects}]}]})
        };
        assert_eq!(acting(&list("*", "Some")).as_deref(), Some("other"));
        assert_eq!(acting(&list("spectroclusters", "Unknown")).as_deref(), Some("other"));
        assert_eq!(acting(&list("pods", "Some")), None);
        assert_eq!(acting(&list("*", "NoneOnDryRun")), None);
        assert_eq!(acting(&list("*", "None")), None);
    }
}
