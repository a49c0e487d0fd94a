//! The PodMonitor and the alert rules with the Prometheus operator's own CRDs, and with its admission webhook, which reads every
//! expression as Prometheus does.

use std::{
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use profile_sandbox::{Options, Run, Sandbox, assets::Program, binaries, certificates::Authority, install};
use serde_json::{Value, json};

use crate::world::{DEADLINE, assert_run};

/// The operator's admission webhook. It ends with this.
struct Judge(Child);

impl Judge {
    /// Starts it, and has the API server ask it about rules.
    fn start(sandbox: &Sandbox, program: &Path) -> Self {
        let authority = Authority::create().unwrap();
        let pair = authority.serving(&["127.0.0.1"]).unwrap();
        let flag = |name: &str, file: &str, text: &str| {
            let path = sandbox.dir().join(file);
            std::fs::write(&path, text).unwrap();
            format!("-web.{name}={}", path.display())
        };
        let mut child = Command::new(program)
            .args(["-web.listen-address=127.0.0.1:0", "-web.client-ca-file=", "-log-format=json"])
            .args([flag("cert-file", "judge.crt", &pair.certificate), flag("key-file", "judge.key", &pair.key)])
            .env_clear()
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let address = lines.find_map(|line| {
            let line = serde_json::from_str::<Value>(&line.unwrap()).ok()?;
            line["address"].as_str().map(str::to_owned)
        });
        // It is read to its end, or a full pipe would stop the program.
        thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
        let judge = Self(child);
        let configuration = json!({
            "apiVersion": "admissionregistration.k8s.io/v1",
            "kind": "ValidatingWebhookConfiguration",
            "metadata": {"name": "prometheus-rules"},
            "webhooks": [{
                "name": "prometheusrulevalidate.monitoring.coreos.com",
                "rules": [{
                    "apiGroups": ["monitoring.coreos.com"], "apiVersions": ["v1"],
                    "operations": ["CREATE", "UPDATE"], "resources": ["prometheusrules"],
                }],
                "clientConfig": {
                    "url": format!("https://{}/admission-prometheusrules/validate", address.expect("it listens")),
                    "caBundle": BASE64_STANDARD.encode(authority.certificate()),
                },
                "admissionReviewVersions": ["v1"],
                "sideEffects": "None",
            }],
        });
        sandbox.apply(&configuration.to_string()).unwrap();
        judge
    }
}

impl Drop for Judge {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn the_prometheus_operator_takes_what_is_shipped_for_it() {
    let sandbox = Sandbox::start(&Options::default()).unwrap();
    let assets = binaries::assets(Program::PrometheusAdmissionWebhook).unwrap();
    install::crds_beside(&sandbox, &assets, Program::PrometheusAdmissionWebhook).unwrap();
    let _judge = Judge::start(&sandbox, assets.path(Program::PrometheusAdmissionWebhook).unwrap());
    assert_run(&sandbox.run_kubectl(["create", "namespace", "kubectl-profile-system"]).unwrap(), 0, &[]);

    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../manifests/monitoring").display().to_string();
    // A configuration is asked some time after it was written; then what no Prometheus could read is refused.
    let spoiled = sandbox.run_kubectl(["kustomize", &folder]).unwrap().stdout.replacen("absent(", "absent((", 1);
    let refused = sandbox.wait_until("a spoiled rule to be refused", DEADLINE, || {
        let mut command = sandbox.kubectl_command();
        command.args(["apply", "--server-side", "--dry-run=server", "-f", "-"]);
        let run = Run::with_input(&mut command, &spoiled).unwrap();
        if run.stderr.contains("could not parse expression") { Ok(()) } else { Err(run.to_string()) }
    });
    refused.unwrap();
    let apply = ["apply", "--server-side", "--validate=strict", "-k", &folder];
    let taken = ["podmonitor.monitoring.coreos.com", "prometheusrule.monitoring.coreos.com"]
        .map(|kind| format!("{kind}/profile-webhook serverside-applied"));
    assert_run(&sandbox.run_kubectl(apply).unwrap(), 0, &taken.each_ref().map(String::as_str));
}
