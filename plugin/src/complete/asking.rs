//! Asks a second process, which has no terminal, and ends it when its time is over.

use std::{
    env,
    io::Read,
    process::{Child, Command, Stdio},
    sync::mpsc,
    time::{Duration, Instant},
};

use super::{
    ASK,
    question::{Inquiry, Reply},
};
use crate::cli;

/// How long a shell is kept waiting, from the start of the first process.
const CUT: Duration = Duration::from_millis(500);
/// Names another time, for servers that are far away.
const VARIABLE: &str = "KUBECTL_PROFILE_COMPLETION_TIMEOUT";

/// The reply, or nothing where there is none in time.
pub(super) fn ask(inquiry: &Inquiry, started: Instant) -> Option<Reply> {
    let question = serde_json::to_string(inquiry).ok()?;
    let mut command = Command::new(env::current_exe().ok()?);
    command.arg(ASK).arg(question).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().ok()?;
    let mut pipe = child.stdout.take()?;
    let (sender, told) = mpsc::channel();
    std::thread::spawn(move || {
        let mut text = String::new();
        let is_whole = pipe.read_to_string(&mut text).is_ok();
        // Whoever waited may have stopped.
        let _ = sender.send(is_whole.then_some(text));
    });
    let text = told.recv_timeout(cut().saturating_sub(started.elapsed())).ok().flatten();
    end(&mut child);
    serde_json::from_str(&text?).ok()
}

/// Ends this process, which was asked, and all that it has started when its time is over: whoever asked may have been ended first.
pub(super) fn end_in_time() {
    std::thread::spawn(|| {
        std::thread::sleep(cut() + GRACE);
        end_group();
    });
}

/// How much longer than the first process the second one may live.
const GRACE: Duration = Duration::from_millis(500);

#[cfg(unix)]
fn end_group() {
    use rustix::process::{Signal, getpid, kill_process, kill_process_group};
    // It leads a group of its own, unless it could not make one.
    let _ = kill_process_group(getpid(), Signal::KILL);
    let _ = kill_process(getpid(), Signal::KILL);
}

#[cfg(not(unix))]
fn end_group() {
    std::process::abort();
}

fn cut() -> Duration {
    env::var(VARIABLE).ok().and_then(|it| cli::duration(&it).ok()).unwrap_or(CUT)
}

/// Ends the process with all that it has started, such as a program that waits for a password.
#[cfg(unix)]
fn end(child: &mut Child) {
    use rustix::process::{Pid, Signal, kill_process_group};
    // It made a group of its own, which bears its number, unless it had no time for that.
    let _ = kill_process_group(Pid::from_child(child), Signal::KILL);
    end_alone(child);
}

#[cfg(not(unix))]
fn end(child: &mut Child) {
    end_alone(child);
}

fn end_alone(child: &mut Child) {
    let _ = child.kill();
    let _ = child.wait();
}
