//! Requests, and what their failures mean in words.

use kube::core::{Status, response::StatusCause};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{KubernetesStore, connection::Lost};
use crate::error::{Error, Kind};

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
        serde_json::from_str(&text).map_err(|error| {
            let context = self.context();
            Error::failed(format!("cannot {verb} {resource} at the API server of context {context:?}: {error}"))
                .hint("is this the right server?")
        })
    }

    /// Sends a request and hands over the answer as it is.
    pub(super) async fn send_text(&self, verb: &str, resource: &str, request: Built) -> Result<String, Error> {
        let request =
            request.map_err(|error| Error::failed(format!("cannot build a request to {verb} {resource}: {error}")))?;
        match self.connection.exchange(&request, &self.requests).await {
            Ok(answer) => answer.text().map_err(|status| refusal(verb, resource, &status)),
            Err(lost) => Err(self.lost(verb, resource, lost)),
        }
    }

    /// What it means that there is no answer.
    pub(super) fn lost(&self, verb: &str, resource: &str, lost: Lost) -> Error {
        match lost {
            Lost::Unsent(error) => error,
            Lost::TimedOut(limit) => Error::new(
                Kind::TimedOut,
                format!("no answer from {} to {verb} {resource} in {limit:?}", self.server_in_words()),
            )
            .hint("raise --request-timeout, or check the server"),
            Lost::Broken(cause) => self.broken(verb, resource, &cause),
        }
    }

    fn server_in_words(&self) -> String {
        format!("the API server of context {:?} at {}{}", self.context(), self.server, self.connection.way())
    }

    /// What it means that nothing came back.
    fn broken(&self, verb: &str, resource: &str, cause: &str) -> Error {
        let message = format!("cannot {verb} {resource} at {}: {cause}", self.server_in_words());
        let error = Error::new(Kind::Unreachable, message);
        // What rustls says of the certificate of a server.
        let hint = if cause.contains("UnknownIssuer") || cause.contains("BadSignature") {
            "the server's certificate is signed by an authority that is not trusted: name its file by \
             --certificate-authority, or in the kubeconfig"
        } else if cause.contains("NotValidForName") || cause.contains("not valid for name") {
            "the server's certificate is for another name: --tls-server-name says which one to check"
        } else if cause.contains("certificate") {
            "is this the right server, and is its certificate still valid?"
        } else if cause.contains("tunnel") || cause.contains("proxy") || !self.connection.way().is_empty() {
            "look at HTTPS_PROXY and NO_PROXY, and at the kubeconfig's proxy-url"
        } else {
            "is the server running, and is this the right context?"
        };
        error.hint(hint)
    }
}

/// What the API server says, under the kind that decides the exit code.
fn refusal(verb: &str, resource: &str, status: &Status) -> Error {
    /// A server that says more than this says nothing that anybody reads.
    const SHOWN: usize = 16 * 1024;
    let shown: String = status.message.chars().take(SHOWN).collect();
    let message = shown.trim_end_matches('.');
    let said = |kind, message: String| Error::by_server(kind, &status.reason, message);
    match (status.code, status.reason.as_str()) {
        (404, _) => said(Kind::NotFound, format!("cannot {verb} {resource}: {message}")),
        (409, "AlreadyExists" | "Conflict") => said(Kind::Conflict, message.to_owned()),
        // As kubectl says it, which does not say that it is the server's word.
        (401, _) => Error::failed(format!(
            "you must be logged in to the server (Unauthorized): cannot {verb} {resource}: {message}"
        ))
        .hint("the credentials are not accepted: log in again"),
        (403, _) => said(Kind::Forbidden, format!("you may not {verb} {resource}: {message}"))
            .hint(format!("ask for the right to {verb} {resource}")),
        (422, _) => said(Kind::Refused, causes(status, message)),
        (413, _) => said(Kind::Failed, format!("the object is too large to {verb}: {message}")),
        (429, _) => said(Kind::Unanswered, format!("cannot {verb} {resource}: {message}"))
            .hint("the server is too busy: try again later"),
        (500, _) if message.contains("failed calling webhook") => said(Kind::Refused, message.to_owned())
            .hint("the guard cannot be reached, and a write of profiles waits for it: check the pods in namespace kubectl-profile-system")
            .hint("`kubectl delete validatingwebhookconfiguration kubectl-profile-guard` takes the guard away"),
        (code, _) => {
            // A part of the API that another server answers for may be away while the rest works, and a list may expire.
            let kind = if code == 410 || code >= 500 { Kind::Unanswered } else { Kind::Failed };
            said(kind, format!("cannot {verb} {resource}: {message}"))
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
