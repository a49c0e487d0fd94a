//! What the API server is told of the run: the program, the command without its arguments, and which run it was.

use std::collections::BTreeSet;

use super::{mirror::Mirror, run_with, with_token};
use crate::world::assert_run;

#[test]
fn each_request_names_the_program_the_command_and_the_run() {
    let mirror = Mirror::start();
    let run = run_with(&mirror.kubeconfig(), &["check", "shop-aws", "hello-aws@1.1.0"], &[]);
    assert_run(&run, 0, &[]);
    let asked = mirror.asked();
    assert!(asked.len() > 1, "{asked:?}");
    let header = |name: &str| -> BTreeSet<String> {
        asked
            .iter()
            .map(|it| it.headers.get(name).map_or("none".into(), |it| it.to_str().unwrap().to_owned()))
            .collect()
    };
    assert_eq!(header("kubectl-command"), ["kubectl profile check".to_owned()].into());
    let agents = header("user-agent");
    let expected = format!("kubectl-profile/{} (linux/", env!("CARGO_PKG_VERSION"));
    assert!(agents.len() == 1 && agents.iter().all(|it| it.starts_with(&expected)), "{agents:?}");
    let sessions = header("kubectl-session");
    assert!(sessions.len() == 1 && sessions.iter().all(|it| it.len() == 36), "{sessions:?}");

    let mirror = Mirror::start();
    run_with(&mirror.kubeconfig(), &["scale-back", "shop-aws", "--dry-run=client"], &[]);
    let asked = mirror.asked();
    assert_eq!(asked[0].headers["kubectl-command"], "kubectl profile scale-back");
    assert!(!sessions.contains(asked[0].headers["kubectl-session"].to_str().unwrap()));
}

#[test]
fn kubectls_own_switch_leaves_the_command_out() {
    let mirror = Mirror::start();
    let run = run_with(&mirror.kubeconfig(), &["list"], &[("KUBECTL_COMMAND_HEADERS", "false")]);
    assert_run(&run, 0, &[]);
    assert!(mirror.asked().iter().all(|it| !it.headers.contains_key("kubectl-command")));
}

#[test]
fn nothing_secret_is_sent_where_everybody_can_read_it() {
    let mirror = Mirror::start();
    let mut kubeconfig = mirror.kubeconfig();
    kubeconfig["users"][0]["user"] = with_token();
    assert_run(&run_with(&kubeconfig, &["list"], &[]), 0, &[]);
    let asked = mirror.asked();
    assert!(!asked.is_empty() && asked.iter().all(|it| !it.headers.contains_key("authorization")), "{asked:?}");
}
