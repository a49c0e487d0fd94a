//! Measures the webhook beside two servers of the same HTTP and TLS that decide nothing: one answers a constant, one reads the JSON
//! of a review and drops it. What is left between them and the webhook is what deciding costs.
//!
//! `--save FILE` keeps the figures, `--against FILE` prints how much of them each one is now.

mod handler;
mod load;
mod process;
mod reference;
mod review;
mod stored;
mod tls;

use std::{error::Error, io::Write as _, path::PathBuf};

use profile_benches::table::{self, Row, Unit};

use self::{load::Load, process::Server, reference::Kind, review::Reviews, tls::Pair};

/// Rounds, in each of which every server is measured once, so that a disturbance meets all of them.
const ROUNDS: usize = 5;
const CONNECTIONS: usize = 8;
/// How the memory is measured: so many connections, all of them new behind each look, so that what is held of those that ended
/// shows; and behind how many reviews to look.
const MANY_CONNECTIONS: usize = 64;
const LOOKS: [usize; 4] = [250_000, 500_000, 750_000, 1_000_000];
const STARTS: usize = 15;

type Failure = Box<dyn Error>;

fn main() -> Result<(), Failure> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if let [word, kind, directory] = words.as_slice()
        && word == reference::WORD
    {
        return reference::serve(kind.parse()?, directory.as_ref());
    }
    let flag = |name: &str| words.iter().position(|it| it == name).and_then(|at| words.get(at + 1)).map(PathBuf::from);
    let mut rows = handler::rows()?;
    rows.extend(of_servers()?);
    let mut out = std::io::stdout().lock();
    out.write_all(table::print(&rows).as_bytes())?;
    if let Some(file) = flag("--against") {
        out.write_all(stored::against(&rows, &file)?.as_bytes())?;
    }
    if let Some(file) = flag("--save") {
        stored::save(&rows, &file)?;
    }
    Ok(table::check(&rows)?)
}

fn of_servers() -> Result<Vec<Row>, Failure> {
    let pair = Pair::make()?;
    let mut starts = Vec::new();
    for _ in 0..STARTS {
        starts.push(Server::webhook(&pair)?.milliseconds_to_ready());
    }
    let servers =
        [Server::reference(Kind::Constant, &pair)?, Server::reference(Kind::Walking, &pair)?, Server::webhook(&pair)?];
    let load = Load::new(&pair)?;
    let reviews = Reviews::of_bytes(12 * 1024);
    let mut measured: [Vec<f64>; 7] = Default::default();
    for round in 0..=ROUNDS {
        let mut rates = Vec::new();
        for server in &servers {
            let before = server.processor_time()?;
            let (rate, count) = load.run(server, CONNECTIONS, load::Until::Seconds(2.0), &reviews)?;
            rates.push((rate, (server.processor_time()? - before) * 1e6 / count as f64));
        }
        // The first round warms up.
        if round > 0 {
            let [(constant, of_constant), (walking, of_walking), (webhook, of_webhook)] = rates[..] else { continue };
            let values = [constant, walking, webhook, of_constant, of_walking, of_webhook, webhook / constant];
            measured.iter_mut().zip(values).for_each(|(all, value)| all.push(value));
        }
    }
    let [constant, walking, webhook, of_constant, of_walking, of_webhook, beside_constant] = measured;
    let beside_walking = webhook.iter().zip(&walking).map(|(own, other)| own / other).collect();
    let memory = memory(&servers[2], &load, &reviews)?;
    Ok(vec![
        Row::new("reviews of 12 KB, 8 connections: a constant", Unit::PerSecond, None, constant),
        Row::new("… walking the JSON", Unit::PerSecond, None, walking),
        Row::new("… the webhook", Unit::PerSecond, None, webhook),
        Row::at_least("the webhook against the constant", Unit::Times, 0.5, beside_constant),
        Row::at_least("the webhook against walking", Unit::Times, 0.85, beside_walking),
        Row::new("processor time of a review, a constant", Unit::Microseconds, None, of_constant),
        Row::new("processor time of a review, walking", Unit::Microseconds, None, of_walking),
        Row::new("processor time of a review, the webhook", Unit::Microseconds, 40.0, of_webhook),
        Row::new("from start to ready", Unit::Milliseconds, 50.0, starts),
        Row::new("memory after 500,000 reviews by 64 connections", Unit::Megabytes, 20.0, vec![memory[1]]),
        Row::new("memory after 1,000,000", Unit::Megabytes, 20.0, vec![memory[3]]),
        Row::new("… against 500,000", Unit::Times, 1.05, vec![memory[3] / memory[1]]),
    ])
}

fn memory(server: &Server, load: &Load, reviews: &Reviews) -> Result<[f64; LOOKS.len()], Failure> {
    let (mut done, mut seen) = (0, [0.0; LOOKS.len()]);
    for (look, memory) in LOOKS.into_iter().zip(&mut seen) {
        load.run(server, MANY_CONNECTIONS, load::Until::Reviews(look - done), reviews)?;
        done = look;
        *memory = server.megabytes()?;
    }
    Ok(seen)
}
