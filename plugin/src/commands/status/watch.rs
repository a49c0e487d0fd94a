//! `status --watch`: each cluster again whenever it changes, until it is as it should be.

use std::{collections::BTreeMap, time::Duration};

use futures_util::future::join_all;
use serde_json::Value;
use tokio::time::{Instant, sleep};

use super::{Outcome, Seen, StatusArgs, look};
use crate::{
    cli::Global,
    error::{Error, Kind},
    fleet::Fleet,
    output::{Output, listing::Watched},
    store::Mark,
    wait::may_pass,
};

/// Prints what changes, and ends when the condition holds for all clusters.
pub(super) async fn run(args: &StatusArgs, global: &Global, output: &mut Output) -> Result<Outcome, Error> {
    let fleet = args.which.find_all(&args.clusters, global).await?;
    let watch = follow(args, global, fleet, output);
    let Some(timeout) = args.timeout else { return watch.await };
    match tokio::time::timeout(timeout, watch).await {
        Ok(ended) => ended,
        Err(_) => Err(Error::new(Kind::TimedOut, format!("watched for {timeout:?}, as --timeout says"))),
    }
}

/// How long to wait where looking failed in a way that may pass.
const AGAIN: Duration = Duration::from_secs(1);

async fn follow(args: &StatusArgs, global: &Global, mut fleet: Fleet, output: &mut Output) -> Result<Outcome, Error> {
    let mut known = Known::default();
    let mut trouble = String::new();
    loop {
        // Marked before it is looked at: what changes meanwhile is seen by the next look.
        let marks = join_all(fleet.stores.iter().map(|store| store.mark())).await;
        let looked = async {
            fleet = args.find(global).await?;
            look(args, global, &fleet, output).await
        };
        match looked.await {
            Ok(seen) => {
                trouble.clear();
                if known.tell(args, seen, output)? {
                    return Ok(Outcome::Done);
                }
                changed(&fleet, marks).await;
            }
            // Who watches wants to see the end of an outage, too.
            Err(error) if may_pass(&error) && known.is_told => {
                if trouble != error.message {
                    output.warning(&error.message);
                    trouble = error.message;
                }
                sleep(AGAIN).await;
            }
            Err(error) => return Err(error),
        }
    }
}

/// Ends when a store has changed, or when it is time to look again anyway.
async fn changed(fleet: &Fleet, marks: Vec<Mark>) {
    let began = Instant::now();
    let all = fleet.stores.iter().zip(marks).map(|(store, mark)| Box::pin(store.changed_since(mark)));
    let all: Vec<_> = all.collect();
    if !all.is_empty() {
        futures_util::future::select_all(all).await;
    }
    // A store whose changes cannot be watched must not be asked without a pause.
    if began.elapsed() < PAUSE {
        sleep(PAUSE - began.elapsed()).await;
    }
}

/// The least time between two looks.
const PAUSE: Duration = Duration::from_millis(300);

/// What was told already.
#[derive(Default)]
struct Known {
    is_told: bool,
    watched: Watched,
    notes: Vec<String>,
    unseen: BTreeMap<String, String>,
}

impl Known {
    /// Tells what is new, and whether the condition holds.
    fn tell(&mut self, args: &StatusArgs, seen: Seen, output: &mut Output) -> Result<bool, Error> {
        let Seen { listing, notes, unseen } = seen;
        if args.until.is_some() && listing.is_empty() {
            return Err(Error::new(Kind::NotFound, "no cluster that --until could wait for"));
        }
        let unseen: BTreeMap<_, _> = unseen.into_iter().map(|(label, error)| (label, error.message)).collect();
        for (label, message) in unseen.iter().filter(|(label, message)| self.unseen.get(*label) != Some(message)) {
            output.warning(&format!("{label}: {message}"));
        }
        let is_met = |item: &Value| args.until.as_ref().is_some_and(|it| it.is_met(item));
        let holds = unseen.is_empty() && !listing.is_empty() && listing.rows().iter().all(|row| is_met(&row.item));
        for gone in listing.print_changed("ClusterStatus", &args.listing, &mut self.watched, output)? {
            output.note(&format!("{gone} is gone"));
        }
        output.flush()?;
        notes.iter().filter(|it| !self.notes.contains(it)).for_each(|line| output.note(line));
        *self = Self { is_told: true, watched: std::mem::take(&mut self.watched), notes, unseen };
        Ok(holds)
    }
}
