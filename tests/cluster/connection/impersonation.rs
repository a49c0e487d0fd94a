//! Who the API server takes for the user, told by itself.

use profile_sandbox::Run;

use super::{administrator, run_with, warnings::Policy};
use crate::world::{SHOP, assert_run};

/// A write that is looked at and not done, in a namespace where each write is warned of with who does it.
fn written(policy: &Policy, flags: &[&str]) -> Run {
    let words = ["switch", SHOP, "hello-aws@1.1.0", "--dry-run=server", "-n", policy.namespace()];
    policy.run(&administrator(), &[&words[..], flags].concat())
}

#[test]
fn user_groups_uid_and_extras_are_what_the_server_sees() {
    let policy = Policy::start(
        "impersonation",
        "'user ' + request.userInfo.username + ' uid ' + (has(request.userInfo.uid) ? request.userInfo.uid : 'none') \
         + ' groups ' + request.userInfo.groups.filter(it, it != 'system:authenticated').join(',') \
         + ' extra ' + (has(request.userInfo.extra) && 'example.com/color' in request.userInfo.extra ? \
         request.userInfo.extra['example.com/color'].join(',') : 'none')",
    );
    let masters = ["--as-group", "system:masters"];
    let run = written(&policy, &[&["--as", "jane"][..], &masters].concat());
    assert_run(&run, 0, &["user jane uid none groups system:masters extra none"]);
    let more = ["--as-group", "viewers", "--as-uid", "u-7"];
    let extras = ["--as-user-extra", "example.com/color=red", "--as-user-extra", "example.com/color=blue=green"];
    let run = written(&policy, &[&["--as", "jane"][..], &masters, &more, &extras].concat());
    assert_run(&run, 0, &["user jane uid u-7 groups system:masters,viewers extra red,blue=green"]);
}

#[test]
fn whom_one_may_not_be_is_refused_by_the_server() {
    let run = run_with(&administrator(), &["list", "--as", "jane"], &[]);
    assert_run(&run, 2, &["Error from server (Forbidden): ", "User \"jane\""]);
    let run = run_with(&super::kubeconfig_of(super::with_token()), &["list", "--as", "jane"], &[]);
    assert_run(&run, 2, &["Error from server (Forbidden): ", "cannot impersonate"]);
    let run = run_with(&administrator(), &["list", "--as-group", "viewers"], &[]);
    assert_run(&run, 2, &["impersonated without a user", "--as USER"]);
}
