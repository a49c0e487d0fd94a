//! A profile that leaves a cluster, as three writes: the revision as pending, the cluster, the revision as deployed.

use jiff::Timestamp;
use profile_core::{
    cluster::Cluster,
    content::Content,
    profile::AttachedProfile,
    revision::{Revision, Status, Taken, newest_deployed},
    rules::{self, Policy, Verdict},
    switch,
};
use serde_json::Value;

use crate::{
    error::{Error, Kind},
    reference::Reference,
    store::{Document, PaletteStore, Store, profiles::is_open},
    versions::detached,
};

/// The verb of a revision that records a detachment, by which a rollback tells that it would have to attach.
pub(crate) const ACTION: &str = "detach";

/// What a revision says a detached profile became.
const TO: &str = "none";

/// A profile that is to leave a cluster.
pub(crate) struct Detach<'s> {
    store: &'s Store,
    palette: &'s PaletteStore,
    cluster: Document,
    /// The attached profile as it stands.
    pub(crate) profile: Value,
    /// The cluster document without it.
    after: Value,
    revisions: Vec<Revision>,
}

impl<'s> Detach<'s> {
    /// Finds what is meant.
    ///
    /// # Errors
    /// When it is not attached, or several could be meant.
    pub(crate) fn new(
        (store, palette): (&'s Store, &'s PaletteStore),
        cluster: Document,
        reference: &Reference,
        revisions: Vec<Revision>,
    ) -> Result<Self, Error> {
        let view = cluster.cluster();
        let of_version = |it: &AttachedProfile<'_>| {
            it.name() == reference.profile && it.version().as_deref() == reference.version.as_deref()
        };
        let attached = match &reference.version {
            None => switch::attached(&view, &reference.profile)?,
            Some(_) => view.profiles().into_iter().find(of_version).map_or_else(
                || {
                    // What is attached of that name, or that nothing is.
                    let other = switch::attached(&view, &reference.profile)?;
                    Err(Error::new(
                        Kind::NotFound,
                        format!("cluster {:?} has {} attached in another version", view.name(), reference.profile),
                    )
                    .hint(format!(
                        "there is: {}@{}",
                        other.name(),
                        other.version().unwrap_or_default()
                    )))
                },
                Ok,
            )?,
        };
        let after = detached::without(&cluster.value, &attached);
        let profile = attached.raw().clone();
        Ok(Self { store, palette, cluster, profile, after, revisions })
    }

    /// `NAME@VERSION` of it.
    pub(crate) fn reference(&self) -> String {
        let view = self.view();
        profile_core::profile::reference(&view.name(), view.version().as_deref())
    }

    /// A view of it.
    pub(crate) fn view(&self) -> AttachedProfile<'_> {
        AttachedProfile::new(&self.profile, "profile".into())
    }

    /// What the rules say of the cluster without it.
    pub(crate) fn verdict(&self) -> Verdict {
        rules::check(&self.cluster.cluster(), &Cluster::new(&self.after), &Policy::default())
    }

    /// Records, detaches, and looks whether it is gone.
    ///
    /// # Errors
    /// Of the step that failed, with what stands then.
    pub(crate) async fn carry_out(&self, reason: Option<&str>, keeps_history: bool) -> Result<(), Error> {
        let mut revision = self.revision(reason).await;
        if keeps_history {
            self.store.create_revision(&self.cluster, &revision).await?;
        }
        let record = if keeps_history { Some(&mut revision) } else { None };
        // Palette keeps no version of the object to compare with.
        let ended = match self.refuse_moved().await {
            Ok(()) => {
                self.palette.detach(&self.cluster, &self.view().uid().unwrap_or_default(), &self.reference()).await
            }
            Err(error) => Err(error),
        };
        let now = self.store.reread(&self.cluster).await;
        self.settled(ended, now, record).await
    }

    /// Records how it ended, and says so.
    async fn settled(
        &self,
        ended: Result<(), Error>,
        now: Result<Document, Error>,
        record: Option<&mut Revision>,
    ) -> Result<(), Error> {
        let Ok(now) = now else {
            let left = "whether the profile is detached is not visible; the next run finds out";
            return Err(ended.err().unwrap_or_else(|| Error::failed("the cluster cannot be read any more")).hint(left));
        };
        let uid = self.view().uid();
        let is_there = now.cluster().profiles().iter().any(|it| it.uid() == uid);
        let ended = match (ended, is_there) {
            (Ok(()), false) => Ok(()),
            (Ok(()), true) => {
                Err(Error::failed(format!("Palette said yes and {} is still attached", self.reference())))
            }
            (Err(error), false) if error.kind != Kind::DecisionNeeded => Err(error.hint("it is detached all the same")),
            (Err(error), true) if is_open(&error) => {
                Err(error.hint("it is not detached so far, and may still be: look again"))
            }
            (Err(error), _) => Err(error.hint("nothing was written")),
        };
        // What may still arrive is settled by the next run.
        let is_known = !is_there || !ended.as_ref().is_err_and(is_open);
        if let (Some(revision), true) = (record, is_known) {
            // Somebody else may have been first.
            let is_ours = !ended.as_ref().is_err_and(|it| it.kind == Kind::DecisionNeeded);
            revision.status = if is_there || !is_ours { Status::Abandoned } else { Status::Deployed };
            let number = revision.number;
            let kept = self.store.settle_revision(&self.cluster, revision).await;
            return match (ended, kept) {
                (Ok(()), Err(error)) => Err(error.hint(format!(
                    "the profile is detached; only revision {number} stays pending, and the next run settles it"
                ))),
                (ended, _) => ended,
            };
        }
        ended
    }

    async fn refuse_moved(&self) -> Result<(), Error> {
        let now = self.store.reread(&self.cluster).await?;
        let (before, now) = (self.cluster.cluster(), now.cluster());
        if Content::of(&before) == Content::of(&now) && before.state() == now.state() {
            return Ok(());
        }
        Err(Error::new(Kind::DecisionNeeded, format!("cluster {:?} is not what was shown any more", before.name()))
            .hint("run this again"))
    }

    async fn revision(&self, reason: Option<&str>) -> Revision {
        let cluster = self.cluster.cluster();
        let newest = newest_deployed(&self.revisions);
        let taken = |it: &AttachedProfile<'_>| newest.and_then(|newest| newest.taken_of(it)).cloned();
        let bases: Vec<Taken> = cluster.profiles().iter().filter_map(taken).collect();
        let after = Cluster::new(&self.after);
        Revision {
            number: self.revisions.iter().map(|it| it.number).max().unwrap_or(0).saturating_add(1),
            cluster: cluster.name().into_owned(),
            cluster_uid: cluster.uid().map(Into::into),
            status: Status::Pending,
            action: ACTION.into(),
            from: self.reference(),
            to: TO.into(),
            created_at: Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            user: self.store.user().await,
            reason: reason.map(str::to_owned),
            decisions: Vec::new(),
            before: switch::templates(&self.cluster.value),
            after: switch::templates(&self.after),
            taken: after.profiles().iter().filter_map(taken).collect(),
            bases,
        }
    }
}
