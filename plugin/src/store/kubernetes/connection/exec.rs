//! Credential plugins: a program of the kubeconfig that says who asks (client.authentication.k8s.io).

use std::{
    fmt,
    io::{self, IsTerminal},
    process::{Command, ExitStatus, Stdio},
};

use jiff::Timestamp;
use kube::config::{ExecAuthCluster, ExecConfig, ExecInteractiveMode};
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::error::Error;

const GROUP: &str = "client.authentication.k8s.io";

/// What a plugin said.
#[derive(Clone, Default)]
pub(super) struct Issued {
    pub(super) token: Option<SecretString>,
    /// A certificate and its key, in PEM.
    pub(super) identity: Option<(String, SecretString)>,
    /// From when on it is to be asked again.
    pub(super) expires: Option<Timestamp>,
}

/// The document that a plugin prints.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Credential {
    api_version: Option<String>,
    status: Option<Status>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Status {
    expiration_timestamp: Option<String>,
    token: Option<String>,
    client_certificate_data: Option<String>,
    client_key_data: Option<String>,
}

/// A plugin, and the cluster that it is told of where it wants to be.
#[derive(Clone)]
pub(super) struct Plugin {
    config: ExecConfig,
    cluster: Option<ExecAuthCluster>,
}

impl fmt::Debug for Plugin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Its arguments and its environment may be secret.
        write!(f, "Plugin({})", self.name())
    }
}

impl Plugin {
    /// The plugin of a user. `cluster` is what it gets where `provideClusterInfo` is set.
    pub(super) fn new(config: ExecConfig, cluster: Option<ExecAuthCluster>) -> Result<Self, Error> {
        let plugin = Self { cluster: cluster.filter(|_| config.provide_cluster_info), config };
        if plugin.name().is_empty() {
            return Err(Error::failed("the kubeconfig's exec plugin has no command"));
        }
        let version = plugin.config.api_version.as_deref().unwrap_or_default();
        if !["v1", "v1beta1"].iter().any(|it| version == format!("{GROUP}/{it}")) {
            return Err(plugin.error(&format!("its apiVersion {version:?} is not {GROUP}/v1 or {GROUP}/v1beta1")));
        }
        Ok(plugin)
    }

    fn name(&self) -> &str {
        self.config.command.as_deref().unwrap_or_default()
    }

    /// Runs it. What it says on stderr goes to the user's, and where it may ask it has the terminal.
    pub(super) fn run(&self) -> Result<Issued, Error> {
        let is_interactive = self.is_interactive(io::stdin().is_terminal())?;
        let mut command = Command::new(self.name());
        command.args(self.config.args.iter().flatten());
        let pair = |it: &std::collections::HashMap<String, String>| {
            Some((it.get("name")?.clone(), it.get("value").cloned().unwrap_or_default()))
        };
        command.envs(self.config.env.iter().flatten().filter_map(pair));
        command.env("KUBERNETES_EXEC_INFO", self.info(is_interactive).to_string());
        command.stdin(if is_interactive { Stdio::inherit() } else { Stdio::null() });
        command.stdout(Stdio::piped()).stderr(Stdio::inherit());
        let answer = command.spawn().and_then(std::process::Child::wait_with_output);
        let answer = answer.map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => self.install(self.error("the program is not found")),
            _ => self.install(self.error(&error.to_string())),
        })?;
        if !answer.status.success() {
            return Err(self.failed(answer.status));
        }
        self.read(&answer.stdout)
    }

    /// Whether it has the terminal.
    fn is_interactive(&self, is_terminal: bool) -> Result<bool, Error> {
        match self.config.interactive_mode {
            Some(ExecInteractiveMode::Never) => Ok(false),
            Some(ExecInteractiveMode::Always) if !is_terminal => Err(self
                .error("its interactiveMode is Always, and standard input is no terminal")
                .hint("run this on a terminal, or log in by the program itself first")),
            Some(ExecInteractiveMode::Always | ExecInteractiveMode::IfAvailable) | None => Ok(is_terminal),
        }
    }

    fn info(&self, is_interactive: bool) -> Value {
        let mut spec = json!({"interactive": is_interactive});
        if let Some(cluster) = &self.cluster {
            spec["cluster"] = serde_json::to_value(cluster).unwrap_or_default();
        }
        json!({"apiVersion": self.config.api_version, "kind": "ExecCredential", "spec": spec})
    }

    /// Reads what it printed. Nothing of that is ever shown, as it holds the token.
    fn read(&self, printed: &[u8]) -> Result<Issued, Error> {
        let text = String::from_utf8_lossy(printed);
        // Plugins write JSON, and some YAML, which JSON is as well.
        let credential: Credential = serde_saphyr::from_str(&text).map_err(|_| {
            self.error("what it printed is no ExecCredential").hint("run it by itself and look at what it says")
        })?;
        if credential.api_version != self.config.api_version {
            let (own, other) = (&self.config.api_version, credential.api_version.unwrap_or_default());
            let own = own.as_deref().unwrap_or_default();
            return Err(self.error(&format!("the kubeconfig says apiVersion {own}, and it answers with {other:?}")));
        }
        let status = credential.status.ok_or_else(|| self.error("what it printed has no status"))?;
        let given = |it: Option<String>| it.filter(|it| !it.is_empty());
        let token = given(status.token).map(SecretString::from);
        let identity = match (given(status.client_certificate_data), given(status.client_key_data)) {
            (Some(certificate), Some(key)) => Some((certificate, key.into())),
            (None, None) => None,
            _ => return Err(self.error("it gave a certificate or a key, and not both")),
        };
        if token.is_none() && identity.is_none() {
            return Err(self.error("it gave neither a token nor a certificate"));
        }
        let expires = given(status.expiration_timestamp).map(|it| it.parse::<Timestamp>()).transpose();
        let expires = expires.map_err(|error| self.error(&format!("its expirationTimestamp is no time: {error}")))?;
        Ok(Issued { token, identity, expires })
    }

    fn failed(&self, status: ExitStatus) -> Error {
        /// What a shell ends with where the program that it is to start is not there, or is none.
        const NOT_STARTED: [i32; 2] = [126, 127];
        let Some(code) = status.code() else { return self.error(&format!("it did not end by itself: {status}")) };
        let error = self.error(&format!("it ended with exit code {code}"));
        match NOT_STARTED.contains(&code) {
            true => self.install(error),
            false => error.hint("what it said stands above; run it by itself, or log in again"),
        }
    }

    /// What the kubeconfig says of how it is installed.
    fn install(&self, error: Error) -> Error {
        let hint = self.config.install_hint.as_deref().unwrap_or_default();
        let lines = hint.lines().map(str::trim_end).filter(|it| !it.is_empty());
        let error = error.hint("the kubeconfig logs in by a program that must be installed here");
        lines.fold(error, Error::hint)
    }

    fn error(&self, why: &str) -> Error {
        Error::failed(format!("exec plugin {:?} of the kubeconfig: {why}", self.name()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plugin(config: Value) -> Result<Plugin, Error> {
        let mut config = config;
        let defaults = [("apiVersion", json!(format!("{GROUP}/v1"))), ("command", json!("login"))];
        for (key, value) in defaults {
            config.as_object_mut().unwrap().entry(key).or_insert(value);
        }
        Plugin::new(serde_json::from_value(config).unwrap(), Some(ExecAuthCluster::default()))
    }

    fn read(status: Value) -> Result<Issued, Error> {
        let printed = json!({"kind": "ExecCredential", "apiVersion": format!("{GROUP}/v1"), "status": status});
        plugin(json!({})).unwrap().read(printed.to_string().as_bytes())
    }

    #[test]
    fn it_has_the_terminal_where_there_is_one_and_it_wants_it() {
        for (mode, terminal, expected) in [
            ("Never", true, Some(false)),
            ("IfAvailable", true, Some(true)),
            ("IfAvailable", false, Some(false)),
            ("Always", true, Some(true)),
            ("Always", false, None),
        ] {
            let plugin = plugin(json!({"interactiveMode": mode})).unwrap();
            assert_eq!(plugin.is_interactive(terminal).ok(), expected, "{mode} {terminal}");
        }
    }

    #[test]
    fn it_is_told_of_the_cluster_where_the_kubeconfig_says_so() {
        for wants in [true, false] {
            let info = plugin(json!({"provideClusterInfo": wants})).unwrap().info(false);
            assert_eq!(info["spec"].get("cluster").is_some(), wants, "{info}");
            assert_eq!((&info["kind"], &info["spec"]["interactive"]), (&json!("ExecCredential"), &json!(false)));
        }
    }

    #[test]
    fn what_it_prints_is_a_token_or_a_certificate_with_its_key() {
        let issued = read(json!({"token": "t", "expirationTimestamp": "2030-01-01T00:00:00Z"})).unwrap();
        assert!(issued.token.is_some() && issued.identity.is_none());
        assert_eq!(issued.expires.unwrap().to_string(), "2030-01-01T00:00:00Z");
        let issued = read(json!({"clientCertificateData": "c", "clientKeyData": "k"})).unwrap();
        assert!(issued.token.is_none() && issued.identity.is_some() && issued.expires.is_none());
        for (status, said) in [
            (json!({}), "neither a token"),
            (json!({"token": ""}), "neither a token"),
            (json!({"clientKeyData": "hunter2"}), "not both"),
            (json!({"token": "hunter2", "expirationTimestamp": "soon"}), "is no time"),
            (Value::Null, "no status"),
        ] {
            let error = read(status).err().unwrap();
            assert!(error.message.contains(said) && !error.message.contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn what_it_prints_is_never_shown() {
        let own = plugin(json!({})).unwrap();
        let error = own.read(b"token: [hunter2").err().unwrap();
        assert!(error.message.contains("no ExecCredential") && !error.message.contains("hunter2"), "{error}");
        let error = own.read(br#"{"apiVersion": "client.authentication.k8s.io/v1beta1"}"#).err().unwrap();
        assert!(error.message.contains("answers with"), "{error}");
        assert!(!format!("{own:?}").contains("args"));
    }

    #[test]
    fn a_version_that_nobody_speaks_is_refused() {
        for version in ["", "client.authentication.k8s.io/v1alpha1", "v1"] {
            assert!(plugin(json!({"apiVersion": version})).is_err(), "{version}");
        }
        assert!(plugin(json!({"command": ""})).is_err());
    }
}
