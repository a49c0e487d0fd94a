//! The binary that users download: built, run and weighed.

use std::{
    error::Error,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use profile_release::{Platform, compile::Machine};

/// The plugin as it is distributed.
pub struct Product {
    path: PathBuf,
}

impl Product {
    /// Builds it as a release does, unless it is fresh.
    pub fn build() -> Result<Self, Box<dyn Error>> {
        let platform = Platform::here().ok_or("there is no release for this platform")?;
        Ok(Self { path: Machine::look(profile_release::root())?.build(&platform)? })
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
