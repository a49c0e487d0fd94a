//! Versions of a profile as Palette makes, exports and publishes them, and what detaches one from a cluster.
//!
//! What is written is never sent twice: whether it arrived is asked for.

use http::Method;
use profile_core::field;
use serde_json::{Value, json};

use super::{Document, PaletteStore, client::segment, document, documents, entities};
use crate::{
    cli::{Global, StoreName},
    error::{Error, Kind},
    store::choice,
};

/// A version by its uid, as a list names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Named {
    pub(crate) version: String,
    pub(crate) uid: String,
}

/// One version, draft or not.
pub(crate) struct Version {
    /// As a published version is handed out, whatever it is.
    pub(crate) document: Document,
    pub(crate) is_published: bool,
}

impl Version {
    /// Its content as a cluster would take it.
    pub(crate) fn content(&self) -> &Value {
        &self.document.value["spec"]["published"]
    }
}

/// Whether an error leaves open what became of a write.
pub(crate) fn is_open(error: &Error) -> bool {
    matches!(error.kind, Kind::Unreachable | Kind::Unanswered | Kind::TimedOut)
}

impl PaletteStore {
    /// Opens it for `what`, which no other store can do.
    ///
    /// # Errors
    /// As [`PaletteStore::open`], and when the flags choose another store.
    pub(crate) async fn only(global: &Global, what: &str) -> Result<Self, Error> {
        let advice = "give --store palette; --palette-host and --project, or SPECTROCLOUD_HOST and \
                      SPECTROCLOUD_DEFAULT_PROJECT, say which";
        let global = &Self::meant(global)?;
        match choice::choose(global)? {
            StoreName::Palette => Self::open(global).await,
            StoreName::Files => {
                Err(Error::usage(format!("{what} works on Palette's API, and -f names files")).hint(advice))
            }
            StoreName::Kubernetes => {
                Err(Error::usage(format!("{what} works on Palette's API, and not on a Kubernetes API server"))
                    .hint(advice))
            }
        }
    }

    /// The flags for a command that no other store can do: where none is named it means this one.
    ///
    /// # Errors
    /// When the flags are those of another store.
    pub(crate) fn meant(global: &Global) -> Result<Global, Error> {
        let is_open = global.store.is_none() && choice::flag_of_another(global).is_none();
        Ok(Global { store: if is_open { Some(StoreName::Palette) } else { global.store }, ..global.clone() })
    }

    /// The uid of the project.
    pub(crate) fn project_uid(&self) -> &str {
        &self.project.1
    }

    /// All versions of a profile as they are now, drafts as well.
    pub(crate) async fn versions_of(&self, profile: &str) -> Result<Vec<Named>, Error> {
        *self.names.borrow_mut() = None;
        let names = self.version_names().await?;
        let is_it = |it: &&Value| field::text(it, &["metadata", "name"]).is_some_and(|name| name == profile);
        let text = |it: &Value, path: &[&str]| field::text(it, path).unwrap_or_default().into_owned();
        let of = |it: &Value| Named { version: text(it, &["spec", "version"]), uid: text(it, &["metadata", "uid"]) };
        Ok(names.iter().filter(is_it).map(of).collect())
    }

    /// One version as it is now, draft or not.
    pub(crate) async fn version_now(&self, uid: &str) -> Result<Version, Error> {
        self.versions.borrow_mut().remove(uid);
        let base = format!("/v1/clusterprofiles/{}", segment(uid));
        let what = format!("read the profile version with uid {uid}");
        let (manifests, variables) = (format!("{base}/packs/manifests"), format!("{base}/variables"));
        let (mut profile, manifests, variables) = tokio::try_join!(
            self.client.get(&base, &what),
            self.client.get(&manifests, &what),
            self.client.get(&variables, &what),
        )?;
        let is_published = profile.pointer("/spec/published").is_some_and(Value::is_object);
        if let (false, Some(spec)) = (is_published, profile.get_mut("spec").and_then(Value::as_object_mut)) {
            // Both have the same shape (v1ClusterProfileTemplate).
            let draft = spec.shift_remove("draft").unwrap_or_default();
            spec.insert("published".into(), draft);
        }
        Ok(Version { document: document(documents::profile(profile, &manifests, &variables)), is_published })
    }

    /// The text of a version as Palette exports it.
    pub(crate) async fn export(&self, uid: &str, format: &str, reference: &str) -> Result<String, Error> {
        let path = format!("/v1/clusterprofiles/{}/export?format={format}", segment(uid));
        self.client.text(&path, &format!("export {reference}")).await
    }

    /// What Palette makes of a profile that is to be imported; nothing is stored.
    pub(crate) async fn judge_import(&self, entity: &Value, reference: &str) -> Result<Value, Error> {
        self.client
            .ask("/v1/clusterprofiles/import/validate", entity, &format!("check the import of {reference}"))
            .await
    }

    /// Imports a profile and gives its uid.
    pub(crate) async fn import(&self, entity: &Value, publishes: bool, reference: &str) -> Result<String, Error> {
        let query = if publishes { "?publish=true" } else { "" };
        let path = format!("/v1/clusterprofiles/import{query}");
        let made = self.client.write(Method::POST, &path, Some(entity), &format!("import {reference}")).await?;
        Ok(uid_of(&made))
    }

    /// Copies a version to another one of the same profile, which is a draft then, and gives its uid.
    pub(crate) async fn copy_version(&self, uid: &str, (name, version): (&str, &str)) -> Result<String, Error> {
        let target = json!({"scope": "project", "projectUid": self.project_uid()});
        let body = json!({"metadata": {"name": name, "version": version, "target": target}});
        let path = format!("/v1/clusterprofiles/{}/clone", segment(uid));
        let made = self.client.write(Method::POST, &path, Some(&body), &format!("make {name}@{version}")).await?;
        Ok(uid_of(&made))
    }

    /// Writes the values of one pack of a draft (`v1PackUpdateEntity`).
    pub(crate) async fn write_pack(&self, uid: &str, pack: &Value) -> Result<(), Error> {
        let name = field::text(pack, &["name"]).unwrap_or_default();
        let path = format!("/v1/clusterprofiles/{}/packs/{}", segment(uid), segment(&name));
        let body = json!({"pack": entities::pack_update(pack)});
        let what = format!("write the values of pack {name:?}");
        self.client.write(Method::PUT, &path, Some(&body), &what).await.map(|_| ())
    }

    /// Publishes a draft.
    pub(crate) async fn publish(&self, uid: &str, reference: &str) -> Result<(), Error> {
        let path = format!("/v1/clusterprofiles/{}/publish", segment(uid));
        self.client.write(Method::PATCH, &path, None, &format!("publish {reference}")).await.map(|_| ())
    }

    /// Detaches a profile version from a cluster (`v1SpectroClusterProfilesDeleteEntity`).
    pub(crate) async fn detach(&self, cluster: &Document, uid: &str, reference: &str) -> Result<(), Error> {
        let view = cluster.cluster();
        let path = format!("/v1/spectroclusters/{}/profiles", segment(&view.uid().unwrap_or_default()));
        let what = format!("detach {reference} from cluster {:?}", view.name());
        let body = json!({"profileUids": [uid]});
        self.client.write(Method::DELETE, &path, Some(&body), &what).await.map(|_| ())
    }
}

/// The uid of what was made (`v1Uid`).
fn uid_of(made: &Value) -> String {
    field::text(made, &["uid"]).unwrap_or_default().into_owned()
}
