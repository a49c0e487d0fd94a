//! Writes a cluster back to its own file: by atomic rename, and only over what was read.

use std::{fs, io::Write, path::Path};

use profile_core::{switch, yaml};
use serde_json::Value;

use super::{
    Document, Entry, leftovers, lock, read,
    splice::{self, Reach},
};
use crate::error::{Error, Kind};

/// Writes the attached profiles of `after` over those of `before`.
pub(super) fn profiles(entry: &Entry, before: &Document, after: &Value) -> Result<(), Error> {
    let _lock = lock::folder_of(&entry.path)?;
    replace(&entry.path, &text(entry, before, after)?)
}

/// The text of the file with the attached profiles of `after` in the place of those of `before`.
pub(super) fn text(entry: &Entry, before: &Document, after: &Value) -> Result<String, Error> {
    let path = &entry.path;
    let original = read::text(path)?;
    let fresh = read::parsed(path, &original)?;
    let now = fresh.iter().find(|it| it.is(before)).ok_or_else(|| moved(path))?;
    if switch::templates(&now.value) != switch::templates(&before.value) {
        return Err(moved(path));
    }
    if now.item.is_some() {
        return Err(Error::failed(format!("{} is an item of a list, which is not written to", before.place))
            .hint("write it as a document of its own; nothing was changed"));
    }
    let mut expected = yaml::parse_all(&original).unwrap_or_default();
    // Whatever else moved in the file since, such as a status, stays as it is now.
    if let Some(Value::Object(spec)) = expected.get_mut(now.index).and_then(|document| document.get_mut("spec")) {
        spec.insert("clusterProfileTemplates".into(), switch::templates(after));
    }
    // The text was patched by lines: it counts only if it reads back as exactly what was meant.
    let reads_back = |text: &String| yaml::parse_all(text).is_ok_and(|documents| documents == expected);
    [Reach::Smallest, Reach::WholeItem]
        .into_iter()
        .find_map(|reach| patched(&original, now, after, reach).filter(reads_back))
        .ok_or_else(|| not_block_style(path))
}

/// `text` with each attached profile of `after` that differs.
fn patched(text: &str, now: &Entry, after: &Value, reach: Reach) -> Option<String> {
    let (before, after) = (switch::templates(&now.value), switch::templates(after));
    let pairs = before.as_array()?.iter().zip(after.as_array()?).enumerate();
    pairs
        .filter(|(_, (old, new))| old != new)
        .try_fold(text.to_owned(), |text, (item, pair)| splice::replace_profile(&text, now.index, item, pair, reach))
}

fn replace(path: &Path, text: &str) -> Result<(), Error> {
    let write = || {
        // A link stays one: what it points to is replaced.
        let path = &fs::canonicalize(path)?;
        let folder = path.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut staged = leftovers::staged(folder, ".kubectl-profile-")?;
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
