//! Palette's answers as the documents that every store hands out: a `SpectroCluster` and a `ClusterProfile` (field names from
//! Palette's API description, 4.8).
//!
//! An attached manifest is a reference in a cluster and has its content elsewhere: both are put together here. Its uid is not
//! its content, and changes with each write, so it stands under a name of its own. Variables are listed by name on both
//! sides, so that their order is no difference.

use std::collections::BTreeMap;

use profile_core::{
    field,
    pack::{MANIFEST_UID, TAKES_FIELDS, UPDATE_IS_OFFERED},
};
use serde_json::{Map, Value, json};

/// Marks a document that was read from a list and holds no values.
const SUMMARY: &str = "isSummary";

/// Whether a cluster was read from a list: then it has neither values nor manifests nor what it reports of its packs.
pub(crate) fn is_summary(document: &Value) -> bool {
    document.get(SUMMARY) == Some(&Value::Bool(true))
}

/// A cluster (`v1SpectroCluster`) with the content of its manifests (`v1SpectroClusterProfilesPacksManifests`) and the values
/// of its variables (`v1SpectroClusterVariables[]`).
pub(super) fn cluster(mut document: Value, manifests: &Value, variables: &Value) -> Value {
    mark(&mut document, "SpectroCluster");
    let templates = document.pointer_mut("/spec/clusterProfileTemplates").and_then(Value::as_array_mut);
    for template in templates.into_iter().flatten() {
        keep_content(template);
        let packs = template.get_mut("packs").and_then(Value::as_array_mut);
        for pack in packs.into_iter().flatten().filter_map(Value::as_object_mut) {
            pack.insert(TAKES_FIELDS.into(), true.into());
        }
        let uid = field::text(template, &["uid"]).unwrap_or_default().into_owned();
        let of_profile =
            field::items(manifests, &["profiles"]).map(|(_, it)| it).find(|it| has_uid(it, &["metadata", "uid"], &uid));
        put_contents(template, of_profile.unwrap_or(&Value::Null));
        let items = variables.as_array().into_iter().flatten();
        let own = items.filter(|it| has_uid(it, &["profileUid"], &uid)).flat_map(|it| field::items(it, &["variables"]));
        put_variables(template, own.map(|(_, it)| it));
    }
    document
}

/// A published version (`v1ClusterProfile`) with the content of its manifests (`v1ClusterProfilePacksManifests`) and its
/// variables (`v1Variables`).
pub(super) fn profile(mut document: Value, manifests: &Value, variables: &Value) -> Value {
    mark(&mut document, "ClusterProfile");
    let name = field::text(&document, &["metadata", "name"]).map(|it| it.into_owned());
    let uid = field::text(&document, &["metadata", "uid"]).map(|it| it.into_owned());
    let definitions: Vec<_> = field::items(variables, &["variables"]).map(|(_, it)| it.clone()).collect();
    if let Some(published) = document.pointer_mut("/spec/published").filter(|it| it.is_object()) {
        for (key, text) in [("name", name), ("uid", uid)] {
            if let (Some(text), Some(fields)) = (text, published.as_object_mut())
                && field::text(&Value::Object(fields.clone()), &[key]).is_none()
            {
                fields.insert(key.into(), text.into());
            }
        }
        keep_content(published);
        put_contents(published, manifests);
        put_variables(published, definitions.iter());
    }
    if let (Some(spec), false) = (document.get_mut("spec").and_then(Value::as_object_mut), definitions.is_empty()) {
        spec.insert("variables".into(), definitions.into());
    }
    document
}

/// A version (`v1ClusterProfile`) as far as a list shows it.
pub(super) fn profile_listed(document: &Value) -> Value {
    let (metadata, spec) = (document.get("metadata"), document.get("spec"));
    profile_summary(&json!({"metadata": metadata, "specSummary": spec}))
}

/// A version as a list names it (`v1ClusterProfileMetadata`): its content is not read.
pub(super) fn named(item: &Value) -> Value {
    json!({
        "apiVersion": API, "kind": "ClusterProfile", SUMMARY: true, "metadata": item.get("metadata"),
        "spec": {"version": field::text(item, &["spec", "version"])},
    })
}

/// A version in a list of summaries (`v1ClusterProfileSummary`): its packs without their values.
pub(super) fn profile_summary(item: &Value) -> Value {
    let (name, uid) = (field::text(item, &["metadata", "name"]), field::text(item, &["metadata", "uid"]));
    let published = field::at(item, &["specSummary", "published"]).map(|it| {
        let packs: Vec<_> = field::items(it, &["packs"]).map(|(_, pack)| pack_summary(pack)).collect();
        json!({"name": name, "uid": uid, "type": it.get("type"), "cloudType": it.get("cloudType"), "packs": packs})
    });
    json!({
        "apiVersion": API, "kind": "ClusterProfile", SUMMARY: true, "metadata": {"name": name, "uid": uid},
        "spec": {"version": field::text(item, &["specSummary", "version"]), "published": published},
    })
}

/// A cluster in a list of summaries (`v1SpectroClusterSummary`), which say of each profile its uid and not its version.
pub(super) fn cluster_summary(item: &Value) -> Value {
    let template = |it: &Value| {
        let packs: Vec<_> = field::items(it, &["packs"]).map(|(_, pack)| pack_summary(pack)).collect();
        json!({
            "uid": it.get("uid"), "name": it.get("name"), "type": it.get("type"), "packs": packs,
        })
    };
    let listed = field::items(item, &["specSummary", "clusterProfileTemplates"]).map(|(_, it)| template(it));
    let templates: Vec<_> = listed.collect();
    let status = field::at(item, &["status"]);
    let of_status = |key: &str| status.and_then(|it| it.get(key)).cloned().unwrap_or_default();
    json!({
        "apiVersion": API, "kind": "SpectroCluster", SUMMARY: true, "metadata": metadata(item.get("metadata")),
        "spec": {
            "cloudType": field::text(item, &["specSummary", "cloudConfig", "cloudType"]), "clusterProfileTemplates": templates,
        },
        "status": {"state": of_status("state"), "notifications": of_status("notifications"), "repave": of_status("repave")},
    })
}

/// Puts the versions of the profiles, by their uids, into a summary.
pub(super) fn put_versions(cluster: &mut Value, versions: &BTreeMap<String, String>) {
    let templates = cluster.pointer_mut("/spec/clusterProfileTemplates").and_then(Value::as_array_mut);
    for template in templates.into_iter().flatten().filter_map(Value::as_object_mut) {
        let version = template.get("uid").and_then(Value::as_str).and_then(|uid| versions.get(uid));
        let version = version.map(|it| ("profileVersion".to_owned(), Value::from(it.as_str())));
        template.extend(version);
    }
}

/// A cluster of which a list says the name, the uid and the labels (`v1ObjectMeta`).
pub(super) fn cluster_name(item: &Value) -> Value {
    json!({"apiVersion": API, "kind": "SpectroCluster", SUMMARY: true, "metadata": metadata(Some(item))})
}

/// Puts into a cluster that updates are offered of the profiles with these uids; of all where that is not told.
pub(super) fn put_offers(cluster: &mut Value, uids: &[String]) {
    let templates = cluster.pointer_mut("/spec/clusterProfileTemplates").and_then(Value::as_array_mut);
    for template in templates.into_iter().flatten() {
        let uid = field::text(template, &["uid"]).unwrap_or_default().into_owned();
        if uids.is_empty() || uids.contains(&uid) {
            template[UPDATE_IS_OFFERED] = true.into();
        }
    }
}

/// Puts Palette's flags of one pack (`v1PackConfigSpec`) into a cluster, as far as they say that nothing is overridden.
pub(super) fn put_flags(cluster: &mut Value, (uid, pack): (&str, &str), config: &Value) {
    let templates = cluster.pointer_mut("/spec/clusterProfileTemplates").and_then(Value::as_array_mut);
    let templates = templates.into_iter().flatten().filter(|it| has_uid(it, &["uid"], uid));
    let packs = templates.filter_map(|it| it.get_mut("packs")?.as_array_mut()).flatten();
    for pack in packs.filter(|it| has_uid(it, &["name"], pack)) {
        if config.get("isValuesOverridden") == Some(&Value::Bool(false)) {
            pack["isValuesOverridden"] = false.into();
        }
        let manifests = pack.get_mut("manifests").and_then(Value::as_array_mut);
        for manifest in manifests.into_iter().flatten() {
            let name = field::text(manifest, &["name"]).unwrap_or_default().into_owned();
            let mut told =
                field::items(config, &["manifests"]).map(|(_, it)| it).filter(|it| has_uid(it, &["name"], &name));
            // Of several of one name none is told from the others.
            if let (Some(told), None) = (told.next(), told.next())
                && told.get("isOverridden") == Some(&Value::Bool(false))
            {
                manifest["isOverridden"] = false.into();
            }
        }
    }
}

/// Puts the packs that an update brings at another version (`v1ClusterProfileTemplate`) into what is published. All others are
/// as the profile has them: what an update says of their values may hold the cluster's own.
pub(super) fn put_update(published: &mut Value, pending: &Value) {
    let packs = published.pointer_mut("/spec/published/packs").and_then(Value::as_array_mut);
    for pack in packs.into_iter().flatten() {
        let name = field::text(pack, &["name"]).unwrap_or_default().into_owned();
        let found = field::items(pending, &["packs"]).map(|(_, it)| it).find(|it| has_uid(it, &["name"], &name));
        let Some(found) = found else { continue };
        let version = |it: &Value| field::text(it, &["version"]).map(|it| it.into_owned());
        if version(found).is_none() || version(found) == version(pack) {
            continue;
        }
        let manifests = pack.get("manifests").cloned();
        *pack = found.clone();
        // The references have no content; what the profile attaches stays attached.
        if let (Some(manifests), Some(fields)) = (manifests, pack.as_object_mut()) {
            fields.insert("manifests".into(), manifests);
        }
    }
}

const API: &str = "cluster.spectrocloud.com/v1";

fn metadata(meta: Option<&Value>) -> Value {
    let keys = ["name", "uid", "labels", "creationTimestamp", "deletionTimestamp"];
    let kept =
        keys.into_iter().filter_map(|key| Some((key.to_owned(), meta?.get(key).filter(|it| !it.is_null())?.clone())));
    Value::Object(kept.collect::<Map<_, _>>())
}

fn pack_summary(pack: &Value) -> Value {
    let keys = ["name", "layer", "type", "version", "tag"];
    let kept =
        keys.into_iter().filter_map(|key| Some((key.to_owned(), pack.get(key).filter(|it| !it.is_null())?.clone())));
    Value::Object(kept.collect())
}

fn mark(document: &mut Value, kind: &str) {
    if let Some(fields) = document.as_object_mut() {
        // Palette's own words for them differ from one endpoint to another.
        fields.insert("apiVersion".into(), API.into());
        fields.insert("kind".into(), kind.into());
    }
}

/// Leaves of an attached or a published profile what identifies it and what it holds. How Palette finds its packs is its own
/// affair, and may be secret (`packServerSecret`).
fn keep_content(profile: &mut Value) {
    const KEPT: [&str; 7] = ["uid", "name", "type", "cloudType", "profileVersion", "packs", "variables"];
    if let Some(fields) = profile.as_object_mut() {
        fields.retain(|key, _| KEPT.contains(&key.as_str()));
    }
}

fn has_uid(item: &Value, path: &[&str], uid: &str) -> bool {
    field::text(item, path).is_some_and(|it| it == uid)
}

/// Puts the content of the manifests that `contents` knows into the packs of `profile`. Both list those of one pack by name,
/// and several of one name in the same order.
fn put_contents(profile: &mut Value, contents: &Value) {
    let packs = profile.get_mut("packs").and_then(Value::as_array_mut);
    for pack in packs.into_iter().flatten() {
        let name = field::text(pack, &["name"]).unwrap_or_default().into_owned();
        let known: Vec<&Value> = field::items(contents, &["spec", "packs"])
            .map(|(_, it)| it)
            .filter(|it| has_uid(it, &["spec", "name"], &name))
            .flat_map(|it| field::items(it, &["spec", "manifests"]))
            .map(|(_, it)| it)
            .collect();
        let mut met: BTreeMap<String, usize> = BTreeMap::new();
        let manifests = pack.get_mut("manifests").and_then(Value::as_array_mut);
        for manifest in manifests.into_iter().flatten() {
            let name = field::text(manifest, &["name"]).unwrap_or_default().into_owned();
            let count = met.entry(name.clone()).or_default();
            let of_name: Vec<_> = known.iter().filter(|it| has_uid(it, &["name"], &name)).collect();
            let found = of_name.get(*count);
            let uid = found.and_then(|it| it.get("uid")).or_else(|| manifest.get("uid")).cloned();
            let mut put = json!({"name": name, MANIFEST_UID: uid});
            if let Some(found) = found {
                // A server in Go leaves out a text that is empty.
                put["content"] = found.get("content").filter(|it| it.is_string()).cloned().unwrap_or_else(|| "".into());
            }
            *manifest = put;
            *count += 1;
        }
    }
}

/// Puts the variables that an export defines beside its content into that content, where a cluster's copy has them.
pub(crate) fn with_variables(mut document: Value) -> Value {
    let definitions: Vec<_> = field::items(&document, &["spec", "variables"]).map(|(_, it)| it.clone()).collect();
    for place in ["/spec/published", "/spec/template"] {
        if let Some(content) = document.pointer_mut(place).filter(|it| it.is_object() && it.get("variables").is_none())
        {
            put_variables(content, definitions.iter());
        }
    }
    document
}

/// Puts variables into a profile: their names, the default of the version, and the value that a cluster sets. A value that
/// equals the default is none of its own.
fn put_variables<'v>(profile: &mut Value, variables: impl Iterator<Item = &'v Value>) {
    let mut all: Vec<_> = variables
        .map(|variable| {
            let text = |key: &str| field::text(variable, &[key]).map(|it| Value::from(it.into_owned()));
            let (default, value) = (text("defaultValue"), text("value"));
            let (default, value) = (default.as_ref(), value.as_ref());
            let is_set = |it: &&Value| it.as_str().is_some_and(|it| !it.is_empty());
            let mut fields = Map::new();
            fields.insert("name".into(), variable.get("name").cloned().unwrap_or_default());
            let own = value.filter(is_set).filter(|value| Some(*value) != default);
            let sensitive = variable.get("isSensitive").filter(|it| **it == Value::Bool(true));
            for (key, it) in [("defaultValue", default.filter(is_set)), ("value", own), ("isSensitive", sensitive)] {
                fields.extend(it.map(|it| (key.to_owned(), it.clone())));
            }
            Value::Object(fields)
        })
        .collect();
    all.sort_by_key(|it| field::text(it, &["name"]).map(|it| it.into_owned()));
    if let (Some(fields), false) = (profile.as_object_mut(), all.is_empty()) {
        fields.insert("variables".into(), all.into());
    }
}

#[cfg(test)]
mod tests {
    use profile_core::{cluster::Cluster, profile::PublishedProfile};

    use super::*;

    fn contents(text: &str, uid: &str) -> Value {
        json!({"metadata": {"uid": "p1"}, "spec": {"packs": [
            {"metadata": {}, "spec": {"name": "app", "manifests": [{"name": "m", "content": text, "uid": uid}]}},
        ]}})
    }

    fn attached() -> Value {
        json!({"kind": "spectrocluster", "metadata": {"name": "c", "uid": "c1"}, "spec": {"clusterProfileTemplates": [
            {"uid": "p1", "name": "p", "packs": [{"name": "app", "layer": "addon", "manifests": [
                {"kind": "manifest", "name": "m", "uid": "m1"}, {"name": "unseen", "uid": "m2"},
            ]}]},
        ]}})
    }

    #[test]
    fn a_manifest_gets_its_content_and_its_uid_is_no_content() {
        let one = cluster(attached(), &json!({"profiles": [contents("kind: A", "m1")]}), &json!([]));
        let pack = &one["spec"]["clusterProfileTemplates"][0]["packs"][0];
        assert_eq!(pack["manifests"][0], json!({"name": "m", "content": "kind: A", "manifestUid": "m1"}));
        assert_eq!(pack["manifests"][1], json!({"name": "unseen", "manifestUid": "m2"}));
        let other = cluster(attached(), &json!({"profiles": [contents("kind: A", "m9")]}), &json!([]));
        let content = |it: &Value| profile_core::content::Content::of(&Cluster::new(it)).hash();
        assert_eq!(content(&one), content(&other));
        assert_eq!(one["kind"], "SpectroCluster");
    }

    #[test]
    fn variables_stand_in_the_order_of_their_names_with_what_the_cluster_sets() {
        let answer = json!([{"profileUid": "p1", "variables": [
            {"name": "z", "defaultValue": "1", "value": "1", "required": true},
            {"name": "a", "defaultValue": "1", "value": "2", "isSensitive": true},
            {"name": "m", "value": ""},
        ]}, {"profileUid": "other", "variables": [{"name": "no"}]}]);
        let cluster = cluster(attached(), &json!({}), &answer);
        assert_eq!(
            cluster["spec"]["clusterProfileTemplates"][0]["variables"],
            json!([
                {"name": "a", "defaultValue": "1", "value": "2", "isSensitive": true},
                {"name": "m"},
                {"name": "z", "defaultValue": "1"},
            ])
        );
    }

    #[test]
    fn a_published_version_is_what_a_cluster_takes() {
        let answer = json!({"metadata": {"name": "p", "uid": "p1"}, "spec": {"version": "1.0.0", "published": {"packs": [
            {"name": "app", "manifests": [{"name": "m", "uid": "m1"}]},
        ]}}});
        let variables = json!({"variables": [{"name": "region", "defaultValue": "eu", "required": true}]});
        let document = profile(answer, &contents("kind: A", "m1"), &variables);
        let view = PublishedProfile::new(&document);
        assert_eq!((view.reference(), view.uid().unwrap().into_owned()), ("p@1.0.0".into(), "p1".into()));
        let content = view.content().unwrap().raw().clone();
        assert_eq!(content["packs"][0]["manifests"][0]["content"], "kind: A");
        assert_eq!(content["variables"], json!([{"name": "region", "defaultValue": "eu"}]));
        assert_eq!(document["spec"]["variables"][0]["required"], true);
    }

    #[test]
    fn a_summary_has_the_versions_and_no_values() {
        let item = json!({
            "metadata": {"name": "c", "uid": "c1", "labels": {"env": "prod"}, "annotations": {"x": "y"}},
            "specSummary": {"cloudConfig": {"cloudType": "aws"}, "clusterProfileTemplates": [
                {"uid": "p1", "name": "p", "packs": [{"name": "k", "layer": "k8s", "version": "1.31.1", "values": "big"}]},
            ]},
            "status": {"state": "Running", "notifications": {"isAvailable": true}},
        });
        let mut document = cluster_summary(&item);
        put_versions(&mut document, &[("p1".into(), "1.0.0".into())].into());
        assert!(is_summary(&document) && !is_summary(&attached()));
        let view = Cluster::new(&document);
        assert_eq!(view.profiles()[0].version().as_deref(), Some("1.0.0"));
        assert!(!document.to_string().contains("big") && !document.to_string().contains("annotations"));
        assert_eq!(document["metadata"]["labels"]["env"], "prod");
    }
}
