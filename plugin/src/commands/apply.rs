//! `kubectl profile apply`: does exactly what a saved plan says, or nothing.

use std::{path::PathBuf, rc::Rc};

use clap::Args;

use super::Outcome;
use crate::{
    change::{
        carry_out::{carry_out, propose},
        flags::{MergeArgs, WriteArgs},
        plan::Plan,
        variables::VariableArgs,
    },
    cli::Global,
    error::Error,
    fleet::Member,
    output::Output,
    selection,
    store::Store,
};

const EXAMPLES: &str = "Examples:
  # Do what a saved plan says, after a question
  kubectl profile apply plan.json

  # Do it in a pipeline, where nobody can answer
  kubectl profile apply plan.json --yes --wait

  # Only look whether it still holds
  kubectl profile apply plan.json --dry-run=server";

/// Do exactly what a saved plan says, or refuse when anything that matters moved
///
/// A plan is saved by `--save-plan`. It holds decisions and no values: what it comes to is computed anew and compared. A plan
/// that was carried out already changes nothing.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ApplyArgs {
    /// The plan
    #[arg(value_name = "PLAN")]
    plan: PathBuf,
    #[command(flatten)]
    variables: VariableArgs,
    #[command(flatten)]
    write: WriteArgs,
}

/// Runs the command.
pub(crate) async fn run(args: &ApplyArgs, global: &Global, output: &mut Output) -> Result<Outcome, Error> {
    let plan = Plan::read(&args.plan)?;
    let merge = MergeArgs::undecided(plan.base()?, false).with_variables(&args.variables);
    let mut global = global.clone();
    if global.namespace.is_none() {
        global.namespace.clone_from(&plan.namespace);
    }
    let flags = (&merge, &args.write);
    let store = Rc::new(Store::open(&global).await?);
    let cluster = selection::cluster(&store, Some(&plan.cluster)).await?;
    let member = Member { label: plan.cluster.clone(), store, cluster };
    let mut proposal = propose(&member, plan.goal()?, flags, output).await?;
    proposal.decisions = plan.decisions();
    proposal.compute()?;
    plan.refuse_other_store(&proposal)?;
    if proposal.is_carried_out() {
        let name = proposal.cluster.cluster().name().into_owned();
        output.note(&format!("the plan was carried out already: cluster {name:?} is what it comes to"));
    } else {
        plan.refuse_moved(&proposal)?;
    }
    carry_out(proposal, flags, output).await
}
