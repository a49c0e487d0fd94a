//! The configuration file: which store is meant where no flag says so, and how Palette is reached.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use serde::Deserialize;

use crate::{cli::StoreName, error::Error};

/// Names another file than the user's own.
const VARIABLE: &str = "KUBECTL_PROFILE_CONFIG";

/// What the file says; nothing where there is none.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct Configuration {
    /// The store of every command that names none.
    #[serde(default)]
    pub(crate) store: Option<StoreName>,
    /// How Palette is reached.
    #[serde(default)]
    pub(crate) palette: PaletteSection,
    /// Where it stands, for errors.
    #[serde(skip)]
    pub(crate) path: PathBuf,
}

/// How Palette is reached: what the environment leaves open.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct PaletteSection {
    /// `HOST[:PORT]` of its API.
    #[serde(default)]
    pub(crate) host: Option<String>,
    /// The project, by name or uid.
    #[serde(default)]
    pub(crate) project: Option<String>,
    /// The key itself.
    #[serde(default)]
    pub(crate) api_key: Option<String>,
    /// A file that holds the key.
    #[serde(default)]
    pub(crate) api_key_file: Option<PathBuf>,
    /// A program and its arguments that print the key.
    #[serde(default)]
    pub(crate) api_key_command: Vec<String>,
    /// A file of certificates to trust beside those of the system.
    #[serde(default)]
    pub(crate) certificate_authority: Option<PathBuf>,
}

impl std::fmt::Debug for PaletteSection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { host, project, .. } = self;
        f.debug_struct("PaletteSection").field("host", host).field("project", project).finish_non_exhaustive()
    }
}

impl Configuration {
    /// Reads the file that the environment names, else the user's own where there is one.
    ///
    /// # Errors
    /// When it cannot be read, holds what is not known, or holds a key that others on this machine may read. No error repeats
    /// what stands in it.
    pub(crate) fn read() -> Result<Self, Error> {
        let named = env::var_os(VARIABLE).filter(|it| !it.is_empty()).map(PathBuf::from);
        let is_named = named.is_some();
        let Some(path) = named.or_else(|| Some(folder("XDG_CONFIG_HOME", ".config")?.join("config.yaml"))) else {
            return Ok(Self::default());
        };
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && !is_named => return Ok(Self::default()),
            Err(error) => return Err(Error::usage(format!("cannot read {}: {error}", path.display()))),
        };
        let read: Self = serde_saphyr::from_str(&text).map_err(|error| {
            let place = error.location().map(|it| format!(", line {}", it.line())).unwrap_or_default();
            // The library's own words may hold the line, and the line the key.
            Error::usage(format!("{}{place} is no configuration of this program", path.display())).hint(
                "it may hold `store: kubernetes`, files or palette, and under `palette` the texts host, project, apiKey, apiKeyFile and \
                 certificateAuthority, and the list apiKeyCommand",
            )
        })?;
        if read.palette.api_key.is_some() && is_open_to_others(&path) {
            return Err(Error::usage(format!("{} holds an API key, and others may read it", path.display()))
                .hint(format!("`chmod 600 {}`", path.display())));
        }
        Ok(Self { path, ..read })
    }

    /// A path in the file, which may be relative to it or start with `~/`.
    pub(crate) fn resolved(&self, path: &Path) -> PathBuf {
        if let (Ok(rest), Some(home)) = (path.strip_prefix("~"), home()) {
            return home.join(rest);
        }
        self.path.parent().map_or_else(|| path.to_owned(), |folder| folder.join(path))
    }
}

/// A folder of this program: under the one that `variable` names, else under `default` in the user's home.
pub(crate) fn folder(variable: &str, default: &str) -> Option<PathBuf> {
    let named = env::var_os(variable).map(PathBuf::from).filter(|it| it.is_absolute());
    Some(named.or_else(|| Some(home()?.join(default)))?.join("kubectl-profile"))
}

fn home() -> Option<PathBuf> {
    env::home_dir().filter(|it| !it.as_os_str().is_empty())
}

/// Whether anybody but the owner may read a file; never where that cannot be told.
#[cfg(unix)]
pub(crate) fn is_open_to_others(path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    fs::metadata(path).is_ok_and(|it| it.mode() & 0o077 != 0)
}

/// Whether anybody but the owner may read a file; never where that cannot be told.
#[cfg(not(unix))]
pub(crate) fn is_open_to_others(_path: &Path) -> bool {
    false
}
