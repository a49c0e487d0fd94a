//! A world as large as a big installation, for benchmarks.

use serde_json::{Value, json};

use super::World;

const LAYERS: [(&str, &str); 6] = [
    ("os", "ubuntu-aws"),
    ("k8s", "kubernetes"),
    ("cni", "cni-calico"),
    ("csi", "csi-aws-ebs"),
    ("addon", "ingress-nginx"),
    ("addon", "hello-universe"),
];

impl World {
    /// A world with so many profiles, versions of each, and clusters; each cluster uses one version.
    pub fn fleet(profiles: usize, versions: usize, clusters: usize) -> Self {
        let mut world = Self::default();
        for profile in 0..profiles {
            for version in 0..versions {
                world.add_profile(&profile_document(profile, version));
            }
        }
        for cluster in 0..clusters {
            let (profile, version) = (cluster % profiles.max(1), cluster / profiles.max(1) % versions.max(1));
            world.add_cluster(&json!({
                "kind": "SpectroCluster",
                "metadata": {
                    "name": format!("cluster-{cluster:04}"),
                    "labels": {"ring": format!("ring-{}", cluster % 5)},
                },
                "spec": {
                    "cloudType": "aws",
                    "clusterType": "PureManage",
                    "clusterProfileTemplates": [{"name": name(profile), "profileVersion": format!("1.{version}.0")}],
                },
                "status": {"state": "Running"},
            }));
        }
        world
    }
}

fn name(profile: usize) -> String {
    format!("profile-{profile:03}")
}

fn values(pack: &str, version: usize) -> String {
    let replicas = version % 3 + 1;
    format!(
        "\
pack:
  namespace: {pack}
  content:
    images: []

manifests:
  {pack}:
    # How many of them.
    replicas: {replicas}
    image: {pack}:1.{version}.0
    resources:
      limits:
        cpu: 500m
        memory: 512Mi
"
    )
}

fn profile_document(profile: usize, version: usize) -> Value {
    let packs = LAYERS.iter().map(|(layer, pack)| {
        let values = values(pack, version);
        let manifests = match *layer {
            "addon" => json!([{"name": *pack, "content": format!("kind: Namespace\nmetadata:\n  name: {pack}\n")}]),
            _ => json!([]),
        };
        let pack_version = if *layer == "k8s" { format!("1.{}.0", 20 + version) } else { format!("1.{version}.0") };
        json!({
            "name": pack, "layer": layer, "type": "spectro", "version": pack_version, "tag": pack_version,
            "values": values, "manifests": manifests,
        })
    });
    json!({
        "kind": "ClusterProfile",
        "metadata": {"name": name(profile)},
        "spec": {
            "version": format!("1.{version}.0"),
            "published": {
                "name": name(profile), "type": "cluster", "cloudType": "aws", "packs": packs.collect::<Vec<_>>(),
            },
        },
    })
}
