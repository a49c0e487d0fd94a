//! Credential plugins: real programs that say who asks.

use std::{fs, os::unix::fs::PermissionsExt as _};

use serde_json::{Value, json};

use super::{assert_listed, authority, file, kubeconfig_of, path, run_with, token};
use crate::world::assert_run;

const VERSION: &str = "client.authentication.k8s.io/v1";

/// A user who is said by a shell script.
fn user(script: &str) -> Value {
    let program = file("login", &format!("#!/bin/sh\n{script}\n"));
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    json!({"exec": {
        "apiVersion": VERSION, "command": program, "interactiveMode": "IfAvailable",
        "installHint": "Get it from:\n  https://example.com/login", "args": ["--for", "sandbox"],
        "env": [{"name": "LOGIN_STATUS", "value": "from the kubeconfig"}],
    }})
}

/// A script that prints a credential which a file holds.
fn prints(status: Value) -> String {
    let document = json!({"apiVersion": VERSION, "kind": "ExecCredential", "status": status});
    format!("cat {}", file("credential", &document.to_string()))
}

#[test]
fn a_token_and_a_certificate_are_taken_and_the_program_is_run_once() {
    let count = path("runs");
    let counted = format!("echo run >> {}\n", count.display());
    let pair = authority().client("jane", Some("system:masters")).unwrap();
    for status in [
        json!({"token": token()}),
        json!({"token": token(), "expirationTimestamp": "2099-01-01T00:00:00Z"}),
        json!({"clientCertificateData": pair.certificate, "clientKeyData": pair.key}),
    ] {
        let _ = fs::remove_file(&count);
        let run = run_with(&kubeconfig_of(user(&(counted.clone() + &prints(status)))), &["status"], &[]);
        assert_run(&run, 0, &["shop-aws"]);
        assert_eq!(fs::read_to_string(&count).unwrap(), "run\n", "{run}");
    }
}

#[test]
fn it_is_told_what_it_may_know_and_what_it_says_is_seen() {
    let script =
        "echo \"$LOGIN_STATUS: $* $KUBERNETES_EXEC_INFO\" >&2\n".to_owned() + &prints(json!({"token": token()}));
    let mut user = user(&script);
    let run = run_with(&kubeconfig_of(user.clone()), &["list"], &[]);
    assert_listed(&run);
    let line = run.stderr.lines().find(|it| it.starts_with("from the kubeconfig: --for sandbox ")).unwrap().to_owned();
    let info: Value = serde_json::from_str(line.trim_start_matches("from the kubeconfig: --for sandbox ")).unwrap();
    assert_eq!((&info["kind"], &info["apiVersion"]), (&json!("ExecCredential"), &json!(VERSION)), "{info}");
    assert_eq!(info["spec"], json!({"interactive": false}), "{info}");
    user["exec"]["provideClusterInfo"] = json!(true);
    let run = run_with(&kubeconfig_of(user), &["list"], &[]);
    assert!(run.stderr.contains(crate::sandbox::shared().server()), "{run}");
}

#[test]
fn one_that_is_not_there_is_named_with_what_the_kubeconfig_says_of_it() {
    let mut missing = user("true");
    missing["exec"]["command"] = json!("no-such-login");
    let run = run_with(&kubeconfig_of(missing), &["list"], &[]);
    let said =
        ["error: exec plugin \"no-such-login\"", "is not found", "hint: Get it from:", "https://example.com/login"];
    assert_run(&run, 2, &said);
    // A script whose own program is missing ends so.
    let run = run_with(&kubeconfig_of(user("exec no-such-program")), &["list"], &[]);
    assert_run(&run, 2, &["exit code 127", "https://example.com/login"]);
}

#[test]
fn one_that_fails_is_told_with_what_it_said_and_without_what_it_printed() {
    let run = run_with(&kubeconfig_of(user("echo 'session is over' >&2; echo hunter2; exit 3")), &["list"], &[]);
    assert_run(&run, 2, &["session is over", "exit code 3", "hint: what it said stands above"]);
    assert!(!run.stderr.contains("hunter2") && !run.stderr.contains("example.com/login"), "{run}");
    let run = run_with(&kubeconfig_of(user("echo hunter2")), &["list"], &[]);
    assert_run(&run, 2, &["error: exec plugin"]);
    assert!(!run.stderr.contains("hunter2"), "{run}");
}

#[test]
fn one_that_must_have_a_terminal_is_refused_without_one() {
    let mut user = user(&prints(json!({"token": token()})));
    user["exec"]["interactiveMode"] = json!("Always");
    let run = run_with(&kubeconfig_of(user), &["list"], &[]);
    assert_run(&run, 2, &["its interactiveMode is Always", "no terminal"]);
}

#[test]
fn a_credential_that_is_over_is_asked_for_again() {
    let count = path("runs");
    let script = format!("echo run >> {}\n", count.display())
        + &prints(json!({"token": token(), "expirationTimestamp": "2001-01-01T00:00:00Z"}));
    assert_listed(&run_with(&kubeconfig_of(user(&script)), &["list"], &[]));
    let runs = fs::read_to_string(&count).unwrap().lines().count();
    assert!(runs > 1, "{runs}");
}
