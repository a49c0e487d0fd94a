//! Reads what the rules look at from JSON text, and nothing is built of the rest.
//!
//! A field that is read may not stand twice in its object: whoever reads the object later could take the other one.

use std::borrow::Cow;

use serde_json::Value;

use super::{Facts, PackFacts, Pending, ProfileFacts, Scalar, Text};
use crate::{
    annotations::ALLOW,
    cluster::PackStatus,
    field,
    json::{Cursor, JsonError, Kind, Problem, Written},
};

/// Reads the facts of a cluster, and again after a write: what is written alike is read once.
#[derive(Debug, Default)]
pub struct Reader<'a> {
    profiles: Option<Profiles<'a>>,
    status: Option<(Written<'a>, Status<'a>)>,
}

/// The attached profiles of the cluster that was read first.
#[derive(Debug)]
struct Profiles<'a> {
    written: Written<'a>,
    /// How each pack of each profile is written.
    packs: Vec<Vec<Written<'a>>>,
    facts: Vec<ProfileFacts<'a>>,
}

/// What is read of a status.
#[derive(Debug, Default)]
struct Status<'a> {
    state: Text<'a>,
    packs: Vec<PackStatus<'a>>,
}

impl<'a> Reader<'a> {
    /// Reads a cluster.
    ///
    /// # Errors
    ///
    /// When it is not JSON, is no object, or when a field of it that is read stands twice.
    pub fn facts(&mut self, cursor: &mut Cursor<'a>) -> Result<Facts<'a>, JsonError> {
        let mut status = Status::default();
        let facts = self.cluster(cursor, |reader, cursor| {
            status = match reader.status.take() {
                Some((written, known)) if cursor.skip_same(written) => known,
                _ => Status::read(cursor)?,
            };
            Ok(())
        })?;
        Ok(Facts { state: status.state, pack_statuses: status.packs, ..facts })
    }

    /// Reads a cluster as a write would leave it; its status is none of the write's.
    ///
    /// # Errors
    ///
    /// When it is not JSON, is no object, or when a field of it that is read stands twice.
    pub fn pending(&mut self, cursor: &mut Cursor<'a>) -> Result<Pending<'a>, JsonError> {
        let facts = self.cluster(cursor, |reader, cursor| {
            // The API server writes the stored status here, too, so that it is read here and not once more.
            reader.status = cursor.attempt(|cursor| cursor.written(Status::read))?;
            Ok(())
        })?;
        Ok(Pending(facts))
    }

    fn cluster(
        &mut self,
        cursor: &mut Cursor<'a>,
        mut status: impl FnMut(&mut Self, &mut Cursor<'a>) -> Result<(), JsonError>,
    ) -> Result<Facts<'a>, JsonError> {
        let mut facts = Facts::default();
        let is_object = cursor.object(&["metadata", "spec", "status"], |name, cursor| match name {
            "metadata" => metadata(cursor, &mut facts),
            "spec" => self.spec(cursor, &mut facts),
            _ => status(self, cursor),
        })?;
        if is_object { Ok(facts) } else { Err(cursor.error(Problem::Field)) }
    }

    fn spec(&mut self, cursor: &mut Cursor<'a>, facts: &mut Facts<'a>) -> Result<(), JsonError> {
        cursor.object(&["cloudType", "clusterType", "clusterProfileTemplates"], |name, cursor| {
            match name {
                "cloudType" => facts.cloud_type = text(cursor)?,
                "clusterType" => facts.cluster_type = text(cursor)?,
                _ => facts.profiles = self.profiles(cursor)?,
            }
            Ok(())
        })?;
        Ok(())
    }

    fn profiles(&mut self, cursor: &mut Cursor<'a>) -> Result<Vec<ProfileFacts<'a>>, JsonError> {
        let known = self.profiles.as_ref();
        if let Some(known) = known
            && cursor.skip_same(known.written)
        {
            return Ok(known.facts.clone());
        }
        let (mut facts, mut packs) = (Vec::new(), Vec::new());
        let read = |cursor: &mut Cursor<'a>| {
            cursor.list(|index, cursor| {
                let mut written = Vec::new();
                facts.push(profile(cursor, index, known, &mut written)?);
                packs.push(written);
                Ok(())
            })
        };
        let (written, _) = cursor.written(read)?;
        if self.profiles.is_none() {
            self.profiles = Some(Profiles { written, packs, facts: facts.clone() });
        }
        Ok(facts)
    }
}

impl<'a> Profiles<'a> {
    /// How the pack at a place is written, and what was read of it.
    fn pack(&self, (index, position): (usize, usize)) -> Option<(Written<'a>, &PackFacts<'a>)> {
        let written = *self.packs.get(index)?.get(position)?;
        Some((written, self.facts.get(index)?.packs.get(position)?))
    }
}

/// Reads an attached profile. How its packs are written is noted unless it is known already.
fn profile<'a>(
    cursor: &mut Cursor<'a>,
    index: usize,
    known: Option<&Profiles<'a>>,
    all_written: &mut Vec<Written<'a>>,
) -> Result<ProfileFacts<'a>, JsonError> {
    let mut profile = ProfileFacts::default();
    cursor.object(&["uid", "packs"], |name, cursor| {
        if name == "uid" {
            profile.uid = text(cursor)?;
            return Ok(());
        }
        profile.packs.reserve(known.and_then(|it| it.packs.get(index)).map_or(0, Vec::len));
        cursor.list(|position, cursor| {
            let place = (index, position);
            let facts = match known {
                None => {
                    let (written, facts) = cursor.written(|cursor| pack(cursor, place))?;
                    all_written.push(written);
                    facts
                }
                Some(known) => match known.pack(place) {
                    Some((written, facts)) if cursor.skip_same(written) => facts.clone(),
                    _ => pack(cursor, place)?,
                },
            };
            profile.packs.push(facts);
            Ok(())
        })?;
        Ok(())
    })?;
    Ok(profile)
}

fn pack<'a>(cursor: &mut Cursor<'a>, place: (usize, usize)) -> Result<PackFacts<'a>, JsonError> {
    let mut pack = PackFacts { place, ..PackFacts::default() };
    cursor.object(&["name", "layer", "version", "tag"], |name, cursor| {
        match name {
            "name" => pack.name = text(cursor)?,
            "layer" => pack.layer = text(cursor)?,
            "version" => pack.version = scalar(cursor)?,
            _ => pack.tag = scalar(cursor)?,
        }
        Ok(())
    })?;
    Ok(pack)
}

fn metadata<'a>(cursor: &mut Cursor<'a>, facts: &mut Facts<'a>) -> Result<(), JsonError> {
    cursor.object(&["name", "deletionTimestamp", "annotations"], |name, cursor| {
        match name {
            "name" => facts.name = text(cursor)?,
            "deletionTimestamp" => facts.deletion = text(cursor)?,
            _ => _ = cursor.object(&[ALLOW], |_, cursor| text(cursor).map(|it| facts.allow = it))?,
        }
        Ok(())
    })?;
    Ok(())
}

impl<'a> Status<'a> {
    fn read(cursor: &mut Cursor<'a>) -> Result<Self, JsonError> {
        let mut status = Self::default();
        cursor.object(&["state", "packs"], |name, cursor| {
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
    cursor.object(&["name", "version", "profileUid", "condition"], |name, cursor| {
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
    cursor.object(&["type", "status"], |name, cursor| {
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
