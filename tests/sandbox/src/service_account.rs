//! Acts as a ServiceAccount, so that its rights are what limits a program of the sandbox.

use std::process::Command;

use crate::{Run, SandboxError, certificates::Authority, kubeconfig};

/// A kubeconfig with a token of a ServiceAccount, got by an administrator's kubectl.
pub(crate) fn kubeconfig(
    mut kubectl: Command,
    server: &str,
    authority: &Authority,
    namespace: &str,
    account: &str,
) -> Result<String, SandboxError> {
    let run = Run::of(kubectl.args(["create", "token", account, "-n", namespace, "--duration=24h"]))?;
    let token = run.success("kubectl create token")?.stdout;
    kubeconfig::with_token(server, authority, account, token.trim(), namespace)
}
