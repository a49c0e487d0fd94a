//! Writes to the clusters of a fleet wave by wave, until all are done or too many fail.

use std::{collections::VecDeque, num::NonZero, time::Duration};

use clap::Args;
use futures_util::{StreamExt, stream::FuturesUnordered};
use tokio::sync::mpsc;

use super::{
    MANY,
    outcomes::{Ended, Outcomes, listed},
};
use crate::{
    cli::duration,
    commands::Outcome,
    error::{Error, Kind},
    interrupt,
    output::{Captured, Output, width},
};

/// How far to go at once.
#[derive(Args, Clone, Debug)]
pub(crate) struct WaveArgs {
    /// Write to so many clusters, then ask before the next ones; all in one wave without it
    #[arg(long, value_name = "N", help_heading = MANY)]
    wave_size: Option<NonZero<usize>>,
    /// Go on after so long instead of asking
    #[arg(long, value_name = "DURATION", value_parser = duration, requires = "wave_size", help_heading = MANY)]
    wave_pause: Option<Duration>,
    /// Begin no further cluster once so many failed; what is under way is finished
    #[arg(long, value_name = "N", default_value = "1", help_heading = MANY)]
    max_failures: NonZero<usize>,
}

/// What was done for a cluster.
#[derive(Debug)]
pub(crate) struct Did {
    /// How it ended.
    pub(crate) outcome: Outcome,
    /// What was done, in a word.
    word: String,
    /// Whether anything was written.
    pub(crate) has_written: bool,
}

impl Did {
    /// Something was written, or tried.
    pub(crate) fn written(outcome: Outcome, word: impl Into<String>) -> Self {
        Self { outcome, word: word.into(), has_written: true }
    }

    /// Nothing was to be written.
    pub(crate) fn nothing(outcome: Outcome) -> Self {
        Self { outcome, word: "unchanged".to_owned(), has_written: false }
    }
}

/// Why no further cluster is begun.
enum Stop {
    Failures,
    Interrupted,
    NotConfirmed,
}

impl WaveArgs {
    /// Runs `write` for each job, so many at a time, and adds how each ended. `yes` leaves the questions between waves out.
    ///
    /// An interrupt lets what is under way come to its end; a second one ends at once. What is refused for one cluster keeps no
    /// other back.
    ///
    /// # Errors
    /// When the streams cannot be written.
    pub(crate) async fn run<J>(
        &self,
        jobs: Vec<(String, J)>,
        (parallel, yes): (usize, bool),
        outcomes: &mut Outcomes,
        output: &mut Output,
        write: impl AsyncFn(J, &mut Output) -> Result<Did, Error>,
    ) -> Result<(), Error> {
        let held = interrupt::hold();
        let (live, mut said) = mpsc::unbounded_channel();
        let (all, size) = (jobs.len(), self.wave_size.map_or(usize::MAX, NonZero::get));
        let mut waiting: VecDeque<_> = jobs.into();
        let (mut done, mut failures, mut stop) = (0, 0, None);
        // After a wave in which there was nothing to do there is nothing to look at.
        let mut has_written = false;
        while stop.is_none() && !waiting.is_empty() {
            if has_written {
                let next: Vec<_> = waiting.iter().take(size).map(|(label, _)| label.as_str()).collect();
                stop = self.pause((done, all), &next, yes, output).await?;
                if stop.is_some() {
                    break;
                }
            }
            has_written = false;
            let mut left = size;
            let mut running = FuturesUnordered::new();
            let mut under_way: Vec<String> = Vec::new();
            let write = &write;
            loop {
                while stop.is_none() && left > 0 && running.len() < parallel {
                    let Some((label, job)) = waiting.pop_front() else { break };
                    left -= 1;
                    under_way.push(label.clone());
                    let mut own = output.captured_live((label.clone(), live.clone()));
                    running.push(async move {
                        let ended = write(job, &mut own).await;
                        (label, ended, own.into_captured())
                    });
                }
                let ended = tokio::select! {
                    biased;
                    Some((label, captured)) = said.recv() => {
                        tell(&label, &captured, output)?;
                        continue;
                    }
                    ended = running.next() => ended,
                    () = interrupt::heard() => {
                        if matches!(stop, Some(Stop::Interrupted)) {
                            // How far these got is told by nobody any more.
                            for label in under_way.drain(..) {
                                let error = Error::new(Kind::Interrupted, "interrupted twice; how far it got is not known");
                                outcomes.add(label, Ended::Failed(error));
                            }
                            break;
                        }
                        output.note("interrupted: what is under way is finished, and no other cluster is begun");
                        stop = Some(Stop::Interrupted);
                        continue;
                    }
                };
                let Some((label, ended, captured)) = ended else { break };
                done += 1;
                under_way.retain(|it| *it != label);
                while let Ok((label, captured)) = said.try_recv() {
                    tell(&label, &captured, output)?;
                }
                tell(&label, &captured, output)?;
                has_written |= ended.as_ref().map_or(true, |did| did.has_written);
                let ended = ended.map_or_else(Ended::Failed, |did| Ended::Done(did.outcome, did.word));
                if !ended.is_fine() {
                    output.note(&format!("{label}: {}", ended.words()));
                }
                match ended.is_failure() {
                    true => failures += 1,
                    // It may have heard before this did.
                    false if ended.is_interrupted() => stop = Some(Stop::Interrupted),
                    false => {}
                }
                outcomes.add(label, ended);
                if failures >= self.max_failures.get() && stop.is_none() {
                    stop = Some(Stop::Failures);
                }
            }
        }
        drop(held);
        let reason = match stop {
            Some(Stop::Failures) => {
                format!(
                    "{failures} failed, and --max-failures is {}; a greater one goes on past them",
                    self.max_failures
                )
            }
            Some(Stop::Interrupted) => "interrupted".to_owned(),
            Some(Stop::NotConfirmed) | None => "not confirmed".to_owned(),
        };
        let is_interrupted = matches!(stop, Some(Stop::Interrupted));
        for (label, _) in waiting {
            let ended = match is_interrupted {
                true => Ended::Failed(Error::new(Kind::Interrupted, "not begun")),
                false => Ended::NotStarted(reason.clone()),
            };
            outcomes.add(label, ended);
        }
        Ok(())
    }

    /// Waits for the next wave, or for the user to say so; what stops it, if anything does.
    async fn pause(
        &self,
        (done, all): (usize, usize),
        next: &[&str],
        yes: bool,
        output: &mut Output,
    ) -> Result<Option<Stop>, Error> {
        let next = listed(next, width::of_terminal().saturating_sub(NEXT.len()));
        if let Some(pause) = self.wave_pause {
            output.note(&format!("{done} of {all} clusters are done; the next wave begins in {pause:?}: {next}"));
            return Ok(tokio::select! {
                () = tokio::time::sleep(pause) => None,
                () = interrupt::heard() => Some(Stop::Interrupted),
            });
        }
        if yes {
            output.note(&format!("{done} of {all} clusters are done; {NEXT}{next}"));
            return Ok(None);
        }
        output.line(&format!("{done} of {all} clusters are done"))?;
        output.line(&format!("{NEXT}{next}"))?;
        let confirmed = tokio::select! {
            confirmed = output.confirm() => confirmed,
            () = interrupt::heard() => return Ok(Some(Stop::Interrupted)),
        };
        match confirmed {
            Ok(()) => Ok(None),
            Err(error) if matches!(error.kind, Kind::NotConfirmed | Kind::Usage) => Ok(Some(Stop::NotConfirmed)),
            Err(error) => Err(error),
        }
    }
}

/// What is said before the clusters of the next wave.
const NEXT: &str = "next: ";

/// Tells what one cluster has to say.
fn tell(label: &str, captured: &Captured, output: &mut Output) -> Result<(), Error> {
    output.text(&captured.answer)?;
    output.flush()?;
    captured.notes.lines().for_each(|line| output.note(&format!("{label}: {line}")));
    Ok(())
}
