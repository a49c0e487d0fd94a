//! A world of one kind of cluster: it runs hello@1.0.0 and sets values, a manifest and a variable of its own.

use profile_palette::World;
use serde_json::{Value, json};

use crate::run::{Palette, fake_of};

/// The values of hello@1.0.0's application with an override, comments and all.
pub(crate) const OWN: &str =
    "# app\nmanifests:\n  app:\n    replicas: 5   # few\n    image: \"a:0\"\n    odd:   { b: 1,   a: 2 }\n";

/// The manifest of the cluster, with an override in it.
pub(crate) const OWN_MANIFEST: &str =
    "kind:   ConfigMap   # odd spaces\napiVersion: v1\nmetadata: {name: x, namespace: d}\ndata:\n  color: 'red'\n";

fn values(version: &str) -> String {
    let image = format!("\"a:{}\"", &version[2..3]);
    OWN.replace("replicas: 5", "replicas: 1").replace("\"a:0\"", &image)
}

fn packs(kubernetes: &str, version: &str) -> Value {
    json!([
        {
            "name": "kubernetes", "layer": "k8s", "type": "spectro", "version": kubernetes,
            "tag": format!("{}.x", &kubernetes[..4]), "values": "# k8s\npack:\n  content: {}\n",
        },
        {
            "name": "app", "layer": "addon", "type": "manifest", "version": version, "tag": version, "values": values(version),
            "manifests": [{"name": "app", "content": OWN_MANIFEST.replace("red", "blue")}],
        },
    ])
}

fn profile(version: &str, kubernetes: &str, variables: &Value) -> Value {
    json!({
        "kind": "ClusterProfile", "metadata": {"name": format!("hello-{version}")},
        "spec": {
            "version": version, "variables": variables,
            "published": {"name": "hello", "type": "cluster", "cloudType": "aws", "packs": packs(kubernetes, version)},
        },
    })
}

/// hello in four versions: 1.1.0 changes the application, 1.2.0 requires a variable more, 1.3.0 goes one minor up, and 2.0.0 skips one.
pub(crate) fn versions() -> Vec<Value> {
    let region = json!({"name": "region", "required": true});
    let zone = json!({"name": "zone", "required": true});
    let size = json!({"name": "size", "defaultValue": "1"});
    vec![
        profile("1.0.0", "1.31.4", &json!([region, size])),
        profile("1.1.0", "1.31.4", &json!([region, size])),
        profile("1.2.0", "1.31.4", &json!([region, zone, {"name": "size", "defaultValue": "2"}])),
        profile("1.3.0", "1.32.1", &json!([region, size])),
        profile("2.0.0", "1.33.0", &json!([region, size])),
    ]
}

/// A cluster that took hello@1.0.0 and changed it.
pub(crate) fn cluster(name: &str) -> Value {
    let mut packs = packs("1.31.4", "1.0.0");
    packs[1]["values"] = OWN.into();
    packs[1]["manifests"][0]["content"] = OWN_MANIFEST.into();
    json!({
        "kind": "SpectroCluster", "metadata": {"name": name, "labels": {"env": "prod"}},
        "spec": {
            "cloudType": "aws",
            "clusterProfileTemplates": [{
                "name": "hello", "type": "cluster", "profileVersion": "1.0.0", "packs": packs,
                "variables": [{"name": "region", "value": "eu"}],
            }],
        },
        "status": {"state": "Running"},
    })
}

/// The world with clusters of these names.
pub(crate) fn world(clusters: &[&str]) -> World {
    let mut world = World::default();
    for version in versions() {
        world.add_profile(&version);
    }
    for name in clusters {
        world.add_cluster(&cluster(name));
    }
    world
}

/// A fake with the cluster shop.
pub(crate) fn shop() -> Palette {
    fake_of(world(&["shop"]))
}

/// The attached version of a cluster, and the values and the manifest of its application.
pub(crate) fn held(palette: &Palette, cluster: &str) -> (String, String, String) {
    palette.with_world(|world| {
        let attached = &world.cluster(cluster).unwrap().profiles[0];
        let app = attached.pack("app").unwrap();
        (attached.version.clone(), app.values.clone(), app.manifests[0].content.clone())
    })
}
