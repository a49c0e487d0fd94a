//! Tests of finding orphans, on the example of Palette's page: Hello Universe with and without its API.

mod age;
mod exclusions;
mod held;
mod releases;
mod suspected;
mod users;

use serde_json::json;

use super::*;
use crate::{
    pack::Pack,
    render::{
        PackContent, Release, asked, fingerprint, render_pack,
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
        asked: asked(&view, content),
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

fn left(time: &str) -> Period {
    Period { left: Some(time.to_owned()), ..Period::default() }
}

fn revision(number: u64, rendering: Rendering) -> Before {
    Before { source: Source::Revision(number), period: left("2026-05-05T05:05:05Z"), rendering }
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

fn words(users: &[User]) -> Vec<String> {
    users.iter().map(ToString::to_string).collect()
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
        "Job" | "CronJob" => "batch/v1",
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
    assert_eq!(deployment.replicas, Some(2));
    assert_eq!(deployment.uid.as_deref(), Some("uid-Deployment/hello-universe-deployment"));
    assert_eq!(words(&deployment.used_by), ["Service/hello-universe-service selects its pods"]);
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
    let role = findings.orphans.iter().find(|orphan| orphan.identity.kind == "ClusterRole").unwrap();
    assert_eq!(words(&role.used_by), ["ClusterRoleBinding/service-reader-binding grants it"]);
}

#[test]
fn a_version_that_someone_named_makes_it_likely() {
    let (before, now) = (page(false), page(true));
    let live = live(&[&before, &now]);
    let published = Before { source: Source::Published, period: Period::default(), rendering: before.clone() };
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
        let values = format!("manifests: {{m: {{enabled: {on}, host: '{{{{ .spectro.var.h }}}}'}}}}");
        let content = format!("{{{{ if .Values.enabled }}}}{}{{{{ end }}}}", document("Deployment/a"));
        let raw = json!({"name": "app", "type": "manifest", "values": values, "manifests": [{"name": "m", "content": content}]});
        Rendering { packs: vec![pack("p@1", &raw, None)] }
    };
    let (before, now) = (with_macro(true), with_macro(false));
    let objects = live(&[&before]);
    let findings = find(&[revision(1, before.clone())], &now, &objects);
    assert_eq!(findings.orphans[0].confidence, Confidence::Suspected);
    assert!(findings.orphans[0].evidence.iter().any(|sentence| sentence.contains(".spectro.var.h")));

    // Nothing attached may render it, but whether the former pack did is not certain either.
    let findings = find(&[revision(1, before)], &Rendering { packs: Vec::new() }, &objects);
    assert_eq!(findings.orphans[0].confidence, Confidence::Likely);
    let said = "what pack app rendered then depends on {{ .spectro.var.h }}";
    assert!(findings.orphans[0].evidence.contains(&said.to_owned()), "{:?}", findings.orphans[0].evidence);
}

#[test]
fn the_same_pack_may_render_something_else_where_what_it_asks_for_may_have_changed() {
    for (asked, confidence) in [
        ("{{ .spectro.system.kubernetes.version }}", Confidence::Suspected),
        ("{{ .spectro.var.secret }}", Confidence::Suspected),
        ("{{.spectro.system.cluster.uid}}", Confidence::Proven),
    ] {
        let values = format!("manifests: {{m: {{asked: '{asked}'}}}}");
        let content = format!("{{{{ if eq .Values.asked \"1.33\" }}}}{}{{{{ end }}}}", document("Deployment/a"));
        let raw = json!({"name": "q", "type": "manifest", "values": values, "manifests": [{"name": "m", "content": content}]});
        let asking = pack("p@1", &raw, None);
        let mut before = rendering("p@1", &[("app", &["Deployment/a"])]);
        let mut now = rendering("p@2", &[("app", &[])]);
        let objects = live(&[&before]);
        before.packs.push(asking.clone());
        now.packs.push(asking);
        let findings = find(&[revision(1, before)], &now, &objects);
        assert_eq!(findings.orphans[0].confidence, confidence, "{asked}");
    }
    // The same of one that cannot be rendered; a chart that asks for nothing is taken to render what it did.
    for (values, confidence) in [
        ("charts: {web: {v: '{{ .spectro.system.kubernetes.version }}'}}", Confidence::Suspected),
        ("charts: {web: {v: 1}}", Confidence::Proven),
    ] {
        let chart = pack("p@1", &json!({"name": "q", "type": "helm", "values": values}), None);
        let mut before = rendering("p@1", &[("app", &["Deployment/a"])]);
        let mut now = rendering("p@2", &[("app", &[])]);
        let objects = live(&[&before]);
        before.packs.push(chart.clone());
        now.packs.push(chart);
        let findings = find(&[revision(1, before)], &now, &objects);
        assert_eq!(findings.orphans[0].confidence, confidence, "{values}");
    }
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
        assert_eq!(orphan.last_rendered_by.as_ref().unwrap().source, Source::Revision(2));
        assert_eq!(orphan.last_rendered_by.as_ref().unwrap().profile, "p@2");
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
fn what_stays_says_what_it_costs_or_exposes() {
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
        assert_eq!(orphan.note.is_none(), matches!(kind, "Deployment" | "StatefulSet" | "ConfigMap"), "{kind}");
    }
    for (suspend, said) in [(false, "it keeps starting jobs"), (true, "it is suspended, and starts no jobs")] {
        let before = rendering("p@1", &[("app", &["CronJob/a"])]);
        let mut objects = live(&[&before]);
        objects[0]["spec"] = json!({"suspend": suspend});
        let findings = find(&[revision(1, before)], &rendering("p@2", &[("app", &[])]), &objects);
        assert_eq!(findings.orphans[0].note, Some(said));
    }
}

#[test]
fn what_is_live_under_two_groups_is_one_object() {
    let of = |version: &str| {
        let content = format!("apiVersion: {version}\nkind: Ingress\nmetadata: {{name: a, namespace: 'n'}}\n");
        let raw = json!({"name": "app", "type": "manifest", "manifests": [{"name": "m", "content": content}]});
        Rendering { packs: vec![pack("p@1", &raw, None)] }
    };
    let (before, now) = (of("extensions/v1beta1"), of("networking.k8s.io/v1"));
    let objects = live(&[&now]);
    assert_eq!(find(&[revision(1, before.clone())], &now, &objects), Findings::default());
    // A manifest that names the group that is gone renders what is live under the one that stayed.
    let nothing = rendering("p@2", &[("app", &[])]);
    assert_eq!(names(&find(&[revision(1, before)], &nothing, &objects)), ["Ingress/a"]);
}

#[test]
fn one_uid_under_two_names_is_rendered_when_one_of_them_is() {
    let (before, now) = (rendering("p@1", &[("app", &["Thing/a"])]), rendering("p@2", &[("app", &["Other/a"])]));
    let mut objects = live(&[&before, &now]);
    assert_eq!(names(&find(&[revision(1, before.clone())], &now, &objects)), ["Thing/a"]);
    objects.iter_mut().for_each(|it| it["metadata"]["uid"] = json!("one"));
    assert_eq!(find(&[revision(1, before)], &now, &objects), Findings::default());
}

#[test]
fn everything_that_rendered_it_is_kept_the_best_first() {
    let old = rendering("p@1", &[("app", &["Deployment/a"])]);
    let objects = live(&[&old]);
    let published = Before { source: Source::Published, period: Period::default(), rendering: old.clone() };
    let past = [published, revision(2, old.clone()), revision(1, old)];
    let orphan = find(&past, &rendering("p@2", &[("app", &[])]), &objects).orphans.remove(0);
    let sources: Vec<_> = orphan.rendered_by.iter().map(|it| it.source.clone()).collect();
    assert_eq!(sources, [Source::Revision(2), Source::Revision(1), Source::Published]);
    assert_eq!(orphan.last_rendered_by.as_ref(), orphan.rendered_by.first());
}
