//! Pack directories: the contents that cluster objects only refer to.

use std::{
    collections::BTreeSet,
    fs,
    path::{Component, Path, PathBuf},
};

use profile_core::{
    pack::Pack,
    render::{ManifestText, PackContent, PackManifest, manifest_name},
};

use super::files::read;
use crate::error::{Error, Kind};

/// What pack directories hold of the packs that were asked for.
#[derive(Debug, Default)]
pub(crate) struct Packs {
    found: Vec<Found>,
}

#[derive(Debug)]
struct Found {
    place: PathBuf,
    content: PackContent,
}

impl Packs {
    /// Reads `DIR/pack.json` and `DIR/*/pack.json` of each directory, and the manifests of the packs in `names`. Manifests
    /// of others are left alone: a large library of packs may hold broken ones that do not matter here.
    pub(crate) fn read(directories: &[PathBuf], names: &BTreeSet<String>) -> Result<Self, Error> {
        let mut packs = Self::default();
        for directory in directories {
            for place in places(directory)? {
                let file = place.join("pack.json");
                let source = inside(&place, "pack.json")?;
                let manifest = match PackManifest::parse(source.as_bytes()) {
                    Ok(manifest) => manifest,
                    Err(_) if name_of(&source).is_some_and(|name| !names.contains(&name)) => continue,
                    Err(reason) => return Err(Error::failed(format!("{}: {reason}", file.display()))),
                };
                if names.contains(&manifest.name) {
                    let texts = manifest.kube_manifests.iter().map(|path| text(&place, path));
                    let texts = texts.collect::<Result<_, _>>()?;
                    let has_values = place.join("values.yaml").symlink_metadata().is_ok();
                    let values = has_values.then(|| inside(&place, "values.yaml")).transpose()?;
                    packs.add(place, PackContent { manifest, values, texts })?;
                }
            }
        }
        Ok(packs)
    }

    /// The content of `pack` in its very version.
    pub(crate) fn of(&self, pack: &Pack<'_>) -> Option<&PackContent> {
        let version = pack.version()?;
        self.named(pack).find(|it| bare(&it.manifest.version) == bare(&version))
    }

    /// Some other version of `pack`, to be named where the right one is missing.
    pub(crate) fn other_version_of(&self, pack: &Pack<'_>) -> Option<&PackContent> {
        self.named(pack).next()
    }

    /// The file of a pack's chart in the pack's directory; `None` where the directory is not at hand.
    pub(crate) fn file_of(&self, pack: &Pack<'_>, path: &str) -> Option<Result<PathBuf, String>> {
        let content = self.of(pack)?;
        let place = &self.found.iter().find(|it| std::ptr::eq(&it.content, content))?.place;
        Some(chart(place, path))
    }

    fn named(&self, pack: &Pack<'_>) -> impl Iterator<Item = &PackContent> {
        let name = pack.name();
        self.found.iter().map(|it| &it.content).filter(move |it| it.manifest.name == name)
    }

    /// The same pack twice is fine while both are the same; otherwise nobody can tell which is meant.
    fn add(&mut self, place: PathBuf, content: PackContent) -> Result<(), Error> {
        let is_same_version = |it: &&Found| {
            let (known, new) = (&it.content.manifest, &content.manifest);
            known.name == new.name && bare(&known.version) == bare(&new.version)
        };
        match self.found.iter().find(is_same_version) {
            Some(known) if known.content == content => Ok(()),
            Some(known) => Err(Error::failed(format!(
                "pack {} {} stands in {} and in {}, and they differ",
                content.manifest.name,
                content.manifest.version,
                known.place.display(),
                place.display()
            ))
            .hint("name only one of them by --packs")),
            None => {
                self.found.push(Found { place, content });
                Ok(())
            }
        }
    }
}

fn bare(version: &str) -> &str {
    version.trim_start_matches('v')
}

/// The directories that hold a `pack.json`: `directory` itself and those right inside it, in the order of their names.
fn places(directory: &Path) -> Result<Vec<PathBuf>, Error> {
    let unreadable = |error: std::io::Error| {
        let kind = if error.kind() == std::io::ErrorKind::NotFound { Kind::NotFound } else { Kind::Failed };
        Error::new(kind, format!("cannot read {}: {error}", directory.display()))
            .hint("--packs takes a directory of packs, each in a directory of its own with a pack.json")
    };
    let mut places = vec![directory.to_owned()];
    for entry in fs::read_dir(directory).map_err(unreadable)? {
        places.push(entry.map_err(unreadable)?.path());
    }
    places.retain(|place| place.join("pack.json").is_file());
    places.sort();
    if places.is_empty() {
        let message = format!("directory {} holds no pack: there is no */pack.json in it", directory.display());
        return Err(Error::new(Kind::NotFound, message));
    }
    Ok(places)
}

/// One manifest that a `pack.json` names. A path may not lead out of the pack's directory.
fn text(place: &Path, path: &str) -> Result<ManifestText, Error> {
    let relative = path.replace('\\', "/");
    let is_inside = Path::new(&relative).components().all(|it| matches!(it, Component::Normal(_) | Component::CurDir));
    if !is_inside {
        let file = place.join("pack.json");
        return Err(Error::failed(format!("{} names {path:?}, which is not inside its directory", file.display())));
    }
    Ok(ManifestText { name: manifest_name(path), content: inside(place, &relative)? })
}

/// A chart that a `pack.json` names: a file or a directory in the pack's own.
fn chart(place: &Path, path: &str) -> Result<PathBuf, String> {
    let file = place.join(path.replace('\\', "/"));
    let real = |path: &Path| path.canonicalize().map_err(|error| format!("cannot read {}: {error}", path.display()));
    let (root, target) = (real(place)?, real(&file)?);
    if !target.starts_with(&root) {
        return Err(format!("{} leads out of its pack, to {}", file.display(), target.display()));
    }
    if !target.is_file() && !target.is_dir() {
        return Err(format!("{} is neither a file nor a directory", file.display()));
    }
    Ok(target)
}

/// The text of a regular file in a pack's directory. A link may lead anywhere, so what counts is where it ends.
fn inside(place: &Path, relative: &str) -> Result<String, Error> {
    let file = place.join(relative);
    let (Ok(root), Ok(target)) = (place.canonicalize(), file.canonicalize()) else {
        // Reading it fails as well, and says why.
        return read::text(&file);
    };
    let wrong = |what: &str| {
        Error::failed(format!("{} {what}", file.display()))
            .hint("a pack's files are regular files in its own directory")
    };
    if !target.starts_with(&root) {
        return Err(wrong(&format!("leads out of its pack, to {}", target.display())));
    }
    // To open a pipe would wait for its other end.
    if !target.is_file() {
        return Err(wrong("is not a regular file"));
    }
    read::text(&file)
}

/// The name in a `pack.json` that is otherwise not one.
fn name_of(source: &str) -> Option<String> {
    let raw: serde_json::Value = serde_json::from_str(source.trim_start_matches('\u{feff}')).ok()?;
    raw.get("name")?.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn write(directory: &Path, name: &str, text: &str) {
        let file = directory.join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }

    fn pack_json(version: &str, manifest: &str) -> String {
        json!({"name": "hello", "version": version, "kubeManifests": [manifest]}).to_string()
    }

    fn read(directories: &[&Path]) -> Result<Packs, String> {
        let directories: Vec<_> = directories.iter().map(|it| it.to_path_buf()).collect();
        Packs::read(&directories, &["hello".to_owned()].into()).map_err(|error| error.message)
    }

    fn version_of(packs: &Packs, version: &str) -> Option<String> {
        let raw = json!({"name": "hello", "version": version});
        packs.of(&Pack::new(&raw, "p".into())).map(|it| it.texts[0].content.clone())
    }

    #[test]
    fn a_pack_is_found_by_name_and_version() {
        let root = tempfile::tempdir().unwrap();
        for version in ["1.0.0", "v1.1.0"] {
            write(root.path(), &format!("{version}/pack.json"), &pack_json(version, "manifests/a.yaml"));
            write(root.path(), &format!("{version}/manifests/a.yaml"), version);
        }
        let packs = read(&[root.path()]).unwrap();
        assert_eq!(version_of(&packs, "1.0.0").as_deref(), Some("1.0.0"));
        assert_eq!(version_of(&packs, "1.1.0").as_deref(), Some("v1.1.0"));
        assert_eq!(version_of(&packs, "1.2.0"), None);
        assert!(packs.found.iter().all(|it| it.content.values.is_none()));
        write(root.path(), "1.0.0/values.yaml", "a: 1");
        let packs = read(&[root.path()]).unwrap();
        assert_eq!(packs.found.iter().filter_map(|it| it.content.values.as_deref()).collect::<Vec<_>>(), ["a: 1"]);
    }

    #[test]
    fn a_manifest_outside_of_the_pack_is_not_read() {
        for path in ["../secret.yaml", "/etc/hostname", "a/../../secret.yaml", "..\\secret.yaml"] {
            let root = tempfile::tempdir().unwrap();
            write(root.path(), "secret.yaml", "secret");
            write(root.path(), "p/pack.json", &pack_json("1.0.0", path));
            let error = read(&[root.path()]).unwrap_err();
            assert!(error.contains("not inside its directory"), "{path}: {error}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_link_that_leads_out_of_the_pack_is_not_followed() {
        let root = tempfile::tempdir().unwrap();
        write(root.path(), "secret.yaml", "secret");
        write(root.path(), "p/pack.json", &pack_json("1.0.0", "a.yaml"));
        std::os::unix::fs::symlink(root.path().join("secret.yaml"), root.path().join("p/a.yaml")).unwrap();
        let error = read(&[root.path()]).unwrap_err();
        assert!(error.contains("p/a.yaml leads out of its pack"), "{error}");
        write(root.path(), "p/real/b.yaml", "inside");
        fs::remove_file(root.path().join("p/a.yaml")).unwrap();
        std::os::unix::fs::symlink("real/b.yaml", root.path().join("p/a.yaml")).unwrap();
        assert_eq!(version_of(&read(&[root.path()]).unwrap(), "1.0.0").as_deref(), Some("inside"));
        fs::remove_file(root.path().join("p/pack.json")).unwrap();
        std::os::unix::fs::symlink("../secret.yaml", root.path().join("p/pack.json")).unwrap();
        assert!(read(&[root.path()]).unwrap_err().contains("p/pack.json leads out of its pack"));
    }

    #[cfg(unix)]
    #[test]
    fn a_pipe_is_refused_and_not_waited_for() {
        let root = tempfile::tempdir().unwrap();
        write(root.path(), "p/pack.json", &pack_json("1.0.0", "a.yaml"));
        let made = std::process::Command::new("mkfifo").arg(root.path().join("p/a.yaml")).status().unwrap();
        assert!(made.success());
        let error = read(&[root.path()]).unwrap_err();
        assert!(error.contains("p/a.yaml is not a regular file"), "{error}");
    }

    #[test]
    fn an_error_names_the_file() {
        let root = tempfile::tempdir().unwrap();
        assert!(read(&[root.path()]).unwrap_err().contains("holds no pack"));
        write(root.path(), "p/pack.json", &pack_json("1.0.0", "a.yaml"));
        assert!(read(&[root.path()]).unwrap_err().contains("p/a.yaml"));
        write(root.path(), "p/pack.json", "{");
        assert!(read(&[root.path()]).unwrap_err().contains("p/pack.json"));
    }

    #[test]
    fn a_broken_pack_of_another_name_does_not_matter() {
        let root = tempfile::tempdir().unwrap();
        write(root.path(), "p/pack.json", r#"{"name": "other", "kubeManifests": ["missing.yaml"]}"#);
        assert!(read(&[root.path()]).is_ok());
        write(root.path(), "p/pack.json", r#"{"name": "other", "kubeManifests": "missing.yaml"}"#);
        assert!(read(&[root.path()]).is_ok());
        write(root.path(), "p/pack.json", r#"{"name": "hello", "kubeManifests": "missing.yaml"}"#);
        assert!(read(&[root.path()]).unwrap_err().contains("p/pack.json: `kubeManifests`"));
    }

    #[test]
    fn two_different_contents_of_one_pack_are_an_error() {
        let (left, right) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        for (root, text) in [(&left, "a"), (&right, "b")] {
            write(root.path(), "p/pack.json", &pack_json("1.0.0", "a.yaml"));
            write(root.path(), "p/a.yaml", text);
        }
        assert!(read(&[left.path(), left.path()]).is_ok());
        assert!(read(&[left.path(), right.path()]).unwrap_err().contains("they differ"));
    }
}
