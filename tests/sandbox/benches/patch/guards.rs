//! What stands in the way of a write, put up and taken away.

use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use profile_benches::served;
use profile_sandbox::{Sandbox, certificates::Authority};
use serde_json::{Value, json};

use crate::Failure;

/// One of the guards that are compared.
pub(crate) enum Guard<'a> {
    None,
    Webhook(&'a Webhook),
    Policy,
}

impl Guard<'_> {
    /// Whether it denies what breaks a rule.
    pub(crate) fn denies(&self) -> bool {
        !matches!(self, Self::None)
    }

    /// Tells the API server of it.
    pub(crate) fn put_up(&self, sandbox: &Sandbox) -> Result<(), Failure> {
        match self {
            Self::None => {}
            Self::Webhook(webhook) => sandbox.apply(&webhook.configuration()?.to_string())?,
            Self::Policy => kubectl(sandbox, "apply", &manifests("policy"))?,
        }
        Ok(())
    }

    /// Takes it away again.
    pub(crate) fn take_away(&self, sandbox: &Sandbox) -> Result<(), Failure> {
        match self {
            Self::None => Ok(()),
            Self::Webhook(_) => {
                let words = ["delete", "validatingwebhookconfiguration", "kubectl-profile-guard"];
                sandbox.run_kubectl(words)?.success("kubectl delete")?;
                Ok(())
            }
            Self::Policy => kubectl(sandbox, "delete", &manifests("policy")),
        }
    }
}

/// The webhook as its image has it, with a certificate in files.
pub(crate) struct Webhook {
    child: Child,
    port: u16,
    authority: String,
}

impl Webhook {
    /// Starts it; it answers when the API server first asks.
    pub(crate) fn start(directory: &Path) -> Result<Self, Failure> {
        let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        let authority = Authority::create()?;
        let directory = directory.join("measured");
        fs::create_dir_all(&directory)?;
        // The API server asks this address by HTTP/1.1, as it asks a Service; 127.0.0.1 it asks by HTTP/2.
        let serving = authority.serving(&["0.0.0.0"])?;
        let [certificate, key] = ["tls.crt", "tls.key"].map(|name| directory.join(name));
        fs::write(&certificate, &serving.certificate)?;
        fs::write(&key, &serving.key)?;
        let mut command = Command::new(served::webhook()?);
        command.arg(format!("--listen=127.0.0.1:{port}"));
        command.arg("--tls-cert-file").arg(certificate).arg("--tls-private-key-file").arg(key);
        let child = command.env("RUST_LOG", "off").stderr(Stdio::null()).spawn()?;
        Ok(Self { child, port, authority: authority.certificate().to_owned() })
    }

    /// The shipped guard as the webhook completes it, with this address.
    fn configuration(&self) -> Result<Value, Failure> {
        let shipped = fs::read_to_string(manifests("guard").join("validatingwebhookconfiguration.yaml"))?;
        let mut configuration: Value = serde_saphyr::from_str(&shipped)?;
        let webhook = &mut configuration["webhooks"][0];
        webhook["rules"] = json!([{
            "apiGroups": ["cluster.spectrocloud.com"],
            "apiVersions": ["v1", "v1alpha1"],
            "resources": ["spectroclusters"],
            "operations": ["UPDATE"],
            "scope": "Namespaced",
        }]);
        webhook["clientConfig"] = json!({
            "url": format!("https://0.0.0.0:{}/validate", self.port),
            "caBundle": BASE64_STANDARD.encode(&self.authority),
        });
        Ok(configuration)
    }
}

impl Drop for Webhook {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn kubectl(sandbox: &Sandbox, verb: &str, directory: &Path) -> Result<(), Failure> {
    let directory = directory.display().to_string();
    sandbox.run_kubectl([verb, "-k", &directory])?.success(verb)?;
    Ok(())
}

fn manifests(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../manifests").join(name)
}
