//! Writes the answers that are no reviews: one line of plain text each.

use bytes::Bytes;
use http_body_util::Full;
use hyper::{
    Response, StatusCode,
    header::{ACCEPT_ENCODING, ALLOW, CONTENT_TYPE, HeaderValue},
};

/// The answer to every request.
pub(crate) type Answer = Response<Full<Bytes>>;

/// Plain text with a status.
pub(crate) fn text(status: StatusCode, text: &str) -> Answer {
    let mut response = typed("text/plain; charset=utf-8", format!("{text}\n"));
    *response.status_mut() = status;
    response
}

/// A body of a media type.
pub(crate) fn typed(media_type: &'static str, body: impl Into<Bytes>) -> Answer {
    let mut response = Response::new(Full::new(body.into()));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    response
}

/// Names the methods that a path knows.
pub(crate) fn wrong_method(allowed: &'static str) -> Answer {
    let mut response = text(StatusCode::METHOD_NOT_ALLOWED, &format!("use {allowed}"));
    response.headers_mut().insert(ALLOW, HeaderValue::from_static(allowed));
    response
}

/// Says that a packed body is not unpacked.
pub(crate) fn packed() -> Answer {
    let mut response = text(StatusCode::UNSUPPORTED_MEDIA_TYPE, "send the body as it is: no encoding is unpacked");
    response.headers_mut().insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    response
}
