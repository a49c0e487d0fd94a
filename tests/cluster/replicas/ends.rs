//! One of two replicas ends under load: it is asked to, or it is killed.

use std::time::{Duration, Instant};

use profile_tests::webhook::{
    client::number,
    program::{Program, tell},
    soon,
};
use rustix::process::Signal;

use super::{HOSTS, Stage, load::Figures, sockets};

/// Meanwhile the balancer learns that no more connections are to be opened; five seconds in what is shipped.
const DELAY: [&str; 1] = ["--shutdown-delay=1"];

/// How long writes may fail behind a kill on a machine that is busy with other tests; what was measured is printed.
const RECOVERED: Duration = Duration::from_secs(5);

/// Twice ends the older one of two replicas, and starts another one. Says what became of the writes, and for each end
/// how long they failed and the longest time without an answer.
fn end_replicas(prefix: &str, host: &str, signal: Signal) -> (Figures, Vec<(Duration, Duration)>) {
    let stage = Stage::new(prefix);
    let mut older = Program::start(&DELAY);
    let mut newer = older.start_beside(&DELAY);
    let balancer = stage.balanced(host, &[&older, &newer]);
    let load = stage.load();
    let mut ends = Vec::new();
    stage.runtime.block_on(async {
        for _ in 0..2 {
            load.answered(80).await;
            let metrics = older.get("/metrics").await;
            let asked = number(&metrics, "profile_webhook_requests_total{outcome=\"denied\",code=\"200\"}");
            assert!(asked > 0.0, "it was not asked before its end");
            // It stands still until a review is on its way to it, or the end would seldom meet one.
            older.signal(Signal::STOP);
            soon(async {
                while sockets::unread(older.tls.port()) == 0 {
                    tokio::task::yield_now().await;
                }
            })
            .await;
            older.signal(signal);
            let end = Instant::now();
            older.signal(Signal::CONT);
            let status = soon(older.ended()).await;
            assert_eq!(status.code(), if signal == Signal::TERM { Some(0) } else { None });
            load.answered(80).await;
            ends.push((end, Instant::now()));
            let another = newer.start_beside(&DELAY);
            balancer.add(&another);
            older = std::mem::replace(&mut newer, another);
        }
    });
    let figures = stage.runtime.block_on(load.end());
    stage.assert_nothing_bad_is_stored();
    let ends = ends.into_iter().map(|(end, next)| (figures.failing(end, next), figures.longest_gap(end, next)));
    let ends = ends.collect();
    (figures, ends)
}

#[test]
fn a_replica_that_is_asked_to_end_fails_no_write() {
    for (host, protocol) in HOSTS {
        let (figures, ends) = end_replicas("sigterm", host, Signal::TERM);
        let gaps: Vec<_> = ends.into_iter().map(|(_, gap)| gap).collect();
        tell(&format!(
            "SIGTERM of one of two replicas, twice, {protocol}: {figures}; longest time without an answer {gaps:?}"
        ));
        assert_eq!((figures.wrong(), figures.failed(), figures.away()), (vec![], vec![], vec![]));
    }
}

#[test]
fn a_replica_that_is_killed_is_replaced_by_the_other_one() {
    for (host, protocol) in HOSTS {
        let (figures, ends) = end_replicas("sigkill", host, Signal::KILL);
        let told = ends.iter().map(|(failing, gap)| format!("failing {failing:?}, without an answer {gap:?}"));
        let told = told.collect::<Vec<_>>().join("; ");
        tell(&format!("SIGKILL of one of two replicas, twice, {protocol}: {figures}; {told}"));
        assert_eq!((figures.wrong(), figures.away()), (vec![], vec![]));
        for (failing, gap) in ends {
            assert!(failing < RECOVERED && gap < RECOVERED, "{figures}; {told}");
        }
    }
}
