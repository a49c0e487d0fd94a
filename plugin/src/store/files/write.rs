//! Writes a cluster back to its own file: by atomic rename, and only over what was read.

use std::{fs, io::Write, path::Path};

use profile_core::switch;
use serde_json::Value;

use super::{Document, Entry, leftovers, lock, read, splice};
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
    let mut expected = read::documents(&original).unwrap_or_default();
    // Whatever else moved in the file since, such as a status, stays as it is now.
    if let Some(Value::Object(spec)) = expected.get_mut(now.index).and_then(|document| document.get_mut("spec")) {
        spec.insert("clusterProfileTemplates".into(), switch::templates(after));
    }
    let text = patched(&original, now, after).map_err(|place| unwritable(now, &place))?;
    // The text was patched by lines: it counts only if it reads back as exactly what was meant.
    if read::documents(&text).is_ok_and(|documents| documents == expected) {
        return Ok(text);
    }
    Err(unwritable(now, &differing(now, after)))
}

/// `text` with each attached profile of `after` that differs; else the place that cannot be written.
fn patched(text: &str, now: &Entry, after: &Value) -> Result<String, String> {
    let (before, after) = (switch::templates(&now.value), switch::templates(after));
    let list = "spec.clusterProfileTemplates";
    let (Some(before), Some(after)) = (before.as_array(), after.as_array()) else { return Err(list.into()) };
    let pairs = before.iter().zip(after).enumerate();
    pairs
        .filter(|(_, (old, new))| old != new)
        .try_fold(text.to_owned(), |text, (item, pair)| splice::replace_profile(&text, now.index, item, pair))
}

/// The place of the first attached profile that differs.
fn differing(now: &Entry, after: &Value) -> String {
    let (before, after) = (switch::templates(&now.value), switch::templates(after));
    let item = (0..).take_while(|item| before.get(item).is_some()).find(|item| before.get(item) != after.get(item));
    format!("spec.clusterProfileTemplates{}", item.map(|item| format!("[{item}]")).unwrap_or_default())
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

fn unwritable(entry: &Entry, place: &str) -> Error {
    let (path, document) = (entry.path.display(), entry.index + 1);
    Error::failed(format!("cannot write {path}, document {document}: {place} is written so that more than it would change"))
        .hint(
            "write it in block style, one `- name: …` an item and one key a line, its comments on lines of their own, or the \
             file as JSON; nothing was changed",
        )
}
