//! `--edit`: the pending configuration in the user's editor, until it is right or given up.

use std::collections::BTreeMap;

use profile_core::{
    mask::Context,
    merge::{Decisions, Override},
};
use serde_json::Value;

use super::{
    buffer::Pages,
    editor::{self, Buffer},
};
use crate::{
    error::Error,
    output::{Output, escape},
};

/// What is opened in the editor.
pub(crate) struct Pending<'a> {
    /// The pending profile, as an attached profile.
    pub(crate) content: &'a Value,
    /// What is decided so far.
    pub(crate) decisions: &'a Decisions,
    /// Its overrides, with their verdicts: they become comments, and those that are open become marks in the text.
    pub(crate) overrides: &'a [Override],
    /// What it is, such as `cluster default/shop, hello@1.1.0`.
    pub(crate) title: String,
    /// What the published versions say to be secret.
    pub(crate) known: &'a Context,
    /// Whether secrets are shown. Where they are not, an untouched `***` stands for what is there.
    pub(crate) show_secrets: bool,
    /// Whether it holds what was set beforehand, so that an unchanged text is taken as it is.
    pub(crate) is_set: bool,
}

/// What came back from the editor.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Edited {
    /// The pending profile with the edited texts in it; everything else is untouched.
    pub(crate) content: Value,
    /// The decisions so far, and what the user decided by editing. What stands in no text, such as a variable, stays open.
    pub(crate) decisions: Decisions,
    texts: BTreeMap<Place, String>,
}

/// Where a text stands in the content of a profile, counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) pack: usize,
    pub(super) manifest: Option<usize>,
}

impl Edited {
    pub(super) fn new(content: &Value, texts: BTreeMap<Place, String>, decisions: Decisions) -> Self {
        let edited = Self { content: content.clone(), decisions, texts };
        Self { content: edited.applied_to(content), ..edited }
    }

    /// The edited texts put into `content`, the same profile after another merge with more decisions.
    pub(crate) fn applied_to(&self, content: &Value) -> Value {
        let mut content = content.clone();
        for (place, text) in &self.texts {
            let pack = format!("/packs/{}", place.pack);
            let pointer = match place.manifest {
                Some(index) => format!("{pack}/manifests/{index}/content"),
                None => format!("{pack}/values"),
            };
            let name = format!("{pack}/name");
            // A text goes back to the pack that it came from, or nowhere.
            let is_same = content.pointer(&name) == self.content.pointer(&name);
            if let Some(field) = content.pointer_mut(&pointer).filter(|field| is_same && field.is_string()) {
                *field = text.clone().into();
            }
        }
        content
    }

    /// What the merge could not put into a text is in it now, as it was decided by hand.
    pub(crate) fn settle_refused(&self, overrides: &mut [Override]) {
        for it in overrides.iter_mut().filter(|it| it.refused.is_some() && it.resolution.is_none()) {
            it.resolution = self.decisions.by_place.get(&it.place()).cloned();
        }
    }
}

/// Opens the pending configuration in the user's editor, again and again until `check` finds no mistake. `None` where the
/// user changed nothing or saved an empty file, which is said already. Where it fails, the buffer is kept and named; else it
/// comes back with what was edited, to be discarded once that is written.
pub(crate) async fn edit(
    pending: &Pending<'_>,
    check: impl FnMut(&Edited) -> Result<(), Vec<String>>,
    output: &mut Output,
) -> Result<Option<(Edited, Buffer)>, Error> {
    output.flush()?;
    let edited = edit_with(editor::chosen()?, pending, check).await?;
    Ok(match edited {
        Ended::Edited(edited, buffer) => Some((edited, buffer)),
        Ended::Unchanged => {
            output.note("edit cancelled, no changes made");
            None
        }
        Ended::Empty => {
            output.note("edit cancelled, saved file was empty");
            None
        }
    })
}

/// How an edit ended that did not fail.
#[derive(Debug)]
enum Ended {
    Edited(Edited, Buffer),
    Unchanged,
    Empty,
}

async fn edit_with(
    editor: Vec<String>,
    pending: &Pending<'_>,
    mut check: impl FnMut(&Edited) -> Result<(), Vec<String>>,
) -> Result<Ended, Error> {
    let pages = Pages::of(pending);
    let first = pages.text();
    let buffer = Buffer::create(editor)?;
    let mut text = first.clone();
    let mut errors = Vec::new();
    loop {
        let saved = buffer.open(&with_errors(&errors, &text)).await?;
        let saved = without_errors(&saved).to_owned();
        if is_empty(&saved) {
            // Whoever empties the file gives it up, and there is nothing in it to keep.
            buffer.discard();
            return Ok(Ended::Empty);
        }
        if saved == first && !pending.is_set {
            buffer.discard();
            return Ok(Ended::Unchanged);
        }
        if saved == text && !errors.is_empty() {
            let error = Error::failed(format!("edit cancelled, no valid changes were saved: {}", errors.join("; ")));
            return Err(buffer.kept(error));
        }
        text = saved;
        let checked = pages.read(&text).and_then(|edited| check(&edited).map(|()| edited));
        match checked {
            Ok(edited) => return Ok(Ended::Edited(edited, buffer)),
            Err(found) => errors = found,
        }
    }
}

/// How a line begins that tells a mistake.
const ERROR: &str = "# error: ";

/// The text with what is wrong in it on top.
pub(super) fn with_errors(errors: &[String], text: &str) -> String {
    let lines = errors.iter().flat_map(|error| error.lines());
    lines.map(|line| format!("{ERROR}{}\n", escape::control(line))).chain([text.to_owned()]).collect()
}

/// The text without the errors that it was opened with.
pub(super) fn without_errors(text: &str) -> &str {
    let mut rest = text;
    while rest.starts_with(ERROR) {
        rest = rest.split_once('\n').map_or("", |(_, rest)| rest);
    }
    rest
}

/// Whether nothing but comments is left of a text.
pub(super) fn is_empty(text: &str) -> bool {
    text.lines().map(str::trim).all(|line| line.is_empty() || line.starts_with('#'))
}

#[cfg(test)]
mod tests;
