//! Reads the annotation: one entry a line, each exact, with an end and a reason.

use std::fmt;

use jiff::{SignedDuration, Timestamp};

use super::target;
use crate::rules::{Code, Violation, unknown};

/// Entries that one annotation may have; a write that needs more exceptions is no emergency repair.
const MOST: usize = 20;

/// Bytes that the annotation may have, more than so many whole entries need; what is longer is not read.
const LONGEST: usize = 16 * 1024;

/// Bytes that a reason may have: it ends in the audit log.
const LONGEST_REASON: usize = 256;

/// One thing that is to be let through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The rule that would deny it.
    pub code: Code,
    /// What the change goes to.
    pub target: String,
    /// Until when it counts, this moment not included.
    pub until: Timestamp,
    /// Why, in the words of whoever wrote it.
    pub reason: String,
}

/// What is wrong with a line of the annotation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong, and what would be right.
    pub message: String,
}

impl Entry {
    /// Whether it is `violation` that this entry names.
    pub(super) fn names(&self, violation: &Violation) -> bool {
        self.code == violation.code && target::is_same(self.code, &self.target, &violation.target)
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}; until={}; reason={}", self.code.as_str(), self.target, self.until, self.reason)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)
    }
}

/// The entries of the annotation `text`, or everything that is wrong with it.
pub(super) fn parse(text: &str, longest: SignedDuration, now: Timestamp) -> Result<Vec<Entry>, Vec<Fault>> {
    if text.len() > LONGEST {
        return Err(vec![Fault { line: 1, message: format!("the annotation is over {LONGEST} bytes") }]);
    }
    let mut entries: Vec<Entry> = Vec::new();
    let mut faults = Vec::new();
    let lines = text.lines().enumerate().map(|(index, line)| (index + 1, line.trim()));
    for (index, (line, words)) in lines.filter(|(_, words)| !words.is_empty()).enumerate() {
        if index == MOST {
            faults
                .push(Fault { line, message: format!("there are more than {MOST} entries; make the change in steps") });
            break;
        }
        match entry(words, longest, now) {
            Ok(it) => {
                let repeats =
                    |other: &Entry| other.code == it.code && target::is_same(it.code, &it.target, &other.target);
                if entries.iter().any(repeats) {
                    let message = format!("{}={} stands there twice", it.code.as_str(), shown(&it.target));
                    faults.push(Fault { line, message });
                }
                entries.push(it);
            }
            Err(messages) => faults.extend(messages.into_iter().map(|message| Fault { line, message })),
        }
    }
    if faults.is_empty() { Ok(entries) } else { Err(faults) }
}

fn entry(words: &str, longest: SignedDuration, now: Timestamp) -> Result<Entry, Vec<String>> {
    let mut faults = Vec::new();
    let mut parts = words.split(';').map(str::trim);
    // A split text has a first part, be it empty.
    let named = or_fault(named(parts.next().unwrap_or_default()), &mut faults);
    let (mut until, mut reason) = (None, None);
    // A semicolon at the end is no other field.
    for part in parts.filter(|it| !it.is_empty()) {
        let (field, value) = part.split_once('=').map_or((part, ""), |(field, value)| (field.trim(), value.trim()));
        let place = match field {
            "until" => &mut until,
            "reason" => &mut reason,
            _ => {
                let hint = "a reason cannot have a semicolon";
                faults.push(format!("{} ({hint})", unknown("field", field, &["until", "reason"])));
                continue;
            }
        };
        if place.replace(value).is_some() {
            faults.push(format!("{field} stands there twice"));
        }
    }
    let until = until.ok_or_else(|| "it has no until=TIME".to_owned()).and_then(|it| end(it, longest, now));
    let until = or_fault(until, &mut faults);
    let reason = or_fault(self::reason(reason), &mut faults);
    match (named, until, reason) {
        (Some((code, target)), Some(until), Some(reason)) if faults.is_empty() => {
            Ok(Entry { code, target: target.to_owned(), until, reason: reason.to_owned() })
        }
        _ => Err(faults),
    }
}

fn named(part: &str) -> Result<(Code, &str), String> {
    let Some((code, target)) = part.split_once('=') else {
        return Err(format!("it begins with {} and not with CODE=TARGET", shown(part)));
    };
    let (code, target) = (Code::named(code.trim())?, target.trim());
    match target::fault(code, target) {
        None => Ok((code, target)),
        Some(fault) => Err(format!("target {} of {}: {fault}", shown(target), code.as_str())),
    }
}

fn end(text: &str, longest: SignedDuration, now: Timestamp) -> Result<Timestamp, String> {
    let until = time(text).ok_or_else(|| {
        format!("until={} is no RFC 3339 time with a zone, such as 2026-12-01T18:00:00Z", shown(text))
    })?;
    if until <= now {
        return Err(format!("until={until} is over; it is {now:.0}"));
    }
    if until.duration_since(now) > longest {
        return Err(format!("until={until} is more than {longest:#} ahead; it is {now:.0}"));
    }
    Ok(until)
}

/// Reads RFC 3339 and nothing that only resembles it, so that nobody has to guess which moment is meant.
fn time(text: &str) -> Option<Timestamp> {
    const MOMENT: &str = "0000-00-00T00:00:00";
    let (moment, rest) = text.split_at_checked(MOMENT.len())?;
    let zone = match rest.strip_prefix('.') {
        Some(rest) => rest.trim_start_matches(|letter: char| letter.is_ascii_digit()),
        None => rest,
    };
    let has_zone = matches!(zone, "Z" | "z") || is_like(zone, "+00:00") || is_like(zone, "-00:00");
    if is_like(moment, MOMENT) && has_zone { text.parse().ok() } else { None }
}

/// Whether `text` has digits where `shape` has zeros, and else the same letters.
fn is_like(text: &str, shape: &str) -> bool {
    let same = |(letter, like): (u8, u8)| if like == b'0' { letter.is_ascii_digit() } else { letter == like };
    text.len() == shape.len() && text.bytes().zip(shape.bytes()).all(same)
}

fn reason(text: Option<&str>) -> Result<&str, String> {
    match text {
        None | Some("") => Err("it has no reason=TEXT".into()),
        Some(text) if text.len() > LONGEST_REASON => Err(format!("its reason is over {LONGEST_REASON} bytes")),
        Some(text) => Ok(text),
    }
}

fn or_fault<T>(result: Result<T, String>, faults: &mut Vec<String>) -> Option<T> {
    result.map_err(|fault| faults.push(fault)).ok()
}

/// The beginning of a text of any length, in quotes.
pub(super) fn shown(text: &str) -> String {
    const SHOWN: usize = 64;
    let mut start: String = text.chars().take(SHOWN).collect();
    if start.len() < text.len() {
        start.push('…');
    }
    format!("{start:?}")
}
