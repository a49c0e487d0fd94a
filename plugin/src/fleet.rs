//! Finds the clusters that a command is about: one, or many in one or several contexts.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    rc::Rc,
};

use clap::Args;
use futures_util::{Stream, StreamExt, stream};
use kube::core::Selector;
use profile_core::field;

use crate::{
    cli::{Global, StoreName},
    error::{Error, Kind},
    nearest, selection,
    store::{self, Document, Look, Store},
};

mod at_once;
pub(crate) mod each;
pub(crate) mod labels;
pub(crate) mod named;
pub(crate) mod outcomes;
pub(crate) mod waves;

use at_once::CONTEXTS;
pub(crate) use at_once::{at_once, in_order};
use named::Named;

/// Under which heading the help lists flags for many clusters.
const MANY: &str = "Many Clusters";

/// Which clusters are meant, beside those that are named.
#[derive(Args, Clone, Debug)]
pub(crate) struct Which {
    /// All clusters with these labels, such as env=prod,region in (eu,us)
    #[arg(short = 'l', long, value_name = "SELECTOR", value_parser = labels::read, help_heading = MANY)]
    selector: Option<Selector>,
    /// The clusters in this file, one a line: NAME, NAMESPACE/NAME or CONTEXT/NAMESPACE/NAME; - is the standard input
    #[arg(long, value_name = "FILE", conflicts_with = "selector", help_heading = MANY)]
    clusters_from: Option<PathBuf>,
    /// Look in these contexts of the kubeconfig, separated by commas
    #[arg(long, value_name = "NAMES", value_delimiter = ',', conflicts_with = "all_contexts", help_heading = MANY)]
    contexts: Vec<String>,
    /// Look in all contexts of the kubeconfig
    #[arg(long, help_heading = MANY)]
    all_contexts: bool,
    /// How many clusters of each context are read at a time, and how many in all are written to
    #[arg(long, value_name = "N", default_value = "8", value_parser = clap::value_parser!(u16).range(1..=256), help_heading = MANY)]
    parallel: u16,
}

impl Default for Which {
    /// Nothing selected.
    fn default() -> Self {
        Self { selector: None, clusters_from: None, contexts: Vec::new(), all_contexts: false, parallel: 8 }
    }
}

/// One cluster of a fleet.
pub(crate) struct Member {
    /// The store that holds it; those of one context share one.
    pub(crate) store: Rc<Store>,
    /// The cluster.
    pub(crate) cluster: Document,
    /// What tells it from the others: its name, with its namespace and its context where there are several.
    pub(crate) label: String,
}

/// The clusters that are meant.
pub(crate) struct Fleet {
    /// Those that were found, in the order of their contexts, namespaces and names.
    pub(crate) members: Vec<Member>,
    /// Those that could not be looked at, and why: contexts, and clusters that are named.
    pub(crate) unseen: Vec<(String, Error)>,
    /// Those that are left out because a context before shows the same object, in words.
    pub(crate) doubles: Vec<String>,
    /// The stores that were looked at.
    pub(crate) stores: Vec<Rc<Store>>,
    /// Whether several contexts were asked for.
    pub(crate) has_contexts: bool,
    /// Whether the user said which clusters, and not which cluster: by labels, files, all of a scope or several names.
    pub(crate) is_selected: bool,
    /// How many of each store are read at a time, and how many in all are written to.
    pub(crate) parallel: usize,
}

/// What is meant where nothing is named and nothing selected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unnamed {
    /// The only cluster in scope.
    TheOnlyOne,
    /// All clusters in scope, of which there may be none.
    All,
}

impl Fleet {
    /// Leaves each object of one API server once, by its first context: several contexts may lead to one server, and whoever
    /// looks in all of them means each cluster once.
    fn each_once(mut self) -> Self {
        let mut seen = BTreeMap::<(String, String), String>::new();
        let doubles = &mut self.doubles;
        self.members.retain(|member| {
            let uid = field::text(&member.cluster.value, &["metadata", "uid"]);
            let Some((server, uid)) = member.store.server().zip(uid) else { return true };
            let first = seen.entry((server, uid.into_owned())).or_insert_with(|| member.label.clone());
            let is_first = *first == member.label;
            if !is_first {
                doubles.push(format!("{} is the same cluster as {first}, and left out", member.label));
            }
            is_first
        });
        self
    }

    /// Reads the whole of those that a list told of. Of several one that cannot be read is unseen.
    pub(crate) async fn read_whole(&mut self) -> Result<(), Error> {
        let read = in_order(self.read(async |it: &Member| it.store.whole(&it.cluster).await).collect().await);
        let is_several = self.count() > 1;
        let members = std::mem::take(&mut self.members);
        for (member, whole) in members.into_iter().zip(read) {
            match whole {
                Ok(cluster) => self.members.push(Member { cluster, ..member }),
                Err(error) if is_several => self.unseen.push((member.label, error)),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// The cluster, where it is one.
    pub(crate) fn single(&self) -> Option<&Member> {
        match (self.members.as_slice(), self.unseen.as_slice()) {
            ([one], []) => Some(one),
            _ => None,
        }
    }

    /// How many clusters and contexts it speaks of.
    pub(crate) fn count(&self) -> usize {
        self.members.len() + self.unseen.len()
    }

    /// Reads for every member, several of each store and from several stores at a time. Hands each answer over as soon as it
    /// is there, with the member's index.
    pub(crate) fn read<'r, 'f: 'r, T, F: Future<Output = T> + 'r>(
        &'f self,
        read: impl Fn(&'f Member) -> F + Copy + 'r,
    ) -> impl Stream<Item = (usize, T)> + 'r {
        at_once(self.members.iter().map(|it| (&it.store, it)), self.parallel, read)
    }
}

/// A context, and its store or why there is none.
type Opened = (Option<String>, Result<Rc<Store>, Error>);

/// One context's clusters of one namespace, or of its whole scope.
struct Listed {
    context: Option<String>,
    store: Rc<Store>,
    clusters: Vec<Document>,
}

impl Which {
    /// Whether anything is selected.
    pub(crate) fn is_used(&self) -> bool {
        self.selector.is_some() || self.clusters_from.is_some() || self.all_contexts || !self.contexts.is_empty()
    }

    /// Whether the clusters are read from the standard input.
    pub(crate) fn takes_input(&self) -> bool {
        self.clusters_from.as_ref().is_some_and(|path| path.as_os_str() == "-")
    }

    /// The labels that are asked for, to follow the word cluster; empty where none are.
    pub(crate) fn labels(&self) -> String {
        self.selector.as_ref().map(|it| format!(" with labels {it}")).unwrap_or_default()
    }

    /// How many clusters are worked on at a time.
    pub(crate) fn parallel(&self) -> usize {
        usize::from(self.parallel)
    }

    /// Finds the clusters: those of `names` and of the file, or all that are selected, or the only one in scope.
    ///
    /// # Errors
    /// When a name is not there or stands for several clusters, when nothing is found, or when the flags contradict each other.
    pub(crate) async fn find(&self, names: &[String], global: &Global) -> Result<Fleet, Error> {
        Ok(self.find_with(names, Unnamed::TheOnlyOne, global).await?.each_once())
    }

    /// As [`Which::find`], but all clusters in scope where nothing is named, even if that is none, and one that is met in
    /// several contexts is met in each.
    pub(crate) async fn find_all(&self, names: &[String], global: &Global) -> Result<Fleet, Error> {
        self.find_with(names, Unnamed::All, global).await
    }

    async fn find_with(&self, names: &[String], unnamed: Unnamed, global: &Global) -> Result<Fleet, Error> {
        let mut named = names.iter().map(|it| it.parse()).collect::<Result<Vec<Named>, _>>().map_err(Error::usage)?;
        if let (Some(_), Some(name)) = (&self.selector, named.first()) {
            return Err(Error::usage(format!(
                "--selector selects clusters, and {name} names one: give one or the other"
            )));
        }
        if let Some(path) = &self.clusters_from {
            named.extend(named::of_file(path)?);
        }
        let mut seen = BTreeSet::new();
        named.retain(|it| seen.insert(it.to_string()));

        let (opened, mut unseen) = split(self.open(&named, global).await?)?;
        let is_several = opened.len() + unseen.len() > 1;
        let look = if unnamed == Unnamed::All { Look::Summaries } else { Look::Names };
        let listed = self.list(&opened, &named, is_several, (look, &mut unseen)).await?;
        let picked: Vec<(&Listed, &Document)> = if named.is_empty() {
            self.in_scope(&listed, unnamed, global, &unseen)?
        } else {
            picked(&listed, &named, &opened, &mut unseen)?
        };
        let namespaces: BTreeSet<_> = picked.iter().map(|(_, it)| it.cluster().namespace()).collect();
        let has_namespaces = global.all_namespaces || namespaces.len() > 1 || is_several;
        let member = |(listed, cluster): &(&Listed, &Document)| {
            let context = listed.context.as_deref().filter(|_| is_several);
            Member {
                store: Rc::clone(&listed.store),
                label: label(context, has_namespaces, cluster),
                cluster: (*cluster).clone(),
            }
        };
        let members: Vec<_> = picked.iter().map(member).collect();
        if members.is_empty()
            && let Some((_, error)) = unseen.pop_if(|_| !is_several)
        {
            return Err(error);
        }
        // Where a context did not answer, nothing can be said of it.
        let has_answered = |(context, store): &(Option<String>, Rc<Store>)| {
            listed.iter().any(|it| Rc::ptr_eq(&it.store, store))
                || !unseen.iter().any(|(label, _)| *label == context_label(context.as_deref()))
        };
        let stores = opened.iter().filter(|it| has_answered(it)).map(|(_, store)| Rc::clone(store)).collect();
        let (doubles, parallel) = (Vec::new(), self.parallel());
        let is_selected = self.is_used() || global.all_namespaces || named.len() > 1;
        let mut fleet = Fleet { members, unseen, doubles, stores, has_contexts: is_several, is_selected, parallel };
        if unnamed == Unnamed::TheOnlyOne {
            fleet.read_whole().await?;
        }
        Ok(fleet)
    }

    /// Opens a store for each context that is meant.
    async fn open(&self, named: &[Named], global: &Global) -> Result<Vec<Opened>, Error> {
        let of_names: BTreeSet<_> = named.iter().filter_map(|it| it.context.clone()).collect();
        if self.contexts.is_empty() && !self.all_contexts && of_names.is_empty() {
            let store = Store::open(global).await?;
            return Ok(vec![(store.context().map(str::to_owned), Ok(Rc::new(store)))]);
        }
        if !global.files.is_empty() {
            return Err(Error::usage("-f works on files, which have no contexts: leave the contexts out"));
        }
        if global.store == Some(StoreName::Palette) {
            return Err(Error::usage("Palette has no contexts: leave them out, or leave out --store=palette"));
        }
        if global.context.is_some() {
            return Err(Error::usage(
                "--context names one context, and others are named as well: give one or the other",
            ));
        }
        if let Some(flag) = global.connection.of_one_server() {
            return Err(Error::usage(format!(
                "{flag} is of one API server, and contexts are named, each with a server of its own: give one or the other"
            )));
        }
        let (all, current) = store::contexts(global)?;
        let mut wanted: Vec<String> = if self.all_contexts { all.clone() } else { self.contexts.clone() };
        let bare_needs_current = wanted.is_empty() && (named.is_empty() || named.iter().any(|it| it.context.is_none()));
        wanted.extend(current.filter(|_| bare_needs_current));
        wanted.extend(of_names);
        let mut seen = BTreeSet::new();
        wanted.retain(|it| seen.insert(it.clone()));
        if let Some(unknown) = wanted.iter().find(|it| !all.contains(it)) {
            let error = Error::usage(format!("context {unknown:?} does not exist"));
            let names: Vec<_> = all.iter().map(String::as_str).collect();
            return Err(nearest::hint(unknown, &names).into_iter().fold(error, Error::hint));
        }
        let open = |context: String| async move {
            let global = Global { context: Some(context.clone()), ..global.clone() };
            (Some(context), Store::open(&global).await.map(Rc::new))
        };
        Ok(stream::iter(wanted).map(open).buffered(CONTEXTS).collect().await)
    }

    /// Lists the clusters of each store, in the scope and in each namespace that a name names.
    async fn list(
        &self,
        opened: &[(Option<String>, Rc<Store>)],
        named: &[Named],
        is_several: bool,
        (look, unseen): (Look, &mut Vec<(String, Error)>),
    ) -> Result<Vec<Listed>, Error> {
        let mut wanted = Vec::new();
        for (context, store) in opened {
            let is_here = |it: &&Named| it.context.is_none() || it.context == *context;
            let namespaces: BTreeSet<_> = named.iter().filter(is_here).map(|it| it.namespace.clone()).collect();
            let namespaces = if named.is_empty() { [None].into() } else { namespaces };
            wanted.extend(namespaces.into_iter().map(|namespace| (context, store, namespace)));
        }
        let list = |(context, store, namespace): (&Option<String>, &Rc<Store>, Option<String>)| {
            let (context, store) = (context.clone(), Rc::clone(store));
            async move {
                let clusters = store.clusters_of(namespace.as_deref(), self.selector.as_ref(), look).await;
                (context, store, clusters)
            }
        };
        let wanted = wanted.into_iter().map(|it| (it.1, it));
        let answers = in_order(at_once(wanted, self.parallel(), list).collect().await);
        let mut listed = Vec::new();
        for (context, store, clusters) in answers {
            match clusters {
                Ok(clusters) => listed.push(Listed { context, store, clusters }),
                Err(error) if is_several => {
                    // A context is asked once for each namespace that a name names, and says once that it cannot answer.
                    let label = context_label(context.as_deref());
                    if !unseen.iter().any(|(known, _)| *known == label) {
                        unseen.push((label, error));
                    }
                }
                Err(error) => return Err(error),
            }
        }
        Ok(listed)
    }

    /// All clusters of the scope where that is what was asked for, or else the only one.
    fn in_scope<'l>(
        &self,
        listed: &'l [Listed],
        unnamed: Unnamed,
        global: &Global,
        unseen: &[(String, Error)],
    ) -> Result<Vec<(&'l Listed, &'l Document)>, Error> {
        let all: Vec<_> = listed.iter().flat_map(|it| it.clusters.iter().map(move |cluster| (it, cluster))).collect();
        if unnamed == Unnamed::All {
            return Ok(all);
        }
        if let (false, [listed]) = (self.is_used() || global.all_namespaces, listed) {
            selection::only(&listed.store, &listed.clusters)?;
        }
        if all.is_empty() && unseen.is_empty() {
            let scopes: Vec<_> = listed.iter().map(|it| it.store.scope()).collect();
            let what = format!("no cluster{} in {}", self.labels(), scopes.join(", "));
            let error = Error::new(Kind::NotFound, what);
            return Err(match listed.first() {
                Some(it) => selection::with_scope_hint(error, &it.store),
                None => error,
            });
        }
        Ok(all)
    }
}

/// The stores that are open, and the contexts that are not. Where it is one context, its error is the whole answer.
#[expect(clippy::type_complexity, reason = "both halves of one list")]
fn split(opened: Vec<Opened>) -> Result<(Vec<(Option<String>, Rc<Store>)>, Vec<(String, Error)>), Error> {
    let is_several = opened.len() > 1;
    let (mut stores, mut unseen) = (Vec::new(), Vec::new());
    for (context, store) in opened {
        match store {
            Ok(store) => stores.push((context, store)),
            Err(error) if is_several => unseen.push((context_label(context.as_deref()), error)),
            Err(error) => return Err(error),
        }
    }
    Ok((stores, unseen))
}

fn context_label(context: Option<&str>) -> String {
    format!("context {}", context.unwrap_or_default())
}

fn label(context: Option<&str>, has_namespaces: bool, cluster: &Document) -> String {
    let view = cluster.cluster();
    let namespace = view.namespace().filter(|_| has_namespaces);
    let parts = [context.map(Into::into), namespace, Some(view.name())];
    parts.into_iter().flatten().collect::<Vec<_>>().join("/")
}

/// The one cluster of each name. What may be in a context that does not answer is unseen.
fn picked<'l>(
    listed: &'l [Listed],
    named: &[Named],
    opened: &[(Option<String>, Rc<Store>)],
    unseen: &mut Vec<(String, Error)>,
) -> Result<Vec<(&'l Listed, &'l Document)>, Error> {
    let mut picked: Vec<(&Listed, &Document)> = Vec::new();
    let mut not_found = Vec::new();
    for name in named {
        let mut meant: Vec<(&Listed, &Document)> = Vec::new();
        for listed in listed.iter().filter(|it| name.context.is_none() || it.context == name.context) {
            for cluster in listed.clusters.iter().filter(|it| listed.store.is_called(it, &name.name)) {
                let view = cluster.cluster();
                let is_there = name.namespace.is_none() || view.namespace().as_deref() == name.namespace.as_deref();
                let is_known = |(other, known): &&(&Listed, &Document)| {
                    other.context == listed.context && known.value == cluster.value && known.place == cluster.place
                };
                // Lists of a scope and of a namespace may hold the same cluster.
                if is_there && meant.iter().find(is_known).is_none() {
                    meant.push((listed, cluster));
                }
            }
        }
        match meant.as_slice() {
            [] => not_found.push(name),
            [one] => {
                // A name with its namespace and one without may mean the same.
                if !picked
                    .iter()
                    .any(|it| std::ptr::eq(it.1, one.1) || (it.0.context == one.0.context && it.1.value == one.1.value))
                {
                    picked.push(*one);
                }
            }
            several => return Err(ambiguous(name, several)),
        }
    }
    for name in not_found {
        let context = name.context.as_deref().map(|it| context_label(Some(it)));
        let silent = unseen.iter().find(|(label, _)| context.as_ref().is_none_or(|it| it == label));
        match silent.map(|(label, error)| (label.clone(), error.copy())) {
            Some((label, error)) => {
                let error = error.hint(format!("it may be in {label}, which does not answer"));
                unseen.push((name.to_string(), error));
            }
            None => return Err(not_there(name, listed, opened)),
        }
    }
    Ok(picked)
}

fn ambiguous(name: &Named, several: &[(&Listed, &Document)]) -> Error {
    let places: Vec<_> = several
        .iter()
        .map(|(listed, cluster)| {
            let text = label(listed.context.as_deref(), true, cluster);
            if cluster.place.is_empty() { text } else { format!("{text} ({})", cluster.place) }
        })
        .collect();
    if let [(listed, _), ..] = several
        && let Store::Palette(_) = *listed.store
    {
        let uids: Vec<_> = several.iter().filter_map(|(_, it)| Some(it.cluster().uid()?.into_owned())).collect();
        return Error::usage(format!("{} clusters are called {:?}", several.len(), name.to_string()))
            .hint(format!("name one by its uid: {}", uids.join(", ")));
    }
    let hint = match several.iter().all(|(_, cluster)| cluster.place.is_empty()) {
        true => "name it as NAMESPACE/NAME or CONTEXT/NAMESPACE/NAME, or choose one by -n NAMESPACE",
        false => "name fewer files by -f, until one is left, or choose one by -n NAMESPACE",
    };
    Error::usage(format!("{} clusters are called {:?}: {}", several.len(), name.to_string(), places.join(", ")))
        .hint(hint)
}

fn not_there(name: &Named, listed: &[Listed], opened: &[(Option<String>, Rc<Store>)]) -> Error {
    let scopes: Vec<_> = opened.iter().map(|(_, store)| store.scope()).collect();
    let place = name.namespace.as_ref().map_or_else(|| scopes.join(", "), |it| format!("namespace {it}"));
    let error = Error::new(Kind::NotFound, format!("no cluster {:?} in {place}", name.name));
    let known: Vec<String> =
        listed.iter().flat_map(|it| &it.clusters).map(|it| it.cluster().name().into_owned()).collect();
    let known: Vec<_> = known.iter().map(String::as_str).collect();
    let error = nearest::hint(&name.name, &known).into_iter().fold(error, Error::hint);
    match opened.first() {
        Some((_, store)) => selection::with_scope_hint(error, store),
        None => error,
    }
}
