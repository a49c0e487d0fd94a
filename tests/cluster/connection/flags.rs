//! Flags that say which server is meant and who asks, with a kubeconfig and without any.

use serde_json::json;

use super::{administrator, assert_listed, authority_file, kubeconfig_of, run, run_with, token, with_token};
use crate::{sandbox::shared, world::assert_run};

#[test]
fn a_server_a_token_and_an_authority_need_no_kubeconfig() {
    let (server, authority) = (shared().server(), authority_file());
    let flags = ["--server", server, "--token", token(), "--certificate-authority", &authority];
    assert_listed(&run(None, &[&["list"], &flags[..]].concat(), &[]));
    // Between the plugin's name and the verb as well.
    assert_listed(&run(None, &[&flags[..], &["list"]].concat(), &[]));
    // Without a user nobody asks.
    let run = run(None, &["list", "-s", server, "--certificate-authority", &authority], &[]);
    assert_run(&run, 2, &["Error from server (Forbidden): ", "system:anonymous"]);
}

#[test]
fn no_kubeconfig_and_no_server_is_an_error_of_its_own() {
    let run = run(None, &["list"], &[]);
    assert_run(&run, 2, &["error: no kubeconfig can be read", "hint: name one by --kubeconfig or KUBECONFIG"]);
}

#[test]
fn the_server_of_a_flag_is_asked_and_not_the_one_of_the_kubeconfig() {
    let mut kubeconfig = kubeconfig_of(with_token());
    kubeconfig["clusters"][0]["cluster"]["server"] = json!("https://127.0.0.1:1");
    assert_run(&run_with(&kubeconfig, &["list"], &[]), 2, &["https://127.0.0.1:1/"]);
    assert_listed(&run_with(&kubeconfig, &["list", "-s", shared().server()], &[]));
}

#[test]
fn a_cluster_and_a_user_of_the_kubeconfig_are_named() {
    let mut kubeconfig = kubeconfig_of(json!({"token": "nobody"}));
    let mut other = kubeconfig["clusters"][0].clone();
    other["name"] = json!("other");
    other["cluster"]["server"] = json!("https://127.0.0.1:1");
    kubeconfig["clusters"].as_array_mut().unwrap().push(other);
    kubeconfig["users"].as_array_mut().unwrap().push(json!({"name": "robot", "user": with_token()}));
    assert_run(
        &run_with(&kubeconfig, &["list"], &[]),
        2,
        &["error: you must be logged in to the server (Unauthorized)"],
    );
    assert_listed(&run_with(&kubeconfig, &["list", "--user", "robot"], &[]));
    let run = run_with(&kubeconfig, &["list", "--user", "robot", "--cluster", "other"], &[]);
    assert_run(&run, 2, &["https://127.0.0.1:1/"]);
    let run = run_with(&kubeconfig, &["list", "--user", "robbot"], &[]);
    assert_run(&run, 2, &["error: user \"robbot\" does not exist", "hint: did you mean robot?"]);
    let run = run_with(&kubeconfig, &["list", "--cluster", "otter"], &[]);
    assert_run(&run, 2, &["error: cluster \"otter\" does not exist", "other"]);
}

#[test]
fn a_token_of_a_flag_stands_for_a_plugin_and_for_another_token() {
    for user in [
        json!({"token": "nobody"}),
        json!({"exec": {"apiVersion": "client.authentication.k8s.io/v1", "command": "no-such-program"}}),
    ] {
        let kubeconfig = kubeconfig_of(user);
        assert_ne!(run_with(&kubeconfig, &["list"], &[]).code, Some(0));
        assert_listed(&run_with(&kubeconfig, &["list", "--token", token()], &[]));
    }
}

#[test]
fn a_server_by_a_flag_and_contexts_contradict_each_other() {
    let run = run_with(&administrator(), &["status", "--contexts", "sandbox", "--server", shared().server()], &[]);
    assert_run(&run, 2, &["error: --server is of one API server"]);
}
