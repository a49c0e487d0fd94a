//! The packs of the sandbox, with the values that the sample profiles give them: rendered here as by real Helm.

use std::{collections::BTreeSet, fs};

use profile_core::{render::PackManifest, yaml};
use profile_sandbox::samples;
use serde_json::Value;

use crate::helm::compare;

#[test]
fn the_manifests_of_every_sample_pack_are_rendered_as_by_helm() {
    let profiles = samples::objects().unwrap().into_iter().filter(|it| it["kind"] == "ClusterProfile");
    let packs: Vec<Value> =
        profiles.flat_map(|it| it["spec"]["published"]["packs"].as_array().cloned().unwrap_or_default()).collect();
    let mut compared = BTreeSet::new();
    for entry in fs::read_dir(samples::packs_dir()).unwrap() {
        let dir = entry.unwrap().path();
        let manifest = PackManifest::parse(&fs::read(dir.join("pack.json")).unwrap()).unwrap();
        // The pack's own values, and those of every version of a profile that attaches it, with its presets on or off.
        let defaults = fs::read_to_string(dir.join("values.yaml")).unwrap();
        let attached = packs.iter().filter(|it| it["name"] == manifest.name && it["version"] == manifest.version);
        let texts: BTreeSet<String> =
            attached.filter_map(|it| it["values"].as_str().map(str::to_owned)).chain([defaults]).collect();
        for (path, name) in manifest.kube_manifests.iter().zip(manifest.manifest_names()) {
            let template = fs::read_to_string(dir.join(path)).unwrap();
            for values in &texts {
                let values = yaml::parse(values).unwrap()["manifests"][&name].clone();
                compare(&template, &values);
                compared.insert((name.clone(), values.to_string()));
            }
        }
    }
    assert!(compared.len() > 4, "too little is compared: {compared:?}");
}
