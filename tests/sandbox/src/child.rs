//! One process of the sandbox, with a log file and a handle that stops it.

use std::{
    ffi::OsStr,
    fs::File,
    path::{Path, PathBuf},
    process::Stdio,
};

use tokio::process::{Child as Process, Command};

use crate::{SandboxError, files};

/// How many lines of its log a process that ended leaves in the error.
const LOG_LINES: usize = 20;

/// A running process. It is killed when this is dropped, also while a panic unwinds.
pub(crate) struct Child {
    name: String,
    process: Process,
    log: PathBuf,
}

impl Child {
    /// Starts `program` in the directory `dir`, with its log in `dir/logs` and an environment of its own.
    pub(crate) fn start(dir: &Path, program: &Path, arguments: &[String]) -> Result<Self, SandboxError> {
        Self::start_with(dir, program, arguments, &[])
    }

    /// The same with more in its environment.
    pub(crate) fn start_with(
        dir: &Path,
        program: &Path,
        arguments: &[String],
        environment: &[(&str, &OsStr)],
    ) -> Result<Self, SandboxError> {
        let name = program.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let log = dir.join("logs").join(format!("{name}.log"));
        files::create_dir(&dir.join("logs"))?;
        files::create_dir(&dir.join("home"))?;
        let open = || File::options().create(true).append(true).open(&log);
        let doing = || SandboxError::io(format!("open {}", log.display()));
        let (stdout, stderr) = (open().map_err(doing())?, open().map_err(doing())?);
        let process = Command::new(program)
            .args(arguments)
            .current_dir(dir)
            .env_clear()
            .env("HOME", dir.join("home"))
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .envs(environment.iter().copied())
            .stdin(Stdio::null())
            .stdout(stdout)
            .stderr(stderr)
            .kill_on_drop(true)
            .spawn()
            .map_err(SandboxError::io(format!("start {}", program.display())))?;
        Ok(Self { name, process, log })
    }

    /// Waits until the process ends by itself, which none of them should.
    pub(crate) async fn ended(&mut self) -> SandboxError {
        let status = self.process.wait().await;
        SandboxError::Ended {
            process: self.name.clone(),
            status: status.map_or_else(|error| error.to_string(), |status| status.to_string()),
            log: last_lines(&self.log, LOG_LINES),
        }
    }

    /// The process id, for tests that send it signals.
    pub(crate) fn id(&self) -> Option<u32> {
        self.process.id()
    }

    /// Kills the process and waits for its end. There is nothing to save: the directory goes with it.
    pub(crate) async fn stop(mut self) {
        // The only error is that it has ended already.
        let _ = self.process.kill().await;
    }
}

fn last_lines(path: &Path, count: usize) -> String {
    let text = std::fs::read(path).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(count)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(script: &str) -> Vec<String> {
        vec!["-c".into(), script.into()]
    }

    #[tokio::test]
    async fn a_process_that_ends_shows_the_end_of_its_log() {
        let dir = tempfile::tempdir().unwrap();
        let script = "for i in $(seq 1 50); do echo line-$i; done; exit 7";
        let mut child = Child::start(dir.path(), Path::new("/bin/sh"), &arguments(script)).unwrap();
        let error = child.ended().await.to_string();
        assert!(error.starts_with("sh ended unexpectedly (exit status: 7)"), "{error}");
        assert!(error.contains("line-50") && error.contains("line-31") && !error.contains("line-30"), "{error}");
    }

    #[tokio::test]
    async fn a_stopped_process_is_gone() {
        let dir = tempfile::tempdir().unwrap();
        let child = Child::start(dir.path(), Path::new("/bin/sh"), &arguments("exec sleep 1000")).unwrap();
        let proc = PathBuf::from(format!("/proc/{}", child.id().unwrap()));
        assert!(proc.exists());
        child.stop().await;
        assert!(!proc.exists());
    }
}
