//! What a pack's own directory says: its `pack.json`, and the manifests beside it.

use std::borrow::Cow;

use serde_json::Value;

use crate::{field, pack::Pack};

/// The fields of a `pack.json` that matter here. Whatever is missing is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PackManifest {
    /// The pack's name.
    pub name: String,
    /// The pack's version.
    pub version: String,
    /// The pack's layer, such as `addon`.
    pub layer: String,
    /// The manifests that the pack applies, as paths such as `manifests/hello-universe.yaml`.
    pub kube_manifests: Vec<String>,
    /// The charts that the pack installs, as paths.
    pub charts: Vec<String>,
}

/// One manifest's text under the name by which values address it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManifestText {
    /// The manifest's name: the stem of its file's name.
    pub name: String,
    /// The text, a template or plain YAML.
    pub content: String,
}

/// Everything that a pack directory holds of one pack version.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PackContent {
    /// What `pack.json` says.
    pub manifest: PackManifest,
    /// The text of its `values.yaml`: what a pack starts from that is added to a profile. Presets that are enabled there
    /// are part of it, as they are part of a profile's values.
    pub values: Option<String>,
    /// The texts that could be read.
    pub texts: Vec<ManifestText>,
}

/// The values that count for a pack, and whether they are only those of its directory, because its document holds none.
pub(super) fn values<'p>(pack: &Pack<'p>, content: Option<&'p PackContent>) -> (Cow<'p, str>, bool) {
    let own = pack.values();
    match content.and_then(|content| content.values.as_deref()).filter(|_| own.is_empty()) {
        Some(values) => (Cow::Borrowed(values), true),
        None => (own, false),
    }
}

impl PackManifest {
    /// Reads the bytes of a `pack.json`.
    ///
    /// # Errors
    /// When they are not JSON, or no object, or when manifests or charts are anything but lists of paths: whoever cannot read
    /// them cannot say that there are none. Missing fields are fine, and null is none.
    pub fn parse(bytes: &[u8]) -> Result<Self, String> {
        let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
        let raw: Value = serde_json::from_slice(bytes).map_err(|error| format!("pack.json is not JSON: {error}"))?;
        if !raw.is_object() {
            return Err("pack.json holds no JSON object".to_owned());
        }
        let word = |name| field::text(&raw, &[name]).unwrap_or_default().into_owned();
        Ok(Self {
            name: word("name"),
            version: word("version"),
            layer: word("layer"),
            kube_manifests: paths(&raw, "kubeManifests")?,
            charts: paths(&raw, "charts")?,
        })
    }

    /// The names of the manifests, by which values address them.
    pub fn manifest_names(&self) -> Vec<String> {
        self.kube_manifests.iter().map(|path| manifest_name(path)).collect()
    }
}

/// The paths in a list, without those that are empty.
fn paths(raw: &Value, name: &str) -> Result<Vec<String>, String> {
    let no_list = |found: &Value| format!("`{name}` of pack.json is {found}, and not a list of paths");
    let items = match raw.get(name) {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Array(items)) => items,
        Some(other) => return Err(no_list(other)),
    };
    let mut paths = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let path = item.as_str().ok_or_else(|| format!("`{name}[{index}]` of pack.json is {item}, and not a path"))?;
        paths.extend(Some(path.to_owned()).filter(|path| !path.is_empty()));
    }
    Ok(paths)
}

/// The name of the manifest at `path`: the stem of its file's name, with either kind of slash.
pub fn manifest_name(path: &str) -> String {
    let file = path.rsplit(['/', '\\']).next().unwrap_or(path);
    let stem = [".yaml", ".yml", ".json"].iter().find_map(|ending| file.strip_suffix(ending));
    stem.unwrap_or(file).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pack_json_is_read_as_far_as_it_goes() {
        let full = br#"{"name": "hello", "version": "1.3.0", "layer": "addon", "kubeManifests": ["manifests/hello.yaml", ""], "charts": [], "logo": 7}"#;
        let manifest = PackManifest::parse(full).unwrap();
        assert_eq!(
            (manifest.name.as_str(), manifest.version.as_str(), manifest.layer.as_str()),
            ("hello", "1.3.0", "addon")
        );
        assert_eq!(manifest.manifest_names(), ["hello"]);
        for sparse in ["{}", r#"{"charts": null, "kubeManifests": null}"#, "\u{feff}{}"] {
            assert_eq!(PackManifest::parse(sparse.as_bytes()), Ok(PackManifest::default()), "{sparse}");
        }
    }

    #[test]
    fn what_is_no_list_of_paths_does_not_read_as_none() {
        for field in ["kubeManifests", "charts"] {
            for value in [r#""manifests/m.yaml""#, "5", "true", "{}", "[5]", "[null]", r#"["a.yaml", {}]"#] {
                let text = format!(r#"{{"name": "p", "{field}": {value}}}"#);
                let error = PackManifest::parse(text.as_bytes()).expect_err(&text);
                assert!(error.starts_with(&format!("`{field}")), "{error}");
            }
        }
    }

    #[test]
    fn what_is_no_object_is_refused() {
        for bytes in ["", "[]", "not json", "null"] {
            assert!(PackManifest::parse(bytes.as_bytes()).is_err(), "{bytes}");
        }
    }

    #[test]
    fn a_manifest_is_named_by_the_stem_of_its_file() {
        for (path, name) in [
            ("manifests/a.yaml", "a"),
            ("a.b.yml", "a.b"),
            (r"manifests\a.yaml", "a"),
            ("./x/crds.json", "crds"),
            ("plain", "plain"),
        ] {
            assert_eq!(manifest_name(path), name);
        }
    }
}
