//! kubectl's flags for reaching an API server, by kubectl's names and with kubectl's meaning.

use std::{
    env,
    path::{Path, PathBuf},
    time::Duration,
};

use clap::Args;
use secrecy::SecretString;

/// Flags that say which API server is meant, who asks it, and how it is trusted.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct ConnectionArgs {
    /// The kubeconfig cluster to use
    // Commands have an argument of this name.
    #[arg(id = "kubeconfig-cluster", long = "cluster", global = true, value_name = "NAME")]
    pub(crate) cluster: Option<String>,
    /// The kubeconfig user to use
    #[arg(id = "kubeconfig-user", long = "user", global = true, value_name = "NAME")]
    pub(crate) user: Option<String>,
    /// Address and port of the API server; no kubeconfig is needed then
    #[arg(short, long, global = true, value_name = "URL")]
    pub(crate) server: Option<String>,
    /// Bearer token for the API server
    #[arg(long, global = true, value_name = "TOKEN")]
    pub(crate) token: Option<SecretString>,
    /// Username for basic authentication to the API server
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) username: Option<String>,
    /// Password for basic authentication to the API server
    #[arg(long, global = true, value_name = "PASSWORD")]
    pub(crate) password: Option<SecretString>,
    /// Username to impersonate
    #[arg(long = "as", global = true, value_name = "USER")]
    pub(crate) impersonate: Option<String>,
    /// Group to impersonate; may be given several times
    #[arg(long = "as-group", global = true, value_name = "GROUP")]
    pub(crate) impersonate_groups: Vec<String>,
    /// UID to impersonate
    #[arg(long = "as-uid", global = true, value_name = "UID")]
    pub(crate) impersonate_uid: Option<String>,
    /// Extra of the user to impersonate, as KEY=VALUE; may be given several times, also with one key
    #[arg(long = "as-user-extra", global = true, value_name = "KEY=VALUE", value_parser = extra)]
    pub(crate) impersonate_extras: Vec<(String, String)>,
    /// File of the certificate authority that signed the API server's certificate
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) certificate_authority: Option<PathBuf>,
    /// File of a client certificate
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) client_certificate: Option<PathBuf>,
    /// File of the client certificate's key
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) client_key: Option<PathBuf>,
    /// Name that the API server's certificate is checked for, where that is not the host of its address
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) tls_server_name: Option<String>,
    /// Take any certificate of the API server: whoever is in between can read and change everything
    #[arg(long, global = true, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_value_t = false, default_missing_value = "true", hide_default_value = true, hide_possible_values = true)]
    pub(crate) insecure_skip_tls_verify: bool,
    /// Proxy for requests to the API server: http://, https:// or socks5://. Wins over the kubeconfig's proxy-url, which
    /// wins over HTTPS_PROXY and NO_PROXY
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) proxy_url: Option<SecretString>,
    /// Directory of what is remembered between two runs; KUBECACHEDIR or ~/.kube/cache when not given
    #[arg(long, global = true, value_name = "DIRECTORY")]
    pub(crate) cache_dir: Option<PathBuf>,
    /// Accepted as kubectl has it; answers are asked for uncompressed in any case
    #[arg(long, global = true, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_value_t = false, default_missing_value = "true", hide_default_value = true, hide_possible_values = true)]
    pub(crate) disable_compression: bool,
    /// End with an error when the API server sent warnings
    #[arg(long, global = true, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_value_t = false, default_missing_value = "true", hide_default_value = true, hide_possible_values = true)]
    pub(crate) warnings_as_errors: bool,
}

impl ConnectionArgs {
    /// The first of these flags that was given and names an API server, or who asks it.
    pub(crate) fn given(&self) -> Option<&'static str> {
        let given = [
            (self.impersonate.is_some(), "--as"),
            (!self.impersonate_groups.is_empty(), "--as-group"),
            (self.impersonate_uid.is_some(), "--as-uid"),
            (!self.impersonate_extras.is_empty(), "--as-user-extra"),
        ];
        self.of_one_server().or_else(|| given.into_iter().find(|(is_given, _)| *is_given).map(|(_, flag)| flag))
    }

    /// The first of these flags that was given and holds for one API server alone.
    pub(crate) fn of_one_server(&self) -> Option<&'static str> {
        let given = [
            (self.server.is_some(), "--server"),
            (self.cluster.is_some(), "--cluster"),
            (self.user.is_some(), "--user"),
            (self.token.is_some(), "--token"),
            (self.username.is_some(), "--username"),
            (self.password.is_some(), "--password"),
            (self.certificate_authority.is_some(), "--certificate-authority"),
            (self.client_certificate.is_some(), "--client-certificate"),
            (self.client_key.is_some(), "--client-key"),
            (self.tls_server_name.is_some(), "--tls-server-name"),
            (self.insecure_skip_tls_verify, "--insecure-skip-tls-verify"),
            (self.proxy_url.is_some(), "--proxy-url"),
        ];
        given.into_iter().find(|(is_given, _)| *is_given).map(|(_, flag)| flag)
    }

    /// What holds of these flags for another API server than the one that they name: who is impersonated, and how warnings
    /// are taken. A token or a certificate must not reach a server that it was not given for.
    pub(crate) fn elsewhere(&self) -> Self {
        Self {
            impersonate: self.impersonate.clone(),
            impersonate_groups: self.impersonate_groups.clone(),
            impersonate_uid: self.impersonate_uid.clone(),
            impersonate_extras: self.impersonate_extras.clone(),
            cache_dir: self.cache_dir.clone(),
            disable_compression: self.disable_compression,
            warnings_as_errors: self.warnings_as_errors,
            ..Self::default()
        }
    }

    /// The flags that name the same server again, as words to paste, without those that are secret.
    pub(crate) fn words(&self) -> Vec<(&'static str, String)> {
        let path = |it: &Option<PathBuf>| it.as_deref().map(|it| it.display().to_string());
        let named = [
            ("--server", self.server.clone()),
            ("--cluster", self.cluster.clone()),
            ("--user", self.user.clone()),
            ("--as", self.impersonate.clone()),
            ("--certificate-authority", path(&self.certificate_authority)),
            ("--client-certificate", path(&self.client_certificate)),
            ("--client-key", path(&self.client_key)),
            ("--tls-server-name", self.tls_server_name.clone()),
        ];
        named.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }

    /// Where to remember what may be asked for again: the flag, else KUBECACHEDIR, else `~/.kube/cache`.
    pub(crate) fn cache_dir(&self) -> Option<PathBuf> {
        let environment = env::var_os("KUBECACHEDIR").filter(|it| !it.is_empty()).map(PathBuf::from);
        cache_dir(self.cache_dir.as_deref(), environment, env::home_dir())
    }
}

fn cache_dir(flag: Option<&Path>, environment: Option<PathBuf>, home: Option<PathBuf>) -> Option<PathBuf> {
    let flag = flag.filter(|it| !it.as_os_str().is_empty()).map(Path::to_owned);
    flag.or(environment).or_else(|| home.map(|it| it.join(".kube").join("cache")))
}

/// Reads `KEY=VALUE`. kubectl leaves out what has no `=`; who mistypes an identity is to know.
fn extra(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or_else(|| format!("{text:?} has no `=`; write KEY=VALUE"))?;
    if key.is_empty() { Err(format!("{text:?} has no key; write KEY=VALUE")) } else { Ok((key.into(), value.into())) }
}

/// Reads a limit as kubectl does: `5s` or `1m`, a bare number of seconds, and `0` for none.
pub(crate) fn request_timeout(text: &str) -> Result<Duration, String> {
    let limit = super::duration(text)?;
    Ok(if limit.is_zero() { Duration::MAX } else { limit })
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::cli::Cli;

    fn parse(words: &str) -> ConnectionArgs {
        Cli::try_parse_from(words.split(' ')).unwrap().global.connection
    }

    #[test]
    fn kubectls_flags_stand_before_the_verb_and_after_it() {
        for words in ["p -s https://a --token t list", "p list -s https://a --token t"] {
            let args = parse(words);
            assert_eq!(args.server.as_deref(), Some("https://a"), "{words}");
            assert_eq!(args.given(), Some("--server"));
            assert!(!format!("{args:?}").contains("\"t\""), "{args:?}");
        }
        let args = parse("p list --as jane --as-group a --as-group b --as-user-extra k=v=w --as-user-extra k=x");
        assert_eq!(args.impersonate_groups, ["a", "b"]);
        let expected = [("k", "v=w"), ("k", "x")].map(|(key, value)| (key.to_owned(), value.to_owned()));
        assert_eq!(args.impersonate_extras, expected);
        assert!(Cli::try_parse_from(["p", "list", "--as-user-extra", "k"]).is_err());
    }

    #[test]
    fn a_switch_is_on_by_its_name_and_off_by_false() {
        for (words, expected) in [
            ("p list --insecure-skip-tls-verify", true),
            ("p list --insecure-skip-tls-verify=true", true),
            ("p list --insecure-skip-tls-verify=false", false),
            ("p list", false),
        ] {
            assert_eq!(parse(words).insecure_skip_tls_verify, expected, "{words}");
        }
    }

    #[test]
    fn no_limit_is_a_zero() {
        assert_eq!(request_timeout("0"), Ok(Duration::MAX));
        assert_eq!(request_timeout("0s"), Ok(Duration::MAX));
        assert_eq!(request_timeout("7"), Ok(Duration::from_secs(7)));
        assert_eq!(request_timeout("1m30s"), Ok(Duration::from_secs(90)));
        assert!(request_timeout("soon").is_err());
    }

    #[test]
    fn the_cache_is_where_kubectls_is() {
        let (flag, variable, home) = (Path::new("/flag"), Some("/variable".into()), Some("/home/jane".into()));
        assert_eq!(cache_dir(Some(flag), variable.clone(), home.clone()), Some("/flag".into()));
        assert_eq!(cache_dir(Some(Path::new("")), variable, home.clone()), Some("/variable".into()));
        assert_eq!(cache_dir(None, None, home), Some("/home/jane/.kube/cache".into()));
    }

    #[test]
    fn what_is_for_one_server_does_not_reach_another() {
        let args =
            parse("p list -s https://a --token t --cluster c --client-key k --as jane --insecure-skip-tls-verify");
        let elsewhere = args.elsewhere();
        assert_eq!((elsewhere.of_one_server(), elsewhere.given()), (None, Some("--as")));
        assert_eq!(
            args.words(),
            [("--server", "https://a"), ("--cluster", "c"), ("--as", "jane"), ("--client-key", "k")]
                .map(|(name, value)| (name, value.to_owned()))
        );
    }
}
