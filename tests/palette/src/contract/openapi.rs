//! Finds and reads the API description, which is no part of this project.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

use serde_json::Value;

/// Says where the file is, if it is not beside the project.
const VARIABLE: &str = "PALETTE_OPENAPI";

/// Where the API description should be.
pub fn file() -> PathBuf {
    let beside = || {
        let project = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2);
        project.and_then(Path::parent).unwrap_or(Path::new("/")).join("shared/palette/openapi.json")
    };
    env::var_os(VARIABLE).map_or_else(beside, PathBuf::from)
}

/// Reads the API description; none where the file is not there.
pub(super) fn read() -> io::Result<Option<Value>> {
    let path = file();
    let bytes = match fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(io::Error::new(error.kind(), format!("read {}: {error}", path.display()))),
    };
    let problem = |error: serde_json::Error| io::Error::other(format!("{} is no JSON: {error}", path.display()));
    serde_json::from_slice(&bytes).map(Some).map_err(problem)
}

/// The parameters of an operation: its own and those of its path.
pub(super) fn parameters<'a>(path: &'a Value, operation: &'a Value) -> Vec<&'a Value> {
    let list = |of: &'a Value| of["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
    let own = list(operation);
    let is_own = |parameter: &Value| {
        own.iter().any(|other| other["name"] == parameter["name"] && other["in"] == parameter["in"])
    };
    own.iter().chain(list(path).iter().filter(|parameter| !is_own(parameter))).collect()
}
