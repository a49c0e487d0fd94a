//! Requests, and what their failures mean in words.

use std::{sync::atomic::Ordering, time::Duration};

use kube::core::{Status, response::StatusCause};
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::time::Instant;

use super::KubernetesStore;
use crate::{
    error::{Error, Kind},
    output::trace,
};

/// How often a request is sent that the server is too busy for.
const TRIES: u32 = 5;
/// The code by which it says so.
const TOO_MANY: u16 = 429;

/// A request as kube builds it.
pub(super) type Built = Result<http::Request<Vec<u8>>, kube::core::request::Error>;

impl KubernetesStore {
    /// Sends a request and reads the answer as JSON. `verb` and `resource` name it in errors.
    pub(super) async fn send(&self, verb: &str, resource: &str, request: Built) -> Result<Value, Error> {
        self.send_as(verb, resource, request).await
    }

    /// Sends a request and reads the answer into a type of one's own.
    pub(super) async fn send_as<T: DeserializeOwned>(
        &self,
        verb: &str,
        resource: &str,
        request: Built,
    ) -> Result<T, Error> {
        let text = self.send_text(verb, resource, request).await?;
        serde_json::from_str(&text).map_err(|error| self.failure(verb, resource, &kube::Error::SerdeError(error)))
    }

    /// Sends a request and hands over the answer as it is.
    pub(super) async fn send_text(&self, verb: &str, resource: &str, request: Built) -> Result<String, Error> {
        let request =
            request.map_err(|error| Error::failed(format!("cannot build a request to {verb} {resource}: {error}")))?;
        match tokio::time::timeout(self.timeout, self.admitted(request)).await {
            Ok(answer) => answer.map_err(|error| self.failure(verb, resource, &error)),
            Err(_) => Err(Error::new(
                Kind::TimedOut,
                format!(
                    "no answer from the API server of context {:?} to {verb} {resource} in {:?}",
                    self.context, self.timeout
                ),
            )
            .hint("raise --request-timeout, or check the server")),
        }
    }

    /// Sends a request again, as late as the server says, as long as it answers that there are too many at once: it does
    /// so before it looks at any of them. The client's own policy would repeat other failures, too, and with them a write
    /// that was done.
    async fn admitted(&self, request: http::Request<Vec<u8>>) -> Result<String, kube::Error> {
        let mut tries = 1;
        loop {
            self.requests.fetch_add(1, Ordering::Relaxed);
            match self.traced(request.clone()).await {
                Err(kube::Error::Api(status)) if status.code == TOO_MANY && tries < TRIES => {
                    let seconds = status.details.as_ref().map_or(0, |it| it.retry_after_seconds);
                    tokio::time::sleep(Duration::from_secs(u64::from(seconds.max(1)))).await;
                    tries += 1;
                }
                answer => return answer,
            }
        }
    }

    /// Sends a request once, and shows it where that is asked for. The client adds the credentials, which are not seen here.
    async fn traced(&self, request: http::Request<Vec<u8>>) -> Result<String, kube::Error> {
        let (method, path, sent) = (request.method().clone(), request.uri().to_string(), request.body().len());
        let began = Instant::now();
        let answer = self.client.request_text(request).await;
        let ended = match &answer {
            Ok(_) => "OK".into(),
            Err(kube::Error::Api(status)) => format!("{} {}", status.code, status.reason),
            Err(_) => "got no answer".into(),
        };
        trace::show(&trace::Exchange {
            method: method.as_str(),
            url: &format!("{}{path}", self.server.trim_end_matches('/')),
            headers: Vec::new(),
            ended: &ended,
            took: began.elapsed(),
            sizes: (sent, answer.as_ref().map_or(0, String::len)),
        });
        answer
    }

    fn failure(&self, verb: &str, resource: &str, error: &kube::Error) -> Error {
        match error {
            kube::Error::Api(status) => refusal(verb, resource, status),
            _ => {
                let mut cause: &dyn std::error::Error = error;
                while let Some(deeper) = cause.source() {
                    cause = deeper;
                }
                let kind = if let kube::Error::SerdeError(_) = error { Kind::Failed } else { Kind::Unreachable };
                let message =
                    format!("cannot {verb} {resource} at the API server of context {:?}: {cause}", self.context);
                Error::new(kind, message).hint("is the server running, and is this the right context?")
            }
        }
    }
}

/// What the API server says, under the kind that decides the exit code.
fn refusal(verb: &str, resource: &str, status: &Status) -> Error {
    let message = status.message.trim_end_matches('.');
    match (status.code, status.reason.as_str()) {
        (404, _) => {
            Error::new(Kind::NotFound, format!("error from server (NotFound): cannot {verb} {resource}: {message}"))
        }
        (409, "AlreadyExists" | "Conflict") => {
            Error::new(Kind::Conflict, format!("error from server ({}): {message}", status.reason))
        }
        (401, _) => Error::failed(format!("error from server (Unauthorized): cannot {verb} {resource}: {message}"))
            .hint("the kubeconfig's credentials are not accepted: log in again"),
        (403, _) => Error::new(
            Kind::Forbidden,
            format!("error from server (Forbidden): you may not {verb} {resource}: {message}"),
        )
        .hint(format!("ask for the right to {verb} {resource}")),
        (422, _) => Error::refused(format!("error from server (Invalid): {}", causes(status, message))),
        (413, _) => Error::failed(format!("error from server: the object is too large to {verb}: {message}")),
        (500, _) if message.contains("failed calling webhook") => {
            Error::refused(format!("error from server (InternalError): {message}"))
                .hint("the guard cannot be reached, and a write of profiles waits for it: check the pods in namespace kubectl-profile-system")
                .hint("`kubectl delete validatingwebhookconfiguration kubectl-profile-guard` takes the guard away")
        }
        (code, reason) => {
            // A part of the API that another server answers for may be away while the rest works, and a list may expire.
            let kind = if code == 410 || code >= 500 { Kind::Unanswered } else { Kind::Failed };
            Error::new(kind, format!("error from server ({reason}, {code}): cannot {verb} {resource}: {message}"))
        }
    }
}

/// Every cause of a denial, one line each, with its field and its code; the guard's sentences hold their code already.
fn causes(status: &Status, message: &str) -> String {
    let causes = status.details.iter().flat_map(|details| &details.causes);
    let line = |it: &StatusCause| {
        let code = if it.message.contains(&it.reason) { String::new() } else { format!(" ({})", it.reason) };
        format!("\n  {}: {}{code}", it.field, it.message)
    };
    let lines: Vec<_> = causes.map(line).collect();
    if lines.is_empty() { message.to_owned() } else { format!("the write is denied{}", lines.concat()) }
}
