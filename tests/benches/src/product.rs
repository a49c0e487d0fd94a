//! The binary that users download: built, run and weighed.

use std::{
    error::Error,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use serde_json::Value;

/// The plugin as it is distributed.
pub struct Product {
    path: PathBuf,
}

impl Product {
    /// Builds it, unless it is fresh, and asks cargo where it is.
    pub fn build() -> Result<Self, Box<dyn Error>> {
        let arguments =
            ["build", "--profile", "dist", "-p", "kubectl-profile", "--message-format=json-render-diagnostics"];
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let output = Command::new(cargo)
            .args(arguments)
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .stderr(Stdio::inherit())
            .output()?;
        if !output.status.success() {
            return Err("the release binary does not build".into());
        }
        let messages = String::from_utf8(output.stdout)?;
        let executable = messages
            .lines()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok())
            .filter(|message| message.pointer("/target/name").and_then(Value::as_str) == Some("kubectl-profile"))
            .find_map(|message| message.get("executable").and_then(Value::as_str).map(PathBuf::from));
        Ok(Self { path: executable.ok_or("cargo names no executable")? })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A command of it, to be given arguments and run.
    pub fn command(&self) -> Command {
        Command::new(&self.path)
    }

    /// Shows the next version against every cluster of a directory.
    pub fn diff(&self, directory: &Path) -> Result<(), Box<dyn Error>> {
        let directory = directory.to_str().ok_or("the directory's name is no text")?;
        self.run(&["diff", "fleet@1.1.0", "--summary", "-f", directory], 1)
    }

    /// Prints the help.
    pub fn help(&self) -> Result<(), Box<dyn Error>> {
        self.run(&["--help"], 0)
    }

    /// Its size, in the smaller of the two megabytes: a limit that is kept so is kept in both.
    pub fn megabytes(&self) -> Result<f64, Box<dyn Error>> {
        Ok(std::fs::metadata(&self.path)?.len() as f64 / 1e6)
    }

    fn run(&self, arguments: &[&str], expected: i32) -> Result<(), Box<dyn Error>> {
        let output = Command::new(&self.path).args(arguments).stdin(Stdio::null()).output()?;
        if output.status.code() != Some(expected) || output.stdout.is_empty() {
            let said = String::from_utf8_lossy(&output.stderr);
            return Err(format!("{} ended with {}: {said}", arguments.join(" "), output.status).into());
        }
        Ok(())
    }
}
