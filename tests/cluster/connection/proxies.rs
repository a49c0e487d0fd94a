//! Proxies: the environment's by the rules of Go, the kubeconfig's, and the flag's.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use profile_sandbox::Run;
use serde_json::{Value, json};

use super::{
    assert_listed, kubeconfig_of, run_with,
    tunnel::{Opened, Tunnel},
    with_token,
};
use crate::world::assert_run;

/// A host that nobody but a proxy finds: the certificate is checked for the name that it is for.
const HOST: &str = "api.palette.example";

/// A kubeconfig whose server only a proxy finds.
fn far() -> Value {
    let mut kubeconfig = kubeconfig_of(with_token());
    let cluster = &mut kubeconfig["clusters"][0]["cluster"];
    cluster["server"] = json!(format!("https://{HOST}:6443"));
    cluster["tls-server-name"] = json!("kubernetes.default.svc");
    kubeconfig
}

fn listed(environment: &[(&str, &str)]) -> Run {
    run_with(&far(), &["list"], environment)
}

#[test]
fn the_proxy_of_the_environment_is_used_and_told_who_asks() {
    let tunnel = Tunnel::start(None);
    let target = format!("{HOST}:6443");
    for (name, value) in [
        ("HTTPS_PROXY", format!("http://127.0.0.1:{}", tunnel.port)),
        ("https_proxy", format!("127.0.0.1:{}", tunnel.port)),
    ] {
        tunnel.forget();
        assert_listed(&listed(&[(name, &value)]));
        assert_eq!(tunnel.opened(), [Opened { target: target.clone(), authorization: None }], "{name}");
    }
    let authorization = format!("Basic {}", BASE64_STANDARD.encode("jane:hunt@r 2"));
    let closed = Tunnel::start(Some(Box::leak(authorization.clone().into_boxed_str())));
    let proxy = format!("http://jane:hunt%40r%202@127.0.0.1:{}", closed.port);
    let run = run_with(&far(), &["list", "-v=9"], &[("HTTPS_PROXY", &proxy)]);
    assert_listed(&run);
    assert_eq!(closed.opened()[0].authorization, Some(authorization));
    assert!(!run.stderr.contains("hunt"), "{run}");
    let wrong = format!("http://jane:wr0ng@127.0.0.1:{}", closed.port);
    let run = listed(&[("HTTPS_PROXY", &wrong)]);
    assert_run(&run, 2, &["by the proxy http://127.0.0.1", "of HTTPS_PROXY", "hint: look at HTTPS_PROXY"]);
    assert!(!run.stderr.contains("wr0ng") && !run.stderr.contains("jane"), "{run}");
}

#[test]
fn no_proxy_and_this_machine_are_passed_by() {
    let tunnel = Tunnel::start(None);
    let proxy = format!("http://127.0.0.1:{}", tunnel.port);
    // What is passed by is looked for by its name, and nobody finds it.
    for list in ["*", "palette.example", ".palette.example,", "other, api.palette.example:6443 ,"] {
        let run = listed(&[("HTTPS_PROXY", &proxy), ("NO_PROXY", list)]);
        assert_ne!(run.code, Some(0), "{list}: {run}");
        assert_eq!(tunnel.opened(), [], "{list}: {run}");
    }
    // The real server is on this machine.
    let near = kubeconfig_of(with_token());
    assert_listed(&run_with(&near, &["list"], &[("HTTPS_PROXY", &proxy), ("HTTP_PROXY", &proxy)]));
    assert_eq!(tunnel.opened(), []);
    for list in ["palette.example:443", "api.palette.exampl", "127.0.0.1", " , "] {
        tunnel.forget();
        assert_listed(&listed(&[("HTTPS_PROXY", &proxy), ("NO_PROXY", list)]));
        assert_eq!(tunnel.opened().len(), 1, "{list}");
    }
    // The proxy of another scheme is none.
    tunnel.forget();
    assert_ne!(listed(&[("HTTP_PROXY", &proxy)]).code, Some(0));
    assert_eq!(tunnel.opened(), []);
}

#[test]
fn the_kubeconfigs_proxy_wins_over_the_environment_and_the_flag_over_both() {
    let (of_file, of_flag) = (Tunnel::start(None), Tunnel::start(None));
    let mut kubeconfig = kubeconfig_of(with_token());
    kubeconfig["clusters"][0]["cluster"]["proxy-url"] = json!(format!("http://127.0.0.1:{}", of_file.port));
    let environment = [("HTTPS_PROXY", "http://127.0.0.1:1"), ("NO_PROXY", "*")];
    assert_listed(&run_with(&kubeconfig, &["list"], &environment));
    assert_eq!((of_file.opened().len(), of_flag.opened().len()), (1, 0));
    of_file.forget();
    let flag = format!("http://127.0.0.1:{}", of_flag.port);
    assert_listed(&run_with(&kubeconfig, &["list", "--proxy-url", &flag], &environment));
    assert_eq!((of_file.opened().len(), of_flag.opened().len()), (0, 1));
}

#[test]
fn a_socks_proxy_resolves_the_name() {
    let tunnel = Tunnel::start(None);
    for scheme in ["socks5", "socks5h"] {
        tunnel.forget();
        assert_listed(&listed(&[("HTTPS_PROXY", &format!("{scheme}://127.0.0.1:{}", tunnel.port))]));
        assert_eq!(tunnel.opened(), [Opened { target: format!("{HOST}:6443"), authorization: None }], "{scheme}");
    }
}

#[test]
fn a_proxy_that_cannot_be_used_is_told_without_its_password() {
    for proxy in ["ftp://jane:hunter2@proxy:1", "socks5://jane:hunter2@proxy:1", "http://jane:hunter2@"] {
        let run = listed(&[("HTTPS_PROXY", proxy)]);
        assert_run(&run, 2, &["error: the proxy of HTTPS_PROXY cannot be used"]);
        assert!(!run.stderr.contains("hunter2"), "{run}");
    }
}
