//! Certificates that somebody else keeps, as cert-manager does: files for the webhook, and the CA in the guard.

use profile_sandbox::certificates::Authority;
use serde_json::Value;

use super::{Balancer, Replica, alone};

#[test]
fn beside_a_ca_that_somebody_else_keeps_only_the_rules_are_added_and_only_where_it_vouches_for_the_files() {
    alone("foreign", |plane| {
        let balancer = Balancer::start();
        let overlay = plane.overlay(&balancer.url());
        plane.kubectl(&["apply", "-k", &overlay]);
        let authority = Authority::create().unwrap();
        let pair = authority.serving(&["127.0.0.1"]).unwrap();
        let flag = |name: &str, file: &str, text: &str| {
            let path = plane.sandbox.dir().join(file);
            std::fs::write(&path, text).unwrap();
            format!("--{name}={}", path.display())
        };
        let cert = flag("tls-cert-file", "foreign.crt", &pair.certificate);
        let key = flag("tls-private-key-file", "foreign.key", &pair.key);
        let replica = Replica::run(plane.sandbox, &plane.account(), "one", &[&cert, &key]).ready();
        balancer.lead_to(&[replica.address]);
        replica.says("its caBundle is still empty");
        plane.inject(Authority::create().unwrap().certificate());
        replica.says("its caBundle does not vouch for the certificate of the files");
        replica.looks(2);
        assert_eq!(plane.guard().unwrap()["rules"], Value::Null);
        let bundle = plane.inject(authority.certificate());
        plane.comes_to_deny();
        replica.wait_for("it to know", Replica::guards);
        plane.kubectl(&["apply", "-k", &overlay]);
        replica.looks(2);
        let guard = plane.guard().unwrap();
        assert_eq!((&guard["clientConfig"]["caBundle"], guard["rules"].is_array()), (&bundle, true));
        plane.comes_to_deny();
    });
}
