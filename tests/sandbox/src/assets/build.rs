//! Builds a program with Go into the cache, once, however many processes ask.

use std::{
    fs::{File, TryLockError},
    path::Path,
    process::Stdio,
    time::Duration,
};

use tokio::{process::Command, time::sleep};

use super::program::Program;
use crate::{SandboxError, files, progress::say};

/// Builds `program` into the directory `cache` unless another process did so meanwhile.
pub(super) async fn program(go: &Path, program: Program, cache: &Path) -> Result<(), SandboxError> {
    let _lock = lock(cache, program.name()).await?;
    let path = cache.join(program.name());
    if path.is_file() {
        return Ok(());
    }
    say(&format!("building {} (once, about {} on two cores)…", program.name(), program.build_time()));
    let unfinished = cache.join(format!(".{}.unfinished", program.name()));
    let mut command = Command::new(go);
    command
        .current_dir(program.module().dir())
        .env("CGO_ENABLED", "0")
        .args(["build", "-trimpath", "-ldflags", &program.module().linker_flags()?, "-o"])
        .arg(&unfinished)
        .arg(program.package());
    output(command).await?;
    files::rename(&unfinished, &path)
}

/// Holds the cache for this process; the operating system lets go of it when the process ends.
pub(super) async fn lock(cache: &Path, waiting_for: &str) -> Result<File, SandboxError> {
    files::create_dir(cache)?;
    let path = cache.join(".lock");
    let doing = || format!("lock {}", path.display());
    let file = File::create(&path).map_err(SandboxError::io(doing()))?;
    let mut told = false;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::Error(error)) => return Err(SandboxError::io(doing())(error)),
            Err(TryLockError::WouldBlock) if !told => {
                say(&format!("waiting for another process that builds {waiting_for}…"));
                told = true;
            }
            Err(TryLockError::WouldBlock) => sleep(Duration::from_millis(200)).await,
        }
    }
}

/// Runs a command to its end and returns what it printed. A caller that gives up takes the command with it.
pub(super) async fn output(mut command: Command) -> Result<String, SandboxError> {
    command.stdin(Stdio::null()).kill_on_drop(true);
    let line = format!("{:?}", command.as_std());
    let output = command.output().await.map_err(SandboxError::io(format!("run {line}")))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(SandboxError::Command {
        command: line,
        status: output.status.to_string(),
        output: String::from_utf8_lossy(&output.stderr).trim_end().to_owned(),
    })
}
