//! Writes a cluster back to its own file: by atomic rename, and only over what was read.

use std::{fs, io::Write, path::Path};

use profile_core::{content::Content, switch, yaml};
use serde_json::Value;

use super::{Document, Entry, read, splice};
use crate::error::{Error, Kind};

/// Writes the attached profiles of `after` over those of `before`.
pub(super) fn profiles(entry: &Entry, before: &Document, after: &Value) -> Result<(), Error> {
    let path = &entry.path;
    let original = read::text(path)?;
    let fresh = read::entries(path)?;
    let now = fresh.iter().find(|it| it.index == entry.index).ok_or_else(|| moved(path))?;
    if Content::of(&now.document().cluster()) != Content::of(&before.cluster()) {
        return Err(moved(path));
    }
    let mut text = original;
    for (item, value) in changed(&before.value, after) {
        text = splice::replace_profile(&text, entry.index, item, &value).ok_or_else(|| not_block_style(path))?;
    }
    let mut expected: Vec<_> = fresh.iter().map(|it| it.value.clone()).collect();
    expected[entry.index] = after.clone();
    // The text was patched by lines: it counts only if it reads back as exactly what was meant.
    let reads_back = yaml::parse_all(&text).is_ok_and(|documents| documents == expected);
    if !reads_back {
        return Err(not_block_style(path));
    }
    replace(path, &text)
}

/// The positions and contents of the attached profiles that differ.
fn changed(before: &Value, after: &Value) -> Vec<(usize, Value)> {
    let (before, after) = (switch::templates(before), switch::templates(after));
    let list = after.as_array().cloned().unwrap_or_default();
    list.into_iter().enumerate().filter(|(at, value)| before.get(at) != Some(value)).collect()
}

fn replace(path: &Path, text: &str) -> Result<(), Error> {
    let write = || {
        let folder = path.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut staged = tempfile::Builder::new().prefix(".kubectl-profile-").tempfile_in(folder)?;
        staged.write_all(text.as_bytes())?;
        staged.as_file().sync_all()?;
        staged.as_file().set_permissions(fs::metadata(path)?.permissions())?;
        staged.persist(path).map_err(|error| error.error)
    };
    write()
        .map(|_| ())
        .map_err(|error: std::io::Error| Error::failed(format!("cannot write {}: {error}", path.display())))
}

fn moved(path: &Path) -> Error {
    Error::new(Kind::Conflict, format!("{} changed since it was read", path.display()))
}

fn not_block_style(path: &Path) -> Error {
    Error::failed(format!("cannot write {} without touching more than spec.clusterProfileTemplates", path.display()))
        .hint("write that list in block style, one `- name: …` an item, or as JSON; nothing was changed")
}
