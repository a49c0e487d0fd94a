//! The API server restarts under load, and the webhook while the API server holds idle connections to it.

use std::time::Instant;

use profile_tests::webhook::{
    client::number,
    program::{Program, tell},
    soon,
};
use rustix::process::Signal;

use super::{HTTP1, Stage, load, sockets};

async fn connections(program: &Program) -> f64 {
    number(&program.get("/metrics").await, "profile_webhook_connections")
}

#[test]
fn an_api_server_that_restarts_lets_nothing_through_and_is_answered_at_once() {
    let stage = Stage::alone("api-server");
    let first = Program::start(&[]);
    let second = first.start_beside(&[]);
    let _balancer = stage.balanced(HTTP1, &[&first, &second]);
    let load = stage.load();
    let mut back = Vec::new();
    stage.runtime.block_on(async {
        for _ in 0..2 {
            load.answered(100).await;
            stage.world.sandbox.kill_api_server().unwrap();
            // What was held for it is let go.
            for program in [&first, &second] {
                soon(async { while connections(program).await > 0.0 {} }).await;
            }
            stage.world.sandbox.start_api_server().unwrap();
            let ready = Instant::now();
            load.answered(100).await;
            back.push((ready, Instant::now()));
        }
    });
    let figures = stage.runtime.block_on(load.end());
    stage.assert_nothing_bad_is_stored();
    let gaps: Vec<_> = back.into_iter().map(|(ready, next)| figures.longest_gap(ready, next)).collect();
    tell(&format!(
        "restart of the API server, twice: {figures}; longest time without an answer once it was ready {gaps:?}"
    ));
    assert_eq!((figures.wrong(), figures.failed()), (vec![], vec![]));
    assert!(!figures.away().is_empty(), "no write met the restart");
}

#[test]
fn a_webhook_that_restarts_is_found_again_where_connections_to_it_were_idle() {
    let stage = Stage::new("idle");
    let mut program = Program::start(&[]);
    stage.guard_at(HTTP1, program.tls, &program.authority.pem());
    let at_once = || load::at_once(stage.world.sandbox, stage.paths());
    let mut told = Vec::new();
    for (name, signal) in [("SIGTERM", Signal::TERM), ("SIGKILL", Signal::KILL)].repeat(2) {
        // While it stands still the API server opens a connection for each write.
        program.signal(Signal::STOP);
        let before = stage.runtime.block_on(async {
            let (writes, opened) = (at_once(), async {
                soon(async {
                    while sockets::open(program.tls.port()) < 2 * load::WRITERS {
                        tokio::task::yield_now().await
                    }
                })
                .await;
                program.signal(Signal::CONT);
            });
            tokio::join!(writes, opened).0
        });
        let idle = stage.runtime.block_on(connections(&program));
        assert!(idle > 1.0 && before.wrong().is_empty(), "{before}: {idle} connections");
        program.signal(signal);
        stage.runtime.block_on(soon(program.ended()));
        // The API server gives up the connections by itself, before there is anything to ask.
        stage.runtime.block_on(soon(async {
            while sockets::open(program.tls.port()) > 0 {
                tokio::task::yield_now().await
            }
        }));
        program = program.start_again();
        let after = stage.runtime.block_on(at_once());
        assert_eq!((after.wrong(), after.failed(), after.away()), (vec![], vec![], vec![]), "{name}");
        told.push(format!("{name} of the webhook with {idle} idle connections: {after}"));
    }
    stage.assert_nothing_bad_is_stored();
    tell(&told.join("\n"));
}
