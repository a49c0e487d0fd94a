//! Certificates that are good, that end soon, that have ended, or that are for somebody else.

use jiff::{Span, ToSpan as _};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};

use super::{super::report::Finding, *};

/// A CA that is good for so many days from now on, and began long ago.
struct Authority {
    certificate: CertificateDer<'static>,
    issuer: Issuer<'static, KeyPair>,
}

fn params(names: &[&str], days: i64) -> CertificateParams {
    let names: Vec<_> = names.iter().map(|it| (*it).to_owned()).collect();
    let mut params = CertificateParams::new(names).unwrap();
    let moment = |from_now: Span| {
        let date = (Timestamp::now() + from_now).to_zoned(jiff::tz::TimeZone::UTC).date();
        rcgen::date_time_ymd(date.year().into(), date.month() as u8, date.day() as u8)
    };
    params.not_before = moment((-24 * 365).hours());
    // Midnight of the day after, so that as many whole days are left.
    params.not_after = moment((24 * (days + 1)).hours());
    params
}

fn authority(days: i64) -> Authority {
    let key = KeyPair::generate().unwrap();
    let mut params = params(&[], days);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let certificate = params.self_signed(&key).unwrap().der().clone();
    Authority { certificate, issuer: Issuer::new(params, key) }
}

impl Authority {
    fn serving(&self, name: &str, days: i64) -> Chain {
        let key = KeyPair::generate().unwrap();
        vec![params(&[name], days).signed_by(&key, &self.issuer).unwrap().der().clone()]
    }
}

#[track_caller]
fn of_authorities(days: &[i64], finding: Finding, part: &str) {
    let bundle: Vec<_> = days.iter().map(|it| authority(*it).certificate).collect();
    let check = authorities(&bundle, Timestamp::now());
    assert_eq!(check.finding, finding, "{check:?}");
    assert!(check.says.contains(part), "{check:?}");
    assert_eq!(check.fix.is_some(), finding != Finding::Ok, "{check:?}");
}

#[test]
fn one_ca_that_is_good_is_enough() {
    of_authorities(&[400], Finding::Ok, "400 days left, until 20");
    of_authorities(&[400, 800], Finding::Ok, "CA 2 of 2: 800 days left");
    of_authorities(&[5, 400], Finding::Ok, "CA 1 of 2: 5 days left");
    of_authorities(&[-30, 400], Finding::Warning, "CA 1 of 2: expired on");
    of_authorities(&[5], Finding::Warning, "5 days left");
    of_authorities(&[-30, 5], Finding::Warning, "5 days left");
    of_authorities(&[-30], Finding::Failed, "expired on 20");
    let check = authorities(&[CertificateDer::from(vec![1, 2, 3])], Timestamp::now());
    assert_eq!((check.finding, check.says.as_str()), (Finding::Failed, "cannot be read"));
}

#[test]
fn the_served_certificate_is_held_against_bundle_name_and_time() {
    let (ours, other) = (authority(400), authority(400));
    let provider = || Arc::new(aws_lc_rs::default_provider());
    let check = |chain: &Chain, bundle: &Authority, finding, part: &str| {
        let bundle = [bundle.certificate.clone()];
        let check = judge(chain, "hook.ns.svc", "there", &bundle, provider(), Timestamp::now());
        assert_eq!(check.finding, finding, "{check:?}");
        assert!(check.says.starts_with("there: ") && check.says.contains(part), "{check:?}");
    };
    check(&ours.serving("hook.ns.svc", 90), &ours, Finding::Ok, "90 days left");
    check(&ours.serving("hook.ns.svc", 3), &ours, Finding::Warning, "3 days left");
    check(&ours.serving("hook.ns.svc", -3), &ours, Finding::Failed, "expired");
    check(&ours.serving("other.ns.svc", 90), &ours, Finding::Failed, "does not take it");
    check(&ours.serving("hook.ns.svc", 90), &other, Finding::Failed, "does not take it");
}

#[test]
fn an_address_of_the_api_server_s_own_machine_is_visible_there_alone() {
    let (here, away) = ("https://127.0.0.1:6443", "https://api.example.com:6443");
    assert_eq!(address("https://127.0.0.1:9443/validate", here), Ok(("127.0.0.1".into(), 9443)));
    assert_eq!(address("https://hook.example.com/validate", away), Ok(("hook.example.com".into(), 443)));
    assert!(address("https://localhost:9443/validate", away).unwrap_err().contains("machine of the API server"));
    assert!(address("https://[::1]:9443/validate", away).is_err());
}

#[test]
fn a_bundle_that_is_none_is_told() {
    let with = |bundle: &str| bundle_of(&serde_json::json!({"clientConfig": {"caBundle": bundle}}));
    fn bundle_of(webhook: &Value) -> String {
        bundle(webhook).unwrap_err()
    }
    assert_eq!(with("%"), "caBundle is no base64");
    assert_eq!(with("YQ=="), "caBundle holds no certificate in PEM");
    assert_eq!(with(""), "there is no caBundle");
}

#[test]
fn what_lives_shortly_ends_soon_only_in_the_last_quarter_of_its_life() {
    let ends_soon = |hours_left: i64, hours: i64| {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        let at = |hours: i64| {
            let seconds = (Timestamp::now() + hours.hours()).as_second();
            std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(seconds.try_into().unwrap())
        };
        params.not_before = at(hours_left - hours).into();
        params.not_after = at(hours_left).into();
        let certificate = params.self_signed(&KeyPair::generate().unwrap()).unwrap();
        left(certificate.der(), Timestamp::now()).unwrap().is_soon
    };
    let week = 7 * 24;
    assert_eq!([week - 1, 43, 41].map(|it| ends_soon(it, week)), [false, false, true]);
    let year = 365 * 24;
    assert_eq!([15 * 24, 13 * 24].map(|it| ends_soon(it, year)), [false, true]);
}
