//! What `-v` shows of requests: never a credential, and never a body, as values can hold secrets.

use std::{
    io::Write,
    sync::atomic::{AtomicU8, Ordering},
    time::Duration,
};

/// The level that was asked for, once for the process: connections are made far from any [`super::Output`].
static LEVEL: AtomicU8 = AtomicU8::new(0);

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

fn lines(exchange: &Exchange<'_>, level: u8) -> Vec<String> {
    let Exchange { method, url, headers, ended, took, sizes } = exchange;
    let mut lines = vec![format!("{method} {url} {ended} in {} ms", took.as_millis())];
    if level >= HEADERS {
        lines.extend(headers.iter().map(|(name, value)| format!("    {name}: {}", value.unwrap_or("***"))));
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
            ended: "200 OK",
            took: Duration::from_millis(7),
            sizes: (0, 12),
        };
        assert_eq!(lines(&exchange, 6), ["GET https://h/v1 200 OK in 7 ms"]);
        assert_eq!(lines(&exchange, 8)[1..], ["    apikey: ***", "    accept: application/json"]);
        assert!(lines(&exchange, 9)[3].contains("0 bytes sent, 12 received"));
    }
}
