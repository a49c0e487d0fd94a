//! The plugin reaches the API server as kubectl does: flags, kubeconfigs, proxies, plugins, certificates, headers.

use std::{
    path::{Path, PathBuf},
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};

use profile_core::yaml;
use profile_sandbox::{Run, certificates::Authority};
use serde_json::{Value, json};

use crate::{sandbox::shared, world::World};

mod certificates;
mod errors;
mod exec;
mod flags;
mod headers;
mod impersonation;
mod kubeconfigs;
mod logs;
mod mirror;
mod proxies;
mod retries;
mod trust;
mod tunnel;
mod warnings;

/// A namespace with the sample cluster, which none of these tests changes.
fn world() -> &'static World {
    static WORLD: OnceLock<World> = OnceLock::new();
    WORLD.get_or_init(|| {
        let world = World::with_shop("connection");
        let account = format!("--serviceaccount={}:default", world.namespace);
        world.kubectl(&["create", "rolebinding", "connection", "--clusterrole=cluster-admin", &account]);
        world
    })
}

/// A token of the namespace's service account, which may do everything in there.
fn token() -> &'static str {
    static TOKEN: OnceLock<String> = OnceLock::new();
    TOKEN.get_or_init(|| {
        let run = world().kubectl(&["create", "token", "default"]).success("kubectl create token").unwrap();
        run.stdout.trim().to_owned()
    })
}

/// The authority that signs the API server's certificate.
fn authority() -> Authority {
    Authority::load(&shared().dir().join("pki")).unwrap()
}

fn authority_file() -> String {
    shared().dir().join("pki/ca.crt").display().to_string()
}

/// A path of its own for a file of a test.
fn path(name: &str) -> PathBuf {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    shared().dir().join(format!("connection-{}-{name}", NUMBER.fetch_add(1, Ordering::SeqCst)))
}

/// A file of its own, and its path.
fn file(name: &str, text: &str) -> String {
    let path = path(name);
    std::fs::write(&path, text).unwrap();
    path.display().to_string()
}

/// The administrator's kubeconfig as a document to be changed.
fn administrator() -> Value {
    yaml::parse(&std::fs::read_to_string(shared().kubeconfig()).unwrap()).unwrap()
}

/// A kubeconfig of the real server, and of a user who is said by `user`.
fn kubeconfig_of(user: Value) -> Value {
    let mut document = administrator();
    document["users"][0]["user"] = user;
    document
}

/// Runs the plugin itself in the namespace of [`world`], with a kubeconfig.
fn run_with(kubeconfig: &Value, arguments: &[&str], environment: &[(&str, &str)]) -> Run {
    let kubeconfig = file("kubeconfig", &kubeconfig.to_string());
    run(Some(Path::new(&kubeconfig)), arguments, environment)
}

/// Runs the plugin itself in the namespace of [`world`], with a kubeconfig or without any.
fn run(kubeconfig: Option<&Path>, arguments: &[&str], environment: &[(&str, &str)]) -> Run {
    let mut command = shared().plugin_command();
    command.args(arguments).args(["-n", &world().namespace]).env_remove("KUBECONFIG");
    kubeconfig.map(|it| command.env("KUBECONFIG", it));
    command.envs(environment.iter().copied());
    Run::of(&mut command).unwrap()
}

/// Asserts that a run has read the sample from the real API server.
fn assert_listed(run: &Run) {
    assert_eq!(run.code, Some(0), "{run}");
    assert!(run.stdout.contains("hello-aws"), "{run}");
}

/// A user who shows a token.
fn with_token() -> Value {
    json!({ "token": token() })
}
