//! Certificates that are rotated under load: no call fails.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::task::JoinSet;

use crate::{
    authority::Authority,
    client::Client,
    program::{Program, tell},
    reviews::skip,
};

/// Calls that are made in a second: half of them over connections that are kept, half over fresh ones.
const CALLS: u32 = 500;
/// Callers of each kind.
const CALLERS: u32 = 20;

#[derive(Default)]
struct Calls {
    kept: AtomicUsize,
    fresh: AtomicUsize,
    failed: std::sync::Mutex<Vec<String>>,
    ended: AtomicBool,
}

/// Calls at its rate until it is told to end.
async fn call(client: Client, keeps: bool, calls: Arc<Calls>) {
    let mut tick = tokio::time::interval(Duration::from_secs(1) * CALLERS * 2 / CALLS);
    let mut kept = None;
    while !calls.ended.load(Ordering::Relaxed) {
        tick.tick().await;
        let opened = match kept.take() {
            Some(connection) => Ok(connection),
            None => client.open().await,
        };
        let outcome = match opened {
            Ok(mut connection) => match connection.review(skip().to_string()).await {
                Ok((status, text)) if status == 200 && text.contains("\"allowed\":false") => {
                    kept = Some(connection).filter(|connection| keeps && !connection.is_closed());
                    Ok(())
                }
                Ok((status, text)) => Err(format!("{status} {text}")),
                Err(error) => Err(format!("{error:?}")),
            },
            Err(error) => Err(format!("{error:?}")),
        };
        match outcome {
            Ok(()) if keeps => drop(calls.kept.fetch_add(1, Ordering::Relaxed)),
            Ok(()) => drop(calls.fresh.fetch_add(1, Ordering::Relaxed)),
            Err(failure) => calls.failed.lock().unwrap().push(failure),
        }
    }
}

/// Rotates the certificate under load, between leaves of the program's own CA and of `other`, if there is one.
async fn rotate(rotations: usize, other: Option<&Authority>) {
    let program = Program::start(&["--reload-interval=1"]);
    let client = other.into_iter().fold(program.client(), Client::trusting_also);
    let calls = Arc::new(Calls::default());
    let mut callers = JoinSet::new();
    for number in 0..CALLERS * 2 {
        // Each fresh connection is a full handshake, because none shares anything with another one.
        callers.spawn(call(client.clone(), number % 2 == 0, Arc::clone(&calls)));
    }
    let begun = Instant::now();
    let mut served = client.certificate().await;
    for rotation in 1..=rotations {
        let signing = other.filter(|_| rotation % 2 == 1).unwrap_or(&*program.authority);
        program.volume.swap(&signing.leaf());
        let end = Instant::now() + Duration::from_secs(60);
        loop {
            let now = client.certificate().await;
            if now != served {
                served = now;
                break;
            }
            assert!(Instant::now() < end, "rotation {rotation} was not taken up");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        // As many calls again go by behind the rotation.
        let behind = calls.fresh.load(Ordering::Relaxed) + 250;
        while calls.fresh.load(Ordering::Relaxed) < behind && Instant::now() < end {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    calls.ended.store(true, Ordering::Relaxed);
    while callers.join_next().await.is_some() {}
    let (kept, fresh) = (calls.kept.load(Ordering::Relaxed), calls.fresh.load(Ordering::Relaxed));
    let failed = calls.failed.lock().unwrap();
    let rate = (kept + fresh) as f64 / begun.elapsed().as_secs_f64();
    tell(&format!(
        "{rotations} rotations: {} calls made ({kept} on kept connections, {fresh} on fresh ones, {rate:.0} a second), {} failed",
        kept + fresh + failed.len(),
        failed.len()
    ));
    assert_eq!(*failed, Vec::<String>::new());
    assert!(fresh > 0 && kept > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_rotations_under_load_fail_no_call() {
    rotate(2, None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn three_rotations_under_load_fail_no_call() {
    rotate(3, None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn leaves_of_an_old_and_a_new_ca_fail_no_call_while_both_are_trusted() {
    rotate(3, Some(&Authority::new())).await;
}
