//! A small world: one cluster with two profiles, and newer versions of both.

use profile_palette::{Fake, Options, World};
use serde_json::{Value, json};

/// A running fake of the small world.
pub(crate) fn start() -> Fake {
    start_with(Options::default())
}

/// A running fake of the small world that behaves otherwise.
pub(crate) fn start_with(options: Options) -> Fake {
    Fake::start(world(), options).unwrap()
}

/// The uid of a profile version.
pub(crate) fn profile(fake: &Fake, name: &str, version: &str) -> String {
    fake.with_world(|world| world.profile_version(name, version).unwrap().uid.clone())
}

/// The path of the cluster, and what comes after it.
pub(crate) fn cluster(fake: &Fake, rest: &str) -> String {
    format!("/v1/spectroclusters/{}{rest}", fake.with_world(|world| world.cluster("shop").unwrap().uid.clone()))
}

/// Names and versions of what is attached, in its order.
pub(crate) fn attached(fake: &Fake) -> Vec<String> {
    fake.with_world(|world| {
        let profiles = &world.cluster("shop").unwrap().profiles;
        profiles.iter().map(|attached| format!("{} {}", attached.name, attached.version)).collect()
    })
}

/// An entry that switches a profile of the cluster to another version.
pub(crate) fn switch(fake: &Fake, name: &str, from: &str, to: &str) -> Value {
    json!({"uid": profile(fake, name, to), "replaceWithProfile": profile(fake, name, from)})
}

/// A name and a version, as [`attached`] gives them.
pub(crate) fn version_of_status(fake: &Fake, pack: &str) -> String {
    fake.with_world(|world| {
        let packs = world.cluster("shop").unwrap().status["packs"].as_array().unwrap().clone();
        packs.iter().find(|status| status["name"] == pack).unwrap()["version"].as_str().unwrap().to_owned()
    })
}

pub(crate) fn world() -> World {
    let mut world = World::default();
    for (version, kubernetes, replicas) in [("1.0.0", "1.32.8", 1), ("1.1.0", "1.32.8", 2), ("2.0.0", "1.33.4", 2)] {
        world.add_profile(&base(version, kubernetes, replicas));
    }
    for version in ["1.0.0", "2.0.0"] {
        world.add_profile(&extra(version));
    }
    let template = world.add_template("fleet-template");
    world.add_cluster(&json!({
        "kind": "SpectroCluster",
        "metadata": {"name": "shop", "labels": {"ring": "early"}},
        "spec": {
            "cloudType": "aws",
            "clusterType": "PureManage",
            "cloudConfigRef": {"kind": "AwsCloudConfig", "name": "shop-config", "uid": "66f0a1b2c3d4e5f60000c0f1"},
            "clusterTemplate": {"uid": template},
            "clusterProfileTemplates": [
                {"name": "base", "profileVersion": "1.0.0"},
                {"name": "extra", "profileVersion": "1.0.0", "variables": [{"name": "colour", "value": "red"}]},
            ],
        },
        "status": {"state": "Running"},
    }));
    for name in ["shelf", "stock", "store"] {
        world.add_cluster(
            &json!({"metadata": {"name": name}, "spec": {"cloudType": "aws"}, "status": {"state": "Running"}}),
        );
    }
    world
}

fn base(version: &str, kubernetes: &str, replicas: u32) -> Value {
    let pack = |layer: &str, name: &str, version: &str, values: &str| {
        let tag = version;
        json!({"name": name, "layer": layer, "type": "spectro", "version": version, "tag": tag, "values": values})
    };
    let mut hello = pack("addon", "hello", version, &format!("pack:\n  namespace: hello\nreplicas: {replicas}\n"));
    hello["manifests"] = json!([
        {"name": "page", "content": format!("page: of {version}\n")},
        {"name": "sign", "content": format!("sign: of {version}\n")},
    ]);
    json!({
        "kind": "ClusterProfile",
        "metadata": {"name": "base", "labels": {"owner": "platform"}},
        "spec": {
            "version": version,
            "published": {
                "name": "base", "type": "cluster", "cloudType": "aws",
                "packs": [
                    pack("os", "ubuntu-aws", "22.04", "kubeadmconfig: {}\n"),
                    pack("k8s", "kubernetes", kubernetes, "pack:\n  podCIDR: 192.168.0.0/16\n"),
                    hello,
                ],
            },
        },
    })
}

fn extra(version: &str) -> Value {
    json!({
        "kind": "ClusterProfile",
        "metadata": {"name": "extra"},
        "spec": {
            "version": version,
            "variables": [
                {"name": "colour", "required": true, "format": "string"},
                {"name": "token", "isSensitive": true, "defaultValue": "hidden-default", "format": "string"},
            ],
            "published": {
                "name": "extra", "type": "add-on", "cloudType": "all",
                "packs": [{
                    "name": "paint", "layer": "addon", "type": "helm", "version": version,
                    "values": "colour: '{{.spectro.var.colour}}'\n",
                }],
            },
        },
    })
}
