//! Runs `helm template` on a chart's file: without a cluster, without repositories, and not for ever.

use std::{
    env,
    ffi::OsString,
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
    time::Duration,
};

use profile_core::render::Release;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncRead, AsyncReadExt},
    process::Command,
    time::timeout,
};

/// How long one chart may take; the largest that are known take a second.
const TIMEOUT: Duration = Duration::from_secs(60);
/// The most bytes of objects that are read of one chart.
const MAX_OUTPUT: u64 = 32 * 1024 * 1024;
/// The most bytes of a complaint that are read.
const MAX_COMPLAINT: u64 = 4 * 1024;
/// The only variables that the program gets: what a program needs to start. None of them is Helm's or kubectl's.
const VARIABLES: [&str; 6] = ["PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "WINDIR"];

/// The user's `helm` program, and what it is told of the cluster.
pub(super) struct Program {
    path: PathBuf,
    arguments: Vec<OsString>,
}

/// Where the program is. A relative entry of `PATH` is left out: which program it means depends on where one stands.
pub(super) fn on_path() -> Option<PathBuf> {
    let name = format!("helm{}", env::consts::EXE_SUFFIX);
    let path = env::var_os("PATH")?;
    env::split_paths(&path).filter(|place| place.is_absolute()).map(|place| place.join(&name)).find(|it| it.is_file())
}

impl Program {
    /// The program at `path`, which renders for a version of Kubernetes and for what is served there.
    pub(super) fn new(path: PathBuf, kubernetes: Option<&str>, api_versions: Vec<String>) -> Self {
        let mut arguments: Vec<OsString> = Vec::new();
        // Helm takes a version with its patch, and the suffix of a vendor as it is.
        if let Some(version) = kubernetes {
            arguments.extend(["--kube-version".into(), version.into()]);
        }
        for version in api_versions {
            arguments.extend(["--api-versions".into(), version.into()]);
        }
        Self { path, arguments }
    }

    /// The objects of a chart as YAML, with hooks and CRDs.
    pub(super) async fn template(&self, release: &Release, chart: &Path, values: &Value) -> Result<String, String> {
        let failed = |what: &str, error: &dyn std::fmt::Display| format!("helm template: cannot {what}: {error}");
        // Helm keeps caches and reads settings in its homes: here they are empty, and gone afterwards.
        let home = tempfile::tempdir().map_err(|error| failed("make a temporary directory", &error))?;
        let file = home.path().join("values.yaml");
        let values = if values.is_null() { &json!({}) } else { values };
        std::fs::write(&file, values.to_string()).map_err(|error| failed("write the pack's values", &error))?;
        let mut command = Command::new(&self.path);
        command.env_remove(crate::store::API_KEY);
        command.env_clear().envs(VARIABLES.iter().filter_map(|name| Some((name, env::var_os(name)?))));
        for name in ["HOME", "HELM_CACHE_HOME", "HELM_CONFIG_HOME", "HELM_DATA_HOME"] {
            command.env(name, home.path());
        }
        command.env("KUBECONFIG", home.path().join("none")).env("HELM_NO_PLUGINS", "1");
        command.arg("template").arg(&release.name).arg(chart).args(["--namespace", &release.namespace]);
        command.arg("--values").arg(&file).arg("--include-crds").args(&self.arguments);
        command.current_dir(home.path()).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.kill_on_drop(true).spawn().map_err(|error| failed("start it", &error))?;
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        let run = async {
            let (output, complaint) = tokio::join!(read(stdout, MAX_OUTPUT), read(stderr, MAX_COMPLAINT));
            Ok::<_, std::io::Error>((child.wait().await?, output?, complaint?))
        };
        let ended = timeout(TIMEOUT, run).await.map_err(|_| format!("helm template did not end in {TIMEOUT:?}"))?;
        let (status, output, complaint) = ended.map_err(|error| failed("read what it prints", &error))?;
        outcome(status, output, &complaint)
    }
}

fn outcome(status: ExitStatus, output: Vec<u8>, complaint: &[u8]) -> Result<String, String> {
    if !status.success() {
        let complaint = String::from_utf8_lossy(complaint);
        let lines: Vec<_> = complaint.lines().map(str::trim).filter(|it| !it.is_empty()).collect();
        let lines = lines.join("; ");
        return Err(format!("helm template failed ({status}): {}", lines.trim_end_matches('.')));
    }
    if output.len() as u64 > MAX_OUTPUT {
        return Err(format!("helm template printed more than {MAX_OUTPUT} bytes"));
    }
    String::from_utf8(output).map_err(|error| format!("helm template printed no text: {error}"))
}

/// Everything that comes, of which one byte more than the limit is kept: a program whose output nobody reads would wait.
async fn read(from: Option<impl AsyncRead + Unpin>, limit: u64) -> std::io::Result<Vec<u8>> {
    let mut kept = Vec::new();
    if let Some(mut from) = from {
        (&mut from).take(limit + 1).read_to_end(&mut kept).await?;
        tokio::io::copy(&mut from, &mut tokio::io::sink()).await?;
    }
    Ok(kept)
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    /// Runs a shell script in the place of helm.
    fn run(script: &str) -> Result<String, String> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("helm");
        std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        let program = Program::new(path, Some("1.32.8"), vec!["v1".into(), "apps/v1".into()]);
        let release = Release { namespace: "shop".into(), name: "shop-web".into(), revision: None };
        let values = json!({"a": 1});
        let template = program.template(&release, Path::new("/charts/web.tgz"), &values);
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(template)
    }

    #[test]
    fn it_gets_release_chart_values_and_what_the_cluster_serves() {
        let arguments = run("echo $@ | sed s,/[^[:space:]]*/values.yaml,FILE,").unwrap();
        assert_eq!(
            arguments.trim(),
            "template shop-web /charts/web.tgz --namespace shop --values FILE --include-crds --kube-version 1.32.8 \
             --api-versions v1 --api-versions apps/v1"
        );
        assert_eq!(run("cat $7").unwrap(), r#"{"a":1}"#);
    }

    #[test]
    fn it_gets_nothing_of_the_users_surroundings() {
        let variables = run("env | cut -d= -f1 | sort | tr '\\n' ' '").unwrap();
        for name in variables.split_whitespace() {
            let is_ours =
                ["HOME", "HELM_CACHE_HOME", "HELM_CONFIG_HOME", "HELM_DATA_HOME", "HELM_NO_PLUGINS", "KUBECONFIG"];
            let is_shells = ["PWD", "OLDPWD", "SHLVL", "_"];
            assert!(is_ours.contains(&name) || is_shells.contains(&name) || VARIABLES.contains(&name), "{name}");
        }
        assert_eq!(run("ls $KUBECONFIG 2>/dev/null || echo none").unwrap(), "none\n");
    }

    #[test]
    fn what_it_complains_about_is_in_the_error() {
        let error = run("echo 'Error: no such chart.' >&2; echo ' second line' >&2; exit 3").unwrap_err();
        assert_eq!(error, "helm template failed (exit status: 3): Error: no such chart.; second line");
        let long = run("head -c 100000 /dev/zero | tr '\\0' x >&2; exit 1").unwrap_err();
        assert!(long.len() < 5000, "{}", long.len());
    }

    #[test]
    fn a_flood_and_what_is_no_text_are_refused() {
        assert!(run("head -c 33554433 /dev/zero").unwrap_err().contains("more than"));
        assert!(run("printf '\\377'").unwrap_err().contains("no text"));
    }
}
