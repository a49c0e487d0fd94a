//! What is sent again and what is not: too many at once, not available, silence.

use hyper::Method;

use super::{
    mirror::{Fault, Mirror},
    run_with,
};
use crate::{
    sandbox::shared,
    world::{SHOP, World, assert_run},
};

const SOON: &[(&str, &str)] = &[("retry-after", "0")];
const CLUSTERS: &str = "/spectroclusters";

#[test]
fn too_many_and_not_available_are_asked_again_when_the_server_says_so() {
    for code in [429, 503] {
        let mirror = Mirror::start();
        mirror.fail(Method::GET, CLUSTERS, Fault::Answer(code, SOON), 2);
        let run = run_with(&mirror.kubeconfig(), &["status", "-v", "1"], &[]);
        assert_run(&run, 0, &[SHOP, &format!("answers {code} "), "asking again in 0 s"]);
        assert!(mirror.count(&Method::GET, CLUSTERS) >= 3, "{run}");
        // Without -v it is not told, as it is soon over.
        mirror.fail(Method::GET, CLUSTERS, Fault::Answer(code, SOON), 1);
        let run = run_with(&mirror.kubeconfig(), &["status"], &[]);
        assert!(run.code == Some(0) && !run.stderr.contains("again"), "{run}");
    }
}

#[test]
fn there_is_an_end_to_asking_again() {
    let mirror = Mirror::start();
    mirror.fail(Method::GET, CLUSTERS, Fault::Answer(429, SOON), u32::MAX);
    let run = run_with(&mirror.kubeconfig(), &["status"], &[]);
    assert_run(&run, 2, &["Error from server (MadeUp): cannot list spectroclusters: this is made up"]);
    assert_eq!(mirror.count(&Method::GET, CLUSTERS), 5);
    // Who asks for too long a wait is not waited for.
    let mirror = Mirror::start();
    mirror.fail(Method::GET, CLUSTERS, Fault::Answer(503, &[("retry-after", "3600")]), u32::MAX);
    assert_run(&run_with(&mirror.kubeconfig(), &["status"], &[]), 2, &["Error from server (MadeUp): "]);
    assert_eq!(mirror.count(&Method::GET, CLUSTERS), 1);
}

#[test]
fn what_names_no_time_is_not_asked_again() {
    for code in [500, 502, 503, 504] {
        let mirror = Mirror::start();
        mirror.fail(Method::GET, CLUSTERS, Fault::Answer(code, &[]), 1);
        let run = run_with(&mirror.kubeconfig(), &["status"], &[]);
        assert_run(&run, 2, &["Error from server (MadeUp): "]);
        assert_eq!(mirror.count(&Method::GET, CLUSTERS), 1, "{code}");
    }
}

/// A 503 may be said by something that lost a write on its way. Too many at once is said before anything is looked at.
#[test]
fn a_write_is_asked_for_again_only_where_it_cannot_have_been_done() {
    let world = World::with_shop("retries");
    let switch = ["switch", SHOP, "hello-aws@1.1.0", "--yes", "-n", &world.namespace];
    let run = |mirror: &Mirror| {
        let kubeconfig = super::file("kubeconfig", &mirror.kubeconfig().to_string());
        profile_sandbox::Run::of(shared().plugin_command().args(switch).env("KUBECONFIG", kubeconfig)).unwrap()
    };
    let mirror = Mirror::start();
    mirror.fail(Method::POST, "/secrets", Fault::Answer(503, SOON), 1);
    let failed = run(&mirror);
    assert_run(&failed, 2, &["Error from server (MadeUp): "]);
    assert_eq!(mirror.count(&Method::POST, "/secrets"), 1, "{failed}");
    world.assert_shop_is_at("1.0.0");

    let mirror = Mirror::start();
    mirror.fail(Method::POST, "/secrets", Fault::Answer(429, SOON), 1);
    mirror.fail(Method::PATCH, CLUSTERS, Fault::Answer(429, SOON), 1);
    assert_run(&run(&mirror), 0, &["spectrocluster/shop-aws switched"]);
    assert_eq!(mirror.count(&Method::POST, "/secrets"), 2);
    world.assert_shop_is_at("1.1.0");
}

#[test]
fn a_request_has_a_limit_and_may_have_none() {
    let mirror = Mirror::start();
    mirror.fail(Method::GET, CLUSTERS, Fault::Silence, 1);
    let run = run_with(&mirror.kubeconfig(), &["status", "--request-timeout", "1"], &[]);
    let said =
        ["error: no answer from the API server of context \"gate\" at http://127.0.0.1", "in 1s", "--request-timeout"];
    assert_run(&run, 124, &said);
    for none in ["0", "0s"] {
        assert_run(&run_with(&mirror.kubeconfig(), &["status", "--request-timeout", none], &[]), 0, &[SHOP]);
    }
    assert_run(&run_with(&mirror.kubeconfig(), &["status", "--request-timeout", "soon"], &[]), 2, &["\"soon\""]);
}
