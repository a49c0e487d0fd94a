//! What a cluster's profiles hold, in the shapes that the API has for it.

use serde_json::{Map, Value, json};

use super::{Context, Outcome, render};
use crate::{
    exchange::{Answer, WithoutNull},
    world::{Attached, World},
};

/// `GET /v1/spectroclusters/{uid}/profiles`
pub(super) fn profiles(context: &mut Context<'_>) -> Outcome {
    let cluster = context.cluster()?;
    let profiles: Vec<Value> = cluster.profiles.iter().map(profile).collect();
    Ok(Answer::json(200, &json!({"profiles": profiles}).without_null()))
}

fn profile(attached: &Attached) -> Value {
    let packs = attached.packs.iter().map(|pack| {
        let mut value = render::pack_manifests(pack);
        let manifests = pack.manifests.iter();
        let references =
            manifests.map(|manifest| json!({"kind": "Manifest", "name": manifest.name, "uid": manifest.uid}));
        value["spec"]["manifests"] = references.collect();
        value
    });
    json!({
        "metadata": {"name": attached.name, "uid": attached.uid},
        "spec": {"type": attached.kind, "cloudType": attached.cloud_type, "packs": packs.collect::<Vec<_>>()},
    })
}

/// `GET /v1/spectroclusters/{uid}/profiles/packs/manifests`
pub(super) fn manifests(context: &mut Context<'_>) -> Outcome {
    let cluster = context.cluster()?;
    let profiles = cluster.profiles.iter().map(|attached| {
        let packs: Vec<Value> = attached.packs.iter().map(render::pack_manifests).collect();
        json!({"metadata": {"name": attached.name, "uid": attached.uid}, "spec": {"packs": packs}})
    });
    Ok(Answer::json(200, &json!({"profiles": profiles.collect::<Vec<_>>()}).without_null()))
}

/// `GET /v1/spectroclusters/{uid}/profiles/{profileUid}/packs/{packName}/config`
pub(super) fn config(context: &mut Context<'_>) -> Outcome {
    let cluster = context.cluster()?;
    let (profile, name) = (context.request.name("profileUid"), context.request.name("packName"));
    let found = cluster.attached(profile).and_then(|attached| Some((attached, attached.pack(name)?)));
    let (attached, pack) = found.ok_or_else(|| {
        Answer::error(404, "ResourceNotFound", &format!("no pack '{name}' in the profile '{profile}'"))
    })?;
    let taken = attached.taken_pack(name);
    let manifests = pack.manifests.iter().map(|manifest| {
        let published = taken.and_then(|taken| taken.manifest(&manifest.name));
        let overridden = published.is_none_or(|published| published.content != manifest.content);
        json!({"name": manifest.name, "uid": manifest.uid, "parentUid": manifest.parent, "isOverridden": overridden})
    });
    let spec = json!({
        "name": pack.name, "packUid": pack.rest.get("packUid"), "type": pack.kind, "version": pack.version,
        "tag": pack.tag, "scope": "cluster", "associatedObject": attached.uid, "values": pack.values,
        "isValuesOverridden": taken.is_none_or(|taken| taken.values != pack.values),
        "manifests": manifests.collect::<Vec<_>>(),
    });
    Ok(Answer::json(200, &json!({"items": [{"spec": spec}]}).without_null()))
}

/// `GET /v1/spectroclusters/{uid}/packs/resolvedValues`
pub(super) fn resolved(context: &mut Context<'_>) -> Outcome {
    let cluster = context.cluster()?;
    let profiles = cluster.profiles.iter().map(|attached| {
        let variables = values_of(context.world, attached);
        let resolved = attached
            .packs
            .iter()
            .map(|pack| (pack.name.clone(), Value::String(render::resolved(&pack.values, &variables))));
        json!({"uid": attached.uid, "resolved": resolved.collect::<Map<_, _>>()})
    });
    Ok(Answer::json(200, &json!({"profiles": profiles.collect::<Vec<_>>()})))
}

/// The values of an attached profile's variables: what was set, else the default.
fn values_of(world: &World, attached: &Attached) -> Map<String, Value> {
    let defined = world.profile(&attached.uid).map(|profile| profile.variables.as_slice()).unwrap_or_default();
    let values = defined.iter().filter_map(|variable| {
        let name = variable["name"].as_str()?;
        let value = attached.variable(name).or(variable["defaultValue"].as_str())?;
        Some((name.to_owned(), Value::String(value.to_owned())))
    });
    values.collect()
}

/// `GET /v1/spectroclusters/{uid}/profileUpdates`: the content of profiles that were changed in place since.
pub(super) fn updates(context: &mut Context<'_>) -> Outcome {
    let cluster = context.cluster()?;
    let open = context.world.open_notifications(&cluster.uid);
    let profiles = open.filter_map(|open| context.world.profile(&open.profile)).map(render::profile_template);
    Ok(Answer::json(200, &json!({"profiles": profiles.collect::<Vec<_>>()}).without_null()))
}
