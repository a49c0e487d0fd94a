//! Reads the records that Helm keeps of its releases, within fixed bounds.
//!
//! A record is JSON, compressed by gzip, as Base64, in a Secret or a ConfigMap (helm: pkg/storage/driver/util.go). It holds
//! the manifest as it was applied, and the whole chart, of which only the CRDs matter here.

use std::io::Read;

use base64::{Engine, engine::general_purpose::STANDARD};
use flate2::read::GzDecoder;
use serde::Deserialize;
use serde_json::Value;

use super::Release;

/// The most bytes of a record as it is stored: more than a Secret or a ConfigMap can hold.
const MAX_STORED: usize = 2 * 1024 * 1024;
/// The most bytes of a record once it is decompressed; the largest charts that are known come to some 10 MiB.
const MAX_DECOMPRESSED: u64 = 32 * 1024 * 1024;
/// What compressed records start with. Helm stored others as they are, a long time ago.
const GZIP: [u8; 3] = [0x1f, 0x8b, 0x08];

/// One revision of a release, as Helm recorded it.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// The release, with its revision.
    pub release: Release,
    /// The status, such as `deployed` or `superseded`.
    pub status: String,
    /// The chart's name.
    pub chart: String,
    /// The chart's version.
    pub chart_version: String,
    /// The values that were given to the chart, without its own defaults.
    pub config: Value,
    /// The texts of objects: the manifest, each hook, and the CRDs of the chart itself.
    pub(super) texts: Vec<String>,
}

/// Why a record cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// There is nothing where the record should be.
    #[error("it holds no `release`")]
    Missing,
    /// It is larger than any that Helm writes.
    #[error("it has more than {0} bytes")]
    TooLarge(u64),
    /// It is not Base64.
    #[error("it is not Base64, so it was cut off or changed: {0}")]
    Base64(String),
    /// It does not decompress.
    #[error("it does not decompress, so it was cut off or changed: {0}")]
    Compression(String),
    /// It is not the JSON of a release.
    #[error("it does not describe a release: {0}")]
    Json(String),
}

#[derive(Deserialize)]
struct Raw {
    name: String,
    #[serde(default)]
    namespace: String,
    version: u64,
    #[serde(default)]
    info: Info,
    chart: Chart,
    config: Option<Value>,
    manifest: Option<String>,
    hooks: Option<Vec<Hook>>,
}

#[derive(Default, Deserialize)]
struct Info {
    #[serde(default)]
    status: String,
}

#[derive(Deserialize)]
struct Chart {
    metadata: Metadata,
    files: Option<Vec<File>>,
}

#[derive(Deserialize)]
struct Metadata {
    name: String,
    version: String,
}

#[derive(Deserialize)]
struct File {
    name: String,
    data: Option<String>,
}

#[derive(Deserialize)]
struct Hook {
    manifest: Option<String>,
}

impl Record {
    /// Reads what a Secret or a ConfigMap of Helm holds under `release`, decoded once where a Secret encodes it.
    ///
    /// # Errors
    /// When the text is cut off, changed, too large, or no record of a release.
    pub fn decode(stored: &[u8]) -> Result<Self, RecordError> {
        if stored.is_empty() {
            return Err(RecordError::Missing);
        }
        if stored.len() > MAX_STORED {
            return Err(RecordError::TooLarge(MAX_STORED as u64));
        }
        let bytes = STANDARD.decode(stored.trim_ascii()).map_err(|error| RecordError::Base64(error.to_string()))?;
        let json = if bytes.starts_with(&GZIP) { decompress(&bytes)? } else { bytes };
        let raw: Raw = serde_json::from_slice(&json).map_err(|error| RecordError::Json(error.to_string()))?;
        Self::of(raw)
    }

    fn of(raw: Raw) -> Result<Self, RecordError> {
        let hooks = raw.hooks.into_iter().flatten().filter_map(|hook| hook.manifest);
        let mut texts: Vec<String> = raw.manifest.into_iter().chain(hooks).collect();
        for File { name, data } in raw.chart.files.into_iter().flatten().filter(is_crd) {
            let unreadable = |reason: String| RecordError::Json(format!("file {name:?} of its chart: {reason}"));
            let bytes = STANDARD.decode(data.unwrap_or_default()).map_err(|error| unreadable(error.to_string()))?;
            texts.push(String::from_utf8(bytes).map_err(|error| unreadable(error.to_string()))?);
        }
        let Metadata { name: chart, version: chart_version } = raw.chart.metadata;
        let release = Release { namespace: raw.namespace, name: raw.name, revision: Some(raw.version) };
        let config = raw.config.unwrap_or_default();
        Ok(Self { release, status: raw.info.status, chart, chart_version, config, texts })
    }
}

/// Whether Helm takes the file for CRDs (helm: pkg/chart/chart.go).
fn is_crd(file: &File) -> bool {
    let name = file.name.to_ascii_lowercase();
    file.name.starts_with("crds/") && [".yaml", ".yml", ".json"].iter().any(|ending| name.ends_with(ending))
}

fn decompress(bytes: &[u8]) -> Result<Vec<u8>, RecordError> {
    let mut json = Vec::new();
    let read = GzDecoder::new(bytes).take(MAX_DECOMPRESSED + 1).read_to_end(&mut json);
    read.map_err(|error| RecordError::Compression(error.to_string()))?;
    if json.len() as u64 > MAX_DECOMPRESSED {
        return Err(RecordError::TooLarge(MAX_DECOMPRESSED));
    }
    Ok(json)
}

#[cfg(test)]
pub(super) mod tests {
    use std::io::Write;

    use flate2::{Compression, write::GzEncoder};
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn compressed(json: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(json).unwrap();
        encoder.finish().unwrap()
    }

    /// What Helm stores for a document.
    pub(in crate::render) fn stored(document: &Value) -> Vec<u8> {
        STANDARD.encode(compressed(document.to_string().as_bytes())).into_bytes()
    }

    /// A record of chart `web` 1.2.0.
    pub(in crate::render) fn document() -> Value {
        json!({
            "name": "shop-web", "namespace": "shop", "version": 3, "info": {"status": "deployed"},
            "chart": {
                "metadata": {"name": "web", "version": "1.2.0", "apiVersion": "v2"},
                "templates": [{"name": "templates/a.yaml", "data": "e3s="}],
                "files": [{"name": "crds/a.yaml", "data": STANDARD.encode("kind: A")}, {"name": "README.md", "data": "%"}],
            },
            "config": {"replicas": 2}, "manifest": "kind: B", "hooks": [{"name": "h", "manifest": "kind: C"}],
        })
    }

    #[test]
    fn a_record_holds_manifest_hooks_and_crds() {
        let record = Record::decode(&stored(&document())).unwrap();
        assert_eq!(record.release.to_string(), "Helm release shop-web in namespace shop, revision 3");
        assert_eq!((record.chart.as_str(), record.chart_version.as_str()), ("web", "1.2.0"));
        assert_eq!(record.status, "deployed");
        assert_eq!(record.config, json!({"replicas": 2}));
        assert_eq!(record.texts, ["kind: B", "kind: C", "kind: A"]);
    }

    #[test]
    fn what_helm_leaves_out_is_empty() {
        let sparse =
            json!({"name": "a", "version": 1, "chart": {"metadata": {"name": "a", "version": "1"}, "files": null}});
        let record = Record::decode(&stored(&sparse)).unwrap();
        assert_eq!((record.config, record.texts), (Value::Null, Vec::new()));
        let plain = STANDARD.encode(sparse.to_string());
        assert!(Record::decode(plain.as_bytes()).is_ok());
    }

    #[test]
    fn a_record_that_is_cut_off_says_so_wherever_it_is_cut() {
        let whole = stored(&document());
        for length in 0..whole.len() {
            let error = Record::decode(&whole[..length]).expect_err(&length.to_string()).to_string();
            assert!(!error.ends_with('.') && !error.contains('\n'), "{error}");
        }
        let error = Record::decode(&whole[..whole.len() / 8 * 4]).unwrap_err();
        assert!(matches!(error, RecordError::Compression(_)), "{error}");
    }

    #[test]
    fn a_record_that_explodes_is_refused() {
        let bomb = STANDARD.encode(compressed(&vec![b' '; MAX_DECOMPRESSED as usize + 1]));
        assert!(bomb.len() < MAX_STORED);
        assert_eq!(Record::decode(bomb.as_bytes()), Err(RecordError::TooLarge(MAX_DECOMPRESSED)));
        assert_eq!(Record::decode(&vec![b'A'; MAX_STORED + 1]), Err(RecordError::TooLarge(MAX_STORED as u64)));
        let deep = STANDARD.encode(compressed(format!("{{\"config\": {}", "[".repeat(100_000)).as_bytes()));
        assert!(matches!(Record::decode(deep.as_bytes()), Err(RecordError::Json(_))));
    }

    #[test]
    fn what_is_no_release_names_what_is_missing() {
        for (document, missing) in [
            (json!({}), "name"),
            (json!({"name": "a", "version": 1}), "chart"),
            (json!({"name": "a", "version": "1", "chart": {}}), "u64"),
            (json!([]), "release"),
        ] {
            let error = Record::decode(&stored(&document)).unwrap_err().to_string();
            assert!(error.contains(missing), "{document}: {error}");
        }
        let mut broken = document();
        broken["chart"]["files"][0]["data"] = json!("%");
        assert!(Record::decode(&stored(&broken)).unwrap_err().to_string().contains("crds/a.yaml"));
    }

    proptest! {
        #[test]
        fn no_bytes_break_the_reader(bytes: Vec<u8>) {
            let _ = Record::decode(&bytes);
            let _ = Record::decode(STANDARD.encode(&bytes).as_bytes());
            let _ = Record::decode(STANDARD.encode(compressed(&bytes)).as_bytes());
        }

        #[test]
        fn no_change_of_a_record_breaks_the_reader(at: prop::sample::Index, byte: u8) {
            let mut bytes = compressed(document().to_string().as_bytes());
            let at = at.index(bytes.len());
            bytes[at] = byte;
            let _ = Record::decode(STANDARD.encode(&bytes).as_bytes());
        }
    }
}
