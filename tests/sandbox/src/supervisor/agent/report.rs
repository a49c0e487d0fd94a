//! Writes what became of each pack to a cluster's `status.packs`.

use kube::{
    Api, Client, ResourceExt as _,
    api::{ApiResource, DynamicObject, Patch, PatchParams},
};
use profile_core::{pack::Pack, profile::AttachedProfile};
use serde_json::{Value, json};

use crate::SandboxError;

/// The entry of one pack: Ready, or Error with what went wrong.
pub(super) fn entry(profile: &AttachedProfile<'_>, pack: &Pack<'_>, problem: Option<String>) -> Value {
    let condition = match problem {
        None => json!({"type": "Ready", "status": "True"}),
        Some(message) => json!({"type": "Error", "status": "True", "message": message}),
    };
    json!({
        "name": pack.name(),
        "version": pack.version(),
        "profileUid": profile.uid(),
        "condition": condition,
    })
}

/// Replaces the list and leaves the rest of the status alone, the state above all.
pub(super) async fn write(
    client: &Client,
    kind: &ApiResource,
    object: &DynamicObject,
    entries: Vec<Value>,
) -> Result<(), SandboxError> {
    let api: Api<DynamicObject> = Api::namespaced_with(client.clone(), &object.namespace().unwrap_or_default(), kind);
    let patch = Patch::Merge(json!({"status": {"packs": entries}}));
    let parameters = PatchParams { field_manager: Some(super::apply::MANAGER.into()), ..PatchParams::default() };
    api.patch_status(&object.name_any(), &parameters, &patch).await?;
    Ok(())
}
