//! CAs in the guard that end soon or have ended.

use profile_sandbox::Sandbox;
use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair};

use super::{comes_to, guarded, point_guard_at, pretender::Pretender};

/// The certificate of a CA that is good until the end of a year, in PEM.
fn authority_until(year: i32) -> String {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.not_before = rcgen::date_time_ymd(2000, 1, 1);
    params.not_after = rcgen::date_time_ymd(year, 12, 31);
    params.self_signed(&KeyPair::generate().unwrap()).unwrap().pem()
}

fn real(sandbox: &Sandbox) -> (String, String) {
    let webhook = sandbox.webhook().unwrap();
    (webhook.url().to_owned(), webhook.authority().unwrap())
}

#[test]
fn an_expired_ca_beside_a_good_one_is_a_warning() {
    guarded("beside", |world| {
        let (url, authority) = real(world.sandbox);
        point_guard_at(world, &url, &format!("{}{authority}", authority_until(2020)));
        comes_to(
            world,
            &[
                ("certificate's CA", "warning", "CA 1 of 2: expired on 2020-12-31; CA 2 of 2: "),
                ("certificate", "ok", "days left"),
            ],
        );
    });
}

#[test]
fn an_expired_ca_alone_fails_and_so_does_what_it_did_not_sign() {
    guarded("expired", |world| {
        // At its own address the webhook would set its CA right.
        let pretender = Pretender::start(&[]);
        point_guard_at(world, pretender.url(), &authority_until(2020));
        comes_to(
            world,
            &[
                ("certificate's CA", "failed", "expired on 2020-12-31"),
                ("certificate", "failed", "the API server does not take it"),
            ],
        );
    });
}
