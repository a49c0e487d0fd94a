//! The control plane that the tests of this binary share, and what must hold of it.

use std::{
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Command, Stdio},
    sync::OnceLock,
    time::Duration,
};

use profile_sandbox::{Options, Sandbox, SandboxError, binaries, install, samples};
use serde_json::{Value, json};

const DEADLINE: Duration = Duration::from_secs(60);

/// The shared control plane, with nodes, CRDs, webhook, guard and the player of the agent, but without the samples.
///
/// It is never dropped: its supervisor sees this process end and stops everything. A test that kills the webhook or the
/// control plane, or that needs the guard away, starts one of its own.
pub(crate) fn shared() -> &'static Sandbox {
    static SHARED: OnceLock<Sandbox> = OnceLock::new();
    SHARED.get_or_init(|| {
        let start = || -> Result<Sandbox, SandboxError> {
            let sandbox = Sandbox::start(&Options::everything()?)?;
            install::everything(&sandbox)?;
            Ok(sandbox)
        };
        start().unwrap_or_else(|error| panic!("{error}"))
    })
}

#[test]
fn a_deployment_of_two_replicas_runs() {
    let sandbox = shared();
    let namespace = sandbox.namespace("deployment").unwrap();
    let run = sandbox.run_kubectl(["create", "deployment", "hello", "--image=hello", "--replicas=2", "-n", &namespace]);
    run.unwrap().success("kubectl create").unwrap();
    let pods = sandbox.wait_until("two running pods", DEADLINE, || {
        let run = sandbox.run_kubectl(["get", "pods", "-n", &namespace, "--no-headers"]).map_err(|e| e.to_string())?;
        let running = run.stdout.lines().filter(|line| line.contains("Running")).count();
        if running == 2 { Ok(run.stdout) } else { Err(run.to_string()) }
    });
    assert_eq!(pods.unwrap().lines().count(), 2);
}

#[test]
fn kubectl_dispatches_to_the_plugin() {
    let sandbox = shared();
    let run = sandbox.run_kubectl(["profile", "version"]).unwrap();
    assert!(run.is_success(), "{run}");
    let listed = sandbox.run_kubectl(["plugin", "list"]).unwrap();
    let plugin = binaries::kubectl_profile().unwrap().display().to_string();
    assert!(listed.stdout.contains(&plugin), "{listed}");
}

#[test]
fn a_user_of_their_own_has_no_rights() {
    let sandbox = shared();
    let kubeconfig = sandbox.kubeconfig_for("jane", Some("viewers")).unwrap();
    let as_jane = |arguments: &[&str]| {
        let mut command = sandbox.kubectl_command();
        profile_sandbox::Run::of(command.args(arguments).env("KUBECONFIG", &kubeconfig)).unwrap()
    };
    let who = as_jane(&["auth", "whoami", "-o", "json"]);
    let who: Value = serde_json::from_str(&who.stdout).unwrap();
    assert_eq!(who["status"]["userInfo"]["username"], "jane");
    assert_eq!(who["status"]["userInfo"]["groups"], json!(["viewers", "system:authenticated"]));
    let denied = as_jane(&["get", "configmaps", "-n", "default"]);
    assert!(!denied.is_success() && denied.stderr.contains("Forbidden"), "{denied}");
}

#[test]
fn a_dropped_sandbox_leaves_nothing_behind() {
    let sandbox = Sandbox::start(&Options::default()).unwrap();
    let (dir, supervisor) = (sandbox.dir().to_owned(), sandbox.supervisor_id());
    let processes = children(supervisor);
    assert!(processes.len() >= 3, "{processes:?}");
    drop(sandbox);
    assert!(!dir.exists());
    for process in processes.into_iter().chain([supervisor]) {
        assert!(!is_alive(process), "{process} still runs");
    }
}

#[test]
fn nothing_outlives_an_owner_that_was_killed() {
    // The owner is a shell that holds the other end of the supervisor's standard input, then is killed with SIGKILL.
    let dir = tempfile::tempdir().unwrap();
    let script = r#"mkfifo pipe && { "$0" supervise <pipe & } && exec 3>pipe && wait"#;
    let mut owner = Command::new("sh")
        .args(["-c", script])
        .arg(binaries::profile_sandbox().unwrap())
        .current_dir(dir.path())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut answers = BufReader::new(owner.stdout.take().unwrap());
    let mut line = String::new();
    answers.read_line(&mut line).unwrap();
    let ready: Value = serde_json::from_str(&line).unwrap();
    let sandbox = Path::new(ready["ready"]["dir"].as_str().unwrap()).to_owned();
    let supervisor = children(owner.id());
    let processes: Vec<u32> = supervisor.iter().flat_map(|&id| children(id)).chain(supervisor.clone()).collect();
    assert!(sandbox.exists() && processes.len() >= 4, "{processes:?}");
    owner.kill().unwrap();
    owner.wait().unwrap();
    // The supervisor holds the last copy of this pipe, so its end is the supervisor's end.
    line.clear();
    answers.read_line(&mut line).unwrap();
    assert_eq!(line, "");
    assert!(!sandbox.exists());
    for process in processes {
        assert!(!is_alive(process), "{process} still runs");
    }
}

#[test]
fn a_process_that_dies_ends_the_sandbox() {
    let sandbox = Sandbox::start(&Options::default()).unwrap();
    let supervisor = sandbox.supervisor_id();
    let processes = children(supervisor);
    let etcd = processes.iter().find(|&&id| command_line(id).contains("etcd")).unwrap();
    let killed = Command::new("kill").args(["-KILL", &etcd.to_string()]).status().unwrap();
    assert!(killed.success());
    let gone = sandbox.wait_until("the other processes to end", DEADLINE, || {
        let alive: Vec<_> = processes.iter().filter(|&&id| is_alive(id)).collect();
        if alive.is_empty() { Ok(()) } else { Err(format!("{alive:?} still run")) }
    });
    gone.unwrap();
}

#[test]
fn a_killed_webhook_refuses_content_and_a_started_one_decides_again() {
    let sandbox = Sandbox::start(&Options::default().with_webhook().unwrap()).unwrap();
    install::crds(&sandbox).unwrap();
    install::guard(&sandbox).unwrap();
    let (namespace, cluster) = samples::AWS_CLUSTER;
    samples::install(&sandbox).unwrap();
    let patch = |patch: &str| {
        sandbox.run_kubectl(["patch", "spc", cluster, "-n", namespace, "--type=merge", "-p", patch]).unwrap()
    };
    sandbox.webhook().unwrap().kill().unwrap();
    let refused = patch(r#"{"spec":{"cloudType":"eks"}}"#);
    assert!(!refused.is_success() && refused.stderr.contains("failed calling webhook"), "{refused}");
    assert!(patch(r#"{"metadata":{"labels":{"a":"b"}}}"#).is_success());
    sandbox.webhook().unwrap().start().unwrap();
    assert!(patch(r#"{"spec":{"cloudType":"eks"}}"#).is_success());
    sandbox.webhook().unwrap().stop().unwrap();
    assert!(!patch(r#"{"spec":{"cloudType":"aws"}}"#).is_success());
}

#[test]
fn the_agent_is_played_and_leaves_an_orphan() {
    let sandbox = Sandbox::start(&Options::default().with_nodes().with_agent(samples::packs_dir())).unwrap();
    install::crds(&sandbox).unwrap();
    samples::install(&sandbox).unwrap();
    let running = |deployment: &str| {
        sandbox.wait_until(&format!("{deployment} to run"), DEADLINE, || {
            let found = sandbox.get_json("deployment", "hello-universe", deployment).map_err(|e| e.to_string())?;
            if found["status"]["readyReplicas"] == 1 { Ok(()) } else { Err(found.to_string()) }
        })
    };
    running("hello-universe-deployment").unwrap();
    let target = samples::object("ClusterProfile", "hello-aws-1.1.0").unwrap();
    let patch = json!({"spec": {"clusterProfileTemplates": [target["spec"]["published"]]}}).to_string();
    let (namespace, cluster) = samples::AWS_CLUSTER;
    let run = sandbox.run_kubectl(["patch", "spc", cluster, "-n", namespace, "--type=merge", "-p", &patch]).unwrap();
    assert!(run.is_success(), "{run}");
    for deployment in ["ui", "api", "postgres", "hello-universe-deployment"] {
        running(deployment).unwrap();
    }
    let reported = sandbox.wait_until("the agent's report", DEADLINE, || {
        let cluster = sandbox.get_json("spc", namespace, cluster).map_err(|e| e.to_string())?;
        let uid = &target["spec"]["published"]["uid"];
        let packs = cluster["status"]["packs"].as_array().cloned().unwrap_or_default();
        let is_target = packs.len() == 5 && packs.iter().all(|it| it["profileUid"] == *uid);
        if is_target { Ok(cluster) } else { Err(json!(packs).to_string()) }
    });
    let reported = reported.unwrap();
    assert_eq!(reported["status"]["state"], "Running");
    for pack in reported["status"]["packs"].as_array().unwrap() {
        assert_eq!(pack["condition"], json!({"type": "Ready", "status": "True"}));
    }
}

fn children(process: u32) -> Vec<u32> {
    ps(&["-o", "pid=", "--ppid", &process.to_string()]).lines().filter_map(|line| line.trim().parse().ok()).collect()
}

fn command_line(process: u32) -> String {
    ps(&["-o", "args=", "-p", &process.to_string()])
}

/// Whether a process runs; one that only waits to be noticed by its parent does not.
fn is_alive(process: u32) -> bool {
    let state = ps(&["-o", "state=", "-p", &process.to_string()]);
    !state.trim().is_empty() && !state.starts_with('Z')
}

/// What `ps` prints; its exit code says no more than whether there is such a process.
fn ps(arguments: &[&str]) -> String {
    let run = profile_sandbox::Run::of(Command::new("ps").args(arguments));
    run.unwrap_or_else(|error| panic!("{error}")).stdout
}
