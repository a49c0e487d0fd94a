//! What the API server warns of: once each, however often it says so, and counted.

use std::{
    collections::BTreeSet,
    io::Write,
    sync::{Mutex, PoisonError},
};

use crate::error::Error;

/// What was said, once for the process: connections are made far from any [`super::Output`].
static SAID: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// Shows a warning on stderr, unless it was shown before.
pub(crate) fn show(text: &str) {
    if !SAID.lock().unwrap_or_else(PoisonError::into_inner).insert(text.to_owned()) {
        return;
    }
    // One line: a warning holds no line break, whoever wrote it.
    let text = super::escape::control(text).replace('\n', " ");
    // A closed stderr is no reason to stop working.
    let _ = writeln!(std::io::stderr().lock(), "Warning: {text}");
}

/// An error where the API server warned, for those who want one.
///
/// # Errors
/// When there was a warning and `is_error` is set.
pub(crate) fn judge(is_error: bool) -> Result<(), Error> {
    let count = SAID.lock().unwrap_or_else(PoisonError::into_inner).len();
    match count {
        0 => Ok(()),
        _ if !is_error => Ok(()),
        1 => Err(Error::failed("1 warning received")),
        _ => Err(Error::failed(format!("{count} warnings received"))),
    }
}
