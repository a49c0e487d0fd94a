//! How long the webhook's own part of a request takes: from the body to the answer, without a socket.

use std::time::Instant;

use bytes::Bytes;
use http_body_util::Full;
use hyper::Request;
use profile_benches::table::{Row, Unit};
use profile_core::rules::Policy;
use profile_webhook::{limits::Limits, service::Service};
use tokio::runtime::Runtime;

use crate::{Failure, review::Reviews};

pub(crate) fn rows() -> Result<Vec<Row>, Failure> {
    let runtime = Runtime::new()?;
    let service = Service::new(Policy::default(), Limits::default());
    let (median, p99) = ends(runtime.block_on(times(&service, &Reviews::of_bytes(12 * 1024), 20_000))?);
    let (median_of_large, _) = ends(runtime.block_on(times(&service, &Reviews::of_bytes(1024 * 1024), 400))?);
    Ok(vec![
        Row::new("a review of 12 KB in the handler, half of them within", Unit::Microseconds, 25.0, vec![median]),
        Row::new("… 99 of 100 within", Unit::Microseconds, 100.0, vec![p99]),
        Row::new(
            "a review of 1 MB in the handler, half of them within",
            Unit::Microseconds,
            1000.0,
            vec![median_of_large],
        ),
    ])
}

async fn times(service: &Service, reviews: &Reviews, count: usize) -> Result<Vec<f64>, Failure> {
    let mut times = Vec::new();
    // The first tenth warms up.
    for number in 0..count + count / 10 {
        let (body, _) = reviews.nth(number);
        let request = Request::post("/validate?timeout=3s").body(Full::<Bytes>::new(body))?;
        let start = Instant::now();
        let response = service.answer(request).await;
        let microseconds = start.elapsed().as_secs_f64() * 1e6;
        if !response.status().is_success() {
            return Err(format!("a review was answered by {}", response.status()).into());
        }
        if number >= count / 10 {
            times.push(microseconds);
        }
    }
    Ok(times)
}

fn ends(mut times: Vec<f64>) -> (f64, f64) {
    times.sort_by(f64::total_cmp);
    (times[times.len() / 2], times[times.len() * 99 / 100])
}
