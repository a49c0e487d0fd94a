//! Palette's own API as a store: one project of one Palette.

use std::{
    cell::RefCell,
    collections::{BTreeSet, HashMap},
    fs::File,
    rc::Rc,
    time::Duration,
};

use futures_util::{StreamExt, TryStreamExt, stream};
use kube::core::Selector;
use profile_core::{cluster::Cluster, content::Content, field};
use serde_json::{Value, json};
use tokio::{sync::OnceCell, time::Instant};

use super::{Document, Look, Sought, records::Records, workloads::Workloads};
use crate::{
    cli::Global,
    error::{Error, Kind},
    fleet::labels,
    nearest,
    shell::flag,
};

pub(crate) mod access;
mod client;
mod connection;
pub(crate) mod documents;
mod entities;
mod failure;
mod lists;
mod pages;
pub(crate) mod profiles;
pub(crate) mod questions;
mod rate;
mod revisions;
mod updates;
mod write;

use access::Access;
use client::{Client, segment};
pub(crate) use entities::Manner;

/// How many requests go out at a time.
const TOGETHER: usize = 8;
/// How long what was read of a version counts as read: many clusters take one, and each would read it for itself.
const FRESH: Duration = Duration::from_secs(5);

/// A connection to one project of one Palette.
pub(crate) struct PaletteStore {
    client: Client,
    /// Its name and its uid.
    project: (String, String),
    flags: String,
    pub(super) workloads: Box<Workloads>,
    records: Records,
    /// The versions that were read, by their uids, and when.
    versions: RefCell<HashMap<String, Read>>,
    /// The names of all versions, and when they were asked for.
    names: RefCell<Option<lists::Names>>,
    user: OnceCell<Option<String>>,
    /// Held for each cluster whose change is under way.
    locks: RefCell<HashMap<String, Option<File>>>,
}

/// A version that several may ask for at a time, which then wait for one answer.
type Read = (Instant, Rc<OnceCell<Option<Document>>>);

impl PaletteStore {
    /// Connects and asks for the project.
    pub(crate) async fn open(global: &Global) -> Result<Self, Error> {
        if global.namespace.is_some() {
            return Err(Error::usage("-n names a namespace, and Palette has projects: name one by --project"));
        }
        let access = Access::of(global, &global.configuration)?;
        let client = Client::new(&access, global.request_timeout).await?;
        let project = project(&client, &access).await?;
        let client = client.in_project(&project.1)?;
        Ok(Self {
            records: revisions::records(&client.host)?,
            client,
            project,
            flags: flags(global),
            workloads: Box::new(Workloads::of(global)?),
            versions: RefCell::default(),
            names: RefCell::default(),
            user: OnceCell::new(),
            locks: RefCell::default(),
        })
    }

    pub(crate) fn name(&self) -> String {
        format!("Palette at {}, project {}", self.client.host, self.project.0)
    }

    pub(crate) fn scope(&self) -> String {
        format!("project {} of Palette at {}", self.project.0, self.client.host)
    }

    /// The flags that name it again.
    pub(crate) fn flags(&self) -> &str {
        &self.flags
    }

    /// The user of the key, by its uid, which is all that Palette says without a right to read users.
    pub(crate) async fn user(&self) -> Option<String> {
        let answer = self.user.get_or_init(|| async {
            let info = self.client.get("/v1/users/info", "read who asks").await.ok()?;
            field::text(&info, &["userUid"]).map(|it| it.into_owned())
        });
        answer.await.clone()
    }

    /// Counts nothing as read of versions any more.
    pub(crate) fn forget(&self) {
        self.versions.borrow_mut().clear();
        *self.names.borrow_mut() = None;
    }

    /// How many requests were sent so far.
    pub(crate) fn requests(&self) -> u64 {
        self.client.requests()
    }

    /// The clusters of the project that a label selector selects, as far as `look` asks.
    pub(crate) async fn clusters(&self, selector: Option<&Selector>, look: Look) -> Result<Vec<Document>, Error> {
        let all = match look {
            Look::Names => self.cluster_names().await?,
            Look::Summaries => self.cluster_summaries().await?,
        };
        let is_meant = |it: &Value| selector.is_none_or(|selector| labels::selects(selector, it));
        Ok(all.into_iter().filter(is_meant).map(document).collect())
    }

    /// The whole of a cluster of which a list told the name.
    pub(crate) async fn whole(&self, cluster: &Document) -> Result<Document, Error> {
        if documents::is_summary(&cluster.value) { self.reread(cluster).await } else { Ok(cluster.clone()) }
    }

    /// The same cluster as it is now.
    pub(crate) async fn reread(&self, cluster: &Document) -> Result<Document, Error> {
        let view = cluster.cluster();
        let (name, uid) = (view.name().into_owned(), view.uid().unwrap_or_default().into_owned());
        let what = format!("read cluster {name:?}");
        let base = format!("/v1/spectroclusters/{}", segment(&uid));
        let (manifests, variables) = (format!("{base}/profiles/packs/manifests"), format!("{base}/variables"));
        let (mut value, manifests, variables) = tokio::try_join!(
            self.client.get(&base, &what),
            self.client.get(&manifests, &what),
            self.client.get(&variables, &what),
        )?;
        refuse_another(&value, &uid, &what)?;
        if Cluster::new(&value).state().is_some_and(|it| it.eq_ignore_ascii_case("deleted")) {
            return Err(Error::new(Kind::NotFound, format!("cluster {name:?} is deleted from {}", self.scope())));
        }
        self.name_template(&mut value).await;
        Ok(document(documents::cluster(value, &manifests, &variables)))
    }

    /// Puts the name of the cluster template beside its uid, which alone tells nobody anything.
    async fn name_template(&self, cluster: &mut Value) {
        let Some(uid) = field::text(cluster, &["spec", "clusterTemplate", "uid"]).map(|it| it.into_owned()) else {
            return;
        };
        let path = format!("/v1/clusterTemplates/{}", segment(&uid));
        if let Ok(template) = self.client.get(&path, "read the cluster template").await
            && let Some(name) = field::text(&template, &["metadata", "name"])
            && let Some(reference) = cluster.pointer_mut("/spec/clusterTemplate").and_then(Value::as_object_mut)
        {
            reference.insert("name".into(), name.into());
        }
    }

    /// All versions of all profiles by their names, and those that are wanted with their content.
    pub(crate) async fn profiles(&self, wanted: &Sought) -> Result<Vec<Document>, Error> {
        let names = self.version_names().await?;
        let mut uids: BTreeSet<String> = wanted.uids.iter().cloned().collect();
        let uid = |it: &Value| field::text(it, &["metadata", "uid"]).map(|it| it.into_owned());
        for reference in &wanted.references {
            let is_it = |it: &&Value| {
                field::text(it, &["metadata", "name"]).is_some_and(|name| name == reference.profile)
                    && reference
                        .version
                        .as_deref()
                        .is_none_or(|version| field::text(it, &["spec", "version"]).is_some_and(|it| it == version))
            };
            let meant: Vec<_> = names.iter().filter(is_it).collect();
            // Of several none is meant, and which there are is told by their names.
            if let [one] = meant.as_slice() {
                uids.extend(uid(one));
            }
        }
        let is_of = |it: &&Value| {
            field::text(it, &["metadata", "name"])
                .is_some_and(|name| wanted.profiles.iter().any(|wanted| *wanted == name))
        };
        uids.extend(names.iter().filter(is_of).filter_map(uid));
        let read = stream::iter(uids.iter().map(|uid| self.version(uid))).buffered(TOGETHER);
        let whole: Vec<Option<Document>> = read.try_collect().await?;
        let whole: Vec<_> = whole.into_iter().flatten().collect();
        let is_whole =
            |it: &Value| uid(it).is_some_and(|uid| whole.iter().any(|it| it.profile().uid().as_deref() == Some(&uid)));
        let others = names.iter().filter(|it| !is_whole(it)).map(|it| document(documents::named(it)));
        let others: Vec<_> = others.collect();
        Ok(whole.into_iter().chain(others).collect())
    }

    /// One version with its content; nothing where it is not to be seen.
    async fn version(&self, uid: &str) -> Result<Option<Document>, Error> {
        let cell = {
            let mut versions = self.versions.borrow_mut();
            let is_fresh = versions.get(uid).is_some_and(|(at, _)| at.elapsed() < FRESH);
            if !is_fresh {
                versions.insert(uid.to_owned(), (Instant::now(), Rc::default()));
            }
            Rc::clone(&versions[uid].1)
        };
        cell.get_or_try_init(|| self.read_version(uid)).await.cloned()
    }

    async fn read_version(&self, uid: &str) -> Result<Option<Document>, Error> {
        let base = format!("/v1/clusterprofiles/{}", segment(uid));
        let what = format!("read the profile version with uid {uid}");
        let (manifests, variables) = (format!("{base}/packs/manifests"), format!("{base}/variables"));
        let read = tokio::try_join!(
            self.client.get(&base, &what),
            self.client.get(&manifests, &what),
            self.client.get(&variables, &what),
        );
        match read {
            Ok((profile, manifests, variables)) => {
                refuse_another(&profile, uid, &what)?;
                Ok(Some(document(documents::profile(profile, &manifests, &variables))))
            }
            Err(error) if matches!(error.kind, Kind::NotFound | Kind::Forbidden) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Whether two lists of attached profiles hold the same content, in the same order.
    pub(crate) fn is_same_content(before: &Value, after: &Value) -> bool {
        let document = |templates: &Value| json!({"spec": {"clusterProfileTemplates": templates}});
        let (before, after) = (document(before), document(after));
        Content::of(&Cluster::new(&before)) == Content::of(&Cluster::new(&after))
    }
}

/// Refuses an answer that speaks of another object than the one that was asked for, as a wrong cache may give it, or of none.
fn refuse_another(answer: &Value, uid: &str, what: &str) -> Result<(), Error> {
    let found = field::text(answer, &["metadata", "uid"]).unwrap_or_default();
    if found == uid {
        return Ok(());
    }
    Err(Error::new(
        Kind::Unanswered,
        format!("cannot {what}: Palette's answer is about the uid {found:?}, and {uid:?} was asked for"),
    ))
}

fn document(value: Value) -> Document {
    Document { value, place: String::new() }
}

/// The name and the uid of the project, which is given by either.
async fn project(client: &Client, access: &Access) -> Result<(String, String), Error> {
    let answer = client.get("/v1/dashboard/projects/metadata", "list projects").await?;
    let text = |it: &Value, key| field::text(it, &["metadata", key]).unwrap_or_default().into_owned();
    let has_uid = |(_, uid): &(String, String)| !uid.is_empty();
    let all: Vec<_> =
        field::items(&answer, &["items"]).map(|(_, it)| (text(it, "name"), text(it, "uid"))).filter(has_uid).collect();
    let wanted = &access.project;
    if let Some(found) = all.iter().find(|(_, uid)| uid == wanted) {
        return Ok(found.clone());
    }
    let named: Vec<_> = all.iter().filter(|(name, _)| name == wanted).collect();
    match named.as_slice() {
        [one] => Ok((*one).clone()),
        [] => {
            let names: Vec<_> = all.iter().map(|(name, _)| name.as_str()).collect();
            let error = Error::new(Kind::NotFound, format!("no project {wanted:?} in Palette at {}", client.host));
            Err(nearest::hint(wanted, &names).into_iter().fold(error, Error::hint))
        }
        several => {
            Err(Error::usage(format!("{} projects are called {wanted:?}", several.len())).hint("name it by its uid"))
        }
    }
}

/// The flags that name the store again: those that were given, as the environment and the configuration stay.
fn flags(global: &Global) -> String {
    let mut flags = String::from(" --store palette");
    let path = |it: &Option<std::path::PathBuf>| it.as_deref().map(|it| it.display().to_string());
    let given = [
        ("--palette-host", global.palette_host.clone()),
        ("--palette-ca", path(&global.palette_ca)),
        ("--project", global.project.clone()),
        ("--workload-context", global.workload_context.clone()),
        ("--workload-kubeconfig", path(&global.workload_kubeconfig)),
        ("--workload-map", path(&global.workload_map)),
    ];
    flags.extend(given.into_iter().filter_map(|(name, value)| Some(flag(name, &value?))));
    flags
}
