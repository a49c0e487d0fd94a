//! `kubectl profile check`: the rules alone, nothing written.

use clap::Args;
use profile_core::{
    cluster::Cluster,
    rules::{self, Policy},
};
use serde_json::json;

use super::{
    Outcome,
    comparison::{print_verdict, verdict_json},
    target::{self, Target},
};
use crate::{
    change::overrides,
    cli::{Format, Global},
    error::Error,
    output::Output,
};

/// Check a switch by the rules alone and write nothing
///
/// Exits with 0 when the switch is allowed and with 4 when a rule denies it: for pipelines.
#[derive(Args, Debug)]
pub(crate) struct CheckArgs {
    /// The cluster, which may be left out where there is only one, and the version to check
    #[arg(value_name = "[CLUSTER] PROFILE@VERSION", required = true, num_args = 1..=2)]
    target: Vec<String>,
    /// How to print it
    #[arg(short, long, value_enum, default_value_t)]
    output: Format,
}

/// Runs the command.
pub(crate) async fn run(args: &CheckArgs, global: &Global, output: &mut Output) -> Result<Outcome, Error> {
    let target = Target::read(global, &args.target).await?;
    target::refuse_template(&target.cluster)?;
    let before = target.cluster.cluster();
    let verdict = rules::check(&before, &Cluster::new(&target.pending), &Policy::default());
    // The rules allow or deny; but whoever reads a yes here must know what `switch` would stop at all the same.
    let revisions = target.store.revisions(&target.cluster).await.unwrap_or_default();
    let overrides = overrides::refuse(&target, &revisions, true)?;
    let (name, reference) = (before.name().into_owned(), target.version.profile().reference());
    if args.output == Format::Table {
        if verdict.denied.is_empty() {
            output.line(&format!("cluster {name:?} may be switched to {reference}"))?;
        } else {
            output.line(&format!("cluster {name:?} may not be switched to {reference}"))?;
        }
        print_verdict(&verdict, output)?;
        for place in &overrides {
            output
                .line(&format!("note: the cluster sets {place} itself, and switch stops at that with exit code 6"))?;
        }
    } else {
        let (violations, warnings) = verdict_json(&verdict);
        let allowed = verdict.denied.is_empty();
        let fields = json!({"cluster": name, "target": reference, "allowed": allowed, "violations": violations, "warnings": warnings, "overrides": overrides});
        output.document(args.output, "CheckResult", fields)?;
    }
    Ok(if verdict.denied.is_empty() { Outcome::Done } else { Outcome::Refused })
}
