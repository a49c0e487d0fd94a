//! Answers a shell that asks which words may follow on the command line.
//!
//! What can be told from the command line alone is told by the process that was asked. Everything that reads a kubeconfig, a
//! file or a server is asked of a second process, which has no terminal and is ended when its time is over. So nothing
//! that happens there is ever seen on the screen.

use std::{ffi::OsString, panic, path::Path, process::ExitCode, time::Instant};

use crate::{cli, output::Output};

mod asking;
mod cache;
mod candidate;
mod facts;
mod flags;
mod kubeconfig;
mod line;
pub(crate) mod link;
mod paths;
mod question;
mod session;
pub(crate) mod shells;
mod versions;
mod wanted;
mod words;

/// The name by which kubectl looks for the completer of a plugin starts with this.
pub(crate) const PREFIX: &str = "kubectl_complete-";
/// The first word of a command line that asks for candidates, as the scripts for the shells do.
const COMPLETE: &str = "__complete";
/// The first word of a command line that asks for what only a kubeconfig, files or a server know.
const ASK: &str = "__ask";

/// What a command line asks for that is no command.
pub(crate) enum Request {
    /// Candidates for the last of these words.
    Candidates(Vec<String>),
    /// The answer to a question of the first process.
    Facts(String),
}

/// Whether the plugin was called to complete a command line, which its own name or its first word says.
pub(crate) fn requested(args: &[OsString]) -> Option<Request> {
    let (name, words) = args.split_first()?;
    let words: Vec<_> = words.iter().map(|it| it.to_string_lossy().into_owned()).collect();
    let stem = Path::new(name).file_name()?.to_string_lossy();
    if stem.starts_with(PREFIX) {
        return Some(Request::Candidates(words));
    }
    match words.split_first() {
        Some((first, rest)) if first == COMPLETE => Some(Request::Candidates(rest.to_vec())),
        Some((first, rest)) if first == ASK => Some(Request::Facts(rest.first().cloned().unwrap_or_default())),
        _ => None,
    }
}

/// Answers, and ends well whatever happens: a shell would show what went wrong in the middle of the user's line.
pub(crate) fn run(request: &Request) -> ExitCode {
    let started = Instant::now();
    panic::set_hook(Box::new(|_| ()));
    let answer = panic::catch_unwind(|| match request {
        Request::Candidates(words) => words::answer(cli::command(), words, started).text(),
        Request::Facts(question) => session::answer(question),
    });
    let mut output = Output::to_terminal(clap::ColorChoice::Never);
    // Who does not read the answer any more does not miss it.
    let _ = output.text(&answer.unwrap_or_else(|_| candidate::Answer::default().text()));
    let _ = output.flush();
    ExitCode::SUCCESS
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(args: &[&str]) -> Option<(&'static str, Vec<String>)> {
        let args: Vec<_> = args.iter().map(OsString::from).collect();
        requested(&args).map(|request| match request {
            Request::Candidates(words) => ("candidates", words),
            Request::Facts(question) => ("facts", vec![question]),
        })
    }

    #[test]
    fn the_name_of_the_program_or_the_first_word_asks() {
        let words = |list: &[&str]| list.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
        assert_eq!(kind(&["/x/kubectl_complete-profile", "list", ""]), Some(("candidates", words(&["list", ""]))));
        assert_eq!(kind(&["kubectl_complete-cluster_profile.exe"]), Some(("candidates", Vec::new())));
        assert_eq!(kind(&["kubectl-profile", "__complete", "li"]), Some(("candidates", words(&["li"]))));
        assert_eq!(kind(&["kubectl-profile", "__ask", "{}"]), Some(("facts", words(&["{}"]))));
        assert_eq!(kind(&["kubectl-profile", "list"]), None);
        assert_eq!(kind(&[]), None);
    }
}
