//! Whether there is a kubectl that runs plugins and completes their words.

use std::{
    env,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use profile_core::{field, version::Version};
use serde_json::Value;
use tokio::{process::Command, time::timeout};

use super::report::Check;

const NAME: &str = "kubectl";
/// How long it may take to tell its version; it takes some hundredths of a second.
const TIMEOUT: Duration = Duration::from_secs(10);
/// The first minor version of 1 that asks a plugin for completions.
const COMPLETES: u64 = 26;
/// The first minor version of 1 in which plugins are no longer an alpha.
const RUNS: u64 = 14;

pub(super) async fn check() -> Check {
    let Some(path) = program() else {
        return Check::warning(NAME, "there is no kubectl on the PATH")
            .fix("install kubectl 1.26 or newer; until then call this program as kubectl-profile");
    };
    match version(&path).await {
        Ok(document) => judge(&document, &path),
        Err(why) => Check::warning(NAME, format!("{} does not tell its version: {why}", path.display()))
            .fix(format!("try `{} version --client` and install it anew where that fails", path.display())),
    }
}

/// The kubectl that called us, which newer ones tell; else the first on the PATH.
fn program() -> Option<PathBuf> {
    let caller = env::var_os("KUBECTL_PATH").filter(|it| !it.is_empty()).map(PathBuf::from);
    let name = format!("kubectl{}", env::consts::EXE_SUFFIX);
    let on_path = || {
        let path = env::var_os("PATH")?;
        // A relative entry means another program in each directory.
        env::split_paths(&path).filter(|it| it.is_absolute()).map(|it| it.join(&name)).find(|it| it.is_file())
    };
    caller.filter(|it| it.is_file()).or_else(on_path)
}

async fn version(path: &Path) -> Result<Value, String> {
    let mut command = Command::new(path);
    command.env_remove(crate::store::API_KEY).args(["version", "--client", "-o", "json"]);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
    let ended = timeout(TIMEOUT, command.output()).await.map_err(|_| format!("it did not end in {TIMEOUT:?}"))?;
    let output = ended.map_err(|error| format!("it cannot be started: {error}"))?;
    if !output.status.success() {
        return Err(format!("it ended with {}", output.status));
    }
    serde_json::from_slice(&output.stdout).map_err(|_| "it prints no JSON".into())
}

fn judge(document: &Value, path: &Path) -> Check {
    let path = path.display();
    let told = field::text(document, &["clientVersion", "gitVersion"]).unwrap_or_default();
    let Ok(version) = told.parse::<Version>() else {
        return Check::warning(NAME, format!("{path} tells a version that cannot be read: {told:?}"))
            .fix("install a released kubectl, 1.26 or newer");
    };
    let (minor, is_first) = (version.minor, version.major == 1);
    if is_first && minor < RUNS {
        Check::warning(NAME, format!("{told} at {path} runs plugins as an alpha at most"))
            .fix("install kubectl 1.26 or newer; until then call this program as kubectl-profile")
    } else if is_first && minor < COMPLETES {
        Check::warning(NAME, format!("{told} at {path} runs plugins and does not complete their words"))
            .fix("install kubectl 1.26 or newer")
    } else {
        Check::ok(NAME, format!("{told} at {path}"))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{super::report::Finding, *};

    fn check(version: &str, finding: Finding, part: &str) {
        let check = judge(&json!({"clientVersion": {"gitVersion": version}}), Path::new("/bin/kubectl"));
        assert_eq!(check.finding, finding, "{check:?}");
        assert!(check.says.contains(part) && check.says.contains("/bin/kubectl"), "{check:?}");
        assert_eq!(check.fix.is_some(), finding != Finding::Ok, "{check:?}");
    }

    #[test]
    fn an_older_kubectl_is_told_by_what_it_lacks() {
        check("v1.37.2", Finding::Ok, "v1.37.2");
        check("v1.26.0", Finding::Ok, "v1.26.0");
        check("v1.25.16", Finding::Warning, "does not complete");
        check("v1.13.9", Finding::Warning, "alpha");
        check("banana", Finding::Warning, "\"banana\"");
    }
}
