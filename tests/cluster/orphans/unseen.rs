//! What is gone or not answered is named, and the search goes on.

use super::*;

fn definition(group: &str, kind: &str) -> Value {
    let plural = format!("{}s", kind.to_ascii_lowercase());
    json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": format!("{plural}.{group}")},
        "spec": {
            "group": group, "scope": "Namespaced", "names": {"kind": kind, "plural": plural, "listKind": format!("{kind}List")},
            "versions": [{
                "name": "v1", "served": true, "storage": true,
                "schema": {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}},
            }],
        },
    })
}

#[test]
fn a_kind_whose_definition_is_gone_is_named_and_the_rest_is_found() {
    let sandbox = shared();
    let group = format!("{}.example.com", sandbox.namespace("group").unwrap());
    let name = format!("gizmos.{group}");
    sandbox.apply(&definition(&group, "Gizmo").to_string()).unwrap();
    let established = ["wait", "--for=condition=Established", "--timeout=60s", "crd", &name];
    sandbox.run_kubectl(established).unwrap().success("kubectl wait").unwrap();
    let gizmo = json!({"apiVersion": format!("{group}/v1"), "kind": "Gizmo", "metadata": {"name": "w"}, "spec": {}});
    let world = World::switched(&[deployment("old", 1), gizmo]);
    assert_eq!(names(&world.orphans(&[])["items"]), set(&["Deployment/old", "Gizmo/w"]));
    sandbox.run_kubectl(["delete", "crd", &name, "--wait"]).unwrap().success("kubectl delete").unwrap();
    let found = world.sandbox.wait_until("the kind to be served no more", DEADLINE, || {
        let found = world.orphans(&[]);
        if found["notVisible"].to_string().contains("Gizmo") { Ok(found) } else { Err(found.to_string()) }
    });
    let found = found.unwrap();
    assert_eq!(names(&found["items"]), set(&["Deployment/old"]), "{found}");
    assert!(found["notVisible"].to_string().contains("serves no such kind any more"), "{found}");
    assert_eq!(found["isComplete"], true, "what is gone hides nothing: {found}");
}

#[test]
fn a_group_whose_server_is_away_is_named_and_nothing_is_claimed() {
    // A group that does not answer disturbs everybody, so it is in a control plane of its own, which ends with this process.
    let sandbox: &'static Sandbox = Box::leak(Box::new(Sandbox::start(&profile_sandbox::Options::default()).unwrap()));
    profile_sandbox::install::crds(sandbox).unwrap();
    let group = "away.example.com";
    sandbox
        .apply(
            &json!({
                "apiVersion": "apiregistration.k8s.io/v1", "kind": "APIService", "metadata": {"name": format!("v1.{group}")},
                "spec": {
                    "group": group, "version": "v1", "groupPriorityMinimum": 100, "versionPriority": 10,
                    "insecureSkipTLSVerify": true, "service": {"name": "nobody", "namespace": "default"},
                },
            })
            .to_string(),
        )
        .unwrap();
    let thing = json!({"apiVersion": format!("{group}/v1"), "kind": "Thing", "metadata": {"name": "t"}});
    let world = World::on(sandbox, "1.0.0", &[deployment("old", 1)], &[thing], &[]);
    world.switch();
    let found = world.sandbox.wait_until("the group to be known as away", DEADLINE, || {
        let found = world.orphans(&[]);
        if found["notVisible"].to_string().contains("does not answer") { Ok(found) } else { Err(found.to_string()) }
    });
    let found = found.unwrap();
    assert_eq!(names(&found["items"]), set(&["Deployment/old"]), "{found}");
    assert!(
        found["notVisible"].to_string().contains("Thing: the server of API group away.example.com does not answer"),
        "{found}"
    );
    assert_eq!(found["isComplete"], false, "{found}");
    let run = world.profile(&["orphans", "demo"]);
    assert!(run.is_success() && run.stderr.contains("there may be more orphans than these"), "{run}");
}

#[test]
fn revisions_that_nobody_can_read_are_no_claim_of_completeness() {
    let world = World::switched(&[deployment("old", 2)]);
    assert_eq!(world.orphans(&[])["isComplete"], true);
    let listed = world.kubectl(&["get", "secrets", "-l", "kubectl-profile.dev/cluster", "-o", "json"]);
    let secret = serde_json::from_str::<Value>(&listed.stdout).unwrap()["items"][0].clone();
    let keys = secret["data"].as_object().unwrap().keys();
    let data: Value = keys.map(|key| (key.clone(), json!("AAAA"))).collect::<serde_json::Map<_, _>>().into();
    let patch = json!({"data": data}).to_string();
    let name = secret["metadata"]["name"].as_str().unwrap();
    assert!(world.kubectl(&["patch", "secret", name, "--type=merge", "-p", &patch]).is_success());
    let found = world.orphans(&[]);
    assert_eq!((&found["isComplete"], &found["items"][0]["confidence"]), (&json!(false), &json!("likely")), "{found}");
    assert!(
        found["notVisible"].to_string().contains("what this cluster ran before, as its revisions are not"),
        "{found}"
    );
}
