//! Reads from when until when a certificate is valid.
//!
//! No parser of certificates is in the plugin's tree: rustls checks the dates and does not tell them. A whole parser would
//! take more room in the binary than all checks together, for two fields at a place that RFC 5280, section 4.1, fixes. So
//! this walks there over lengths alone, within the bytes it is given, and reads nothing on the way.

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};

const INTEGER: u8 = 0x02;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const SEQUENCE: u8 = 0x30;
/// The version of the certificate, which the first version leaves out.
const VERSION: u8 = 0xa0;

/// The first and the last moment of a certificate in DER; `None` where it is none.
pub(super) fn of(certificate: &[u8]) -> Option<(Timestamp, Timestamp)> {
    let (certificate, _) = take(SEQUENCE, certificate)?;
    let (mut fields, _) = take(SEQUENCE, certificate)?;
    if let Some((_, rest)) = take(VERSION, fields) {
        fields = rest;
    }
    // The serial number, the algorithm of the signature, and the issuer.
    for tag in [INTEGER, SEQUENCE, SEQUENCE] {
        (_, fields) = take(tag, fields)?;
    }
    let (validity, _) = take(SEQUENCE, fields)?;
    let (first, rest) = time(validity)?;
    let (last, _) = time(rest)?;
    Some((first, last))
}

/// The content of the element at the start of `bytes`, which must have `tag`, and what comes after it.
fn take(tag: u8, bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (&found, rest) = bytes.split_first()?;
    let (&first, rest) = rest.split_first()?;
    if found != tag {
        return None;
    }
    // A length below 128 is one byte; else that byte says how many bytes the length takes.
    let (length, rest) = match first {
        0..=0x7f => (usize::from(first), rest),
        0x81..=0x84 => {
            let (length, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            (length.iter().fold(0, |sum, byte| (sum << 8) | usize::from(*byte)), rest)
        }
        _ => return None,
    };
    rest.split_at_checked(length)
}

/// `YYMMDDHHMMSSZ` or `YYYYMMDDHHMMSSZ`, and what comes after it.
fn time(bytes: &[u8]) -> Option<(Timestamp, &[u8])> {
    let (text, rest, short) = match take(UTC_TIME, bytes) {
        Some((text, rest)) => (text, rest, true),
        None => take(GENERALIZED_TIME, bytes).map(|(text, rest)| (text, rest, false))?,
    };
    let digits = text.strip_suffix(b"Z").filter(|it| it.iter().all(u8::is_ascii_digit))?;
    let (year, digits) = digits.split_at_checked(if short { 2 } else { 4 })?;
    let number = |digits: &[u8]| digits.iter().fold(0_i16, |sum, digit| sum * 10 + i16::from(digit - b'0'));
    // RFC 5280: two digits from 50 on are of the last century.
    let year = match (short, number(year)) {
        (true, year) if year < 50 => 2000 + year,
        (true, year) => 1900 + year,
        (false, year) => year,
    };
    let [month, day, hour, minute, second] = <[u8; 10]>::try_from(digits).ok()?.as_chunks::<2>().0.try_into().ok()?;
    let [month, day, hour, minute, second] =
        [month, day, hour, minute, second].map(|it: [u8; 2]| (it[0] - b'0') as i8 * 10 + (it[1] - b'0') as i8);
    let moment = DateTime::new(year, month, day, hour, minute, second, 0).ok()?;
    // The last day of 9999 stands for no end at all, and is the one moment beyond what a timestamp holds.
    let moment = moment.to_zoned(TimeZone::UTC).map_or(Timestamp::MAX, |it| it.timestamp());
    Some((moment, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An element with its length.
    fn element(tag: u8, content: &[u8]) -> Vec<u8> {
        let length = content.len();
        let mut bytes = vec![tag];
        match length {
            0..0x80 => bytes.push(length as u8),
            0x80..0x100 => bytes.extend([0x81, length as u8]),
            _ => bytes.extend([0x82, (length >> 8) as u8, length as u8]),
        }
        bytes.extend(content);
        bytes
    }

    fn certificate(version: bool, issuer: usize, times: [(u8, &str); 2]) -> Vec<u8> {
        let validity = times.map(|(tag, text)| element(tag, text.as_bytes())).concat();
        let version = if version { element(VERSION, &element(INTEGER, &[2])) } else { Vec::new() };
        let fields = [
            version,
            element(INTEGER, &[1, 2, 3]),
            element(SEQUENCE, &[5, 0]),
            element(SEQUENCE, &vec![0; issuer]),
            element(SEQUENCE, &validity),
            element(SEQUENCE, b"subject and more"),
        ];
        element(SEQUENCE, &element(SEQUENCE, &fields.concat()))
    }

    fn check(bytes: &[u8], expected: Option<(&str, &str)>) {
        let expected = expected.map(|(first, last)| (first.parse().unwrap(), last.parse().unwrap()));
        assert_eq!(of(bytes), expected);
    }

    #[test]
    fn both_forms_of_a_time_are_read() {
        let times = [(UTC_TIME, "490203040506Z"), (GENERALIZED_TIME, "20501231235959Z")];
        check(&certificate(true, 10, times), Some(("2049-02-03T04:05:06Z", "2050-12-31T23:59:59Z")));
        let times = [(UTC_TIME, "500101000000Z"), (GENERALIZED_TIME, "99991231235959Z")];
        let (first, last) = of(&certificate(true, 10, times)).unwrap();
        assert_eq!((first, last), ("1950-01-01T00:00:00Z".parse().unwrap(), Timestamp::MAX));
    }

    #[test]
    fn lengths_of_every_form_and_a_certificate_without_version_are_walked_over() {
        let times = [(UTC_TIME, "250101000000Z"), (UTC_TIME, "260101000000Z")];
        for issuer in [0, 127, 128, 255, 256, 5000] {
            for version in [true, false] {
                check(&certificate(version, issuer, times), Some(("2025-01-01T00:00:00Z", "2026-01-01T00:00:00Z")));
            }
        }
    }

    #[test]
    fn what_is_cut_off_or_no_certificate_is_none() {
        let whole = certificate(true, 200, [(UTC_TIME, "250101000000Z"), (UTC_TIME, "260101000000Z")]);
        for end in 0..whole.len() {
            check(&whole[..end], None);
        }
        for times in ["250101000000", "25010100000Z", "251301000000Z", "2501010000xxZ", "250101000000+0100", ""] {
            check(&certificate(true, 10, [(UTC_TIME, times), (UTC_TIME, "260101000000Z")]), None);
        }
        check(&[SEQUENCE, 0x80, 0, 0], None);
        check(&[SEQUENCE, 0x84, 0xff, 0xff, 0xff, 0xff, 0], None);
        check(b"-----BEGIN CERTIFICATE-----", None);
    }
}
