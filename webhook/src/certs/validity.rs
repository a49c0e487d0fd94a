//! From when until when a certificate is valid.

use std::time::{SystemTime, UNIX_EPOCH};

use x509_parser::{parse_x509_certificate, time::ASN1Time};

/// From when until when a certificate is valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validity {
    not_before: ASN1Time,
    not_after: ASN1Time,
}

impl Validity {
    /// Reads it from a certificate in DER.
    pub(crate) fn of(certificate: &[u8]) -> Result<Self, String> {
        let (_, certificate) = parse_x509_certificate(certificate).map_err(|error| error.to_string())?;
        let validity = certificate.validity();
        Ok(Self { not_before: validity.not_before, not_after: validity.not_after })
    }

    /// The first second in which it is valid, since 1970.
    pub fn not_before(&self) -> i64 {
        self.not_before.timestamp()
    }

    /// The last second in which it is valid, since 1970.
    pub fn not_after(&self) -> i64 {
        self.not_after.timestamp()
    }

    /// The last second in which it is valid, as people read it.
    pub(crate) fn until(&self) -> String {
        self.not_after.to_string()
    }

    /// Whether it is valid at a time, or why not.
    ///
    /// # Errors
    ///
    /// When it is not yet valid, or no longer.
    pub fn check(&self, now: SystemTime) -> Result<(), String> {
        let now = seconds(now);
        if now < self.not_before() {
            return Err(format!("the certificate is not valid before {}; is the clock right?", self.not_before));
        }
        if now > self.not_after() {
            return Err(format!("the certificate expired at {}", self.not_after));
        }
        Ok(())
    }
}

/// Seconds since 1970; negative for a clock that stands before it.
fn seconds(time: SystemTime) -> i64 {
    match time.duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_secs()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_secs()).map_or(i64::MIN, |seconds| -seconds),
    }
}
