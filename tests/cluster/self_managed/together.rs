//! Replicas that share one Secret.

use rustix::process::Signal;
use serde_json::Value;

use super::{
    Balancer, Plane, Replica, alone,
    plane::{LEASE, NAMESPACE},
};

const CERTIFICATE: &str = "certificate_not_after_timestamp_seconds";

/// Installs it, with two replicas behind the guard; the first of the two holds the Lease.
fn two(plane: &Plane, balancer: &Balancer) -> (Replica, Replica) {
    plane.kubectl(&["apply", "-k", &plane.overlay(&balancer.url())]);
    let (one, other) = (plane.replica("one", &[]), plane.replica("other", &[]));
    let (one, other) = (one.ready(), other.ready());
    balancer.lead_to(&[one.address, other.address]);
    plane.comes_to_deny();
    for replica in [&one, &other] {
        replica.wait_for("it to see the guard", Replica::guards);
        replica.looks(2);
    }
    if other.holds_the_lease() { (other, one) } else { (one, other) }
}

fn holder(plane: &Plane) -> Value {
    plane.sandbox.get_json("lease", NAMESPACE, "profile-webhook").unwrap()["spec"]["holderIdentity"].clone()
}

/// Takes the leaf away by hand, and waits until this one has made another.
fn renews(plane: &Plane, replica: &Replica) {
    let (authority, leaf) = (plane.kept("ca.crt"), plane.kept("tls.crt"));
    plane.put(&[("tls.crt", None), ("tls.key", None)]);
    replica.wait_for("another leaf", |_| ![String::new(), leaf.clone()].contains(&plane.kept("tls.crt")));
    assert_eq!(plane.kept("ca.crt"), authority);
}

#[test]
fn two_replicas_have_one_authority_and_the_other_takes_over_when_the_holder_is_killed() {
    alone("killed", |plane| {
        let balancer = Balancer::start();
        let (holder, other) = two(plane, &balancer);
        assert_eq!((holder.holds_the_lease(), other.holds_the_lease()), (true, false));
        assert_eq!(holder.metric(CERTIFICATE), other.metric(CERTIFICATE));
        assert_eq!(other.metric("authority_writes_total{object=\"secret\",result=\"success\"}"), 0);
        renews(plane, &holder);
        other.wait_for("it to serve the new one", |it| it.metric(CERTIFICATE) == holder.metric(CERTIFICATE));
        holder.signal(Signal::KILL);
        drop(holder);
        other.wait_for("it to take over", Replica::holds_the_lease);
        renews(plane, &other);
        plane.comes_to_deny();
        plane.no_key_is_said(&[&other]);
    });
}

#[test]
fn while_one_pod_behind_the_service_has_another_certificate_the_guard_is_not_completed() {
    alone("mixed", |plane| {
        let balancer = Balancer::start();
        plane.kubectl(&["apply", "-k", &plane.overlay(&balancer.url())]);
        let authority = profile_sandbox::certificates::Authority::create().unwrap();
        let pair = authority.serving(&["127.0.0.1"]).unwrap();
        let file = |name: &str, text: &str| {
            let path = plane.sandbox.dir().join(name);
            std::fs::write(&path, text).unwrap();
            path.display().to_string()
        };
        let flags = [
            format!("--tls-cert-file={}", file("before.crt", &pair.certificate)),
            format!("--tls-private-key-file={}", file("before.key", &pair.key)),
        ];
        let before = Replica::run(plane.sandbox, &plane.account(), "before", &flags.each_ref().map(String::as_str));
        let after = plane.replica("after", &[]).ready();
        let before = before.ready();
        balancer.lead_to(&[before.address, after.address]);
        after.says("does not answer");
        after.looks(3);
        assert!(!after.guards() && plane.bad_write().is_success());
        balancer.lead_to(&[after.address]);
        plane.comes_to_deny();
    });
}

#[test]
fn a_holder_that_is_asked_to_stop_gives_up_the_lease() {
    alone("stopped", |plane| {
        let balancer = Balancer::start();
        let (first, other) = two(plane, &balancer);
        balancer.lead_to(&[other.address]);
        let before = holder(plane);
        // The other one looks every five seconds: it is stopped itself, to see what the first one leaves.
        other.signal(Signal::STOP);
        first.signal(Signal::TERM);
        assert!(first.wait().success());
        assert!(before.is_string());
        assert_eq!(holder(plane), Value::Null);
        other.signal(Signal::CONT);
        other.wait_for("it to take over", Replica::holds_the_lease);
    });
}

#[test]
fn two_that_both_believe_to_hold_the_lease_do_no_harm() {
    alone("believe", |plane| {
        let balancer = Balancer::start();
        plane.kubectl(&["apply", "-k", &plane.overlay(&balancer.url())]);
        plane.kubectl(&["create", "-f", &{
            let lease = plane.sandbox.dir().join("another-lease.json");
            let metadata = serde_json::json!({"name": "another", "namespace": NAMESPACE});
            let text =
                serde_json::json!({"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": metadata});
            std::fs::write(&lease, text.to_string()).unwrap();
            lease.display().to_string()
        }]);
        // Each has a Lease of its own, which the shipped ServiceAccount could not read.
        let admin = plane.sandbox.kubeconfig();
        let short = ["--ca-lifetime=45s", "--leaf-lifetime=15s", "--namespace=kubectl-profile-system"];
        let start = |pod, lease| Replica::start(plane.sandbox, admin, pod, &[&short[..], &[lease]].concat());
        let (one, other) = (start("one", LEASE), start("other", "--lease=another"));
        balancer.lead_to(&[one.address, other.address]);
        plane.comes_to_deny();
        let load = plane.load();
        for replica in [&one, &other] {
            replica.wait_for("it to believe", Replica::holds_the_lease);
        }
        let first = plane.kept("ca.crt");
        one.wait_for("another authority to sign", |_| plane.kept("ca.crt") != first);
        let second = plane.kept("ca.crt");
        one.looks(15);
        // They follow one line of authorities, and do not make one each.
        assert_eq!(plane.kept("ca.crt"), second);
        assert!(one.metric("authority_trusted") <= 3);
        load.ends("two that both believe to hold the lease");
        plane.comes_to_deny();
    });
}
