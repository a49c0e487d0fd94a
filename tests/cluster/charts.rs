//! Charts that real Helm installed: what an abandoned release left is found, and what Helm answers for is left to it.

#![expect(clippy::unwrap_used, reason = "in a test a failed unwrap is a failed test")]

use std::{fs, path::Path, process::Command};

use base64::{Engine, engine::general_purpose::STANDARD};
use profile_sandbox::{Run, Sandbox, binaries, samples};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::sandbox::shared;

/// A Deployment that is named as its release; with `extra`, one more of them, and a hook that stays.
const TEMPLATE: &str = r#"
{{- range $name := ternary (list .Release.Name "extra") (list .Release.Name) (default false .Values.extra) }}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: {{ $name }}}
spec:
  replicas: {{ $.Values.replicas }}
  selector: {matchLabels: {app: {{ $name }}}}
  template:
    metadata: {labels: {app: {{ $name }}}}
    spec: {containers: [{name: main, image: "example.com/none:1"}]}
{{- end }}
{{- if .Values.extra }}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: seed, annotations: {helm.sh/hook: post-install}}
{{- end }}
{{- if .Values.kept }}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: kept, annotations: {helm.sh/resource-policy: keep}}
{{- end }}
{{- if .Values.stateful }}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  replicas: 1
  serviceName: db
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec: {containers: [{name: main, image: "example.com/none:1"}]}
  volumeClaimTemplates:
    - metadata: {name: data}
      spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
{{- end }}
"#;

/// A cluster `demo` whose profile `app` holds chart `web` in one pack, and the namespace that both are in.
struct World {
    sandbox: &'static Sandbox,
    namespace: String,
    dir: TempDir,
    driver: &'static str,
}

impl World {
    /// Versions 1.0.0 and 2.0.0 of the profile as pack's name, rest of `pack:`, and values of the chart. The cluster runs the first.
    fn new(driver: &'static str, versions: [(&str, &str, Value); 2]) -> Self {
        Self::changed(driver, versions, |_, _| {})
    }

    /// The same, where `change` changes the pack of each version.
    fn changed(driver: &'static str, versions: [(&str, &str, Value); 2], change: impl Fn(&str, &mut Value)) -> Self {
        let sandbox = shared();
        let namespace = sandbox.namespace("charts").unwrap();
        let dir = tempfile::tempdir().unwrap();
        write(dir.path(), "web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.2.0\n");
        write(dir.path(), "web/templates/all.yaml", TEMPLATE);
        let world = Self { sandbox, namespace, dir, driver };
        let published = |version: &str, (name, own, values): &(&str, &str, Value)| {
            let values = format!("pack: {{namespace: {}{own}}}\ncharts:\n  web: {values}\n", world.namespace);
            let mut packs =
                json!([{"name": name, "layer": "addon", "type": "helm", "version": "1.2.0", "values": values}]);
            change(version, &mut packs);
            json!({"uid": format!("uid-{version}"), "name": "app", "type": "add-on", "profileVersion": version, "packs": packs})
        };
        let contents = [published("1.0.0", &versions[0]), published("2.0.0", &versions[1])];
        let mut objects = vec![json!({
            "apiVersion": "cluster.spectrocloud.com/v1", "kind": "SpectroCluster",
            "metadata": {"name": "demo", "namespace": world.namespace},
            "spec": {"cloudType": "aws", "clusterProfileTemplates": [contents[0]]},
            "status": {"state": "Running"},
        })];
        objects.extend(contents.iter().map(|content| {
            let name = format!("app-{}", content["profileVersion"].as_str().unwrap());
            json!({
                "apiVersion": "cluster.spectrocloud.com/v1", "kind": "ClusterProfile",
                "metadata": {"name": name, "namespace": world.namespace},
                "spec": {"version": content["profileVersion"], "published": content},
            })
        }));
        samples::create(sandbox, &objects).unwrap();
        world
    }

    /// Installs or upgrades the chart as a release.
    fn helm(&self, release: &str, values: &Value) {
        self.helm_in(&self.namespace, release, values);
    }

    fn helm_in(&self, namespace: &str, release: &str, values: &Value) {
        write(self.dir.path(), "values.json", &values.to_string());
        let mut command = Command::new(binaries::helm().unwrap());
        command.env_clear().env("HOME", self.dir.path()).env("KUBECONFIG", self.sandbox.kubeconfig());
        command.env("HELM_DRIVER", self.driver).current_dir(self.dir.path());
        let run = Run::of(command.args(["upgrade", "--install", release, "web", "-n", namespace, "-f", "values.json"]));
        let run = run.unwrap();
        assert!(run.is_success(), "{run}");
    }

    fn kubectl(&self, arguments: &[&str]) -> Run {
        self.sandbox.run_kubectl(arguments.iter().chain(&["-n", &self.namespace])).unwrap()
    }

    fn profile(&self, arguments: &[&str]) -> Run {
        self.kubectl(&[&["profile"], arguments].concat())
    }

    /// Switches to 2.0.0, and lets the cluster report that it runs it.
    fn switch(&self, pack: &str) {
        let run = self.profile(&["switch", "demo", "app@2.0.0", "--yes"]);
        assert!(run.is_success(), "{run}");
        self.reports(pack, "2.0.0");
    }

    /// Lets the cluster report that it runs a version, whose pack is this.
    fn reports(&self, pack: &str, version: &str) {
        let condition = json!({"type": "Ready", "status": "True"});
        let uid = format!("uid-{version}");
        let pack = json!({"name": pack, "version": "1.2.0", "profileUid": uid, "condition": condition});
        let patch = json!({"status": {"state": "Running", "packs": [pack]}}).to_string();
        let run = self.kubectl(&["patch", "spc", "demo", "--subresource=status", "--type=merge", "-p", &patch]);
        assert!(run.is_success(), "{run}");
    }

    /// `Kind/name confidence` of each orphan, and the whole answer.
    fn orphans(&self) -> (Vec<String>, Value) {
        let run = self.profile(&["orphans", "demo", "-o", "json"]);
        assert!(run.is_success(), "{run}");
        let answer: Value = serde_json::from_str(&run.stdout).unwrap();
        let text = |it: &Value, key: &str| it[key].as_str().unwrap().to_owned();
        let line = |it: &Value| format!("{}/{} {}", text(it, "kind"), text(it, "name"), text(it, "confidence"));
        let orphans = answer["items"].as_array().unwrap();
        (orphans.iter().map(line).collect(), answer.clone())
    }

    /// Switches from pack `shop` to pack `store`, whose release takes the place of the first.
    fn renamed(driver: &'static str) -> Self {
        let values = json!({"replicas": 2});
        let world = Self::new(driver, [("shop", "", values.clone()), ("store", "", values.clone())]);
        world.helm("shop-web", &values);
        world.switch("store");
        world.helm("store-web", &values);
        world
    }
}

fn write(dir: &Path, file: &str, text: &str) {
    let path = dir.join(file);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

#[test]
fn the_release_of_a_renamed_pack_is_found_with_proof_and_scaled_to_zero() {
    let world = World::renamed("secret");
    let (orphans, answer) = world.orphans();
    assert_eq!(orphans, ["Deployment/shop-web proven"], "{answer:#}");
    assert!(answer.to_string().contains("Helm release shop-web in namespace"), "{answer:#}");
    let run = world.kubectl(&["rollout", "status", "deployment/store-web", "--timeout=60s"]);
    assert!(run.is_success(), "{run}");
    let run = world.profile(&["scale-down", "demo", "--yes"]);
    assert!(run.is_success(), "{run}");
    let replicas =
        |name| world.sandbox.get_json("deployment", &world.namespace, name).unwrap()["spec"]["replicas"].clone();
    assert_eq!((replicas("shop-web"), replicas("store-web")), (json!(0), json!(2)));
    let pods = || world.kubectl(&["get", "pods", "-l", "app=shop-web", "-o", "name"]).stdout.lines().count();
    let run = world.profile(&["scale-back", "demo", "--yes", "--wait"]);
    assert!(run.is_success(), "{run}");
    assert_eq!((replicas("shop-web"), pods()), (json!(2), 2));
    let run = world.profile(&["scale-down", "demo", "--yes", "--wait"]);
    assert!(run.is_success(), "{run}");
    assert_eq!((replicas("shop-web"), pods()), (json!(0), 0));

    // What the release of the pack that returns holds is known once the cluster runs it.
    world.reports("shop", "1.0.0");
    let run = world.profile(&["switch", "demo", "app@1.0.0", "--yes", "--wait"]);
    assert!(run.is_success(), "{run}");
    assert!(run.stderr.contains("is rendered again is not all known: chart `web` of pack `shop`"), "{run}");
    assert!(run.stdout.contains("deployment.apps/shop-web scaled back to 2"), "{run}");
    assert_eq!(replicas("shop-web"), json!(2));
}

#[test]
fn the_release_under_a_former_override_of_its_name_is_found_with_proof() {
    let values = json!({"replicas": 1});
    let front = ", releaseNameOverride: {web: front}";
    let world = World::new("secret", [("shop", "", values.clone()), ("shop", front, values.clone())]);
    world.helm("shop-web", &values);
    world.switch("shop");
    world.helm("front", &values);
    let (orphans, answer) = world.orphans();
    assert_eq!(orphans, ["Deployment/shop-web proven"], "{answer:#}");
}

#[test]
fn what_helm_removes_by_itself_is_no_orphan_and_the_hook_that_it_leaves_is_one() {
    let values = |extra: bool| json!({"replicas": 1, "extra": extra});
    let world = World::new("secret", [("shop", "", values(true)), ("shop", "", values(false))]);
    world.helm("shop-web", &values(true));
    world.switch("shop");
    // Until Helm has upgraded the release, what it will remove is the release's.
    let (orphans, answer) = world.orphans();
    assert!(orphans.is_empty(), "{answer:#}");
    world.helm("shop-web", &values(false));
    let (orphans, answer) = world.orphans();
    assert_eq!(orphans, ["ConfigMap/seed proven"], "{answer:#}");
}

#[test]
fn releases_that_helm_keeps_in_config_maps_are_read_as_well() {
    let (orphans, answer) = World::renamed("configmap").orphans();
    assert_eq!(orphans, ["Deployment/shop-web proven"], "{answer:#}");
}

#[test]
fn a_record_that_is_cut_off_is_named_and_nothing_is_proven_then() {
    let world = World::renamed("secret");
    let name = "sh.helm.release.v1.store-web.v1";
    let secret = world.sandbox.get_json("secret", &world.namespace, name).unwrap();
    let stored = STANDARD.decode(secret["data"]["release"].as_str().unwrap()).unwrap();
    let cut = STANDARD.encode(&stored[..stored.len() / 8 * 4]);
    let patch = json!({"data": {"release": cut}}).to_string();
    let run = world.kubectl(&["patch", "secret", name, "--type=merge", "-p", &patch]);
    assert!(run.is_success(), "{run}");
    let (orphans, answer) = world.orphans();
    assert_eq!(orphans, ["Deployment/shop-web suspected"], "{answer:#}");
    let text = answer.to_string();
    assert!(text.contains(name) && text.contains("cut off"), "{answer:#}");
    let state = || {
        let live = world.sandbox.get_json("deployment", &world.namespace, "shop-web").unwrap();
        (live["spec"].clone(), live["metadata"]["annotations"].clone())
    };
    let before = state();
    for (arguments, code) in [(&[][..], 0), (&["deployment/shop-web"], 4)] {
        let run = world.profile(&[&["scale-down", "demo", "--yes", "--even-if-not-ready"], arguments].concat());
        assert_eq!(run.code, Some(code), "{run}");
        assert!(run.stderr.contains("only suspected"), "{run}");
    }
    assert_eq!(state(), before);
}

#[test]
fn a_release_of_which_no_record_is_visible_is_said_to_be_so_and_proves_nothing() {
    let values = json!({"replicas": 2});
    let world = World::new("secret", [("shop", "", values.clone()), ("store", "", values.clone())]);
    world.helm("shop-web", &values);
    // Helm's SQL driver keeps its records where no API server shows them.
    assert!(world.kubectl(&["delete", "secret", "-l", "owner=helm"]).is_success());
    world.switch("store");
    let (orphans, answer) = world.orphans();
    assert!(orphans.is_empty() && answer["isComplete"] == false, "{answer:#}");
    let text = answer.to_string();
    assert!(text.contains("no Helm release shop-web") && text.contains("SQL"), "{answer:#}");
    let run = world.profile(&["scale-down", "demo", "--yes"]);
    assert!(run.code == Some(2) && run.stderr.contains("not everything was seen"), "{run}");
}

#[test]
fn the_release_in_a_former_namespace_of_its_pack_is_found_with_proof() {
    let values = json!({"replicas": 1});
    let elsewhere = shared().namespace("moved").unwrap();
    let world =
        World::changed("secret", [("shop", "", values.clone()), ("shop", "", values.clone())], |version, packs| {
            if version == "2.0.0" {
                packs[0]["values"] =
                    json!(format!("pack: {{namespace: {elsewhere}}}\ncharts:\n  web: {{replicas: 1}}\n"));
            }
        });
    world.helm("shop-web", &values);
    world.switch("shop");
    world.helm_in(&elsewhere, "shop-web", &values);
    let (orphans, answer) = world.orphans();
    assert_eq!(orphans, ["Deployment/shop-web proven"], "{answer:#}");
    assert_eq!(answer["items"][0]["namespace"], json!(world.namespace), "{answer:#}");
}

#[test]
fn what_the_chart_of_a_removed_pack_installed_is_found_with_its_definitions_and_claims() {
    let values = json!({"replicas": 1, "stateful": true, "kept": true});
    let world =
        World::changed("secret", [("shop", "", values.clone()), ("shop", "", values.clone())], |version, packs| {
            if version == "2.0.0" {
                *packs = json!([{"name": "none", "layer": "addon", "type": "manifest", "version": "1", "values": ""}]);
            }
        });
    let group = format!("{}.example.com", world.namespace);
    let schema = json!({"openAPIV3Schema": {"type": "object"}});
    let definition = json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": format!("gadgets.{group}")},
        "spec": {
            "group": group, "scope": "Namespaced", "names": {"kind": "Gadget", "plural": "gadgets"},
            "versions": [{"name": "v1", "served": true, "storage": true, "schema": schema}],
        },
    });
    write(world.dir.path(), "web/crds/gadget.yaml", &definition.to_string());
    world.helm("shop-web", &values);
    let claimed = ["wait", "--for=create", "--timeout=60s", "pvc/data-db-0"];
    assert!(world.kubectl(&claimed).is_success());
    world.switch("none");
    let (orphans, answer) = world.orphans();
    assert_eq!(
        orphans,
        [
            "PersistentVolumeClaim/data-db-0 proven",
            &format!("CustomResourceDefinition/gadgets.{group} proven"),
            "Deployment/shop-web proven",
            "StatefulSet/db proven",
        ],
        "{answer:#}"
    );
    let excluded = answer["excluded"].as_array().unwrap();
    assert_eq!((excluded.len(), &excluded[0]["name"]), (1, &json!("kept")), "{answer:#}");
    assert!(excluded[0]["reason"].as_str().unwrap().contains("helm.sh/resource-policy"), "{answer:#}");
    world
        .sandbox
        .run_kubectl(["delete", "crd", &format!("gadgets.{group}")])
        .unwrap()
        .success("kubectl delete")
        .unwrap();
}

#[test]
fn the_claims_of_a_stateful_set_that_helm_removed_are_found_with_proof() {
    let values = |stateful: bool| json!({"replicas": 1, "stateful": stateful, "kept": stateful});
    let world = World::new("secret", [("shop", "", values(true)), ("shop", "", values(false))]);
    world.helm("shop-web", &values(true));
    assert!(world.kubectl(&["wait", "--for=create", "--timeout=60s", "pvc/data-db-0"]).is_success());
    world.switch("shop");
    world.helm("shop-web", &values(false));
    let (orphans, answer) = world.orphans();
    assert_eq!(orphans, ["PersistentVolumeClaim/data-db-0 proven"], "{answer:#}");
    assert_eq!(answer["excluded"][0]["name"], json!("kept"), "{answer:#}");
}

#[test]
fn a_release_that_was_renamed_by_somebody_else_is_found_by_what_is_published() {
    let values = json!({"replicas": 2});
    let world = World::new("secret", [("shop", "", values.clone()), ("store", "", values.clone())]);
    world.helm("shop-web", &values);
    let published = world.sandbox.get_json("clusterprofile", &world.namespace, "app-2.0.0").unwrap();
    let patch = json!({"spec": {"clusterProfileTemplates": [published["spec"]["published"]]}}).to_string();
    assert!(world.kubectl(&["patch", "spc", "demo", "--type=merge", "-p", &patch]).is_success());
    world.reports("store", "2.0.0");
    world.helm("store-web", &values);
    let (orphans, answer) = world.orphans();
    assert_eq!(orphans, ["Deployment/shop-web likely"], "{answer:#}");
    let run = world.profile(&["orphans", "demo", "--from", "app@1.0.0", "-o", "name"]);
    assert!(run.is_success() && run.stdout.contains("deployment.apps/shop-web"), "{run}");
    assert!(world.kubectl(&["rollout", "status", "deployment/store-web", "--timeout=60s"]).is_success());
    let run = world.profile(&["scale-down", "demo", "deployment/shop-web", "--yes"]);
    assert!(run.is_success() && run.stdout.contains("deployment.apps/shop-web scaled down (was 2)"), "{run}");
}

#[test]
fn records_that_a_user_may_not_read_are_named_and_nothing_is_proven() {
    let world = World::renamed("secret");
    let rbac = "rbac.authorization.k8s.io";
    let user = format!("reader-of-{}", world.namespace);
    let rules = json!([
        {"apiGroups": ["cluster.spectrocloud.com", "apps", "autoscaling", "policy", "batch"], "resources": ["*"], "verbs": ["get", "list"]},
        {"apiGroups": [""], "resources": ["pods", "services", "configmaps"], "verbs": ["get", "list"]},
    ]);
    for object in [
        json!({"apiVersion": format!("{rbac}/v1"), "kind": "ClusterRole", "metadata": {"name": user}, "rules": rules}),
        json!({
            "apiVersion": format!("{rbac}/v1"), "kind": "ClusterRoleBinding", "metadata": {"name": user},
            "roleRef": {"apiGroup": rbac, "kind": "ClusterRole", "name": user},
            "subjects": [{"apiGroup": rbac, "kind": "User", "name": user}],
        }),
    ] {
        world.sandbox.apply(&object.to_string()).unwrap();
    }
    let kubeconfig = world.sandbox.kubeconfig_for(&user, None).unwrap();
    let found = world.sandbox.wait_until("the role binding", std::time::Duration::from_secs(60), || {
        let mut command = world.sandbox.kubectl_command();
        let arguments = ["profile", "orphans", "demo", "-o", "json", "-n", &world.namespace];
        let run = Run::of(command.args(arguments).env("KUBECONFIG", &kubeconfig)).unwrap();
        if run.is_success() { Ok(run) } else { Err(run) }
    });
    let found: Value = serde_json::from_str(&found.unwrap().stdout).unwrap();
    assert_eq!(found["isComplete"], false, "{found:#}");
    let confidences = found["items"].as_array().unwrap().iter().map(|it| it["confidence"].as_str().unwrap());
    assert!(confidences.clone().all(|it| it == "suspected"), "{found:#}");
    let text = found.to_string();
    assert!(text.contains("what this cluster ran before, as its revisions are not"), "{found:#}");
    assert!(text.contains("you may not list secrets"), "{found:#}");
}
