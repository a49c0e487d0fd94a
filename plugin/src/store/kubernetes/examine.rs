//! What the doctor asks an API server: every answer as it is, with its warnings and the time that it took.
//!
//! Nothing in here can write: what is no read is a review, which is not stored, or a dry run.

use std::time::Duration;

use kube::core::request::Request;
use profile_core::field;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::{Document, DryRun, GROUP, KubernetesStore, bytes};
use crate::error::Error;

/// What the API server answered, whatever it is.
#[derive(Clone, Debug, Default)]
pub(crate) struct Answer {
    /// The HTTP status.
    pub(crate) code: u16,
    /// The document, which is a `Status` where something was refused; null where it is no JSON.
    pub(crate) document: Value,
    /// The texts of the Warning headers.
    pub(crate) warnings: Vec<String>,
    /// From the first byte sent to the last one read.
    pub(crate) took: Duration,
}

impl Answer {
    pub(crate) fn is_success(&self) -> bool {
        (200..300).contains(&self.code)
    }

    /// The answer of another code as a sentence; of a Status its message, of a login page nothing but the code.
    pub(crate) fn refusal(&self) -> String {
        let said = |name| field::text(&self.document, &[name]);
        match (said("reason"), said("message")) {
            (Some(reason), Some(message)) => format!("{} {reason}: {}", self.code, message.trim_end_matches('.')),
            (None, Some(message)) => format!("{}: {}", self.code, message.trim_end_matches('.')),
            _ => format!("status {}", self.code),
        }
    }
}

/// Something that a user may do or not.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Right {
    pub(crate) verb: &'static str,
    pub(crate) group: &'static str,
    pub(crate) resource: &'static str,
    /// Where; `None` for all namespaces, and for what is in none.
    pub(crate) namespace: Option<String>,
}

impl KubernetesStore {
    /// The namespace that is looked at; `None` for all.
    pub(crate) fn namespace(&self) -> Option<&str> {
        self.namespace.as_deref()
    }

    /// The address of the API server.
    pub(crate) fn address(&self) -> &str {
        &self.server
    }

    /// Reads what stands at a path.
    ///
    /// # Errors
    /// When no answer comes. A refusal is an answer.
    pub(crate) async fn look(&self, path: &str) -> Result<Answer, Error> {
        let request = http::Request::get(path).header(http::header::ACCEPT, "application/json").body(Vec::new());
        self.exchange("get", path, request.map_err(kube::core::request::Error::BuildRequest)).await
    }

    /// All objects of a list, page by page.
    pub(crate) async fn whole_list(&self, plural: &str, url: String) -> Result<Vec<Document>, Error> {
        let items = self.list_all(plural, url).await?;
        Ok(items.into_iter().map(|value| Document { value, place: String::new() }).collect())
    }

    /// Sends a merge patch of a cluster in one version of the API as a dry run: it goes through the whole admission and is
    /// not stored. It carries the uid and the resourceVersion that were read.
    pub(crate) async fn rehearse(&self, version: &str, before: &Document, patch: &Value) -> Result<Answer, Error> {
        let cluster = before.cluster();
        let mut patch = patch.clone();
        patch["metadata"]["uid"] = json!(cluster.uid());
        patch["metadata"]["resourceVersion"] = json!(cluster.resource_version());
        let namespace = cluster.namespace().unwrap_or_default();
        let url = format!("/apis/{GROUP}/{version}/namespaces/{namespace}/spectroclusters");
        // The one write of the doctor, and never another kind of it.
        let params = Self::patch_params(DryRun::Server);
        let request = Request::new(url).patch(&cluster.name(), &params, &kube::api::Patch::Merge(&patch));
        self.exchange("patch", "spectroclusters", request).await
    }

    /// Whether this user has a right, asked of the API server.
    pub(crate) async fn has(&self, right: &Right) -> Result<bool, Error> {
        let mut attributes = json!({"verb": right.verb, "group": right.group, "resource": right.resource});
        if let Some(namespace) = &right.namespace {
            attributes["namespace"] = json!(namespace);
        }
        let body = json!({
            "apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview", "spec": {"resourceAttributes": attributes},
        });
        let request = Request::new("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews");
        let review =
            self.send("create", "selfsubjectaccessreviews", request.create(&Default::default(), bytes(&body))).await?;
        Ok(field::at(&review, &["status", "allowed"]).and_then(Value::as_bool).unwrap_or_default())
    }

    async fn exchange(&self, verb: &str, what: &str, request: super::failure::Built) -> Result<Answer, Error> {
        let request =
            request.map_err(|error| Error::failed(format!("cannot build a request to {verb} {what}: {error}")))?;
        let began = Instant::now();
        // What the server warns of here is asked for, and told by the checks.
        let answer = self.connection.exchange_silently(&request, &self.requests).await;
        let answer = answer.map_err(|lost| self.lost(verb, what, lost))?;
        Ok(Answer {
            code: answer.status.as_u16(),
            document: serde_json::from_slice(answer.bytes()).unwrap_or_default(),
            warnings: answer.warnings(),
            took: began.elapsed(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_told_by_the_server_s_words() {
        let answer = |document| Answer { code: 403, document, ..Answer::default() };
        assert_eq!(answer(json!({"reason": "Forbidden", "message": "no."})).refusal(), "403 Forbidden: no");
        assert_eq!(answer(Value::Null).refusal(), "status 403");
    }
}
