//! How profiles, packs and clusters look in answers.

use serde_json::{Map, Value, json};

use crate::world::{Attached, Cluster, Manifest, Pack, ProfileVersion};

/// The fields of `v1PackRef` that a document may have and the fake passes on.
const PACK_FIELDS: [&str; 9] =
    ["annotations", "digest", "inValidReason", "isInvalid", "logo", "packUid", "params", "presets", "registryUid"];

/// A reference to a manifest: never its content.
fn manifest_reference(manifest: &Manifest) -> Value {
    json!({"kind": "Manifest", "name": manifest.name, "uid": manifest.uid})
}

/// A pack as `v1PackRef`.
pub(super) fn pack(pack: &Pack) -> Value {
    let mut value = pack_without_values(pack);
    value["values"] = json!(pack.values);
    value["manifests"] = pack.manifests.iter().map(manifest_reference).collect();
    for field in ["schema", "server"] {
        value[field] = pack.rest.get(field).cloned().unwrap_or_default();
    }
    value
}

/// A pack as `v1PackRef` without what is long.
pub(super) fn pack_without_values(pack: &Pack) -> Value {
    let mut value = json!({
        "name": pack.name, "layer": pack.layer, "type": pack.kind, "version": pack.version, "tag": pack.tag,
    });
    for field in PACK_FIELDS {
        value[field] = pack.rest.get(field).cloned().unwrap_or_default();
    }
    value["presets"] = Value::Null;
    value
}

/// A pack as `v1PackRefSummary`.
pub(super) fn pack_summary(pack: &Pack) -> Value {
    json!({
        "name": pack.name, "layer": pack.layer, "type": pack.kind, "version": pack.version, "tag": pack.tag,
        "packUid": pack.rest.get("packUid"), "displayName": pack.name,
    })
}

/// A pack with the content of its manifests, as `v1ClusterProfilePackManifests`.
pub(super) fn pack_manifests(pack: &Pack) -> Value {
    let uid = pack.rest.get("packUid");
    let manifests = pack
        .manifests
        .iter()
        .map(|manifest| json!({"name": manifest.name, "uid": manifest.uid, "content": manifest.content}));
    json!({
        "metadata": {"name": pack.name, "uid": uid},
        "spec": {
            "name": pack.name, "layer": pack.layer, "type": pack.kind, "version": pack.version,
            "registryUid": pack.rest.get("registryUid"), "values": pack.values,
            "manifests": manifests.collect::<Vec<_>>(),
        },
    })
}

/// `metadata` of a profile version.
pub(super) fn profile_metadata(profile: &ProfileVersion) -> Value {
    let scope = if profile.project.is_some() { "project" } else { "tenant" };
    let annotations = json!({
        "description": profile.description, "projectUid": profile.project, "scope": scope,
    });
    json!({
        "name": profile.name, "uid": profile.uid, "annotations": annotations, "labels": profile.labels,
        "creationTimestamp": profile.created, "lastModifiedTimestamp": profile.modified,
    })
}

/// `metadata` of a cluster.
pub(super) fn cluster_metadata(cluster: &Cluster) -> Value {
    json!({
        "name": cluster.name, "uid": cluster.uid, "labels": cluster.labels,
        "annotations": {"projectUid": cluster.project, "scope": "project"},
        "creationTimestamp": cluster.created, "lastModifiedTimestamp": cluster.modified,
    })
}

/// The content of a profile version as `v1ClusterProfileTemplate`.
pub(super) fn profile_template(profile: &ProfileVersion) -> Value {
    json!({
        "uid": profile.uid, "name": profile.name, "type": profile.kind, "cloudType": profile.cloud_type,
        "profileVersion": profile.version, "packs": profile.packs.iter().map(pack).collect::<Vec<_>>(),
    })
}

/// An attached profile as `v1ClusterProfileTemplate`. It has no field for variables.
pub(super) fn attached(attached: &Attached) -> Value {
    json!({
        "uid": attached.uid, "name": attached.name, "type": attached.kind, "cloudType": attached.cloud_type,
        "profileVersion": attached.version, "packs": attached.packs.iter().map(pack).collect::<Vec<_>>(),
    })
}

/// An attached profile as `v1ClusterProfileTemplateMeta`: no values, and no version.
pub(super) fn attached_summary(attached: &Attached) -> Value {
    json!({
        "uid": attached.uid, "name": attached.name, "type": attached.kind, "cloudType": attached.cloud_type,
        "scope": "project", "packs": attached.packs.iter().map(pack_without_values).collect::<Vec<_>>(),
    })
}

/// Replaces `{{.spectro.var.NAME}}` in a text.
pub(super) fn resolved(text: &str, variables: &Map<String, Value>) -> String {
    let mut resolved = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        resolved.push_str(before);
        let Some((inside, tail)) = after.split_once("}}") else {
            rest = after;
            resolved.push_str("{{");
            continue;
        };
        let name = inside.trim().strip_prefix(".spectro.var.");
        match name.and_then(|name| variables.get(name)).and_then(Value::as_str) {
            Some(value) => resolved.push_str(value),
            None => resolved.push_str(&format!("{{{{{inside}}}}}")),
        }
        rest = tail;
    }
    resolved.push_str(rest);
    resolved
}
