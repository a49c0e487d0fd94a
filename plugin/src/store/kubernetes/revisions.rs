//! Revisions as Secrets beside the cluster: compressed, owned by it, and created before the write they record.

use std::{
    borrow::Cow,
    io::{Read, Write},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use flate2::{Compression, read::GzDecoder, write::GzEncoder};
use kube::core::{params::ListParams, request::Request};
use profile_core::{
    annotations, field,
    revision::{Revision, Status},
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{Document, DryRun, KubernetesStore, bytes};
use crate::error::{Error, Kind};

const TYPE: &str = "kubectl-profile.dev/revision";
/// The key of a Secret under which the compressed revision stands.
const DATA: &str = "revision.json.gz";
/// Most bytes of a Secret's data, as the API server has it.
const LIMIT: usize = 1024 * 1024;
/// Most bytes of a label's value, as the API server has it; a name has up to 253.
const LABEL: usize = 63;
/// Most bytes of a decompressed revision: four copies of the largest object that etcd takes, with room.
const DECOMPRESSED_LIMIT: u64 = 16 * 1024 * 1024;

impl KubernetesStore {
    pub(crate) async fn revisions(&self, cluster: &Document) -> Result<Vec<Revision>, Error> {
        let selector = format!("{}={}", annotations::CLUSTER, label(&cluster.cluster().name()));
        let params = ListParams { label_selector: Some(selector), ..ListParams::default() };
        let request = Request::new(secrets(cluster)).list(&params);
        let list = self.send("list", "secrets", request).await?;
        let uid = cluster.cluster().uid();
        let mut revisions = Vec::new();
        for (_, secret) in field::items(&list, &["items"]) {
            let is_ours = field::text(secret, &["type"]).as_deref() == Some(TYPE);
            if is_ours {
                revisions.push(decode(secret)?);
            }
        }
        // The label of a long name is not the name itself.
        revisions.retain(|it| it.cluster == cluster.cluster().name());
        // A cluster that was deleted and created anew has a history of its own.
        revisions.retain(|it| it.cluster_uid.is_none() || it.cluster_uid.as_deref() == uid.as_deref());
        revisions.sort_by_key(|it| it.number);
        Ok(revisions)
    }

    pub(crate) async fn create_revision(&self, cluster: &Document, revision: &Revision) -> Result<(), Error> {
        let body = encode(cluster, revision)?;
        let request = Request::new(secrets(cluster)).create(&Default::default(), bytes(&body));
        match self.send("create", "secrets", request).await {
            Ok(_) => Ok(()),
            Err(error) if error.kind == Kind::Conflict => Err(taken(self, cluster, revision)),
            Err(error) => Err(error
                .hint("revisions are kept as Secrets; --no-history writes without one, and then there is no way back")),
        }
    }

    pub(crate) async fn settle_revision(&self, cluster: &Document, revision: &Revision) -> Result<(), Error> {
        self.patch_revision(cluster, revision, None).await
    }

    pub(crate) async fn settle_foreign_revision(&self, cluster: &Document, revision: &Revision) -> Result<(), Error> {
        let request = Request::new(secrets(cluster)).get(&name(revision), &Default::default());
        let secret = self.send("get", "secrets", request).await?;
        if decode(&secret)?.status != Status::Pending {
            return Ok(());
        }
        let seen = field::text(&secret, &["metadata", "resourceVersion"]);
        match self.patch_revision(cluster, revision, seen.as_deref()).await {
            Err(error) if error.kind == Kind::Conflict => Ok(()),
            patched => patched,
        }
    }

    async fn patch_revision(&self, cluster: &Document, revision: &Revision, seen: Option<&str>) -> Result<(), Error> {
        let body = encode(cluster, revision)?;
        let mut patch = json!({"metadata": {"labels": body["metadata"]["labels"]}, "data": body["data"]});
        if let Some(seen) = seen {
            patch["metadata"]["resourceVersion"] = seen.into();
        }
        self.patch("secrets", secrets(cluster), &name(revision), &patch, DryRun::None).await.map(|_| ())
    }

    pub(crate) async fn drop_revision(&self, cluster: &Document, revision: &Revision) -> Result<(), Error> {
        let request = Request::new(secrets(cluster)).delete(&name(revision), &Default::default());
        self.send("delete", "secrets", request).await.map(|_| ())
    }

    /// Whether this user may `verb` `resource` beside the cluster, asked of the API server.
    pub(crate) async fn may(&self, cluster: &Document, verb: &str, group: &str, resource: &str) -> Result<bool, Error> {
        let attributes =
            json!({"namespace": cluster.cluster().namespace(), "verb": verb, "group": group, "resource": resource});
        let body = json!({
            "apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview", "spec": {"resourceAttributes": attributes},
        });
        let request = Request::new("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews")
            .create(&Default::default(), bytes(&body));
        let review = self.send("create", "selfsubjectaccessreviews", request).await?;
        Ok(field::at(&review, &["status", "allowed"]).and_then(Value::as_bool).unwrap_or_default())
    }
}

/// Somebody else took the number, and with it the right to change this cluster now.
fn taken(store: &KubernetesStore, cluster: &Document, revision: &Revision) -> Error {
    Error::new(
        Kind::Conflict,
        format!("another change of cluster {:?} is under way: it took revision {}", revision.cluster, revision.number),
    )
    .hint(format!("look at `kubectl profile history {}{}`, then run this again", cluster.words(), store.flags()))
}

fn secrets(cluster: &Document) -> String {
    format!("/api/v1/namespaces/{}/secrets", cluster.cluster().namespace().unwrap_or_default())
}

fn name(revision: &Revision) -> String {
    format!("kubectl-profile.{}.v{}", revision.cluster, revision.number)
}

/// The value of a label that stands for a cluster: its name where that fits, else the start of it and a digest.
fn label(name: &str) -> Cow<'_, str> {
    if name.len() <= LABEL {
        return name.into();
    }
    let is_valid = |letter: &char| letter.is_ascii_alphanumeric() || "-_.".contains(*letter);
    let start: String = name.chars().take(50).filter(is_valid).collect();
    let start = start.trim_matches(|letter: char| !letter.is_ascii_alphanumeric());
    let digest: String = Sha256::digest(name).iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    if start.is_empty() { digest.into() } else { format!("{start}-{digest}").into() }
}

fn encode(cluster: &Document, revision: &Revision) -> Result<Value, Error> {
    let failed =
        |error: &dyn std::fmt::Display| Error::failed(format!("cannot encode revision {}: {error}", revision.number));
    let text = serde_json::to_vec(revision).map_err(|error| failed(&error))?;
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    let packed = encoder.write_all(&text).and_then(|()| encoder.finish()).map_err(|error| failed(&error))?;
    if packed.len() > LIMIT {
        return Err(Error::refused(format!(
            "revision {} takes {} bytes, and a Secret holds {LIMIT}",
            revision.number,
            packed.len()
        ))
        .hint("make the values of the profile smaller, or write without a way back by --no-history"));
    }
    let view = cluster.cluster();
    let owner = json!({
        "apiVersion": field::text(&cluster.value, &["apiVersion"]), "kind": "SpectroCluster",
        "name": view.name(), "uid": view.uid(),
    });
    Ok(json!({
        "apiVersion": "v1", "kind": "Secret", "type": TYPE,
        "metadata": {
            "name": name(revision),
            "labels": {
                annotations::CLUSTER: label(&view.name()),
                annotations::REVISION: revision.number.to_string(),
                annotations::STATUS: revision.status.as_str(),
            },
            "ownerReferences": [owner],
        },
        "data": {DATA: STANDARD.encode(packed)},
    }))
}

fn decode(secret: &Value) -> Result<Revision, Error> {
    let name = field::text(secret, &["metadata", "name"]).unwrap_or_default();
    let broken = |why: String| {
        Error::failed(format!("revision Secret {name:?} cannot be read: {why}"))
            .hint("it was edited or is cut off; look at it, and delete it if its change is no longer needed")
    };
    let text = field::text(secret, &["data", DATA]).ok_or_else(|| broken(format!("it has no data.{DATA}")))?;
    let packed = STANDARD.decode(text.as_bytes()).map_err(|error| broken(error.to_string()))?;
    let mut unpacked = Vec::new();
    let mut decoder = GzDecoder::new(packed.as_slice()).take(DECOMPRESSED_LIMIT);
    decoder.read_to_end(&mut unpacked).map_err(|error| broken(error.to_string()))?;
    serde_json::from_slice(&unpacked).map_err(|error| broken(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, expected: &str) {
        let value = label(name);
        assert_eq!(value, expected);
        let ends = [value.chars().next(), value.chars().last()].into_iter().flatten();
        assert!(value.len() <= 63 && ends.into_iter().all(|it| it.is_ascii_alphanumeric()), "{value}");
    }

    #[test]
    fn a_name_that_fits_is_its_own_label() {
        for name in ["demo", "a.b-c", &"n".repeat(63)] {
            check(name, name);
        }
    }

    #[test]
    fn a_longer_name_is_cut_and_told_apart_by_its_digest() {
        check(&"n".repeat(64), &format!("{}-ce068a195ab3", "n".repeat(50)));
        check(&"n".repeat(253), &format!("{}-1f2036e55e5c", "n".repeat(50)));
        check(&format!("{}.-{}", "n".repeat(48), "m".repeat(20)), &format!("{}-1e500986c2fc", "n".repeat(48)));
        check(&"é".repeat(40), "84fe2e03d50d");
    }

    #[test]
    fn a_cluster_with_a_long_name_is_recorded_under_its_label() {
        let name = "n".repeat(100);
        let cluster = Document { value: json!({"metadata": {"name": name}}), place: String::new() };
        let revision: Revision = serde_json::from_value(json!({
            "number": 1, "cluster": name, "status": "pending", "action": "switch", "from": "a@1", "to": "a@2",
            "createdAt": "", "before": null, "after": null,
        }))
        .unwrap();
        let secret = encode(&cluster, &revision).unwrap();
        assert_eq!(secret["metadata"]["labels"][annotations::CLUSTER], *label(&name));
        assert_eq!(secret["metadata"]["name"], format!("kubectl-profile.{name}.v1"));
        assert_eq!(decode(&secret).unwrap().cluster, name);
    }
}
