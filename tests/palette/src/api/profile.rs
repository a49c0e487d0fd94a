//! One profile version: its content.

use serde_json::{Value, json};

use super::{Context, Outcome, render};
use crate::{
    exchange::{Answer, WithoutNull},
    world::{ProfileVersion, World, is_seen},
};

impl Context<'_> {
    /// The profile version that the path names.
    pub(super) fn profile(&self) -> Result<&ProfileVersion, Answer> {
        let uid = self.request.name("uid");
        let profile = self.world.profile(uid).filter(|profile| is_seen(&profile.project, self.request.project()));
        profile.ok_or_else(|| Answer::error(404, "ResourceNotFound", &format!("no cluster profile '{uid}'")))
    }
}

/// `GET /v1/clusterprofiles/{uid}`
pub(super) fn get(context: &mut Context<'_>) -> Outcome {
    let profile = context.profile()?;
    let content = render::profile_template(profile);
    let (draft, published) = if profile.published { (Value::Null, content) } else { (content, Value::Null) };
    let versions = context.world.versions_of(&profile.name, context.request.project());
    let versions: Vec<Value> = versions.iter().map(|other| version(other)).collect();
    let document = json!({
        "apiVersion": "v1",
        "kind": "ClusterProfile",
        "metadata": render::profile_metadata(profile),
        "spec": {"draft": draft, "published": published, "version": profile.version, "versions": versions},
        "status": {
            "isPublished": profile.published,
            "hasUserMacros": false,
            "inUseClusters": users(context.world, profile),
            "inUseClusterUids": context.world.users_of(&profile.uid).map(|cluster| &cluster.uid).collect::<Vec<_>>(),
        },
    });
    Ok(Answer::json(200, &document.without_null()))
}

/// A version as `v1ClusterProfileVersion`.
pub(super) fn version(profile: &ProfileVersion) -> Value {
    json!({"uid": profile.uid, "version": profile.version})
}

fn users(world: &World, profile: &ProfileVersion) -> Vec<Value> {
    let users = world.users_of(&profile.uid);
    let reference = users.map(|cluster| {
        json!({"kind": "spectrocluster", "name": cluster.name, "uid": cluster.uid, "projectUid": cluster.project})
    });
    reference.collect()
}

/// `GET /v1/clusterprofiles/{uid}/packs/manifests`
pub(super) fn manifests(context: &mut Context<'_>) -> Outcome {
    let profile = context.profile()?;
    let packs: Vec<Value> = profile.packs.iter().map(render::pack_manifests).collect();
    let document = json!({"metadata": render::profile_metadata(profile), "spec": {"packs": packs}});
    Ok(Answer::json(200, &document.without_null()))
}

/// `GET /v1/clusterprofiles/{uid}/variables`
pub(super) fn variables(context: &mut Context<'_>) -> Outcome {
    let profile = context.profile()?;
    Ok(Answer::json(200, &json!({"variables": profile.variables})))
}
