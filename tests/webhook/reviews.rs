//! Makes reviews and asks the service in process.

use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{HeaderMap, Request, StatusCode, body::Body};
use profile_core::rules::Policy;
use profile_webhook::{limits::Limits, service::Service};
use serde_json::{Value, json};

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    /// The `response` of the AdmissionReview that came back; fails the test when it is none.
    pub(crate) fn response(&self) -> Value {
        assert_eq!(self.status, StatusCode::OK, "{}", self.text);
        let review: Value = serde_json::from_str(&self.text).unwrap();
        assert_eq!(review["apiVersion"], json!("admission.k8s.io/v1"));
        assert_eq!(review["kind"], json!("AdmissionReview"));
        review["response"].clone()
    }

    /// Whether the write was allowed.
    pub(crate) fn is_allowed(&self) -> bool {
        self.response()["allowed"].as_bool().unwrap()
    }

    /// The codes of the broken rules in the order of the causes.
    pub(crate) fn codes(&self) -> Vec<String> {
        let response = self.response();
        let causes = response["status"]["details"]["causes"].as_array().cloned().unwrap_or_default();
        causes.iter().map(|cause| cause["reason"].as_str().unwrap().to_owned()).collect()
    }
}

/// A service with the rules enforced and the limits of a real one.
pub(crate) fn service() -> Service {
    Service::new(Policy::default(), Limits::default())
}

/// Sends a review as the API server does.
pub(crate) async fn ask(review: &Value) -> Answer {
    ask_bytes(review.to_string()).await
}

/// Sends any bytes as a review.
pub(crate) async fn ask_bytes(body: impl Into<Bytes>) -> Answer {
    send(&service(), "POST", "/validate?timeout=3s", Full::new(body.into())).await
}

/// Sends a request to a service.
pub(crate) async fn send<B>(service: &Service, method: &str, path: &str, body: B) -> Answer
where
    B: Body<Data = Bytes> + Unpin,
{
    let request = Request::builder().method(method).uri(path).body(body).unwrap();
    let (parts, body) = service.answer(request).await.into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    Answer { status: parts.status, headers: parts.headers, text: String::from_utf8(bytes.to_vec()).unwrap() }
}

/// An update of a cluster from `before` to `after`.
pub(crate) fn update(before: &Value, after: &Value) -> Value {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let uid = format!("00000000-0000-4000-8000-{:012}", NEXT.fetch_add(1, Ordering::Relaxed));
    json!({
        "apiVersion": "admission.k8s.io/v1",
        "kind": "AdmissionReview",
        "request": {
            "uid": uid,
            "kind": {"group": "cluster.spectrocloud.com", "version": "v1", "kind": "SpectroCluster"},
            "resource": {"group": "cluster.spectrocloud.com", "version": "v1", "resource": "spectroclusters"},
            "name": "demo",
            "namespace": "cluster-1",
            "operation": "UPDATE",
            "userInfo": {"username": "jane", "groups": ["system:authenticated"]},
            "object": after,
            "oldObject": before,
            "dryRun": false,
            "options": {"apiVersion": "meta.k8s.io/v1", "kind": "UpdateOptions"},
        },
    })
}

/// A running AWS cluster at a Kubernetes version.
pub(crate) fn cluster(kubernetes: &str) -> Value {
    json!({
        "apiVersion": "cluster.spectrocloud.com/v1",
        "kind": "SpectroCluster",
        "metadata": {"name": "demo", "namespace": "cluster-1"},
        "spec": {
            "cloudType": "aws",
            "clusterProfileTemplates": [{"name": "stack", "packs": [
                {"name": "kubernetes", "layer": "k8s", "version": kubernetes},
                {"name": "hello-universe", "layer": "addon", "version": "1.0.0", "values": "password: hunter2\n"},
            ]}],
        },
        "status": {"state": "Running"},
    })
}

/// An update that every check of the rules denies: two minors at once.
pub(crate) fn skip() -> Value {
    update(&cluster("1.29.4"), &cluster("1.31.0"))
}
