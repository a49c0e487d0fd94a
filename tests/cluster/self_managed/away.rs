//! An API server that is away: what is served is served on, and who starts meanwhile waits.

use rustix::process::Signal;

use super::{Balancer, Replica, alone};

#[test]
fn while_the_api_server_is_away_what_is_served_is_served_on_and_who_starts_then_waits_for_it() {
    alone("away", |plane| {
        let balancer = Balancer::start();
        plane.kubectl(&["apply", "-k", &plane.overlay(&balancer.url())]);
        let account = plane.account();
        let replica = plane.replica("one", &[]).ready();
        balancer.lead_to(&[replica.address]);
        plane.comes_to_deny();
        replica.wait_for("it to know", Replica::guards);
        plane.sandbox.kill_api_server().unwrap();
        replica.says("the API server does not answer as it should");
        replica.looks(8);
        let ready = replica.get("/readyz?verbose");
        assert!(ready.starts_with("HTTP/1.1 200") && ready.contains("what was served before is served on"), "{ready}");
        assert!(replica.guards(), "what cannot be seen has not changed");
        // Of the Secret, of the Lease and of the guard, once each; and once more where the reason was another one at first.
        let told = replica.said("the API server does not answer as it should");
        assert!(told.len() <= 6, "{told:#?}");
        assert_eq!(replica.said("kube_client"), [""; 0]);

        let late = Replica::start(plane.sandbox, &account, "late", &[super::plane::LEASE]);
        late.says("the API server does not answer as it should");
        let ready = late.get("/readyz?verbose");
        assert!(ready.starts_with("HTTP/1.1 503") && ready.contains("there is no certificate yet"), "{ready}");
        assert!(late.get("/healthz").starts_with("HTTP/1.1 200"));
        // One that waits can be stopped.
        let stopped = Replica::start(plane.sandbox, &account, "stopped", &[super::plane::LEASE]);
        stopped.signal(Signal::TERM);
        assert!(stopped.wait().success());

        plane.sandbox.start_api_server().unwrap();
        let late = late.ready();
        replica.says("the trouble is over");
        plane.comes_to_deny();
        late.wait_for("it to see the guard", Replica::guards);
    });
}
