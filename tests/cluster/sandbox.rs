//! The control plane that the tests of this binary share, and what must hold of it.

use std::{sync::OnceLock, time::Duration};

use profile_sandbox::{Options, Sandbox};

/// The shared control plane. It is never dropped: its supervisor sees this process end and stops everything.
pub(crate) fn shared() -> &'static Sandbox {
    static SHARED: OnceLock<Sandbox> = OnceLock::new();
    SHARED.get_or_init(|| Sandbox::start(&Options::with_nodes()).unwrap_or_else(|error| panic!("{error}")))
}

#[test]
fn a_deployment_of_two_replicas_runs() {
    let sandbox = shared();
    let namespace = sandbox.namespace("deployment").unwrap();
    let run = sandbox.run_kubectl(["create", "deployment", "hello", "--image=hello", "--replicas=2", "-n", &namespace]);
    run.unwrap().success("kubectl create").unwrap();
    let pods = sandbox.wait_until("two running pods", Duration::from_secs(60), || {
        let run = sandbox.run_kubectl(["get", "pods", "-n", &namespace, "--no-headers"]).map_err(|e| e.to_string())?;
        let running = run.stdout.lines().filter(|line| line.contains("Running")).count();
        if running == 2 { Ok(run.stdout) } else { Err(run.to_string()) }
    });
    assert_eq!(pods.unwrap().lines().count(), 2);
}
