//! The Kubernetes API as a store: the current context, one group, two versions.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use kube::core::{Selector, params::ListParams, request::Request};
use profile_core::field;
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use super::{Document, DryRun, workloads::Workloads};
use crate::{cli::Global, error::Error, shell::flag};

mod connection;
pub(crate) mod discovery;
pub(crate) mod examine;
mod failure;
mod kept;
mod listing;
pub(crate) mod live;
mod metadata;
pub(crate) mod pages;
mod pruned;
mod releases;
mod revisions;
mod scalable;
mod served;
mod watch;

pub(crate) use connection::Access;
use connection::Connection;
pub(super) use connection::proxy_of_environment;
pub(crate) use served::VERSIONS;

/// The contexts of the kubeconfig, and the current one.
pub(super) fn contexts(global: &Global) -> Result<(Vec<String>, Option<String>), Error> {
    let kubeconfig = connection::read(global.kubeconfig.as_deref())?;
    let names = kubeconfig.contexts.into_iter().map(|it| it.name).collect();
    Ok((names, global.context.clone().or(kubeconfig.current_context)))
}

/// The files that the kubeconfig is read from, in their order, whether they are there or not.
pub(super) fn kubeconfig_files(global: &Global) -> Vec<PathBuf> {
    global.kubeconfig.clone().map_or_else(connection::paths, |path| vec![path])
}

/// The kubeconfig that is meant, with the context that is meant as its current one.
pub(super) fn kubeconfig(global: &Global) -> Result<kube::config::Kubeconfig, Error> {
    let mut kubeconfig = connection::read(global.kubeconfig.as_deref())?;
    if global.context.is_some() {
        kubeconfig.current_context.clone_from(&global.context);
    }
    Ok(kubeconfig)
}

/// The name under which the API server remembers our writes.
pub(crate) const MANAGER: &str = "kubectl-profile";

pub(crate) const GROUP: &str = "cluster.spectrocloud.com";
/// The kinds of it, as they stand in a URL.
const CLUSTERS: &str = "spectroclusters";
const PROFILES: &str = "clusterprofiles";
/// Objects a page of a list.
const PAGE: u32 = 500;
/// Deployments of Palette's agent in the namespace of a cluster: where one runs, writes are likely to be undone.
const AGENTS: [&str; 2] = ["cluster-management-agent", "palette-controller-manager"];

/// A connection to one API server.
#[derive(Clone)]
pub(crate) struct KubernetesStore {
    connection: Connection,
    /// The namespace to look in; `None` for all.
    namespace: Option<String>,
    /// In which version each kind of Palette's is served, as far as that is known.
    found: served::Found,
    /// kubectl's cache directory, where the user has one.
    cache: Option<PathBuf>,
    /// How many requests were sent.
    requests: Arc<AtomicU64>,
    /// The address of the API server.
    pub(super) server: String,
    /// The uid of the namespace that tells one API server from another, once it was asked for; `None` in it where that may
    /// not be read.
    server_uid: Arc<OnceCell<Option<String>>>,
    /// The flags that name it again.
    flags: String,
    /// Where the workloads of its clusters are.
    pub(super) workloads: Arc<Workloads>,
}

impl KubernetesStore {
    /// Connects by the kubeconfig; sends nothing yet.
    pub(crate) async fn open(global: &Global) -> Result<Self, Error> {
        let access = Access { kubeconfig: global.kubeconfig.clone(), context: global.context.clone() };
        let mut store = Self::connect(global, &access).await?;
        store.workloads = Arc::new(Workloads::of(global)?);
        Ok(store)
    }

    /// Connects to where workloads run. Palette's API need not be served there.
    pub(crate) async fn connect(global: &Global, access: &Access) -> Result<Self, Error> {
        let connection = Connection::open(global, access)?;
        let namespace = global.namespace.clone().unwrap_or_else(|| connection.namespace.clone());
        Ok(Self {
            server: connection.server.clone(),
            connection,
            namespace: (!global.all_namespaces).then_some(namespace),
            found: served::Found::default(),
            cache: global.connection.cache_dir(),
            requests: Arc::default(),
            server_uid: Arc::default(),
            flags: flags(global, access),
            workloads: Arc::default(),
        })
    }

    /// The flags that name it again, for words to paste, each with a space before it: those that were given, and the context
    /// where several are looked at.
    pub(crate) fn flags(&self) -> &str {
        &self.flags
    }

    /// The name of the context.
    pub(crate) fn context(&self) -> &str {
        &self.connection.context
    }

    /// How many requests were sent so far.
    pub(crate) fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// Whether both lead to one API server. Where their addresses differ, the namespace that every cluster has tells it; who
    /// may not read that is taken to have two.
    pub(crate) async fn is_same_server(&self, other: &Self) -> bool {
        if self.is_same_connection(other) || self.server == other.server {
            return true;
        }
        let (ours, theirs) = (self.server_uid().await, other.server_uid().await);
        ours.is_some() && ours == theirs
    }

    async fn server_uid(&self) -> Option<&String> {
        let uid = self.server_uid.get_or_init(async || {
            let request = Request::new("/api/v1/namespaces").get("kube-system", &Default::default());
            let namespace = self.send("get", "namespaces", request).await.ok()?;
            field::text(&namespace, &["metadata", "uid"]).map(Into::into)
        });
        uid.await.as_ref()
    }

    /// Whether both are copies of one connection.
    pub(crate) fn is_same_connection(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.requests, &other.requests)
    }

    pub(crate) fn name(&self) -> String {
        format!("Kubernetes, context {}", self.context())
    }

    pub(crate) fn scope(&self) -> String {
        self.scope_of(self.namespace.as_deref())
    }

    pub(crate) fn scope_of(&self, namespace: Option<&str>) -> String {
        let place = namespace.map_or_else(|| "all namespaces".into(), |namespace| format!("namespace {namespace}"));
        format!("{place} of context {}", self.context())
    }

    pub(crate) async fn clusters(&self) -> Result<Vec<Document>, Error> {
        self.clusters_of(None, None).await
    }

    /// The clusters of `namespace`, or of the scope, that a label selector selects.
    pub(crate) async fn clusters_of(
        &self,
        namespace: Option<&str>,
        selector: Option<&Selector>,
    ) -> Result<Vec<Document>, Error> {
        let params = ListParams { label_selector: selector.map(Selector::to_string), ..ListParams::default() };
        self.list(CLUSTERS, namespace, params).await
    }

    pub(crate) async fn profiles(&self, namespace: Option<&str>) -> Result<Vec<Document>, Error> {
        self.list(PROFILES, namespace, ListParams::default()).await
    }

    pub(crate) async fn reread(&self, cluster: &Document) -> Result<Document, Error> {
        let (url, name) = self.url_of(cluster).await?;
        let request = Request::new(url).get(&name, &Default::default());
        let value = self.send("get", CLUSTERS, request).await?;
        Ok(Document { value, place: String::new() })
    }

    /// A merge patch with the resourceVersion that was read: unknown fields stay, and a concurrent write is a conflict.
    pub(crate) async fn write_profiles(&self, before: &Document, after: &Value, dry_run: DryRun) -> Result<(), Error> {
        let cluster = before.cluster();
        let patch = json!({
            "metadata": {"uid": cluster.uid(), "resourceVersion": cluster.resource_version()},
            "spec": {"clusterProfileTemplates": profile_core::switch::templates(after)},
        });
        let (url, name) = self.url_of(before).await?;
        self.patch(CLUSTERS, url, &name, &patch, dry_run).await.map(|_| ())
    }

    /// Which deployments of Palette's agent run beside the cluster, by name.
    pub(crate) async fn agents(&self, cluster: &Document) -> Result<Vec<String>, Error> {
        let namespace = cluster.cluster().namespace().unwrap_or_default().into_owned();
        let deployments =
            self.list_all("deployments", format!("/apis/apps/v1/namespaces/{namespace}/deployments")).await?;
        let names = deployments.iter().filter_map(|it| field::text(it, &["metadata", "name"]));
        Ok(names.filter(|name| AGENTS.contains(&name.as_ref())).map(Into::into).collect())
    }

    pub(crate) async fn user(&self) -> Option<String> {
        let body = json!({"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"});
        let request =
            Request::new("/apis/authentication.k8s.io/v1/selfsubjectreviews").create(&Default::default(), bytes(&body));
        let review = self.send("create", "selfsubjectreviews", request).await.ok()?;
        field::text(&review, &["status", "userInfo", "username"]).map(Into::into)
    }

    /// The objects of a kind of Palette's in a namespace, or in the scope.
    async fn list(&self, plural: &str, namespace: Option<&str>, params: ListParams) -> Result<Vec<Document>, Error> {
        let namespace = namespace.or(self.namespace.as_deref());
        let items = self.in_served_version(plural, async |version| {
            self.list_with(plural, served::url(version, plural, namespace), params.clone()).await
        });
        Ok(items.await?.into_iter().map(|value| Document { value, place: String::new() }).collect())
    }

    /// All items of a list, page by page.
    async fn list_all(&self, plural: &str, url: String) -> Result<Vec<Value>, Error> {
        self.list_with(plural, url, ListParams::default()).await
    }

    async fn list_with(&self, plural: &str, url: String, params: ListParams) -> Result<Vec<Value>, Error> {
        let mut items = Vec::new();
        let mut params = ListParams { limit: Some(PAGE), ..params };
        loop {
            let mut page = self.send("list", plural, Request::new(url.clone()).list(&params)).await?;
            let next = field::text(&page, &["metadata", "continue"]).map(Into::into);
            let wrong = |what: &str| {
                let server = &self.server;
                Err(Error::failed(format!("cannot read the list of {plural} from the API server at {server}: {what}"))
                    .hint("is this an API server?"))
            };
            match page.get_mut("items") {
                Some(Value::Array(found)) => items.append(found),
                // A list of nothing may say so.
                Some(Value::Null) => {}
                _ => return wrong("the answer is no list"),
            }
            if next.is_some() && next == params.continue_token {
                return wrong("its next page is the one that it just gave");
            }
            params.continue_token = next;
            if params.continue_token.is_none() {
                return Ok(items);
            }
        }
    }

    async fn patch(
        &self,
        plural: &str,
        url: String,
        name: &str,
        patch: &Value,
        dry_run: DryRun,
    ) -> Result<Value, Error> {
        let params = Self::patch_params(dry_run);
        self.send("patch", plural, Request::new(url).patch(name, &params, &kube::api::Patch::Merge(patch))).await
    }

    fn patch_params(dry_run: DryRun) -> kube::api::PatchParams {
        let params = kube::api::PatchParams { dry_run: dry_run == DryRun::Server, ..Default::default() };
        kube::api::PatchParams { field_manager: Some(MANAGER.into()), ..params }
    }

    async fn url_of(&self, cluster: &Document) -> Result<(String, String), Error> {
        let cluster = cluster.cluster();
        let url = self.served_url(CLUSTERS, cluster.namespace().as_deref()).await?;
        Ok((url, cluster.name().into_owned()))
    }
}

fn bytes(body: &Value) -> Vec<u8> {
    body.to_string().into_bytes()
}
fn flags(global: &Global, access: &Access) -> String {
    let of_path = |name, path: &Option<PathBuf>| path.as_deref().map(|it| (name, it.display().to_string()));
    let workload_kubeconfig = of_path("--workload-kubeconfig", &global.workload_kubeconfig);
    let workload_map = of_path("--workload-map", &global.workload_map);
    let kubeconfig = of_path("--kubeconfig", &access.kubeconfig);
    let context = access.context.clone().map(|it| ("--context", it));
    let workload_context = global.workload_context.clone().map(|it| ("--workload-context", it));
    let all = [kubeconfig, context, workload_context, workload_kubeconfig, workload_map];
    let of_server = global.connection.words();
    let switch = if global.connection.insecure_skip_tls_verify { " --insecure-skip-tls-verify" } else { "" };
    let words: String = all.into_iter().flatten().chain(of_server).map(|(name, value)| flag(name, &value)).collect();
    words + switch
}
