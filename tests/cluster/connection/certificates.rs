//! Users who show a certificate, of each kind of key, in the kubeconfig, in files, and by flags.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use rcgen::{PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_ECDSA_P521_SHA512, PKCS_ED25519, PKCS_RSA_SHA256};
use serde_json::json;

use super::{assert_listed, authority, file, kubeconfig_of, run_with};
use crate::world::assert_run;

#[test]
fn each_kind_of_key_is_shown_to_the_server() {
    let kinds =
        [&PKCS_ECDSA_P256_SHA256, &PKCS_ECDSA_P384_SHA384, &PKCS_ECDSA_P521_SHA512, &PKCS_ED25519, &PKCS_RSA_SHA256];
    for kind in kinds {
        let pair = authority().client_with("jane", Some("system:masters"), kind).unwrap();
        let (certificate, key) = (file("jane.crt", &pair.certificate), file("jane.key", &pair.key));
        let encoded = |text: &str| BASE64_STANDARD.encode(text);
        for user in [
            json!({"client-certificate": certificate, "client-key": key}),
            json!({"client-certificate-data": encoded(&pair.certificate), "client-key-data": encoded(&pair.key)}),
        ] {
            assert_listed(&run_with(&kubeconfig_of(user), &["list"], &[]));
        }
        let flags = ["list", "--client-certificate", &certificate, "--client-key", &key];
        assert_listed(&run_with(&kubeconfig_of(json!({})), &flags, &[]));
    }
}

#[test]
fn a_certificate_of_nobody_who_may_is_known_by_its_name() {
    let pair = authority().client("mallory", None).unwrap();
    let (certificate, key) = (file("mallory.crt", &pair.certificate), file("mallory.key", &pair.key));
    let flags = ["list", "--client-certificate", &certificate, "--client-key", &key];
    let run = run_with(&kubeconfig_of(json!({})), &flags, &[]);
    assert_run(&run, 2, &["Error from server (Forbidden): ", "User \"mallory\""]);
    let run = run_with(&kubeconfig_of(json!({})), &flags[..3], &[]);
    assert_run(&run, 2, &["without its key", "--client-key"]);
    let run =
        run_with(&kubeconfig_of(json!({})), &["list", "--client-certificate", "/no/such", "--client-key", &key], &[]);
    assert_run(&run, 2, &["/no/such"]);
}
