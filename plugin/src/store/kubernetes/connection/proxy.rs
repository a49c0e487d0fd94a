//! The proxy that leads to an API server: the flag, else the kubeconfig's, else the environment's.

use std::{env, fmt};

use http::Uri;

use super::no_proxy::NoProxy;
use crate::error::Error;

/// A proxy. Its address may hold a password, so that it is shown without.
#[derive(Clone, PartialEq)]
pub(super) struct Proxy {
    pub(super) url: Uri,
    /// Who named it.
    source: &'static str,
}

impl fmt::Display for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = self.url.host().unwrap_or_default();
        let port = self.url.port().map(|it| format!(":{it}")).unwrap_or_default();
        write!(f, "{}://{host}{port} of {}", self.url.scheme_str().unwrap_or("http"), self.source)
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Proxy({self})")
    }
}

/// The proxy for `server`. `flag` and `kubeconfig` win over the environment and over NO_PROXY, as they name this server's.
pub(super) fn of(server: &Uri, flag: Option<&str>, kubeconfig: Option<&str>) -> Result<Option<Proxy>, Error> {
    choose(server, flag, kubeconfig, |name| env::var(name).ok())
}

fn choose(
    server: &Uri,
    flag: Option<&str>,
    kubeconfig: Option<&str>,
    environment: impl Fn(&str) -> Option<String>,
) -> Result<Option<Proxy>, Error> {
    let named = [(flag, "--proxy-url"), (kubeconfig, "the kubeconfig's proxy-url")];
    if let Some((url, source)) =
        named.into_iter().find_map(|(url, source)| Some((url.filter(|it| !it.is_empty())?, source)))
    {
        if !url.contains("://") {
            return Err(unusable(source, "it has no scheme"));
        }
        return proxy(url, source).map(Some);
    }
    let variable = |names: [&'static str; 2]| {
        names.into_iter().find_map(|name| Some((environment(name).filter(|it| !it.is_empty())?, name)))
    };
    let is_https = server.scheme_str() == Some("https");
    let names = if is_https { ["HTTPS_PROXY", "https_proxy"] } else { ["HTTP_PROXY", "http_proxy"] };
    let Some((url, source)) = variable(names) else { return Ok(None) };
    let list = variable(["NO_PROXY", "no_proxy"]).map(|it| it.0).unwrap_or_default();
    let port = server.port_u16().unwrap_or(if is_https { 443 } else { 80 });
    if NoProxy::read(&list).covers(server.host().unwrap_or_default(), port) {
        return Ok(None);
    }
    // The environment may name a proxy by host and port alone.
    let url = if url.contains("://") { url } else { format!("http://{url}") };
    proxy(&url, source).map(Some)
}

fn proxy(url: &str, source: &'static str) -> Result<Proxy, Error> {
    // `socks5h` says that the proxy resolves the name, which it does for `socks5`, too.
    let url = url.replacen("socks5h://", "socks5://", 1);
    // What the parser says may hold the address, and with it a password.
    let url: Uri = url.parse().map_err(|_| unusable(source, "it is no URL"))?;
    if url.host().unwrap_or_default().is_empty() {
        return Err(unusable(source, "it names no host"));
    }
    let has_user = url.authority().is_some_and(|it| it.as_str().contains('@'));
    match url.scheme_str() {
        Some("http" | "https") => {}
        Some("socks5") if has_user => return Err(unusable(source, "socks5 works without a user and a password only")),
        Some("socks5") => {}
        scheme => {
            let scheme = scheme.unwrap_or_default();
            return Err(unusable(source, &format!("its scheme {scheme:?} is none of http, https and socks5")));
        }
    }
    Ok(Proxy { url, source })
}

fn unusable(source: &str, why: &str) -> Error {
    Error::failed(format!("the proxy of {source} cannot be used: {why}")).hint("write http://HOST:PORT")
}

#[cfg(test)]
mod tests {
    use super::*;

    const API: &str = "https://api.example.com:6443";

    /// Names and values of an environment.
    type Variables<'v> = &'v [(&'v str, &'v str)];

    fn of(server: &str, flag: &str, kubeconfig: &str, environment: Variables<'_>) -> Result<String, String> {
        let value = |name: &str| environment.iter().find(|it| it.0 == name).map(|it| it.1.to_owned());
        let chosen = choose(&server.parse().unwrap(), Some(flag), Some(kubeconfig), value);
        chosen.map(|it| it.map_or("none".into(), |it| it.to_string())).map_err(|error| error.message)
    }

    #[test]
    fn the_flag_wins_over_the_kubeconfig_and_the_kubeconfig_over_the_environment() {
        let environment = [("HTTPS_PROXY", "http://env:3"), ("NO_PROXY", "*")];
        let (flag, kubeconfig) = ("http://flag:1", "http://file:2");
        assert_eq!(of(API, flag, kubeconfig, &environment).unwrap(), "http://flag:1 of --proxy-url");
        assert_eq!(of(API, "", kubeconfig, &environment).unwrap(), "http://file:2 of the kubeconfig's proxy-url");
        assert_eq!(of(API, "", "", &environment).unwrap(), "none");
        assert_eq!(of(API, "", "", &environment[..1]).unwrap(), "http://env:3 of HTTPS_PROXY");
        // What is named for a server of this machine is used for it.
        assert_eq!(of("https://127.0.0.1:1", flag, "", &[]).unwrap(), "http://flag:1 of --proxy-url");
    }

    #[test]
    fn the_environment_is_read_as_go_reads_it() {
        let cases: [(&str, Variables<'_>, &str); 11] = [
            (API, &[("https_proxy", "http://low:1")], "http://low:1 of https_proxy"),
            (API, &[("HTTPS_PROXY", "http://up:1"), ("https_proxy", "http://low:1")], "http://up:1 of HTTPS_PROXY"),
            (API, &[("HTTPS_PROXY", ""), ("https_proxy", "http://low:1")], "http://low:1 of https_proxy"),
            (API, &[("HTTP_PROXY", "http://plain:1")], "none"),
            ("http://api.example.com", &[("HTTP_PROXY", "http://plain:1")], "http://plain:1 of HTTP_PROXY"),
            ("http://api.example.com", &[("HTTPS_PROXY", "http://up:1")], "none"),
            (API, &[("HTTPS_PROXY", "up:1")], "http://up:1 of HTTPS_PROXY"),
            (API, &[("HTTPS_PROXY", "socks5h://up:1")], "socks5://up:1 of HTTPS_PROXY"),
            (API, &[("HTTPS_PROXY", "http://up:1"), ("no_proxy", ".example.com,")], "none"),
            (API, &[("HTTPS_PROXY", "http://up:1"), ("NO_PROXY", "example.com:443")], "http://up:1 of HTTPS_PROXY"),
            ("https://localhost:6443", &[("HTTPS_PROXY", "http://up:1")], "none"),
        ];
        for (server, environment, expected) in cases {
            assert_eq!(of(server, "", "", environment).unwrap(), expected, "{environment:?} for {server}");
        }
    }

    #[test]
    fn a_password_is_never_shown() {
        let shown = of(API, "http://jane:hunter2@proxy:1", "", &[]).unwrap();
        assert_eq!(shown, "http://proxy:1 of --proxy-url");
        for url in
            ["ftp://jane:hunter2@proxy", "http://jane:hun ter2@", "socks5://jane:hunter2@proxy:1", "jane:hunter2"]
        {
            let error = of(API, url, "", &[]).unwrap_err();
            assert!(error.contains("the proxy of --proxy-url") && !error.contains("ter2"), "{error}");
        }
    }
}
