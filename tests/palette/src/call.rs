//! What was asked of the fake.

use std::time::{Duration, SystemTime};

use serde_json::Value;

use crate::exchange::Request;

/// A request and how it ended.
#[derive(Clone, Debug)]
pub struct Call {
    /// The request.
    pub request: Request,
    /// The status that was answered; none where the connection was closed without an answer.
    pub status: Option<u16>,
    /// When the request had come in.
    pub at: SystemTime,
    /// How long the fake itself worked on the answer, apart from the latency that it plays.
    pub worked: Duration,
}

impl Call {
    /// `GET`, `POST` and so on.
    pub fn method(&self) -> &str {
        &self.request.method
    }

    /// The path as the API description writes it; the real path where it has none.
    pub fn template(&self) -> &str {
        if self.request.template.is_empty() { &self.request.path } else { &self.request.template }
    }

    /// Path and query.
    pub fn target(&self) -> String {
        self.request.target()
    }

    /// The body as JSON; null where there is none.
    pub fn body(&self) -> Value {
        self.request.json()
    }

    /// Whether the request could change something: it is neither a `GET` nor a search or a check by `POST`.
    pub fn is_change(&self) -> bool {
        let template = self.template();
        let only_looks = template.starts_with("/v1/dashboard/") || template.contains("/validate");
        self.request.method != "GET" && !only_looks
    }
}

impl std::fmt::Display for Call {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let status = self.status.map_or_else(|| "no answer".to_owned(), |status| status.to_string());
        write!(formatter, "{} {} {status}", self.request.method, self.target())
    }
}
