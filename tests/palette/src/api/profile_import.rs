//! Export and import of a profile version.

use serde_json::{Value, json};

use super::{Context, Outcome, profile_changes};
use crate::{
    exchange::{Answer, WithoutNull},
    world::ProfileVersion,
};

/// `GET /v1/clusterprofiles/{uid}/export`
pub(super) fn export(context: &mut Context<'_>) -> Outcome {
    let profile = context.profile()?;
    let document = exported(profile).without_null();
    let (content_type, text) = match context.request.query("format") {
        Some("yaml") => {
            let yaml = serde_saphyr::to_string(&document);
            ("application/yaml", yaml.map_err(|error| Answer::error(500, "Export", &error.to_string()))?)
        }
        _ => ("application/json", document.to_string()),
    };
    let disposition = format!("attachment; filename=\"{}-{}\"", profile.name, profile.version);
    Ok(Answer::text(200, content_type, text).header("Content-Disposition", &disposition))
}

/// A profile version as `v1ClusterProfileImportEntity`, manifests inline.
fn exported(profile: &ProfileVersion) -> Value {
    let packs = profile.packs.iter().map(|pack| {
        let manifests = pack.manifests.iter();
        let manifests = manifests.map(|manifest| json!({"name": manifest.name, "content": manifest.content}));
        let registry = pack.rest.get("registryUid").map(|uid| json!({"metadata": {"uid": uid}}));
        json!({
            "name": pack.name, "layer": pack.layer, "type": pack.kind, "version": pack.version, "tag": pack.tag,
            "values": pack.values, "manifests": manifests.collect::<Vec<_>>(), "registry": registry,
        })
    });
    json!({
        "metadata": {"name": profile.name, "description": profile.description, "labels": profile.labels},
        "spec": {
            "version": profile.version,
            "template": {
                "type": profile.kind, "cloudType": profile.cloud_type, "packs": packs.collect::<Vec<_>>(),
            },
            "variables": profile.variables,
        },
    })
}

/// `POST /v1/clusterprofiles/import`
pub(super) fn import(context: &mut Context<'_>) -> Outcome {
    let body = context.request.json();
    let name = body["metadata"]["name"].as_str().unwrap_or_default();
    let version = body["spec"]["version"].as_str().unwrap_or_default();
    profile_changes::refuse_taken(context, name, version)?;
    let template = &body["spec"]["template"];
    let uid = context.world.add_profile(&json!({
        "metadata": {
            "name": name, "labels": body["metadata"]["labels"],
            "annotations": {"description": body["metadata"]["description"]},
        },
        "spec": {
            "version": body["spec"]["version"], "variables": body["spec"]["variables"],
            "published": {
                "name": name, "type": template["type"], "cloudType": template["cloudType"], "packs": template["packs"],
            },
        },
    }));
    let published = context.request.query("publish") == Some("true");
    let project = context.request.project().map(str::to_owned);
    if let Some(profile) = context.world.profile_mut(&uid) {
        profile.published = published;
        profile.project = project;
    }
    Ok(Answer::json(201, &json!({"uid": uid})).header("AuditUid", "fake"))
}

/// `POST /v1/clusterprofiles/import/validate`: the same document comes back.
pub(super) fn validate(context: &mut Context<'_>) -> Outcome {
    Ok(Answer::json(200, &context.request.json()))
}
