//! Errors of a connection in kubectl's form, and beside kubectl's own.

use serde_json::json;

use super::{administrator, kubeconfig_of, run_with, with_token, world};
use crate::world::assert_run;

#[test]
fn what_the_server_refuses_begins_as_kubectls_errors_do() {
    let jane = ["--as", "jane"];
    let ours = run_with(&administrator(), &[&["list"], &jane[..]].concat(), &[]);
    let kubectls = world().kubectl(&[&["get", "clusterprofiles"], &jane[..]].concat());
    let start = "Error from server (Forbidden): ";
    assert!(ours.stderr.starts_with(start) && kubectls.stderr.starts_with(start), "{ours} {kubectls}");
    // kubectl's sentence is in ours.
    let sentence = kubectls.stderr.trim_start_matches(start).trim();
    let resource =
        |text: &str| text.split(" is forbidden").next().unwrap_or_default().rsplit(' ').next().unwrap().to_owned();
    assert!(ours.stderr.contains("is forbidden: User \"jane\" cannot list resource"), "{ours}");
    assert!(resource(sentence).ends_with("cluster.spectrocloud.com"), "{kubectls}");
    let ours = run_with(&administrator(), &["show", "no-such-profile"], &[]);
    assert!(ours.stderr.starts_with("error: "), "{ours}");
}

#[test]
fn who_is_not_known_is_told_to_log_in() {
    let run = run_with(&kubeconfig_of(json!({"token": "nobody"})), &["list"], &[]);
    assert_run(&run, 2, &["error: you must be logged in to the server (Unauthorized)", "hint: "]);
    assert!(!run.stderr.contains("nobody"), "{run}");
}

#[test]
fn a_server_that_is_not_there_is_named_with_its_address() {
    let mut kubeconfig = kubeconfig_of(with_token());
    kubeconfig["clusters"][0]["cluster"]["server"] = json!("https://127.0.0.1:1");
    let run = run_with(&kubeconfig, &["list"], &[]);
    assert_run(
        &run,
        2,
        &[
            "at the API server of context \"sandbox\" at https://127.0.0.1:1/: ",
            "refused",
            "hint: is the server running",
        ],
    );
    kubeconfig["clusters"][0]["cluster"]["server"] = json!("https://no-such-host.example:6443");
    assert_run(&run_with(&kubeconfig, &["list"], &[]), 2, &["https://no-such-host.example:6443/", "hint: "]);
    kubeconfig["clusters"][0]["cluster"]["server"] = json!("not a url");
    assert_run(&run_with(&kubeconfig, &["list"], &[]), 2, &["the API server's address", "is no URL"]);
}
