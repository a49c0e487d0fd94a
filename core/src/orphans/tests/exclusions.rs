//! Tests of what others account for.

use super::*;

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
    let stuck = |object: &mut Value| {
        object["metadata"]["deletionTimestamp"] = json!("2026-01-01T00:00:00Z");
        object["metadata"]["finalizers"] = json!(["example.com/hold"]);
    };
    let said = "being deleted, and waits for its finalizers: example.com/hold";
    assert_eq!(one(stuck, &[]).excluded[0].reason.to_string(), said);
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
