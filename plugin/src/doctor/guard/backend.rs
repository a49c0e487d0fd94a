//! What stands behind the guard: the Service and its ready endpoints, or an address.

use profile_core::field;
use serde_json::Value;

use super::super::report::Check;
use crate::store::{Answer, KubernetesStore};

const NAME: &str = "webhook's service";

/// The namespace and the name of the Service that the API server asks.
pub(in crate::doctor) fn service(webhook: &Value) -> Option<(String, String)> {
    let part = |name| field::text(webhook, &["clientConfig", "service", name]).map(|it| it.into_owned());
    Some((part("namespace")?, part("name")?))
}

pub(super) async fn check(store: &KubernetesStore, webhook: &Value) -> Vec<Check> {
    let Some((namespace, name)) = service(webhook) else {
        let url = field::text(webhook, &["clientConfig", "url"]).unwrap_or_default();
        return vec![Check::ok(NAME, format!("none: the API server asks {url} itself"))];
    };
    let place = format!("service {name} in namespace {namespace}");
    let hidden = |why: String| vec![Check::not_visible(NAME, format!("{place}: {why}"))];
    match store.look(&format!("/api/v1/namespaces/{namespace}/services/{name}")).await {
        Ok(answer) if answer.code == 404 => {
            return vec![
                Check::failed(NAME, format!("{place} is not there")).fix("install it: `kubectl apply -k manifests/`"),
            ];
        }
        Ok(answer) if answer.is_success() => {}
        Ok(answer) => return hidden(answer.refusal()),
        Err(error) => return hidden(error.message),
    }
    let slices = format!(
        "/apis/discovery.k8s.io/v1/namespaces/{namespace}/endpointslices?labelSelector=kubernetes.io/service-name%3D{name}"
    );
    match store.look(&slices).await {
        Ok(answer) if answer.is_success() => vec![ready(&place, &answer)],
        Ok(answer) => hidden(answer.refusal()),
        Err(error) => hidden(error.message),
    }
}

/// An endpoint that says nothing of itself counts as ready, as the API has it.
fn ready(place: &str, slices: &Answer) -> Check {
    let endpoints = field::items(&slices.document, &["items"]).flat_map(|(_, it)| field::items(it, &["endpoints"]));
    let is_ready =
        |endpoint: &Value| field::at(endpoint, &["conditions", "ready"]).and_then(Value::as_bool).unwrap_or(true);
    let states: Vec<_> = endpoints.map(|(_, it)| is_ready(it)).collect();
    let count = states.iter().filter(|it| **it).count();
    let says = format!("{place} has {count} of {} endpoints ready", states.len());
    match count {
        0 => Check::failed(NAME, format!("{says}: every change of profiles is refused"))
            .fix("look at the pods: `kubectl get pods -n kubectl-profile-system`"),
        1 => Check::warning(NAME, format!("{says}: while that one restarts, every change of profiles is refused"))
            .fix("run two replicas"),
        _ => Check::ok(NAME, says),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{super::super::report::Finding, *};

    #[test]
    fn only_ready_endpoints_count() {
        let slice = |ready: &[Option<bool>]| {
            let endpoint = |it: &Option<bool>| json!({"addresses": ["10.0.0.1"], "conditions": {"ready": it}});
            json!({"endpoints": ready.iter().map(endpoint).collect::<Vec<_>>()})
        };
        let check = |slices: Vec<Value>| {
            ready("it", &Answer { code: 200, document: json!({ "items": slices }), ..Answer::default() })
        };
        assert_eq!(check(vec![]).finding, Finding::Failed);
        assert_eq!(check(vec![slice(&[Some(false), Some(false)])]).finding, Finding::Failed);
        let one = check(vec![slice(&[Some(true)]), slice(&[Some(false)])]);
        assert_eq!(one.finding, Finding::Warning);
        assert!(one.says.contains("1 of 2"), "{one:?}");
        assert_eq!(check(vec![slice(&[Some(true), None])]).finding, Finding::Ok);
    }
}
