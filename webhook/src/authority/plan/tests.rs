//! Years of an authority, hour by hour, as an API server sees it that trusts late.

use std::sync::Arc;

use rustls::{
    RootCertStore,
    client::{WebPkiServerVerifier, danger::ServerCertVerifier as _},
    crypto::aws_lc_rs,
    pki_types::{ServerName, UnixTime},
};

use super::*;
use crate::authority::ca::Leaf;

const HOUR: Duration = Duration::from_secs(60 * 60);
const SHORT: Lifetimes =
    Lifetimes { ca: Duration::from_secs(90 * 60 * 60), leaf: Duration::from_secs(12 * 60 * 60), skew: HOUR };

fn names() -> Vec<String> {
    vec!["profile-webhook.kubectl-profile-system.svc".to_owned()]
}

fn start() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000)
}

fn step(kept: &Material, trusted: &[CertificateDer<'_>], now: SystemTime) -> Material {
    match next(kept, trusted, &names(), now, &SHORT).unwrap() {
        Step::Keep => kept.clone(),
        Step::Write(material) => material,
    }
}

/// Whether a client that trusts these takes the leaf at that time.
fn takes(trusted: &[CertificateDer<'static>], leaf: &Leaf, now: SystemTime) -> Result<(), rustls::Error> {
    let mut roots = RootCertStore::empty();
    trusted.iter().for_each(|it| roots.add(it.clone()).unwrap());
    let provider = Arc::new(aws_lc_rs::default_provider());
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider).build().unwrap();
    let name = ServerName::try_from(names().remove(0)).unwrap();
    let time = UnixTime::since_unix_epoch(now.duration_since(SystemTime::UNIX_EPOCH).unwrap());
    verifier.verify_server_cert(&der(&leaf.certificate).unwrap(), &[], &name, &[], time).map(|_| ())
}

#[test]
fn whatever_is_served_is_trusted_at_every_hour_of_many_rotations() {
    // The API server takes up what it is to trust with such a delay, and replicas what they are to serve.
    for (server_lags, replica_lags) in [(0, 0), (1, 0), (0, 3), (5, 1), (3, 3), (25, 2)] {
        let (mut material, mut written, mut authorities) = (Material::default(), Vec::new(), Vec::new());
        for hour in 0..1000_usize {
            let now = start() + HOUR * u32::try_from(hour).unwrap();
            let seen = |lag: usize| written.get(hour.checked_sub(lag + 1)?).cloned();
            let trusted: Vec<_> = seen(server_lags).map(|it: Material| it.trusted).unwrap_or_default();
            material = step(&material, &trusted, now);
            written.push(material.clone());
            let signer = material.signer.clone().unwrap().certificate;
            if !authorities.contains(&signer) {
                authorities.push(signer);
            }
            let (Some(trusted), Some(served)) =
                (written.get(hour.wrapping_sub(server_lags)), written.get(hour.wrapping_sub(replica_lags)))
            else {
                continue;
            };
            let (trusted, served) = (&trusted.trusted, served.leaf.as_ref().unwrap());
            takes(trusted, served, now)
                .unwrap_or_else(|error| panic!("hour {hour} with {server_lags}/{replica_lags}: {error}"));
            assert!(trusted.len() <= 3, "hour {hour}: {} are trusted", trusted.len());
        }
        assert!(authorities.len() >= 10, "{} authorities with {server_lags}/{replica_lags}", authorities.len());
    }
}

#[test]
fn what_is_kept_is_read_again() {
    let mut material = step(&Material::default(), &[], start());
    for hour in [0, 61, 62, 63] {
        material = step(&material, &material.trusted.clone(), start() + HOUR * hour);
        assert_eq!(Material::of(&material.data()), material, "hour {hour}");
    }
}

#[test]
fn nothing_is_written_while_nothing_is_due() {
    let material = step(&Material::default(), &[], start());
    for minute in 0..7 * 60 {
        let now = start() + Duration::from_secs(60 * minute);
        assert_eq!(next(&material, &[], &names(), now, &SHORT).unwrap(), Step::Keep, "minute {minute}");
    }
}

#[test]
fn an_authority_signs_only_when_the_api_server_trusts_it() {
    let first = step(&Material::default(), &[], start());
    let late = start() + HOUR * 61;
    let followed = step(&first, &first.trusted, late);
    let next = followed.next.clone().unwrap();
    assert_eq!(followed.signer, first.signer);
    assert_eq!(followed.trusted.len(), 2);
    // Hours go by, and it is not trusted.
    let waiting = step(&followed, &first.trusted, late + HOUR);
    assert_eq!((&waiting.signer, &waiting.next), (&first.signer, &Some(next.clone())));
    let signed = step(&waiting, &waiting.trusted, late + HOUR * 2);
    assert_eq!((signed.signer.as_ref(), signed.next.as_ref()), (Some(&next), None));
    assert!(signed.leaf.as_ref().unwrap().is_of(&next, &names()));
    assert_eq!(signed.trusted.len(), 2, "leaves of the old one may still be served");
    let forgotten = step(&signed, &signed.trusted, late + HOUR * 16);
    assert_eq!(forgotten.trusted.len(), 1);
}

#[test]
fn what_cannot_be_read_is_made_anew_and_the_rest_is_trusted_on() {
    let material = step(&Material::default(), &[], start());
    for (key, text) in [("ca.key", "x"), ("ca.crt", ""), ("ca.key", material.leaf.as_ref().unwrap().key.as_str())] {
        let mut data = material.data();
        data.insert(key.to_owned(), text.into());
        let mended = step(&Material::of(&data), &[], start() + HOUR);
        assert_ne!(mended.signer, material.signer, "{key} {text}");
        assert_eq!(mended.trusted.len(), 2);
        takes(&mended.trusted, mended.leaf.as_ref().unwrap(), start() + HOUR).unwrap();
        takes(&mended.trusted, material.leaf.as_ref().unwrap(), start() + HOUR).unwrap();
    }
    let mut data = material.data();
    data.insert("tls.key".to_owned(), b"x".to_vec());
    let mended = step(&Material::of(&data), &material.trusted, start() + HOUR);
    assert_eq!(mended.signer, material.signer);
    takes(&material.trusted, mended.leaf.as_ref().unwrap(), start() + HOUR).unwrap();
}

#[test]
fn another_name_of_the_service_is_another_leaf() {
    let material = step(&Material::default(), &[], start());
    let other = vec!["other.svc".to_owned()];
    let Step::Write(renamed) = next(&material, &material.trusted, &other, start(), &SHORT).unwrap() else {
        panic!("the leaf is for another name")
    };
    assert_eq!(renamed.signer, material.signer);
    assert!(renamed.leaf.unwrap().is_of(material.signer.as_ref().unwrap(), &other));
}

#[test]
fn an_address_is_a_name_as_well() {
    let names: Vec<_> = ["127.0.0.1", "::1", "localhost"].map(str::to_owned).into();
    let Ok(Step::Write(material)) = next(&Material::default(), &[], &names, start(), &SHORT) else { panic!("nothing") };
    assert_eq!(material.leaf.as_ref().unwrap().names(), names);
    assert_eq!(next(&material, &[], &names, start(), &SHORT).unwrap(), Step::Keep);
}

#[test]
fn what_is_there_and_cannot_be_used_is_named() {
    let material = step(&Material::default(), &[], start());
    let mut data = material.data();
    assert_eq!(Material::spoiled(&data), [""; 0]);
    data.insert("ca.key".to_owned(), b"x".to_vec());
    data.insert("trusted.crt".to_owned(), b"x".to_vec());
    assert_eq!(Material::spoiled(&data), ["ca.crt", "ca.key", "trusted.crt"]);
    assert_eq!(Material::spoiled(&Default::default()), [""; 0]);
}

#[test]
fn a_clock_that_is_set_back_makes_nothing_anew() {
    let material = step(&Material::default(), &[], start());
    let back = start() - HOUR * 24 * 365;
    assert_eq!(next(&material, &material.trusted, &names(), back, &SHORT).unwrap(), Step::Keep);
}

#[test]
fn an_authority_that_ran_out_is_followed_at_once() {
    let material = step(&Material::default(), &[], start());
    let late = start() + HOUR * 1000;
    let anew = step(&material, &material.trusted, late);
    assert_ne!(anew.signer, material.signer);
    assert_eq!(anew.trusted.len(), 1, "what ran out is trusted no more");
    takes(&anew.trusted, anew.leaf.as_ref().unwrap(), late).unwrap();
    // The next one was made, and nobody trusted it in time.
    let followed = step(&material, &material.trusted, start() + HOUR * 61);
    let late = start() + HOUR * 91;
    assert_eq!(step(&followed, &material.trusted, late).signer, followed.next);
}
