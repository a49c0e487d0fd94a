//! Makes a new version of a profile in Palette: a copy as a draft, values set in it, a look at it, and then it is published.
//!
//! Each step is one request that is not sent twice. Whatever ends it in between, what exists then is told.

use profile_core::field;
use serde_json::Value;

use super::changed::{self, Held, PackAssignment};
use crate::{
    error::Error,
    reference::Reference,
    selection,
    store::{
        Document, PaletteStore, Sought,
        profiles::{Version, is_open},
    },
};

/// A new version as it is to be.
pub(crate) struct Making<'s> {
    store: &'s PaletteStore,
    /// The version that is copied.
    pub(crate) source: Document,
    profile: String,
    version: String,
    /// The content that it is to have.
    pub(crate) pending: Value,
    /// The packs whose values are set to something else.
    pub(crate) differing: Vec<String>,
    /// The uid of a draft that is there already.
    pub(crate) draft: Option<String>,
}

impl<'s> Making<'s> {
    /// Reads what there is, and decides what is to be made of it.
    ///
    /// # Errors
    /// When the source is no published version, a value cannot be set, or the version is there and is not to be finished.
    pub(crate) async fn new(
        store: &'s PaletteStore,
        (source, version): (&Reference, &str),
        set: &[PackAssignment],
    ) -> Result<Self, Error> {
        let profiles = store.profiles(&Sought::named(source)).await?;
        let source = selection::version(&profiles, source, &store.scope())?.clone();
        let view = source.profile();
        let (profile, reference) = (view.name().into_owned(), view.reference());
        let Some(content) = view.content().map(|it| it.raw().clone()) else {
            return Err(Error::refused(format!("{reference} is not published, or its content is not to be seen"))
                .hint("publish it in Palette, or copy another version; nothing was written"));
        };
        let (mut pending, differing) = changed::with(&content, set)?;
        pending["profileVersion"] = version.into();
        let all = store.versions_of(&profile).await?;
        let mut making = Self { store, source, profile, version: version.into(), pending, differing, draft: None };
        if let Some(there) = all.iter().find(|it| it.version == version) {
            let found = store.version_now(&there.uid).await?;
            making.refuse_existing(&found, &there.uid, &content)?;
            making.draft = Some(there.uid.clone());
        }
        Ok(making)
    }

    /// `NAME@VERSION` of what is made.
    pub(crate) fn reference(&self) -> String {
        format!("{}@{}", self.profile, self.version)
    }

    /// A version that is there may be finished where it is a draft that nobody else has touched.
    fn refuse_existing(&self, found: &Version, uid: &str, source: &Value) -> Result<(), Error> {
        let reference = self.reference();
        let error = |what: &str| {
            Error::refused(format!("{reference} exists already in {} (uid {uid}){what}", self.store.scope()))
        };
        if found.is_published {
            return Err(error("").hint("name a version that is free; nothing was written"));
        }
        if changed::is_between(found.content(), source, &self.pending) {
            return Ok(());
        }
        Err(error(" as a draft that is no copy of the source")
            .hint("publish or delete it in Palette, or name a version that is free; nothing was written"))
    }

    /// Makes it, and gives its uid and what should be known.
    ///
    /// # Errors
    /// Of the step that failed, with what exists then.
    pub(crate) async fn carry_out(&self) -> Result<(String, Vec<String>), Error> {
        let uid = match &self.draft {
            Some(uid) => uid.clone(),
            None => self.copy().await?,
        };
        match self.finish(&uid).await {
            Ok(notes) => Ok((uid, notes)),
            Err(error) => Err(self.left(&uid, error).await),
        }
    }

    async fn copy(&self) -> Result<String, Error> {
        let reference = self.reference();
        let source = self.source.profile().uid().unwrap_or_default().into_owned();
        let error = match self.store.copy_version(&source, (&self.profile, &self.version)).await {
            Ok(uid) if !uid.is_empty() => return Ok(uid),
            Ok(_) => Error::failed(format!("Palette gave no uid for {reference}")),
            Err(error) if !is_open(&error) => return Err(error.hint("nothing was written")),
            Err(error) => error,
        };
        match self.store.versions_of(&self.profile).await {
            Ok(all) => match all.iter().find(|it| it.version == self.version) {
                Some(made) => Err(error
                    .hint(format!(
                        "{reference} was made all the same: uid {}, a draft without the values to set",
                        made.uid
                    ))
                    .hint(AGAIN)),
                None => Err(error.hint(format!(
                    "{reference} was not made, as far as Palette's list of versions tells; run this again"
                ))),
            },
            Err(_) => Err(error.hint(format!("whether {reference} was made is not known")).hint(AGAIN)),
        }
    }

    async fn finish(&self, uid: &str) -> Result<Vec<String>, Error> {
        let reference = self.reference();
        let draft = self.store.version_now(uid).await?;
        for name in &self.differing {
            let missing = || Error::failed(format!("{reference} has no pack {name:?}"));
            let mut pack = pack(draft.content(), name).ok_or_else(missing)?.clone();
            let wanted = pack_values(&self.pending, name);
            if pack_values(draft.content(), name) != wanted {
                pack["values"] = wanted.into();
                self.store.write_pack(uid, &pack).await?;
            }
        }
        self.refuse_other(&self.store.version_now(uid).await?)?;
        self.store.publish(uid, &reference).await?;
        let made = self.store.version_now(uid).await?;
        if !made.is_published {
            return Err(Error::failed(format!("Palette said yes and {reference} is not published")));
        }
        self.refuse_other(&made)
    }

    /// Refuses what is not what was shown; what is only written otherwise is told.
    fn refuse_other(&self, found: &Version) -> Result<Vec<String>, Error> {
        match changed::held(&self.pending, found.content()) {
            Held::Same => Ok(Vec::new()),
            Held::Rewritten(packs) => Ok(vec![format!(
                "Palette wrote these values in its own way, and they say the same: {}",
                packs.join(", ")
            )]),
            Held::Different(packs) => {
                Err(Error::failed(format!("{} is not what was shown: {}", self.reference(), packs.join(", "))))
            }
        }
    }

    /// The error with what exists now, and how to go on.
    async fn left(&self, uid: &str, error: Error) -> Error {
        let reference = self.reference();
        let Ok(found) = self.store.version_now(uid).await else {
            return error.hint(format!("{reference} exists (uid {uid}); what it holds is not visible now")).hint(AGAIN);
        };
        let is_set = |name: &&String| pack_values(found.content(), name) == pack_values(&self.pending, name);
        let (set, open): (Vec<_>, Vec<_>) = self.differing.iter().partition(is_set);
        let listed = |of: &[&String]| match of {
            [] => "none".to_owned(),
            some => some.iter().map(|it| it.as_str()).collect::<Vec<_>>().join(", "),
        };
        let state = if found.is_published { "published" } else { "not published" };
        let error = error.hint(format!(
            "{reference} exists (uid {uid}), {state}; packs with the values set: {}; without: {}",
            listed(&set),
            listed(&open)
        ));
        if found.is_published { error } else { error.hint(AGAIN) }
    }
}

/// How to go on with a draft.
const AGAIN: &str = "the same command finishes the draft; nobody can use it before that, and Palette can delete it";

fn pack<'v>(content: &'v Value, name: &str) -> Option<&'v Value> {
    field::items(content, &["packs"])
        .map(|(_, it)| it)
        .find(|it| field::text(it, &["name"]).is_some_and(|it| it == name))
}

fn pack_values(content: &Value, name: &str) -> String {
    pack(content, name).and_then(|it| field::text(it, &["values"])).unwrap_or_default().into_owned()
}
