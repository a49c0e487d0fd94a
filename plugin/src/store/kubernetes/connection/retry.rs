//! When a request is sent again, and how late: as the server says, and never what may have been done.

use std::time::Duration;

use http::{HeaderMap, Method, StatusCode, header::RETRY_AFTER};
use kube::core::Status;

/// How often a request is sent that the server is too busy for.
pub(super) const TRIES: u32 = 5;
/// What a server may ask to wait for; who asks for more is not waited for.
const LONGEST: Duration = Duration::from_secs(30);

/// How long to wait before the request is sent again; `None` where it must not be.
///
/// Too many requests at once (429) is said before the server looks at any of them, so that each may be sent again, a create
/// as well. That the server is not available (503) may be said by something in between that lost a write on its way: only what
/// reads is sent again, and only where a time is named, as kubectl does. No other failure is repeated: a create that was done
/// would meet itself, and the first one is our lock.
pub(super) fn wait(
    method: &Method,
    status: StatusCode,
    headers: &HeaderMap,
    said: Option<&Status>,
) -> Option<Duration> {
    let named = after(headers).or_else(|| {
        let seconds = said?.details.as_ref()?.retry_after_seconds;
        (seconds > 0).then(|| Duration::from_secs(seconds.into()))
    });
    let wait = match status {
        StatusCode::TOO_MANY_REQUESTS => named.unwrap_or(Duration::from_secs(1)),
        StatusCode::SERVICE_UNAVAILABLE if method.is_safe() => named?,
        _ => return None,
    };
    // At least a moment: a server that is busy is asked no faster for saying 0.
    (wait <= LONGEST).then(|| wait.max(Duration::from_millis(100)))
}

/// What `Retry-After` says: seconds, or a date.
fn after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = jiff::fmt::rfc2822::parse(text).ok()?.timestamp();
    Some(until.duration_since(jiff::Timestamp::now()).try_into().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(seconds: u32) -> Status {
        serde_json::from_value(serde_json::json!({"details": {"retryAfterSeconds": seconds}})).unwrap()
    }

    #[test]
    fn what_may_have_been_done_is_not_sent_again() {
        let seconds = |count| Some(Duration::from_secs(count));
        // The method, the code, the header, the seconds of the status, and how long to wait.
        let cases = [
            (Method::GET, 429, Some("2"), 0, seconds(2)),
            (Method::POST, 429, Some("2"), 0, seconds(2)),
            (Method::PATCH, 429, None, 3, seconds(3)),
            (Method::PATCH, 429, Some("2"), 3, seconds(2)),
            (Method::DELETE, 429, None, 0, seconds(1)),
            (Method::GET, 429, Some("0"), 0, Some(Duration::from_millis(100))),
            (Method::GET, 429, Some("31"), 0, None),
            (Method::GET, 429, Some("soon"), 0, seconds(1)),
            (Method::GET, 503, Some("2"), 0, seconds(2)),
            (Method::GET, 503, None, 2, seconds(2)),
            (Method::GET, 503, None, 0, None),
            (Method::POST, 503, Some("2"), 0, None),
            (Method::PATCH, 503, Some("2"), 0, None),
            (Method::GET, 500, Some("2"), 2, None),
            (Method::GET, 504, Some("2"), 0, None),
        ];
        for (method, code, header, said, expected) in cases {
            let mut headers = HeaderMap::new();
            header.map(|it| headers.insert(RETRY_AFTER, it.parse().unwrap()));
            let found = wait(&method, StatusCode::from_u16(code).unwrap(), &headers, Some(&status(said)));
            assert_eq!(found, expected, "{method} {code} {header:?} {said}");
        }
    }

    #[test]
    fn a_date_is_waited_for() {
        let mut headers = HeaderMap::new();
        let until = jiff::Timestamp::now() + jiff::SignedDuration::from_secs(20);
        let date = jiff::fmt::rfc2822::to_string(&until.to_zoned(jiff::tz::TimeZone::UTC)).unwrap();
        headers.insert(RETRY_AFTER, date.parse().unwrap());
        let found = wait(&Method::GET, StatusCode::SERVICE_UNAVAILABLE, &headers, None).unwrap();
        assert!(found > Duration::from_secs(10) && found <= Duration::from_secs(20), "{found:?}");
    }
}
