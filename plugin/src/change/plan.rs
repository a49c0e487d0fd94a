//! Saved plans: what was decided about one cluster, without its values, to be carried out later or not at all.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use profile_core::{
    content,
    merge::{Decisions, Resolution, Side},
    switch::{self, Pins},
};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::proposal::{BaseArg, Goal, Proposal};
use crate::{
    error::{Error, Kind},
    output::API_VERSION,
    reference,
};

/// The kind that plan files name.
const KIND: &str = "Plan";

/// One change of one cluster as it was shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Plan {
    #[serde(rename = "apiVersion")]
    api_version: String,
    kind: String,
    /// The store in words, for people.
    pub(crate) store: String,
    /// The cluster's name.
    pub(crate) cluster: String,
    /// Its namespace.
    pub(crate) namespace: Option<String>,
    action: Action,
    /// `--base` as it was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    base: Option<String>,
    decisions: Decided,
    pins: Pins,
    /// A hash of the attached profiles as they would be.
    pending: String,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
enum Action {
    /// To another version, as `PROFILE@VERSION`.
    Switch(String),
    /// To what is published: of one profile, or of all.
    Update(Option<String>),
    /// To what stood after a revision.
    Rollback(u64),
}

/// Decisions without values.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Decided {
    on_conflict: Option<Side>,
    resolve: BTreeMap<String, Side>,
    accepted_losses: BTreeSet<String>,
}

/// Writes the plan of `proposal` to `path`, which only its owner may read.
pub(super) fn save(proposal: &Proposal, path: &Path) -> Result<(), Error> {
    let plan = of(proposal)?;
    let failed = |error: &dyn std::fmt::Display| unwritable(path, error);
    let text = serde_json::to_string_pretty(&plan).map_err(|error| failed(&error))?;
    let path = &file_at(path)?;
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // A temporary file has the mode 0600, and takes the place of an older plan in one step.
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(|error| failed(&error))?;
    file.write_all(text.as_bytes()).and_then(|()| file.write_all(b"\n")).map_err(|error| failed(&error))?;
    file.as_file().sync_all().map_err(|error| failed(&error))?;
    file.persist(path).map(|_| ()).map_err(|error| failed(&error.error))
}

/// The file that `path` leads to. A link stays one: what it points to is replaced. What is there and is no file, such as a
/// pipe or a device, is no place for a plan and stays what it is.
pub(super) fn file_at(path: &Path) -> Result<PathBuf, Error> {
    let refused = |what: &str| {
        Error::usage(format!("cannot write the plan to {}: {what}", path.display()))
            .hint("name a file, or one that is not there yet; nothing was written")
    };
    if path.as_os_str() == "-" {
        return Err(refused("a plan is a file that only its owner may read"));
    }
    match fs::metadata(path) {
        Ok(found) if found.is_file() => fs::canonicalize(path).map_err(|error| unwritable(path, &error)),
        Ok(found) if found.is_dir() => Err(refused("that is a directory")),
        Ok(_) => Err(refused("that is neither a file nor a link to one")),
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(unwritable(path, &error)),
        Err(_) if fs::symlink_metadata(path).is_ok() => Err(refused("that is a link to nothing")),
        Err(_) => Ok(path.to_owned()),
    }
}

fn unwritable(path: &Path, error: &dyn std::fmt::Display) -> Error {
    Error::failed(format!("cannot write the plan to {}: {error}", path.display()))
}

fn of(proposal: &Proposal) -> Result<Plan, Error> {
    let view = proposal.cluster.cluster();
    let action = match &proposal.goal {
        Goal::Switch(reference) => {
            Action::Switch(format!("{}@{}", reference.profile, reference.version.as_deref().unwrap_or_default()))
        }
        Goal::Update(profile) => Action::Update(profile.clone()),
        Goal::Rollback(Some(number)) => Action::Rollback(*number),
        Goal::Rollback(None) => {
            return Err(Error::usage("a plan names its revision: give --to-revision"));
        }
        Goal::Override(..) | Goal::Forget(_) => {
            return Err(Error::usage("a plan holds no values, and an override is nothing else"));
        }
    };
    let mut resolve = BTreeMap::new();
    for (place, resolution) in &proposal.decisions.by_place {
        let side = match resolution {
            Resolution::Override => Side::Override,
            Resolution::Profile => Side::Profile,
            Resolution::Value(_) => {
                return Err(Error::usage(format!("a plan holds no values, and {place} was given one"))
                    .hint("carry the change out now, or decide for one of the sides"));
            }
        };
        resolve.insert(place.clone(), side);
    }
    Ok(Plan {
        api_version: API_VERSION.into(),
        kind: KIND.into(),
        store: proposal.store.name(),
        cluster: view.name().into_owned(),
        namespace: view.namespace().map(Into::into),
        action,
        base: proposal.base.as_ref().map(ToString::to_string),
        decisions: Decided {
            on_conflict: proposal.decisions.on_conflict,
            resolve,
            accepted_losses: proposal.decisions.accepted_losses.clone(),
        },
        pins: proposal.pins(),
        pending: hash(proposal),
    })
}

fn hash(proposal: &Proposal) -> String {
    content::hash(&json!([switch::templates(proposal.pending())]))
}

impl Plan {
    /// Reads the plan at `path`.
    pub(crate) fn read(path: &Path) -> Result<Self, Error> {
        let text = crate::store::text(path)?;
        let plan: Self = serde_json::from_str(&text).map_err(|error| {
            Error::usage(format!("{}: not a plan: {error}", path.display()))
                .hint("save one by `kubectl profile switch --save-plan FILE`")
        })?;
        if (plan.api_version.as_str(), plan.kind.as_str()) != (API_VERSION, KIND) {
            return Err(Error::usage(format!(
                "{}: it is {} of {}, and {KIND} of {API_VERSION} is meant",
                path.display(),
                plan.kind,
                plan.api_version
            )));
        }
        Ok(plan)
    }

    /// What it is to reach.
    pub(crate) fn goal(&self) -> Result<Goal, Error> {
        Ok(match &self.action {
            Action::Switch(text) => Goal::Switch(reference::with_version(text).map_err(Error::usage)?),
            Action::Update(profile) => Goal::Update(profile.clone()),
            Action::Rollback(number) => Goal::Rollback(Some(*number)),
        })
    }

    /// `--base` as it was given.
    pub(crate) fn base(&self) -> Result<Option<BaseArg>, Error> {
        self.base
            .as_deref()
            .map(str::parse)
            .transpose()
            .map_err(|error| Error::usage(format!("the plan's base: {error}")))
    }

    /// What was decided.
    pub(crate) fn decisions(&self) -> Decisions {
        let side = |side: &Side| match side {
            Side::Override => Resolution::Override,
            Side::Profile => Resolution::Profile,
        };
        Decisions {
            on_conflict: self.decisions.on_conflict,
            by_place: self.decisions.resolve.iter().map(|(place, it)| (place.clone(), side(it))).collect(),
            accepted_losses: self.decisions.accepted_losses.clone(),
        }
    }

    /// Refuses a store of another kind than the plan was made on: nothing of what it would say of that were true.
    pub(crate) fn refuse_other_store(&self, proposal: &Proposal) -> Result<(), Error> {
        let kind = |name: &str| name.split([',', ' ']).next().unwrap_or_default().to_owned();
        let now = proposal.store.name();
        if kind(&self.store) == kind(&now) {
            return Ok(());
        }
        Err(Error::usage(format!("the plan was made for {}, and this is {now}", self.store))
            .hint("name the same store: -f PATH for files, --context NAME for a cluster; nothing was written"))
    }

    /// Refuses when anything that matters is not as it was when the plan was made.
    pub(crate) fn refuse_moved(&self, proposal: &Proposal) -> Result<(), Error> {
        let mut moved = self.pins.moved(&proposal.pins());
        if moved.is_empty() && self.pending != hash(proposal) {
            moved.push("the same decisions come to something else");
        }
        if moved.is_empty() {
            return Ok(());
        }
        let message = format!("cluster {:?} is not what the plan was made for: {}", self.cluster, moved.join("; "));
        Err(Error::new(Kind::DecisionNeeded, message).hint("nothing was written; look again and save a new plan"))
    }
}
