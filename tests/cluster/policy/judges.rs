//! Asks the guard and the policy about a write through the API server, each alone, as dry runs.

use std::collections::BTreeSet;

use http_body_util::BodyExt as _;
use hyper::Request;
use kube::Client;
use profile_core::rules::Code;
use serde_json::{Map, Value, json};

use super::{corpus::Case, plane::JUDGE};

/// What a judge says about a write.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Opinion {
    /// The codes of the broken rules.
    pub(super) codes: BTreeSet<&'static str>,
    /// The sentences of the broken rules, without their field paths and in no order; of the policy all in one.
    pub(super) sentences: Vec<String>,
    pub(super) is_denied: bool,
}

/// A cluster that is stored, to be asked about.
pub(super) struct Stored<'a> {
    client: &'a Client,
    path: String,
    api_version: &'static str,
    metadata: Value,
}

impl<'a> Stored<'a> {
    /// Stores the cluster of a case under this name; what the API server says when it refuses the document.
    pub(super) async fn new(client: &'a Client, namespace: &str, name: &str, case: &Case) -> Result<Self, String> {
        // Both versions are asked for alike, half of the clusters in each.
        let version = if name.ends_with(['0', '2', '4', '6', '8']) { "v1" } else { "v1alpha1" };
        let api_version =
            if version == "v1" { "cluster.spectrocloud.com/v1" } else { "cluster.spectrocloud.com/v1alpha1" };
        let all = format!("/apis/{api_version}/namespaces/{namespace}/spectroclusters");
        let path = format!("{all}/{name}");
        let mut document = case.before.clone();
        let status = document.remove("status");
        let mut metadata = json!({"name": name, "namespace": namespace});
        if case.is_being_deleted {
            metadata["finalizers"] = json!(["example.com/hold"]);
        }
        let (code, mut stored) = ask(client, "POST", &all, &object(api_version, metadata, document)).await;
        if code == 201 {
            let mut metadata = stored["metadata"].take();
            // Who manages which field is of no interest here, and to keep account of it takes the API server long.
            metadata["managedFields"] = json!([{}]);
            let document = status.map(|status| ("status".to_owned(), status)).into_iter().collect();
            let with_status = object(api_version, metadata, document);
            (_, stored) = ask(client, "PUT", &format!("{path}/status"), &with_status).await;
        }
        if case.is_being_deleted {
            (_, stored) = ask(client, "DELETE", &path, &json!({})).await;
        }
        let metadata = stored["metadata"].take();
        let is_as_meant = metadata["name"] == name && metadata["deletionTimestamp"].is_null() != case.is_being_deleted;
        if is_as_meant { Ok(Self { client, path, api_version, metadata }) } else { Err(stored.to_string()) }
    }

    /// What one judge says about this `spec`; what the API server says when it is neither yes nor a judge's no.
    pub(super) async fn ask(&self, judge: &str, spec: Option<&Value>) -> Result<Opinion, String> {
        let mut metadata = self.metadata.clone();
        metadata["labels"][JUDGE] = json!(judge);
        let document = spec.map(|spec| ("spec".to_owned(), spec.clone())).into_iter().collect();
        let document = object(self.api_version, metadata, document);
        let (code, answer) = ask(self.client, "PUT", &format!("{}?dryRun=All", self.path), &document).await;
        if code == 200 {
            return Ok(Opinion::default());
        }
        let message = answer["message"].as_str().unwrap_or_default();
        let causes = answer["details"]["causes"].as_array().cloned().unwrap_or_default();
        let by_policy =
            message.split_once("'kubectl-profile-policy' denied request: ").map(|(_, said)| said.to_owned());
        let sentences: Vec<_> = match (judge, by_policy) {
            ("policy", Some(said)) => vec![said],
            ("guard", None) => causes.iter().filter_map(|it| it["message"].as_str().map(str::to_owned)).collect(),
            _ => return Err(answer.to_string()),
        };
        let is_named = |code: &&str| sentences.iter().any(|sentence| sentence.contains(&format!("({code})")));
        let codes: BTreeSet<_> = Code::ALL.iter().map(|code| code.as_str()).filter(is_named).collect();
        if code != 422 || judge == "guard" && codes.is_empty() {
            return Err(answer.to_string());
        }
        Ok(Opinion { codes, sentences, is_denied: true })
    }
}

fn object(api_version: &str, metadata: Value, mut parts: Map<String, Value>) -> Value {
    parts.insert("apiVersion".into(), json!(api_version));
    parts.insert("kind".into(), json!("SpectroCluster"));
    parts.insert("metadata".into(), metadata);
    Value::Object(parts)
}

async fn ask(client: &Client, method: &str, path: &str, body: &Value) -> (u16, Value) {
    let request = Request::builder().method(method).uri(path).header("content-type", "application/json");
    let answer = client.send(request.body(body.to_string().into_bytes().into()).unwrap()).await.unwrap();
    let code = answer.status().as_u16();
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    (code, serde_json::from_slice(&body).unwrap_or(Value::Null))
}
