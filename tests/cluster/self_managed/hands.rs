//! What hands do to the Secret and to the guard.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use profile_sandbox::certificates::Authority;
use serde_json::{Value, json};

use super::{
    Balancer, Plane, Replica, alone,
    plane::{GUARD, NAMESPACE, SECRET},
};

/// Installs it, with a replica whose leaves live half a minute: what is new settles in six seconds.
fn installed(plane: &Plane, balancer: &Balancer) -> Replica {
    plane.kubectl(&["apply", "-k", &plane.overlay(&balancer.url())]);
    let replica = plane.replica("one", &["--ca-lifetime=10m", "--leaf-lifetime=30s"]).ready();
    balancer.lead_to(&[replica.address]);
    plane.comes_to_deny();
    replica.wait_for("it to know", Replica::guards);
    replica
}

/// Waits until there is another authority, and the guard trusts it beside this one, whose certificate is served still.
fn trusts_both(plane: &Plane, replica: &Replica, before: &str) {
    replica.wait_for("another authority", |_| !["", before].contains(&plane.kept("ca.crt").as_str()));
    replica.wait_for("both to be trusted", |_| plane.trusts(before) && plane.trusts(&plane.kept("ca.crt")));
}

#[test]
fn a_secret_that_is_deleted_is_told_and_one_that_is_empty_is_filled_without_a_refused_write() {
    alone("secret", |plane| {
        let balancer = Balancer::start();
        let replica = installed(plane, &balancer);
        let authority = plane.kept("ca.crt");
        plane.kubectl(&["delete", "secret", SECRET, "-n", NAMESPACE]);
        replica.says(&format!("Secret {NAMESPACE}/{SECRET} is not there; the webhook creates nothing"));
        // What it has it serves on.
        let ready = replica.get("/readyz?verbose");
        assert!(ready.starts_with("HTTP/1.1 200") && ready.contains("what was served before is served on"), "{ready}");
        plane.comes_to_deny();
        let get = ["get", "secret", SECRET, "-n", NAMESPACE, "--ignore-not-found", "-o", "name"];
        assert_eq!(plane.kubectl(&get).stdout, "");
        let load = plane.load();
        plane.kubectl(&["apply", "-k", &plane.overlay(&balancer.url())]);
        trusts_both(plane, &replica, &authority);
        replica.wait_for("its certificate to be served", |it| {
            it.get("/readyz?verbose").contains("[+]certificate-newest ok\n")
        });
        replica.looks(2);
        load.ends("the Secret deleted and put back");
        plane.comes_to_deny();
    });
}

#[test]
fn a_secret_that_is_spoiled_is_told_and_mended_without_a_refused_write() {
    alone("spoiled", |plane| {
        let balancer = Balancer::start();
        let replica = installed(plane, &balancer);
        let (authority, load) = (plane.kept("ca.crt"), plane.load());
        plane.put(&[("ca.key", Some("no key")), ("tls.crt", Some("no certificate")), ("note", Some("by hand"))]);
        replica.says("what stands there cannot be used, and is made anew");
        let said = replica.said("what stands there cannot be used").pop().unwrap();
        assert!(said.contains("ca.crt, ca.key, tls.crt, tls.key"), "{said}");
        trusts_both(plane, &replica, &authority);
        replica.wait_for("its certificate to be served", |it| {
            it.get("/readyz?verbose").contains("[+]certificate-newest ok\n")
        });
        replica.looks(2);
        load.ends("the Secret spoiled");
        plane.comes_to_deny();
        assert_eq!(plane.kept("note"), "by hand", "what is not the webhook's stays");
        plane.no_key_is_said(&[&replica]);
    });
}

#[test]
fn rules_of_others_are_left_to_them_and_told_and_a_ca_that_would_shut_everybody_out_is_set_right() {
    alone("guard", |plane| {
        let balancer = Balancer::start();
        let replica = installed(plane, &balancer);
        let complete = plane.guard().unwrap();
        let patch = |path: &str, value: Value| {
            let patch = json!([{"op": "replace", "path": format!("/webhooks/0/{path}"), "value": value}]).to_string();
            plane.kubectl(&["patch", "validatingwebhookconfiguration", GUARD, "--type=json", "-p", &patch]);
        };
        patch("rules/0/apiVersions", json!(["v1"]));
        replica.says("its rules are others'");
        replica.looks(2);
        assert_eq!(plane.guard().unwrap()["rules"][0]["apiVersions"], json!(["v1"]));
        assert!(!replica.guards() && replica.get("/readyz").starts_with("HTTP/1.1 200"));
        patch("rules/0/apiVersions", json!(["v1", "v1alpha1"]));
        replica.wait_for("it to be complete", Replica::guards);
        // A CA of somebody else, at the webhook's own address: no write could pass.
        let foreign = Authority::create().unwrap();
        patch("clientConfig/caBundle", json!(BASE64_STANDARD.encode(foreign.certificate())));
        replica.says("caBundle is taken over");
        replica.wait_for("it to be complete", Replica::guards);
        assert_eq!(plane.guard().unwrap()["clientConfig"]["caBundle"], complete["clientConfig"]["caBundle"]);
        plane.comes_to_deny();
    });
}
