//! What `-v` shows of requests, and what it never shows.

use super::{kubeconfig_of, mirror::Mirror, run_with, token, with_token};
use crate::{sandbox::shared, world::assert_run};

#[test]
fn from_6_on_each_request_has_a_line_and_from_8_on_its_headers() {
    let at = |level: &str| {
        let run = run_with(&kubeconfig_of(with_token()), &["list", "-v", level], &[]);
        assert_run(&run, 0, &["hello-aws"]);
        run.stderr
    };
    assert_eq!(at("5"), "");
    let six = at("6");
    let line = format!("GET {}/apis/cluster.spectrocloud.com", shared().server());
    let is_line = |it: &str| it.starts_with(&line) && it.contains(" 200 OK in ") && it.ends_with(" ms");
    assert!(six.lines().count() > 1 && six.lines().all(is_line), "{six}");
    let eight = at("8");
    for text in
        ["    authorization: ***", "    kubectl-command: kubectl profile list", "    < content-type: application/json"]
    {
        assert!(eight.lines().any(|it| it == text), "{text}: {eight}");
    }
    let nine = at("9");
    assert!(nine.contains(" bytes sent, "), "{nine}");
    for text in [six, eight, nine] {
        assert!(!text.contains(token()) && !text.contains("hello-aws"), "{text}");
    }
}

#[test]
fn who_is_impersonated_is_shown_and_a_password_is_not() {
    let flags = ["list", "-v=9", "--as", "jane", "--as-group", "system:masters", "--as-group", "more"];
    let mirror = Mirror::start();
    let run = run_with(&mirror.kubeconfig(), &flags, &[]);
    assert_run(
        &run,
        0,
        &["    impersonate-user: jane", "    impersonate-group: system:masters", "    impersonate-group: more"],
    );
    let user = serde_json::json!({"username": "jane", "password": "hunter2"});
    let run = run_with(&kubeconfig_of(user), &["list", "-v=9"], &[]);
    // The server knows no passwords, and takes who shows one for nobody.
    assert_run(&run, 2, &["    authorization: ***", "system:anonymous"]);
    assert!(!run.stderr.contains("hunter2") && !run.stderr.contains("amFuZTpodW50ZXIy"), "{run}");
}
