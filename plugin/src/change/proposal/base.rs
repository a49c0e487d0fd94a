//! `--base`: what the user says that a cluster's copy was taken from.

use std::{path::PathBuf, str::FromStr};

use profile_core::{
    base::{Base, Purpose},
    profile::{self, AttachedProfile},
};

use super::Proposal;
use crate::{
    error::{Error, Kind},
    selection,
    store::Document,
};

/// Where the base comes from, as given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum BaseArg {
    /// What is published today.
    Published,
    /// What a revision recorded.
    Revision(u64),
    /// A profile in a file.
    File(PathBuf),
}

impl FromStr for BaseArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "" => Err("name published, a revision's number, or a file".into()),
            "published" => Ok(Self::Published),
            _ => Ok(text.parse().map_or_else(|_| Self::File(text.into()), Self::Revision)),
        }
    }
}

impl std::fmt::Display for BaseArg {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Published => f.write_str("published"),
            Self::Revision(number) => number.fmt(f),
            Self::File(path) => path.display().fmt(f),
        }
    }
}

impl Proposal {
    /// What `attached` was taken from: as the user says, else as far as it can be told.
    pub(super) fn base_of(&self, attached: &AttachedProfile<'_>, purpose: Purpose) -> Result<Base, Error> {
        let cluster = self.cluster.cluster();
        let published = selection::published_of(&self.profiles, attached);
        let reference = profile::reference(&attached.name(), attached.version().as_deref());
        match &self.base {
            None => {
                let published = published.map(Document::profile);
                Ok(Base::of(&cluster, attached, &self.revisions, published.as_ref(), purpose))
            }
            Some(BaseArg::Published) => {
                let content = published.and_then(|it| it.profile().content().map(|content| content.raw().clone()));
                let missing = || {
                    Error::new(
                        Kind::NotFound,
                        format!(
                            "--base=published: what is published for {reference} is not visible in {}",
                            self.store.scope_of(&self.cluster)
                        ),
                    )
                };
                Ok(Base::named(content.ok_or_else(missing)?, "what is published today, as --base says".into()))
            }
            Some(BaseArg::Revision(number)) => {
                let revision = self.revisions.iter().find(|it| it.number == *number).ok_or_else(|| {
                    let numbers: Vec<_> = self.revisions.iter().map(|it| it.number.to_string()).collect();
                    Error::new(
                        Kind::NotFound,
                        format!("--base={number}: cluster {:?} has no such revision", cluster.name()),
                    )
                    .hint(format!("there is: {}", if numbers.is_empty() { "none".into() } else { numbers.join(", ") }))
                })?;
                let known = revision.taken.iter().chain(&revision.bases).find(|it| it.profile == attached.name());
                let taken = known.ok_or_else(|| {
                    Error::new(
                        Kind::NotFound,
                        format!(
                            "--base={number}: revision {number} did not record what was published for profile {:?}",
                            attached.name()
                        ),
                    )
                })?;
                Ok(Base::named(taken.content.clone(), format!("what revision {number} recorded, as --base says")))
            }
            Some(BaseArg::File(path)) => {
                let documents: Vec<_> =
                    crate::store::documents(path)?.into_iter().map(Document::with_variables).collect();
                let mut named = documents.iter().filter(|it| it.profile().name() == attached.name());
                let found = named.find(|it| it.profile().content().is_some()).map(Document::profile);
                if let Some(found) = &found
                    && found.version().is_some()
                    && found.version() != attached.version()
                {
                    let other = found.reference();
                    return Err(Error::usage(format!(
                        "--base={}: the file holds {other}, and the cluster took {reference}",
                        path.display()
                    ))
                    .hint(format!("name a file with {reference} as it was published then; nothing was written")));
                }
                let content = found.and_then(|it| it.content()).map(|content| content.raw().clone());
                let missing = || {
                    Error::new(
                        Kind::NotFound,
                        format!(
                            "--base={}: the file holds no published version of profile {:?}",
                            path.display(),
                            attached.name()
                        ),
                    )
                };
                Ok(Base::named(content.ok_or_else(missing)?, format!("{}, as --base says", path.display())))
            }
        }
    }
}
