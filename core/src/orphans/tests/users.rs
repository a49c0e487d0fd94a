//! Tests of who still uses an orphan.

use super::*;

#[test]
fn who_still_uses_a_workload_is_found() {
    let other = |api_version: &str, kind: &str, name: &str, spec: Value| json!({"apiVersion": api_version, "kind": kind, "metadata": {"name": name, "namespace": "n"}, "spec": spec});
    let target = |name: &str| json!({"scaleTargetRef": {"kind": "Deployment", "name": name}});
    let mut elsewhere = other("v1", "Service", "elsewhere", json!({"selector": {"app": "a"}}));
    elsewhere["metadata"]["namespace"] = json!("other");
    let others = [
        other("v1", "Service", "yes", json!({"selector": {"app": "a"}})),
        other("v1", "Service", "no", json!({"selector": {"app": "a", "tier": "y"}})),
        other("v1", "Service", "headless", json!({"selector": {}})),
        other("v1", "Service", "external", json!({})),
        elsewhere,
        other("autoscaling/v2", "HorizontalPodAutoscaler", "yes", target("a")),
        other("autoscaling/v2", "HorizontalPodAutoscaler", "no", target("b")),
        other("keda.sh/v1alpha1", "ScaledObject", "yes", json!({"scaleTargetRef": {"name": "a"}})),
        other("policy/v1", "PodDisruptionBudget", "yes", json!({"selector": {"matchLabels": {"app": "a"}}})),
        other(
            "policy/v1",
            "PodDisruptionBudget",
            "in",
            json!({"selector": {"matchExpressions": [{"key": "app", "operator": "In", "values": ["a", "b"]}]}}),
        ),
        other(
            "policy/v1",
            "PodDisruptionBudget",
            "no",
            json!({"selector": {"matchExpressions": [{"key": "app", "operator": "NotIn", "values": ["a"]}]}}),
        ),
    ];
    assert_eq!(
        words(&one(|_| {}, &others).orphans[0].used_by),
        [
            "HorizontalPodAutoscaler/yes scales it",
            "PodDisruptionBudget/in guards its pods",
            "PodDisruptionBudget/yes guards its pods",
            "ScaledObject/yes scales it",
            "Service/yes selects its pods",
        ]
    );
}

#[test]
fn who_still_uses_what_is_only_listed_is_found() {
    let object = |kind: &str, group: &str, spec: Value| {
        let api_version = if group.is_empty() { "v1".to_owned() } else { format!("{group}/v1") };
        json!({"apiVersion": api_version, "kind": kind, "metadata": {"name": "u", "namespace": "n"}, "spec": spec})
    };
    let pod = |spec: Value| object("Deployment", "apps", json!({"template": {"spec": spec}}));
    let ingress = |backend: Value| {
        object("Ingress", "networking.k8s.io", json!({"rules": [{"http": {"paths": [{"backend": backend}]}}]}))
    };
    let owned = |by: &str, spec: Value| {
        let mut object = object("Pod", "", spec);
        object["metadata"]["ownerReferences"] = json!([{"kind": by, "name": "x"}]);
        object
    };
    for (orphan, user, expected) in [
        ("Service", ingress(json!({"service": {"name": "a"}})), Some("Ingress/u routes to it")),
        ("Service", ingress(json!({"service": {"name": "b"}})), None),
        (
            "Service",
            object("Ingress", "networking.k8s.io", json!({"defaultBackend": {"service": {"name": "a"}}})),
            Some("Ingress/u routes to it"),
        ),
        (
            "Service",
            object("HTTPRoute", "gateway.networking.k8s.io", json!({"rules": [{"backendRefs": [{"name": "a"}]}]})),
            Some("HTTPRoute/u routes to it"),
        ),
        (
            "PersistentVolumeClaim",
            pod(json!({"volumes": [{"persistentVolumeClaim": {"claimName": "a"}}]})),
            Some("Deployment/u uses it in its pods"),
        ),
        (
            "Secret",
            pod(json!({"volumes": [{"secret": {"secretName": "a"}}]})),
            Some("Deployment/u uses it in its pods"),
        ),
        (
            "Secret",
            pod(json!({"volumes": [{"projected": {"sources": [{"secret": {"name": "a"}}]}}]})),
            Some("Deployment/u uses it in its pods"),
        ),
        (
            "Secret",
            pod(json!({"containers": [{"env": [{"valueFrom": {"secretKeyRef": {"name": "a"}}}]}]})),
            Some("Deployment/u uses it in its pods"),
        ),
        (
            "Secret",
            pod(json!({"initContainers": [{"envFrom": [{"secretRef": {"name": "a"}}]}]})),
            Some("Deployment/u uses it in its pods"),
        ),
        ("Secret", pod(json!({"imagePullSecrets": [{"name": "a"}]})), Some("Deployment/u uses it in its pods")),
        ("Secret", pod(json!({"volumes": [{"configMap": {"name": "a"}}]})), None),
        (
            "ConfigMap",
            pod(json!({"volumes": [{"configMap": {"name": "a"}}]})),
            Some("Deployment/u uses it in its pods"),
        ),
        ("ServiceAccount", object("Pod", "", json!({"serviceAccountName": "a"})), Some("Pod/u uses it in its pods")),
        ("ServiceAccount", owned("ReplicaSet", json!({"serviceAccountName": "a"})), None),
        ("ServiceAccount", owned("KafkaNodes", json!({"serviceAccountName": "a"})), Some("Pod/u uses it in its pods")),
        (
            "Service",
            object(
                "GRPCRoute",
                "gateway.networking.k8s.io",
                json!({"rules": [{"backendRefs": [{"name": "a", "namespace": "n"}]}]}),
            ),
            Some("GRPCRoute/u routes to it"),
        ),
        (
            "Service",
            object(
                "HTTPRoute",
                "gateway.networking.k8s.io",
                json!({"rules": [{"backendRefs": [{"name": "a", "namespace": "elsewhere"}]}]}),
            ),
            None,
        ),
    ] {
        let raw = json!({"apiVersion": "v1", "kind": orphan, "metadata": {"name": "a", "namespace": "n"}});
        let used_by = usage::used_by(&Identity::of_live(&raw).unwrap(), &raw, &Live::of(std::slice::from_ref(&user)));
        assert_eq!(words(&used_by), expected.map(str::to_owned).into_iter().collect::<Vec<_>>(), "{orphan} {user}");
    }
}

/// What is said of a Service that selects the orphan's pods, by the readiness of these pods in its EndpointSlice.
fn endpoints(ready: &[(&str, bool)]) -> User {
    let service = json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "s", "namespace": "n"}, "spec": {"selector": {"app": "a"}}});
    let endpoint = |(pod, ready): &(&str, bool)| json!({"addresses": ["10.0.0.1"], "targetRef": {"kind": "Pod", "name": pod}, "conditions": {"ready": ready}});
    let slice = |name: &str, endpoints: Vec<Value>| {
        json!({
            "apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "endpoints": endpoints,
            "metadata": {"name": name, "namespace": "n", "labels": {"kubernetes.io/service-name": "s"}},
        })
    };
    let pod = |name: &str, tier: &str| json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": "n", "labels": {"app": "a", "tier": tier}}});
    let both: Vec<_> = ["s-4", "s-6"].iter().map(|name| slice(name, ready.iter().map(endpoint).collect())).collect();
    let own = |object: &mut Value| object["spec"]["selector"] = json!({"matchLabels": {"app": "a", "tier": "x"}});
    let live = [vec![service, pod("a-1", "x"), pod("a-2", "x"), pod("b-1", "y")], both].concat();
    one(own, &live).orphans.remove(0).used_by.remove(0)
}

#[test]
fn the_ready_endpoints_of_a_service_are_counted_once_and_told_apart() {
    let said = |ready: &[(&str, bool)]| {
        let user = endpoints(ready);
        (user.to_string().strip_prefix("Service/s selects its pods; ").unwrap().to_owned(), user.role)
    };
    let served = |words: &str| (words.to_owned(), Role::IsServed);
    let refers = |words: &str| (words.to_owned(), Role::Refers);
    let all = [("a-1", true), ("a-2", true), ("b-1", true)];
    assert_eq!(said(&all), served("2 of its 3 ready endpoints are these pods"));
    assert_eq!(said(&[("a-1", false), ("b-1", true)]), refers("0 of its 1 ready endpoints are these pods"));
    assert_eq!(said(&[("a-1", false)]), refers("no endpoint is ready"));
}

#[test]
fn what_leads_to_a_workload_through_its_service_is_found() {
    let other = |group: &str, kind: &str, spec: Value| {
        let mut object = spec;
        object["apiVersion"] = json!(format!("{group}/v1"));
        object["kind"] = json!(kind);
        object["metadata"]["name"] = json!("u");
        object
    };
    let service = json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "s", "namespace": "n"}, "spec": {"selector": {"app": "a"}}});
    let mut ingress =
        other("networking.k8s.io", "Ingress", json!({"spec": {"defaultBackend": {"service": {"name": "s"}}}}));
    ingress["metadata"]["namespace"] = json!("n");
    let call =
        |namespace: &str| json!({"webhooks": [{"clientConfig": {"service": {"name": "s", "namespace": namespace}}}]});
    let hook = other("admissionregistration.k8s.io", "ValidatingWebhookConfiguration", call("n"));
    let elsewhere = other("admissionregistration.k8s.io", "MutatingWebhookConfiguration", call("elsewhere"));
    let api =
        other("apiregistration.k8s.io", "APIService", json!({"spec": {"service": {"name": "s", "namespace": "n"}}}));
    assert_eq!(
        words(&one(|_| {}, &[service, ingress, hook, elsewhere, api]).orphans[0].used_by),
        [
            "APIService/u is served by it through Service/s",
            "Ingress/u routes to it through Service/s",
            "Service/s selects its pods",
            "ValidatingWebhookConfiguration/u asks it about writes through Service/s",
        ]
    );
}

#[test]
fn a_gateway_is_used_by_what_attaches_to_it() {
    let raw = json!({"apiVersion": "gateway.networking.k8s.io/v1", "kind": "Gateway", "metadata": {"name": "a", "namespace": "n"}});
    let route = json!({"apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute", "metadata": {"name": "r", "namespace": "n"}, "spec": {"parentRefs": [{"name": "a"}]}});
    let live = [raw.clone(), route];
    assert_eq!(
        words(&usage::used_by(&Identity::of_live(&raw).unwrap(), &raw, &Live::of(&live))),
        ["HTTPRoute/r attaches to it"]
    );
}
