//! Real kubectl in a sandbox, with the plugin on its PATH.

use std::{env, ffi::OsStr, path::Path, process::Command};

use serde_json::Value;

use super::Sandbox;
use crate::{Run, SandboxError, files};

impl Sandbox {
    /// A kubectl command, to be given arguments and run; `kubectl profile …` finds the freshly built plugin.
    ///
    /// The environment is its own: the administrator's kubeconfig, a home in the sandbox's directory, nothing of the
    /// caller's but the end of PATH.
    pub fn kubectl_command(&self) -> Command {
        self.command(self.kubectl())
    }

    /// The plugin itself, without kubectl's dispatch, in the same environment.
    pub fn plugin_command(&self) -> Command {
        self.command(&self.plugin)
    }

    /// Runs kubectl to its end.
    pub fn run_kubectl<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Result<Run, SandboxError> {
        Run::of(self.kubectl_command().args(arguments))
    }

    /// Applies a document, or several, server-side.
    pub fn apply(&self, yaml: &str) -> Result<(), SandboxError> {
        let mut command = self.kubectl_command();
        command.args(["apply", "--server-side", "--force-conflicts", "-f", "-"]);
        Run::with_input(&mut command, yaml)?.success("kubectl apply")?;
        Ok(())
    }

    /// The JSON of one object.
    pub fn get_json(&self, kind: &str, namespace: &str, name: &str) -> Result<Value, SandboxError> {
        let line = format!("kubectl get {kind} {name} -n {namespace}");
        let run = self.run_kubectl(["get", kind, name, "-n", namespace, "-o", "json"])?.success(&line)?;
        serde_json::from_str(&run.stdout).map_err(SandboxError::document(line))
    }

    fn command(&self, program: &Path) -> Command {
        let home = self.dir().join("home");
        let own = [self.plugin.parent(), self.kubectl().parent()].into_iter().flatten().map(Path::to_owned);
        let inherited = env::var_os("PATH").unwrap_or_default();
        let path: Vec<_> = own.chain(env::split_paths(&inherited)).collect();
        let mut command = Command::new(program);
        command.env_clear().env("HOME", &home).env("TMPDIR", &home).env("KUBECONFIG", self.kubeconfig());
        // Only a directory whose name holds a colon cannot be joined, and such a one cannot be on a PATH at all.
        command.env("PATH", env::join_paths(path).unwrap_or(inherited));
        let _ = files::create_dir(&home);
        command
    }
}
