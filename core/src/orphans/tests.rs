//! Tests of finding orphans, on the example of Palette's page: Hello Universe with and without its API.

use serde_json::json;

use super::*;
use crate::{
    pack::Pack,
    render::{
        PackContent, Release, fingerprint, render_pack,
        tests::{hello_content, hello_values},
    },
};

fn pack(profile: &str, raw: &Value, content: Option<&PackContent>) -> PackRendering {
    let view = Pack::new(raw, "packs[0]".into());
    PackRendering {
        profile: profile.into(),
        pack: view.name().into_owned(),
        fingerprint: fingerprint(&view, content),
        releases: Vec::new(),
        outcome: render_pack(&view, content),
    }
}

/// The profile of the page: four infrastructure packs, of which nothing is seen, and Hello Universe.
fn page(api: bool) -> Rendering {
    let profile = if api { "hello@1.1.0" } else { "hello@1.0.0" };
    let infrastructure = [("ubuntu-aws", "os"), ("kubernetes", "k8s"), ("cni-calico", "cni"), ("csi-aws-ebs", "csi")];
    let mut packs: Vec<PackRendering> = infrastructure
        .iter()
        .map(|(name, layer)| {
            let values = "charts: {x: {a: 1}}";
            pack(
                profile,
                &json!({"name": name, "layer": layer, "type": "spectro", "version": "1.0", "values": values}),
                None,
            )
        })
        .collect();
    let hello = json!({"name": "hello-universe", "layer": "addon", "type": "spectro", "values": hello_values(api)});
    packs.push(pack(profile, &hello, Some(&hello_content())));
    Rendering { packs }
}

fn revision(number: u64, rendering: Rendering) -> Before {
    Before { source: Source::Revision(number), ended: Ended::By("2026-05-05T05:05:05Z".into()), rendering }
}

/// Everything that a rendering applies, as it is live.
fn live(renderings: &[&Rendering]) -> Vec<Value> {
    let objects = renderings.iter().flat_map(|rendering| rendering.packs.iter()).flat_map(|pack| pack.outcome.iter());
    let mut live: Vec<Value> = Vec::new();
    for object in objects.flat_map(|rendered| &rendered.objects) {
        let mut document = object.document.clone();
        document["metadata"]["uid"] = json!(format!("uid-{}", object.identity));
        if let Some(namespace) = &object.identity.namespace {
            document["metadata"]["namespace"] = json!(namespace);
        }
        if !live.iter().any(|known| Identity::of_live(known) == Identity::of_live(&document)) {
            live.push(document);
        }
    }
    live
}

fn names(findings: &Findings) -> Vec<String> {
    findings.orphans.iter().map(|orphan| orphan.identity.to_string()).collect()
}

/// A rendering of one manifest pack per (pack, objects), each object a `kind/name` in namespace `n`.
fn rendering(profile: &str, packs: &[(&str, &[&str])]) -> Rendering {
    let packs = packs.iter().map(|(name, objects)| {
        let content: String = objects.iter().map(|object| document(object)).collect();
        let content = if content.is_empty() { "# nothing".to_owned() } else { content };
        let raw = json!({"name": name, "type": "manifest", "manifests": [{"name": "m", "content": content}]});
        pack(profile, &raw, None)
    });
    Rendering { packs: packs.collect() }
}

fn document(object: &str) -> String {
    let (kind, name) = object.split_once('/').unwrap();
    let api_version = match kind {
        "Deployment" | "StatefulSet" | "DaemonSet" => "apps/v1",
        "Job" => "batch/v1",
        "Role" | "RoleBinding" => "rbac.authorization.k8s.io/v1",
        _ => "v1",
    };
    format!("---\napiVersion: {api_version}\nkind: {kind}\nmetadata: {{name: {name}, namespace: 'n'}}\n")
}

/// The orphan `Deployment/a`, changed by `change`, with `others` live beside it.
fn one(change: impl Fn(&mut Value), others: &[Value]) -> Findings {
    let before = rendering("p@1", &[("app", &["Deployment/a"])]);
    let now = rendering("p@2", &[("app", &["Deployment/b"])]);
    let mut objects = live(&[&before, &now]);
    objects[0]["spec"] =
        json!({"replicas": 2, "template": {"metadata": {"labels": {"app": "a", "tier": "x"}}, "spec": {}}});
    change(&mut objects[0]);
    objects.extend(others.iter().cloned());
    find(&[revision(1, before)], &now, &objects)
}

#[test]
fn switching_the_api_on_leaves_the_deployment_and_its_load_balancer() {
    let (before, now) = (page(false), page(true));
    let live = live(&[&before, &now]);
    let findings = find(&[revision(4, before)], &now, &live);
    assert_eq!(names(&findings), ["Service/hello-universe-service", "Deployment/hello-universe-deployment"]);
    let [service, deployment] = &findings.orphans[..] else { panic!("{findings:?}") };
    assert_eq!(deployment.confidence, Confidence::Proven);
    assert!(deployment.scalable && !service.scalable);
    assert_eq!(deployment.replicas, Some(2));
    assert_eq!(deployment.uid.as_deref(), Some("uid-Deployment/hello-universe-deployment"));
    assert_eq!(deployment.used_by, ["Service/hello-universe-service selects its pods"]);
    assert_eq!(
        deployment.evidence,
        [
            "rendered by revision 4: manifest hello-universe of pack hello-universe of hello@1.0.0",
            "rendered by no attached pack now",
        ]
    );
    assert!(service.note.is_some_and(|note| note.contains("costing")));
    assert_eq!(findings.unrendered.len(), 4, "what was not seen is said: {:?}", findings.unrendered);
}

#[test]
fn switching_the_api_off_leaves_three_workloads_and_what_they_use() {
    let (before, now) = (page(true), page(false));
    let live = live(&[&before, &now]);
    let findings = find(&[revision(5, before)], &now, &live);
    let mut found = names(&findings);
    found.sort();
    assert_eq!(
        found,
        [
            "ClusterRole/service-reader",
            "ClusterRoleBinding/service-reader-binding",
            "Deployment/api",
            "Deployment/postgres",
            "Deployment/ui",
            "Secret/auth-token",
            "Secret/db-password",
            "Service/api",
            "Service/postgres",
            "Service/ui",
            "ServiceAccount/hello-universe-role",
        ]
    );
    assert!(findings.orphans.iter().all(|orphan| orphan.confidence == Confidence::Proven));
    assert_eq!(findings.orphans.iter().filter(|orphan| orphan.scalable).count(), 3);
    let role = findings.orphans.iter().find(|orphan| orphan.identity.kind == "ClusterRole").unwrap();
    assert_eq!(role.used_by, ["ClusterRoleBinding/service-reader-binding grants it"]);
}

#[test]
fn a_version_that_someone_named_makes_it_likely() {
    let (before, now) = (page(false), page(true));
    let live = live(&[&before, &now]);
    let published = Before { source: Source::Published, ended: Ended::Unknown, rendering: before.clone() };
    let findings = find(std::slice::from_ref(&published), &now, &live);
    assert!(findings.orphans.iter().all(|orphan| orphan.confidence == Confidence::Likely));
    assert!(findings.orphans[0].evidence[0].starts_with("rendered by hello@1.0.0 as published"));
    // A kept revision is the better proof, whatever the order.
    let findings = find(&[published, revision(1, before)], &now, &live);
    assert!(findings.orphans.iter().all(|orphan| orphan.confidence == Confidence::Proven));
}

#[test]
fn a_changed_pack_that_cannot_be_rendered_makes_all_suspected() {
    let before = page(false);
    for changed in ["cni-calico", "csi-aws-ebs"] {
        let mut now = page(true);
        let live = live(&[&before, &now]);
        let pack = now.packs.iter_mut().find(|pack| pack.pack == changed).unwrap();
        pack.fingerprint = "another".into();
        let findings = find(&[revision(1, before.clone())], &now, &live);
        assert_eq!(findings.orphans.len(), 2);
        for orphan in findings.orphans {
            assert_eq!(orphan.confidence, Confidence::Suspected, "{changed}");
            assert!(orphan.evidence.iter().any(|sentence| sentence.contains(changed)), "{:?}", orphan.evidence);
        }
    }
}

#[test]
fn an_added_pack_that_cannot_be_rendered_makes_all_suspected() {
    let (before, mut now) = (page(false), page(true));
    let live = live(&[&before, &now]);
    now.packs.push(pack("extra@1", &json!({"name": "chart", "type": "helm"}), None));
    let findings = find(&[revision(1, before)], &now, &live);
    assert!(findings.orphans.iter().all(|orphan| orphan.confidence == Confidence::Suspected));
}

#[test]
fn a_macro_that_is_not_resolved_makes_it_suspected_where_the_pack_changed() {
    let with_macro = |on: bool| {
        let values = format!("manifests: {{m: {{on: {on}, host: '{{{{ .spectro.var.h }}}}'}}}}");
        let content = format!("{{{{ if .Values.on }}}}{}{{{{ end }}}}", document("Deployment/a"));
        let raw = json!({"name": "app", "type": "manifest", "values": values, "manifests": [{"name": "m", "content": content}]});
        Rendering { packs: vec![pack("p@1", &raw, None)] }
    };
    let (before, now) = (with_macro(true), with_macro(false));
    let objects = live(&[&before]);
    let findings = find(&[revision(1, before)], &now, &objects);
    assert_eq!(findings.orphans[0].confidence, Confidence::Suspected);
    assert!(findings.orphans[0].evidence.iter().any(|sentence| sentence.contains(".spectro.var.h")));
}

#[test]
fn what_moved_between_packs_profiles_or_api_versions_is_no_orphan() {
    let before = rendering("p@1", &[("app", &["Deployment/a"])]);
    let objects = live(&[&before]);
    for now in [
        rendering("p@2", &[("other", &["Deployment/a"])]),
        rendering("another@1", &[("app", &["Deployment/a"])]),
        rendering("p@2", &[("app", &[]), ("more", &["Service/x", "Deployment/a"])]),
    ] {
        assert_eq!(find(&[revision(1, before.clone())], &now, &objects), Findings::default());
    }
    let mut older = objects.clone();
    older[0]["apiVersion"] = json!("apps/v1beta2");
    let now = rendering("p@2", &[("app", &[])]);
    assert_eq!(names(&find(&[revision(1, before)], &now, &older)), ["Deployment/a"]);
}

#[test]
fn what_is_not_live_is_no_orphan() {
    let before = rendering("p@1", &[("app", &["Deployment/a", "Deployment/b"])]);
    let now = rendering("p@2", &[("app", &[])]);
    let mut objects = live(&[&before]);
    objects[0]["metadata"]["namespace"] = json!("elsewhere");
    assert_eq!(names(&find(&[revision(1, before.clone())], &now, &objects)), ["Deployment/b"]);
    assert_eq!(find(&[revision(1, before)], &now, &[]), Findings::default());
    assert_eq!(find(&[], &now, &objects), Findings::default());
}

#[test]
fn the_newest_revision_that_rendered_it_is_named() {
    let old = rendering("p@1", &[("app", &["Deployment/a"])]);
    let newer = rendering("p@2", &[("app", &["Deployment/a", "Deployment/b"])]);
    let now = rendering("p@3", &[("app", &["Deployment/c"])]);
    let objects = live(&[&newer]);
    let findings = find(&[revision(2, newer), revision(1, old)], &now, &objects);
    for orphan in findings.orphans {
        assert_eq!(orphan.last_rendered_by.source, Source::Revision(2));
        assert_eq!(orphan.last_rendered_by.profile, "p@2");
    }
}

#[test]
fn a_pack_that_is_gone_is_said_to_be_gone() {
    let before = rendering("p@1", &[("app", &["Deployment/a"])]);
    let objects = live(&[&before]);
    let evidence =
        |now: Rendering| find(&[revision(1, before.clone())], &now, &objects).orphans.remove(0).evidence.join("\n");
    assert!(evidence(rendering("p@2", &[("other", &[])])).contains("no longer attached"));
    assert!(!evidence(rendering("p@2", &[("app", &[])])).contains("no longer attached"));
}

#[test]
fn a_cluster_scoped_custom_resource_is_found_without_its_namespace() {
    let before = rendering("p@1", &[("app", &["ClusterIssuer/a"])]);
    let mut objects = live(&[&before]);
    objects[0]["metadata"].as_object_mut().unwrap().remove("namespace");
    let findings = find(&[revision(1, before)], &rendering("p@2", &[("app", &[])]), &objects);
    assert_eq!(findings.orphans[0].identity.namespace, None);
}

#[test]
fn a_cluster_scoped_custom_resource_is_no_orphan_when_only_its_packs_namespace_changed() {
    let in_namespace = |namespace: &str| {
        let content = "apiVersion: example.com/v1\nkind: ClusterIssuer\nmetadata: {name: a}\n";
        let values = format!("pack: {{namespace: {namespace}}}");
        let manifest = json!({"name": "m", "content": content});
        let raw = json!({"name": "app", "type": "manifest", "values": values, "manifests": [manifest]});
        Rendering { packs: vec![pack("p@1", &raw, None)] }
    };
    let (before, now) = (in_namespace("one"), in_namespace("two"));
    let mut objects = live(&[&before]);
    assert_eq!(
        find(&[revision(1, before.clone())], &now, &objects).orphans.len(),
        1,
        "it is left in its old namespace"
    );
    objects[0]["metadata"].as_object_mut().unwrap().remove("namespace");
    assert_eq!(find(&[revision(1, before)], &now, &objects), Findings::default());
}

#[test]
fn what_was_created_after_its_rendering_was_left_is_only_suspected() {
    for (created, ended, expected) in [
        ("2026-01-01T00:00:05Z", Ended::By("2026-01-01T00:00:05Z".into()), Confidence::Proven),
        ("2026-01-01T00:00:05Z", Ended::By("2026-01-01T00:00:05.900Z".into()), Confidence::Proven),
        ("2026-01-01T00:00:06Z", Ended::By("2026-01-01T00:00:05.900Z".into()), Confidence::Suspected),
        ("2026-01-01T00:00:06Z", Ended::By(String::new()), Confidence::Suspected),
        ("2026-01-01T00:00:05Z", Ended::After("2026-01-01T00:00:05Z".into()), Confidence::Proven),
        ("2026-01-01T00:00:06Z", Ended::After("2026-01-01T00:00:05Z".into()), Confidence::Likely),
        ("2026-01-01T00:00:06Z", Ended::Unknown, Confidence::Proven),
    ] {
        let before = rendering("p@1", &[("app", &["Deployment/a"])]);
        let mut objects = live(&[&before]);
        objects[0]["metadata"]["creationTimestamp"] = json!(created);
        let past = Before { ended: ended.clone(), ..revision(1, before) };
        let orphan = find(&[past], &rendering("p@2", &[("app", &[])]), &objects).orphans.remove(0);
        assert_eq!(orphan.confidence, expected, "{created} {ended:?}");
        let says_so = orphan.evidence.iter().any(|it| it.starts_with(&format!("created at {created}")));
        assert_eq!(says_so, expected != Confidence::Proven, "{:?}", orphan.evidence);
    }
}

#[test]
fn the_time_that_counts_is_when_it_was_rendered_last() {
    let old = rendering("p@1", &[("app", &["Deployment/a"])]);
    let mut objects = live(&[&old]);
    objects[0]["metadata"]["creationTimestamp"] = json!("2026-01-02T00:00:00Z");
    let at = |number, time: &str, rendering| Before { ended: Ended::By(time.into()), ..revision(number, rendering) };
    let past = [at(2, "2026-01-03T00:00:00Z", old.clone()), at(1, "2026-01-01T00:00:00Z", old)];
    let orphan = find(&past, &rendering("p@2", &[("app", &[])]), &objects).orphans.remove(0);
    assert_eq!((orphan.confidence, orphan.last_rendered_by.source), (Confidence::Proven, Source::Revision(2)));
}

#[test]
fn what_another_cluster_renders_is_left_out() {
    let before = rendering("p@1", &[("app", &["Deployment/a", "Deployment/b", "Service/a"])]);
    let mut findings = find(&[revision(1, before.clone())], &rendering("p@2", &[("app", &[])]), &live(&[&before]));
    let mut other = rendering("q@1", &[("web", &["Deployment/a", "Deployment/b"])]);
    other.packs[0].outcome.as_mut().unwrap().objects[1].identity.namespace = Some("elsewhere".into());
    findings.leave_out_rendered_by(&[("hub/empty".into(), Rendering::default()), ("hub/other".into(), other)]);
    assert_eq!(names(&findings), ["Service/a", "Deployment/b"]);
    assert_eq!(findings.excluded[0].identity.to_string(), "Deployment/a");
    assert_eq!(findings.excluded[0].reason.to_string(), "rendered by cluster hub/other");
}

#[test]
fn what_someone_else_accounts_for_is_left_out_with_the_reason() {
    for (pointer, value, reason) in [
        ("ownerReferences", json!([{"kind": "Rollout", "name": "r"}]), "owned by Rollout/r"),
        (
            "annotations",
            json!({"argocd.argoproj.io/tracking-id": "shop:apps/Deployment:n/a"}),
            "owned by the Argo CD application shop",
        ),
        ("labels", json!({"argocd.argoproj.io/instance": "shop"}), "owned by the Argo CD application shop"),
        ("labels", json!({"kustomize.toolkit.fluxcd.io/name": "apps"}), "owned by the Flux Kustomization apps"),
        ("labels", json!({"helm.toolkit.fluxcd.io/name": "web"}), "owned by the Flux HelmRelease web"),
        ("deletionTimestamp", json!("2026-01-01T00:00:00Z"), "being deleted"),
        ("annotations", json!({"helm.sh/resource-policy": "keep"}), "kept by the annotation helm.sh/resource-policy"),
        ("annotations", json!({"kubectl-profile.dev/keep": "true"}), "kept by the annotation kubectl-profile.dev/keep"),
        (
            "annotations",
            json!({"kubectl-profile.dev/keep": "until June"}),
            "kept by the annotation kubectl-profile.dev/keep",
        ),
    ] {
        let findings = one(|object| object["metadata"][pointer] = value.clone(), &[]);
        assert!(findings.orphans.is_empty(), "{reason}");
        assert_eq!(findings.excluded[0].reason.to_string(), reason);
    }
}

#[test]
fn a_helm_release_is_known_by_label_and_annotation_together() {
    let label = json!({"app.kubernetes.io/managed-by": "Helm"});
    let annotation = json!({"meta.helm.sh/release-name": "web", "meta.helm.sh/release-namespace": "n"});
    let both = one(
        |object| {
            object["metadata"]["labels"] = label.clone();
            object["metadata"]["annotations"] = annotation.clone();
        },
        &[],
    );
    assert_eq!(both.excluded[0].reason, Exclusion::HelmRelease("web".into()));
    assert_eq!(one(|object| object["metadata"]["labels"] = label.clone(), &[]).orphans.len(), 1);
    assert_eq!(one(|object| object["metadata"]["annotations"] = annotation.clone(), &[]).orphans.len(), 1);
}

#[test]
fn system_namespaces_are_left_out_and_a_false_keep_is_not() {
    for namespace in ["kube-system", "kube-public", "kube-node-lease"] {
        let object =
            json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "a", "namespace": namespace}});
        let identity = Identity::of_live(&object).unwrap();
        assert_eq!(exclusion::by_itself(&identity, &object), Some(Exclusion::SystemNamespace(namespace.into())));
        let object = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}});
        let identity = Identity::of_live(&object).unwrap();
        assert_eq!(exclusion::by_itself(&identity, &object), Some(Exclusion::SystemNamespace(namespace.into())));
    }
    let keep = json!({"kubectl-profile.dev/keep": "false", "helm.sh/resource-policy": "delete"});
    assert_eq!(one(|object| object["metadata"]["annotations"] = keep.clone(), &[]).orphans.len(), 1);
}

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
        one(|_| {}, &others).orphans[0].used_by,
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
    let mut owned = pod(json!({"serviceAccountName": "a"}));
    owned["metadata"]["ownerReferences"] = json!([{"kind": "X", "name": "x"}]);
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
        ("ServiceAccount", owned, None),
    ] {
        let raw = json!({"apiVersion": "v1", "kind": orphan, "metadata": {"name": "a", "namespace": "n"}});
        let used_by = usage::used_by(&Identity::of_live(&raw).unwrap(), &raw, std::slice::from_ref(&user));
        assert_eq!(used_by, expected.map(str::to_owned).into_iter().collect::<Vec<_>>(), "{orphan} {user}");
    }
}

#[test]
fn only_workloads_with_a_size_are_scalable_and_the_rest_says_what_it_costs() {
    let kinds = [
        "Deployment/a",
        "StatefulSet/a",
        "DaemonSet/a",
        "Job/a",
        "Secret/a",
        "PersistentVolumeClaim/a",
        "Role/a",
        "RoleBinding/a",
        "ConfigMap/a",
    ];
    let before = rendering("p@1", &[("app", &kinds)]);
    let objects = live(&[&before]);
    let findings = find(&[revision(1, before)], &rendering("p@2", &[("app", &[])]), &objects);
    assert_eq!(findings.orphans.len(), kinds.len());
    for orphan in &findings.orphans {
        let kind = orphan.identity.kind.as_str();
        assert_eq!(orphan.scalable, matches!(kind, "Deployment" | "StatefulSet"), "{kind}");
        assert_eq!(orphan.note.is_none(), matches!(kind, "Deployment" | "StatefulSet" | "ConfigMap"), "{kind}");
    }
}

/// One Deployment that a release of chart pack `app` held, live with Helm's marks, and the releases of what is attached now.
fn abandoned(now: &[&str], change: impl FnOnce(&mut PackRendering)) -> Findings {
    let release = |name: &str| Release { namespace: "n".into(), name: name.into(), revision: None };
    let mut before = rendering("p@1", &[("app", &["Deployment/a"])]);
    let pack = &mut before.packs[0];
    pack.releases = vec![release("app-app")];
    for object in &mut pack.outcome.as_mut().unwrap().objects {
        object.release = Some(Release { revision: Some(3), ..release("app-app") });
    }
    change(pack);
    let mut objects = live(&[&before]);
    objects[0]["metadata"]["labels"] = json!({"app.kubernetes.io/managed-by": "Helm"});
    objects[0]["metadata"]["annotations"] =
        json!({"meta.helm.sh/release-name": "app-app", "meta.helm.sh/release-namespace": "n"});
    let mut attached = rendering("p@2", &[("new", &[])]);
    attached.packs[0].releases = now.iter().map(|name| release(name)).collect();
    find(&[revision(1, before)], &attached, &objects)
}

#[test]
fn what_an_abandoned_release_holds_is_a_proven_orphan() {
    let orphan = abandoned(&["new-app"], |_| {}).orphans.remove(0);
    assert_eq!(orphan.confidence, Confidence::Proven);
    assert_eq!(
        orphan.evidence[..2],
        [
            "rendered by revision 1: chart m as Helm release app-app in namespace n, revision 3, of pack app of p@1",
            "no attached pack installs the Helm release app-app in its place",
        ]
    );
}

#[test]
fn what_helm_still_answers_for_is_left_out() {
    let still_attached = abandoned(&["app-app"], |_| {});
    let of_somebody_else = abandoned(&[], |pack| pack.releases.clear());
    for findings in [still_attached, of_somebody_else] {
        assert!(findings.orphans.is_empty());
        assert_eq!(findings.excluded[0].reason, Exclusion::HelmRelease("app-app".into()));
    }
}

#[test]
fn what_is_taken_for_granted_is_said_and_never_proven() {
    let assume = |pack: &mut PackRendering| pack.outcome.as_mut().unwrap().assumed = vec!["it is so".into()];
    let orphan = abandoned(&[], assume).orphans.remove(0);
    assert_eq!(orphan.confidence, Confidence::Likely);
    assert!(orphan.evidence.contains(&"taken for granted: it is so".to_owned()), "{:?}", orphan.evidence);

    let before = rendering("p@1", &[("app", &["Deployment/a"])]);
    let objects = live(&[&before]);
    let mut now = rendering("p@2", &[("app", &[])]);
    assume(&mut now.packs[0]);
    let orphan = find(&[revision(1, before)], &now, &objects).orphans.remove(0);
    assert_eq!(orphan.confidence, Confidence::Suspected);
    assert!(orphan.evidence.contains(&"may still be rendered by pack app of p@2: it is so".to_owned()));
}
