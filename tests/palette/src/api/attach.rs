//! Changes of a cluster's profiles.

use serde_json::Value;

use super::{Context, Outcome};
use crate::{
    exchange::Answer,
    world::{Attach, AttachError, PackEdit, Replacement, variables},
};

/// `PATCH /v1/spectroclusters/{uid}/profiles`
pub(super) fn patch(context: &mut Context<'_>) -> Outcome {
    change(context, Replacement::Named)
}

/// `PUT /v1/spectroclusters/{uid}/profiles`
pub(super) fn put(context: &mut Context<'_>) -> Outcome {
    change(context, Replacement::All)
}

fn change(context: &mut Context<'_>, replacement: Replacement) -> Outcome {
    let uid = context.cluster()?.uid.clone();
    let body = context.request.json();
    let resolve = context.request.query("resolveNotification") == Some("true");
    context.world.attach(&uid, &entries(&body), replacement, action(&body)).map_err(refusal)?;
    if resolve {
        context.world.resolve_notifications(&uid);
    }
    Ok(Answer::empty(204))
}

/// `DELETE /v1/spectroclusters/{uid}/profiles`
pub(super) fn delete(context: &mut Context<'_>) -> Outcome {
    let uid = context.cluster()?.uid.clone();
    let body = context.request.json();
    let uids = body["profileUids"].as_array().into_iter().flatten();
    let uids: Vec<String> = uids.filter_map(Value::as_str).map(str::to_owned).collect();
    context.world.detach(&uid, &uids).map_err(refusal)?;
    Ok(Answer::empty(204))
}

/// `PATCH /v1/spectroclusters/{uid}/packRefs`
pub(super) fn apply_updates(context: &mut Context<'_>) -> Outcome {
    let uid = context.cluster()?.uid.clone();
    let body = context.request.json();
    context.world.apply_updates(&uid, &entries(&body), action(&body)).map_err(refusal)?;
    Ok(Answer::empty(204))
}

/// The entries of `v1SpectroClusterProfiles`, `v1SpectroClusterPacksEntity` or `v1ClusterNotificationUpdateEntity`.
pub(super) fn entries(body: &Value) -> Vec<Attach> {
    let entries = body["profiles"].as_array().into_iter().flatten().map(|entry| {
        let text = |key: &str| entry[key].as_str().filter(|text| !text.is_empty()).map(str::to_owned);
        let packs = if entry["packs"].is_array() { &entry["packs"] } else { &entry["packValues"] };
        Attach {
            uid: text("uid").unwrap_or_default(),
            replaces: text("replaceWithProfile"),
            packs: packs.as_array().into_iter().flatten().map(pack_edit).collect(),
            variables: variables::read(&entry["variables"]),
        }
    });
    entries.collect()
}

/// One pack of an entry. An empty text is as good as none: a server in Go, whose clients leave out what is empty, cannot
/// tell them apart.
pub(super) fn pack_edit(pack: &Value) -> PackEdit {
    let text = |key: &str| pack[key].as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    let manifests = pack["manifests"].as_array().map(|manifests| {
        let named = manifests.iter().map(|manifest| {
            let text = |key: &str| manifest[key].as_str().unwrap_or_default().to_owned();
            (text("name"), text("content"))
        });
        named.collect()
    });
    PackEdit {
        name: text("name").unwrap_or_default(),
        values: text("values"),
        tag: text("tag"),
        layer: text("layer"),
        kind: text("type"),
        manifests,
    }
}

fn action(body: &Value) -> Option<&str> {
    body["spcApplySettings"]["actionType"].as_str()
}

/// What the API says when the profiles of a cluster cannot be changed.
pub(super) fn refusal(error: AttachError) -> Answer {
    let (status, code) = match &error {
        AttachError::NoCluster(_) | AttachError::NoProfile(_) => (404, "ResourceNotFound"),
        AttachError::Draft(_) => (400, "ClusterProfileNotPublished"),
        AttachError::NotAttached(_) => (400, "ClusterProfileNotAttached"),
        AttachError::NoPack { .. } => (400, "PackNotFound"),
        AttachError::MissingVariables(_) => (400, "ProfileVariableRequired"),
        AttachError::UnknownVariables(_) => (400, "ProfileVariableNotFound"),
    };
    Answer::error(status, code, &error.to_string())
}
