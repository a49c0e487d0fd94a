//! `kubectl profile history`: what was switched when.

use clap::Args;
use profile_core::revision::{Revision, Status};
use serde_json::json;

use super::Outcome;
use crate::{
    cli::Global,
    error::Error,
    fleet::{Member, Which, each::each},
    output::{
        Output,
        age::{self, age},
        listing::{Column, Listing, ListingArgs, Row},
    },
};

const EXAMPLES: &str = "Examples:
  # Show the revisions of a cluster
  kubectl profile history shop-aws

  # Show them as JSON
  kubectl profile history shop-aws -o json";

/// Show what was switched when, by whom and why
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct HistoryArgs {
    /// The clusters, which may be left out where there is only one
    #[arg(value_name = "CLUSTER")]
    clusters: Vec<String>,
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    listing: ListingArgs,
}

/// Runs the command.
pub(crate) async fn run(args: &HistoryArgs, global: &Global, output: &mut Output) -> Result<Outcome, Error> {
    let fleet = args.which.find(&args.clusters, global).await?;
    each(&fleet, &args.listing.format(), "shown", output, async |member, output| show(args, member, output).await).await
}

async fn show(args: &HistoryArgs, member: &Member, output: &mut Output) -> Result<Outcome, Error> {
    let Member { store, cluster, .. } = member;
    let revisions = store.revisions(cluster).await?;
    // A pending record is a question, and the cluster has the answer.
    let truth = |it: &Revision| match it.status {
        Status::Pending => it.settle(&cluster.cluster()),
        status => status,
    };
    let view = cluster.cluster();
    let is_for_people = args.listing.format().is_for_people();
    if let Some(place) = store.place_of_revisions().filter(|_| is_for_people) {
        output.note(&format!("changes that this user made on this machine, as kept in {place}; Palette keeps none"));
    }
    if revisions.is_empty() && is_for_people {
        output.note(&format!("no revisions of cluster {:?}", view.name()));
    }
    let status = |it: &Revision| match it.status {
        Status::Pending => format!("pending({})", truth(it).as_str()),
        status => status.as_str().into(),
    };
    let now = age::now();
    let row = |it: &Revision| {
        let (user, reason) = (it.user.clone().unwrap_or_default(), it.reason.clone().unwrap_or_default());
        let cells = vec![
            it.number.to_string(),
            status(it),
            it.action.clone(),
            it.from.clone(),
            it.to.clone(),
            user,
            reason,
            it.decisions.iter().filter(|it| it.is_dropped()).count().to_string(),
            it.created_at.clone(),
            age(Some(&it.created_at), now),
        ];
        let item = json!({
            "revision": it.number, "status": it.status, "action": it.action, "from": it.from, "to": it.to,
            "createdAt": it.created_at, "user": it.user, "reason": it.reason, "decisions": it.decisions,
            "truth": truth(it),
        });
        // As `rollback --to-revision` takes it, behind the cluster that it is of.
        Row { item, name: format!("{}/{}", view.name(), it.number), cells }
    };
    let columns = [
        Column::new("REVISION"),
        Column::new("STATUS"),
        Column::new("ACTION"),
        Column::new("FROM"),
        Column::new("TO"),
        Column::new("USER"),
        Column::new("REASON"),
        Column::new("DROPPED"),
        Column::wide("CREATED"),
        Column::new("AGE"),
    ];
    let listing = Listing::new("RevisionList", columns, revisions.iter().map(row).collect());
    listing.with("cluster", view.name()).print(&args.listing, output)?;
    Ok(Outcome::Done)
}
