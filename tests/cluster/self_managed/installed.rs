//! Installed in any order, applied again, and taken away: no write is ever refused for want of the webhook.

use rustix::process::Signal;
use serde_json::{Value, json};

use super::{Balancer, Plane, Replica, alone, plane::GUARD};

/// Installs it with one replica behind the guard; both in the order in which a cluster does it.
fn installed(plane: &Plane, balancer: &Balancer) -> (String, Replica) {
    let overlay = plane.overlay(&balancer.url());
    plane.kubectl(&["apply", "-k", &overlay]);
    let replica = plane.replica("one", &[]).ready();
    balancer.lead_to(&[replica.address]);
    plane.comes_to_deny();
    (overlay, replica)
}

fn rules_and_ca(plane: &Plane) -> [Value; 2] {
    let guard = plane.guard().unwrap();
    [guard["rules"].clone(), guard["clientConfig"]["caBundle"].clone()]
}

#[test]
fn applied_in_its_own_order_it_comes_to_guard_and_applied_again_it_stays_so() {
    alone("in-order", |plane| {
        let (load, balancer) = (plane.load(), Balancer::start());
        let overlay = plane.overlay(&balancer.url());
        plane.kubectl(&["apply", "-k", &overlay]);
        // Nobody answers yet, and the guard is there: it matches nothing.
        let guard = plane.guard().unwrap();
        assert_eq!((&guard["rules"], &guard["clientConfig"]["caBundle"]), (&Value::Null, &Value::Null));
        assert!(plane.bad_write().is_success());
        // A pod is ready before the Service leads to it, and so before the guard is complete.
        let replica = plane.replica("one", &[]).ready();
        replica.says("the webhook does not answer at 127.0.0.1");
        assert!(replica.get("/readyz?verbose").contains("[+]guard ok, but: the guard is not complete"));
        assert!(!replica.guards() && plane.bad_write().is_success());
        balancer.lead_to(&[replica.address]);
        plane.comes_to_deny();
        replica.wait_for("it to know", Replica::guards);
        assert!(replica.get("/readyz?verbose").contains("[+]guard ok\n"));

        let complete = rules_and_ca(plane);
        let expected = json!([{
            "apiGroups": ["cluster.spectrocloud.com"], "apiVersions": ["v1", "v1alpha1"], "operations": ["UPDATE"],
            "resources": ["spectroclusters"], "scope": "Namespaced",
        }]);
        assert_eq!(complete[0], expected);
        plane.kubectl(&["apply", "-k", &overlay]);
        assert_eq!(rules_and_ca(plane), complete, "after a second apply");
        plane.kubectl(&["apply", "--server-side", "--force-conflicts", "-k", &overlay]);
        assert_eq!(rules_and_ca(plane), complete, "after a server-side apply");
        replica.looks(2);
        assert_eq!(replica.metric("authority_writes_total{object=\"configuration\",result=\"success\"}"), 1);
        plane.comes_to_deny();
        load.ends("installed in order and applied three times");
        plane.no_key_is_said(&[&replica]);
    });
}

#[test]
fn applied_in_the_reverse_order_while_the_webhook_runs_it_comes_to_guard() {
    alone("reverse", |plane| {
        let (load, balancer) = (plane.load(), Balancer::start());
        let overlay = plane.overlay(&balancer.url());
        let mut objects = plane.objects(&overlay);
        objects.reverse();
        // Its account comes first, because a program outside of a cluster cannot run as one that is not there.
        let is_first = |it: &Value| ["Namespace", "ServiceAccount"].contains(&it["kind"].as_str().unwrap());
        let (mut first, last): (Vec<_>, Vec<_>) = objects.into_iter().partition(is_first);
        first.reverse();
        for object in &first {
            plane.sandbox.apply(&object.to_string()).unwrap();
        }
        let replica = plane.replica("one", &[]);
        balancer.lead_to(&[replica.address]);
        replica.says("rights are shipped");
        assert!(replica.get("/readyz").starts_with("HTTP/1.1 503"));
        for object in &last {
            plane.sandbox.apply(&object.to_string()).unwrap();
            replica.looks(1);
        }
        plane.comes_to_deny();
        let replica = replica.ready();
        replica.wait_for("it to know", Replica::guards);
        load.ends("installed in the reverse order");
    });
}

#[test]
fn a_guard_that_was_taken_away_is_never_made_again_and_one_that_is_put_back_is_completed() {
    alone("removed", |plane| {
        let balancer = Balancer::start();
        let (overlay, replica) = installed(plane, &balancer);
        plane.kubectl(&["delete", "validatingwebhookconfiguration", GUARD]);
        replica.says("the guard is not installed, so that nothing is guarded");
        replica.looks(3);
        assert_eq!(plane.guard(), None);
        plane.comes_to_pass();
        assert!(!replica.guards() && replica.get("/readyz").starts_with("HTTP/1.1 200"));
        plane.kubectl(&["apply", "-k", &overlay]);
        plane.comes_to_deny();
    });
}

#[test]
fn an_install_that_is_taken_away_leaves_nothing_that_blocks() {
    alone("deleted", |plane| {
        let balancer = Balancer::start();
        let (overlay, replica) = installed(plane, &balancer);
        let load = plane.load();
        plane.kubectl(&["delete", "-k", &overlay]);
        replica.signal(Signal::TERM);
        assert!(replica.wait().success());
        plane.comes_to_pass();
        assert_eq!(plane.guard(), None);
        load.ends("taken away");
    });
}
