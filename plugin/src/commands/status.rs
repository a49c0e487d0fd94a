//! `kubectl profile status`: each cluster, what it has and what it runs.

use std::{rc::Rc, time::Duration};

use clap::Args;
use futures_util::StreamExt;
use serde_json::json;

use super::Outcome;
use crate::{
    cleanup::{Mention, Sources},
    cli::{Global, duration},
    error::Error,
    fleet::{Fleet, Member, Which, at_once, in_order},
    output::{
        Output,
        listing::{Listing, ListingArgs},
    },
    selection,
    store::Store,
    wait::until_reconciled,
};

mod beside;
mod rows;
mod until;
mod watch;

use beside::{Beside, beside};
use until::Until;

const EXAMPLES: &str = "Examples:
  # Show all clusters in scope
  kubectl profile status

  # Show one cluster, and look for orphans in it
  kubectl profile status shop-aws

  # Wait until a cluster runs what its spec says
  kubectl profile status shop-aws --wait --timeout=30m

  # Print each cluster again when it changes, until all run what their specs say
  kubectl profile status --until=reconciled --timeout=30m

  # Show the clusters with a label in all contexts
  kubectl profile status -l env=prod --all-contexts

  # Print columns of your own
  kubectl profile status -o custom-columns=NAME:.name,K8S:.kubernetes[0] --sort-by=.name";

/// Show each cluster: its profiles, Kubernetes, state, what is not reconciled, overrides, and orphans
///
/// Where one cluster is shown, it is searched for orphans as well; in many clusters only with --orphans, as that takes longer.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct StatusArgs {
    /// The clusters; all in scope without them
    #[arg(value_name = "CLUSTER")]
    clusters: Vec<String>,
    #[command(flatten)]
    which: Which,
    /// Wait until one cluster runs what its spec says
    #[arg(long)]
    wait: bool,
    /// Print each cluster anew whenever it changes, until interrupted
    #[arg(short, long, conflicts_with = "wait")]
    watch: bool,
    /// Watch until this is so for every cluster: reconciled, or jsonpath='{.state}'=Running of what -o json prints of each
    #[arg(long, value_name = "CONDITION", conflicts_with = "wait")]
    until: Option<Until>,
    /// How long to wait or to watch, such as 30s or 10m; 10m for --wait where it is not given
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    timeout: Option<Duration>,
    /// Search for orphans in every cluster that is shown
    #[arg(long)]
    orphans: bool,
    #[command(flatten)]
    sources: Sources,
    #[command(flatten)]
    listing: ListingArgs,
}

/// How many clusters are read one by one where a list tells less of them.
const FEW: usize = 24;

/// How long `--wait` waits where nothing is said.
const WAIT: Duration = Duration::from_secs(600);

/// Runs the command.
pub(crate) async fn run(args: &StatusArgs, global: &Global, output: &mut Output) -> Result<Outcome, Error> {
    if args.watch || args.until.is_some() {
        return watch::run(args, global, output).await;
    }
    let mut fleet = args.find(global).await?;
    if args.wait {
        wait(args, &mut fleet, output).await?;
    }
    let seen = look(args, global, &fleet, output).await?;
    for (label, error) in &seen.unseen {
        output.warning(&format!("{label}: {error}"));
    }
    let outcome = if seen.unseen.is_empty() { Outcome::Done } else { Outcome::Partial };
    let is_for_people = args.listing.format().is_for_people();
    if is_for_people && seen.listing.is_empty() {
        for store in &fleet.stores {
            let (labels, scope) = (args.which.labels(), store.scope());
            output.note(&format!("no clusters{labels} in {scope}{}", selection::scope_hint(store)));
        }
    }
    seen.listing.print(&args.listing, output)?;
    if is_for_people {
        output.flush()?;
        seen.notes.iter().for_each(|line| output.note(line));
    }
    Ok(outcome)
}

impl StatusArgs {
    /// The clusters that are meant, whole where they are few.
    async fn find(&self, global: &Global) -> Result<Fleet, Error> {
        let mut fleet = self.which.find_all(&self.clusters, global).await?;
        if fleet.members.len() <= FEW {
            fleet.read_whole().await?;
        }
        Ok(fleet)
    }
}

/// What is seen of a fleet at one time.
struct Seen {
    listing: Listing,
    /// What the table has no room for.
    notes: Vec<String>,
    unseen: Unseen,
}

async fn look(args: &StatusArgs, global: &Global, fleet: &Fleet, output: &mut Output) -> Result<Seen, Error> {
    let (mut rows, mut unseen) = looked_at(fleet, output).await?;
    if args.orphans || fleet.single().is_some() {
        let unsearched = search(&mut rows, (fleet, &args.sources), output).await;
        // Where nobody asked for it, it is only said.
        match args.orphans {
            true => unseen.extend(unsearched),
            false => unsearched.iter().for_each(|(label, error)| output.warning(&format!("{label}: {error}"))),
        }
    }
    let places: Vec<_> = unseen.iter().map(|(label, error)| json!({"place": label, "reason": error.message})).collect();
    let listing = rows::listing(args, (global, fleet), &rows).with("unseen", places);
    let mut notes: Vec<_> = rows.iter().flat_map(|(member, beside)| beside.notes(member)).collect();
    let summaries = rows.iter().filter(|(member, _)| member.cluster.is_summary()).count();
    if summaries > 0 {
        notes.push(format!(
            "{summaries} clusters are shown as a list tells of them: name up to {FEW} for what is reconciled and overridden"
        ));
    }
    Ok(Seen { listing, notes, unseen })
}

/// Follows the one cluster until it runs what its spec says, and reads it anew.
async fn wait(args: &StatusArgs, fleet: &mut Fleet, output: &mut Output) -> Result<(), Error> {
    let ([member], []) = (fleet.members.as_mut_slice(), fleet.unseen.as_slice()) else {
        return Err(
            Error::usage(format!("--wait follows one cluster, and {} are meant", fleet.count())).hint("name one")
        );
    };
    if let Store::Files(_) = *member.store {
        return Err(Error::usage("--wait follows a running cluster, and files have none: leave it out"));
    }
    let spec = (&member.cluster.value.clone(), false);
    until_reconciled(&member.store, &member.cluster, spec, None, args.timeout.unwrap_or(WAIT), output).await?;
    member.cluster = member.store.reread(&member.cluster).await?;
    Ok(())
}

/// A cluster, and what is known beside it.
type Row<'f> = (&'f Member, Beside);

/// Where nothing could be seen, and why.
type Unseen = Vec<(String, Error)>;

/// The clusters of all stores that answer, in the fleet's order. Where it is one store, its error is the whole answer.
async fn looked_at<'f>(fleet: &'f Fleet, output: &mut Output) -> Result<(Vec<Row<'f>>, Unseen), Error> {
    let shared = &*output;
    let look = |store: &'f Rc<Store>| async move {
        let members = fleet.members.iter().enumerate().filter(|(_, it)| Rc::ptr_eq(&it.store, store));
        let (indices, members): (Vec<_>, Vec<_>) = members.unzip();
        let mut own = shared.captured();
        let besides = beside(&members, store, fleet.parallel, &mut own).await;
        let rows = besides.map(|besides| members.into_iter().zip(besides));
        (store, rows.map(|rows| indices.into_iter().zip(rows).collect::<Vec<_>>()), own.into_captured().notes)
    };
    let looked = at_once(fleet.stores.iter().map(|it| (it, it)), 1, look).collect().await;
    let mut unseen: Vec<_> = fleet.unseen.iter().map(|(label, error)| (label.clone(), error.copy())).collect();
    let mut rows = Vec::new();
    for (store, looked, notes) in in_order(looked) {
        notes.lines().for_each(|line| output.note(line));
        match looked {
            Ok(looked) => rows.extend(looked),
            Err(error) if fleet.has_contexts => {
                unseen.push((format!("context {}", store.context().unwrap_or_default()), error));
            }
            Err(error) => return Err(error),
        }
    }
    Ok((in_order(rows), unseen))
}

/// Searches for the orphans of all rows. What cannot be searched is shown all the same.
async fn search(rows: &mut [Row<'_>], (fleet, sources): (&Fleet, &Sources), output: &Output) -> Unseen {
    let members = rows.iter().map(|(member, _)| (&member.store, *member));
    let found = at_once(members, fleet.parallel, |member| async move {
        // What else the search warns of is said of the overrides already.
        Mention::of((&member.store, &member.cluster), sources, &mut output.captured()).await
    });
    let found = in_order(found.collect().await);
    let mut unseen = Unseen::new();
    for ((member, beside), found) in rows.iter_mut().zip(found) {
        match found {
            Ok(found) => beside.orphans = found,
            Err(error) => unseen.push((format!("orphans of cluster {} are not visible", member.label), error)),
        }
    }
    unseen
}
