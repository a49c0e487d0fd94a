//! New versions of a profile and edits of one.

use serde_json::{Value, json};

use super::{Context, Outcome, attach};
use crate::exchange::Answer;

/// `GET /v1/clusterprofiles/validate/name`
pub(super) fn validate_name(context: &mut Context<'_>) -> Outcome {
    let text = |name: &str| context.request.query(name).unwrap_or_default();
    refuse_taken(context, text("name"), text("version"))?;
    Ok(Answer::empty(204))
}

/// Refuses a name and version that are there.
pub(super) fn refuse_taken(context: &Context<'_>, name: &str, version: &str) -> Result<(), Answer> {
    let version = if version.is_empty() { "1.0.0" } else { version };
    if semver::Version::parse(version).is_err() {
        return Err(Answer::error(400, "InvalidClusterProfileVersion", &format!("'{version}' is no semantic version")));
    }
    match context.world.profile_version(name, version) {
        None => Ok(()),
        Some(_) => {
            let message = format!("cluster profile '{name}' with version '{version}' already exists");
            Err(Answer::error(400, "ClusterProfileNameVersionAlreadyExists", &message))
        }
    }
}

/// `POST /v1/clusterprofiles/{uid}/clone`
pub(super) fn clone(context: &mut Context<'_>) -> Outcome {
    let source = context.profile()?.uid.clone();
    let metadata = &context.request.json()["metadata"];
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let (name, version) = (text(&metadata["name"]), text(&metadata["version"]));
    refuse_taken(context, &name, &version)?;
    let uid = context.world.clone_profile(&source, &name, &version);
    Ok(Answer::json(201, &json!({"uid": uid})).header("AuditUid", "fake"))
}

/// `PATCH /v1/clusterprofiles/{uid}/publish`
pub(super) fn publish(context: &mut Context<'_>) -> Outcome {
    let uid = context.profile()?.uid.clone();
    context.world.publish_profile(&uid);
    Ok(Answer::empty(204))
}

/// `PUT /v1/clusterprofiles/{uid}`: published versions are edited just as drafts are.
pub(super) fn update(context: &mut Context<'_>) -> Outcome {
    let uid = context.profile()?.uid.clone();
    if let Some(packs) = context.request.json()["spec"]["template"]["packs"].as_array() {
        let edits: Vec<_> = packs.iter().map(attach::pack_edit).collect();
        context.world.edit_profile(&uid, &edits, true);
    }
    Ok(Answer::empty(204))
}

/// `PUT /v1/clusterprofiles/{uid}/packs/{packName}`
pub(super) fn update_pack(context: &mut Context<'_>) -> Outcome {
    let profile = context.profile()?;
    let (uid, name) = (profile.uid.clone(), context.request.name("packName"));
    if profile.pack(name).is_none() {
        return Err(Answer::error(404, "ResourceNotFound", &format!("no pack '{name}' in the profile")));
    }
    let mut edit = attach::pack_edit(&context.request.json()["pack"]);
    edit.name = name.to_owned();
    context.world.edit_profile(&uid, &[edit], false);
    Ok(Answer::empty(204))
}
