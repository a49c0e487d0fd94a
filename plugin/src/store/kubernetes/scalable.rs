//! Kinds that can be stopped, their sizes, and the records that lie on their objects.

use kube::core::{params::ListParams, request::Request};
use profile_core::{field, render::Identity, scale::Lever};
use serde_json::Value;

use super::{
    DryRun, KubernetesStore, PAGE,
    live::{Resource, named},
};
use crate::error::{Error, Kind};

impl Resource {
    /// The kinds of Kubernetes itself that can be stopped.
    pub(crate) fn stoppable() -> [Self; 5] {
        [
            Self::stable("apps", "v1", "Deployment", "deployments"),
            Self::stable("apps", "v1", "StatefulSet", "statefulsets"),
            Self::stable("apps", "v1", "ReplicaSet", "replicasets"),
            Self::stable("", "v1", "ReplicationController", "replicationcontrollers"),
            Self::stable("batch", "v1", "CronJob", "cronjobs"),
        ]
    }
}

impl KubernetesStore {
    /// What of a kind is set to stop its objects; `None` where it has no such thing.
    ///
    /// Whoever may not read the definition of a custom resource still has its `/scale`.
    pub(crate) async fn lever(&self, resource: &Resource) -> Result<Option<Lever>, Error> {
        if let Some(lever) = Lever::of_kind(&resource.group, &resource.kind) {
            return Ok(Some(lever));
        }
        if !resource.has_scale {
            return Ok(None);
        }
        let name = format!("{}.{}", resource.plural, resource.group);
        let definitions = Request::new("/apis/apiextensions.k8s.io/v1/customresourcedefinitions");
        let definition = self.send("get", "customresourcedefinitions", definitions.get(&name, &Default::default()));
        match definition.await {
            Ok(definition) => {
                let path = replicas_path(&definition, &resource.version);
                Ok(Some(path.and_then(|path| Lever::of_path(&path)).unwrap_or(Lever::Subresource)))
            }
            Err(error) if matches!(error.kind, Kind::Forbidden | Kind::NotFound) => Ok(Some(Lever::Subresource)),
            Err(error) => Err(error),
        }
    }

    /// Every kind that can be stopped, KEDA's ScaledObjects and custom resources with a `/scale` included.
    pub(crate) async fn stoppable(&self) -> Result<Vec<Resource>, Error> {
        let mut resources = Resource::stoppable().to_vec();
        let served = self.kinds(std::iter::empty()).await?;
        let custom = if served.is_whole {
            served.kinds.into_iter().map(|it| it.resource).filter(is_stoppable).collect()
        } else {
            self.one_by_one().await?
        };
        for resource in custom {
            if !resources.iter().any(|it| it.group == resource.group && it.kind == resource.kind) {
                resources.push(resource);
            }
        }
        Ok(resources)
    }

    /// The same at a server from before aggregated discovery: group by group.
    async fn one_by_one(&self) -> Result<Vec<Resource>, Error> {
        let request = Request::new("/apis").list(&ListParams::default());
        let groups = self.send("get", "the served kinds", request).await?;
        let mut resources = Vec::new();
        for (_, group) in field::items(&groups, &["groups"]) {
            let name = field::text(group, &["name"]).unwrap_or_default();
            let version = field::text(group, &["preferredVersion", "version"]).unwrap_or_default();
            let served = self.served(&name, &version).await?;
            resources.extend(served.into_iter().filter(is_stoppable));
        }
        Ok(resources)
    }

    /// The metadata of all objects of a kind in one namespace, or in all; none where the kind is not served.
    pub(crate) async fn metadata(&self, resource: &Resource, namespace: Option<&str>) -> Result<Vec<Value>, Error> {
        let mut items = Vec::new();
        let mut params = ListParams { limit: Some(PAGE), ..ListParams::default() };
        loop {
            let request = Request::new(resource.url(namespace)).list_metadata(&params);
            let mut page = match self.send("list", &resource.plural, request).await {
                Ok(page) => page,
                Err(error) if error.kind == Kind::NotFound => return Ok(Vec::new()),
                Err(error) => return Err(error),
            };
            params.continue_token = field::text(&page, &["metadata", "continue"]).map(Into::into);
            if let Some(Value::Array(found)) = page.get_mut("items") {
                items.extend(found.drain(..).map(|item| named(item, resource)));
            }
            if params.continue_token.is_none() {
                return Ok(items);
            }
        }
    }

    /// The `/scale` of an object; `None` when it is not there.
    pub(crate) async fn scale(&self, resource: &Resource, identity: &Identity) -> Result<Option<Value>, Error> {
        let request = Request::new(resource.url(identity.namespace.as_deref()));
        match self.send("get", &scale_of(resource), request.get_subresource("scale", &identity.name)).await {
            Ok(scale) => Ok(Some(scale)),
            Err(error) if error.kind == Kind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Writes a merge patch to the `/scale` of an object.
    pub(crate) async fn patch_scale(
        &self,
        resource: &Resource,
        identity: &Identity,
        patch: &Value,
        dry_run: DryRun,
    ) -> Result<Value, Error> {
        let request = Request::new(resource.url(identity.namespace.as_deref()));
        let params = Self::patch_params(dry_run);
        let patch = kube::api::Patch::Merge(patch);
        self.send("patch", &scale_of(resource), request.patch_subresource("scale", &identity.name, &params, &patch))
            .await
    }

    /// The metadata of the pods of a namespace that a label selector selects.
    pub(crate) async fn pods(&self, namespace: &str, selector: &str) -> Result<Vec<Value>, Error> {
        let url = Resource::stable("", "v1", "Pod", "pods").url(Some(namespace));
        let params = ListParams { label_selector: Some(selector.to_owned()), ..ListParams::default() };
        let list = self.send("list", "pods", Request::new(url).list_metadata(&params)).await?;
        Ok(field::items(&list, &["items"]).map(|(_, pod)| pod.clone()).collect())
    }
}

fn scale_of(resource: &Resource) -> String {
    format!("{}/scale", resource.plural)
}

fn is_stoppable(resource: &Resource) -> bool {
    resource.has_scale || Lever::of_kind(&resource.group, &resource.kind).is_some()
}

/// Where a version of a custom resource holds its size, as its definition says.
fn replicas_path(definition: &Value, version: &str) -> Option<String> {
    let (_, version) = field::items(definition, &["spec", "versions"])
        .find(|(_, it)| field::text(it, &["name"]).is_some_and(|name| name == version))?;
    field::text(version, &["subresources", "scale", "specReplicasPath"]).map(Into::into)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_definition_names_the_field_of_each_version() {
        let scale = |path: &str| json!({"scale": {"specReplicasPath": path}});
        let definition = json!({"spec": {"versions": [
            {"name": "v1", "subresources": scale(".spec.count")}, {"name": "v2", "subresources": scale(".spec.size")}, {"name": "v3"},
        ]}});
        assert_eq!(replicas_path(&definition, "v2").as_deref(), Some(".spec.size"));
        assert_eq!(replicas_path(&definition, "v3"), None);
        assert_eq!(replicas_path(&definition, "v4"), None);
    }
}
