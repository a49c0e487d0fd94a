//! The commit that a release is made from, and its time, which every file of an archive carries.

use std::{env, path::Path, process::Command};

use crate::{Error, command::run};

/// The variable of reproducible-builds.org that says the time; what git says of the commit is taken where it is unset.
const VARIABLE: &str = "SOURCE_DATE_EPOCH";

/// The time of the release in seconds since 1970.
pub fn time(root: &Path) -> Result<u64, Error> {
    match env::var(VARIABLE) {
        Ok(text) => read(&text, VARIABLE),
        Err(_) => read(&git(root, &["log", "-1", "--format=%ct"])?, "git's time of the commit"),
    }
}

/// Whether the work tree holds what no commit does.
pub fn is_changed(root: &Path) -> Result<bool, Error> {
    Ok(!git(root, &["status", "--porcelain"])?.is_empty())
}

fn read(text: &str, whose: &str) -> Result<u64, Error> {
    text.trim().parse().map_err(|_| Error::Refused(format!("{whose} is no number of seconds since 1970: {text:?}")))
}

fn git(root: &Path, words: &[&str]) -> Result<String, Error> {
    run(Command::new("git").arg("-C").arg(root).args(words))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_is_read_as_git_prints_it_and_nothing_else_is() {
        assert_eq!(read("1700000000\n", VARIABLE).unwrap(), 1_700_000_000);
        let error = read("yesterday", VARIABLE).unwrap_err().to_string();
        assert!(error.contains("SOURCE_DATE_EPOCH") && error.contains("yesterday"), "{error}");
    }
}
