//! Installs Prism into the cache, once, however many processes ask.

use std::{
    env,
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use super::PrismError;

/// The version in `package.json`: the last one that runs on Node.js 18 to 22.
const VERSION: &str = "5.14.2";
const PACKAGE: &str = include_str!("../../prism/package.json");
const LOCK: &str = include_str!("../../prism/package-lock.json");

/// The program, below the directory of an installation.
const PROGRAM: &str = "node_modules/@stoplight/prism-cli/dist/index.js";

/// Where Prism's program is; it is installed if it is not there.
pub(super) fn program() -> Result<PathBuf, PrismError> {
    program_in(&cache(), "npm")
}

fn cache() -> PathBuf {
    let directory = env::var_os("XDG_CACHE_HOME").filter(|value| !value.is_empty()).map(PathBuf::from);
    let home = || env::home_dir().unwrap_or_else(env::temp_dir).join(".cache");
    directory.unwrap_or_else(home).join("kubectl-profile")
}

fn program_in(cache: &Path, npm: &'static str) -> Result<PathBuf, PrismError> {
    let finished = cache.join(format!("prism-{VERSION}"));
    let program = finished.join(PROGRAM);
    if program.is_file() {
        return Ok(program);
    }
    let doing = || PrismError::io(format!("install Prism into {}", finished.display()));
    fs::create_dir_all(cache).map_err(doing())?;
    // The operating system lets go of the lock when this process ends.
    let lock = File::create(cache.join(format!(".prism-{VERSION}.lock"))).map_err(doing())?;
    lock.lock().map_err(doing())?;
    if program.is_file() {
        return Ok(program);
    }
    let unfinished = tempfile::Builder::new().prefix(".prism-").tempdir_in(cache).map_err(doing())?;
    fs::write(unfinished.path().join("package.json"), PACKAGE).map_err(doing())?;
    fs::write(unfinished.path().join("package-lock.json"), LOCK).map_err(doing())?;
    run_npm(npm, unfinished.path())?;
    fs::rename(unfinished.path(), &finished).map_err(doing())?;
    Ok(program)
}

/// Packages run no scripts of their own: Prism needs none.
fn run_npm(npm: &'static str, directory: &Path) -> Result<(), PrismError> {
    let output = Command::new(npm)
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"])
        .current_dir(directory)
        .stdin(Stdio::null())
        .output()
        .map_err(|source| PrismError::NoNode { program: npm, source })?;
    if output.status.success() {
        return Ok(());
    }
    Err(PrismError::Install(String::from_utf8_lossy(&output.stderr).trim_end().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_the_one_of_the_package() {
        let package: serde_json::Value = serde_json::from_str(PACKAGE).unwrap();
        assert_eq!(package["dependencies"]["@stoplight/prism-cli"], VERSION);
    }

    #[test]
    fn without_npm_the_error_says_what_to_install() {
        let cache = tempfile::tempdir().unwrap();
        let error = program_in(cache.path(), "npm-that-is-not-there").unwrap_err().to_string();
        assert!(error.starts_with("`npm-that-is-not-there` cannot be run"), "{error}");
        assert!(error.ends_with("install Node.js 18.20 or newer, which brings npm"), "{error}");
        let left: Vec<_> = fs::read_dir(cache.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left, [".prism-5.14.2.lock"]);
    }
}
