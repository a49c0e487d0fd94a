//! What Palette's refusals and a broken way to it mean in words.

use std::time::Duration;

use http::{HeaderMap, StatusCode, header};
use serde_json::Value;

use crate::error::{Error, Kind};

/// Codes of Palette's own guard against changes of Kubernetes, by which our rules are called as well (librarium #11850).
const GUARD: [&str; 2] = ["K8sMultiMinorUpgradeNotSupported", "K8sDowngradeAfterUpgradeNotSupported"];

/// Most letters of an answer that are shown.
const SHOWN: usize = 400;

/// What went wrong at the very bottom.
pub(super) fn deepest(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}

/// How long a server asks to wait.
pub(super) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim().to_owned();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = jiff::fmt::rfc2822::parse(&text).ok()?.timestamp();
    Some(until.duration_since(jiff::Timestamp::now()).try_into().unwrap_or_default())
}

/// Whether a connection broke because of a certificate, which will not be another one the next time.
pub(super) fn is_certificate(why: &str) -> bool {
    why.to_ascii_lowercase().contains("certificate")
}

/// The way to Palette is broken.
pub(super) fn broken(what: &str, host: &str, why: &str) -> Error {
    let error = Error::new(Kind::Unreachable, format!("cannot {what} in Palette at {host}: {why}"));
    if is_certificate(why) {
        return error
            .hint("its certificate is not trusted: name the file of the CA by --palette-ca, or under palette.certificateAuthority");
    }
    error.hint("check the host, the network and the proxy (HTTPS_PROXY, NO_PROXY)")
}

/// An answer that says yes and is no JSON.
pub(super) fn no_json(what: &str, host: &str, body: &[u8], error: &serde_json::Error) -> Error {
    if is_html(body) {
        return html(what, host);
    }
    Error::new(Kind::Unanswered, format!("cannot {what} in Palette at {host}: its answer cannot be read: {error}"))
        .hint("is this Palette's API, and nothing between that changes answers?")
}

fn html(what: &str, host: &str) -> Error {
    Error::new(Kind::Unanswered, format!("cannot {what} in Palette at {host}: the answer is a page of HTML"))
        .hint("a proxy or a login page answered in its place; check HTTPS_PROXY, NO_PROXY and the host")
}

fn is_html(body: &[u8]) -> bool {
    let start: Vec<_> = body.iter().copied().filter(|it| !it.is_ascii_whitespace()).take(5).collect();
    start.eq_ignore_ascii_case(b"<html") || start.eq_ignore_ascii_case(b"<!doc")
}

/// What Palette says under the kind that decides the exit code.
pub(super) fn refusal(what: &str, host: &str, status: StatusCode, body: &[u8]) -> Error {
    let told: Option<Value> = serde_json::from_slice(body).ok();
    // A line of it must not look like one of ours.
    let text = |key: &str| {
        told.as_ref()?.get(key)?.as_str().map(|it| it.replace(['\n', '\r'], " ")).filter(|it| !it.is_empty())
    };
    let (code, message) = (text("code"), text("message"));
    let said = match (&code, &message) {
        (Some(code), Some(message)) => format!("{message} ({code})"),
        (Some(one), None) | (None, Some(one)) => one.clone(),
        (None, None) if is_html(body) => return html(what, host),
        (None, None) => shortened(&String::from_utf8_lossy(body)),
    };
    let said = if said.is_empty() { status.to_string() } else { said };
    let message = |kind: &str| format!("error from Palette ({kind}): cannot {what}: {said}");
    let detail = told.as_ref().and_then(|told| told.get("details").or_else(|| told.get("data")));
    if let Some(code) = code.as_deref().filter(|code| GUARD.contains(code)) {
        let versions = detail.map(versions).unwrap_or_default();
        return Error::refused(format!(
            "Palette refuses to {what}: {code}{versions}: {}",
            text("message").unwrap_or_default()
        ))
        .hint("`kubectl profile check` says the next version that is allowed");
    }
    match status.as_u16() {
        401 => Error::failed(message("Unauthorized")).hint(
            "the API key is not accepted: it may have expired or belong to another Palette; create one under User Menu > My API Keys",
        ),
        403 => Error::new(Kind::Forbidden, message("Forbidden"))
            .hint("the user of the API key lacks a role for this in this project"),
        404 => Error::new(Kind::NotFound, message("NotFound")),
        409 => Error::new(Kind::Conflict, message("Conflict")),
        400 | 422 => {
            let detail = detail.filter(|it| !it.is_null()).map(|it| format!(" {}", shortened(&it.to_string())));
            Error::refused(message(status.as_str()) + &detail.unwrap_or_default())
        }
        429 => Error::new(Kind::Unanswered, message("TooManyRequests"))
            .hint("Palette takes 10 requests a second from one address: run fewer at a time, or later"),
        500.. => Error::new(Kind::Unanswered, message(status.as_str())),
        _ => Error::failed(message(status.as_str())),
    }
}

/// From which version to which, as the guard says it.
fn versions(detail: &Value) -> String {
    let text = |key: &str| detail.get(key).and_then(Value::as_str);
    match (text("currentVersion"), text("targetVersion")) {
        (Some(current), Some(target)) => format!(" ({current} to {target})"),
        _ => String::new(),
    }
}

fn shortened(text: &str) -> String {
    let text = text.trim();
    let text = text.replace(['\n', '\r'], " ");
    let short: String = text.chars().take(SHOWN).collect();
    if short.len() < text.len() { format!("{short}…") } else { short }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(status: u16, body: &str) -> Error {
        refusal("write cluster \"c\"", "h", StatusCode::from_u16(status).unwrap(), body.as_bytes())
    }

    #[test]
    fn a_refusal_says_code_and_message() {
        let error = refused(400, r#"{"code":"PackNotFound","message":"no such pack","details":{"pack":"k"}}"#);
        assert_eq!(error.kind, Kind::Refused);
        assert!(
            error.message.ends_with("cannot write cluster \"c\": no such pack (PackNotFound) {\"pack\":\"k\"}"),
            "{error}"
        );
    }

    #[test]
    fn the_guards_codes_are_ours() {
        for key in ["data", "details"] {
            let body = format!(
                r#"{{"code":"K8sMultiMinorUpgradeNotSupported","message":"no","{key}":{{"currentVersion":"1.30.1","targetVersion":"1.32.0"}}}}"#
            );
            let error = refused(400, &body);
            assert_eq!(error.kind.exit_code(), 4);
            assert!(error.message.contains("K8sMultiMinorUpgradeNotSupported (1.30.1 to 1.32.0): no"), "{error}");
        }
    }

    #[test]
    fn kinds_follow_the_status() {
        for (status, kind) in [
            (401, Kind::Failed),
            (403, Kind::Forbidden),
            (404, Kind::NotFound),
            (409, Kind::Conflict),
            (429, Kind::Unanswered),
            (500, Kind::Unanswered),
            (418, Kind::Failed),
        ] {
            assert_eq!(refused(status, "{}").kind, kind, "{status}");
        }
    }

    #[test]
    fn a_page_of_html_is_said_to_be_one() {
        assert!(refused(502, "<html><body>Bad Gateway").message.contains("page of HTML"));
        let error = serde_json::from_str::<Value>("<").unwrap_err();
        assert!(no_json("read it", "h", b"\n<!DOCTYPE html>", &error).message.contains("page of HTML"));
        assert!(no_json("read it", "h", b"{\"a\":", &error).message.contains("cannot be read"));
    }

    #[test]
    fn a_long_answer_is_cut() {
        assert!(refused(500, &"x".repeat(10_000)).message.len() < 600);
    }
}
