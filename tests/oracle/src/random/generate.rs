//! Makes random clusters, biased towards what the rules look at.

use super::{
    choices::Choices,
    world::{Field, List, Manifest, Pack, Reported, Template, World, is_layer},
};

/// A cluster.
pub fn world(choices: &mut Choices) -> World {
    let mut infra = vec![pack(choices, "k8s")];
    for (layer, percent) in [("cni", 60), ("os", 30), ("csi", 20), ("k8s", 15), ("addon", 15)] {
        if choices.chance(percent) {
            infra.push(pack(choices, layer));
        }
    }
    if choices.chance(8) {
        infra.remove(0);
    }
    choices.shuffle(&mut infra);
    let mut templates = vec![template(choices, infra)];
    for _ in 0..choices.one_of(&[0, 0, 0, 1, 1, 2]) {
        let layers: &[&str] = choices.one_of(&[&["addon"], &["addon", "k8s"], &["cni"], &["k8s"], &[], &["csi", "os"]]);
        let packs = layers.iter().map(|layer| pack(choices, layer)).collect();
        templates.push(template(choices, packs));
    }
    let templates = list(choices, templates);
    let mut world = World {
        deletion_timestamp: rarely(choices, 3, &["2026-09-30T12:00:00Z", "", "soon"]),
        label: Field::Absent,
        cloud_type: some_text(choices, &["aws", "edge-native", "edge", "vsphere", "Edge-Native", ""]),
        cluster_type: some_text(choices, &IMPORTED_OR_NOT),
        state: state(choices),
        templates,
        reported: List::Absent,
    };
    let reported = reports(choices, &world);
    world.reported = list(choices, reported);
    world
}

/// Mostly not imported, because the Kubernetes rules say nothing of imported clusters.
const IMPORTED_OR_NOT: [&str; 12] = {
    let managed = "PureManage";
    [managed, managed, managed, managed, managed, managed, managed, managed, "", "x-Alloy", "Alloy", "AlloyMonitor"]
};

/// Layers as they are written, also oddly.
pub const LAYERS: [&str; 7] = ["addon", "k8s", "cni", "os", "csi", "K8S", " cni "];

/// Versions that lie close together, so that every relation of two of them is frequent.
const LADDER: [&str; 16] = [
    "1.30.0", "1.30.4", "1.31.0", "1.31.2", "1.32.0", "1.32.5", "1.29.4", "1.33.1", "1.31", "1.30", "1.32", "1.28.9",
    "1.34.0", "2.0.1", "2.31.0", "1.9.3",
];

/// Readable versions in other clothes.
const DRESSED: [&str; 16] = [
    "v1.31.0",
    "v1.30",
    "1.31.0+k3s1",
    "1.31.0-rke2r1",
    "1.31.2+rke2r1",
    "1.32.0-rc.1",
    "1.32.0-rc.10",
    "1.32.0-rc.2",
    "1.32.0-beta.0",
    "1.32.0-alpha.3",
    "1.30.0-rc1",
    "01.030.00",
    "1.31-rc.1",
    "v1.32.0+k3s1",
    "0.31.0",
    "1.18446744073709551615.0",
];

/// Versions that nobody can read.
const GARBAGE: [&str; 18] = [
    "banana",
    "1.33.x",
    "1.31.0.1",
    " 1.31.0",
    "1.31.0 ",
    "1",
    "1.",
    "1.31.",
    "v",
    ".31",
    "1.31.0-",
    "1.31.0+",
    "1.18446744073709551616.0",
    "V1.31.0",
    "vv1.31.0",
    "-1.31.0",
    "1.31.0x",
    "1..31",
];

/// A version of any kind, in any type.
pub fn version(choices: &mut Choices) -> Field {
    match choices.below(40) {
        0..=27 => choices.one_of(&LADDER).into(),
        28..=32 => choices.one_of(&DRESSED).into(),
        33..=34 => choices.one_of(&GARBAGE).into(),
        35 => Field::Decimal(choices.one_of(&[1.31, 1.3, 1.32, 1.305, 2.0, 1e30, -1.31])),
        36 => Field::Integer(choices.one_of(&[1, 0, u64::MAX])),
        37 => choices.one_of(&["".into(), Field::Null]),
        38 => Field::Absent,
        _ => choices.one_of(&[Field::Truth(true), Field::Object]),
    }
}

/// A pack of this layer.
pub fn pack(choices: &mut Choices, layer: &str) -> Pack {
    let written = match (layer, choices.below(50)) {
        ("k8s", 49) => "K8S",
        ("cni", 49) => " cni",
        _ => layer,
    };
    let with_tag = choices.chance(20);
    Pack {
        name: name(choices, layer),
        layer: written.into(),
        kind: rarely(choices, 20, &["spectro", "oci"]),
        version: version(choices),
        tag: if with_tag { tag(choices) } else { Field::Absent },
        values: values(choices),
        params: Field::Absent,
        manifests: if choices.chance(15) { manifests(choices) } else { List::Absent },
    }
}

/// A tag, concrete or not.
pub fn tag(choices: &mut Choices) -> Field {
    some_text(choices, &["1.31.x", "1.31.0", "1.30.4", "1.x", "*", "banana"])
}

/// The name of a pack of this layer.
pub fn name(choices: &mut Choices, layer: &str) -> Field {
    if choices.chance(2) {
        return choices.one_of(&[Field::Absent, Field::Null, Field::Integer(7), Field::Object]);
    }
    let names: &[&str] = match layer {
        "k8s" => &["kubernetes", "kubernetes", "edge-k3s", "edge-rke2"],
        "cni" => &["cni-calico", "antrea", "cilium"],
        "os" => &["ubuntu", "edge-native-byoi"],
        "csi" => &["csi-aws", "longhorn"],
        _ => &["hello-universe", "cni-multus", "kubernetes"],
    };
    choices.one_of(names).into()
}

/// The values of a pack.
pub fn values(choices: &mut Choices) -> Field {
    rarely(choices, 40, &["a: 1\n", "a: 2\n", "# a: 1\n", ""])
}

/// The manifests of a pack.
pub fn manifests(choices: &mut Choices) -> List<Manifest> {
    let count = choices.below(3);
    let manifests = (0..count)
        .map(|_| Manifest {
            kind: rarely(choices, 30, &["Manifest"]),
            name: some_text(choices, &["m1", "m2"]),
            uid: rarely(choices, 30, &["u1", "u2"]),
            content: rarely(choices, 20, &["kind: Pod\n", "kind: Job\n"]),
        })
        .collect();
    list(choices, manifests)
}

/// A profile with these packs.
pub fn template(choices: &mut Choices, packs: Vec<Pack>) -> Template {
    Template {
        uid: some_text(choices, &["u1", "u2"]),
        name: some_text(choices, &["infra", "apps"]),
        kind: rarely(choices, 20, &["infra", "add-on"]),
        profile_version: some_text(choices, &["1.0.0", "1.1.0"]),
        variables: Field::Absent,
        packs: list(choices, packs),
    }
}

/// The state of a cluster.
pub fn state(choices: &mut Choices) -> Field {
    let states =
        ["Running", "Running", "Running", "Provisioning", "provisioning", "PROVISIONING", "Pending", "Unknown", ""];
    some_text(choices, &states)
}

/// What a cluster reports about its packs: mostly about those that it has.
pub fn reports(choices: &mut Choices, world: &World) -> Vec<Reported> {
    let mut reports = Vec::new();
    for template in world.templates.items() {
        for pack in template.packs.items() {
            let percent = if is_layer(pack, "k8s") { 70 } else { 10 };
            if choices.chance(percent) {
                let version = if choices.chance(60) { version(choices) } else { pack.version.clone() };
                reports.push(report(choices, pack.name.clone(), version, &template.uid));
            }
        }
    }
    for _ in 0..choices.one_of(&[0, 0, 0, 1, 2]) {
        let (name, version) = (name(choices, "k8s"), version(choices));
        reports.push(report(choices, name, version, &"u3".into()));
    }
    choices.shuffle(&mut reports);
    reports
}

fn report(choices: &mut Choices, name: Field, version: Field, uid: &Field) -> Reported {
    let conditions = ["Ready", "Ready", "Installed", "UpgradeAvailable", "Error", "WaitingForOtherLayers", "", "ready"];
    let uids = [uid.clone(), Field::Absent, "u1".into(), "u2".into()];
    Reported {
        name,
        version,
        profile_uid: choices.one_of(&uids),
        condition: some_text(choices, &conditions),
        condition_status: some_text(choices, &["True", "True", "False", "", "false", "Unknown"]),
    }
}

/// One of `options`, and now and then something that is no text.
pub fn some_text(choices: &mut Choices, options: &[&str]) -> Field {
    match choices.below(40) {
        39 => Field::Null,
        38 => Field::Absent,
        37 => choices.one_of(&[Field::Integer(5), Field::Truth(false), Field::Object, Field::Decimal(0.5)]),
        _ => choices.one_of(options).into(),
    }
}

/// One of `options` in about `percent` of a hundred cases, else nothing.
pub fn rarely(choices: &mut Choices, percent: usize, options: &[&str]) -> Field {
    if choices.chance(percent) { some_text(choices, options) } else { Field::Absent }
}

/// The list, and now and then something else in its place.
pub fn list<T>(choices: &mut Choices, items: Vec<T>) -> List<T> {
    match choices.below(100) {
        97 => List::Absent,
        98 => List::Null,
        99 => List::Text,
        _ => List::Items(items),
    }
}
