//! Which certificates every API server has had the time to trust.
//!
//! What was stored just now is not what API servers go by just now: each takes it up when it hears of it. An authority that
//! signed at once would be refused by those that are late.

use std::time::{Duration, Instant};

use rustls::pki_types::CertificateDer;

/// The certificates that stand in the guard, and since when this replica knows.
#[derive(Debug, Default)]
pub(crate) struct Settled {
    seen: Vec<(CertificateDer<'static>, Instant)>,
}

impl Settled {
    /// Notes what stands there now. What went and came again begins anew.
    pub(crate) fn saw(&mut self, bundle: &[CertificateDer<'static>], now: Instant) {
        self.seen.retain(|(certificate, _)| bundle.contains(certificate));
        for certificate in bundle {
            if !self.seen.iter().any(|(seen, _)| seen == certificate) {
                self.seen.push((certificate.clone(), now));
            }
        }
    }

    /// Those that have stood there for so long.
    pub(crate) fn since(&self, long: Duration, now: Instant) -> Vec<CertificateDer<'static>> {
        let is_settled = |since: &Instant| now.saturating_duration_since(*since) >= long;
        self.seen.iter().filter(|(_, since)| is_settled(since)).map(|(certificate, _)| certificate.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_went_and_came_again_begins_anew() {
        let (a, b) = (CertificateDer::from(vec![1]), CertificateDer::from(vec![2]));
        let (start, second) = (Instant::now(), Duration::from_secs(1));
        let mut settled = Settled::default();
        settled.saw(std::slice::from_ref(&a), start);
        settled.saw(&[b.clone(), a.clone()], start + second);
        let after = |settled: &Settled, seconds| settled.since(second * 2, start + second * seconds);
        assert_eq!(after(&settled, 2), std::slice::from_ref(&a));
        assert_eq!(after(&settled, 3), [a.clone(), b.clone()]);
        settled.saw(std::slice::from_ref(&b), start + second * 3);
        settled.saw(&[a, b.clone()], start + second * 4);
        assert_eq!(after(&settled, 5), [b]);
    }
}
