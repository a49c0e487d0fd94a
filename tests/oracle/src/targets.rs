//! What a fuzzer calls, and what the kept corpus is replayed through: each takes any bytes and panics where something is wrong.

use jiff::{SignedDuration, Timestamp};
use profile_core::{
    allowance::{BreakGlass, Exceptions},
    cluster::Cluster,
    facts::{Facts, Reader},
    json::Cursor,
    version::Version,
};
use profile_webhook::{
    admission::{self, AdmissionError, Decision},
    settings::Settings,
};
use serde_json::Value;

use crate::{
    case,
    json::{Unread, read},
    reference::version,
    review::{Expected, Judged, expected},
    shape::CLUSTER,
};

/// When the cases of `review` are decided.
const NOW: &str = "2026-11-27T12:00:00Z";

/// Takes the bytes as an object and as a review, and holds what is read and decided against the reference.
pub fn review(bytes: &[u8]) -> Vec<Expected> {
    object(bytes);
    let now = NOW.parse().expect("it is a time");
    [Settings::default(), guarded()].iter().filter_map(|settings| decided(bytes, settings, now)).collect()
}

/// Takes the bytes as choices that make a review with its settings and its time, and holds the decision against the reference.
pub fn decision(bytes: &[u8]) -> Vec<Expected> {
    let case = case::of(bytes);
    object(&case.body);
    decided(&case.body, &case.settings, case.now).into_iter().collect()
}

/// Takes the bytes as two versions, a line each, and holds what is read and how they compare against the reference.
pub fn version(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let (one, other) = text.split_once('\n').unwrap_or((text, ""));
    let [read, other_read] = [one, other].map(|text| {
        let (ours, plain) = (text.parse::<Version>().ok(), version::read(text));
        let numbers = ours.as_ref().map(|it| (it.major, it.minor));
        assert_eq!(numbers, plain.as_ref().map(|it| (it.major, it.minor)), "{text:?}");
        // Of what nobody would write the beginning is told.
        let is_told = |told: &str| told == text || text.get(..128).is_some_and(|start| told == format!("{start}…"));
        assert!(ours.as_ref().is_none_or(|it| is_told(&it.to_string())), "{text:?} is told as {ours:?}");
        ours.zip(plain)
    });
    let (Some((ours, plain)), Some((other, other_plain))) = (read, other_read) else { return };
    assert_eq!(ours.compare(&other), version::compare(&plain, &other_plain), "{text:?}");
    assert_eq!(ours.compare(&other), other.compare(&ours).reverse(), "{text:?}");
    assert_eq!(ours.is_same(&other), plain == other_plain, "{text:?}");
}

/// The settings of an operator who has opened every door a little.
fn guarded() -> Settings {
    let one = |name: &str| [name.to_owned()].into();
    let break_glass = BreakGlass { groups: one("breakers"), longest: SignedDuration::from_hours(24) };
    Settings { exceptions: Exceptions { break_glass, exempt_writers: one("agent") }, ..Settings::default() }
}

/// What the rules look at is the same by the bytes alone as by a document that serde_json makes of them, and where a field
/// that is read stands twice there is nothing.
fn object(bytes: &[u8]) {
    let mut reader = Reader::default();
    let facts = Cursor::whole(bytes, |cursor| reader.before(cursor)).ok().and(reader.into_facts().0);
    let document = serde_json::from_slice::<Value>(bytes).ok();
    let json = read(bytes);
    if json == Err(Unread::TooDeep) {
        return;
    }
    let is_twice = json.as_ref().is_ok_and(|it| CLUSTER.repeats(it));
    assert!(document.is_none() || json.is_ok(), "the plain reader takes less than serde_json");
    assert!(
        facts.is_none() || json.is_ok() && !is_twice,
        "taken, though it is no JSON or has a field twice: {facts:?}"
    );
    match (facts, document, json) {
        (Some(facts), Some(document), _) => assert_eq!(facts, Facts::of(&Cluster::new(&document))),
        (Some(facts), None, Ok(json)) => assert_eq!(facts, Facts::of(&Cluster::new(&json.value()))),
        (None, Some(document), _) => assert!(is_twice || !document.is_object(), "refused: {document}"),
        _ => {}
    }
}

/// What must come of a review, when it does; nothing where it is nested so deeply that the reference does not read it.
fn decided(body: &[u8], settings: &Settings, now: Timestamp) -> Option<Expected> {
    let decided = admission::decide(body, settings, now);
    let expected = expected(body, settings, now).ok()?;
    // What passes over a part of a text need not know that the part is no JSON that serde_json could hold. To refuse such a
    // text is never wrong.
    let is_readable = serde_json::from_slice::<Value>(body).is_ok();
    let shown = || decided.as_ref().map(|it| String::from_utf8_lossy(&it.reply)).map_err(ToString::to_string);
    match (&decided, &expected) {
        (Err(AdmissionError::NotAReview(_)), it) => {
            assert!(*it == Expected::NoReview || !is_readable, "refused, and not {expected:?}: {decided:?}");
        }
        (Err(AdmissionError::Undecidable(_)), it) => assert_eq!(*it, Expected::Undecidable),
        (Ok(Decision { reply, record: None }), Expected::Passed { uid }) => told(reply, uid, true, body),
        (Ok(Decision { reply, record: Some(record) }), Expected::Judged(judged)) => {
            told(reply, &judged.uid, record.allowed, body);
            let Judged { is_allowed, consequences, .. } = judged;
            assert!(*is_allowed || !record.allowed, "allowed, and not {expected:?}: {record:?}");
            if is_readable {
                assert_eq!(record.allowed, *is_allowed, "not {expected:?}: {record:?}");
                let found = record.verdicts.iter().map(|(code, it)| (code.as_str(), *it)).collect();
                assert_eq!(*consequences, found);
            }
        }
        _ => panic!("not {expected:?}: {:?}", shown()),
    }
    Some(expected)
}

/// The answer says what was decided, of the review that was asked about, and is not much longer than it.
fn told(reply: &[u8], uid: &str, is_allowed: bool, body: &[u8]) {
    let review: Value = serde_json::from_slice(reply).expect("an answer is JSON");
    let response = &review["response"];
    assert_eq!(response["uid"], *uid);
    assert_eq!(response["allowed"], is_allowed);
    assert_eq!(response["status"]["code"].as_u64(), (!is_allowed).then_some(422), "{review}");
    let warnings = response["warnings"].as_array().map_or(&[] as &[_], Vec::as_slice);
    let is_plain = |it: &str| it.len() <= 256 && it.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    assert!(warnings.len() <= 21 && warnings.iter().all(|it| it.as_str().is_some_and(is_plain)), "{warnings:?}");
    assert!(reply.len() <= 16 * 1024 + 16 * body.len(), "{} bytes become {}", body.len(), reply.len());
}
