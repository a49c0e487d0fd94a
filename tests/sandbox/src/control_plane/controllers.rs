//! Starts the controllers, and with nodes the scheduler and kwok.

use std::path::Path;

use crate::{
    SandboxError,
    assets::{Assets, Program},
    child::Child,
};

/// Starts what the API server needs beside it.
pub(super) fn start(dir: &Path, kubeconfig: &Path, assets: &Assets, nodes: bool) -> Result<Vec<Child>, SandboxError> {
    let kubeconfig = format!("--kubeconfig={}", kubeconfig.display());
    let mut children = Vec::new();
    let mut start = |program: Program, arguments: Vec<String>| -> Result<(), SandboxError> {
        let arguments: Vec<_> = [kubeconfig.clone()].into_iter().chain(arguments).collect();
        children.push(Child::start(dir, assets.path(program)?, &arguments)?);
        Ok(())
    };
    start(Program::KubeControllerManager, controller_manager_arguments())?;
    if nodes {
        start(Program::KubeScheduler, scheduler_arguments())?;
        start(Program::Kwok, kwok_arguments(assets))?;
    }
    Ok(children)
}

fn controller_manager_arguments() -> Vec<String> {
    [
        "--leader-elect=false",
        "--secure-port=0",
        "--root-ca-file=pki/ca.crt",
        "--service-account-private-key-file=pki/service-account.key",
        // Tests wait for these controllers all the time: let them ask as often and work as wide as they like.
        "--kube-api-qps=1000",
        "--kube-api-burst=2000",
        "--concurrent-namespace-syncs=50",
        "--namespace-sync-period=5s",
        "--horizontal-pod-autoscaler-sync-period=1s",
    ]
    .map(String::from)
    .to_vec()
}

fn scheduler_arguments() -> Vec<String> {
    ["--leader-elect=false", "--secure-port=0", "--kube-api-qps=1000", "--kube-api-burst=2000"]
        .map(String::from)
        .to_vec()
}

fn kwok_arguments(assets: &Assets) -> Vec<String> {
    let stages = assets.beside(Program::Kwok).iter().map(|stage| format!("--config={}", stage.display()));
    ["--manage-all-nodes=true", "--node-lease-duration-seconds=40", "--node-ip=127.0.0.1", "--cidr=10.128.0.0/12"]
        .map(String::from)
        .into_iter()
        .chain(stages)
        .collect()
}
