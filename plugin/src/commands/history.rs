//! `kubectl profile history`: what was switched when.

use clap::Args;
use profile_core::revision::{Revision, Status};
use serde_json::json;

use super::Outcome;
use crate::{
    cli::{Format, Global},
    error::Error,
    fleet::{Member, Which, each::each},
    output::{Output, table::table},
};

/// Show what was switched when, by whom and why
#[derive(Args, Debug)]
pub(crate) struct HistoryArgs {
    /// The clusters, which may be left out where there is only one
    #[arg(value_name = "CLUSTER")]
    clusters: Vec<String>,
    #[command(flatten)]
    which: Which,
    /// How to print it
    #[arg(short, long, value_enum, default_value_t)]
    output: Format,
}

/// Runs the command.
pub(crate) async fn run(args: &HistoryArgs, global: &Global, output: &mut Output) -> Result<Outcome, Error> {
    let fleet = args.which.find(&args.clusters, global).await?;
    each(&fleet, args.output, "shown", output, async |member, output| show(args, member, output).await).await
}

async fn show(args: &HistoryArgs, member: &Member, output: &mut Output) -> Result<Outcome, Error> {
    let Member { store, cluster, .. } = member;
    let revisions = store.revisions(cluster).await?;
    // A pending record is a question, and the cluster has the answer.
    let truth = |it: &Revision| match it.status {
        Status::Pending => it.settle(&cluster.cluster()),
        status => status,
    };
    if args.output != Format::Table {
        let items: Vec<_> = revisions
            .iter()
            .map(|it| {
                json!({
                    "revision": it.number, "status": it.status, "action": it.action, "from": it.from, "to": it.to,
                    "createdAt": it.created_at, "user": it.user, "reason": it.reason, "decisions": it.decisions,
                    "truth": truth(it),
                })
            })
            .collect();
        output.document(args.output, "RevisionList", json!({"cluster": cluster.cluster().name(), "items": items}))?;
        return Ok(Outcome::Done);
    }
    if let Some(place) = store.place_of_revisions() {
        output.note(&format!("changes that this user made on this machine, as kept in {place}; Palette keeps none"));
    }
    if revisions.is_empty() {
        output.note(&format!("no revisions of cluster {:?}", cluster.cluster().name()));
        return Ok(Outcome::Done);
    }
    let status = |it: &Revision| match it.status {
        Status::Pending => format!("pending({})", truth(it).as_str()),
        status => status.as_str().into(),
    };
    let rows: Vec<_> = revisions
        .iter()
        .map(|it| {
            let (user, reason) = (it.user.clone().unwrap_or_default(), it.reason.clone().unwrap_or_default());
            vec![
                it.number.to_string(),
                status(it),
                it.action.clone(),
                it.from.clone(),
                it.to.clone(),
                it.created_at.clone(),
                user,
                reason,
                it.decisions.iter().filter(|it| it.is_dropped()).count().to_string(),
            ]
        })
        .collect();
    output
        .text(&table(&["REVISION", "STATUS", "ACTION", "FROM", "TO", "CREATED", "USER", "REASON", "DROPPED"], &rows))?;
    Ok(Outcome::Done)
}
