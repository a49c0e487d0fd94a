//! Who asks: the `Authorization` of each request, read or asked for anew when it is old.

use std::{
    fs,
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use http::HeaderValue;
use jiff::Timestamp;
use kube::config::AuthInfo;
use secrecy::{ExposeSecret as _, SecretString};

use super::exec::{Issued, Plugin};
use crate::{error::Error, output::escape};

/// How long the text of a token file is taken for what stands in it. Whoever writes it writes the next one well before the
/// last one ends.
const FRESH: Duration = Duration::from_secs(50);

/// Where a credential comes from, and what it was last.
pub(super) enum Credential {
    /// Nothing, or what TLS shows.
    None,
    /// The same for each request.
    Fixed(HeaderValue),
    /// The text of a file.
    File { path: PathBuf, token: Option<HeaderValue>, read: Option<Instant> },
    /// What a plugin says.
    Plugin { plugin: Arc<Plugin>, issued: Option<Issued> },
}

impl Credential {
    /// The credential of a user: a token or its file, else a name with a password, else a plugin.
    pub(super) fn of(user: &AuthInfo, plugin: Option<Plugin>) -> Result<Self, Error> {
        let token = user.token.as_ref().filter(|it| !it.expose_secret().is_empty());
        if let Some(path) = user.token_file.as_deref().filter(|it| !it.is_empty()) {
            // What stands in the file is newer than what stands beside it.
            let token = token.map(bearer).transpose()?;
            return Ok(Self::File { path: path.into(), token, read: None });
        }
        if let Some(token) = token {
            return Ok(Self::Fixed(bearer(token)?));
        }
        if user.username.is_some() || user.password.is_some() {
            let password = user.password.as_ref().map(|it| it.expose_secret()).unwrap_or_default();
            let pair = format!("{}:{password}", user.username.as_deref().unwrap_or_default());
            return Ok(Self::Fixed(header(format!("Basic {}", BASE64_STANDARD.encode(pair)))?));
        }
        Ok(plugin.map_or(Self::None, |plugin| Self::Plugin { plugin: Arc::new(plugin), issued: None }))
    }

    /// What a request is sent with, and the certificate that a plugin gave.
    pub(super) async fn current(&mut self) -> Result<(Option<HeaderValue>, Option<(String, SecretString)>), Error> {
        match self {
            Self::None => Ok((None, None)),
            Self::Fixed(header) => Ok((Some(header.clone()), None)),
            Self::File { path, token, read } => {
                if read.is_none_or(|it| it.elapsed() >= FRESH) {
                    match (of_file(path), &token) {
                        (Ok(new), _) => *token = Some(new),
                        // Some take the file away once it was read.
                        (Err(_), Some(_)) => {}
                        (Err(error), None) => return Err(error),
                    }
                    *read = Some(Instant::now());
                }
                Ok((token.clone(), None))
            }
            Self::Plugin { plugin, issued } => {
                let is_old = |it: &Issued| it.expires.is_some_and(|it| it <= Timestamp::now());
                let current = match issued.take().filter(|it| !is_old(it)) {
                    Some(current) => current,
                    None => {
                        let plugin = Arc::clone(plugin);
                        // It may take long, and may ask its user.
                        let ran = tokio::task::spawn_blocking(move || plugin.run()).await;
                        ran.map_err(|error| Error::failed(format!("cannot run the exec plugin: {error}")))??
                    }
                };
                let header = current.token.as_ref().map(bearer).transpose()?;
                let identity = current.identity.clone();
                *issued = Some(current);
                Ok((header, identity))
            }
        }
    }

    /// Forgets what a plugin or a file said: the API server does not take it.
    pub(super) fn refused(&mut self) {
        match self {
            Self::Plugin { issued, .. } => *issued = None,
            Self::File { read, .. } => *read = None,
            Self::None | Self::Fixed(_) => {}
        }
    }
}

fn of_file(path: &std::path::Path) -> Result<HeaderValue, Error> {
    let text = fs::read_to_string(path)
        .map_err(|error| Error::failed(format!("cannot read the token in {}: {error}", path.display())))?;
    let token = text.trim();
    if token.is_empty() {
        return Err(Error::failed(format!("{} holds no token", path.display())));
    }
    bearer(&SecretString::from(token))
}

fn bearer(token: &SecretString) -> Result<HeaderValue, Error> {
    // A server may repeat it in what it says.
    escape::hide(token.expose_secret());
    header(format!("Bearer {}", token.expose_secret()))
}

fn header(text: String) -> Result<HeaderValue, Error> {
    let mut value = HeaderValue::try_from(text)
        .map_err(|_| Error::failed("the token or the password holds a character that no header may hold"))?;
    value.set_sensitive(true);
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(user: &str) -> Credential {
        Credential::of(&serde_saphyr::from_str(user).unwrap(), None).unwrap()
    }

    async fn said(credential: &mut Credential) -> String {
        let (header, _) = credential.current().await.unwrap();
        header.map_or("nothing".into(), |it| it.to_str().unwrap().to_owned())
    }

    #[tokio::test]
    async fn a_user_is_a_token_or_a_name_with_a_password() {
        for (user, expected) in [
            ("{token: t}", "Bearer t"),
            ("{username: jane, password: sesame}", "Basic amFuZTpzZXNhbWU="),
            ("{username: jane}", "Basic amFuZTo="),
            ("{token: ''}", "nothing"),
            ("{}", "nothing"),
        ] {
            assert_eq!(said(&mut of(user)).await, expected, "{user}");
        }
        assert!(Credential::of(&serde_saphyr::from_str("{token: \"a\\nb\"}").unwrap(), None).is_err());
    }

    #[tokio::test]
    async fn a_token_file_is_read_again_and_its_line_break_is_no_part_of_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        fs::write(&path, "one\n").unwrap();
        let mut credential = of(&format!("{{token: other, tokenFile: {}}}", path.display()));
        assert_eq!(said(&mut credential).await, "Bearer one");
        fs::write(&path, "two").unwrap();
        assert_eq!(said(&mut credential).await, "Bearer one");
        credential.refused();
        assert_eq!(said(&mut credential).await, "Bearer two");
        fs::remove_file(&path).unwrap();
        credential.refused();
        assert_eq!(said(&mut credential).await, "Bearer two");
        assert!(of(&format!("{{tokenFile: {}}}", path.display())).current().await.is_err());
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_plugin_is_asked_again_when_what_it_said_is_old_or_refused() {
        // Each run adds a letter to the file; the token is what stands in it. The second one ends far in the future.
        let folder = tempfile::tempdir().unwrap();
        let count = folder.path().join("count");
        let script = format!(
            "printf x >> {0}; token=$(cat {0}); year=2001; [ $token = x ] || year=2999; \
             echo '{{\"apiVersion\": \"client.authentication.k8s.io/v1\", \"status\": {{\"token\": \"'$token'\", \
             \"expirationTimestamp\": \"'$year'-01-01T00:00:00Z\"}}}}'",
            count.display()
        );
        let config = serde_json::json!({
            "apiVersion": "client.authentication.k8s.io/v1", "command": "sh", "args": ["-c", script],
            "interactiveMode": "Never",
        });
        let plugin = Plugin::new(serde_json::from_value(config).unwrap(), None).unwrap();
        let mut credential = Credential::of(&AuthInfo::default(), Some(plugin)).unwrap();
        assert_eq!(said(&mut credential).await, "Bearer x");
        assert_eq!(said(&mut credential).await, "Bearer xx");
        assert_eq!(said(&mut credential).await, "Bearer xx");
        credential.refused();
        assert_eq!(said(&mut credential).await, "Bearer xxx");
    }
}
