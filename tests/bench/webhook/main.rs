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

/// Rounds, in each of which every server is measured once, so that a disturbance meets all of them. What else the machine does
/// changes within seconds, so that many short ones tell more than a few long ones.
const ROUNDS: usize = 15;
const SECONDS_OF_A_ROUND: f64 = 0.8;
const CONNECTIONS: usize = 8;
/// How the memory is measured: so many connections, all of them new behind each look, so that what is held of those that ended
/// shows; how often to look, and behind how many reviews each time.
const MANY_CONNECTIONS: usize = 64;
const LOOKS: usize = 20;
const REVIEWS_OF_A_LOOK: usize = 50_000;
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
            let (rate, count) = load.run(server, CONNECTIONS, load::Until::Seconds(SECONDS_OF_A_ROUND), &reviews)?;
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
    // One look differs from the next by a tenth, also where nothing grows, so that five are compared with five.
    let looks = memory(&servers[2], &load, &reviews)?;
    let held = |what, looks: &[f64]| Row::new(what, Unit::Megabytes, 20.0, looks.to_vec());
    let early = held("memory with 64 connections, up to 500,000 reviews", &looks[LOOKS / 4..LOOKS / 2]);
    let late = held("… up to 1,000,000", &looks[LOOKS * 3 / 4..]);
    let growth = late.median() / early.median();
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
        early,
        late,
        Row::new("… against up to 500,000", Unit::Times, 1.05, vec![growth]),
    ])
}

fn memory(server: &Server, load: &Load, reviews: &Reviews) -> Result<Vec<f64>, Failure> {
    let look = |_| {
        load.run(server, MANY_CONNECTIONS, load::Until::Reviews(REVIEWS_OF_A_LOOK), reviews)?;
        server.megabytes()
    };
    (0..LOOKS).map(look).collect()
}
