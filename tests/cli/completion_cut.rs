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

/// The completer, asked for the clusters of a kubeconfig.
fn start(folder: &Folder, cut: Option<&str>) -> Child {
    let mut command = Command::new(binaries::kubectl_profile().unwrap());
    folder.hermetic(command.args(["__complete", "status", ""]));
    command.envs(cut.map(|cut| ("KUBECTL_PROFILE_COMPLETION_TIMEOUT", cut)));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// What it prints, once it ended by itself.
#[track_caller]
fn ended(mut child: Child) -> Run {
    if !is_soon(|| child.try_wait().unwrap().is_some()) {
        child.kill().unwrap();
        panic!("the completer still waits");
    }
    child.wait_with_output().unwrap().into()
}

/// Looks again and again whether something is so, until it is or the deadline is over.
fn is_soon(mut is_so: impl FnMut() -> bool) -> bool {
    const PAUSE: Duration = Duration::from_millis(20);
    let end = Instant::now() + DEADLINE;
    while !is_so() {
        if Instant::now() > end {
            return false;
        }
        std::thread::sleep(PAUSE);
    }
    true
}

/// A kubeconfig whose program for credentials writes its number down and waits for ever. It is asked for a server with TLS alone.
fn asking() -> Folder {
    let folder = Folder::empty();
    let script = "#!/bin/sh\necho $$ > asked\necho password: >&2\n(echo password: > /dev/tty) 2>/dev/null && touch terminal\nsleep 600\n";
    let ask = folder.path("ask");
    fs::write(&ask, script).unwrap();
    Run::of(Command::new("chmod").arg("+x").arg(&ask)).unwrap();
    let user = format!(
        "{{exec: {{apiVersion: client.authentication.k8s.io/v1, command: '{}', interactiveMode: IfAvailable}}}}",
        ask.display()
    );
    folder.with("no-kubeconfig", kubeconfig("https://127.0.0.1:1", &user))
}

/// The number of that program, once it runs.
#[track_caller]
fn asked(folder: &Folder) -> String {
    let read = || fs::read_to_string(folder.path("asked")).unwrap_or_default();
    assert!(is_soon(|| read().ends_with('\n')), "nobody asked for a credential");
    read().trim().to_owned()
}

/// Whether a process ends.
fn ends(process: &str) -> bool {
    let stat = format!("/proc/{process}/stat");
    is_soon(|| fs::read_to_string(&stat).map_or(true, |it| it.contains(") Z ")))
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
    offers_nothing(&ended(start(&folder, None)));
}

#[test]
fn a_server_that_is_not_there_is_silence() {
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let folder = Folder::empty().with("no-kubeconfig", kubeconfig(&format!("http://{address}"), "{}"));
    offers_nothing(&ended(start(&folder, None)));
}

/// Long enough for the program to begin on a busy machine.
const LONG: &str = "5s";

#[test]
fn a_program_that_asks_for_credentials_is_neither_heard_nor_waited_for() {
    let folder = asking();
    let completer = start(&folder, Some(LONG));
    let process = asked(&folder);
    offers_nothing(&ended(completer));
    assert!(!folder.path("terminal").exists(), "it had a terminal to ask on");
    assert!(ends(&process), "it still waits for a password");
}

#[test]
fn a_completer_that_is_killed_leaves_nobody_behind_who_waits() {
    let folder = asking();
    let mut completer = start(&folder, Some(LONG));
    let process = asked(&folder);
    completer.kill().unwrap();
    completer.wait().unwrap();
    assert!(ends(&process), "it still waits for a password");
}
