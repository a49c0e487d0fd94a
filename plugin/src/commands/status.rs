//! `kubectl profile status`: each cluster, what it has and what it runs.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
    time::Duration,
};

use clap::Args;
use futures_util::{StreamExt, TryStreamExt, stream};
use profile_core::{
    cluster::Cluster,
    field,
    merge::Override,
    pack::{Layer, UPDATE_IS_OFFERED},
    profile::{self, AttachedProfile},
    reconciliation::{Unreconciled, unreconciled},
    revision::Revision,
};
use serde_json::{Value, json};

use super::{
    Outcome,
    overrides::{self, Found},
};
use crate::{
    change::proposal::known_revisions,
    cleanup::{self, Mention, Sources, StillDown},
    cli::{Format, Global, duration},
    error::Error,
    fleet::{Fleet, Member, Which, at_once, in_order},
    output::{Output, table::table},
    selection,
    store::{Document, Sought, Store},
    wait::until_reconciled,
};

/// Show each cluster: its profiles, Kubernetes, state, what is not reconciled, overrides, and orphans
///
/// Where one cluster is shown, it is searched for orphans as well; in many clusters only with --orphans, as that takes longer.
#[derive(Args, Debug)]
pub(crate) struct StatusArgs {
    /// The clusters; all in scope without them
    #[arg(value_name = "CLUSTER")]
    clusters: Vec<String>,
    #[command(flatten)]
    which: Which,
    /// Wait until one cluster runs what its spec says
    #[arg(long)]
    wait: bool,
    /// How long to wait, such as 30s or 10m
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "10m", requires = "wait")]
    timeout: Duration,
    /// Search for orphans in every cluster that is shown
    #[arg(long)]
    orphans: bool,
    #[command(flatten)]
    sources: Sources,
    /// How to print it
    #[arg(short, long, value_enum, default_value_t)]
    output: Format,
}

/// How many clusters are read one by one where a list tells less of them.
const FEW: usize = 24;

/// Runs the command.
pub(crate) async fn run(args: &StatusArgs, global: &Global, output: &mut Output) -> Result<Outcome, Error> {
    let mut fleet = args.which.find_all(&args.clusters, global).await?;
    if fleet.members.len() <= FEW {
        fleet.read_whole().await?;
    }
    if args.wait {
        wait(args, &mut fleet, output).await?;
    }
    let (mut rows, mut unseen) = looked_at(&fleet, output).await?;
    if args.orphans || fleet.single().is_some() {
        let unsearched = search(&mut rows, (&fleet, &args.sources), output).await;
        // Where nobody asked for it, it is only said.
        match args.orphans {
            true => unseen.extend(unsearched),
            false => unsearched.iter().for_each(|(label, error)| output.warning(&format!("{label}: {error}"))),
        }
    }
    for (label, error) in &unseen {
        output.warning(&format!("{label}: {error}"));
    }
    let outcome = if unseen.is_empty() { Outcome::Done } else { Outcome::Partial };
    if args.output != Format::Table {
        let items: Vec<_> = rows.iter().map(|(member, beside)| json(member, beside)).collect();
        let unseen = unseen.iter().map(|(label, error)| json!({"place": label, "reason": error.message}));
        let fields = json!({"items": items, "unseen": unseen.collect::<Vec<_>>()});
        output.document(args.output, "ClusterStatusList", fields)?;
        return Ok(outcome);
    }
    if rows.is_empty() {
        for store in &fleet.stores {
            output.note(&format!("no clusters in {}{}", store.scope(), selection::scope_hint(store)));
        }
        return Ok(outcome);
    }
    let has_contexts = fleet.has_contexts;
    let is_palette = fleet.stores.iter().all(|it| matches!(**it, Store::Palette(_)));
    let has_namespaces = (global.all_namespaces && !is_palette) || has_contexts;
    let mut headers = vec!["NAME", "PROFILES", "KUBERNETES", "STATE", "RECONCILED", "UPDATE", "OVERRIDES"];
    let places = [(has_namespaces, "NAMESPACE"), (has_contexts, "CONTEXT")];
    places.iter().filter(|(has, _)| *has).for_each(|(_, header)| headers.insert(0, header));
    headers.extend(args.orphans.then_some("ORPHANS"));
    let summaries = rows.iter().filter(|(member, _)| member.cluster.is_summary()).count();
    let notes: Vec<_> = rows.iter().flat_map(|(member, beside)| beside.notes(member)).collect();
    let rows: Vec<_> = rows
        .iter()
        .map(|(member, beside)| {
            let view = member.cluster.cluster();
            let mut row = row(&member.cluster, beside);
            if has_namespaces {
                row.insert(0, view.namespace().unwrap_or_default().into_owned());
            }
            if has_contexts {
                row.insert(0, member.store.context().unwrap_or_default().to_owned());
            }
            row.extend(args.orphans.then(|| beside.orphans.as_ref().map_or_else(|| "<unknown>".into(), Mention::cell)));
            row
        })
        .collect();
    output.text(&table(&headers, &rows))?;
    output.flush()?;
    notes.iter().for_each(|line| output.note(line));
    if summaries > 0 {
        output.note(&format!(
            "{summaries} clusters are shown as a list tells of them: name up to {FEW} for what is reconciled and overridden"
        ));
    }
    Ok(outcome)
}

/// Follows the one cluster until it runs what its spec says, and reads it anew.
async fn wait(args: &StatusArgs, fleet: &mut Fleet, output: &mut Output) -> Result<(), Error> {
    let ([member], []) = (fleet.members.as_mut_slice(), fleet.unseen.as_slice()) else {
        return Err(
            Error::usage(format!("--wait follows one cluster, and {} are meant", fleet.count())).hint("name one")
        );
    };
    if let Store::Files(_) = *member.store {
        return Err(Error::usage("--wait follows a running cluster, and files have none: leave it out"));
    }
    let spec = (&member.cluster.value.clone(), false);
    until_reconciled(&member.store, &member.cluster, spec, None, args.timeout, output).await?;
    member.cluster = member.store.reread(&member.cluster).await?;
    Ok(())
}

/// A cluster, and what is known beside it.
type Row<'f> = (&'f Member, Beside);

/// Where nothing could be seen, and why.
type Unseen = Vec<(String, Error)>;

/// The clusters of all stores that answer, in the fleet's order. Where it is one store, its error is the whole answer.
async fn looked_at<'f>(fleet: &'f Fleet, output: &mut Output) -> Result<(Vec<Row<'f>>, Unseen), Error> {
    let shared = &*output;
    let look = |store: &'f Rc<Store>| async move {
        let members = fleet.members.iter().enumerate().filter(|(_, it)| Rc::ptr_eq(&it.store, store));
        let (indices, members): (Vec<_>, Vec<_>) = members.unzip();
        let mut own = shared.captured();
        let besides = beside(&members, store, fleet.parallel, &mut own).await;
        let rows = besides.map(|besides| members.into_iter().zip(besides));
        (store, rows.map(|rows| indices.into_iter().zip(rows).collect::<Vec<_>>()), own.into_captured().notes)
    };
    let looked = at_once(fleet.stores.iter().map(|it| (it, it)), 1, look).collect().await;
    let mut unseen: Vec<_> = fleet.unseen.iter().map(|(label, error)| (label.clone(), error.copy())).collect();
    let mut rows = Vec::new();
    for (store, looked, notes) in in_order(looked) {
        notes.lines().for_each(|line| output.note(line));
        match looked {
            Ok(looked) => rows.extend(looked),
            Err(error) if fleet.has_contexts => {
                unseen.push((format!("context {}", store.context().unwrap_or_default()), error));
            }
            Err(error) => return Err(error),
        }
    }
    Ok((in_order(rows), unseen))
}

/// Searches for the orphans of all rows. What cannot be searched is shown all the same.
async fn search(rows: &mut [Row<'_>], (fleet, sources): (&Fleet, &Sources), output: &Output) -> Unseen {
    let members = rows.iter().map(|(member, _)| (&member.store, *member));
    let found = at_once(members, fleet.parallel, |member| async move {
        // What else the search warns of is said of the overrides already.
        Mention::of((&member.store, &member.cluster), sources, &mut output.captured()).await
    });
    let found = in_order(found.collect().await);
    let mut unseen = Unseen::new();
    for ((member, beside), found) in rows.iter_mut().zip(found) {
        match found {
            Ok(found) => beside.orphans = found,
            Err(error) => unseen.push((format!("orphans of cluster {} are not visible", member.label), error)),
        }
    }
    unseen
}

/// What is known beside each of some clusters of one store; the profiles are read once for each namespace.
async fn beside(
    members: &[&Member],
    store: &Store,
    parallel: usize,
    output: &mut Output,
) -> Result<Vec<Beside>, Error> {
    let clusters: Vec<_> = members.iter().map(|it| &it.cluster).collect();
    let namespaces: BTreeSet<_> = clusters.iter().map(|it| it.cluster().namespace().map(Cow::into_owned)).collect();
    let read = async |namespace: Option<String>| {
        let mut whole = clusters.iter().copied().filter(|it| !it.is_summary()).peekable();
        // What a list tells of a cluster is not compared with anything.
        if whole.peek().is_none() {
            return Ok((namespace, Vec::new()));
        }
        let wanted = Sought::within(namespace.as_deref(), whole);
        Ok((namespace, store.profiles(&wanted).await?))
    };
    let profiles: Vec<Result<_, Error>> = stream::iter(namespaces).map(read).buffered(parallel).collect().await;
    let profiles: BTreeMap<_, _> = profiles.into_iter().collect::<Result<_, _>>()?;
    let shared = &*output;
    let of_namespace = |cluster: &Document| {
        let profiles = profiles.get(&cluster.cluster().namespace().map(Cow::into_owned));
        profiles.map(Vec::as_slice).unwrap_or_default()
    };
    let read = async |cluster: &&Document| {
        let mut own = shared.captured();
        let revisions = known_revisions(store, cluster, &mut own).await;
        let flagged = match cluster.is_summary() {
            true => Ok(None),
            false => store.flagged(cluster, of_namespace(cluster), &revisions).await.map(Some),
        };
        flagged.map(|flagged| (flagged, revisions, own.into_captured().notes))
    };
    let known: Vec<_> = stream::iter(&clusters).map(read).buffered(parallel).try_collect().await?;
    let down = cleanup::scaled_down(store, &clusters).await;
    let mut besides = Vec::new();
    for ((cluster, (flagged, revisions, notes)), scaled_down) in clusters.into_iter().zip(known).zip(down) {
        let cluster = flagged.as_ref().unwrap_or(cluster);
        notes.lines().for_each(|line| output.note(line));
        besides.push(Beside { scaled_down, ..Beside::of(cluster, of_namespace(cluster), &revisions) });
    }
    Ok(besides)
}

/// What is known beside the cluster itself.
struct Beside {
    /// The places that the cluster sets itself; `None` where that is not known of all its profiles.
    overrides: Option<Vec<String>>,
    /// Whether they rest on an assumption.
    is_assumed: bool,
    /// Whether an edit of an attached version is to be taken over; `None` where that cannot be told.
    has_update: Option<bool>,
    /// The orphans that were scaled down for it and have their record still, or why that is not visible.
    scaled_down: Result<Vec<StillDown>, String>,
    /// The orphans that a search found; `None` where none was made or none is possible.
    orphans: Option<Mention>,
}

impl Beside {
    /// What a list tells: whether Palette offers an update, and nothing of overrides.
    fn of_summary(cluster: &Document) -> Self {
        let has_update = is_offered(cluster);
        Self { overrides: None, is_assumed: false, has_update, scaled_down: Ok(Vec::new()), orphans: None }
    }

    fn of(cluster: &Document, profiles: &[Document], revisions: &[Revision]) -> Self {
        if cluster.is_summary() {
            return Self::of_summary(cluster);
        }
        let found = overrides::found(cluster, profiles, revisions);
        let is_known = found.iter().all(|it| it.base.content.is_some());
        let updates: Vec<_> = found.iter().map(|it| it.has_update).collect();
        let has_update = if updates.contains(&Some(true)) || is_offered(cluster) == Some(true) {
            Some(true)
        } else {
            updates.iter().all(|it| *it == Some(false)).then_some(false)
        };
        let is_assumed = |it: &Found| !it.overrides.is_empty() && it.base.is_assumed();
        Self {
            overrides: is_known.then(|| found.iter().flat_map(|it| &it.overrides).map(Override::place).collect()),
            is_assumed: found.iter().any(is_assumed),
            has_update,
            scaled_down: Ok(Vec::new()),
            orphans: None,
        }
    }

    /// What the table has no room for.
    fn notes(&self, member: &Member) -> impl Iterator<Item = String> {
        let orphans = self.orphans.as_ref().and_then(|it| it.words(&member.cluster));
        self.still_down(member).into_iter().chain(orphans)
    }

    /// What is scaled down for the cluster, in words.
    fn still_down(&self, Member { store, cluster, .. }: &Member) -> Vec<String> {
        let (name, words) = (cluster.cluster().name().into_owned(), cluster.words());
        let down = match &self.scaled_down {
            Ok(down) => down,
            Err(reason) => return vec![format!("what is scaled down for cluster {name:?} is not visible: {reason}")],
        };
        let waiting: Vec<_> = down.iter().filter(|it| it.refusal.is_none()).map(|it| it.words.as_str()).collect();
        let waiting = (!waiting.is_empty()).then(|| {
            let hint = format!("`kubectl profile scale-back {words}{}` gives back what it was", store.flags());
            format!("scaled down for cluster {name:?}: {}; {hint}", waiting.join(", "))
        });
        let refused = down.iter().filter_map(|it| Some((it, it.refusal.as_ref()?)));
        let refused = refused.map(|(it, refusal)| {
            format!("scaled down for cluster {name:?}, and left as it is by scale-back: {}: {refusal}", it.words)
        });
        waiting.into_iter().chain(refused).collect()
    }

    fn overrides(&self) -> String {
        match &self.overrides {
            None => "<unknown>".into(),
            Some(places) if self.is_assumed => format!("{} (assumed)", places.len()),
            Some(places) => places.len().to_string(),
        }
    }

    fn update(&self) -> &'static str {
        match self.has_update {
            Some(true) => "pending",
            Some(false) => "no",
            None => "<unknown>",
        }
    }
}

fn row(document: &Document, beside: &Beside) -> Vec<String> {
    let cluster = document.cluster();
    vec![
        cluster.name().into_owned(),
        references(&cluster).join(","),
        kubernetes(&cluster).join(","),
        cluster.state().unwrap_or_default().into_owned(),
        match missing(document) {
            None => "<unknown>".into(),
            Some(missing) if missing.is_empty() => "yes".into(),
            Some(missing) => format!("no: {}", missing.len()),
        },
        beside.update().into(),
        beside.overrides(),
    ]
}

fn json(member: &Member, beside: &Beside) -> Value {
    let view = member.cluster.cluster();
    json!({
        "name": view.name(), "namespace": view.namespace(), "context": member.store.context(), "profiles": references(&view), "kubernetes": kubernetes(&view),
        "cloudType": view.cloud_type(), "state": view.state(), "unreconciled": missing(&member.cluster),
        "clusterTemplate": view.cluster_template(), "overrides": beside.overrides, "assumed": beside.is_assumed,
        "update": beside.has_update, "scaledDown": beside.scaled_down.as_ref().ok().map(|it| it.iter().map(document).collect::<Vec<_>>()),
        "orphans": beside.orphans.as_ref().map(Mention::document),
    })
}

/// What the cluster does not run yet; `None` where it was read from a list that does not tell.
fn missing(document: &Document) -> Option<Vec<Unreconciled>> {
    (!document.is_summary()).then(|| unreconciled(&document.cluster()))
}

/// Whether the store offers an update of the cluster; `None` where its document does not tell.
fn is_offered(cluster: &Document) -> Option<bool> {
    let attached = cluster.cluster().profiles();
    let is_offered = |it: &AttachedProfile<'_>| it.raw().get(UPDATE_IS_OFFERED) == Some(&Value::Bool(true));
    if attached.iter().any(is_offered) {
        return Some(true);
    }
    field::at(&cluster.value, &["status", "notifications", "isAvailable"]).and_then(Value::as_bool)
}

fn document(down: &StillDown) -> Value {
    json!({"workload": down.words, "refusal": down.refusal})
}

fn references(cluster: &Cluster<'_>) -> Vec<String> {
    cluster.profiles().iter().map(|it| profile::reference(&it.name(), it.version().as_deref())).collect()
}

fn kubernetes(cluster: &Cluster<'_>) -> Vec<String> {
    cluster.layer(Layer::Kubernetes).iter().map(|it| it.version().unwrap_or_default().into_owned()).collect()
}
