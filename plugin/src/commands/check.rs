//! `kubectl profile check`: the rules alone, nothing written.

use std::rc::Rc;

use clap::Args;
use profile_core::merge::Decisions;
use serde_json::json;

use super::{Outcome, target};
use crate::{
    change::{
        guards,
        proposal::{Goal, Proposal, known_revisions},
    },
    cli::{Format, Formats, Global},
    error::Error,
    fleet::{Member, Which, each::each},
    output::Output,
    reference::Reference,
    review::{judgement::Judgement, verdict},
};

const EXAMPLES: &str = "Examples:
  # Check whether a cluster may be switched to a version; exits with 4 where a rule denies it
  kubectl profile check shop-aws hello-aws@1.1.0

  # Check files in a pipeline
  kubectl profile check shop-aws hello-aws@1.1.0 -f . -o json";

/// Check a switch by the rules alone and write nothing
///
/// Exits with 0 when the switch is allowed and with 4 when a rule denies it: for pipelines.
///
/// On Palette's API (--store palette) nothing but this program asks the rules: who writes there by other means meets none of
/// them. What Palette's own checks say stands beside them.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct CheckArgs {
    /// The clusters, which may be left out where there is only one, and the version to check
    #[arg(value_name = "[CLUSTER] PROFILE@VERSION", required = true, num_args = 1..)]
    target: Vec<String>,
    #[command(flatten)]
    which: Which,
    /// Output format
    #[arg(short, long, value_name = "FORMAT", value_parser = Formats::DOCUMENT, default_value = "", hide_default_value = true)]
    output: Format,
}

/// Runs the command.
pub(crate) async fn run(args: &CheckArgs, global: &Global, output: &mut Output) -> Result<Outcome, Error> {
    let (names, reference) = target::words(&args.target)?;
    let fleet = args.which.find(names, global).await?;
    each(&fleet, &args.output, "may be switched", output, async |member, output| {
        check(args, member, reference.clone(), output).await
    })
    .await
}

async fn check(args: &CheckArgs, member: &Member, reference: Reference, output: &mut Output) -> Result<Outcome, Error> {
    let (store, cluster) = (Rc::clone(&member.store), member.cluster.clone());
    target::refuse_template(&cluster)?;
    // A yes of the rules is no yes of `switch` where an agent runs: that is warned of.
    guards::refuse_agent(&store, &cluster, true, output).await?;
    let revisions = known_revisions(&store, &cluster, output).await;
    let given = (None, Decisions::default());
    let mut proposal = Proposal::new(store, cluster, revisions, Goal::Switch(reference), given).await?;
    proposal.ask_store().await;
    let judgement = proposal.judgement.clone();
    let objects = judgement.as_ref().is_some_and(Judgement::objects);
    let verdict = proposal.verdict();
    // The rules allow or deny; but whoever reads a yes here must know what `switch` would stop at all the same.
    let open: Vec<_> = proposal.overrides().filter(|it| it.is_open()).map(|it| it.place()).collect();
    let (name, (_, reference)) = (proposal.cluster.cluster().name().into_owned(), proposal.references());
    let allowed = verdict.denied.is_empty() && !objects;
    let missing = proposal.missing_variables();
    if args.output.is_for_people() {
        if allowed {
            output.line(&format!("cluster {name:?} may be switched to {reference}"))?;
        } else {
            output.line(&format!("cluster {name:?} may not be switched to {reference}"))?;
        }
        output.text(&verdict::text(&verdict, output.paint()))?;
        output.text(&judgement.map(|it| it.text(output.paint())).unwrap_or_default())?;
        for (version, names) in &missing {
            output.line(&format!(
                "note: the cluster has no value for what {version} requires: {}, and switch stops at that with exit code 6",
                names.join(", ")
            ))?;
        }
        for place in &open {
            output.line(&format!(
                "note: what the cluster sets at {place} needs a decision, and switch stops at that with exit code 6"
            ))?;
        }
    } else {
        let (violations, warnings) = verdict::json(&verdict);
        let fields = json!({
            "cluster": name, "target": reference, "allowed": allowed, "violations": violations, "warnings": warnings,
            "palette": judgement.as_ref().map(Judgement::json), "open": open,
            "missingVariables": missing.iter().flat_map(|(_, names)| names).collect::<Vec<_>>(),
        });
        output.document(&args.output, "CheckResult", fields)?;
    }
    Ok(if allowed { Outcome::Done } else { Outcome::Refused })
}
