//! `doctor` against a real API server and the real webhook: what stands, what is broken, and that nothing is changed.
//!
//! What guards is the same for a whole API server, so these tests have one of their own and take turns at it.

use std::{
    collections::BTreeMap,
    sync::{Mutex, OnceLock, PoisonError},
};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use profile_core::rules::Code;
use profile_sandbox::{Options, Run, Sandbox, install, samples};
use serde_json::{Value, json};

use crate::world::{DEADLINE, SHOP, World, assert_run, json_of};

mod certificates;
mod pretender;
mod service;

const GUARD: &str = "kubectl-profile-guard";
const LINE: &str = "to take a broken guard away: kubectl delete validatingwebhookconfiguration kubectl-profile-guard\n";

struct Plane {
    sandbox: Sandbox,
    turn: Mutex<()>,
}

fn plane() -> &'static Plane {
    static PLANE: OnceLock<Plane> = OnceLock::new();
    PLANE.get_or_init(|| {
        let sandbox = Sandbox::start(&Options::default().with_webhook().unwrap()).unwrap();
        install::crds(&sandbox).unwrap();
        Plane { sandbox, turn: Mutex::default() }
    })
}

/// Runs a test with the guard and the webhook as they should be at its start, in a namespace of its own, and holds what
/// `doctor` may have changed against what was there.
fn guarded(prefix: &str, test: impl FnOnce(&World)) {
    let plane = plane();
    let _turn = plane.turn.lock().unwrap_or_else(PoisonError::into_inner);
    plane.sandbox.webhook().unwrap().start().unwrap();
    // What another test put into the guard would stay beside what is applied over it.
    let delete = ["delete", "validatingwebhookconfiguration", GUARD, "--ignore-not-found"];
    assert_run(&plane.sandbox.run_kubectl(delete).unwrap(), 0, &[]);
    install::guard(&plane.sandbox).unwrap();
    test(&World::on(&plane.sandbox, prefix));
}

/// Clusters of which one or another qualifies for each rule.
fn with_clusters(world: &World) {
    world.create(&samples::object("SpectroCluster", SHOP).unwrap());
    world.create(&samples::object("SpectroCluster", "store-edge").unwrap());
    let mut fresh = samples::object("SpectroCluster", SHOP).unwrap();
    fresh["metadata"]["name"] = json!("fresh");
    fresh["status"] = json!({"state": "Provisioning"});
    world.create(&fresh);
}

/// The resourceVersion of each cluster of the API server; the probes of the installation come and go.
fn clusters(world: &World) -> BTreeMap<String, String> {
    let run = world.sandbox.run_kubectl(["get", "spc", "-A", "-o", "json"]).unwrap();
    let items = json_of(&run)["items"].as_array().cloned().unwrap();
    let text = |it: &Value, key: &str| it["metadata"][key].as_str().unwrap().to_owned();
    let kept = items.iter().filter(|it| !text(it, "namespace").starts_with("guard-probe"));
    kept.map(|it| (format!("{}/{}", text(it, "namespace"), text(it, "name")), text(it, "resourceVersion"))).collect()
}

/// Runs `doctor`, which must leave every cluster as it is.
fn doctor(world: &World) -> Value {
    let before = clusters(world);
    let run = world.profile(&["doctor", "-o", "json"]);
    assert_eq!(clusters(world), before, "{run}");
    let report = json_of(&run);
    assert_eq!(report["kind"], "DoctorReport", "{run}");
    let failed = checks(&report).iter().any(|it| it["outcome"] == "failed");
    assert_eq!((run.code, &report["healthy"]), (Some(if failed { 2 } else { 0 }), &json!(!failed)), "{run}");
    report
}

fn checks(report: &Value) -> Vec<Value> {
    report["checks"].as_array().cloned().unwrap()
}

/// Whether a check ended so and says so.
fn found(report: &Value, name: &str, outcome: &str, part: &str) -> Result<(), String> {
    let checks = checks(report);
    let check = checks.iter().find(|it| it["name"] == name).ok_or_else(|| format!("no {name}: {report:#}"))?;
    let says = check["says"].as_str().unwrap_or_default();
    let has_fix = ["warning", "failed"].iter().all(|it| check["outcome"] != *it) || check["fix"].is_string();
    let is_so = check["outcome"] == outcome && says.contains(part) && has_fix;
    if is_so { Ok(()) } else { Err(format!("{name} is not {outcome} with {part:?}: {check:#}")) }
}

#[track_caller]
fn assert_found(report: &Value, name: &str, outcome: &str, part: &str) {
    found(report, name, outcome, part).unwrap_or_else(|error| panic!("{error}"));
}

/// Runs `doctor` until the API server has taken up a changed guard and the checks say so.
#[track_caller]
fn comes_to(world: &World, expected: &[(&str, &str, &str)]) -> Value {
    let come = world.sandbox.wait_until("the doctor to see it", DEADLINE, || {
        let report = doctor(world);
        expected.iter().try_for_each(|(name, outcome, part)| found(&report, name, outcome, part)).map(|()| report)
    });
    come.unwrap_or_else(|error| panic!("{error}"))
}

/// Changes the guard as somebody with kubectl would.
fn patch_guard(world: &World, patch: &Value) {
    let patch = patch.to_string();
    let arguments = ["patch", "validatingwebhookconfiguration", GUARD, "--type=json", "-p", &patch];
    assert_run(&world.sandbox.run_kubectl(arguments).unwrap(), 0, &[]);
}

/// Lets the API server ask at another address, and trust another CA.
fn point_guard_at(world: &World, url: &str, authority: &str) {
    let bundle = BASE64_STANDARD.encode(authority);
    patch_guard(
        world,
        &json!([
            {"op": "replace", "path": "/webhooks/0/clientConfig/url", "value": url},
            {"op": "replace", "path": "/webhooks/0/clientConfig/caBundle", "value": bundle},
        ]),
    );
}

#[test]
fn a_guard_that_stands_is_proven_rule_by_rule() {
    guarded("proven", |world| {
        with_clusters(world);
        let report = doctor(world);
        for check in checks(&report) {
            assert_eq!(check["outcome"], "ok", "{check:#}");
        }
        for rule in Code::ALL.map(Code::as_str) {
            assert_found(&report, &format!("rule {rule}"), "ok", "in v1 and v1alpha1: denied");
        }
        assert_found(&report, "CRDs", "ok", "SpectroCluster as v1 and v1alpha1");
        assert_found(&report, "CRDs' origin", "ok", "those of the sandbox");
        assert_found(&report, "reachability", "ok", world.sandbox.server());
        assert_found(&report, "certificate", "ok", "days left");
        assert_found(&report, "latency", "ok", "for a write that the guard judges");
        let text = world.profile(&["doctor"]);
        assert_run(&text, 0, &[" checks: 0 failed, 0 warned, 0 not known\n"]);
        assert!(text.stdout.starts_with(LINE), "{text}");
    });
}

#[test]
fn clusters_that_do_not_qualify_prove_nothing() {
    guarded("nothing", |world| {
        let report = doctor(world);
        for rule in Code::ALL.map(Code::as_str) {
            assert_found(&report, &format!("rule {rule}"), "not provable here", "no cluster here qualifies");
        }
        assert_found(&report, "latency", "not provable here", "no cluster here");
        world.create(&samples::object("SpectroCluster", SHOP).unwrap());
        let report = doctor(world);
        assert_found(&report, "rule EdgeCniChangeNotSupported", "not provable here", "an Edge cluster");
        assert_found(&report, "rule ClusterProvisioning", "not provable here", "whose state is Provisioning");
        assert_found(&report, "rule K8sVersionUnreadable", "ok", "denied");
    });
}

#[test]
fn a_missing_guard_is_told() {
    guarded("missing", |world| {
        with_clusters(world);
        assert_run(&world.sandbox.run_kubectl(["delete", "validatingwebhookconfiguration", GUARD]).unwrap(), 0, &[]);
        let report = doctor(world);
        assert_found(&report, "webhook", "failed", "nothing is guarded");
        for name in ["certificate", "latency", "rule ClusterProvisioning"] {
            assert_found(&report, name, "not visible", "no guard is installed");
        }
        assert_run(&world.profile(&["doctor"]), 2, &["fix: install it: "]);
    });
}

#[test]
fn a_dead_webhook_fails_every_rule_and_the_line_comes_first() {
    guarded("dead", |world| {
        with_clusters(world);
        world.sandbox.webhook().unwrap().kill().unwrap();
        let report = doctor(world);
        assert_found(&report, "webhook", "ok", "lists v1 and v1alpha1");
        assert_found(&report, "certificate", "not visible", "not visible from here");
        assert_found(&report, "latency", "failed", "failed calling webhook");
        for rule in Code::ALL.map(Code::as_str) {
            assert_found(&report, &format!("rule {rule}"), "failed", "the guard cannot be asked");
        }
        let text = world.profile(&["doctor"]);
        assert_run(&text, 2, &["fix: look at the pods in namespace kubectl-profile-system"]);
        assert!(text.stdout.starts_with(LINE), "{text}");
    });
}

#[test]
fn a_guard_of_one_version_is_told_with_what_passes_by_it() {
    guarded("one-version", |world| {
        with_clusters(world);
        patch_guard(world, &json!([{"op": "replace", "path": "/webhooks/0/rules/0/apiVersions", "value": ["v1"]}]));
        // The API server converts a write of the other version, so that it is judged all the same.
        let rule = "rule K8sVersionUnreadable";
        comes_to(
            world,
            &[("webhook", "warning", "v1alpha1 is guarded by conversion"), (rule, "ok", "in v1 and v1alpha1: denied")],
        );
        patch_guard(world, &json!([{"op": "replace", "path": "/webhooks/0/matchPolicy", "value": "Exact"}]));
        comes_to(
            world,
            &[
                ("webhook", "failed", "writes in v1alpha1 pass by it"),
                (rule, "failed", "in v1alpha1: the guard does not deny"),
            ],
        );
    });
}

#[test]
fn a_guard_that_lets_everything_pass_is_found_out_by_dry_runs_alone() {
    guarded("pretends", |world| {
        with_clusters(world);
        let pretender = pretender::Pretender::start(&[]);
        point_guard_at(world, pretender.url(), pretender.authority());
        let expected = Code::ALL.map(|rule| format!("rule {}", rule.as_str()));
        let expected: Vec<_> = expected
            .iter()
            .map(|name| (name.as_str(), "failed", "in v1 and v1alpha1: the guard does not deny"))
            .collect();
        let report = comes_to(world, &expected);
        assert_found(&report, "certificate", "ok", pretender.url());
        let asked = pretender.asked();
        assert!(asked.len() >= 12, "{}", asked.len());
        for request in asked {
            assert_eq!((&request["dryRun"], &request["operation"]), (&json!(true), &json!("UPDATE")), "{request:#}");
        }
    });
}

#[test]
fn a_rule_that_only_warns_is_a_warning() {
    guarded("warns", |world| {
        with_clusters(world);
        let warnings = Code::ALL.map(|rule| format!("{}: this would be denied", rule.as_str()));
        let pretender = pretender::Pretender::start(&warnings.each_ref().map(String::as_str));
        point_guard_at(world, pretender.url(), pretender.authority());
        let expected = Code::ALL.map(|rule| format!("rule {}", rule.as_str()));
        let expected: Vec<_> = expected.iter().map(|name| (name.as_str(), "warning", "only a warning")).collect();
        comes_to(world, &expected);
        let run = world.profile(&["doctor"]);
        assert_run(&run, 0, &["6 warned"]);
    });
}

#[test]
fn what_a_user_may_not_do_is_named_command_by_command() {
    guarded("rights", |world| {
        with_clusters(world);
        let rbac = "rbac.authorization.k8s.io";
        let user = format!("viewer-of-{}", world.namespace);
        let group = "cluster.spectrocloud.com";
        let rules = json!([{"apiGroups": [group], "resources": ["spectroclusters", "clusterprofiles"], "verbs": ["get", "list"]}]);
        let subject = json!([{"apiGroup": rbac, "kind": "User", "name": user}]);
        let binding = json!({"metadata": {"name": "view"}, "subjects": subject, "roleRef": {"apiGroup": rbac, "kind": "Role", "name": "view"}});
        for (plural, object) in
            [("roles", json!({"metadata": {"name": "view"}, "rules": rules})), ("rolebindings", binding)]
        {
            let path = format!("/apis/{rbac}/v1/namespaces/{}/{plural}", world.namespace);
            let (code, answer) = world.ask("POST", &path, "application/json", &object);
            assert_eq!(code, 201, "{answer}");
        }
        let kubeconfig = world.sandbox.kubeconfig_for(&user, None).unwrap();
        let before = clusters(world);
        let as_viewer = || -> Run { world.profile_as(&kubeconfig, &["doctor", "-o", "json"]) };
        let place = format!("in namespace {}", world.namespace);
        let report = world.sandbox.wait_until("the role binding", DEADLINE, || {
            let report = json_of(&as_viewer());
            found(
                &report,
                "rights: list, show, status",
                "warning",
                &format!("yes, but you may not list secrets {place}"),
            )
            .map(|()| report)
        });
        let report = report.unwrap();
        let missing =
            format!("no: you may not patch spectroclusters {place}; get, list, create, patch secrets {place}");
        assert_found(&report, "rights: switch, update, override, apply, rollback", "warning", &missing);
        assert_found(&report, "rights: history", "warning", &format!("list secrets {place}"));
        assert_found(&report, "rights: scale-down, scale-back", "warning", "deployments in all namespaces");
        assert_found(&report, "webhook", "not visible", "you may not get validatingwebhookconfigurations");
        assert_found(&report, "CRDs", "ok", "SpectroCluster");
        assert_found(&report, "CRDs' origin", "not visible", "you may not get customresourcedefinitions");
        assert_found(&report, "latency", "not visible", "you may not patch spectroclusters");
        for rule in Code::ALL.map(Code::as_str) {
            assert_found(&report, &format!("rule {rule}"), "not visible", "you may not patch spectroclusters");
        }
        assert_eq!(clusters(world), before);
    });
}

#[test]
fn an_api_server_that_is_not_there_is_explained_and_the_rest_is_not_visible() {
    guarded("away", |world| {
        let kubeconfig = world.sandbox.dir().join("nowhere");
        std::fs::write(&kubeconfig, crate::gate::kubeconfig_of("https://127.0.0.1:1")).unwrap();
        let run = world.profile_as(&kubeconfig, &["doctor", "-o", "json"]);
        assert_eq!(run.code, Some(2), "{run}");
        let report = json_of(&run);
        assert_found(&report, "kubeconfig", "ok", "context \"gate\"");
        assert_found(&report, "reachability", "failed", "Connection refused");
        for name in ["CRDs", "rights", "webhook", "rules"] {
            assert_found(&report, name, "not visible", "does not answer");
        }
    });
}
