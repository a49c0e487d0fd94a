//! The Secret in which the authority is kept. It is shipped empty and never created here.

use k8s_openapi::{ByteString, api::core::v1::Secret};
use kube::{Api, Client, api::PostParams};

use super::material::{Data, KEYS, Material};
use crate::asking::{AskingError, MANAGER, ask};

/// The Secret on the API server.
pub(crate) struct Store {
    api: Api<Secret>,
    name: String,
    what: String,
}

/// What the Secret held when it was read.
pub(crate) struct Kept {
    secret: Secret,
    pub(crate) material: Material,
    /// The keys whose text cannot be used.
    pub(crate) spoiled: Vec<&'static str>,
}

impl Store {
    pub(crate) fn new(client: Client, namespace: &str, name: String) -> Self {
        let what = format!("Secret {namespace}/{name}");
        Self { api: Api::namespaced(client, namespace), name, what }
    }

    /// Its kind and name, for people.
    pub(crate) fn what(&self) -> &str {
        &self.what
    }

    pub(crate) async fn read(&self) -> Result<Kept, AskingError> {
        ask(&self.what, "get", self.api.get(&self.name)).await.map(Kept::of)
    }

    /// Writes something else in the place of what was read. The API server refuses it when anybody wrote meanwhile.
    pub(crate) async fn write(&self, kept: Kept, material: &Material) -> Result<Kept, AskingError> {
        let mut secret = kept.secret;
        let mut data = secret.data.take().unwrap_or_default();
        data.retain(|key, _| !KEYS.contains(&key.as_str()));
        data.extend(material.data().into_iter().map(|(key, bytes)| (key, ByteString(bytes))));
        secret.data = Some(data);
        let params = PostParams { field_manager: Some(MANAGER.to_owned()), ..PostParams::default() };
        ask(&self.what, "update", self.api.replace(&self.name, &params, &secret)).await.map(Kept::of)
    }
}

impl Kept {
    fn of(secret: Secret) -> Self {
        let data: Data = secret.data.iter().flatten().map(|(key, bytes)| (key.clone(), bytes.0.clone())).collect();
        Self { material: Material::of(&data), spoiled: Material::spoiled(&data), secret }
    }
}
