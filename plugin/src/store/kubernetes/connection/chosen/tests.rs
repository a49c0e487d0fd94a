//! The flags over a kubeconfig, one row each.

use clap::Parser as _;

use super::*;
use crate::cli::Cli;

const KUBECONFIG: &str = "
current-context: hub
contexts:
- {name: hub, context: {cluster: hub, user: cert, namespace: palette}}
- {name: edge, context: {cluster: edge, user: login}}
- {name: lost, context: {cluster: gone, user: gone}}
- {name: both, context: {cluster: both, user: cert}}
clusters:
- {name: hub, cluster: {server: 'https://hub', certificate-authority-data: aHVi, tls-server-name: hub.internal}}
- {name: edge, cluster: {server: 'https://edge', insecure-skip-tls-verify: true, proxy-url: 'http://edge:1'}}
- {name: both, cluster: {server: 'https://both', insecure-skip-tls-verify: true, certificate-authority: ca.crt}}
users:
- {name: cert, user: {client-certificate-data: Yw==, client-key-data: aw==}}
- {name: login, user: {exec: {command: login, apiVersion: client.authentication.k8s.io/v1}}}
- {name: file, user: {tokenFile: /token, as: root, as-groups: [a], as-user-extra: {k: [old], other: [kept]}}}
- {name: basic, user: {username: jane, password: sesame}}
";

fn chosen(flags: &str) -> Result<Chosen, Error> {
    let words = ["p", "list"].into_iter().chain(flags.split_whitespace());
    let global = Cli::try_parse_from(words).unwrap().global;
    choose(&Kubeconfig::from_yaml(KUBECONFIG).unwrap(), global.context.as_deref(), &global.connection)
}

/// What decides where a connection goes and how it trusts, in one line.
fn way(flags: &str) -> String {
    let it = chosen(flags).unwrap().cluster;
    let text = |name: &str, it: Option<String>| it.map(|it| format!(" {name}={it}")).unwrap_or_default();
    let parts = [
        text("ca", it.certificate_authority),
        text("data", it.certificate_authority_data),
        text("name", it.tls_server_name),
        text("proxy", it.proxy_url),
        text("insecure", it.insecure_skip_tls_verify.filter(|it| *it).map(|it| it.to_string())),
    ];
    it.server.unwrap_or_default() + &parts.concat()
}

/// Who asks, in one line.
fn who(flags: &str) -> String {
    let it = chosen(flags).unwrap().user;
    let secret = |it: Option<secrecy::SecretString>| it.map(|it| it.expose_secret().to_owned());
    let text = |name: &str, it: Option<String>| it.map(|it| format!("{name}={it} ")).unwrap_or_default();
    let mut extras: Vec<_> = it.impersonate_user_extra.unwrap_or_default().into_iter().collect();
    extras.sort();
    let parts = [
        text("token", secret(it.token)),
        text("file", it.token_file),
        text("cert", it.client_certificate.or(it.client_certificate_data)),
        text("key", it.client_key.or(secret(it.client_key_data))),
        text("basic", it.username.zip(secret(it.password)).map(|(name, password)| format!("{name}:{password}"))),
        text("exec", it.exec.and_then(|it| it.command)),
        text("as", it.impersonate),
        text("uid", it.impersonate_uid),
        text("groups", it.impersonate_groups.map(|it| it.join(","))),
        text("extras", (!extras.is_empty()).then(|| format!("{extras:?}"))),
    ];
    parts.concat().trim().to_owned()
}

#[test]
fn flags_say_where_it_goes_and_how_it_trusts() {
    let cases = [
        ("", "https://hub data=aHVi name=hub.internal"),
        ("--context edge", "https://edge proxy=http://edge:1 insecure=true"),
        ("--cluster edge", "https://edge proxy=http://edge:1 insecure=true"),
        ("--server https://other", "https://other data=aHVi"),
        ("--server https://other --tls-server-name x", "https://other data=aHVi name=x"),
        ("--tls-server-name x", "https://hub data=aHVi name=x"),
        ("--certificate-authority f", "https://hub ca=f name=hub.internal"),
        ("--insecure-skip-tls-verify", "https://hub name=hub.internal insecure=true"),
        ("--insecure-skip-tls-verify=false", "https://hub data=aHVi name=hub.internal"),
        ("--context edge --certificate-authority f", "https://edge ca=f proxy=http://edge:1"),
        ("--context edge --proxy-url http://own:1", "https://edge proxy=http://own:1 insecure=true"),
        ("--context lost --server https://other", "https://other"),
        ("--context lost --cluster hub", "https://hub data=aHVi name=hub.internal"),
        ("--context both --certificate-authority f", "https://both ca=f"),
        ("--context both --insecure-skip-tls-verify", "https://both insecure=true"),
    ];
    for (flags, expected) in cases {
        assert_eq!(way(flags), expected, "{flags}");
    }
}

#[test]
fn flags_say_who_asks() {
    let cases = [
        ("", "cert=Yw== key=aw=="),
        ("--user login", "exec=login"),
        ("--user login --token t", "token=t"),
        ("--user login --client-certificate c --client-key k", "cert=c key=k"),
        ("--user login --username u --password p", "basic=u:p"),
        // As kubectl does it, a certificate of the kubeconfig is shown beside a token of the flags.
        ("--token t", "token=t cert=Yw== key=aw=="),
        ("--token t --user file", r#"token=t as=root groups=a extras=[("k", ["old"]), ("other", ["kept"])]"#),
        ("--client-certificate c --client-key k", "cert=c key=k"),
        ("--client-key k", "cert=Yw== key=k"),
        ("--user basic --password open", "basic=jane:open"),
        ("--as a --as-group b --as-group c --as-uid u", "cert=Yw== key=aw== as=a uid=u groups=b,c"),
        (
            "--user file --as a --as-group b --as-user-extra k=v --as-user-extra k=w",
            r#"file=/token as=a groups=b extras=[("k", ["v", "w"]), ("other", ["kept"])]"#,
        ),
        ("--context lost --server https://other", ""),
    ];
    for (flags, expected) in cases {
        assert_eq!(who(flags), expected, "{flags}");
    }
}

#[test]
fn what_contradicts_itself_or_is_not_there_is_refused() {
    let cases = [
        ("--context hup", "context \"hup\" does not exist"),
        ("--cluster hup", "cluster \"hup\" does not exist"),
        ("--user bassic", "user \"bassic\" does not exist"),
        ("--context lost", "cluster \"gone\" does not exist"),
        ("--context both", "exclude each other"),
        ("--insecure-skip-tls-verify --certificate-authority f", "exclude each other"),
        ("--user basic --token t", "only one way to log in"),
        ("--token t --username u", "only one way to log in"),
        ("--user login --client-certificate c", "without its key"),
        ("--as-group a", "without a user"),
        ("--as-uid a", "without a user"),
        ("--as-user-extra k=v", "without a user"),
    ];
    for (flags, expected) in cases {
        let error = chosen(flags).unwrap_err();
        assert!(error.message.contains(expected), "{flags}: {error}");
        assert!(!error.hints.is_empty(), "{flags}");
    }
    assert_eq!(chosen("--user bassic").unwrap_err().hints, ["did you mean basic?"]);
}

#[test]
fn a_server_needs_no_kubeconfig() {
    let args = Cli::try_parse_from(["p", "list", "-s", "https://a", "--token", "t"]).unwrap().global.connection;
    let it = choose(&Kubeconfig::default(), None, &args).unwrap();
    assert_eq!((it.context, it.cluster.server.as_deref()), (None, Some("https://a")));
    assert_eq!(choose(&Kubeconfig::default(), None, &ConnectionArgs::default()).unwrap().cluster.server, None);
}
