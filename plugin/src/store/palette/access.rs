//! How Palette is reached: by flags, the environment that Palette's other tools read, and the configuration file.

use std::{
    env, fmt, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::{cli::Global, configuration::Configuration, error::Error};

/// The host of the API, as Palette's own tools name it.
pub(crate) const HOST: &str = "SPECTROCLOUD_HOST";
/// The key.
pub(crate) const KEY: &str = "SPECTROCLOUD_APIKEY";
/// The project.
pub(crate) const PROJECT: &str = "SPECTROCLOUD_DEFAULT_PROJECT";

/// An API key, which no message may show.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Key(String);

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl Key {
    /// The header that carries it, which the client's own logs leave out.
    pub(super) fn header(&self) -> Result<http::HeaderValue, Error> {
        let mut value = http::HeaderValue::from_str(&self.0)
            .map_err(|_| Error::usage("the API key holds characters that no header can: is it cut off or quoted?"))?;
        value.set_sensitive(true);
        Ok(value)
    }

    /// The text without the key.
    pub(super) fn hidden_in_text(&self, text: &str) -> String {
        text.replace(&self.0, "***")
    }

    /// Hides it in everything that this process prints from here on.
    pub(super) fn hide(&self) {
        crate::output::escape::hide(&self.0);
    }

    /// The error without the key, which a server or a proxy may repeat.
    pub(super) fn hidden_in(&self, error: Error) -> Error {
        let hidden = |text: String| self.hidden_in_text(&text);
        Error { message: hidden(error.message), hints: error.hints.into_iter().map(hidden).collect(), ..error }
    }

    fn of(text: &str, place: &str) -> Result<Self, Error> {
        let text = text.trim();
        if text.is_empty() {
            return Err(Error::usage(format!("the API key of {place} is empty")).hint(HOW));
        }
        Ok(Self(text.to_owned()))
    }
}

/// How a key is given.
const HOW: &str = "create one in Palette under User Menu > My API Keys, and set SPECTROCLOUD_APIKEY, or apiKeyFile or apiKeyCommand in the \
     configuration file";

/// Where Palette is and who asks.
#[derive(Clone, Debug)]
pub(super) struct Access {
    /// `HOST[:PORT]`.
    pub(super) host: String,
    pub(super) key: Key,
    /// By name or uid.
    pub(super) project: String,
    /// A file of certificates to trust beside those of the system.
    pub(super) certificate_authority: Option<PathBuf>,
}

/// Whether anything says where Palette is.
pub(crate) fn is_configured(global: &Global, configuration: &Configuration) -> bool {
    host(global, configuration).is_some()
}

/// The host that is meant, as it was given.
fn host(global: &Global, configuration: &Configuration) -> Option<String> {
    global.palette_host.clone().or_else(|| variable(HOST)).or_else(|| configuration.palette.host.clone())
}

/// The host that is meant, for words; what cannot be read of it is met when it is used.
pub(crate) fn shown_host(global: &Global, configuration: &Configuration) -> String {
    let given = host(global, configuration).unwrap_or_default();
    authority(&given).unwrap_or_else(|_| "a host that cannot be read".into())
}

impl Access {
    /// Reads all of it.
    ///
    /// # Errors
    /// When something is missing or cannot be read; no error shows the key.
    pub(super) fn of(global: &Global, configuration: &Configuration) -> Result<Self, Error> {
        let Some(host) = host(global, configuration) else {
            return Err(Error::usage("where Palette is is not known")
                .hint(format!("name its host by --palette-host or {HOST}, such as api.spectrocloud.com")));
        };
        let host = authority(&host)?;
        let section = &configuration.palette;
        let project = global.project.clone().or_else(|| variable(PROJECT)).or_else(|| section.project.clone());
        let project = project.filter(|it| !it.trim().is_empty()).ok_or_else(|| {
            Error::usage(format!("which project of Palette at {host} is meant is not known"))
                .hint(format!("name it by --project or {PROJECT}, by its name or its uid"))
        })?;
        let authority = global.palette_ca.clone();
        let of_file = || section.certificate_authority.as_deref().map(|path| configuration.resolved(path));
        Ok(Self { host, key: key(configuration)?, project, certificate_authority: authority.or_else(of_file) })
    }
}

fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|it| !it.trim().is_empty())
}

/// `HOST[:PORT]` of what may be written as an address.
fn authority(text: &str) -> Result<String, Error> {
    let wrong =
        |why: &str| Error::usage(format!("{text:?} is no host of Palette: {why}")).hint("write HOST or HOST:PORT");
    let rest = text.trim().to_ascii_lowercase();
    let rest = rest.as_str();
    if rest.starts_with("http://") {
        return Err(wrong("the key is sent over https only"));
    }
    let rest = rest.strip_prefix("https://").unwrap_or(rest).trim_end_matches('/');
    let uri: http::Uri = format!("https://{rest}").parse().map_err(|_| wrong("it cannot be read"))?;
    let authority = uri.authority().ok_or_else(|| wrong("it cannot be read"))?.as_str();
    if uri.path() != "/" && !uri.path().is_empty() || uri.query().is_some() {
        return Err(wrong("nothing may follow the host"));
    }
    if authority.contains('@') {
        // What stands before it may be a secret, so it is not repeated.
        return Err(Error::usage("a host of Palette holds no user and no password").hint("write HOST or HOST:PORT"));
    }
    // One host has one spelling, as records lie under it.
    let authority = authority.strip_suffix(":443").unwrap_or(authority);
    Ok(authority.strip_suffix('.').unwrap_or(authority).to_owned())
}

/// The key: of the environment, else as the configuration file says.
fn key(configuration: &Configuration) -> Result<Key, Error> {
    if let Some(text) = variable(KEY) {
        return Key::of(&text, KEY);
    }
    let section = &configuration.palette;
    let place = configuration.path.display();
    let ways = [section.api_key.is_some(), section.api_key_file.is_some(), !section.api_key_command.is_empty()];
    if ways.iter().filter(|it| **it).count() > 1 {
        return Err(Error::usage(format!("{place}: apiKey, apiKeyFile and apiKeyCommand are one or the other")));
    }
    if let Some(text) = &section.api_key {
        return Key::of(text, &format!("{place}, palette.apiKey"));
    }
    if let Some(path) = &section.api_key_file {
        return of_file(&configuration.resolved(path));
    }
    match section.api_key_command.split_first() {
        Some((program, arguments)) => of_command(program, arguments),
        None => Err(Error::usage("no API key of Palette is given").hint(HOW)),
    }
}

fn of_file(path: &Path) -> Result<Key, Error> {
    if crate::configuration::is_open_to_others(path) {
        return Err(Error::usage(format!("{} holds an API key, and others may read it", path.display()))
            .hint(format!("`chmod 600 {}`", path.display())));
    }
    let text = fs::read_to_string(path)
        .map_err(|error| Error::usage(format!("cannot read the API key in {}: {error}", path.display())))?;
    Key::of(&text, &path.display().to_string())
}

/// Runs a program that prints the key. What it says on stderr goes to the terminal, as it may ask for a password there.
fn of_command(program: &str, arguments: &[String]) -> Result<Key, Error> {
    let failed = |why: String| {
        Error::failed(format!("the command for the API key, {program}, {why}"))
            .hint("it stands as apiKeyCommand in the configuration file; run it by hand to see what it says")
    };
    let ended = Command::new(program).args(arguments).stderr(Stdio::inherit()).stdin(Stdio::inherit()).output();
    let ended = ended.map_err(|error| failed(format!("cannot be run: {error}")))?;
    if !ended.status.success() {
        return Err(failed(format!("failed: {}", ended.status)));
    }
    let text = String::from_utf8(ended.stdout).map_err(|_| failed("printed what is no text".into()))?;
    Key::of(&text, &format!("the command {program}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_read_with_and_without_its_scheme() {
        for text in ["api.example.com", "https://api.example.com", "https://api.example.com/", " api.example.com "] {
            assert_eq!(authority(text).unwrap(), "api.example.com", "{text}");
        }
        assert_eq!(authority("https://127.0.0.1:8443").unwrap(), "127.0.0.1:8443");
        for text in ["API.Example.com:443", "HTTPS://api.example.com.", "api.example.com.:443"] {
            assert_eq!(authority(text).unwrap(), "api.example.com", "{text}");
        }
    }

    #[test]
    fn rejects_what_is_no_host() {
        for text in ["http://api.example.com", "HTTP://api.example.com", "api.example.com/v1", "", "a b", "https://"] {
            assert_eq!(authority(text).unwrap_err().kind.exit_code(), 2, "{text}");
        }
        let error = authority("user:hunter2@api.example.com").unwrap_err();
        assert!(!error.message.contains("hunter2"), "{error}");
    }

    #[test]
    fn a_key_is_never_written_out() {
        assert_eq!(format!("{:?}", Key("sesame".into())), "***");
        let error = Key("sesame".into()).hidden_in(Error::failed("no: sesame").hint("sesame"));
        assert_eq!((error.message.as_str(), error.hints[0].as_str()), ("no: ***", "***"));
        assert!(format!("{:?}", Key("sesame".into()).header().unwrap()).contains("Sensitive"));
    }
}
