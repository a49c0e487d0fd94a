//! The tour: the page "Update a Cluster", command by command, on a real API server.
//!
//! Every step says what it must print and how it must end, so that a tour which ends with 0 has shown it all.

mod steps;

use std::io::{self, Write as _};

use crate::{Options, Run, Sandbox, SandboxError, install, progress::say, samples};

/// One command of the tour.
pub(crate) struct Step {
    /// What it shows, in a sentence.
    title: &'static str,
    /// The words after `kubectl`.
    words: Vec<String>,
    /// The exit code that it must end with.
    code: i32,
    /// What its output must contain.
    shows: &'static [&'static str],
    /// What its output must not contain.
    hides: &'static [&'static str],
}

/// Starts a sandbox, shows the tour, and with `keep` leaves it running until it is interrupted.
pub fn run(keep: bool) -> Result<(), SandboxError> {
    say("starting a control plane with the webhook, two nodes played by kwok, and a player of Palette's agent");
    let sandbox = Sandbox::start(&Options::everything()?)?;
    install::everything(&sandbox)?;
    samples::install(&sandbox)?;
    wait_for_reconciled(&sandbox)?;
    let steps = steps::all();
    for (at, step) in steps.iter().enumerate() {
        show(&sandbox, step, at + 1, steps.len())?;
    }
    tell(&format!("\nThe tour is over: {} steps, and each did what it must.\n", steps.len()))?;
    if keep {
        stay(&sandbox)?;
    }
    Ok(())
}

fn show(sandbox: &Sandbox, step: &Step, at: usize, all: usize) -> Result<(), SandboxError> {
    let line = format!("kubectl {}", step.words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" "));
    tell(&format!("\n# {at}/{all} {}\n$ {line}\n", step.title))?;
    let run = sandbox.run_kubectl(&step.words)?;
    tell(&run.stdout)?;
    tell(&run.stderr)?;
    if step.code != 0 {
        tell(&format!("(exit code {})\n", run.code.unwrap_or(-1)))?;
    }
    let wrong = faults(step, &run);
    if wrong.is_empty() {
        return Ok(());
    }
    Err(SandboxError::Command { command: line, status: "not what the tour shows".into(), output: wrong.join("; ") })
}

/// What a run did not do that its step promises.
fn faults(step: &Step, run: &Run) -> Vec<String> {
    let said = format!("{}{}", run.stdout, run.stderr);
    let mut faults = Vec::new();
    if run.code != Some(step.code) {
        faults.push(format!("it ended with {:?} and must end with {}", run.code, step.code));
    }
    faults.extend(
        step.shows.iter().filter(|text| !said.contains(**text)).map(|text| format!("it does not say {text:?}")),
    );
    faults.extend(step.hides.iter().filter(|text| said.contains(**text)).map(|text| format!("it says {text:?}")));
    faults
}

/// The agent's first round: until both clusters run what their specs say.
fn wait_for_reconciled(sandbox: &Sandbox) -> Result<(), SandboxError> {
    sandbox.wait_until("the sample clusters to be reconciled", std::time::Duration::from_secs(60), || {
        let run = sandbox.run_kubectl(["profile", "status", "-A"]).map_err(|error| error.to_string())?;
        // The header and the two samples: what the install tried the guard on is gone by then, too.
        let clusters: Vec<_> = run.stdout.lines().skip(1).collect();
        let is_ready = clusters.len() == 2 && clusters.iter().all(|line| line.contains(" yes "));
        if is_ready { Ok(()) } else { Err(run.to_string()) }
    })
}

fn stay(sandbox: &Sandbox) -> Result<(), SandboxError> {
    tell(&format!(
        "\nThe sandbox stays until you press Ctrl-C. In another terminal:\n\n  export KUBECONFIG={}\n  export PATH={}:{}:$PATH\n  \
         kubectl profile status -A\n",
        sandbox.kubeconfig().display(),
        sandbox.plugin().parent().unwrap_or(sandbox.plugin()).display(),
        sandbox.kubectl().parent().unwrap_or(sandbox.kubectl()).display(),
    ))?;
    sandbox.block_on(tokio::signal::ctrl_c()).map_err(SandboxError::io("wait for Ctrl-C"))
}

fn tell(text: &str) -> Result<(), SandboxError> {
    let mut stdout = io::stdout().lock();
    stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush())
        .map_err(SandboxError::io("write to the standard output"))
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_./@=:,".contains(letter);
    if word.chars().all(is_plain) { word.to_owned() } else { format!("'{word}'") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_tells_every_promise_that_was_not_kept() {
        let step = Step { title: "", words: Vec::new(), code: 0, shows: &["here", "there"], hides: &["secret"] };
        let run = |stdout: &str, code| Run { stdout: stdout.into(), stderr: String::new(), code: Some(code) };
        assert!(faults(&step, &run("here and there", 0)).is_empty());
        assert_eq!(faults(&step, &run("here is a secret", 1)).len(), 3);
    }

    #[test]
    fn words_are_quoted_for_a_shell_where_they_must_be() {
        assert_eq!(quoted("hello-aws@1.1.0"), "hello-aws@1.1.0");
        assert_eq!(quoted(r#"{"a": 1}"#), r#"'{"a": 1}'"#);
    }
}
