//! One change of one cluster, as three writes: the revision as pending, the cluster, the revision as deployed.

use jiff::Timestamp;
use profile_core::{
    revision::{Decided, KEPT, Revision, Status},
    switch::{self, Pins},
};

use crate::{
    cleanup,
    error::{Error, Kind},
    output::Output,
    store::{Document, DryRun, Store},
};

mod beside;
pub(crate) mod carry_out;
pub(crate) mod detach;
pub(crate) mod flags;
pub(crate) mod guards;
mod many;
pub(crate) mod plan;
pub(crate) mod proposal;
pub(crate) mod variables;

use proposal::Proposal;

/// How often a write is tried again while only what does not matter moved, such as the status.
const TRIES: usize = 20;

/// What is decided about a change before it is written.
pub(crate) struct Change {
    pub(crate) reason: Option<String>,
    pub(crate) keeps_history: bool,
}

/// How a write ended that did not fail.
pub(crate) enum Written {
    /// It stands.
    Done,
    /// Nothing was written, because what was shown is not so any more.
    Moved(Vec<&'static str>),
}

impl Change {
    /// Finds out how far each pending revision got, and records it. A killed run leaves one; a run that is still going
    /// has one, too, and records the truth again when it ends.
    pub(crate) async fn settle_pending(
        store: &Store,
        cluster: &Document,
        (dry_run, keeps_history): (DryRun, bool),
        output: &mut Output,
    ) -> Result<Vec<Revision>, Error> {
        let mut revisions = match store.revisions(cluster).await {
            Ok(revisions) => revisions,
            // A revision that is there and cannot be read has a number, which the next one would collide with. Whoever
            // may not read any is refused later, with all that they may not do.
            Err(error) if keeps_history && dry_run == DryRun::None && error.kind != Kind::Forbidden => {
                return Err(error.hint("--no-history writes without a revision; nothing was written"));
            }
            Err(error) => {
                output.warning(&format!("the revisions of this cluster are not visible: {error}"));
                return Ok(Vec::new());
            }
        };
        store.refuse_under_way(cluster)?;
        let pending: Vec<_> = revisions.iter_mut().filter(|it| it.status == Status::Pending).collect();
        if pending.is_empty() {
            return Ok(revisions);
        }
        // The cluster is read after the record, so that a write that came between them is seen.
        let now = store.reread(cluster).await?;
        for revision in pending {
            revision.status = revision.settle(&now.cluster());
            output.note(&format!(
                "revision {} was left pending; the cluster tells that it was {}",
                revision.number,
                revision.status.as_str()
            ));
            if dry_run == DryRun::None {
                store.settle_foreign_revision(cluster, revision).await?;
            }
        }
        Ok(revisions)
    }

    /// Writes what was shown, or nothing.
    pub(crate) async fn write(&self, target: &mut Proposal, output: &mut Output) -> Result<Written, Error> {
        let shown = target.pins();
        let mut revision = self.revision(target).await;
        if self.keeps_history {
            target.store.create_revision(&target.cluster, &revision).await?;
        }
        // A store that cannot make a write depend on what was read is looked at as late as can be.
        if let Some(moved) = self.moved_before_write(target, &shown, &mut revision).await? {
            return Ok(Written::Moved(moved));
        }
        for _ in 0..TRIES {
            let error = match target
                .store
                .write_profiles(&target.cluster, target.pending(), DryRun::None, target.manner())
                .await
            {
                Ok(()) => {
                    self.settle(target, &mut revision, Status::Deployed).await?;
                    self.prune(target, output).await;
                    // The store said yes: what it made of it is another question, and no reason to forget the record.
                    target.store.refuse_other(&target.cluster, target.pending()).await?;
                    return Ok(Written::Done);
                }
                Err(error) => error,
            };
            if error.kind != Kind::Conflict {
                return Err(self.settle_failed(target, revision, error).await);
            }
            if let Err(error) = target.refresh().await {
                return Err(self.settle_failed(target, revision, error).await);
            }
            let moved = shown.moved(&target.pins());
            if !moved.is_empty() {
                self.settle(target, &mut revision, Status::Abandoned).await?;
                return Ok(Written::Moved(moved));
            }
        }
        let error =
            Error::new(Kind::Conflict, format!("cluster {:?} changed {TRIES} times in a row", revision.cluster))
                .hint("nothing was written; run this again");
        Err(self.settle_failed(target, revision, error).await)
    }

    /// Reads everything anew where the store takes a write whatever it was based on. Tells what moved since it was shown.
    async fn moved_before_write(
        &self,
        target: &mut Proposal,
        shown: &Pins,
        revision: &mut Revision,
    ) -> Result<Option<Vec<&'static str>>, Error> {
        if !target.store.takes_any_write() {
            return Ok(None);
        }
        let read = match target.refresh().await {
            Ok(()) => guards::refuse_managed(&target.cluster),
            Err(error) => Err(error),
        };
        if let Err(error) = read {
            self.settle(target, revision, Status::Abandoned).await?;
            return Err(error.hint("nothing was written"));
        }
        let moved = shown.moved(&target.pins());
        if moved.is_empty() {
            return Ok(None);
        }
        self.settle(target, revision, Status::Abandoned).await?;
        Ok(Some(moved))
    }

    async fn revision(&self, target: &Proposal) -> Revision {
        let cluster = target.cluster.cluster();
        let (bases, taken) = target.bases();
        let (from, to) = target.references();
        Revision {
            // A number that cannot be raised is taken, and the record says so.
            number: target.revisions.iter().map(|it| it.number).max().unwrap_or(0).saturating_add(1),
            cluster: cluster.name().into_owned(),
            cluster_uid: cluster.uid().map(Into::into),
            status: Status::Pending,
            action: target.goal.action().into(),
            from,
            to,
            created_at: Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            user: target.store.user().await,
            reason: self.reason.clone(),
            decisions: target.overrides().map(Decided::of).collect(),
            before: switch::templates(&target.cluster.value),
            after: switch::templates(target.pending()),
            bases,
            taken,
        }
    }

    async fn settle(&self, target: &Proposal, revision: &mut Revision, status: Status) -> Result<(), Error> {
        revision.status = status;
        if !self.keeps_history {
            return Ok(());
        }
        target.store.settle_revision(&target.cluster, revision).await.map_err(|error| {
            let done = if status == Status::Deployed { "the cluster was written" } else { "nothing was written" };
            error.hint(format!(
                "{done}; only its revision {} stays pending, and the next run settles it",
                revision.number
            ))
        })
    }

    /// After a failure the cluster itself tells whether the write happened. Where it cannot be read, the revision stays
    /// pending and the next run finds out.
    async fn settle_failed(&self, target: &Proposal, mut revision: Revision, error: Error) -> Error {
        let Ok(now) = target.store.reread(&target.cluster).await else {
            return error.hint("whether the write happened is not known; the next run finds out");
        };
        let status = revision.settle(&now.cluster());
        let may_arrive = error.kind == Kind::TimedOut || target.store.may_arrive_late(&error);
        if may_arrive && status != Status::Deployed {
            let number = revision.number;
            return error.hint(format!(
                "the write has not arrived so far, but it may still do; revision {number} stays pending, and the next run \
                 settles it"
            ));
        }
        let said = if status == Status::Deployed { "the write happened all the same" } else { "nothing was written" };
        match self.settle(target, &mut revision, status).await {
            Ok(()) => error.hint(said),
            Err(_) => {
                error.hint(format!("{said}; revision {} stays pending, and the next run settles it", revision.number))
            }
        }
    }

    /// Drops our oldest revisions beyond those that are kept, but none that an open scale-down names. A failure here
    /// spoils nothing.
    async fn prune(&self, target: &Proposal, output: &mut Output) {
        let known = &target.revisions;
        let surplus = (known.len() + 1).saturating_sub(KEPT);
        if surplus == 0 || !self.keeps_history {
            return;
        }
        let used = match cleanup::revisions_in_use(&target.store, &target.cluster).await {
            Ok(used) => used,
            Err(error) => {
                output.warning(&format!(
                    "older revisions are kept, because it is not visible which are still needed: {error}"
                ));
                return;
            }
        };
        for revision in known.iter().take(surplus).filter(|it| !used.contains(&it.number)) {
            if let Err(error) = target.store.drop_revision(&target.cluster, revision).await {
                output.warning(&format!("revision {} is not dropped: {error}", revision.number));
            }
        }
    }
}
