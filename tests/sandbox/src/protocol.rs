//! What a sandbox and its supervisor say to each other, one line each: words in, JSON out.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// What the supervisor is told on its standard input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Request {
    /// For the webhook.
    Webhook(WebhookRequest),
    /// Kill the API server, as a crash would.
    KillApiServer,
    /// Start it again, on its port, and wait until it is ready.
    StartApiServer,
}

/// What the webhook is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WebhookRequest {
    /// Start it again, on its port.
    Start,
    /// Kill it, as a crash would.
    Kill,
    /// Stop it as Kubernetes stops a pod: SIGTERM, then wait for its end.
    Stop,
}

/// What the supervisor says on its standard output.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Answer {
    /// The sandbox is ready; said once, first.
    Ready(Ready),
    /// The request was done.
    Done,
    /// The start or the request failed, and why.
    Failed(String),
}

/// Where everything is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Ready {
    /// The temporary directory of everything.
    pub(crate) dir: PathBuf,
    /// The administrator's kubeconfig.
    pub(crate) kubeconfig: PathBuf,
    /// The kubectl of the control plane's version.
    pub(crate) kubectl: PathBuf,
    /// The address of the API server.
    pub(crate) server: String,
    /// The webhook, where there is one.
    pub(crate) webhook: Option<WebhookPlace>,
}

/// Where the API server finds the webhook. Whom it has to trust stands in the webhook's Secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WebhookPlace {
    /// The address that takes reviews.
    pub(crate) url: String,
}

impl Request {
    const ALL: [Self; 5] = [
        Self::Webhook(WebhookRequest::Start),
        Self::Webhook(WebhookRequest::Kill),
        Self::Webhook(WebhookRequest::Stop),
        Self::KillApiServer,
        Self::StartApiServer,
    ];

    /// The line that stands for it.
    pub(crate) fn line(self) -> &'static str {
        match self {
            Self::Webhook(WebhookRequest::Start) => "webhook start",
            Self::Webhook(WebhookRequest::Kill) => "webhook kill",
            Self::Webhook(WebhookRequest::Stop) => "webhook stop",
            Self::KillApiServer => "api-server kill",
            Self::StartApiServer => "api-server start",
        }
    }

    /// Reads a line.
    pub(crate) fn parse(line: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|request| request.line() == line.trim());
        found.ok_or_else(|| format!("`{line}` is no request"))
    }
}

impl Answer {
    /// The line that stands for it.
    pub(crate) fn line(&self) -> String {
        // Only maps with keys that are not text fail to become JSON, and there are none here.
        serde_json::to_string(self).expect("an answer is plain data")
    }

    /// Reads a line.
    pub(crate) fn parse(line: &str) -> Result<Self, String> {
        serde_json::from_str(line).map_err(|error| format!("`{line}` is no answer: {error}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_and_answers_are_read_as_they_were_written() {
        for request in Request::ALL {
            assert_eq!(Request::parse(request.line()), Ok(request));
        }
        let answer = Answer::Failed("one\ntwo".into());
        assert!(!answer.line().contains('\n'));
        assert_eq!(Answer::parse(&answer.line()), Ok(answer));
    }
}
