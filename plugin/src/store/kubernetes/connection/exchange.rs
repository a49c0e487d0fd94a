//! One request and its answer: sent with who asks, shown where `-v` asks for it, sent again where that is safe.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use http::{HeaderMap, HeaderValue, Request, StatusCode, header};
use http_body_util::{BodyExt as _, Limited};
use kube::{Client, Config, core::Status};
use tokio::time::Instant;

use super::{Connection, retry, warning};
use crate::{
    error::Error,
    output::{trace, warnings},
};

/// What the API server answered, whatever it was.
pub(in crate::store::kubernetes) struct Answer {
    pub(in crate::store::kubernetes) status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

/// Why there is no answer.
pub(in crate::store::kubernetes) enum Lost {
    /// It took too long.
    TimedOut(Duration),
    /// Nothing came, or not all of it.
    Broken(String),
    /// It could not be sent at all.
    Unsent(Error),
}

impl Answer {
    /// The answer as it came.
    pub(in crate::store::kubernetes) fn bytes(&self) -> &[u8] {
        &self.body
    }

    /// The texts of what the server warns of.
    pub(in crate::store::kubernetes) fn warnings(&self) -> Vec<String> {
        warning::texts(&self.headers)
    }

    /// The answer as text; what the API server says in its place, where it is no success.
    pub(in crate::store::kubernetes) fn text(self) -> Result<String, Box<Status>> {
        if self.status.is_success() {
            return Ok(match String::from_utf8(self.body) {
                Ok(text) => text,
                Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
            });
        }
        Err(Box::new(self.said().unwrap_or_else(|| self.made_up())))
    }

    fn said(&self) -> Option<Status> {
        // Anything in between may answer with JSON of its own.
        let said: Status = serde_json::from_slice(&self.body).ok()?;
        (said.code != 0).then_some(said)
    }

    /// What something in between says, that does not speak as an API server does.
    fn made_up(&self) -> Status {
        /// More of a page of HTML tells nobody more.
        const SHOWN: usize = 200;
        let text = String::from_utf8_lossy(&self.body);
        let text: String = text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(SHOWN).collect();
        let name = self.status.canonical_reason().unwrap_or("unknown status");
        let message = if text.is_empty() { name.to_owned() } else { format!("{name}: {text}") };
        let reason = name.split(' ').collect::<String>();
        Status { code: self.status.as_u16(), reason, message, ..Status::default() }
    }
}

impl Connection {
    /// Sends a request, again as late as the server says where it is too busy, and counts each time in `count`.
    pub(in crate::store::kubernetes) async fn exchange(
        &self,
        request: &Request<Vec<u8>>,
        count: &AtomicU64,
    ) -> Result<Answer, Lost> {
        let answer = self.exchange_silently(request, count).await?;
        answer.warnings().iter().for_each(|it| warnings::show(it));
        Ok(answer)
    }

    /// The same for whoever tells by themselves what the server warns of.
    pub(in crate::store::kubernetes) async fn exchange_silently(
        &self,
        request: &Request<Vec<u8>>,
        count: &AtomicU64,
    ) -> Result<Answer, Lost> {
        let mut tries = 1;
        loop {
            count.fetch_add(1, Ordering::Relaxed);
            let answer = self.once(request.clone()).await?;
            let wait = retry::wait(request.method(), answer.status, &answer.headers, answer.said().as_ref());
            let Some(wait) = wait.filter(|_| tries < retry::TRIES) else { return Ok(answer) };
            trace::waits(&format!("the API server of context {:?} answers {}", self.context, answer.status), wait);
            tokio::time::sleep(wait).await;
            tries += 1;
        }
    }

    /// Sends a request once. The limit holds from its first byte to the last of the answer; that a plugin asks its user is no
    /// part of it.
    async fn once(&self, mut request: Request<Vec<u8>>) -> Result<Answer, Lost> {
        let (client, authorization) = self.live.lock().await.ready().await.map_err(Lost::Unsent)?;
        if let Some(value) = authorization {
            request.headers_mut().insert(header::AUTHORIZATION, value);
        }
        let mut shown = request.headers().clone();
        for (name, value) in &self.headers {
            shown.append(name, value.clone());
        }
        let (method, path, sent) = (request.method().clone(), request.uri().to_string(), request.body().len());
        let began = Instant::now();
        let answer = match tokio::time::timeout(self.timeout, answer(&client, request)).await {
            Ok(answer) => answer.map_err(|error| Lost::Broken(deepest(&error))),
            Err(_) => Err(Lost::TimedOut(self.timeout)),
        };
        trace::show(&trace::Exchange {
            method: method.as_str(),
            url: &format!("{}{path}", self.server.trim_end_matches('/')),
            headers: trace::without_secrets(&shown),
            answered: answer.as_ref().map(|it| trace::without_secrets(&it.headers)).unwrap_or_default(),
            ended: &answer.as_ref().map_or_else(|_| "got no answer".into(), |it| it.status.to_string()),
            took: began.elapsed(),
            sizes: (sent, answer.as_ref().map_or(0, |it| it.body.len())),
        });
        let answer = answer?;
        if answer.status == StatusCode::UNAUTHORIZED {
            self.live.lock().await.credential.refused();
        }
        Ok(answer)
    }

    /// Sends a request and waits for the first byte of the answer, however long that takes: a watch answers when something
    /// happens. Where nothing can come, it ends at once.
    pub(in crate::store::kubernetes) async fn until_first_byte(&self, mut request: Request<Vec<u8>>) {
        let Ok((client, authorization)) = self.live.lock().await.ready().await else { return };
        if let Some(value) = authorization {
            request.headers_mut().insert(header::AUTHORIZATION, value);
        }
        let Ok(mut answer) = client.send(request.map(kube::client::Body::from)).await else { return };
        // However the body goes on, something came.
        let _ = answer.body_mut().frame().await;
    }

    /// By which proxy it goes, for words of errors.
    pub(in crate::store::kubernetes) fn way(&self) -> String {
        self.proxy.as_ref().map(|it| format!(" by the proxy {it}")).unwrap_or_default()
    }
}

/// No page of a list is larger: 500 objects of the largest size that is stored.
const LARGEST: usize = 1 << 30;

async fn answer(client: &Client, request: Request<Vec<u8>>) -> Result<Answer, kube::Error> {
    let (parts, body) = client.send(request.map(kube::client::Body::from)).await?.into_parts();
    let body = Limited::new(body, LARGEST).collect().await.map_err(kube::Error::Service)?.to_bytes().to_vec();
    Ok(Answer { status: parts.status, headers: parts.headers, body })
}

/// The innermost words of an error: those around it say what was tried, which we know.
fn deepest(error: &kube::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    if cause.to_string().is_empty() { error.to_string() } else { cause.to_string() }
}

/// What each request of a client is sent with, as far as it is no secret.
pub(super) fn shown_headers(config: &Config) -> HeaderMap {
    let user = &config.auth_info;
    let mut all = HeaderMap::new();
    all.extend(config.headers.iter().cloned());
    let mut add = |name: &'static str, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            all.append(name, value);
        }
    };
    user.impersonate.iter().for_each(|it| add("impersonate-user", it));
    user.impersonate_uid.iter().for_each(|it| add("impersonate-uid", it));
    user.impersonate_groups.iter().flatten().for_each(|it| add("impersonate-group", it));
    all
}
