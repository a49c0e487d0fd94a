//! The samples say what the tour and the README need them to say.

use std::collections::BTreeMap;

use profile_core::{
    cluster::Cluster,
    profile::{AttachedProfile, PublishedProfile},
    render::render_pack,
};

use super::*;
use crate::packs::Packs;

fn published(name: &str) -> Value {
    object("ClusterProfile", name).unwrap()
}

fn rendered(profile: &AttachedProfile<'_>) -> Vec<String> {
    let packs = Packs::read(&packs_dir()).unwrap();
    let objects = profile.packs().into_iter().flat_map(|pack| render_pack(&pack, packs.of(&pack)).unwrap().objects);
    objects.map(|object| object.identity.to_string()).collect()
}

#[test]
fn a_cluster_holds_a_copy_of_what_is_published() {
    for (cluster, profile) in [("shop-aws", "hello-aws-1.0.0"), ("store-edge", "hello-edge-1.0.0")] {
        let cluster = object("SpectroCluster", cluster).unwrap();
        assert_eq!(cluster["spec"]["clusterProfileTemplates"], json!([published(profile)["spec"]["published"]]));
    }
}

#[test]
fn a_cluster_reports_every_pack_it_has() {
    for cluster in ["shop-aws", "store-edge"] {
        let cluster = object("SpectroCluster", cluster).unwrap();
        let cluster = Cluster::new(&cluster);
        let own = |profile: &AttachedProfile<'_>| profile.uid().map(|uid| uid.into_owned());
        let expected: Vec<_> = cluster
            .profiles()
            .iter()
            .flat_map(|it| {
                it.packs()
                    .into_iter()
                    .map(|pack| (pack.name().into_owned(), pack.version().map(|v| v.into_owned()), own(it)))
            })
            .collect();
        let reported: Vec<_> = cluster
            .pack_statuses()
            .into_iter()
            .filter(|status| status.is_reconciled())
            .map(|it| {
                (it.name.into_owned(), it.version.map(|v| v.into_owned()), it.profile_uid.map(|v| v.into_owned()))
            })
            .collect();
        assert_eq!(reported, expected);
    }
}

#[test]
fn every_text_that_looks_like_a_number_is_quoted() {
    for object in objects().unwrap() {
        let mut versions = BTreeMap::new();
        collect(&object, "", &mut versions);
        for (path, value) in versions {
            assert!(value.is_string(), "{path}: {value}");
        }
    }
}

fn collect(value: &Value, path: &str, found: &mut BTreeMap<String, Value>) {
    let children: Vec<(String, &Value)> = match value {
        Value::Object(fields) => fields.iter().map(|(key, value)| (key.clone(), value)).collect(),
        Value::Array(items) => items.iter().enumerate().map(|(index, item)| (index.to_string(), item)).collect(),
        _ => return,
    };
    for (key, child) in children {
        let path = format!("{path}/{key}");
        if ["uid", "packUid", "profileUid", "version", "profileVersion", "tag"].contains(&key.as_str()) {
            found.insert(path.clone(), child.clone());
        }
        collect(child, &path, found);
    }
}

#[test]
fn the_preset_moves_the_workload_and_leaves_an_orphan() {
    let off = published("hello-aws-1.0.0");
    let on = published("hello-aws-1.1.0");
    let off = rendered(&PublishedProfile::new(&off).content().unwrap());
    let on = rendered(&PublishedProfile::new(&on).content().unwrap());
    for orphan in ["Deployment/hello-universe-deployment", "Service/hello-universe-service"] {
        assert!(off.iter().any(|it| it == orphan) && !on.iter().any(|it| it == orphan), "{orphan}: {off:?} {on:?}");
    }
    for fresh in ["Deployment/ui", "Deployment/api", "Deployment/postgres"] {
        assert!(!off.iter().any(|it| it == fresh) && on.iter().any(|it| it == fresh), "{fresh}: {off:?} {on:?}");
    }
}

#[test]
fn every_published_version_renders() {
    for profile in objects().unwrap().iter().filter(|it| it["kind"] == "ClusterProfile") {
        let profile = PublishedProfile::new(profile);
        assert!(rendered(&profile.content().unwrap()).len() > 3, "{}", profile.reference());
    }
}
