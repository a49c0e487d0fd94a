//! Which certificate of a server is taken: authorities, names, and none at all.

use serde_json::{Value, json};

use super::{assert_listed, authority_file, file, kubeconfig_of, run_with, with_token};
use crate::world::assert_run;

/// A kubeconfig that names no authority.
fn without_authority() -> Value {
    let mut kubeconfig = kubeconfig_of(with_token());
    kubeconfig["clusters"][0]["cluster"].as_object_mut().unwrap().remove("certificate-authority-data");
    kubeconfig
}

#[test]
fn an_authority_that_nobody_named_is_not_trusted_and_the_flag_is_told() {
    let run = run_with(&without_authority(), &["list"], &[("SSL_CERT_FILE", &another_authority())]);
    assert_run(&run, 2, &["invalid peer certificate", "hint: ", "--certificate-authority"]);
    assert_listed(&run_with(&without_authority(), &["list", "--certificate-authority", &authority_file()], &[]));
    let mut kubeconfig = without_authority();
    kubeconfig["clusters"][0]["cluster"]["certificate-authority"] = json!(authority_file());
    assert_listed(&run_with(&kubeconfig, &["list"], &[]));
}

fn another_authority() -> String {
    file("other.crt", profile_sandbox::certificates::Authority::create().unwrap().certificate())
}

/// The certificates of the system are where this variable says. With nothing in there no client can be made that needs them.
#[test]
fn the_certificates_of_the_system_are_read_only_where_no_others_are_named() {
    let broken = file("broken.crt", "no certificate\n");
    let broken = [("SSL_CERT_FILE", broken.as_str())];
    let run = run_with(&without_authority(), &["list"], &broken);
    assert_run(&run, 2, &["certificates"]);
    assert_listed(&run_with(&kubeconfig_of(with_token()), &["list"], &broken));
    assert_listed(&run_with(&without_authority(), &["list", "--certificate-authority", &authority_file()], &broken));
    assert_listed(&run_with(&without_authority(), &["list", "--insecure-skip-tls-verify"], &broken));
    let system = authority_file();
    assert_listed(&run_with(&without_authority(), &["list"], &[("SSL_CERT_FILE", system.as_str())]));
}

#[test]
fn insecure_takes_any_certificate_and_excludes_an_authority() {
    let mut kubeconfig = kubeconfig_of(with_token());
    kubeconfig["clusters"][0]["cluster"]["tls-server-name"] = json!("elsewhere.example.com");
    assert_run(&run_with(&kubeconfig, &["list"], &[]), 2, &["hint: ", "--tls-server-name"]);
    // The flag clears the authority of the kubeconfig, as kubectl's does.
    assert_listed(&run_with(&kubeconfig, &["list", "--insecure-skip-tls-verify"], &[]));
    assert_listed(&run_with(&kubeconfig, &["list", "--insecure-skip-tls-verify=true"], &[]));
    let both = ["list", "--insecure-skip-tls-verify", "--certificate-authority", &authority_file()];
    assert_run(&run_with(&kubeconfig, &both, &[]), 2, &["exclude each other"]);
    let mut kubeconfig = without_authority();
    kubeconfig["clusters"][0]["cluster"]["insecure-skip-tls-verify"] = json!(true);
    assert_listed(&run_with(&kubeconfig, &["list"], &[]));
}

#[test]
fn the_name_that_is_checked_may_be_another_than_the_host() {
    let kubeconfig = kubeconfig_of(with_token());
    assert_listed(&run_with(&kubeconfig, &["list", "--tls-server-name", "kubernetes.default.svc"], &[]));
    let run = run_with(&kubeconfig, &["list", "--tls-server-name", "elsewhere.example.com"], &[]);
    assert_run(&run, 2, &["certificate", "hint: ", "--tls-server-name"]);
}
