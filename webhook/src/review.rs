//! Reads an AdmissionReview: the only place that parses what the API server sent.

use std::borrow::Cow;

use profile_core::{
    allowance,
    cluster::Cluster,
    facts::{Facts, Pending, Reader},
    json::{Cursor, JsonError, Kind, Problem},
};
use serde::Deserialize;

use crate::{admission::API_VERSION, document::Document};

type Text<'a> = Option<Cow<'a, str>>;

/// What a review says, as far as a decision needs it: of both objects what the rules look at, and nothing is built of the rest.
#[derive(Debug)]
pub(crate) struct Request<'a> {
    pub(crate) uid: Cow<'a, str>,
    pub(crate) resource: Resource<'a>,
    pub(crate) sub_resource: Text<'a>,
    name: Text<'a>,
    namespace: Text<'a>,
    pub(crate) operation: Operation,
    user: User<'a>,
    is_dry_run: bool,
    pub(crate) object: Option<Pending<'a>>,
    pub(crate) old_object: Option<Facts<'a>>,
}

/// The resource that the objects have in this review.
#[derive(Debug)]
pub(crate) struct Resource<'a> {
    pub(crate) group: Cow<'a, str>,
    pub(crate) resource: Cow<'a, str>,
}

/// The four operations of admission.k8s.io/v1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    Create,
    Update,
    Delete,
    Connect,
}

#[derive(Debug, Default)]
struct User<'a> {
    name: Cow<'a, str>,
    groups: Vec<Cow<'a, str>>,
}

/// Reads a review, or says why the body is none.
///
/// The reasons quote nothing from the body but its apiVersion and kind: they end in logs, and values can hold secrets.
pub(crate) fn parse(body: &[u8]) -> Result<Request<'_>, String> {
    let (mut api_version, mut kind, mut found) = (None, None, None);
    Cursor::whole(body, |cursor| {
        object(cursor, ["apiVersion", "kind", "request"], |name, cursor| {
            match name {
                "apiVersion" => api_version = unless_null(cursor, Cursor::text)?,
                "kind" => kind = unless_null(cursor, Cursor::text)?,
                _ => found = unless_null(cursor, request)?,
            }
            Ok(())
        })
    })
    .map_err(|error| error.to_string())?;
    let (api_version, kind) = (api_version.unwrap_or_default(), kind.unwrap_or_default());
    if api_version != API_VERSION || kind != "AdmissionReview" {
        return Err(format!(
            "expected apiVersion {API_VERSION:?} and kind \"AdmissionReview\", found {:?} and {:?}",
            shortened(&api_version),
            shortened(&kind)
        ));
    }
    let request = found.ok_or("it has no request")?;
    if request.uid.is_empty() {
        return Err("its request.uid is empty".into());
    }
    Ok(request)
}

fn request<'a>(cursor: &mut Cursor<'a>) -> Result<Request<'a>, JsonError> {
    const NAMES: [&str; 10] = [
        "uid",
        "resource",
        "subResource",
        "name",
        "namespace",
        "operation",
        "userInfo",
        "dryRun",
        "object",
        "oldObject",
    ];
    let (mut uid, mut is_about, mut sub_resource, mut own_name, mut namespace) = (None, None, None, None, None);
    let (mut is_what, mut by, mut is_dry_run) = (None, None, None);
    let mut reader = Reader::default();
    object(cursor, NAMES, |name, cursor| {
        match name {
            "uid" => uid = Some(cursor.text()?),
            "resource" => is_about = Some(resource(cursor)?),
            "subResource" => sub_resource = unless_null(cursor, Cursor::text)?,
            "name" => own_name = unless_null(cursor, Cursor::text)?,
            "namespace" => namespace = unless_null(cursor, Cursor::text)?,
            "operation" => is_what = Some(operation(cursor)?),
            "userInfo" => by = unless_null(cursor, user)?,
            "dryRun" => is_dry_run = unless_null(cursor, Cursor::truth)?,
            "object" => _ = unless_null(cursor, |cursor| reader.after(cursor))?,
            _ => _ = unless_null(cursor, |cursor| reader.before(cursor))?,
        }
        Ok(())
    })?;
    let (before, after) = reader.into_facts();
    let missing = || cursor.error(Problem::Field);
    Ok(Request {
        uid: uid.ok_or_else(missing)?,
        resource: is_about.ok_or_else(missing)?,
        sub_resource,
        name: own_name,
        namespace,
        operation: is_what.ok_or_else(missing)?,
        user: by.unwrap_or_default(),
        is_dry_run: is_dry_run.unwrap_or_default(),
        object: after,
        old_object: before,
    })
}

fn resource<'a>(cursor: &mut Cursor<'a>) -> Result<Resource<'a>, JsonError> {
    let (mut group, mut resource) = (Cow::default(), None);
    object(cursor, ["group", "resource"], |name, cursor| {
        match name {
            "group" => group = cursor.text()?,
            _ => resource = Some(cursor.text()?),
        }
        Ok(())
    })?;
    Ok(Resource { group, resource: resource.ok_or_else(|| cursor.error(Problem::Field))? })
}

fn operation(cursor: &mut Cursor<'_>) -> Result<Operation, JsonError> {
    match cursor.text()?.as_ref() {
        "CREATE" => Ok(Operation::Create),
        "UPDATE" => Ok(Operation::Update),
        "DELETE" => Ok(Operation::Delete),
        "CONNECT" => Ok(Operation::Connect),
        _ => Err(cursor.error(Problem::Field)),
    }
}

fn user<'a>(cursor: &mut Cursor<'a>) -> Result<User<'a>, JsonError> {
    let mut user = User::default();
    object(cursor, ["username", "groups"], |name, cursor| {
        match name {
            "username" => user.name = cursor.text()?,
            _ => user.groups = unless_null(cursor, groups)?.unwrap_or_default(),
        }
        Ok(())
    })?;
    Ok(user)
}

fn groups<'a>(cursor: &mut Cursor<'a>) -> Result<Vec<Cow<'a, str>>, JsonError> {
    let mut groups = Vec::new();
    let is_list = cursor.list(|_, cursor| {
        groups.push(cursor.text()?);
        Ok(())
    })?;
    if is_list { Ok(groups) } else { Err(cursor.error(Problem::Field)) }
}

/// Reads what must be an object.
#[inline]
fn object<'a, const NAMES: usize>(
    cursor: &mut Cursor<'a>,
    names: [&'static str; NAMES],
    read: impl FnMut(&'static str, &mut Cursor<'a>) -> Result<(), JsonError>,
) -> Result<(), JsonError> {
    if cursor.object(names, read)? { Ok(()) } else { Err(cursor.error(Problem::Field)) }
}

/// Reads what may be null.
fn unless_null<'a, T>(
    cursor: &mut Cursor<'a>,
    read: impl FnOnce(&mut Cursor<'a>) -> Result<T, JsonError>,
) -> Result<Option<T>, JsonError> {
    if cursor.kind()? == Kind::Null { cursor.skip().map(|()| None) } else { read(cursor).map(Some) }
}

/// Both objects of a review as a whole. It takes ten times as long as the rest of a decision, so it is for what seldom happens
/// and cannot do without.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Objects {
    object: Document,
    old_object: Document,
}

impl Objects {
    fn of(body: &[u8]) -> Option<Self> {
        #[derive(Deserialize)]
        struct Envelope {
            request: Objects,
        }
        Some(serde_json::from_slice::<Envelope>(body).ok()?.request)
    }
}

/// What the profile content of a review's cluster changes to, in the word of an exception; `None` where it does not change.
/// What cannot be read does, and no exception can name it: nobody knows better.
pub(crate) fn other_content(body: &[u8]) -> Option<String> {
    let Some(objects) = Objects::of(body) else { return Some(String::new()) };
    allowance::other_content(&Cluster::new(&objects.old_object.0), &Cluster::new(&objects.object.0))
}

/// Whether the two objects of a review differ in their spec; what cannot be read does.
pub(crate) fn has_other_spec(body: &[u8]) -> bool {
    Objects::of(body).is_none_or(|it| it.old_object.0.get("spec") != it.object.0.get("spec"))
}

impl Request<'_> {
    /// Who asked.
    pub(crate) fn user(&self) -> &str {
        &self.user.name
    }

    /// The groups of who asked.
    pub(crate) fn groups(&self) -> Vec<&str> {
        self.user.groups.iter().map(AsRef::as_ref).collect()
    }

    /// Whether nothing will be stored.
    pub(crate) fn is_dry_run(&self) -> bool {
        self.is_dry_run
    }

    /// The object's name.
    pub(crate) fn name(&self) -> &str {
        self.name.as_deref().unwrap_or_default()
    }

    /// The object's namespace and name.
    pub(crate) fn object_reference(&self) -> String {
        format!("{}/{}", self.namespace.as_deref().unwrap_or_default(), self.name())
    }
}

fn shortened(text: &str) -> String {
    text.chars().take(60).collect()
}
