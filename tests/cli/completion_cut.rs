//! A completer that meets a server, or a program for credentials, that does not answer.

use std::{
    fs,
    net::TcpListener,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use profile_tests::{Run, binaries};

use crate::folder::Folder;

/// Long before a request itself would be given up, and far more than a completer has.
const DEADLINE: Duration = Duration::from_secs(25);

/// A kubeconfig with one context, and `user` as what its user has.
fn kubeconfig(server: &str, user: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Config\ncurrent-context: a\ncontexts: [{{name: a, context: {{cluster: a, user: a}}}}]\n\
         clusters: [{{name: a, cluster: {{server: '{server}'}}}}]\nusers: [{{name: a, user: {user}}}]\n"
    )
}

/// What the completer prints for the clusters of a kubeconfig, once it ended by itself.
#[track_caller]
fn clusters(folder: &Folder) -> Run {
    let mut command = Command::new(binaries::kubectl_profile().unwrap());
    folder.hermetic(command.args(["__complete", "status", ""]));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    assert!(ends(&mut child), "the completer still waits");
    child.wait_with_output().unwrap().into()
}

fn ends(child: &mut Child) -> bool {
    let end = Instant::now() + DEADLINE;
    while Instant::now() < end {
        if child.try_wait().unwrap().is_some() {
            return true;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    child.kill().unwrap();
    false
}

#[track_caller]
fn offers_nothing(run: &Run) {
    assert_eq!((run.code, run.stdout.as_str(), run.stderr.as_str()), (Some(0), ":4\n", ""));
}

#[test]
fn a_server_that_accepts_and_never_answers_is_given_up() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let server = format!("http://{}", silent.local_addr().unwrap());
    let folder = Folder::empty().with("no-kubeconfig", kubeconfig(&server, "{}"));
    offers_nothing(&clusters(&folder));
}

#[test]
fn a_server_that_is_not_there_is_silence() {
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let folder = Folder::empty().with("no-kubeconfig", kubeconfig(&format!("http://{address}"), "{}"));
    offers_nothing(&clusters(&folder));
}

#[test]
fn a_program_that_asks_for_credentials_is_neither_heard_nor_waited_for() {
    let folder = Folder::empty();
    let script = "#!/bin/sh\necho $$ > asked\necho password: >&2\n(echo password: > /dev/tty) 2>/dev/null && touch terminal\nsleep 600\n";
    let ask = folder.path("ask");
    fs::write(&ask, script).unwrap();
    Run::of(Command::new("chmod").arg("+x").arg(&ask)).unwrap();
    let user = format!(
        "{{exec: {{apiVersion: client.authentication.k8s.io/v1, command: '{}', interactiveMode: IfAvailable}}}}",
        ask.display()
    );
    let folder = folder.with("no-kubeconfig", kubeconfig("http://127.0.0.1:1", &user));
    offers_nothing(&clusters(&folder));
    assert!(!folder.path("terminal").exists(), "it had a terminal to ask on");
    // A machine that is too busy cuts it before it has begun.
    let Ok(process) = fs::read_to_string(folder.path("asked")) else { return };
    let end = Instant::now() + DEADLINE;
    let lives = || fs::read_to_string(format!("/proc/{}/stat", process.trim())).is_ok_and(|it| !it.contains(") Z "));
    while lives() && Instant::now() < end {
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(!lives(), "it still waits for a password");
}
