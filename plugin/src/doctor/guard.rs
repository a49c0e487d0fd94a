//! Whether the guard is installed as it must be: for every version, failing closed, and with something behind it.

mod backend;

pub(super) use backend::service;

use profile_core::field;
use serde_json::Value;

use super::{GUARD, report::Check};
use crate::store::{GROUP, KubernetesStore, VERSIONS};

const NAME: &str = "webhook";
/// How long the API server waits where the configuration does not say.
const DEFAULT_TIMEOUT: u64 = 10;
/// Where the webhook says what keeps it from adding its rules and its CA.
pub(super) const LOOK: &str = "the webhook adds it as soon as it answers; what keeps it from that is in its log: `kubectl logs -n kubectl-profile-system deployment/profile-webhook`";
/// Longest time that a write should have to wait for a guard that is gone.
const LONGEST_TIMEOUT: u64 = 10;

/// The guard's configuration.
pub(super) enum Guard {
    /// There is none of its name.
    Absent,
    /// It may not be read, or no answer came; and why.
    Hidden(String),
    /// It is there.
    Found(Value),
}

impl Guard {
    pub(super) async fn read(store: &KubernetesStore) -> Self {
        let path = format!("/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/{GUARD}");
        match store.look(&path).await {
            Ok(answer) if answer.code == 404 => Self::Absent,
            Ok(answer) if answer.is_success() => Self::Found(answer.document),
            Ok(answer) if answer.code == 403 => Self::Hidden("you may not get validatingwebhookconfigurations".into()),
            Ok(answer) => Self::Hidden(answer.refusal()),
            Err(error) => Self::Hidden(error.message),
        }
    }

    /// The one of its webhooks that is asked about clusters.
    pub(super) fn webhook(&self) -> Option<&Value> {
        let Self::Found(configuration) = self else { return None };
        webhook(configuration)
    }
}

fn webhook(configuration: &Value) -> Option<&Value> {
    let mut webhooks = field::items(configuration, &["webhooks"]).map(|(_, it)| it);
    webhooks.find(|it| VERSIONS.iter().any(|version| is_asked(it, version)))
}

/// Whether a webhook is asked about updates of clusters that are made in `version`, without any conversion.
pub(super) fn is_asked(webhook: &Value, version: &str) -> bool {
    field::items(webhook, &["rules"]).any(|(_, rule)| {
        let has = |name, wanted: &[&str]| {
            field::items(rule, &[name]).any(|(_, it)| it.as_str().is_some_and(|it| wanted.contains(&it)))
        };
        has("apiGroups", &[GROUP, "*"])
            && has("apiVersions", &[version, "*"])
            && has("resources", &["spectroclusters", "*", "*/*"])
            && has("operations", &["UPDATE", "*"])
            && field::text(rule, &["scope"]).is_none_or(|scope| scope != "Cluster")
    })
}

pub(super) async fn check(store: &KubernetesStore, guard: &Guard, versions: &[String]) -> Vec<Check> {
    let configuration = match guard {
        Guard::Absent => {
            return vec![
                Check::failed(NAME, format!("there is no validatingwebhookconfiguration {GUARD}: nothing is guarded"))
                    .fix("install it: `kubectl apply -k manifests/`"),
            ];
        }
        Guard::Hidden(why) => {
            return vec![
                Check::not_visible(NAME, format!("whether {GUARD} is installed is not told: {why}"))
                    .fix("ask for the right to get validatingwebhookconfigurations"),
            ];
        }
        Guard::Found(configuration) => configuration,
    };
    let mut checks = judge(configuration, versions);
    if let Some(webhook) = webhook(configuration) {
        checks.extend(backend::check(store, webhook).await);
    }
    checks
}

/// What the configuration alone says.
fn judge(configuration: &Value, served: &[String]) -> Vec<Check> {
    let Some(webhook) = webhook(configuration) else {
        return vec![
            Check::failed(NAME, format!("{GUARD} is there and matches no update of spectroclusters")).fix(LOOK),
        ];
    };
    let mut checks = vec![versions(webhook, served), policy(webhook)];
    checks.extend([conditions(webhook), bundle(webhook), timeout(webhook)]);
    checks.extend(selectors(webhook));
    checks
}

/// Whether a write in each version that is served meets it. One in a version that is not listed is converted to a listed one
/// first, where the guard takes equivalents and there is one.
fn versions(webhook: &Value, served: &[String]) -> Check {
    let takes_equivalents = field::text(webhook, &["matchPolicy"]).is_none_or(|policy| policy == "Equivalent");
    let listed: Vec<_> = VERSIONS.into_iter().filter(|version| is_asked(webhook, version)).collect();
    let missing: Vec<_> = VERSIONS.into_iter().filter(|version| !listed.contains(version)).collect();
    let says = format!("{GUARD} is installed and lists {}", listed.join(" and "));
    if missing.is_empty() {
        return Check::ok(NAME, says);
    }
    let is_converted = takes_equivalents && served.iter().any(|it| listed.contains(&it.as_str()));
    let passing: Vec<_> = missing.iter().copied().filter(|version| served.iter().any(|it| it == version)).collect();
    let fix = "run the webhook of this version, which lists both: `kubectl apply -k manifests/`";
    if passing.is_empty() || is_converted {
        Check::warning(NAME, format!("{says} alone: {} is guarded by conversion or not served", missing.join(" and ")))
            .fix(fix)
    } else {
        Check::failed(NAME, format!("{says} alone: writes in {} pass by it", passing.join(" and "))).fix(fix)
    }
}

fn policy(webhook: &Value) -> Check {
    const NAME: &str = "webhook's failurePolicy";
    // The API server writes its default into what it stores.
    match field::text(webhook, &["failurePolicy"]).as_deref() {
        Some("Fail") | None => Check::ok(NAME, "Fail: what it cannot judge is not written"),
        Some(other) => Check::failed(NAME, format!("{other}: while the webhook is down, every change passes"))
            .fix("set failurePolicy: Fail; its matchCondition lets metadata pass all the same"),
    }
}

/// Whether metadata and deletions pass without being asked about.
fn conditions(webhook: &Value) -> Check {
    const NAME: &str = "webhook's matchConditions";
    let expressions: Vec<_> = field::items(webhook, &["matchConditions"])
        .filter_map(|(_, it)| field::text(it, &["expression"]))
        .map(|text| text.split_whitespace().collect::<String>())
        .collect();
    let has = |part: &str| expressions.iter().any(|it| it.contains(part));
    if has("object.spec!=oldObject.spec") && has("oldObject.metadata.deletionTimestamp") {
        Check::ok(NAME, "writes of metadata and of what is being deleted do not wait for the webhook")
    } else {
        Check::warning(
            NAME,
            "no condition lets metadata and deletions pass: while the webhook is down, no label is written and no cluster goes away",
        )
        .fix("apply the guard of this version: `kubectl apply -k manifests/`")
    }
}

fn bundle(webhook: &Value) -> Check {
    const NAME: &str = "webhook's caBundle";
    match field::text(webhook, &["clientConfig", "caBundle"]) {
        Some(_) => Check::ok(NAME, "there is one"),
        None => Check::failed(NAME, "there is none, so the API server trusts the CAs of its system alone").fix(LOOK),
    }
}

fn timeout(webhook: &Value) -> Check {
    const NAME: &str = "webhook's timeoutSeconds";
    let seconds = seconds(webhook);
    if seconds < LONGEST_TIMEOUT {
        Check::ok(NAME, format!("{seconds} s"))
    } else {
        Check::warning(NAME, format!("{seconds} s: a write may wait that long for a webhook that is gone"))
            .fix("set timeoutSeconds: 3")
    }
}

/// How long the API server waits for the webhook.
pub(super) fn seconds(webhook: &Value) -> u64 {
    field::at(webhook, &["timeoutSeconds"]).and_then(Value::as_u64).unwrap_or(DEFAULT_TIMEOUT)
}

/// What lets some clusters pass by it.
fn selectors(webhook: &Value) -> Option<Check> {
    const NAME: &str = "webhook's selectors";
    let is_set = |name: &&str| field::any(webhook, &[name]).is_some();
    let set: Vec<_> = ["objectSelector", "namespaceSelector"].into_iter().filter(is_set).collect();
    (!set.is_empty()).then(|| {
        let says =
            format!("{} is set: clusters or namespaces that it does not select are not guarded", set.join(" and "));
        Check::warning(NAME, says).fix("take it out, unless leaving some unguarded is what is meant")
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{super::report::Finding, *};

    /// The shipped guard as it is before any webhook has answered.
    fn empty() -> Value {
        serde_saphyr::from_str(include_str!("../../../manifests/guard/validatingwebhookconfiguration.yaml")).unwrap()
    }

    /// The shipped guard with what the webhook adds.
    fn shipped() -> Value {
        let mut guard = empty();
        guard["webhooks"][0]["rules"] = json!([{
            "apiGroups": ["cluster.spectrocloud.com"],
            "apiVersions": ["v1", "v1alpha1"],
            "operations": ["UPDATE"],
            "resources": ["spectroclusters"],
            "scope": "Namespaced",
        }]);
        guard["webhooks"][0]["clientConfig"]["caBundle"] = json!("Y2E=");
        guard
    }

    /// The shipped guard with something else at a place of its webhook.
    fn with(pointer: &str, value: Value) -> Value {
        let mut guard = shipped();
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        guard.pointer_mut(&format!("/webhooks/0{parent}")).unwrap()[key] = value;
        guard
    }

    #[track_caller]
    fn check(guard: &Value, served: &[&str], name: &str, finding: Finding, part: &str) {
        let served: Vec<_> = served.iter().map(|it| (*it).to_owned()).collect();
        let checks = judge(guard, &served);
        let check = checks.iter().find(|it| it.name == name).unwrap_or_else(|| panic!("no {name}: {checks:?}"));
        assert_eq!(check.finding, finding, "{check:?}");
        assert!(check.says.contains(part), "{check:?}");
        assert_eq!(check.fix.is_some(), finding != Finding::Ok, "{check:?}");
    }

    const BOTH: [&str; 2] = VERSIONS;

    #[test]
    fn the_guard_as_it_is_shipped_is_as_it_must_be() {
        let checks = judge(&shipped(), &BOTH.map(str::to_owned));
        assert!(checks.len() == 5 && checks.iter().all(|it| it.finding == Finding::Ok), "{checks:?}");
    }

    #[test]
    fn the_guard_that_no_webhook_has_completed_guards_nothing() {
        check(&empty(), &BOTH, NAME, Finding::Failed, "matches no update");
    }

    #[test]
    fn a_version_that_is_not_listed_passes_by_unless_it_is_converted() {
        let only = |version: &str| with("/rules/0/apiVersions", json!([version]));
        check(&only("v1"), &BOTH, NAME, Finding::Warning, "v1alpha1 is guarded by conversion");
        check(&only("v1"), &["v1alpha1"], NAME, Finding::Failed, "writes in v1alpha1 pass by it");
        check(&only("*"), &BOTH, NAME, Finding::Ok, "v1 and v1alpha1");
        let mut exact = only("v1");
        exact["webhooks"][0]["matchPolicy"] = json!("Exact");
        check(&exact, &BOTH, NAME, Finding::Failed, "writes in v1alpha1 pass by it");
    }

    #[test]
    fn what_asks_about_something_else_guards_nothing() {
        for (pointer, value) in [
            ("/rules/0/operations", json!(["CREATE"])),
            ("/rules/0/resources", json!(["clusterprofiles"])),
            ("/rules/0/apiGroups", json!(["apps"])),
            ("/rules/0/scope", json!("Cluster")),
            ("/rules", json!([])),
        ] {
            check(&with(pointer, value), &BOTH, NAME, Finding::Failed, "matches no update");
        }
    }

    #[test]
    fn each_other_fault_is_told() {
        let ignore = with("/failurePolicy", json!("Ignore"));
        check(&ignore, &BOTH, "webhook's failurePolicy", Finding::Failed, "Ignore");
        let always = with("/matchConditions", json!([]));
        check(&always, &BOTH, "webhook's matchConditions", Finding::Warning, "no condition");
        let trusts_nobody = with("/clientConfig/caBundle", json!(null));
        check(&trusts_nobody, &BOTH, "webhook's caBundle", Finding::Failed, "none");
        let slow = with("/timeoutSeconds", json!(30));
        check(&slow, &BOTH, "webhook's timeoutSeconds", Finding::Warning, "30 s");
        let some = with("/objectSelector", json!({"matchLabels": {"guarded": "yes"}}));
        check(&some, &BOTH, "webhook's selectors", Finding::Warning, "objectSelector");
    }
}
