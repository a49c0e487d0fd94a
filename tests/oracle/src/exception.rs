//! What the annotation of a write lets through, plainly written from the operator's page.

use std::collections::BTreeSet;

use jiff::{
    SignedDuration, Timestamp,
    civil::DateTime,
    tz::{Offset, TimeZone},
};

use crate::reference::version::{Number, read};

/// What an annotation says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Annotation {
    /// Something in it is not as it must be.
    Wrong,
    /// What it names: codes and targets.
    Names(BTreeSet<(String, String)>),
}

/// Reads the annotation `text` at the time `now`, where an end may be as far away as `longest`.
pub fn annotation(text: &str, longest: SignedDuration, now: Timestamp) -> Annotation {
    if text.len() > 16 * 1024 {
        return Annotation::Wrong;
    }
    let mut names: BTreeSet<(String, String)> = BTreeSet::new();
    let mut count = 0;
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        count += 1;
        let Some((code, target)) = entry(line, longest, now) else { return Annotation::Wrong };
        // The same twice is wrong, also where it is written in two ways.
        if count > 20 || names.iter().any(|(it, other)| *it == code && is_same(&code, other, &target)) {
            return Annotation::Wrong;
        }
        names.insert((code, target));
    }
    Annotation::Names(names)
}

/// Whether the two name the same target of a rule.
pub fn is_same(code: &str, one: &str, other: &str) -> bool {
    match code {
        "K8sDowngradeAfterUpgradeNotSupported" | "K8sMultiMinorUpgradeNotSupported" => {
            let parts = |it: Number| (it.major, it.minor, it.patch, it.stage);
            let (one, other) = (read(one).map(parts), read(other).map(parts));
            one.is_some() && one == other
        }
        "EdgeCniChangeNotSupported" => list(one) == list(other),
        _ => one == other,
    }
}

fn list(names: &str) -> BTreeSet<&str> {
    names.split(',').map(str::trim).collect()
}

fn entry(line: &str, longest: SignedDuration, now: Timestamp) -> Option<(String, String)> {
    let mut parts = line.split(';').map(str::trim);
    let (code, target) = parts.next()?.split_once('=')?;
    let (code, target) = (code.trim(), target.trim());
    let (mut ends, mut reasons) = (Vec::new(), Vec::new());
    for part in parts.filter(|part| !part.is_empty()) {
        let (field, value) = part.split_once('=')?;
        match field.trim() {
            "until" => ends.push(value.trim()),
            "reason" => reasons.push(value.trim()),
            _ => return None,
        }
    }
    let ([end], [reason]) = (ends.as_slice(), reasons.as_slice()) else { return None };
    let end = moment(end)?;
    let is_good = is_one_thing(code, target)
        && (1..=256).contains(&reason.len())
        && end > now
        && end.duration_since(now) <= longest;
    is_good.then(|| (code.to_owned(), target.to_owned()))
}

/// Whether a target could be what a rule denies, and no group of such things.
fn is_one_thing(code: &str, target: &str) -> bool {
    if target.is_empty() || target.len() > 128 || target.contains(['*', '\r']) {
        return false;
    }
    match code {
        "K8sDowngradeAfterUpgradeNotSupported" | "K8sMultiMinorUpgradeNotSupported" => read(target).is_some(),
        "K8sVersionUnreadable" => true,
        "EdgeCniChangeNotSupported" => !list(target).contains(""),
        "CoreLayerRemovalNotSupported" => ["os", "k8s", "cni", "csi"].contains(&target),
        "ClusterProvisioning" => {
            let is_digit = |letter: char| letter.is_ascii_digit() || ('a'..='f').contains(&letter);
            target.strip_prefix("sha256:").is_some_and(|it| it.len() == 16 && it.chars().all(is_digit))
        }
        _ => false,
    }
}

/// Reads `YYYY-MM-DDTHH:MM:SS`, a fraction of a second where there is one, and `Z` or the distance from it.
fn moment(text: &str) -> Option<Timestamp> {
    let (date, time) = (text.get(..10)?, text.get(10..19)?);
    let is_shaped = |text: &str, shape: &str| {
        text.len() == shape.len()
            && text
                .chars()
                .zip(shape.chars())
                .all(|(it, like)| if like == '0' { it.is_ascii_digit() } else { it == like })
    };
    if !is_shaped(date, "0000-00-00") || !is_shaped(time, "T00:00:00") {
        return None;
    }
    let number = |range: std::ops::Range<usize>| text.get(range).and_then(|it| it.parse::<i16>().ok());
    let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
    let (hour, minute, second) = (number(11..13)?, number(14..16)?, number(17..19)?);
    let rest = &text[19..];
    let (fraction, zone) = match rest.strip_prefix('.') {
        Some(rest) => rest.split_at(rest.find(|letter: char| !letter.is_ascii_digit())?),
        None => ("0", rest),
    };
    if fraction.is_empty() || fraction.len() > 9 {
        return None;
    }
    let nanosecond = format!("{fraction:0<9}").parse::<i32>().ok()?;
    let offset = match zone {
        "Z" | "z" => 0,
        _ if is_shaped(zone, "+00:00") || is_shaped(zone, "-00:00") => {
            let part = |range: std::ops::Range<usize>| zone.get(range).and_then(|it| it.parse::<i32>().ok());
            let (hours, minutes) = (part(1..3)?, part(4..6)?);
            if hours > 23 || minutes > 59 {
                return None;
            }
            let seconds = (hours * 60 + minutes) * 60;
            if zone.starts_with('-') { -seconds } else { seconds }
        }
        _ => return None,
    };
    let small = |number: i16| i8::try_from(number).ok();
    // A second that was put in counts as the one before it, as it does for most clocks.
    let second = if second == 60 { 59 } else { second };
    let civil =
        DateTime::new(year, small(month)?, small(day)?, small(hour)?, small(minute)?, small(second)?, nanosecond)
            .ok()?;
    TimeZone::fixed(Offset::from_seconds(offset).ok()?).to_timestamp(civil).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: &str = "2026-11-27T12:00:00Z";
    const DAY: SignedDuration = SignedDuration::from_hours(24);

    fn names(text: &str) -> Option<usize> {
        match annotation(text, DAY, NOW.parse().expect("it is a time")) {
            Annotation::Wrong => None,
            Annotation::Names(names) => Some(names.len()),
        }
    }

    #[test]
    fn an_entry_has_one_target_an_end_and_a_reason() {
        let good = "K8sMultiMinorUpgradeNotSupported=1.31.0; until=2026-11-27T18:00:00Z; reason=it burns";
        assert_eq!(names(good), Some(1));
        assert_eq!(names(&format!("{good}\n\n{good}").replacen("1.31.0", "1.32.0", 1)), Some(2));
        assert_eq!(names(&format!("{good}\n{good}").replacen("1.31.0", "v1.31.0", 1)), None);
        for (part, other) in [
            ("1.31.0", "1.31.x"),
            ("1.31.0", "*"),
            ("K8sM", "k8sM"),
            ("18:00:00Z", "11:59:59Z"),
            ("18:00:00Z", "18:00:00"),
            ("18:00:00Z", "18:00Z"),
            ("27T18", "29T18"),
            ("27T18", "27 18"),
            ("it burns", ""),
            ("; reason=", "; because="),
            ("; until=", "; until=2026-11-27T18:00:00Z; until="),
        ] {
            assert_eq!(names(&good.replacen(part, other, 1)), None, "{part} for {other}");
        }
    }

    #[test]
    fn a_moment_is_the_same_in_every_zone() {
        let noon = moment(NOW);
        for text in ["2026-11-27T14:30:00.000+02:30", "2026-11-26T23:00:00-13:00"] {
            assert_eq!(moment(text), noon, "{text}");
        }
    }
}
