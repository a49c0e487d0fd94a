//! The preset of the page, off again: exactly what it leaves is found, also when nobody kept a record of the switch.

use super::*;

#[test]
fn the_preset_off_again_leaves_exactly_three_workloads_and_what_belongs_to_them() {
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
    let [off, on] = ["hello-aws-1.0.0", "hello-aws-1.1.0"].map(|name| own("ClusterProfile", name));
    let mut cluster = own("SpectroCluster", "shop-aws");
    cluster["metadata"]["labels"] = json!({"kubectl-profile.dev/sandbox-agent": "play"});
    // It starts with the API, which differs from the version without in Hello Universe alone.
    let hello = |profile: &Value| {
        let packs = profile["spec"]["published"]["packs"].as_array().unwrap().clone();
        packs.into_iter().find(|pack| pack["name"] == "hello-universe").unwrap()
    };
    let attached = &mut cluster["spec"]["clusterProfileTemplates"][0];
    *attached = off["spec"]["published"].clone();
    let packs = attached["packs"].as_array_mut().unwrap();
    let last = packs.iter().position(|pack| pack["name"] == "hello-universe").unwrap();
    packs[last] = hello(&on);
    attached["profileVersion"] = json!("1.0.0-api");
    attached["uid"] = json!("with-the-api");
    let with_api = json!({
        "apiVersion": "cluster.spectrocloud.com/v1", "kind": "ClusterProfile",
        "metadata": {"name": "hello-aws-with-the-api", "namespace": hub},
        "spec": {"version": "1.0.0-api", "published": attached.clone()},
    });
    samples::create(sandbox, &[off, with_api, cluster]).unwrap();
    let applied = |kind: &str, name: &str| {
        sandbox.wait_until(name, DEADLINE, || match sandbox.run_kubectl(["get", kind, name, "-n", &workloads]) {
            Ok(run) if run.is_success() => Ok(()),
            other => Err(format!("{other:?}")),
        })
    };
    applied("deployment", "ui").unwrap();
    // Somebody else's tool makes the switch, so that nothing is recorded.
    let published = own("ClusterProfile", "hello-aws-1.0.0")["spec"]["published"].clone();
    let patch = json!({"spec": {"clusterProfileTemplates": [published]}}).to_string();
    let run = sandbox.run_kubectl(["patch", "spc", "shop-aws", "-n", &hub, "--type=merge", "-p", &patch]).unwrap();
    assert!(run.is_success(), "{run}");
    applied("deployment", "hello-universe-deployment").unwrap();
    let packs = samples::packs_dir().display().to_string();
    let arguments = ["profile", "orphans", "shop-aws", "-n", &hub, "--packs", &packs, "-o", "json"];
    for from in [&[][..], &["--from", "hello-aws@1.0.0-api"]] {
        let run = sandbox.run_kubectl([&arguments[..], from].concat()).unwrap();
        assert!(run.is_success(), "{run}");
        let found: Value = serde_json::from_str(&run.stdout).unwrap();
        let role = format!("{workloads}-service-reader");
        let [role, binding] = ["ClusterRole", "ClusterRoleBinding"].map(|kind| format!("{kind}/{role}"));
        let expected = [
            &role,
            &binding,
            "Deployment/api",
            "Deployment/postgres",
            "Deployment/ui",
            "Secret/auth-token",
            "Secret/db-password",
            "Service/api",
            "Service/postgres",
            "Service/ui",
            "ServiceAccount/hello-universe-role",
        ];
        assert_eq!(names(&found["orphans"]), set(&expected), "{run}");
        let orphans = found["orphans"].as_array().unwrap();
        assert!(orphans.iter().all(|it| it["confidence"] == "likely"), "{run}");
    }
}
