//! The webhook's program as its image has it.

use std::{error::Error, path::PathBuf, process::Command};

/// Builds it, unless it is fresh, and says where it is.
///
/// # Errors
///
/// When it cannot be built.
pub fn webhook() -> Result<PathBuf, Box<dyn Error>> {
    let root = profile_release::root();
    let mut command = Command::new(env!("CARGO"));
    let arguments = ["build", "--quiet", "--locked", "--profile", "serve", "--package", "profile-webhook"];
    if !command.current_dir(root).args(arguments).args(["--target-dir", "target"]).status()?.success() {
        return Err("the webhook cannot be built".into());
    }
    Ok(root.join("target/serve/profile-webhook"))
}
