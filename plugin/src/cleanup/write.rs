//! Writes one planned object: pinned to what was shown, tried again where only what does not matter moved.

use profile_core::scale::{Plan, Write};

use super::{
    scaling::{Planned, Step, Work},
    target::Target,
};
use crate::{
    error::{Error, Kind},
    store::DryRun,
};

/// How often a write is tried again while only what does not matter moved, such as the status.
const TRIES: usize = 20;

/// How a step ended.
pub(super) enum Ended {
    Written,
    Unchanged(String),
    Refused(String),
    Failed(Error),
}

/// Writes a step as it is planned.
///
/// Status writes move an object all day: after a conflict it is read again, and the write is tried again when nothing moved
/// that was shown. What takes two writes is planned anew after the first, exactly as a second run would after a kill.
pub(super) async fn write(work: &Work<'_>, step: &Step, dry_run: DryRun) -> Ended {
    let plan = match &step.planned {
        Ok(Planned::Write(plan)) => plan,
        Ok(Planned::Nothing(why)) => return Ended::Unchanged(why.clone()),
        Err(refusal) => return Ended::Refused(refusal.clone()),
    };
    if dry_run == DryRun::Client {
        return Ended::Written;
    }
    if let Some(ended) = rehearse(work, step, plan).await {
        return ended;
    }
    match tried(work, step, (**plan).clone(), dry_run).await {
        Ok(ended) => ended,
        Err(error) if error.kind == Kind::NotFound => Ended::Refused("it is gone".to_owned()),
        Err(error) => Ended::Failed(error),
    }
}

/// Lets the API server judge what follows the first write of a group before that is made: whoever may not write all of it
/// is to write none of it.
async fn rehearse(work: &Work<'_>, step: &Step, plan: &Plan) -> Option<Ended> {
    let mut rehearsals: Vec<(&Target, &Write)> = plan.then.iter().map(|then| (&step.target, then)).collect();
    let is_first = work.steps.iter().find(|it| it.group == step.group).is_some_and(|it| std::ptr::eq(it, step));
    if is_first {
        let rest = work.steps.iter().filter(|it| it.group == step.group).skip(1);
        rehearsals.extend(rest.filter_map(|it| match &it.planned {
            Ok(Planned::Write(plan)) => Some((&it.target, &plan.write)),
            _ => None,
        }));
    }
    for (target, write) in rehearsals {
        match target.write(&work.store, write, DryRun::Server).await {
            // Whatever moved meanwhile is found out by the write itself.
            Ok(()) => {}
            Err(error) if error.kind == Kind::Conflict => {}
            Err(error) => return Some(Ended::Failed(error.hint("nothing of it was written"))),
        }
    }
    None
}

async fn tried(work: &Work<'_>, step: &Step, mut plan: Plan, dry_run: DryRun) -> Result<Ended, Error> {
    let mut shown = step.target.clone();
    for _ in 0..TRIES {
        let answer = shown.write(&work.store, &plan.write, dry_run).await;
        let is_written = match answer {
            Ok(()) if plan.then.is_none() || dry_run != DryRun::None => return Ok(Ended::Written),
            Ok(()) => true,
            Err(error) if error.kind == Kind::Conflict => false,
            Err(error) => return Err(unknown(error)),
        };
        let Some(now) = shown.reread(&work.store).await? else { return Ok(Ended::Refused("it is gone".to_owned())) };
        let moved = if is_written || !work.is_pinned { Vec::new() } else { shown.moved(&now) };
        plan = match (work.planner)(&now) {
            Ok(Planned::Nothing(_)) if is_written => return Ok(Ended::Written),
            Ok(Planned::Nothing(why)) => return Ok(Ended::Unchanged(why)),
            Err(refusal) => return Ok(Ended::Refused(refusal)),
            Ok(Planned::Write(_)) if !moved.is_empty() => {
                return Ok(Ended::Refused(format!("it is not what was shown any more: {}", moved.join("; "))));
            }
            Ok(Planned::Write(plan)) => *plan,
        };
        shown = now;
    }
    Ok(Ended::Refused(format!("it changed {TRIES} times in a row; run this again")))
}

/// Whether a failed write may have happened all the same.
pub(super) fn is_unknown(error: &Error) -> bool {
    matches!(error.kind, Kind::TimedOut | Kind::Unreachable | Kind::Failed)
}

/// A write without an answer may have happened; the record on the object tells, so the next run finds out.
fn unknown(error: Error) -> Error {
    if is_unknown(&error) {
        error.hint("whether the write happened is not known; run this again, and it goes on from there")
    } else {
        error
    }
}
