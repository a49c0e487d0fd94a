//! Applies the objects of one pack server-side.

use std::collections::BTreeSet;

use k8s_openapi::api::core::v1::Namespace;
use kube::{
    Api, Client, Error,
    api::{DynamicObject, GroupVersionKind, Patch, PatchParams, PostParams},
    discovery,
};
use profile_core::{
    pack::Pack,
    render::{RenderedObject, render_pack},
};
use serde_json::json;

use crate::{SandboxError, packs::Packs};

/// The field manager of all that the player writes.
pub(super) const MANAGER: &str = "palette-agent-player";

/// Renders a pack and applies its objects in their order, namespaces before what lives in them.
pub(super) async fn pack(client: &Client, packs: &Packs, pack: &Pack<'_>) -> Result<(), SandboxError> {
    let rendered =
        render_pack(pack, packs.of(pack)).map_err(SandboxError::document(format!("pack {}", pack.name())))?;
    for namespace in rendered.objects.iter().filter_map(|it| it.identity.namespace.as_ref()).collect::<BTreeSet<_>>() {
        create_namespace(client, namespace).await?;
    }
    for object in &rendered.objects {
        apply(client, object).await?;
    }
    Ok(())
}

async fn create_namespace(client: &Client, name: &str) -> Result<(), SandboxError> {
    let api: Api<Namespace> = Api::all(client.clone());
    if api.get_opt(name).await?.is_some() {
        return Ok(());
    }
    let namespace = serde_json::from_value(json!({"metadata": {"name": name}}));
    let namespace = namespace.map_err(SandboxError::document("namespace"))?;
    match api.create(&PostParams::default(), &namespace).await {
        Err(Error::Api(status)) if status.code == 409 => Ok(()),
        result => result.map(drop).map_err(SandboxError::from),
    }
}

async fn apply(client: &Client, rendered: &RenderedObject) -> Result<(), SandboxError> {
    let object: DynamicObject = serde_json::from_value(rendered.document.clone())
        .map_err(SandboxError::document(format!("{} of pack {}", rendered.identity, rendered.pack)))?;
    let types = object.types.clone().unwrap_or_default();
    let gvk = GroupVersionKind::try_from(&types)
        .map_err(SandboxError::document(format!("apiVersion `{}` of {}", types.api_version, rendered.identity)))?;
    let (kind, _) = discovery::pinned_kind(client, &gvk).await?;
    let api: Api<DynamicObject> = match &rendered.identity.namespace {
        Some(namespace) => Api::namespaced_with(client.clone(), namespace, &kind),
        None => Api::all_with(client.clone(), &kind),
    };
    let parameters = PatchParams::apply(MANAGER).force();
    api.patch(&rendered.identity.name, &parameters, &Patch::Apply(&object)).await?;
    Ok(())
}
