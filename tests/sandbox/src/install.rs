//! Installs `manifests/` into a sandbox, through an overlay where loopback needs one.
//!
//! The API server of a sandbox cannot reach a process through a Service, so the guard gets the webhook's address as a
//! URL instead. All else is applied as it is shipped.

mod guard;

use std::time::Duration;

use crate::{
    Sandbox, SandboxError,
    assets::{Assets, Program},
    shipped::{Shipped, directory, kustomize},
};

const DEADLINE: Duration = Duration::from_secs(60);

/// Installs the CRDs, the webhook's own objects and the guard, and waits until the guard denies.
pub fn everything(sandbox: &Sandbox) -> Result<(), SandboxError> {
    crds(sandbox)?;
    webhook(sandbox)?;
    guard(sandbox)
}

/// Installs the CRDs and waits until they are served.
pub fn crds(sandbox: &Sandbox) -> Result<(), SandboxError> {
    sandbox.apply(&kustomize(sandbox.kubectl_command(), &directory("crds"))?)?;
    let wait = [
        "wait",
        "--for=condition=Established",
        "--timeout=60s",
        "crd",
        "-l",
        "app.kubernetes.io/part-of=kubectl-profile",
    ];
    sandbox.run_kubectl(wait)?.success("kubectl wait crd")?;
    Ok(())
}

/// Installs the CRDs that a program of others needs beside it, and waits until kubectl knows their kinds.
pub fn crds_beside(sandbox: &Sandbox, assets: &Assets, program: Program) -> Result<(), SandboxError> {
    let mut kinds = Vec::new();
    for crd in assets.beside(program) {
        let apply = ["apply", "--server-side", "-o", "jsonpath={.metadata.name}", "-f", &crd.display().to_string()];
        kinds.push(sandbox.run_kubectl(apply)?.success("kubectl apply crd")?.stdout);
    }
    let get = ["get", &kinds.join(","), "--all-namespaces"];
    sandbox.wait_until("the kinds of the CRDs", DEADLINE, || sandbox.run_kubectl(get)?.success("kubectl get"))?;
    Ok(())
}

/// Installs the namespace, the Deployment and what else belongs to the webhook. Its pods are played by kwok, so what
/// answers is the process that [`crate::Options::with_webhook`] starts: as the same ServiceAccount, with the same flags.
pub fn webhook(sandbox: &Sandbox) -> Result<(), SandboxError> {
    sandbox.apply(&Shipped::render(sandbox.kubectl_command())?.webhook())
}

/// Installs the guard in front of the sandbox's webhook process, and waits until the webhook has completed it and it denies
/// what it must.
pub fn guard(sandbox: &Sandbox) -> Result<(), SandboxError> {
    guard::install(sandbox)
}
