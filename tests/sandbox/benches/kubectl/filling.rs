//! Fills an API server with many profiles in many versions, and with clusters that have one attached each.

use std::{error::Error, fmt::Write as _};

use futures_util::{StreamExt, stream};
use hyper::Request;
use profile_sandbox::{Sandbox, samples};
use serde_json::{Value, json};

/// Where all of it is.
pub(crate) const HUB: &str = "fleet";
pub(crate) const PROFILES: usize = 200;
pub(crate) const VERSIONS: usize = 20;
const CLUSTERS: usize = 200;
/// Objects that are created at once.
const PARALLEL: usize = 16;
/// A pack each.
const LAYERS: [&str; 5] = ["os", "k8s", "cni", "csi", "addon"];

/// Creates all of it; the bytes of one profile version, and of all of its values.
pub(crate) fn fill(sandbox: &Sandbox) -> Result<(usize, usize), Box<dyn Error>> {
    sandbox.apply(&json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": HUB}}).to_string())?;
    let client = sandbox.client();
    sandbox.block_on(async {
        let creations = (0..PROFILES * VERSIONS).map(|number| {
            let client = client.clone();
            async move {
                let url = format!("/apis/cluster.spectrocloud.com/v1/namespaces/{HUB}/clusterprofiles");
                let body = version(number / VERSIONS, number % VERSIONS).to_string().into_bytes();
                let request = Request::post(url).header("content-type", "application/json").body(body)?;
                client.request_text(request).await.map(drop).map_err(Box::<dyn Error>::from)
            }
        });
        let mut creations = stream::iter(creations).buffer_unordered(PARALLEL);
        while let Some(created) = creations.next().await {
            created?;
        }
        Ok::<_, Box<dyn Error>>(())
    })?;
    samples::create(sandbox, &(0..CLUSTERS).map(cluster).collect::<Vec<_>>())?;
    let one = version(7, 7);
    let packs = one["spec"]["published"]["packs"].as_array().into_iter().flatten();
    let values = packs.filter_map(|it| it["values"].as_str()).map(str::len).sum();
    Ok((one.to_string().len(), values))
}

fn version(profile: usize, number: usize) -> Value {
    let version = format!("1.{number}.0");
    let all = (0..VERSIONS).map(|it| json!({"uid": uid(profile, it), "version": format!("1.{it}.0")}));
    json!({
        "apiVersion": "cluster.spectrocloud.com/v1", "kind": "ClusterProfile",
        "metadata": {"name": format!("profile-{profile:03}-{version}"), "namespace": HUB},
        "spec": {"version": version, "versions": all.collect::<Vec<_>>(), "published": content(profile, number)},
    })
}

fn cluster(number: usize) -> Value {
    json!({
        "apiVersion": "cluster.spectrocloud.com/v1", "kind": "SpectroCluster",
        "metadata": {"name": format!("cluster-{number:03}"), "namespace": HUB},
        "spec": {
            "cloudType": "aws", "clusterType": "PureManage",
            "clusterProfileTemplates": [content(number % PROFILES, VERSIONS - 1 - number % 5)],
        },
        "status": {"state": "Running"},
    })
}

fn content(profile: usize, number: usize) -> Value {
    let version = format!("1.{number}.0");
    let pack = |(index, layer): (usize, &&str)| {
        let version = if *layer == "k8s" { "1.33.1" } else { &version };
        json!({
            "name": format!("pack-{layer}"), "layer": layer, "type": "spectro", "version": version, "tag": version,
            "packUid": uid(profile, number * 8 + index), "values": values(profile + number + index, 400 + 100 * index),
        })
    };
    let packs: Vec<_> = LAYERS.iter().enumerate().map(pack).collect();
    json!({
        "uid": uid(profile, number), "name": format!("profile-{profile:03}"), "type": "cluster", "cloudType": "aws",
        "profileVersion": version, "packs": packs,
    })
}

fn uid(profile: usize, number: usize) -> String {
    format!("{profile:012x}{number:012x}")
}

/// A text of at least so many bytes, as charts have them.
fn values(seed: usize, bytes: usize) -> String {
    let mut text = String::from("pack:\n  namespace: demo\n");
    let mut group = 0;
    while text.len() < bytes {
        group += 1;
        let number = seed * 31 + group;
        // Writing to a text cannot fail.
        let _ = write!(
            text,
            "\n# The part {group} of the chart, with what it needs.\npart{group}:\n  enabled: true\n  replicas: {} # as many as zones\n  \
             image:\n    repository: registry.example.org/image-{number}\n    tag: v1.{number}\n",
            number % 7
        );
    }
    text
}
