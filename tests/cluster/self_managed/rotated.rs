//! Authorities that follow each other while writes go on.

use std::collections::BTreeSet;

use super::{Balancer, alone, load::tell};

#[test]
fn authorities_follow_each_other_under_load_and_no_write_fails() {
    alone("rotated", |plane| {
        let balancer = Balancer::start();
        plane.kubectl(&["apply", "-k", &plane.overlay(&balancer.url())]);
        let short = ["--ca-lifetime=45s", "--leaf-lifetime=15s"];
        let (one, other) = (plane.replica("one", &short).ready(), plane.replica("other", &short).ready());
        balancer.lead_to(&[one.address, other.address]);
        plane.comes_to_deny();
        let load = plane.load();
        let (mut signers, mut leaves, mut bundles) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for _ in 0..2 {
            let before = plane.kept("ca.crt");
            one.wait_for("the next authority to sign", |_| plane.kept("ca.crt") != before);
            signers.insert(plane.kept("ca.crt"));
            // Until the last leaf of the one before has run out.
            one.wait_for("the one before to be forgotten", |it| {
                let guard = plane.guard().unwrap()["clientConfig"]["caBundle"].as_str().unwrap().to_owned();
                it.metric("authority_trusted") == 1 && guard.len() < 1000
            });
            leaves.insert(plane.kept("tls.crt"));
            bundles.insert(plane.guard().unwrap()["clientConfig"]["caBundle"].to_string());
        }
        assert_eq!((signers.len(), leaves.len(), bundles.len()), (2, 2, 2));
        let made = load.ends("two authorities followed");
        let reloads = [&one, &other].map(|it| it.metric("certificate_reloads_total{result=\"success\"}"));
        tell(&format!("{made} writes through the API server, leaves taken by each replica: {reloads:?}"));
        assert!(reloads.iter().all(|it| *it >= 4), "{reloads:?}");
        for replica in [&one, &other] {
            assert_eq!(replica.metric("certificate_reloads_total{result=\"failure\"}"), 0);
        }
        plane.comes_to_deny();
    });
}
