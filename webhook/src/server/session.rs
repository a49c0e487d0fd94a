//! Answers the requests of one connection, and says behind which one it ends.

use std::{convert::Infallible, sync::Arc};

use hyper::{
    Request, StatusCode, Version,
    body::Incoming,
    header::{CONNECTION, HeaderValue},
};

use super::{activity::Activity, seats::Standing};
use crate::{answers::Answer, load::Peer, service::Service};

/// One connection, as its requests see it.
pub(super) struct Session {
    pub(super) service: Arc<Service>,
    pub(super) activity: Activity,
    pub(super) port: Port,
}

/// Which port a connection came in by, and so what it may ask.
pub(super) enum Port {
    Tls { peer: Peer, standing: Standing },
    Health,
}

impl Session {
    pub(super) fn new(service: Arc<Service>, port: Port) -> Arc<Self> {
        Arc::new(Self { service, activity: Activity::new(), port })
    }

    /// Answers one request.
    pub(super) async fn answer(self: Arc<Self>, request: Request<Incoming>) -> Result<Answer, Infallible> {
        let _in_work = self.activity.begin();
        let (version, is_review) = (request.version(), request.uri().path() == "/validate");
        let mut answer = match &self.port {
            Port::Tls { peer, .. } => self.service.answer_to(peer, request).await,
            Port::Health => self.service.answer_health(&request).await,
        };
        let is_decided = is_review && answer.status() == StatusCode::OK;
        if let (Port::Tls { standing, .. }, true) = (&self.port, is_decided) {
            standing.prove();
        }
        // The connection ends behind an answer and never between two: the API server repeats no review that was on its way
        // when the connection closed. Only the API server has a next review to send, so that any other answer is the last
        // one. A review that was refused for now is no reason to shake hands anew, which costs more than the review.
        let stays = is_decided || (is_review && self.is_proven() && answer.status() == StatusCode::SERVICE_UNAVAILABLE);
        let is_old = self.activity.opened.elapsed() >= self.service.limits().connection_age;
        if !stays || is_old || self.service.is_draining() {
            // HTTP/2 has a message for it, which says which requests were taken.
            if version == Version::HTTP_2 {
                self.activity.ask_to_leave();
            } else {
                answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
            }
        }
        Ok(answer)
    }

    /// Whether a review of this connection was decided.
    fn is_proven(&self) -> bool {
        matches!(&self.port, Port::Tls { standing, .. } if standing.is_proven())
    }
}
