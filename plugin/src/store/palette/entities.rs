//! What is sent to Palette: the profiles of a cluster as its API takes them (`v1SpectroClusterProfiles`,
//! `v1SpectroClusterPacksEntity`, `v1ClusterNotificationUpdateEntity`).
//!
//! Every pack goes with its values and every manifest with its content: what is left out is lost.

use profile_core::{content::Content, field, merge::is_mask, pack::MANIFEST_UID, profile::AttachedProfile};
use serde_json::{Map, Value, json};

/// How a change reaches Palette.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Manner {
    /// It takes over an in-place edit, which also moves the versions of packs.
    pub(crate) is_update: bool,
    /// The cluster downloads it and waits before it installs.
    pub(crate) is_staged: bool,
}

/// The attached profiles that differ between two documents of one cluster, before and after.
pub(super) fn changed<'d>(before: &'d Value, after: &'d Value) -> Vec<(Option<&'d Value>, &'d Value)> {
    let (before, after) = (templates(before), templates(after));
    let same = |it: &Value, other: &Value| {
        let of = |raw| Content::of_profiles(&[AttachedProfile::new(raw, String::new())]).hash();
        of(it) == of(other)
    };
    let pairs = after.iter().enumerate().map(|(at, template)| (before.get(at), template));
    pairs.filter(|(before, after)| before.is_none_or(|before| !same(before, after))).collect()
}

fn templates(document: &Value) -> &[Value] {
    let found = document.pointer("/spec/clusterProfileTemplates").and_then(Value::as_array);
    found.map(Vec::as_slice).unwrap_or_default()
}

/// The body of a PATCH of the cluster's profiles, and of the questions that Palette judges it by beforehand.
pub(super) fn profiles(before: &Value, after: &Value) -> Value {
    let entities: Vec<_> = changed(before, after).into_iter().map(|(before, after)| entity(before, after)).collect();
    json!({ "profiles": entities })
}

/// The same as what takes over an in-place edit.
pub(super) fn updates(before: &Value, after: &Value) -> Value {
    let of = |(_, after): (Option<&Value>, &Value)| {
        let packs: Vec<_> = field::items(after, &["packs"]).map(|(_, pack)| updated_pack(pack)).collect();
        json!({"uid": after.get("uid"), "packs": packs})
    };
    json!({ "profiles": changed(before, after).into_iter().map(of).collect::<Vec<_>>() })
}

/// The body with how it is applied.
pub(super) fn applied(mut body: Value, manner: Manner) -> Value {
    let action = if manner.is_staged { "DownloadAndInstallLater" } else { "DownloadAndInstall" };
    if let Some(fields) = body.as_object_mut() {
        fields.insert("spcApplySettings".into(), json!({ "actionType": action }));
    }
    body
}

fn entity(before: Option<&Value>, after: &Value) -> Value {
    let mut entity = Map::new();
    entity.insert("uid".into(), after.get("uid").cloned().unwrap_or_default());
    let former = before.and_then(|it| it.get("uid")).filter(|uid| Some(*uid) != after.get("uid"));
    let is_replaced = former.is_some();
    // Without it Palette attaches the version beside the one that is there.
    entity.extend(former.map(|uid| ("replaceWithProfile".to_owned(), uid.clone())));
    let packs: Vec<_> = field::items(after, &["packs"]).map(|(_, pack)| Value::Object(pack_values(pack))).collect();
    entity.insert("packValues".into(), packs.into());
    // Another version gets all of them. Where the version stays, what is not sent stays as it is, too.
    let is_new = |it: &Value| {
        let name = field::text(it, &["name"]);
        let had = before.map(|it| field::items(it, &["variables"])).into_iter().flatten().map(|(_, it)| it);
        let is_kept =
            had.filter(|it| field::text(it, &["name"]) == name).any(|had| had.get("value") == it.get("value"));
        is_replaced || !is_kept
    };
    let variables = field::items(after, &["variables"]).map(|(_, it)| it).filter(|it| is_new(it));
    let variables: Vec<_> = variables.filter_map(variable).collect();
    if !variables.is_empty() {
        entity.insert("variables".into(), variables.into());
    }
    Value::Object(entity)
}

/// A variable with the value that it is to have: what was shown is what is written, whatever Palette would make of a gap. One
/// that is masked is left as it is.
fn variable(item: &Value) -> Option<Value> {
    let value = item.get("value").or_else(|| item.get("defaultValue"))?;
    if value.as_str().is_some_and(is_mask) {
        return None;
    }
    Some(json!({"name": item.get("name"), "value": value}))
}

/// Fields of a pack that both bodies have (`v1PackValuesEntity`).
fn pack_values(pack: &Value) -> Map<String, Value> {
    let mut fields = Map::new();
    let text = |key: &str| pack.get(key).filter(|it| it.as_str().is_some_and(|it| !it.is_empty())).cloned();
    fields.insert("name".into(), pack.get("name").cloned().unwrap_or_default());
    fields.extend(text("tag").or_else(|| text("version")).map(|it| ("tag".to_owned(), it)));
    fields.extend(text("type").map(|it| ("type".to_owned(), it)));
    fields.insert("values".into(), text("values").unwrap_or_else(|| "".into()));
    let manifests: Vec<_> = field::items(pack, &["manifests"]).filter_map(|(_, it)| manifest(it)).collect();
    if !manifests.is_empty() {
        fields.insert("manifests".into(), manifests.into());
    }
    fields
}

/// The manifests of what is to be written whose content was not visible: written without, they would be emptied.
pub(super) fn unseen(before: &Value, after: &Value) -> Vec<String> {
    let of_pack = |pack: &Value| {
        let name = field::text(pack, &["name"]).unwrap_or_default().into_owned();
        let all = field::items(pack, &["manifests"]).filter(|(_, it)| it.get("content").is_none());
        let names = all.map(|(_, it)| format!("{name}/{}", field::text(it, &["name"]).unwrap_or_default()));
        names.collect::<Vec<_>>()
    };
    let changed = changed(before, after).into_iter().flat_map(|(_, it)| field::items(it, &["packs"]));
    changed.flat_map(|(_, pack)| of_pack(pack)).collect()
}

/// Packs and manifests of what is to be written that share a name with another one.
pub(super) fn named_twice(before: &Value, after: &Value) -> Vec<String> {
    let mut twice = Vec::new();
    for (_, profile) in changed(before, after) {
        let packs: Vec<_> = field::items(profile, &["packs"]).map(|(_, it)| it).collect();
        let name = |it: &Value| field::text(it, &["name"]).unwrap_or_default().into_owned();
        for (at, pack) in packs.iter().enumerate() {
            if packs[..at].iter().any(|it| name(it) == name(pack)) {
                twice.push(name(pack));
            }
            let manifests: Vec<_> = field::items(pack, &["manifests"]).map(|(_, it)| it).collect();
            let doubles = manifests
                .iter()
                .enumerate()
                .filter(|(at, it)| manifests[..*at].iter().any(|other| name(other) == name(it)));
            twice.extend(doubles.map(|(_, it)| format!("{}/{}", name(pack), name(it))));
        }
    }
    twice
}

/// A manifest with its content.
fn manifest(item: &Value) -> Option<Value> {
    let content = item.get("content").filter(|it| it.is_string())?;
    let mut fields = Map::new();
    fields.insert("name".into(), item.get("name").cloned().unwrap_or_default());
    fields.insert("content".into(), content.clone());
    let uid = item.get(MANIFEST_UID).filter(|it| it.as_str().is_some_and(|it| !it.is_empty()));
    fields.extend(uid.map(|it| ("uid".to_owned(), it.clone())));
    Some(Value::Object(fields))
}

/// `v1PackManifestUpdateEntity`
fn updated_pack(pack: &Value) -> Value {
    let mut fields = pack_values(pack);
    for (key, source) in [("layer", "layer"), ("registryUid", "registryUid"), ("uid", "packUid")] {
        let text = pack.get(source).filter(|it| it.as_str().is_some_and(|it| !it.is_empty()));
        fields.extend(text.map(|it| (key.to_owned(), it.clone())));
    }
    Value::Object(fields)
}

/// A pack of a profile version with its values (`v1PackEntity`), which says nothing of manifests: those stay.
pub(super) fn pack_update(pack: &Value) -> Value {
    let mut fields = updated_pack(pack);
    if let Some(fields) = fields.as_object_mut() {
        ["manifests", "registryUid"].iter().for_each(|key| drop(fields.shift_remove(*key)));
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(templates: Value) -> Value {
        json!({"spec": {"clusterProfileTemplates": templates}})
    }

    fn template(uid: &str, values: &str) -> Value {
        json!({
            "uid": uid, "name": "p", "variables": [
                {"name": "a", "defaultValue": "1"}, {"name": "b", "value": "2"}, {"name": "c"}, {"name": "d", "value": "*****"},
            ],
            "packs": [{"name": "k", "tag": "1.x", "version": "1.2.3", "type": "spectro", "values": values, "packUid": "u", "manifests": [
                {"name": "m", "content": "kind: A", MANIFEST_UID: "m1"},
            ]}],
        })
    }

    #[test]
    fn a_switch_names_what_it_replaces_and_carries_everything() {
        let kept = json!({"uid": "other", "packs": []});
        let before = document(json!([kept, template("p1", "a: 1\n")]));
        let after = document(json!([kept, template("p2", "a: 1 # mine\n")]));
        assert_eq!(
            profiles(&before, &after),
            json!({"profiles": [{
                "uid": "p2", "replaceWithProfile": "p1",
                "packValues": [{
                    "name": "k", "tag": "1.x", "type": "spectro", "values": "a: 1 # mine\n",
                    "manifests": [{"name": "m", "content": "kind: A", "uid": "m1"}],
                }],
                "variables": [{"name": "a", "value": "1"}, {"name": "b", "value": "2"}],
            }]})
        );
    }

    #[test]
    fn an_override_replaces_nothing() {
        let body = profiles(&document(json!([template("p1", "a: 1\n")])), &document(json!([template("p1", "a: 2\n")])));
        assert_eq!(body["profiles"][0].get("replaceWithProfile"), None);
        assert_eq!(body["profiles"][0].get("variables"), None);
        assert_eq!(body["profiles"][0]["packValues"][0]["values"], "a: 2\n");
        let mut other = template("p1", "a: 1\n");
        other["variables"][0]["value"] = "9".into();
        let body = profiles(&document(json!([template("p1", "a: 1\n")])), &document(json!([other])));
        assert_eq!(body["profiles"][0]["variables"], json!([{"name": "a", "value": "9"}]));
    }

    #[test]
    fn a_pack_of_a_version_is_written_by_its_uid_without_manifests() {
        let pack = &template("p1", "a: 2\n")["packs"][0];
        assert_eq!(
            pack_update(pack),
            json!({"name": "k", "tag": "1.x", "type": "spectro", "values": "a: 2\n", "uid": "u"})
        );
    }

    #[test]
    fn an_update_names_the_packs_by_their_uids() {
        let body = updates(&document(json!([template("p1", "a: 1\n")])), &document(json!([template("p1", "a: 2\n")])));
        assert_eq!(body["profiles"][0]["packs"][0]["uid"], "u");
        let staged = applied(body, Manner { is_update: true, is_staged: true });
        assert_eq!(staged["spcApplySettings"]["actionType"], "DownloadAndInstallLater");
    }
}
