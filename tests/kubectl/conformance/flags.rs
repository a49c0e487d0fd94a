//! Every global flag of kubectl.

use profile_sandbox::Run;

use super::row::{Row, Same};

const NAMES: (&str, &str) = ("get spectroclusters -o name", "status -o name");

/// A flag behind both commands that print the clusters' names.
fn flag(what: &'static str, words: &'static str, same: Same) -> Row {
    let mut row = Row::new(what, NAMES.0, NAMES.1, same);
    let words = || words.split(' ');
    row.kubectl.extend(words());
    row.plugin.extend(words());
    row
}

/// Why errors of the connection differ in their beginnings.
pub(super) const ONE_SHAPE: &str = "every error that the server did not say begins with `error:`";

const FOR_DEVELOPERS: &str = "it is for those who develop kubectl, and refused";

pub(super) fn rows() -> Vec<Row> {
    vec![
        flag("--as", "--as=nobody", Same::Kind),
        flag("--as-group", "--as=nobody --as-group=system:masters", Same::Output),
        flag("--as-uid", "--as=admin --as-group=system:masters --as-uid=u-1", Same::Output),
        flag("--as-user-extra", "--as=admin --as-group=system:masters --as-user-extra=reason=test", Same::Output),
        flag("--cache-dir", "--cache-dir=FOLDER/cache", Same::Output),
        flag("--certificate-authority", "--certificate-authority=FOLDER/nothing", Same::Kind).differs(ONE_SHAPE),
        flag("--client-certificate", "--client-certificate=FOLDER/nothing", Same::Kind).differs(ONE_SHAPE),
        flag("--client-key", "--client-key=FOLDER/nothing", Same::Kind).differs(ONE_SHAPE),
        flag("--cluster", "--cluster=nothing", Same::Words),
        flag("--context", "--context=nothing", Same::Words),
        flag("--disable-compression", "--disable-compression", Same::Output),
        flag("--insecure-skip-tls-verify", "--insecure-skip-tls-verify", Same::By(both_succeed_or_fail)),
        flag("--kubeconfig", "--kubeconfig=FOLDER/nothing", Same::Kind),
        // kubectl reads it before it looks for a plugin.
        flag("--kuberc", "--kuberc=FOLDER/nothing", Same::Words),
        flag("--log-flush-frequency", "--log-flush-frequency=1s", Same::Output).differs(FOR_DEVELOPERS),
        flag("--match-server-version", "--match-server-version", Same::Output)
            .differs("the plugin has a version of its own, which is never a server's"),
        flag("--namespace", "--namespace=nowhere", Same::Output),
        flag("--password", "--username=u --password=p", Same::By(both_succeed_or_fail)),
        flag("--profile", "--profile=none", Same::Output).differs(FOR_DEVELOPERS),
        flag("--profile-output", "--profile-output=FOLDER/p", Same::Output).differs(FOR_DEVELOPERS),
        flag("--proxy-url", "--proxy-url=http://127.0.0.1:1", Same::Kind).differs(ONE_SHAPE),
        flag("--request-timeout", "--request-timeout=20s", Same::Output),
        flag("--request-timeout", "--request-timeout=0", Same::Output),
        flag("--request-timeout", "--request-timeout=soon", Same::Kind),
        flag("--server", "-s https://127.0.0.1:1", Same::Kind).differs(ONE_SHAPE),
        flag("--tls-server-name", "--tls-server-name=nothing.example", Same::Kind).differs(ONE_SHAPE),
        flag("--token", "--token=wrong", Same::By(both_succeed_or_fail)),
        flag("--user", "--user=nothing", Same::Words)
            .differs("the word of the kubeconfig, of --user and of its help is said"),
        flag("--username", "--username=u --password=p", Same::By(both_succeed_or_fail)),
        flag("--v", "-v=6", Same::By(both_tell_requests)),
        flag("--v", "--v=6", Same::By(both_tell_requests)),
        flag("--vmodule", "--vmodule=a=1", Same::Output).differs(FOR_DEVELOPERS),
        flag("--warnings-as-errors", "--warnings-as-errors", Same::Output),
    ]
}

/// The words of the two are another row's matter.
fn both_succeed_or_fail(kubectl: &Run, plugin: &Run) -> bool {
    kubectl.is_success() == plugin.is_success() && kubectl.stdout == plugin.stdout
}

/// Requests are told on stderr, and the answer is the same.
fn both_tell_requests(kubectl: &Run, plugin: &Run) -> bool {
    let tells = |run: &Run| run.stderr.contains("GET") && run.stderr.contains("/spectroclusters");
    kubectl.stdout == plugin.stdout && tells(kubectl) && tells(plugin)
}
