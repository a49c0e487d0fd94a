//! What the shipped ServiceAccount may do, and that it may do nothing else.

use std::path::Path;

use profile_sandbox::Run;

use super::{
    Plane, alone,
    plane::{GUARD, NAMESPACE, SECRET},
};

/// Asks whether the account may do something to an object.
fn asks(plane: &Plane, account: &Path, namespace: &str, verb: &str, object: &str) -> bool {
    let mut command = plane.sandbox.kubectl_command();
    command.env("KUBECONFIG", account).args(["auth", "can-i", verb, object, "-n", namespace]);
    let run = Run::of(&mut command).unwrap();
    assert!(["yes", "no"].contains(&run.stdout.trim()), "{run}");
    run.stdout.trim() == "yes"
}

#[test]
fn it_may_read_and_write_three_objects_and_nothing_else() {
    alone("rights", |plane| {
        plane.kubectl(&["apply", "-k", &plane.overlay("https://127.0.0.1:1/validate")]);
        let objects = [
            (format!("secrets/{SECRET}"), &["get", "update", "patch"][..]),
            ("leases.coordination.k8s.io/profile-webhook".to_owned(), &["get", "update", "patch"]),
            (format!("validatingwebhookconfigurations.admissionregistration.k8s.io/{GUARD}"), &["get", "patch"]),
        ];
        let account = plane.account();
        let may = |namespace: &str, verb: &str, object: &str| asks(plane, &account, namespace, verb, object);
        let verbs = ["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"];
        let taken_up = plane.sandbox.wait_until("the roles to be taken up", crate::world::DEADLINE, || {
            let missing = objects.iter().find(|(object, _)| !may(NAMESPACE, "get", object));
            missing.map_or(Ok(()), |(object, _)| Err(format!("{object} may not be read")))
        });
        taken_up.unwrap();
        for (object, allowed) in &objects {
            for verb in verbs {
                assert_eq!(may(NAMESPACE, verb, object), allowed.contains(&verb), "{verb} {object}");
            }
            let (kind, _) = object.split_once('/').unwrap();
            for verb in verbs {
                assert!(!may(NAMESPACE, verb, kind), "{verb} {kind}");
                assert!(!may(NAMESPACE, verb, &format!("{kind}/another")), "{verb} {kind}/another");
            }
        }
        assert!(!may("default", "get", &format!("secrets/{SECRET}")), "in another namespace");
        for object in ["pods", "configmaps", "spectroclusters", "clusterroles", "serviceaccounts/token", "namespaces"] {
            for verb in ["get", "list", "create", "patch", "delete"] {
                assert!(!may(NAMESPACE, verb, object), "{verb} {object}");
            }
        }
    });
}
