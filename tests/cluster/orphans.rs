//! What an update leaves behind is found with its proof, scaled to zero and brought back, through real kubectl.

#![expect(clippy::unwrap_used, reason = "in a test a failed unwrap is a failed test")]

mod both_ways;
mod marks;
mod proof;
mod templates;
mod unseen;

use std::{collections::BTreeSet, time::Duration};

use profile_sandbox::{Run, Sandbox, samples};
use serde_json::{Value, json};

use crate::sandbox::shared;

const DEADLINE: Duration = Duration::from_secs(60);
const RECORD: &str = "kubectl-profile.dev/scaled-down";

/// A cluster `demo` in a namespace of its own, which holds its workloads, too: profile `app` renders some objects in version
/// 1.0.0 and others in 2.0.0.
pub(crate) struct World {
    pub(crate) sandbox: &'static Sandbox,
    pub(crate) namespace: String,
}

impl World {
    /// The cluster runs 1.0.0, and what that renders is live.
    pub(crate) fn new(before: &[Value], after: &[Value]) -> Self {
        Self::at("1.0.0", before, after)
    }

    pub(crate) fn at(version: &str, before: &[Value], after: &[Value]) -> Self {
        Self::on(shared(), version, before, &[], after)
    }

    /// On a control plane of one's own, with objects that version 1.0.0 renders and that are not live.
    pub(crate) fn on(
        sandbox: &'static Sandbox,
        version: &str,
        before: &[Value],
        unseen: &[Value],
        after: &[Value],
    ) -> Self {
        let namespace = sandbox.namespace("orphans").unwrap();
        let world = Self { sandbox, namespace };
        let published = |version: &str, objects: &[Value]| {
            let content: Vec<_> = objects.iter().map(Value::to_string).collect();
            let pack = json!({
                "name": "app", "layer": "addon", "type": "manifest", "version": version,
                "values": format!("pack:\n  namespace: {}\n", world.namespace),
                "manifests": [{"name": "app", "content": format!("# app\n{}", content.join("\n---\n"))}],
            });
            json!({"uid": format!("uid-{version}"), "name": "app", "type": "add-on", "profileVersion": version, "packs": [pack]})
        };
        let contents = [published("1.0.0", &[before, unseen].concat()), published("2.0.0", after)];
        let attached = contents.iter().find(|it| it["profileVersion"] == version).unwrap();
        let mut objects = vec![json!({
            "apiVersion": "cluster.spectrocloud.com/v1", "kind": "SpectroCluster",
            "metadata": {"name": "demo", "namespace": world.namespace},
            "spec": {"cloudType": "aws", "clusterProfileTemplates": [attached]},
            "status": status(version),
        })];
        objects.extend(contents.iter().map(|content| {
            json!({
                "apiVersion": "cluster.spectrocloud.com/v1", "kind": "ClusterProfile",
                "metadata": {"name": format!("app-{}", content["profileVersion"].as_str().unwrap()), "namespace": world.namespace},
                "spec": {"version": content["profileVersion"], "published": content},
            })
        }));
        samples::create(sandbox, &objects).unwrap();
        before.iter().for_each(|object| world.apply(object));
        world
    }

    pub(crate) fn apply(&self, object: &Value) {
        let mut object = object.clone();
        object["metadata"]["namespace"] = json!(self.namespace);
        self.sandbox.apply(&object.to_string()).unwrap();
    }

    pub(crate) fn kubectl(&self, arguments: &[&str]) -> Run {
        self.sandbox.run_kubectl(arguments.iter().chain(&["-n", &self.namespace])).unwrap()
    }

    /// Runs kubectl, which has to succeed, with an input.
    pub(crate) fn kubectl_input(&self, arguments: &[&str], input: &str) {
        let mut command = self.sandbox.kubectl_command();
        let run = Run::with_input(command.args(arguments).args(["-n", &self.namespace]), input).unwrap();
        run.success("kubectl").unwrap();
    }

    pub(crate) fn profile(&self, arguments: &[&str]) -> Run {
        let run = self.kubectl(&[&["profile"], arguments].concat());
        profile_tests::schema::hold(&run);
        run
    }

    /// Switches to 2.0.0. The status keeps saying what it said.
    pub(crate) fn switch(&self) {
        let run = self.profile(&["switch", "demo", "app@2.0.0", "--yes"]);
        assert!(run.is_success(), "{run}");
    }

    /// Lets the cluster report that it runs a version.
    pub(crate) fn reconcile(&self, version: &str) {
        let patch = json!({"status": status(version)}).to_string();
        let run = self.kubectl(&["patch", "spc", "demo", "--subresource=status", "--type=merge", "-p", &patch]);
        assert!(run.is_success(), "{run}");
    }

    pub(crate) fn switched(before: &[Value]) -> Self {
        let world = Self::new(before, &[]);
        world.switch();
        world.reconcile("2.0.0");
        world
    }

    pub(crate) fn orphans(&self, arguments: &[&str]) -> Value {
        let run = self.profile(&[&["orphans", "demo", "-o", "json"], arguments].concat());
        assert!(run.is_success(), "{run}");
        serde_json::from_str(&run.stdout).unwrap()
    }

    pub(crate) fn get(&self, kind: &str, name: &str) -> Value {
        self.sandbox.get_json(kind, &self.namespace, name).unwrap()
    }

    pub(crate) fn replicas(&self, kind: &str, name: &str) -> Value {
        self.get(kind, name)["spec"]["replicas"].clone()
    }
}

fn status(version: &str) -> Value {
    let condition = json!({"type": "Ready", "status": "True"});
    let pack =
        json!({"name": "app", "version": version, "profileUid": format!("uid-{version}"), "condition": condition});
    json!({"state": "Running", "packs": [pack]})
}

pub(crate) fn workload(kind: &str, name: &str, replicas: u32) -> Value {
    let template = json!({
        "metadata": {"labels": {"app": name}},
        "spec": {"containers": [{"name": "main", "image": "example.com/none:1"}]},
    });
    let mut spec = json!({"replicas": replicas, "selector": {"matchLabels": {"app": name}}, "template": template});
    if kind == "StatefulSet" {
        spec["serviceName"] = json!(name);
    }
    json!({"apiVersion": "apps/v1", "kind": kind, "metadata": {"name": name}, "spec": spec})
}

pub(crate) fn deployment(name: &str, replicas: u32) -> Value {
    workload("Deployment", name, replicas)
}

fn names(list: &Value) -> BTreeSet<String> {
    let label = |it: &Value| format!("{}/{}", it["kind"].as_str().unwrap(), it["name"].as_str().unwrap());
    list.as_array().unwrap().iter().map(label).collect()
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|it| (*it).to_owned()).collect()
}

#[test]
fn the_preset_leaves_exactly_a_deployment_and_its_load_balancer_and_their_pods_go_and_come_back() {
    let sandbox = shared();
    let hub = sandbox.namespace("hub").unwrap();
    let workloads = sandbox.namespace("hello").unwrap();
    let own = |kind: &str, name: &str| {
        let text = samples::object(kind, name).unwrap().to_string();
        let text = text.replace("namespace: hello-universe", &format!("namespace: {workloads}"));
        let mut object: Value = serde_json::from_str(&text).unwrap();
        object["metadata"]["namespace"] = json!(hub);
        object
    };
    let mut cluster = own("SpectroCluster", "shop-aws");
    cluster["metadata"]["labels"] = json!({"kubectl-profile.dev/sandbox-agent": "play"});
    let profiles = ["hello-aws-1.0.0", "hello-aws-1.1.0"].map(|name| own("ClusterProfile", name));
    samples::create(sandbox, &[profiles.to_vec(), vec![cluster]].concat()).unwrap();
    let packs = samples::packs_dir().display().to_string();
    let profile = |arguments: &[&str]| {
        let run = sandbox.run_kubectl([&["profile"], arguments, &["-n", &hub]].concat()).unwrap();
        assert!(run.is_success(), "{run}");
        run
    };
    let old = ["deployment", "hello-universe-deployment", "-n", &workloads];
    let pods = || {
        let selector = ["get", "pods", "-n", &workloads, "-l", "app=hello-universe", "--no-headers"];
        sandbox.run_kubectl(selector).unwrap().stdout.lines().count()
    };
    sandbox
        .wait_until("the first version", DEADLINE, || match sandbox.run_kubectl([&["get"][..], &old].concat()) {
            Ok(run) if run.is_success() => Ok(()),
            other => Err(format!("{other:?}")),
        })
        .unwrap();
    sandbox.run_kubectl([&["scale", "--replicas=3"][..], &old].concat()).unwrap().success("kubectl scale").unwrap();

    profile(&["switch", "shop-aws", "hello-aws@1.1.0", "--yes", "--wait"]);
    let run = profile(&["orphans", "shop-aws", "--packs", &packs, "-o", "json"]);
    let found: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(
        names(&found["items"]),
        set(&["Deployment/hello-universe-deployment", "Service/hello-universe-service"])
    );
    for orphan in found["items"].as_array().unwrap() {
        assert_eq!(
            (&orphan["confidence"], &orphan["lastRenderedBy"]["revision"]),
            (&json!("proven"), &json!(1)),
            "{run}"
        );
        assert!(orphan["uid"].is_string() && !orphan["evidence"].as_array().unwrap().is_empty(), "{run}");
    }
    assert_eq!(found["isComplete"], true, "{run}");
    let table = profile(&["orphans", "shop-aws", "--packs", &packs]);
    assert!(table.stdout.contains("Service/hello-universe-service in") && table.stdout.contains("costing"), "{table}");

    // The new workloads need a moment until they are Available, and the guard says so until then.
    let down = sandbox.wait_until("the guard to give way", DEADLINE, || {
        let arguments = ["profile", "scale-down", "shop-aws", "--packs", &packs, "--yes", "--wait", "-n", &hub];
        let run = sandbox.run_kubectl(arguments).map_err(|error| error.to_string())?;
        if run.is_success() { Ok(run) } else { Err(run.to_string()) }
    });
    let down = down.unwrap();
    assert!(down.stdout.contains("deployment.apps/hello-universe-deployment scaled down (was 3)"), "{down}");
    assert_eq!(pods(), 0);
    let back = profile(&["scale-back", "shop-aws", "--yes", "--wait"]);
    assert!(back.stdout.contains("deployment.apps/hello-universe-deployment scaled back to 3"), "{back}");
    assert_eq!(pods(), 3);
}

#[test]
fn a_scale_down_waits_until_the_packs_are_reconciled() {
    let world = World::new(&[deployment("old", 2)], &[]);
    world.switch();
    let run = world.profile(&["scale-down", "demo", "--yes"]);
    assert_eq!(run.code, Some(4), "{run}");
    assert!(run.stderr.contains("pack app 2.0.0"), "{run}");
    assert_eq!(world.replicas("deployment", "old"), 2);
    let run = world.profile(&["scale-down", "demo", "--yes", "--even-if-not-ready"]);
    assert!(run.is_success() && run.stderr.contains("Warning: what replaces"), "{run}");
    assert_eq!(world.replicas("deployment", "old"), 0);
}

#[test]
fn a_scale_down_waits_until_the_new_workloads_are_available() {
    let world = World::new(&[deployment("old", 1)], &[deployment("new", 1)]);
    world.switch();
    world.reconcile("2.0.0");
    let run = world.profile(&["scale-down", "demo", "--yes"]);
    assert_eq!(run.code, Some(4), "{run}");
    assert!(run.stderr.contains("Deployment/new is not there yet"), "{run}");
    world.apply(&deployment("new", 1));
    let wait = world.kubectl(&["wait", "--for=condition=Available", "--timeout=60s", "deployment/new"]);
    assert!(wait.is_success(), "{wait}");
    let run = world.profile(&["scale-down", "demo", "--yes"]);
    assert!(run.is_success(), "{run}");
    assert_eq!(world.replicas("deployment", "old"), 0);
}

#[test]
fn a_second_scale_down_changes_nothing_and_keeps_the_record() {
    let world = World::switched(&[deployment("old", 2)]);
    let run = world.profile(&["scale-down", "demo", "--yes", "--reason", "no longer rendered"]);
    assert!(run.is_success(), "{run}");
    let first = world.get("deployment", "old")["metadata"].clone();
    let record: Value = serde_json::from_str(first["annotations"][RECORD].as_str().unwrap()).unwrap();
    assert_eq!((&record["replicas"], &record["revision"]), (&json!(2), &json!(1)));
    assert_eq!(
        (&record["reason"], &record["cluster"]),
        (&json!("no longer rendered"), &json!(format!("{}/demo", world.namespace)))
    );
    assert_eq!(record["uid"], first["uid"]);
    let run = world.profile(&["scale-down", "demo", "--yes", "--reason", "another"]);
    assert!(run.is_success() && run.stdout.contains("deployment.apps/old unchanged"), "{run}");
    assert_eq!(world.get("deployment", "old")["metadata"]["annotations"][RECORD], first["annotations"][RECORD]);
}

#[test]
fn a_record_that_was_edited_is_refused_and_the_rest_goes_on() {
    let world = World::switched(&[deployment("edited", 2), workload("StatefulSet", "fine", 2)]);
    assert!(world.profile(&["scale-down", "demo", "--yes"]).is_success());
    let edit = format!("{RECORD}={{\"replicas\": \"many\"}}");
    assert!(world.kubectl(&["annotate", "deployment", "edited", "--overwrite", &edit]).is_success());
    let run = world.profile(&["scale-back", "demo", "--yes"]);
    assert_eq!(run.code, Some(5), "{run}");
    assert!(run.stderr.contains("deployment.apps/edited is left as it is"), "{run}");
    assert_eq!(world.replicas("deployment", "edited"), 0);
    assert_eq!(world.replicas("statefulset", "fine"), 2);
    let run = world.profile(&["scale-back", "demo", "deploy/edited", "--yes"]);
    assert_eq!(run.code, Some(4), "{run}");
    let elsewhere = World::switched(&[deployment("other", 1)]).profile(&["scale-back", "demo", "--yes"]);
    let words = format!("deployment.apps/edited in {} has a record of a scale-down that does not say", world.namespace);
    assert!(elsewhere.is_success() && elsewhere.stderr.contains(&words), "{elsewhere}");
}

#[test]
fn a_cluster_of_the_same_name_elsewhere_is_left_alone() {
    let [mine, other] = [(); 2].map(|()| World::switched(&[deployment("old", 2)]));
    for world in [&mine, &other] {
        assert!(world.profile(&["scale-down", "demo", "--yes"]).is_success());
    }
    let run = mine.profile(&["scale-back", "demo", "--yes"]);
    assert!(run.is_success(), "{run}");
    assert_eq!((mine.replicas("deployment", "old"), other.replicas("deployment", "old")), (json!(2), json!(0)));
    let again = mine.profile(&["scale-back", "demo", "--yes"]);
    assert!(again.is_success() && again.stderr.contains("nothing to scale back"), "{again}");
}

#[test]
fn a_size_that_somebody_set_meanwhile_is_kept() {
    let world = World::switched(&[deployment("old", 2)]);
    assert!(world.profile(&["scale-down", "demo", "--yes"]).is_success());
    assert!(world.kubectl(&["scale", "deployment", "old", "--replicas=5"]).is_success());
    let run = world.profile(&["scale-back", "demo", "--yes"]);
    assert_eq!(run.code, Some(4), "{run}");
    assert!(run.stderr.contains("someone scaled it since"), "{run}");
    assert_eq!(world.replicas("deployment", "old"), 5);
}

#[test]
fn a_stateful_set_that_would_lose_its_volumes_is_never_scaled() {
    let mut delete = workload("StatefulSet", "data", 1);
    delete["spec"]["persistentVolumeClaimRetentionPolicy"] = json!({"whenScaled": "Delete", "whenDeleted": "Retain"});
    let world = World::switched(&[delete]);
    let run = world.profile(&["scale-down", "demo", "sts/data", "--yes", "--even-if-not-ready"]);
    assert_eq!(run.code, Some(4), "{run}");
    assert!(run.stderr.contains("whenScaled"), "{run}");
    assert_eq!(world.replicas("statefulset", "data"), 1);
}

#[test]
fn what_others_answer_for_is_left_out_and_named() {
    let world = World::switched(&[deployment("owned", 1), deployment("kept", 1), deployment("left", 1)]);
    world.apply(&json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "owner"}}));
    let uid = world.get("configmap", "owner")["metadata"]["uid"].clone();
    let owner = json!([{"apiVersion": "v1", "kind": "ConfigMap", "name": "owner", "uid": uid}]);
    let patch = json!({"metadata": {"ownerReferences": owner}}).to_string();
    assert!(world.kubectl(&["patch", "deployment", "owned", "--type=merge", "-p", &patch]).is_success());
    assert!(world.kubectl(&["annotate", "deployment", "kept", "kubectl-profile.dev/keep=true"]).is_success());
    let found = world.orphans(&[]);
    assert_eq!(names(&found["items"]), set(&["Deployment/left"]));
    assert_eq!(names(&found["excluded"]), set(&["Deployment/owned", "Deployment/kept"]));
    let run = world.profile(&["scale-down", "demo", "deploy/owned", "--yes"]);
    assert_eq!(run.code, Some(4), "{run}");
    assert!(run.stderr.contains("is no orphan: owned by ConfigMap/owner"), "{run}");
}

#[test]
fn what_somebody_made_anew_under_the_same_name_is_only_suspected_and_stays() {
    let world = World::switched(&[deployment("old", 2)]);
    assert_eq!(world.orphans(&[])["items"][0]["confidence"], "proven");
    let history = world.profile(&["history", "demo", "-o", "json"]);
    let history: Value = serde_json::from_str(&history.stdout).unwrap();
    let left = history["items"][0]["createdAt"].as_str().unwrap().to_owned();
    // Times have whole seconds, and one made in the very second of the switch cannot be told apart.
    let made_anew = || {
        world.kubectl(&["delete", "deployment", "old"]).success("kubectl delete").map_err(|it| it.to_string())?;
        world.apply(&deployment("old", 2));
        let created = world.get("deployment", "old")["metadata"]["creationTimestamp"].clone();
        if created.as_str() > Some(&left) { Ok(()) } else { Err(format!("{created} is not after {left}")) }
    };
    world.sandbox.wait_until("a later deployment", DEADLINE, made_anew).unwrap();
    let found = world.orphans(&[]);
    assert_eq!(found["items"][0]["confidence"], "suspected", "{found}");
    assert!(found["items"][0]["evidence"].to_string().contains(&format!("was left at {left}")), "{found}");
    let run = world.profile(&["scale-down", "demo", "--yes"]);
    assert!(run.is_success() && run.stderr.contains("only suspected"), "{run}");
    let run = world.profile(&["scale-down", "demo", "deployment/old", "--yes"]);
    assert_eq!(run.code, Some(4), "{run}");
    assert_eq!(world.replicas("deployment", "old"), 2);
}

#[test]
fn what_another_cluster_of_the_api_server_renders_is_left_out() {
    let world = World::switched(&[deployment("taken", 2), deployment("left", 1)]);
    assert_eq!(names(&world.orphans(&[])["items"]), set(&["Deployment/taken", "Deployment/left"]));
    let elsewhere = world.sandbox.namespace("other").unwrap();
    let pack = json!({
        "name": "web", "layer": "addon", "type": "manifest", "version": "1.0.0",
        "values": format!("pack:\n  namespace: {}\n", world.namespace),
        "manifests": [{"name": "web", "content": deployment("taken", 2).to_string()}],
    });
    let chart = json!({"name": "charted", "layer": "addon", "type": "helm", "version": "1.0.0", "values": ""});
    let attached =
        json!({"uid": "uid-web", "name": "web", "type": "add-on", "profileVersion": "1.0.0", "packs": [pack, chart]});
    let other = json!({
        "apiVersion": "cluster.spectrocloud.com/v1", "kind": "SpectroCluster",
        "metadata": {"name": "other", "namespace": elsewhere},
        "spec": {"cloudType": "aws", "clusterProfileTemplates": [attached]},
    });
    samples::create(world.sandbox, &[other]).unwrap();
    let found = world.orphans(&[]);
    assert_eq!(names(&found["items"]), set(&["Deployment/left"]), "{found}");
    assert_eq!(found["items"][0]["confidence"], "proven", "{found}");
    assert_eq!(found["excluded"][0]["reason"], format!("rendered by cluster {elsewhere}/other"), "{found}");
    let unseen = format!("what cluster {elsewhere}/other renders: packs that cannot be rendered: charted");
    assert!(found["notVisible"].to_string().contains(&unseen) && found["isComplete"] == true, "{found}");
    let run = world.profile(&["scale-down", "demo", "--yes"]);
    assert!(run.is_success(), "{run}");
    assert_eq!((world.replicas("deployment", "taken"), world.replicas("deployment", "left")), (json!(2), json!(0)));
}

#[test]
fn a_switch_names_what_is_still_scaled_down() {
    let world = World::switched(&[deployment("old", 2)]);
    assert!(world.profile(&["scale-down", "demo", "--yes"]).is_success());
    let run = world.profile(&["switch", "demo", "app@1.0.0", "--yes", "--no-scale-back"]);
    let words = format!("still scaled down: deployment.apps/old in {} (was 2)", world.namespace);
    assert!(run.is_success() && run.stderr.contains(&words), "{run}");
    assert!(run.stderr.contains(&format!("kubectl profile scale-back demo -n {}", world.namespace)), "{run}");
    assert!(world.profile(&["scale-back", "demo", "--yes"]).is_success());
    let run = world.profile(&["switch", "demo", "app@2.0.0", "--yes"]);
    assert!(run.is_success() && !run.stderr.contains("still scaled down"), "{run}");
}

#[test]
fn a_forbidden_kind_is_named_and_the_search_goes_on() {
    let world = World::switched(&[deployment("seen", 1), workload("StatefulSet", "unseen", 1)]);
    let rule = |group: &str, resources: Value, verbs: Value| json!({"apiGroups": [group], "resources": resources, "verbs": verbs});
    let user = format!("reader-of-{}", world.namespace);
    world.apply(&json!({
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": {"name": "reader"},
        "rules": [
            rule("cluster.spectrocloud.com", json!(["*"]), json!(["get", "list"])),
            rule("", json!(["secrets", "services"]), json!(["get", "list"])),
            rule("apps", json!(["deployments"]), json!(["get", "list"])),
        ],
    }));
    world.apply(&json!({
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding", "metadata": {"name": "reader"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "reader"},
        "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": user}],
    }));
    let kubeconfig = world.sandbox.kubeconfig_for(&user, None).unwrap();
    let run = |arguments: &[&str]| {
        let mut command = world.sandbox.plugin_command();
        Run::of(command.args(arguments).args(["-n", &world.namespace]).env("KUBECONFIG", &kubeconfig)).unwrap()
    };
    let found = run(&["orphans", "demo", "-o", "json"]);
    assert!(found.is_success(), "{found}");
    let document: Value = serde_json::from_str(&found.stdout).unwrap();
    assert_eq!(names(&document["items"]), set(&["Deployment/seen"]));
    assert_eq!(document["isComplete"], false);
    assert!(document["notVisible"].to_string().contains("you may not list statefulsets"), "{found}");
    // Autoscalers are not visible to this user either, so nobody can tell who would undo a scale-down.
    let refused = run(&["scale-down", "demo", "--yes"]);
    assert_eq!(refused.code, Some(4), "{refused}");
    assert!(refused.stderr.contains("you may not list horizontalpodautoscalers"), "{refused}");
    assert_eq!(world.replicas("deployment", "seen"), 1);
}

#[test]
fn a_version_that_is_only_named_makes_an_orphan_likely_and_it_must_be_named_too() {
    let world = World::at("2.0.0", &[deployment("old", 2)], &[]);
    // Without a revision every other published version of the profile may be what it ran.
    let found = world.orphans(&[]);
    assert_eq!(
        (&found["items"][0]["confidence"], &found["compared"]),
        (&json!("likely"), &json!(["app@1.0.0 as published"]))
    );
    let found = world.orphans(&["--from", "app@1.0.0"]);
    assert_eq!(found["items"][0]["confidence"], "likely", "{found}");
    let from = ["scale-down", "demo", "--from", "app@1.0.0", "--yes"];
    let run = world.profile(&from);
    assert!(run.is_success() && run.stderr.contains("only likely"), "{run}");
    assert_eq!(world.replicas("deployment", "old"), 2);
    let run = world.profile(&[&from[..], &["deployment/old"]].concat());
    assert!(run.is_success() && run.stdout.contains("deployment.apps/old scaled down (was 2)"), "{run}");
    assert_eq!(world.replicas("deployment", "old"), 0);
}

#[test]
fn a_dry_run_and_a_missing_yes_write_nothing() {
    let world = World::switched(&[deployment("old", 2)]);
    let before = world.get("deployment", "old")["metadata"]["generation"].clone();
    for (flags, words) in [(["--dry-run"], "(client dry run)"), (["--dry-run=server"], "(server dry run)")] {
        let run = world.profile(&[&["scale-down", "demo"][..], &flags].concat());
        assert!(run.is_success() && run.stdout.contains(&format!("scaled down (was 2) {words}")), "{run}");
    }
    let run = world.profile(&["scale-down", "demo"]);
    assert_eq!(run.code, Some(2), "{run}");
    assert!(run.stdout.contains("replicas 2 -> 0") && run.stderr.contains("--yes"), "{run}");
    let after = world.get("deployment", "old");
    assert_eq!((&after["metadata"]["generation"], &after["spec"]["replicas"]), (&before, &json!(2)));
    assert_eq!(after["metadata"]["annotations"].get(RECORD), None);
}

#[test]
fn an_exit_code_tells_whether_there_are_orphans() {
    let world = World::new(&[deployment("old", 1)], &[]);
    world.switch();
    assert_eq!(world.profile(&["orphans", "demo", "--exit-code"]).code, Some(1));
    assert!(world.kubectl(&["delete", "deployment", "old"]).is_success());
    let run = world.profile(&["orphans", "demo", "--exit-code"]);
    assert_eq!(run.code, Some(0), "{run}");
}
