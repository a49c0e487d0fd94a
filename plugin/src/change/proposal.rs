//! What is to become of one cluster: computed from what was read, and anew whenever that moved.

use std::{collections::BTreeMap, rc::Rc};

use profile_core::{
    blame::Blame,
    cluster::Cluster,
    mask::Context,
    merge::{Decisions, Override},
    profile::AttachedProfile,
    repave, retold,
    revision::{Revision, Taken, newest_deployed},
    rules::{self, Policy, Verdict},
    switch::{self, Pins},
};
use serde_json::Value;

mod base;
mod draft;
mod edits;
mod forgotten;
mod overridden;
mod rolled_back;
mod switched;
mod updated;

pub(crate) use self::{
    base::BaseArg,
    draft::{Draft, ProfileDraft, placed},
    edits::{Assignment, PackEdit, PackReference, path_to_unset},
    rolled_back::allowed,
};
use super::variables::{self, Values};
use crate::{
    decide::{Buffer, Edited},
    error::{Error, Kind},
    output::Output,
    reference::Reference,
    review::{Review, Sides, judgement::Judgement},
    selection,
    store::{Document, Manner, Sought, Store},
};

/// What a change is to reach.
#[derive(Clone, Debug)]
pub(crate) enum Goal {
    /// Another version of an attached profile.
    Switch(Reference),
    /// What is published today for the attached versions: of one profile, or of all.
    Update(Option<String>),
    /// Own values of one pack.
    Override(PackReference, PackEdit),
    /// No own values that equal what is published: of one pack, or of all.
    Forget(Option<PackReference>),
    /// What the cluster had: after a revision, or before the newest.
    Rollback(Option<u64>),
}

impl Goal {
    /// The verb that a revision records.
    pub(crate) fn action(&self) -> &'static str {
        match self {
            Self::Switch(_) => "switch",
            Self::Update(_) => "update",
            Self::Override(..) | Self::Forget(_) => "override",
            Self::Rollback(_) => "rollback",
        }
    }

    /// What is said of a cluster when it is done.
    pub(crate) fn done(&self) -> &'static str {
        match self {
            Self::Switch(_) => "switched",
            Self::Update(_) => "updated",
            Self::Override(..) => "overridden",
            Self::Forget(_) => "cleared of redundant overrides",
            Self::Rollback(_) => "rolled back",
        }
    }
}

impl Goal {
    /// The profile versions that it needs the content of.
    fn wanted(&self, cluster: &Document) -> Sought {
        let attached = Sought::attached([cluster]);
        match self {
            Self::Switch(reference) => attached.and(reference),
            Self::Update(_) | Self::Override(..) | Self::Forget(_) | Self::Rollback(_) => attached,
        }
    }
}

/// A goal for one cluster, everything that was read for it, and what comes out.
pub(crate) struct Proposal {
    pub(crate) store: Rc<Store>,
    pub(crate) cluster: Document,
    pub(crate) profiles: Vec<Document>,
    /// Why the store offers an update, in words.
    causes: Vec<String>,
    pub(crate) revisions: Vec<Revision>,
    pub(crate) goal: Goal,
    pub(crate) base: Option<BaseArg>,
    pub(crate) decisions: Decisions,
    pub(crate) draft: Draft,
    /// What the store itself says of the change, once it was asked.
    pub(crate) judgement: Option<Judgement>,
    /// Whether the cluster is to download it first and to wait.
    pub(crate) is_staged: bool,
    /// Values of variables that the user gave.
    variables: Values,
    /// Profiles as the user edited them, by their field paths.
    edited: BTreeMap<String, Edited>,
    /// The files that were edited, until what is in them is written.
    buffers: Vec<Buffer>,
}

impl Proposal {
    /// Reads the profiles and computes what `goal` comes to.
    pub(crate) async fn new(
        store: Rc<Store>,
        cluster: Document,
        revisions: Vec<Revision>,
        goal: Goal,
        (base, decisions): (Option<BaseArg>, Decisions),
    ) -> Result<Self, Error> {
        let mut proposal = Self { base, ..Self::of_read((store, cluster, revisions), Vec::new(), goal, decisions) };
        proposal.read_beside().await?;
        proposal.compute()?;
        Ok(proposal)
    }

    /// Takes what was read, and computes nothing yet.
    pub(crate) fn of_read(
        (store, cluster, revisions): (Rc<Store>, Document, Vec<Revision>),
        profiles: Vec<Document>,
        goal: Goal,
        decisions: Decisions,
    ) -> Self {
        Self {
            store,
            cluster,
            profiles,
            causes: Vec::new(),
            revisions,
            goal,
            base: None,
            decisions,
            draft: Draft::default(),
            judgement: None,
            is_staged: false,
            variables: Values::new(),
            edited: BTreeMap::new(),
            buffers: Vec::new(),
        }
    }

    /// Reads what the pending document is computed from beside the cluster.
    async fn read_beside(&mut self) -> Result<(), Error> {
        let Self { store, cluster, revisions, goal, .. } = self;
        let mut profiles = store.profiles(&goal.wanted(cluster)).await?;
        let flagged = store.flagged(cluster, &profiles, revisions).await?;
        if let Goal::Update(_) = goal {
            self.causes = store.pending_update(cluster, &mut profiles).await?;
        }
        self.cluster = flagged;
        self.profiles = profiles;
        Ok(())
    }

    /// Reads the cluster and the profiles again.
    pub(crate) async fn refresh(&mut self) -> Result<(), Error> {
        self.cluster = self.store.reread(&self.cluster).await?;
        self.read_beside().await?;
        self.compute()
    }

    /// Computes the pending document from what was read and decided.
    pub(crate) fn compute(&mut self) -> Result<(), Error> {
        let judged = std::mem::take(&mut self.draft.pending);
        self.draft = match &self.goal {
            Goal::Switch(reference) => switched::draft(self, reference)?,
            Goal::Update(profile) => updated::draft(self, profile.as_deref())?,
            Goal::Override(pack, edit) => overridden::draft(self, pack, edit)?,
            Goal::Forget(pack) => forgotten::draft(self, pack.as_ref())?,
            Goal::Rollback(revision) => rolled_back::draft(self, *revision)?,
        };
        for draft in &mut self.draft.profiles {
            if let Some(edited) = self.edited.get(&draft.path) {
                let content = edited.applied_to(&draft.merged.content);
                let overrides = &mut draft.merged.overrides;
                edited.settle_refused(overrides);
                let published = draft.taken.as_ref().map_or(&draft.merged.content, |taken| &taken.content);
                retold::tell(overrides, published, (&draft.merged.content, &content));
                draft.merged.content = content;
            }
        }
        self.put_variables()?;
        self.draft.notes.extend(self.causes.iter().map(|it| format!("an update is pending: {it}")));
        self.draft.pending = draft::pending(&self.cluster.value, &self.draft.profiles);
        if judged != self.draft.pending {
            self.judgement = None;
        }
        Ok(())
    }

    /// Gives values to variables of the profiles that change.
    pub(crate) fn set_variables(&mut self, values: Values) -> Result<(), Error> {
        self.variables = values;
        if self.variables.is_empty() { Ok(()) } else { self.compute() }
    }

    fn put_variables(&mut self) -> Result<(), Error> {
        let mut met = std::collections::BTreeSet::new();
        for draft in &mut self.draft.profiles {
            let version = self.profiles.iter().find(|it| it.profile().reference() == draft.to);
            let current = AttachedProfile::new(&draft.current, draft.path.clone());
            met.extend(variables::put(&mut draft.merged.content, &current, version, &self.variables)?);
            variables::settle(&mut draft.merged.overrides, &self.variables);
            if matches!(*self.store, Store::Palette(_)) && draft.from == draft.to {
                variables::keep_masked(&mut draft.merged.content, &current, &mut draft.merged.overrides);
            }
        }
        let contents: Vec<_> = self.draft.profiles.iter().map(|it| &it.merged.content).collect();
        variables::refuse_unknown(&self.variables, &met, &contents)
    }

    /// The variables that the versions after the change require and the cluster would have no value for, by `NAME@VERSION`.
    pub(crate) fn missing_variables(&self) -> Vec<(String, Vec<String>)> {
        let of = |draft: &ProfileDraft| {
            // What stands behind a mask is not taken along to another version.
            let masked = if draft.from == draft.to { Vec::new() } else { variables::masked(&draft.merged.content) };
            if !masked.is_empty() && matches!(*self.store, Store::Palette(_)) {
                return Some((draft.to.clone(), masked));
            }
            let version = self.profiles.iter().find(|it| it.profile().reference() == draft.to)?;
            let missing = variables::missing(&draft.merged.content, version);
            (!missing.is_empty()).then(|| (draft.to.clone(), missing))
        };
        self.draft.profiles.iter().filter_map(of).collect()
    }

    /// Refuses a change to a version that requires values which the cluster would not have.
    pub(crate) fn refuse_missing_variables(&self) -> Result<(), Error> {
        match self.missing_variables().first() {
            Some((version, names)) => Err(variables::lacking(&self.cluster.cluster().name(), version, names)),
            None => Ok(()),
        }
    }

    /// Takes over what the user made of the profile at `path` in the editor.
    pub(crate) fn take_edited(&mut self, path: String, edited: Edited) -> Result<(), Error> {
        self.decisions = edited.decisions.clone();
        self.edited.insert(path, edited);
        self.compute()
    }

    /// Keeps a file that was edited until the change is made.
    pub(crate) fn hold(&mut self, buffer: Buffer) {
        self.buffers.push(buffer);
    }

    /// Gives up the files that were edited: what is in them is written, or nothing is to be.
    pub(crate) fn discard_buffers(&mut self) {
        self.buffers.drain(..).for_each(Buffer::discard);
    }

    /// The error with every file named that was edited for nothing.
    pub(crate) fn name_buffers(&self, error: Error) -> Error {
        self.buffers.iter().fold(error, |error, buffer| buffer.named(error))
    }

    /// Whether the pending document holds what the user edited for the cluster as it was shown.
    pub(crate) fn was_edited(&self) -> bool {
        !self.edited.is_empty()
    }

    /// The draft of the profile whose pack is overridden, and that pack as it would be.
    pub(crate) fn overridden_pack(&self) -> Option<(&ProfileDraft, Value)> {
        let Goal::Override(reference, _) = &self.goal else { return None };
        let draft = self.draft.profiles.first()?;
        let packs = draft.merged.content["packs"].as_array()?;
        let pack = packs.iter().find(|pack| pack["name"].as_str() == Some(reference.pack.as_str()))?;
        Some((draft, pack.clone()))
    }

    /// What the rules would say with this content at `path`.
    pub(crate) fn verdict_with(&self, path: &str, content: &Value) -> Verdict {
        let pending = placed(&self.draft.pending, path, content);
        rules::check(&self.cluster.cluster(), &Cluster::new(&pending), &Policy::default())
    }

    /// The cluster document after the change.
    pub(crate) fn pending(&self) -> &Value {
        &self.draft.pending
    }

    /// Whether nothing would change.
    pub(crate) fn is_unchanged(&self) -> bool {
        let (now, pending) = (switch::templates(&self.cluster.value), switch::templates(&self.draft.pending));
        self.store.writes_nothing(&now, &pending) && !self.is_only_recorded()
    }

    /// Whether nothing would change because the newest change came to this, and nobody has touched the cluster since.
    pub(crate) fn is_carried_out(&self) -> bool {
        let now = switch::templates(&self.cluster.value);
        let is_same = |it: &Value| self.store.writes_nothing(it, &now);
        self.is_unchanged()
            && newest_deployed(&self.revisions).is_some_and(|it| is_same(&it.after) && !is_same(&it.before))
    }

    /// Whether nothing changes but the record: what the cluster holds is decided over again against a newer base, so that
    /// the next look must not ask the same.
    fn is_only_recorded(&self) -> bool {
        let decides = match &self.goal {
            Goal::Switch(_) | Goal::Update(_) => self.overrides().next().is_some(),
            Goal::Forget(_) => true,
            Goal::Override(..) | Goal::Rollback(_) => false,
        };
        let (bases, taken) = self.bases();
        decides && bases != taken
    }

    /// Whether what the cluster is said to set itself rests on an assumption.
    pub(crate) fn assumes(&self) -> bool {
        self.draft.profiles.iter().any(|it| it.base.is_assumed() && !it.merged.overrides.is_empty())
    }

    /// All overrides of the profiles that change, with their verdicts.
    pub(crate) fn overrides(&self) -> impl Iterator<Item = &Override> {
        self.draft.profiles.iter().flat_map(|it| &it.merged.overrides)
    }

    /// Places whose loss is accepted where the cluster sets nothing: perhaps they are misspelt.
    pub(crate) fn unmet_losses(&self) -> Vec<String> {
        let is_met = |place: &&String| {
            let alone = Decisions { accepted_losses: [(*place).clone()].into(), ..Decisions::default() };
            self.overrides().any(|it| it.is_named(place) || alone.accepts_loss(it))
        };
        self.decisions.accepted_losses.iter().filter(|place| !is_met(place)).cloned().collect()
    }

    /// The same of places that are decided one by one.
    pub(crate) fn unmet_decisions(&self) -> Vec<String> {
        let is_met = |place: &&String| self.overrides().any(|it| it.is_named(place));
        self.decisions.by_place.keys().filter(|place| !is_met(place)).cloned().collect()
    }

    /// What the rules say of the change.
    pub(crate) fn verdict(&self) -> Verdict {
        rules::check(&self.cluster.cluster(), &Cluster::new(&self.draft.pending), &Policy::default())
    }

    /// Asks the store itself what it says of the change as it stands.
    pub(crate) async fn ask_store(&mut self) {
        if self.judgement.is_none() {
            self.judgement = self.store.judge(&self.cluster, &self.draft.pending).await;
        }
    }

    /// How it is written, where the store tells ways apart.
    pub(crate) fn manner(&self) -> Manner {
        Manner { is_update: matches!(self.goal, Goal::Update(_)), is_staged: self.is_staged }
    }

    /// What must not move between the look and the write.
    pub(crate) fn pins(&self) -> Pins {
        Pins::of(&self.cluster.cluster(), self.draft.target.clone())
    }

    /// What the attached profiles are taken from before the change and after it, as far as it is known. What a profile
    /// that does not change was taken from is known from the newest revision alone.
    pub(crate) fn bases(&self) -> (Vec<Taken>, Vec<Taken>) {
        let (mut before, mut after) = (Vec::new(), Vec::new());
        for attached in self.cluster.cluster().profiles() {
            match self.draft.profiles.iter().find(|it| it.path == attached.path()) {
                Some(draft) => {
                    before.extend(draft.base.taken(&attached));
                    after.extend(draft.taken.clone());
                }
                None => {
                    let taken = newest_deployed(&self.revisions).and_then(|it| it.taken_of(&attached)).cloned();
                    before.extend(taken.clone());
                    after.extend(taken);
                }
            }
        }
        (before, after)
    }

    /// `NAME@VERSION` of what changes, before and after.
    pub(crate) fn references(&self) -> (String, String) {
        let joined = |of: fn(&ProfileDraft) -> &str| self.draft.profiles.iter().map(of).collect::<Vec<_>>().join(", ");
        (joined(|it| &it.from), joined(|it| &it.to))
    }

    /// What the published versions of the attached profiles say to be secret.
    pub(crate) fn known_secrets(&self) -> Context {
        known_secrets(&self.cluster, &self.profiles)
    }

    /// What is shown of the change.
    pub(crate) fn review(&self, labels: (&str, &str)) -> Review {
        let before = self.cluster.cluster();
        let after = Cluster::new(&self.draft.pending);
        let pending = after.profiles();
        let sides = self.draft.profiles.iter().filter_map(|draft| {
            let pending = pending.iter().find(|it| it.path() == draft.path)?;
            Some(Sides {
                current: draft.current.clone(),
                pending: pending.raw().clone(),
                current_label: labels.0.into(),
                pending_label: labels.1.into(),
            })
        });
        let bases: Vec<_> =
            self.draft.profiles.iter().filter(|it| it.has_base()).map(ProfileDraft::base_words).collect();
        let notes = self.draft.profiles.iter().flat_map(|it| it.merged.notes.clone());
        let blamed = self.overrides().filter(|it| !self.was_edited() || !retold::is_newly_set(it));
        Review {
            store: self.store.name(),
            known: self.known_secrets(),
            cluster: before.name().into_owned(),
            namespace: before.namespace().map(Into::into),
            heading: selection::place(&self.cluster),
            sides: sides.collect(),
            base: (!bases.is_empty()).then(|| bases.join("; ")),
            overrides: self.overrides().cloned().collect(),
            blame: blamed.map(|it| (it.place(), Blame::of(it, &self.revisions))).collect(),
            notes: self.draft.notes.iter().cloned().chain(notes).collect(),
            verdict: Some(self.verdict()),
            repave: Some(repave::estimate(&before, &after)),
            judgement: self.judgement.clone(),
        }
    }
}

/// The revisions of a cluster with the truth about those that are pending, for commands that write nothing. Where they
/// are not visible that is said, and nothing is known of the past.
pub(crate) async fn known_revisions(store: &Store, cluster: &Document, output: &mut Output) -> Vec<Revision> {
    match store.revisions(cluster).await {
        Ok(mut revisions) => {
            for revision in &mut revisions {
                if revision.status == profile_core::revision::Status::Pending {
                    revision.status = revision.settle(&cluster.cluster());
                }
            }
            revisions
        }
        Err(error) => {
            output.warning(&format!("the revisions of this cluster are not visible: {error}"));
            Vec::new()
        }
    }
}

/// What the published versions of a cluster's profiles say to be secret: the cluster's copies hold the values alone.
pub(crate) fn known_secrets(cluster: &Document, profiles: &[Document]) -> Context {
    let attached = cluster.cluster().profiles();
    let is_attached = |it: &&Document| attached.iter().any(|attached| attached.name() == it.profile().name());
    let contexts = profiles.iter().filter(is_attached).map(|it| Context::of_published(&it.profile()));
    contexts.fold(Context::default(), Context::and)
}

/// An error for a cluster that has nothing attached.
fn nothing_attached(cluster: &Document) -> Error {
    Error::new(Kind::NotFound, format!("cluster {:?} has no profile attached", cluster.cluster().name()))
}
