//! Reads what the rules look at from JSON text, and nothing is built of the rest.
//!
//! A field that is read may not stand twice in its object: whoever reads the object later could take the other one.

use std::borrow::Cow;

use serde_json::Value;

use super::{Facts, PackFacts, Pending, ProfileFacts, Scalar, Source, Text};
use crate::{
    annotations::ALLOW,
    cluster::PackStatus,
    field,
    json::{Cursor, JsonError, Kind, Problem, Written},
};

/// Reads a cluster before and after a write, in either order: what is written alike in both is read once.
#[derive(Debug, Default)]
pub struct Reader<'a> {
    before: Option<Facts<'a>>,
    after: Option<Pending<'a>>,
    status: Option<(Written<'a>, Status<'a>)>,
}

/// What is read of a status.
#[derive(Debug, Default)]
struct Status<'a> {
    state: Text<'a>,
    packs: Vec<PackStatus<'a>>,
}

impl<'a> Reader<'a> {
    /// Reads the cluster before the write.
    ///
    /// # Errors
    ///
    /// When it is not JSON, is no object, or when a field of it that is read stands twice.
    pub fn before(&mut self, cursor: &mut Cursor<'a>) -> Result<(), JsonError> {
        let Self { after, status: known_status, .. } = self;
        let mut status = Status::default();
        let facts = cluster(cursor, after.as_ref().map(Pending::facts), |cursor| {
            status = match known_status.take() {
                Some((written, known)) if cursor.skip_same(written) => known,
                _ => Status::read(cursor)?,
            };
            Ok(())
        })?;
        self.before = Some(Facts { state: status.state, pack_statuses: status.packs, ..facts });
        Ok(())
    }

    /// Reads the cluster as the write would leave it; its status is none of the write's.
    ///
    /// # Errors
    ///
    /// When it is not JSON, is no object, or when a field of it that is read stands twice.
    pub fn after(&mut self, cursor: &mut Cursor<'a>) -> Result<(), JsonError> {
        let Self { before, status, .. } = self;
        let facts = cluster(cursor, before.as_ref(), |cursor| {
            // The API server writes the stored status here, too, so that it is read here and not once more.
            *status = cursor.attempt(|cursor| cursor.written(Status::read))?;
            Ok(())
        })?;
        self.after = Some(Pending(facts));
        Ok(())
    }

    /// What was read of the cluster before the write and after it.
    pub fn into_facts(self) -> (Option<Facts<'a>>, Option<Pending<'a>>) {
        (self.before, self.after)
    }
}

/// Reads a cluster of which another state may be known.
fn cluster<'a>(
    cursor: &mut Cursor<'a>,
    known: Option<&Facts<'a>>,
    mut status: impl FnMut(&mut Cursor<'a>) -> Result<(), JsonError>,
) -> Result<Facts<'a>, JsonError> {
    let mut facts = Facts::default();
    let is_object = cursor.object(["metadata", "spec", "status"], |name, cursor| match name {
        "metadata" => metadata(cursor, &mut facts),
        "spec" => spec(cursor, known, &mut facts),
        _ => status(cursor),
    })?;
    if is_object { Ok(facts) } else { Err(cursor.error(Problem::Field)) }
}

fn spec<'a>(cursor: &mut Cursor<'a>, known: Option<&Facts<'a>>, facts: &mut Facts<'a>) -> Result<(), JsonError> {
    cursor.object(["cloudType", "clusterType", "clusterProfileTemplates"], |name, cursor| {
        match name {
            "cloudType" => facts.cloud_type = text(cursor)?,
            "clusterType" => facts.cluster_type = text(cursor)?,
            _ => profiles(cursor, known, facts)?,
        }
        Ok(())
    })?;
    Ok(())
}

fn profiles<'a>(cursor: &mut Cursor<'a>, known: Option<&Facts<'a>>, facts: &mut Facts<'a>) -> Result<(), JsonError> {
    if let Some(known) = known
        && known.source_of_profiles.skips(cursor)
    {
        facts.profiles.clone_from(&known.profiles);
        return Ok(());
    }
    let known = known.map_or(&[][..], |it| &it.profiles);
    facts.profiles.reserve(known.len());
    let (written, _) = cursor.written(|cursor| {
        cursor.list(|index, cursor| {
            let known = known.get(index).map_or(&[][..], |it| &it.packs);
            facts.profiles.push(profile(cursor, index, known)?);
            Ok(())
        })
    })?;
    facts.source_of_profiles = Source(Some(written));
    Ok(())
}

/// Reads an attached profile of which another state may have had the packs `known`.
fn profile<'a>(cursor: &mut Cursor<'a>, index: usize, known: &[PackFacts<'a>]) -> Result<ProfileFacts<'a>, JsonError> {
    let mut profile = ProfileFacts::default();
    cursor.object(["uid", "packs"], |name, cursor| {
        if name == "uid" {
            profile.uid = text(cursor)?;
            return Ok(());
        }
        profile.packs.reserve(known.len());
        cursor.list(|position, cursor| {
            let pack = match known.get(position) {
                Some(known) if known.source.skips(cursor) => known.clone(),
                _ => pack(cursor, (index, position))?,
            };
            profile.packs.push(pack);
            Ok(())
        })?;
        Ok(())
    })?;
    Ok(profile)
}

fn pack<'a>(cursor: &mut Cursor<'a>, place: (usize, usize)) -> Result<PackFacts<'a>, JsonError> {
    let mut pack = PackFacts { place, ..PackFacts::default() };
    let (written, _) = cursor.written(|cursor| {
        cursor.object(["name", "layer", "version", "tag"], |name, cursor| {
            match name {
                "name" => pack.name = text(cursor)?,
                "layer" => pack.layer = text(cursor)?,
                "version" => pack.version = scalar(cursor)?,
                _ => pack.tag = scalar(cursor)?,
            }
            Ok(())
        })
    })?;
    pack.source = Source(Some(written));
    Ok(pack)
}

fn metadata<'a>(cursor: &mut Cursor<'a>, facts: &mut Facts<'a>) -> Result<(), JsonError> {
    cursor.object(["name", "deletionTimestamp", "annotations"], |name, cursor| {
        match name {
            "name" => facts.name = text(cursor)?,
            "deletionTimestamp" => facts.deletion = text(cursor)?,
            _ => _ = cursor.object([ALLOW], |_, cursor| text(cursor).map(|it| facts.allow = it))?,
        }
        Ok(())
    })?;
    Ok(())
}

impl Source<'_> {
    /// Moves behind the next value where it is written like this; whether it is.
    fn skips(self, cursor: &mut Cursor<'_>) -> bool {
        self.0.is_some_and(|written| cursor.skip_same(written))
    }
}

impl<'a> Status<'a> {
    fn read(cursor: &mut Cursor<'a>) -> Result<Self, JsonError> {
        let mut status = Self::default();
        cursor.object(["state", "packs"], |name, cursor| {
            if name == "state" {
                status.state = text(cursor)?;
                return Ok(());
            }
            cursor.list(|_, cursor| {
                status.packs.push(pack_status(cursor)?);
                Ok(())
            })?;
            Ok(())
        })?;
        Ok(status)
    }
}

fn pack_status<'a>(cursor: &mut Cursor<'a>) -> Result<PackStatus<'a>, JsonError> {
    let mut status = PackStatus::default();
    cursor.object(["name", "version", "profileUid", "condition"], |name, cursor| {
        match name {
            "name" => status.name = text(cursor)?.unwrap_or_default(),
            "version" => status.version = scalar(cursor)?.filter(|it| !it.is_ambiguous).map(|it| it.text),
            "profileUid" => status.profile_uid = text(cursor)?,
            _ => condition(cursor, &mut status)?,
        }
        Ok(())
    })?;
    Ok(status)
}

fn condition<'a>(cursor: &mut Cursor<'a>, pack: &mut PackStatus<'a>) -> Result<(), JsonError> {
    cursor.object(["type", "status"], |name, cursor| {
        match name {
            "type" => pack.condition = text(cursor)?,
            _ => pack.condition_status = text(cursor)?,
        }
        Ok(())
    })?;
    Ok(())
}

/// What [`field::text`] takes of the next value.
fn text<'a>(cursor: &mut Cursor<'a>) -> Result<Text<'a>, JsonError> {
    Ok(scalar(cursor)?.map(|it| it.text))
}

fn scalar<'a>(cursor: &mut Cursor<'a>) -> Result<Option<Scalar<'a>>, JsonError> {
    let (text, is_ambiguous) = match cursor.kind()? {
        Kind::Text => (cursor.text()?, false),
        Kind::Truth => (Cow::Borrowed(if cursor.truth()? { "true" } else { "false" }), false),
        Kind::Number => {
            let number = cursor.number()?;
            (Cow::Owned(number.to_string()), field::is_ambiguous_number(&Value::Number(number)))
        }
        Kind::Object | Kind::List | Kind::Null => return cursor.skip().map(|()| None),
    };
    Ok(Some(Scalar { text, is_ambiguous }).filter(|it| !it.text.is_empty()))
}
