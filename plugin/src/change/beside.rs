//! What comes beside a change: what was scaled down and returns, the wait, and what is done where nothing is to be changed.

use profile_core::base::Source;

use super::{
    flags::WriteArgs,
    proposal::{Goal, ProfileDraft, Proposal},
};
use crate::{
    cleanup::{self, Returning},
    commands::Outcome,
    error::Error,
    fleet::waves::Did,
    output::Output,
    store::DryRun,
    wait,
};

/// What is done for a cluster that has nothing to be changed.
pub(super) async fn unchanged(proposal: &Proposal, write: &WriteArgs, output: &mut Output) -> Result<Did, Error> {
    let name = proposal.cluster.cluster().name().into_owned();
    proposal.draft.notes.iter().for_each(|note| output.note(note));
    if let Some(note) = counted_as_own(proposal) {
        output.note(&note);
    }
    write.show.say(&format!("spectrocluster/{name} unchanged"), output)?;
    wait_if_asked(proposal, write, false, output).await?;
    let did = match write.dry_run {
        DryRun::None => afterwards(proposal, write, output).await?,
        _ => Did::nothing(Outcome::Done),
    };
    let is_unchanged = did.outcome == Outcome::Done && !did.has_written && write.error_unchanged;
    Ok(if is_unchanged { Did::nothing(Outcome::Unchanged) } else { did })
}

/// What an update leaves as it is because of the base that the user named: with another base it may be an edit.
fn counted_as_own(proposal: &Proposal) -> Option<String> {
    let is_named = |it: &&ProfileDraft| matches!(it.base.source, Source::Named(_));
    let named = proposal.draft.profiles.iter().filter(is_named);
    let count = named.map(|it| it.merged.overrides.len()).sum();
    let name = proposal.cluster.cluster().name();
    let words = match (&proposal.goal, count) {
        (Goal::Update(_), 1) => {
            format!("1 value of cluster {name:?} differs from what is published and counts as an override")
        }
        (Goal::Update(_), 2..) => {
            format!("{count} values of cluster {name:?} differ from what is published and count as overrides")
        }
        _ => return None,
    };
    let flags = proposal.store.flags();
    Some(format!(
        "{words} of its own, by the base that was named: see `kubectl profile overrides {}{flags}`",
        proposal.cluster.words()
    ))
}

/// What was scaled down and is rendered again, after it was said. `is_before` a change that is still to be made.
pub(super) async fn returning(
    proposal: &Proposal,
    write: &WriteArgs,
    is_before: bool,
    output: &mut Output,
) -> Result<Returning, Error> {
    let returning = Returning::of(&proposal.store, &proposal.cluster, proposal.pending(), &write.after).await;
    for line in returning.lines(&write.after) {
        write.show.say(&line, output)?;
    }
    for reason in returning.not_visible() {
        output.note(&format!("what was scaled down and is rendered again may stay scaled down: {reason}"));
    }
    for reason in returning.unseen().iter().filter(|_| is_before && !write.after.no_scale_back()) {
        let then = match write.wait {
            true => "it is looked at again after the wait, and what is rendered again is scaled back then",
            false => "--wait looks again when the cluster runs it",
        };
        output.note(&format!("whether what is scaled down is rendered again is not all known: {reason}; {then}"));
    }
    output.flush()?;
    Ok(returning)
}

/// What follows a change that was made before: an earlier run may have been killed after the write.
async fn afterwards(proposal: &Proposal, write: &WriteArgs, output: &mut Output) -> Result<Did, Error> {
    let mut returning = returning(proposal, write, false, output).await?;
    cleanup::after(&proposal.store, &proposal.cluster, &mut returning, write.afterwards(false), output).await
}

pub(super) async fn wait_if_asked(
    proposal: &Proposal,
    write: &WriteArgs,
    has_written: bool,
    output: &mut Output,
) -> Result<(), Error> {
    if !write.wait {
        return Ok(());
    }
    output.waits("until the cluster runs it")?;
    let pending = (&proposal.draft.pending, has_written);
    let approves = write.approve_repave.then_some(proposal.judgement.as_ref()).flatten();
    wait::until_reconciled(&proposal.store, &proposal.cluster, pending, approves, write.timeout, output).await
}
