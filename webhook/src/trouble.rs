//! Tells of a trouble in the log once when it comes, once when it is another one, and once when it is over.

use tracing::{info, warn};

/// A trouble that may come and go.
#[derive(Debug)]
pub(crate) struct Trouble {
    /// What goes on again when it is over.
    of: &'static str,
    last: Option<String>,
}

impl Trouble {
    pub(crate) fn of(of: &'static str) -> Self {
        Self { of, last: None }
    }

    /// Says how it is now: `None` where there is no trouble.
    pub(crate) fn is(&mut self, now: Option<String>) {
        match &now {
            Some(trouble) if self.last.as_ref() != Some(trouble) => warn!(of = self.of, "{trouble}"),
            None if self.last.is_some() => info!(of = self.of, "the trouble is over"),
            _ => {}
        }
        self.last = now;
    }
}
