//! API servers that serve less: only v1alpha1, as older Palette does, or none of it.

use std::{fs, path::Path, sync::OnceLock};

use profile_sandbox::{Options, Run, Sandbox};
use serde_json::{Value, json};

use crate::world::{SHOP, World, assert_run, requests};

use super::SWITCH;

/// A control plane that serves only v1alpha1, and what the plugin said while it served neither, or one kind alone.
struct Old {
    sandbox: Sandbox,
    before: Vec<(&'static str, Run)>,
    stranger: Run,
    between: Vec<(&'static str, Run)>,
}

fn old() -> &'static Old {
    static OLD: OnceLock<Old> = OnceLock::new();
    OLD.get_or_init(|| {
        let sandbox = Sandbox::start(&Options::default()).unwrap();
        let run = |line: &'static str| {
            (line, sandbox.run_kubectl([&["profile"], &line.split(' ').collect::<Vec<_>>()[..]].concat()).unwrap())
        };
        let before = ["list", "status", "check hello-aws@1.1.0", "switch shop-aws hello-aws@1.1.0 --yes", "history"];
        let before = before.map(run).to_vec();
        let kubeconfig = sandbox.kubeconfig_for("stranger", None).unwrap();
        let mut list = sandbox.kubectl_command();
        let stranger = Run::of(list.args(["profile", "list"]).env("KUBECONFIG", kubeconfig)).unwrap();
        let install = |file| {
            sandbox.apply(&only_v1alpha1(file).to_string()).unwrap();
            let wait = ["wait", "--for=condition=Established", "crd", "--all", "--timeout=60s"];
            sandbox.run_kubectl(wait).unwrap().success("kubectl wait").unwrap();
        };
        install("spectroclusters");
        let between = ["list", "status"].map(run).to_vec();
        install("clusterprofiles");
        Old { sandbox, before, stranger, between }
    })
}

/// A shipped CRD that serves and stores nothing but v1alpha1.
fn only_v1alpha1(file: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../manifests/crds/{file}.yaml"));
    let mut crd: Value = serde_saphyr::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let versions = crd["spec"]["versions"].as_array_mut().unwrap();
    versions.retain(|version| version["name"] == "v1alpha1");
    versions[0]["storage"] = json!(true);
    crd
}

/// A fresh namespace of that control plane, with the sample AWS cluster.
pub(super) fn world(prefix: &str) -> World {
    World::on(&old().sandbox, prefix).in_version("v1alpha1").and_shop()
}

#[test]
fn without_the_crds_every_command_says_what_is_not_served() {
    for (line, run) in &old().before {
        assert_eq!(run.code, Some(2), "{line}: {run}");
        let said = "the API server of context \"sandbox\" does not serve cluster.spectrocloud.com as v1 or v1alpha1";
        assert!(run.stderr.contains(said) && run.stderr.contains("manifests/crds"), "{line}: {run}");
    }
}

#[test]
fn who_may_list_nothing_is_told_that_there_is_nothing() {
    let stranger = &old().stranger;
    assert_run(stranger, 2, &["does not serve cluster.spectrocloud.com as v1 or v1alpha1"]);
    assert!(!stranger.stderr.contains("Forbidden"), "{stranger}");
}

#[test]
fn a_kind_that_is_missing_alone_is_named() {
    let [(_, list), (_, status)] = old().between.as_slice() else { panic!() };
    assert_run(list, 2, &["Error from server (NotFound): cannot list clusterprofiles"]);
    assert!(!list.stderr.contains("does not serve"), "{list}");
    assert_run(status, 0, &["no clusters in namespace default"]);
}

#[test]
fn v1_is_tried_once_for_each_kind() {
    let world = world("old-asks");
    let run = world.profile(&["switch", SHOP, "hello-aws@1.1.0", "--yes", "-v", "6"]);
    let requests = requests(&run);
    let tried: Vec<_> = requests.iter().filter(|it| it.contains("/cluster.spectrocloud.com/v1/")).collect();
    assert!(tried.len() == 2 && tried.iter().all(|it| it.starts_with("GET ") && it.contains(" 404 ")), "{requests:#?}");
    assert!(!requests.iter().any(|it| it.contains("/apis/cluster.spectrocloud.com ")), "{requests:#?}");
    world.assert_shop_is_at("1.1.0");
}

#[test]
fn v1alpha1_alone_is_read() {
    let world = world("old-reads");
    assert_run(&world.profile(&["status"]), 0, &[SHOP, "hello-aws@1.0.0", "Running"]);
    assert_run(&world.profile(&["list"]), 0, &["1.3.0"]);
    assert_run(&world.profile(&["diff", SHOP, "hello-aws@1.1.0"]), 1, &["Backend:enable-api"]);
    assert_run(&world.profile(&["check", SHOP, "hello-aws@1.3.0"]), 4, &["K8sMultiMinorUpgradeNotSupported"]);
}

#[test]
fn v1alpha1_alone_is_switched_with_a_revision_owned_by_it() {
    let world = world("old-writes");
    assert_run(&world.profile(&SWITCH), 0, &["switched to hello-aws@1.1.0"]);
    world.assert_shop_is_at("1.1.0");
    assert_eq!(world.history(SHOP), ["1 deployed hello-aws@1.1.0"]);
    let [secret] = world.revision_secrets().try_into().unwrap();
    let owner = &secret["metadata"]["ownerReferences"][0];
    assert_eq!(owner["apiVersion"], "cluster.spectrocloud.com/v1alpha1", "{secret}");
    assert_eq!(owner["uid"], world.cluster(SHOP)["metadata"]["uid"], "{secret}");
}
