//! A log that nobody takes: the program decides all the same, and ends when it should.

use rustix::process::Signal;
use serde_json::Value;

use crate::{
    program::{Program, tell},
    reviews::skip,
    server::soon,
};

/// Denials, each a line of the log, which come to far more than a pipe holds.
const DENIALS: usize = 2000;

async fn deny(program: &Program, denials: usize) {
    let mut connection = program.client().open().await.unwrap();
    for number in 0..denials {
        let (status, text) = soon(connection.review(skip().to_string())).await.unwrap();
        assert!(status == 200 && text.contains("\"allowed\":false"), "denial {number}: {status} {text}");
    }
}

/// It also serves the probes, and goes when it is asked to.
async fn ends(mut program: Program) {
    for path in ["/healthz", "/readyz"] {
        assert!(program.get(path).await.starts_with("HTTP/1.1 200"), "{path}");
    }
    program.signal(Signal::TERM);
    assert_eq!(soon(program.ended()).await.code(), Some(0));
}

#[tokio::test]
async fn a_log_that_is_closed_fails_no_review() {
    let program = Program::start(&[]);
    program.log.close();
    deny(&program, 1).await;
    soon(async {
        while !program.log.is_closed() {
            tokio::task::yield_now().await;
        }
    })
    .await;
    deny(&program, 100).await;
    ends(program).await;
    tell("100 denials behind a closed log, and it drained");
}

#[tokio::test]
async fn a_log_that_nobody_reads_stops_no_review() {
    let program = Program::start(&[]);
    program.log.hold();
    deny(&program, DENIALS).await;
    program.log.go_on();
    // What was kept is told, and how much was not.
    let told = || program.said("denied").len();
    let lost = || {
        let lines = program.said("lines of the log were lost");
        lines.iter().map(|line| line["lines"].as_u64().unwrap() as usize).sum::<usize>()
    };
    soon(async {
        while told() + lost() < DENIALS {
            tokio::task::yield_now().await;
        }
    })
    .await;
    tell(&format!("{DENIALS} denials behind a log that nobody read: {} lines told, {} lost", told(), lost()));
    assert!(lost() > 0 && told() + lost() == DENIALS, "{} lines told and {} lost", told(), lost());
    ends(program).await;
}

#[tokio::test]
async fn a_program_ends_whose_log_nobody_reads() {
    let mut program = Program::start(&[]);
    program.log.hold();
    deny(&program, DENIALS).await;
    program.signal(Signal::TERM);
    assert_eq!(soon(program.ended()).await.code(), Some(0));
}

#[tokio::test]
async fn every_line_of_the_log_is_json() {
    let program = Program::start(&[]);
    deny(&program, 3).await;
    program.wait_until_it_says("denied").await;
    program.signal(Signal::TERM);
    program.wait_until_it_says("draining").await;
    assert!(program.log.since().iter().all(Value::is_object));
}
