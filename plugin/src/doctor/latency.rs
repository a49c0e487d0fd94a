//! How much longer a write takes because the guard is asked.

use std::time::Duration;

use profile_core::probe;
use serde_json::{Value, json};

use super::{
    guard::{self, Guard},
    reach::millis,
    report::Check,
};
use crate::store::{Document, KubernetesStore};

pub(super) const NAME: &str = "latency";
/// How often each kind of write is measured.
const RUNS: usize = 5;

/// Sends dry runs that the guard is asked about and lets pass, and as many of metadata, which it is not asked about.
pub(super) async fn check(store: &KubernetesStore, guard: &Guard, version: &str, clusters: &[Document]) -> Check {
    let found = clusters.iter().find_map(|cluster| Some((cluster, probe::harmless(&cluster.value)?)));
    let Some((cluster, after)) = found else {
        return Check::not_provable(NAME, "no cluster here can be changed without breaking a rule")
            .fix("ask where there is a cluster that runs: -n NAMESPACE, or -A");
    };
    let asked = json!({"spec": {"clusterProfileTemplates": after["spec"]["clusterProfileTemplates"]}});
    let unasked = json!({"metadata": {"annotations": {"kubectl-profile.dev/probe": "latency"}}});
    match measure(store, version, cluster.clone(), [&unasked, &asked]).await {
        Ok([unasked, asked]) => judge(unasked, asked, guard.webhook().map(guard::seconds)),
        Err(check) => *check,
    }
}

/// The times of both patches, taken in turns so that what the server does beside it falls on both.
async fn measure(
    store: &KubernetesStore,
    version: &str,
    mut cluster: Document,
    patches: [&Value; 2],
) -> Result<[Vec<Duration>; 2], Box<Check>> {
    let mut times = [Vec::new(), Vec::new()];
    // The first round opens connections, and is not counted. One more for each time that somebody else writes the status.
    let mut conflicts = 0;
    let mut round = 0;
    while round <= RUNS {
        for (patch, times) in patches.iter().zip(&mut times) {
            let answer = store
                .rehearse(version, &cluster, patch)
                .await
                .map_err(|error| Box::new(Check::failed(NAME, error.message)))?;
            match answer.code {
                409 if conflicts < RUNS => {
                    conflicts += 1;
                    cluster = store
                        .reread(&cluster)
                        .await
                        .map_err(|error| Box::new(Check::not_visible(NAME, error.message)))?;
                }
                _ if answer.is_success() => {
                    if round > 0 {
                        times.push(answer.took);
                    }
                }
                403 => return Err(Box::new(Check::not_visible(NAME, "you may not patch spectroclusters"))),
                _ => {
                    let says = format!("a change that breaks no rule is refused: {}", answer.refusal());
                    return Err(Box::new(Check::failed(NAME, says).fix(super::denials::UNREACHABLE)));
                }
            }
        }
        round += 1;
    }
    Ok(times)
}

fn judge(unasked: Vec<Duration>, asked: Vec<Duration>, timeout: Option<u64>) -> Check {
    let (Some((_, without)), Some((least, with))) = (least_and_median(unasked), least_and_median(asked)) else {
        return Check::not_visible(NAME, "somebody else writes the cluster all the time");
    };
    let says = format!(
        "{} ms for a write that the guard judges ({} ms at least), {} ms for one that it does not: it adds {} ms",
        millis(with),
        millis(least),
        millis(without),
        millis(with.saturating_sub(without))
    );
    match timeout.map(Duration::from_secs) {
        Some(timeout) if with > timeout / 2 => {
            Check::warning(NAME, format!("{says}, and the API server gives up after {timeout:?}"))
                .fix("look at the CPU of the webhook's pods and at the way from the API server to them")
        }
        _ => Check::ok(NAME, says),
    }
}

fn least_and_median(mut times: Vec<Duration>) -> Option<(Duration, Duration)> {
    times.sort();
    Some((*times.first()?, *times.get(times.len() / 2)?))
}

#[cfg(test)]
mod tests {
    use super::{super::report::Finding, *};

    fn times(of: [u64; 3]) -> Vec<Duration> {
        of.map(Duration::from_millis).to_vec()
    }

    #[test]
    fn the_median_is_told_and_what_the_guard_adds() {
        let check = judge(times([9, 1, 2]), times([3, 90, 5]), Some(3));
        assert_eq!(check.finding, Finding::Ok);
        assert!(check.says.starts_with("5.0 ms") && check.says.contains("(3.0 ms at least)"), "{check:?}");
        assert!(check.says.ends_with("adds 3.0 ms"), "{check:?}");
    }

    #[test]
    fn half_of_the_timeout_is_a_warning() {
        let slow = times([2000, 2000, 2000]);
        assert_eq!(judge(times([1, 1, 1]), slow.clone(), Some(3)).finding, Finding::Warning);
        assert_eq!(judge(times([1, 1, 1]), slow, None).finding, Finding::Ok);
        assert_eq!(judge(Vec::new(), Vec::new(), None).finding, Finding::NotVisible);
    }
}
