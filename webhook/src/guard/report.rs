//! Tells how the guard fares: to readiness as a note, to the metrics, and to the log when it changes.

use std::sync::{Arc, Mutex, PoisonError};

use super::Fares;
use crate::{
    asking::AskingError,
    metrics::Metrics,
    readiness::{Check, Finding},
    trouble::Trouble,
};

/// What was found last. Clones of the note see the same.
pub(crate) struct Report {
    note: Note,
    metrics: Arc<Metrics>,
    trouble: Trouble,
}

/// What readiness tells. It never makes the webhook unready: the Service leads only to pods that are ready, and the guard is
/// completed through the Service.
#[derive(Clone, Debug)]
pub(crate) struct Note(Arc<Mutex<Finding>>);

impl Report {
    pub(crate) fn new(metrics: Arc<Metrics>) -> Self {
        let finding = Finding::HoldsBut("it was not looked at yet".to_owned());
        Self { note: Note(Arc::new(Mutex::new(finding))), metrics, trouble: Trouble::of("the guard") }
    }

    pub(crate) fn note(&self) -> Note {
        self.note.clone()
    }

    /// Notes what a look at it came to; `None` where it is not installed.
    pub(crate) fn is(&mut self, fares: &Result<Option<Fares>, AskingError>) {
        let (is_complete, trouble) = match fares {
            Ok(Some(Fares::Complete)) => (true, None),
            Ok(Some(Fares::CompleteBut(note))) => (true, Some(note.clone())),
            Ok(Some(Fares::Lacks(why))) => (false, Some(format!("the guard is not complete: {why}"))),
            Ok(None) => (false, Some("the guard is not installed, so that nothing is guarded".to_owned())),
            Err(error) => (false, Some(error.to_string())),
        };
        // What cannot be seen has not changed.
        if !matches!(fares, Err(AskingError::Unanswered { .. })) {
            self.metrics.authority().guard_is_complete(is_complete);
        }
        let finding = trouble.clone().map_or(Finding::Holds, Finding::HoldsBut);
        *self.note.0.lock().unwrap_or_else(PoisonError::into_inner) = finding;
        self.trouble.is(trouble);
    }
}

impl Note {
    pub(crate) fn check(&self) -> Check {
        let finding = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Check { name: "guard", finding }
    }
}
