//! The second process: looks questions up in the cache, in the kubeconfig, in files or at a server.

use clap::{Args as _, Command, FromArgMatches as _};

use super::{
    asking,
    cache::Cache,
    candidate::Candidate,
    facts, kubeconfig,
    question::{Inquiry, Question, Reply},
};
use crate::{
    cli::{Global, StoreName},
    configuration::Configuration,
    error::Error,
    store::Store,
};

/// The reply to an inquiry as text; empty where there is none.
pub(super) fn answer(text: &str) -> String {
    leave_terminal();
    asking::end_in_time();
    reply(text).and_then(|it| serde_json::to_string(&it).ok()).unwrap_or_default()
}

/// Gives the terminal up, so that no program that is started here for credentials can ask or print anything on it.
#[cfg(unix)]
fn leave_terminal() {
    // It fails where the process leads a group already, and has no terminal then.
    let _ = rustix::process::setsid();
}

#[cfg(not(unix))]
fn leave_terminal() {}

fn reply(text: &str) -> Option<Reply> {
    let inquiry: Inquiry = serde_json::from_str(text).ok()?;
    let global = global(&inquiry.flags)?;
    let mut session = Session { global, flags: &inquiry.flags, opened: None };
    for (question, asked) in inquiry.questions.iter().enumerate() {
        // What one question meets says nothing about the next.
        let Some(candidates) = session.answer(asked) else { continue };
        if candidates.iter().any(|it| it.value.starts_with(&inquiry.typed)) {
            return Some(Reply { question, candidates });
        }
    }
    None
}

/// The global flags as every command reads them.
fn global(flags: &[String]) -> Option<Global> {
    let command = Global::augment_args(Command::new("global").no_binary_name(true));
    let global = Global::from_arg_matches(&command.try_get_matches_from(flags).ok()?).ok()?;
    let configuration = Configuration::read().ok()?;
    Some(Global { configuration: configuration.into(), ..global })
}

/// What is asked in one go shares one connection.
struct Session<'i> {
    global: Global,
    flags: &'i [String],
    opened: Option<(tokio::runtime::Runtime, std::rc::Rc<Store>)>,
}

impl Session<'_> {
    fn answer(&mut self, question: &Question) -> Option<Vec<Candidate>> {
        if question.is_of_kubeconfig() {
            return kubeconfig::answer(question, &self.global);
        }
        // Files are at hand, and may be in the middle of being edited.
        let is_files = self.global.store == Some(StoreName::Files) || !self.global.files.is_empty();
        let cache = if is_files { None } else { Cache::of(question, &self.global, self.flags) };
        if let Some(kept) = cache.as_ref().and_then(Cache::read) {
            return Some(kept);
        }
        let candidates = self.look(question).ok()?;
        if let Some(cache) = cache {
            cache.write(&candidates);
        }
        Some(candidates)
    }

    fn look(&mut self, question: &Question) -> Result<Vec<Candidate>, Error> {
        let (runtime, store) = match &mut self.opened {
            Some(opened) => opened,
            none => {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
                let runtime = runtime.map_err(|error| Error::failed(error.to_string()))?;
                let store = runtime.block_on(Store::open(&self.global))?;
                none.insert((runtime, store.into()))
            }
        };
        runtime.block_on(facts::find(store, question))
    }
}
