//! A guard in front of a Service: its endpoints, and the certificate in the Secret that its pods serve from.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use profile_sandbox::{certificates::Authority, install};
use serde_json::json;

use super::{assert_found, comes_to, doctor, guarded, patch_guard};
use crate::world::assert_run;

const NAMESPACE: &str = "kubectl-profile-system";

#[test]
fn a_service_is_told_by_its_ready_endpoints_and_its_certificate_by_the_secret() {
    guarded("service", |world| {
        let authority = Authority::create().unwrap();
        let service = json!({"namespace": NAMESPACE, "name": "profile-webhook", "path": "/validate", "port": 443});
        let bundle = BASE64_STANDARD.encode(authority.certificate());
        patch_guard(
            world,
            &json!([{"op": "replace", "path": "/webhooks/0/clientConfig", "value": {"service": service, "caBundle": bundle}}]),
        );
        comes_to(world, &[("webhook's service", "failed", "is not there"), ("certificate", "not visible", "404")]);
        // No node runs a pod here, so the Service has no endpoint.
        install::webhook(world.sandbox).unwrap();
        let pair = authority.serving(&[&format!("profile-webhook.{NAMESPACE}.svc")]).unwrap();
        // As the webhook fills the Secret that is shipped empty.
        let filled = json!({
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": "profile-webhook-certificates", "namespace": NAMESPACE},
            "stringData": {"tls.crt": pair.certificate, "tls.key": pair.key},
        });
        world.sandbox.apply(&filled.to_string()).unwrap();
        let report = doctor(world);
        assert_found(&report, "webhook's service", "failed", "has 0 of 0 endpoints ready");
        assert_found(&report, "certificate", "ok", "in Secret profile-webhook-certificates");
        let shown = report.to_string();
        let secret = pair.key.lines().nth(1).unwrap();
        assert!(!shown.contains(secret) && !shown.contains(&BASE64_STANDARD.encode(&pair.key)), "the key is shown");
        assert_run(&world.sandbox.run_kubectl(["delete", "namespace", NAMESPACE, "--wait=false"]).unwrap(), 0, &[]);
    });
}
