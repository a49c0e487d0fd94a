//! What a word of `diff` names: a cluster, a profile version, or a file that holds one of both.

use std::path::Path;

use profile_core::field;
use serde_json::Value;

use crate::{
    error::{Error, Kind},
    reference, selection,
    store::{self, Document, Sought, Store},
};

/// What a word looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    File,
    Version,
    Cluster,
}

/// One end of a comparison.
#[derive(Clone, Debug)]
pub(super) enum Point {
    /// A cluster of the store.
    Cluster(Document),
    /// A cluster in a file that the user named.
    ClusterFile(Document),
    /// A profile version of the store.
    Version(Document),
    /// A profile in a file that the user named.
    ProfileFile(Document),
}

/// Whether the word names a file: `-`, anything with a slash, or a name that ends as YAML and JSON do.
pub(super) fn is_file(word: &str) -> bool {
    shape(word) == Shape::File
}

/// Whether the word names a profile version.
pub(super) fn is_version(word: &str) -> bool {
    shape(word) == Shape::Version
}

fn shape(word: &str) -> Shape {
    let ends = [".yaml", ".yml", ".json"].iter().any(|end| word.ends_with(end));
    match word {
        _ if word == "-" || word.contains('/') || ends => Shape::File,
        _ if word.contains('@') => Shape::Version,
        _ => Shape::Cluster,
    }
}

impl Point {
    /// Reads what `word` names. A file needs no store.
    pub(super) async fn read(word: &str, store: Option<&Store>) -> Result<Self, Error> {
        let missing = || Error::failed(format!("{word:?} needs a store, and none is open"));
        match shape(word) {
            Shape::File => of_file(word),
            Shape::Version => {
                let store = store.ok_or_else(missing)?;
                let reference = reference::with_version(word).map_err(Error::usage)?;
                let profiles = store.profiles(&Sought::named(&reference)).await?;
                let version = selection::version(&profiles, &reference, &store.scope())?.clone();
                published(&version)?;
                Ok(Self::Version(version))
            }
            Shape::Cluster => {
                let store = store.ok_or_else(missing)?;
                let found = selection::cluster(store, Some(word)).await;
                let hint = format!("a profile is named with its version, like {word}@1.1.0, and a file as ./{word}");
                Ok(Self::Cluster(found.map_err(|error| error.hint(hint))?))
            }
        }
    }

    /// The profile, where it is one.
    pub(super) fn profile(&self) -> Option<&Document> {
        match self {
            Self::Version(document) | Self::ProfileFile(document) => Some(document),
            Self::Cluster(_) | Self::ClusterFile(_) => None,
        }
    }

    /// The cluster, where it is one.
    pub(super) fn cluster(&self) -> Option<&Document> {
        match self {
            Self::Cluster(document) | Self::ClusterFile(document) => Some(document),
            Self::Version(_) | Self::ProfileFile(_) => None,
        }
    }

    /// What it is called.
    pub(super) fn label(&self) -> String {
        match self {
            Self::Cluster(document) => format!("cluster {}", document.cluster().name()),
            Self::ClusterFile(document) => format!("cluster {} of {}", document.cluster().name(), document.place),
            Self::Version(document) => document.profile().reference(),
            Self::ProfileFile(document) => format!("{} of {}", document.profile().reference(), document.place),
        }
    }
}

/// The one cluster or profile of a file.
fn of_file(word: &str) -> Result<Point, Error> {
    let documents = store::documents(Path::new(word))?;
    let called = if word == "-" { "the standard input".to_owned() } else { word.to_owned() };
    let mut points: Vec<_> = documents.into_iter().filter_map(of_document).collect();
    match points.len() {
        1 => Ok(points.remove(0)),
        0 => Err(Error::new(Kind::NotFound, format!("{called} holds no cluster and no profile")).hint(
            "a cluster has `kind: SpectroCluster`, a profile `kind: ClusterProfile`, or it is an export of Palette's",
        )),
        count => {
            let names: Vec<_> = points.iter().map(Point::label).collect();
            Err(Error::usage(format!(
                "{called} holds {count} clusters and profiles, and one is meant: {}",
                names.join(", ")
            ))
            .hint(format!("name one of them by its name, and the file by -f {word}")))
        }
    }
}

fn of_document(document: Document) -> Option<Point> {
    match field::text(&document.value, &["kind"]).as_deref() {
        Some("SpectroCluster") => Some(Point::ClusterFile(document)),
        Some("ClusterProfile") => Some(Point::ProfileFile(document.with_variables())),
        None if document.profile().content().is_some() => Some(Point::ProfileFile(document.with_variables())),
        _ => None,
    }
}

/// What a version publishes, as a cluster would have it attached.
pub(super) fn published(version: &Document) -> Result<Value, Error> {
    let view = version.profile();
    let not_published = || Error::failed(format!("profile version {} is not published", view.reference()));
    let content = view.content().ok_or_else(not_published)?;
    let mut raw = content.raw().clone();
    // The published content does not repeat its own version: it stands beside it.
    raw["name"] = view.name().into();
    raw["profileVersion"] = view.version().unwrap_or_default().into();
    Ok(raw)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_tells_by_its_shape_what_it_names() {
        for (word, expected) in [
            ("-", Shape::File),
            ("edited.yaml", Shape::File),
            ("hello@1.0.0.json", Shape::File),
            ("./hello", Shape::File),
            ("hello@1.0.0", Shape::Version),
            ("shop-aws", Shape::Cluster),
        ] {
            assert_eq!(shape(word), expected, "{word}");
        }
    }
}
