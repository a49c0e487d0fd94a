//! The freshly built programs of this workspace, built once per process through cargo, and programs of others
//! beside them.

use std::{
    collections::BTreeMap,
    env,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::OnceLock,
};

use serde_json::Value;

use crate::{
    SandboxError,
    assets::{Assets, Places, Program},
};

const NAMES: [&str; 3] = ["kubectl-profile", "profile-webhook", "profile-sandbox"];

/// The plugin.
pub fn kubectl_profile() -> Result<&'static Path, SandboxError> {
    path("kubectl-profile")
}

/// The admission webhook.
pub fn profile_webhook() -> Result<&'static Path, SandboxError> {
    path("profile-webhook")
}

/// The sandbox's own program, which supervises the control plane.
pub fn profile_sandbox() -> Result<&'static Path, SandboxError> {
    path("profile-sandbox")
}

/// Helm, for real releases and for what its templates render; found or built like the programs of a control plane.
pub fn helm() -> Result<&'static Path, SandboxError> {
    static FOUND: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let found = FOUND.get_or_init(|| program(Program::Helm).map_err(|error| error.to_string()));
    found.as_deref().map_err(|error| SandboxError::Supervisor(error.clone()))
}

/// A program of others, found or built like the programs of a control plane; it runs without one.
pub fn program(program: Program) -> Result<PathBuf, SandboxError> {
    assets(program)?.path(program).map(Path::to_owned)
}

/// The same with the files that it needs beside it.
pub fn assets(program: Program) -> Result<Assets, SandboxError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(SandboxError::io("start a runtime".to_owned()))?;
    runtime.block_on(Places::from_environment().find(&[program]))
}

fn path(name: &str) -> Result<&'static Path, SandboxError> {
    static BUILT: OnceLock<Result<BTreeMap<String, PathBuf>, String>> = OnceLock::new();
    let built = BUILT.get_or_init(|| build().map_err(|error| error.to_string()));
    let paths = built.as_ref().map_err(|error| SandboxError::Supervisor(error.clone()))?;
    let path = paths.get(name).map(PathBuf::as_path);
    path.ok_or_else(|| SandboxError::Supervisor(format!("`cargo build` names no executable for {name}")))
}

/// Runs `cargo build`. Cargo's own lock makes several processes at once safe; nothing is compiled twice.
fn build() -> Result<BTreeMap<String, PathBuf>, SandboxError> {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(env!("CARGO_MANIFEST_DIR")).args([
        "build",
        "--bins",
        "--message-format=json-render-diagnostics",
    ]);
    command.args(NAMES.iter().flat_map(|name| ["-p", name]));
    if cfg!(not(debug_assertions)) {
        command.arg("--release");
    }
    // What cargo tells about its own work is of interest only when it fails; a long build says so by itself.
    command.arg("--quiet").stdin(Stdio::null()).stderr(Stdio::inherit());
    let output = command.output().map_err(SandboxError::io(format!("run {command:?}")))?;
    if !output.status.success() {
        return Err(SandboxError::Command {
            command: format!("{command:?}"),
            status: output.status.to_string(),
            output: "the compiler's messages are above".into(),
        });
    }
    Ok(executables(&String::from_utf8_lossy(&output.stdout)))
}

/// Reads the paths of the executables from cargo's messages, one JSON document a line.
fn executables(messages: &str) -> BTreeMap<String, PathBuf> {
    let messages = messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    messages
        .filter_map(|message| {
            let name = message["target"]["name"].as_str()?.to_owned();
            Some((name, PathBuf::from(message["executable"].as_str()?)))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_read_from_the_messages_of_cargo() {
        let messages = concat!(
            r#"{"reason":"compiler-artifact","target":{"name":"kube"},"executable":null}"#,
            "\n",
            r#"{"reason":"compiler-artifact","target":{"name":"kubectl-profile"},"executable":"/t/kubectl-profile"}"#,
            "\nnot json\n",
            r#"{"reason":"build-finished","success":true}"#,
        );
        let expected = BTreeMap::from([("kubectl-profile".to_owned(), PathBuf::from("/t/kubectl-profile"))]);
        assert_eq!(executables(messages), expected);
    }
}
