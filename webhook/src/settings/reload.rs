//! Takes up a new configuration while the webhook runs.
//!
//! The content is compared and not the file's times or links: the kubelet renames the link to a folder of a mounted
//! ConfigMap, and a watch on the file would see that once and then never again.

use std::{io, path::PathBuf, sync::Arc, time::Duration};

use tokio::{fs, sync::watch, time};
use tracing::{error, info};

use super::{Settings, SettingsError, Source};
use crate::{
    certs::Change,
    metrics::Metrics,
    readiness::{Check, Finding},
};

/// How the configuration fares, for readiness.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SettingsStatus {
    /// The hash of what is in force.
    pub hash: String,
    /// What is wrong with the newest file; the one before it stays in force.
    pub error: Option<String>,
}

#[derive(Debug)]
struct State {
    settings: Arc<Settings>,
    status: SettingsStatus,
}

/// What is in force now, for whoever decides or tells about it. Clones see the same.
#[derive(Clone, Debug)]
pub struct Current(watch::Receiver<State>);

impl Current {
    /// Settings that never change.
    pub fn fixed(settings: Settings) -> Self {
        Self(watch::channel(State::new(settings)).1)
    }

    /// The settings in force. A decision takes them once, so that it is made by one file.
    pub fn settings(&self) -> Arc<Settings> {
        Arc::clone(&self.0.borrow().settings)
    }

    /// How the configuration fares.
    pub fn status(&self) -> SettingsStatus {
        self.0.borrow().status.clone()
    }

    /// The same for readiness: a bad file leaves the old settings in force, so that nothing is wrong with the answers.
    pub fn check(&self) -> Check {
        let SettingsStatus { hash, error, .. } = self.status();
        let finding = error.map_or(Finding::Holds, |error| Finding::HoldsBut(format!("{error}; in force is {hash}")));
        Check { name: "config", finding }
    }
}

impl State {
    fn new(settings: Settings) -> Self {
        let status = SettingsStatus { hash: settings.hash(), ..SettingsStatus::default() };
        Self { settings: Arc::new(settings), status }
    }
}

/// Looks at the configuration file again and again.
#[derive(Debug)]
pub struct Reloader {
    source: Source,
    file: PathBuf,
    /// What the file was when it was looked at last: its content, or why it could not be read.
    seen: Result<Vec<u8>, String>,
    sender: watch::Sender<State>,
}

impl Source {
    /// Loads the settings for the first time, and makes what keeps them up to date where there is a file.
    ///
    /// # Errors
    ///
    /// As [`Source::load`]: a webhook does not start with a configuration that it does not understand.
    pub fn open(self) -> Result<(Current, Option<Reloader>), SettingsError> {
        let Some(file) = self.file.clone() else { return Ok((Current::fixed(self.load()?), None)) };
        let read = std::fs::read(&file);
        let seen = seen(&read);
        let (sender, receiver) = watch::channel(State::new(self.settings(&file, read)?));
        Ok((Current(receiver), Some(Reloader { source: self, file, seen, sender })))
    }
}

impl Reloader {
    /// Looks at the file every `interval`, for ever, and counts what came of it.
    pub async fn run(mut self, interval: Duration, metrics: Arc<Metrics>) {
        let mut ticks = time::interval(interval);
        ticks.set_missed_tick_behavior(time::MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            let read = fs::read(&self.file).await;
            match self.look(read) {
                Change::None => {}
                Change::Taken => metrics.config().taken(&self.sender.borrow().status.hash),
                Change::Refused => metrics.config().refused(),
            }
        }
    }

    /// Takes up what was read, when it is new and good. What is bad is told once and changes nothing.
    fn look(&mut self, read: io::Result<Vec<u8>>) -> Change {
        let seen = seen(&read);
        if seen == self.seen {
            return Change::None;
        }
        self.seen = seen;
        let outcome = self.source.settings(&self.file, read);
        let change = if outcome.is_ok() { Change::Taken } else { Change::Refused };
        self.sender.send_modify(|state| match outcome {
            Ok(settings) => {
                state.settings = Arc::new(settings);
                let status = &mut state.status;
                (status.hash, status.error) = (state.settings.hash(), None);
                info!(hash = status.hash, "the configuration was reloaded");
            }
            Err(problem) => {
                error!("{problem}; the configuration before it stays in force");
                state.status.error = Some(problem.to_string());
            }
        });
        change
    }
}

fn seen(read: &io::Result<Vec<u8>>) -> Result<Vec<u8>, String> {
    match read {
        Ok(bytes) => Ok(bytes.clone()),
        Err(problem) => Err(problem.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use profile_core::rules::{Code, Mode};

    use super::*;

    const CODE: Code = Code::ClusterProvisioning;

    fn text(mode: &str) -> String {
        format!(
            "apiVersion: kubectl-profile.dev/v1alpha1\nkind: GuardConfiguration\nrules: {{ClusterProvisioning: {mode}}}\n"
        )
    }

    /// A reloader of a file that held `warn`, and what it keeps up to date.
    fn opened() -> (Current, Reloader) {
        let source = Source { file: Some("guard.yaml".into()), ..Source::default() };
        let settings = source.settings("guard.yaml".as_ref(), Ok(text("warn").into())).unwrap();
        let (sender, receiver) = watch::channel(State::new(settings));
        let seen = Ok(text("warn").into());
        (Current(receiver), Reloader { source, file: "guard.yaml".into(), seen, sender })
    }

    #[test]
    fn a_new_content_is_taken_up() {
        let (current, mut reloader) = opened();
        let before = current.status();
        assert_eq!(reloader.look(Ok(text("audit").into())), Change::Taken);
        assert_eq!(current.settings().policy.mode(CODE), Mode::Audit);
        let status = current.status();
        assert_eq!(status.error, None);
        assert!(status.hash != before.hash && status.hash == current.settings().hash());
    }

    #[test]
    fn the_same_content_is_no_reload() {
        let (current, mut reloader) = opened();
        let before = current.status();
        assert_eq!(reloader.look(Ok(text("warn").into())), Change::None);
        assert_eq!(current.status(), before);
    }

    #[test]
    fn a_bad_content_keeps_what_was_and_is_told_once() {
        let (current, mut reloader) = opened();
        let before = current.status();
        for change in [Change::Refused, Change::None, Change::None] {
            assert_eq!(reloader.look(Ok(text("off").into())), change);
            let status = current.status();
            assert_eq!(current.settings().policy.mode(CODE), Mode::Warn);
            assert_eq!(status.hash, before.hash);
            assert_eq!(
                status.error.as_deref(),
                Some(
                    "--config guard.yaml: rules.ClusterProvisioning: unknown mode \"off\"; known: enforce, warn, audit"
                )
            );
        }
        assert_eq!(reloader.look(Ok("{".into())), Change::Refused);
        // What is in force comes back: it is no longer wrong.
        reloader.look(Ok(text("warn").into()));
        assert_eq!((current.status().error, current.status().hash), (None, before.hash));
    }

    #[test]
    fn a_file_that_is_gone_keeps_what_was() {
        let (current, mut reloader) = opened();
        for change in [Change::Refused, Change::None] {
            assert_eq!(reloader.look(Err(io::ErrorKind::NotFound.into())), change);
        }
        let status = current.status();
        assert_eq!(current.settings().policy.mode(CODE), Mode::Warn);
        assert!(status.error.unwrap().contains("cannot be read"));
    }

    #[test]
    fn the_flags_stay_above_each_new_file() {
        let (current, mut reloader) = opened();
        reloader.source.modes.insert(CODE, Mode::Enforce);
        reloader.look(Ok(text("audit").into()));
        assert_eq!(current.settings().policy.mode(CODE), Mode::Enforce);
    }
}
