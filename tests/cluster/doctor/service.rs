//! A guard in front of a Service: its endpoints, and the certificate in the Secret that its pods serve from.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use profile_sandbox::install;
use serde_json::json;

use super::{assert_found, comes_to, doctor, guarded, patch_guard};
use crate::world::assert_run;

const NAMESPACE: &str = "kubectl-profile-system";

#[test]
fn a_service_is_told_by_its_ready_endpoints_and_its_certificate_by_the_secret() {
    guarded("service", |world| {
        let service = json!({"namespace": NAMESPACE, "name": "profile-webhook", "path": "/validate", "port": 443});
        let bundle = BASE64_STANDARD.encode(world.sandbox.webhook().unwrap().authority().unwrap());
        patch_guard(
            world,
            &json!([{"op": "replace", "path": "/webhooks/0/clientConfig", "value": {"service": service, "caBundle": bundle}}]),
        );
        // The webhook makes its certificate for the name that the API server asks.
        let place = "in Secret profile-webhook-certificates";
        comes_to(world, &[("webhook's service", "failed", "is not there"), ("certificate", "ok", place)]);
        // No node runs a pod here, so the Service has no endpoint.
        install::webhook(world.sandbox).unwrap();
        let report = doctor(world);
        assert_found(&report, "webhook's service", "failed", "has 0 of 0 endpoints ready");
        assert_found(&report, "certificate", "ok", place);
        let secret = world.sandbox.get_json("secret", NAMESPACE, "profile-webhook-certificates").unwrap();
        let encoded = secret["data"]["tls.key"].as_str().unwrap();
        let key = String::from_utf8(BASE64_STANDARD.decode(encoded).unwrap()).unwrap();
        let shown = report.to_string();
        assert!(!shown.contains(key.lines().nth(1).unwrap()) && !shown.contains(encoded), "the key is shown");
        let delete = ["delete", "service,deployment,pdb", "profile-webhook", "-n", NAMESPACE];
        assert_run(&world.sandbox.run_kubectl(delete).unwrap(), 0, &[]);
    });
}
