//! The overlay for cert-manager, with cert-manager's own controllers and injector beside it.

use std::{
    fs::{self, File},
    path::PathBuf,
    process::{Child, Command, Stdio},
    thread,
};

use profile_sandbox::{Sandbox, assets::Program, binaries, install};
use profile_tests::webhook::volume::Volume;
use serde_json::json;

use super::{
    Balancer, Plane, Replica, alone,
    load::tell,
    plane::{NAMESPACE, decoded},
};
use crate::world::DEADLINE;

const LEAF: &str = "profile-webhook-tls";
const CA: &str = "profile-webhook-ca";

/// cert-manager with its CRDs. It ends with this, and where nothing else ends it with the test's process.
struct CertManager {
    child: Child,
    log: PathBuf,
}

impl CertManager {
    fn start(sandbox: &Sandbox) -> Self {
        let assets = binaries::assets(Program::CertManager).unwrap();
        install::crds_beside(sandbox, &assets, Program::CertManager).unwrap();
        let log = sandbox.dir().join("logs/cert-manager.log");
        let child = Command::new(assets.path(Program::CertManager).unwrap())
            .env_clear()
            .env("KUBECONFIG", sandbox.kubeconfig())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(File::create(&log).unwrap())
            .spawn()
            .unwrap();
        Self { child, log }
    }
}

impl Drop for CertManager {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
        if thread::panicking() {
            tell(&fs::read_to_string(&self.log).unwrap_or_default());
        }
    }
}

/// What a Secret of cert-manager holds: a certificate, its key, and the CA that signed it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Kept {
    certificate: String,
    key: String,
    ca: String,
}

impl Kept {
    fn of(plane: &Plane, name: &str) -> Option<Self> {
        let secret = plane.sandbox.get_json("secret", NAMESPACE, name).ok()?;
        let text = |key: &str| Some(decoded(&secret["data"][key])).filter(|text| !text.is_empty());
        Some(Self { certificate: text("tls.crt")?, key: text("tls.key")?, ca: text("ca.crt")? })
    }

    /// Waits until the Secret holds another certificate than `before`.
    #[track_caller]
    fn after(plane: &Plane, name: &str, before: Option<&Self>) -> Self {
        let come = plane.sandbox.wait_until(&format!("a certificate in {name}"), DEADLINE, || {
            let kept = Self::of(plane, name);
            kept.filter(|it| before.is_none_or(|before| before.certificate != it.certificate)).ok_or_else(|| {
                let about = ["describe", "certificate,certificaterequest,issuer", "-n", NAMESPACE];
                plane.kubectl(&about).stdout
            })
        });
        come.unwrap_or_else(|error| panic!("{error}"))
    }

    /// Has cert-manager make the certificate anew, as its own command line asks for that.
    fn renewed(&self, plane: &Plane, name: &str) -> Self {
        let condition =
            json!({"type": "Issuing", "status": "True", "reason": "ManuallyTriggered", "message": "asked for"});
        let patch = json!({"status": {"conditions": [condition]}}).to_string();
        let certificate = ["patch", "certificate", name, "-n", NAMESPACE, "--subresource=status"];
        plane.kubectl(&[&certificate[..], &["--type=merge", "-p", &patch]].concat());
        Self::after(plane, name, Some(self))
    }

    /// As the kubelet mounts them.
    fn files(&self) -> [(&str, &str); 2] {
        [("tls.crt", &self.certificate), ("tls.key", &self.key)]
    }
}

/// Waits until the injector has put a CA into the guard, and says how many stand there.
#[track_caller]
fn comes_to_trust(plane: &Plane, ca: &str) -> usize {
    let come = plane.sandbox.wait_until("the injector to put the CA into the guard", DEADLINE, || {
        if plane.trusts(ca) { Ok(()) } else { Err(plane.guard().unwrap_or_default().to_string()) }
    });
    come.unwrap_or_else(|error| panic!("{error}"));
    plane.bundle().matches("BEGIN CERTIFICATE").count()
}

#[test]
fn beside_cert_manager_it_comes_to_guard_and_its_certificates_follow_each_other_under_load() {
    alone("cert-manager", |plane| {
        let _cert_manager = CertManager::start(plane.sandbox);
        let balancer = Balancer::start();
        let overlay = plane.overlay_of(
            "overlays/cert-manager",
            &balancer.url(),
            &[(
                json!({"kind": "Certificate", "name": LEAF}),
                json!([{"op": "add", "path": "/spec/ipAddresses", "value": ["127.0.0.1"]}]),
            )],
        );
        plane.kubectl(&["apply", "-k", &overlay]);
        let leaf = Kept::after(plane, LEAF, None);
        let authority = Kept::of(plane, CA).unwrap();
        assert_eq!(leaf.ca, authority.certificate);
        // The pods start once the kubelet finds the Secret.
        let volume = Volume::of(&leaf.files());
        let flag = |name: &str, file: &str| format!("--{name}={}", volume.file(file).display());
        let flags = [flag("tls-cert-file", "tls.crt"), flag("tls-private-key-file", "tls.key")];
        let replica =
            Replica::run(plane.sandbox, &plane.account(), "one", &flags.each_ref().map(String::as_str)).ready();
        assert!(plane.bad_write().is_success());
        balancer.lead_to(&[replica.address]);
        plane.comes_to_deny();
        replica.wait_for("it to know", Replica::guards);
        assert_eq!(comes_to_trust(plane, &authority.certificate), 1);

        let load = plane.load();
        let reloads = |it: &Replica| it.metric("certificate_reloads_total{result=\"success\"}");
        let before = reloads(&replica);
        let next = leaf.renewed(plane, LEAF);
        volume.swap_files(&next.files());
        replica.wait_for("the next certificate", |it| reloads(it) == before + 1);
        replica.looks(2);

        let next_authority = authority.renewed(plane, CA);
        assert_eq!(next_authority.key, authority.key, "each CA takes what the other one signed");
        let last = next.renewed(plane, LEAF);
        assert_eq!(last.ca, next_authority.certificate);
        let trusted = comes_to_trust(plane, &next_authority.certificate);
        tell(&format!("the injector left {trusted} authorities in the guard"));
        // What is mounted is still of the CA before, as for up to a minute in a pod. An injector before 1.19 leaves that one out.
        // Its own last round may still put back what it saw before.
        replica.wait_for("the next CA alone to be trusted", |it| {
            plane.inject(&next_authority.certificate);
            it.looks(3);
            it.guards() && !plane.trusts(&authority.certificate)
        });
        volume.swap_files(&last.files());
        replica.wait_for("the last certificate", |it| reloads(it) == before + 2);
        replica.looks(2);
        plane.kubectl(&["apply", "-k", &overlay]);
        replica.looks(2);
        assert!(replica.guards());
        plane.comes_to_deny();
        load.ends("a leaf, a CA and its leaf followed beside cert-manager");
        assert_eq!(replica.metric("certificate_reloads_total{result=\"failure\"}"), 0);
        plane.kubectl(&["delete", "-k", &overlay]);
        plane.comes_to_pass();
        assert_eq!(plane.guard(), None);
    });
}
