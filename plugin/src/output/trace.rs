//! What `-v` shows of requests: never a credential, and never a body, as values can hold secrets.

use std::{
    io::Write,
    sync::atomic::{AtomicU8, Ordering},
    time::Duration,
};

/// The level that was asked for, once for the process: connections are made far from any [`super::Output`].
static LEVEL: AtomicU8 = AtomicU8::new(0);

/// From which level on it is told that a request is sent again.
const AGAIN: u8 = 1;
/// From which level on each request has a line.
const LINES: u8 = 6;
/// From which level on the headers are shown.
const HEADERS: u8 = 8;
/// From which level on the sizes of bodies are.
const SIZES: u8 = 9;

/// Shows as much as `level` says from here on.
pub(crate) fn set(level: u8) {
    LEVEL.store(level, Ordering::Relaxed);
}

/// A request and how it ended, in words.
pub(crate) struct Exchange<'a> {
    pub(crate) method: &'a str,
    pub(crate) url: &'a str,
    /// Names and values; of those that are secret the name alone.
    pub(crate) headers: Vec<(&'a str, Option<&'a str>)>,
    /// The same of the answer.
    pub(crate) answered: Vec<(&'a str, Option<&'a str>)>,
    pub(crate) ended: &'a str,
    pub(crate) took: Duration,
    /// Bytes that were sent and received.
    pub(crate) sizes: (usize, usize),
}

/// Shows a request. Where the stream is gone there is nobody to tell.
pub(crate) fn show(exchange: &Exchange<'_>) {
    let level = LEVEL.load(Ordering::Relaxed);
    if level < LINES {
        return;
    }
    let mut stream = std::io::stderr().lock();
    for line in lines(exchange, level) {
        let _ = writeln!(stream, "{}", super::escape::control(&line));
    }
}

/// Tells that a request waits before it is sent again: to whoever asked to know, or might wonder why nothing happens.
pub(crate) fn waits(why: &str, wait: Duration) {
    /// From when on somebody wonders.
    const LONG: Duration = Duration::from_secs(3);
    if LEVEL.load(Ordering::Relaxed) >= AGAIN || wait >= LONG {
        let line = format!("{why}; asking again in {} s", wait.as_secs());
        let _ = writeln!(std::io::stderr().lock(), "{}", super::escape::control(&line));
    }
}

/// Names and values of headers, without the values of those that are secret.
pub(crate) fn without_secrets(headers: &http::HeaderMap) -> Vec<(&str, Option<&str>)> {
    const HARMLESS: [&str; 24] = [
        "accept",
        "accept-encoding",
        "audit-id",
        "cache-control",
        "connection",
        "content-encoding",
        "content-length",
        "content-type",
        "date",
        "host",
        "impersonate-group",
        "impersonate-uid",
        "impersonate-user",
        "kubectl-command",
        "kubectl-session",
        "retry-after",
        "server",
        "transfer-encoding",
        "user-agent",
        "vary",
        "via",
        "warning",
        "x-kubernetes-pf-flowschema-uid",
        "x-kubernetes-pf-prioritylevel-uid",
    ];
    // What a server or a proxy calls its secrets nobody can list.
    let is_shown = |name: &str, value: &http::HeaderValue| !value.is_sensitive() && HARMLESS.contains(&name);
    let shown = headers.iter().map(|(name, value)| {
        let name = name.as_str();
        (name, if is_shown(name, value) { value.to_str().ok() } else { None })
    });
    shown.collect()
}

fn lines(exchange: &Exchange<'_>, level: u8) -> Vec<String> {
    let Exchange { method, url, headers, answered, ended, took, sizes } = exchange;
    let mut lines = vec![format!("{method} {url} {ended} in {} ms", took.as_millis())];
    if level >= HEADERS {
        let shown =
            |mark: &str, (name, value): &(&str, Option<&str>)| format!("    {mark}{name}: {}", value.unwrap_or("***"));
        lines.extend(headers.iter().map(|it| shown("", it)));
        lines.extend(answered.iter().map(|it| shown("< ", it)));
    }
    if level >= SIZES {
        let (sent, received) = sizes;
        lines.push(format!(
            "    {sent} bytes sent, {received} received; bodies are not shown, as values can hold secrets"
        ));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_header_is_shown_by_its_name_alone() {
        let exchange = Exchange {
            method: "GET",
            url: "https://h/v1",
            headers: vec![("apikey", None), ("accept", Some("application/json"))],
            answered: vec![("date", Some("today"))],
            ended: "200 OK",
            took: Duration::from_millis(7),
            sizes: (0, 12),
        };
        assert_eq!(lines(&exchange, 6), ["GET https://h/v1 200 OK in 7 ms"]);
        let expected = ["    apikey: ***", "    accept: application/json", "    < date: today"];
        assert_eq!(lines(&exchange, 8)[1..], expected);
        assert!(lines(&exchange, 9)[4].contains("0 bytes sent, 12 received"));
    }

    #[test]
    fn a_header_that_is_secret_loses_its_value() {
        let mut headers = http::HeaderMap::new();
        for name in ["authorization", "cookie", "set-cookie", "proxy-authorization", "impersonate-user"] {
            headers.insert(name, http::HeaderValue::from_static("hunter2"));
        }
        let mut marked = http::HeaderValue::from_static("hunter2");
        marked.set_sensitive(true);
        headers.insert("x-own", marked);
        let shown: Vec<_> = without_secrets(&headers).into_iter().filter(|(_, value)| value.is_some()).collect();
        assert_eq!(shown, [("impersonate-user", Some("hunter2"))]);
    }
}
