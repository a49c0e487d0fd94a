//! Generates clusters and profile versions, the same in every run.

use std::fmt::Write;

use serde_json::{Value, json};
use tempfile::TempDir;

/// The three sides of a merge, as attached profiles.
pub struct Sides {
    /// What the cluster took.
    pub published: Value,
    /// What the cluster has.
    pub own: Value,
    /// What it is to have.
    pub target: Value,
}

/// Which values of a text are set otherwise than published.
#[derive(Clone, Copy)]
enum Edits {
    None,
    /// One value of 97, as a cluster overrides.
    Cluster,
    /// One value of 41, as an author goes on.
    Author,
}

impl Sides {
    /// The same with another first comment in every text, so that nothing remembered of the texts before helps.
    pub fn renewed(&self, number: usize) -> Self {
        let renewed = |side: &Value| {
            let mut side = side.clone();
            for pack in side["packs"].as_array_mut().into_iter().flatten() {
                pack["values"] = format!("# run {number}\n{}", pack["values"].as_str().unwrap_or_default()).into();
            }
            side
        };
        Self { published: renewed(&self.published), own: renewed(&self.own), target: renewed(&self.target) }
    }

    /// Profiles of so many packs whose values have so many bytes each.
    pub fn generate(packs: usize, bytes: usize) -> Self {
        let of = |version: &str, edits| profile(version, (0..packs).map(|pack| values(pack, bytes, edits)));
        Self {
            published: of("1.0.0", Edits::None),
            own: of("1.0.0", Edits::Cluster),
            target: of("1.1.0", Edits::Author),
        }
    }

    /// The bytes of all values.
    pub fn bytes(&self) -> usize {
        [&self.published, &self.own, &self.target].into_iter().map(|side| side.to_string().len()).sum()
    }
}

/// What the clusters of a fleet set themselves.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Fleet {
    /// All the same, as those made by one template are.
    Alike,
    /// The same, and one value of its own each, such as its name.
    Distinct,
}

/// A directory with two versions of a profile and so many clusters of so many bytes on the first.
pub fn fleet(clusters: usize, bytes: usize, fleet: Fleet) -> Result<TempDir, std::io::Error> {
    let directory = tempfile::tempdir()?;
    let text = |edits| [values(0, bytes / 2, edits), values(1, bytes / 2, edits)].into_iter();
    for (version, edits) in [("1.0.0", Edits::None), ("1.1.0", Edits::Author)] {
        let mut published = profile(version, text(edits));
        published["uid"] = json!(format!("fleet-{version}"));
        let document = json!({
            "apiVersion": "cluster.spectrocloud.com/v1", "kind": "ClusterProfile",
            "metadata": {"name": format!("fleet-{}", version.replace('.', "-")), "namespace": "fleet"},
            "spec": {"version": version, "published": published},
        });
        std::fs::write(directory.path().join(format!("profile-{version}.json")), document.to_string())?;
    }
    for number in 0..clusters {
        let mut own: Vec<_> = text(Edits::Cluster).collect();
        if fleet == Fleet::Distinct {
            own[0] = own[0].replacen("user: admin", &format!("user: admin-{number}"), 1);
        }
        let mut attached = profile("1.0.0", own.into_iter());
        attached["uid"] = json!("fleet-1.0.0");
        let document = json!({
            "apiVersion": "cluster.spectrocloud.com/v1", "kind": "SpectroCluster",
            "metadata": {"name": format!("cluster-{number:04}"), "namespace": "fleet", "uid": format!("c{number}")},
            "spec": {"cloudType": "aws", "clusterType": "PureManage", "clusterProfileTemplates": [attached]},
            "status": {"state": "Running"},
        });
        std::fs::write(directory.path().join(format!("cluster-{number:04}.json")), document.to_string())?;
    }
    Ok(directory)
}

fn profile(version: &str, values: impl Iterator<Item = String>) -> Value {
    let pack = |(index, values)| {
        let layer = ["os", "k8s", "cni", "csi"].get(index).copied().unwrap_or("addon");
        let version = if layer == "k8s" { "1.33.1" } else { "1.0.0" };
        json!({"name": format!("pack-{index}"), "layer": layer, "type": "spectro", "version": version, "tag": version, "values": values})
    };
    let packs: Vec<_> = values.enumerate().map(pack).collect();
    json!({"name": "fleet", "type": "cluster", "cloudType": "aws", "profileVersion": version, "packs": packs})
}

/// A text of values as charts have them: comments, nested objects, lists of named items, blocks, and a password now and then.
fn values(seed: usize, bytes: usize, edits: Edits) -> String {
    let mut text = String::from("# spectrocloud.com/enabled-presets: Backend:disable-api\npack:\n  namespace: demo\n");
    let mut next = 0;
    let mut value = |kind: &str| {
        next += 1;
        let step = match edits {
            Edits::Cluster if next % 97 == 3 => 1,
            Edits::Author if next % 41 == 5 => 2,
            _ => 0,
        };
        // The multiplier of a well-known generator: the numbers only have to differ.
        let number = (next + seed * 7919).wrapping_mul(6_364_136_223_846_793_005) >> 40;
        format!("{kind}{}", number % 10_000 + step * 10_000)
    };
    let mut group = 0;
    while text.len() < bytes {
        group += 1;
        let (replicas, image, tag) = (value(""), value("image-"), value("v1."));
        let (password, first, second, line) = (value("pw-"), value("one-"), value("two-"), value("line "));
        let _ = write!(
            text,
            "\n# The part {group} of the chart, with what it needs.\npart{group}:\n  enabled: true\n  replicas: {replicas} # as many as zones\n  \
             image:\n    repository: registry.example.org/{image}\n    tag: {tag}\n  auth:\n    user: admin\n    password: {password}\n  \
             env:\n    - name: FIRST\n      value: {first}\n    - name: SECOND\n      value: {second}\n  config: |\n    # inner\n    {line}\n  \
             resources: {{limits: {{cpu: 500m, memory: 256Mi}}}}\n"
        );
    }
    text
}
