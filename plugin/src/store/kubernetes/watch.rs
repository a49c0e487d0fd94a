//! Watches the clusters of an API server, to know when to look at them again.

use std::time::Duration;

use kube::core::{
    params::{ListParams, WatchParams},
    request::Request,
};
use profile_core::field;
use serde_json::Value;

use super::{CLUSTERS, KubernetesStore};

impl KubernetesStore {
    /// The resourceVersion of the list of clusters as it is now; `None` where it cannot be asked.
    pub(crate) async fn clusters_version(&self) -> Option<String> {
        let params = ListParams { limit: Some(1), ..ListParams::default() };
        let request = Request::new(self.watched_url().await?).list_metadata(&params);
        let list: Value = self.send("list", CLUSTERS, request).await.ok()?;
        field::text(&list, &["metadata", "resourceVersion"]).map(Into::into)
    }

    /// Ends with the first change of a cluster after `version`, when the server ends the watch, or after `longest`.
    pub(crate) async fn cluster_changes(&self, version: &str, longest: Duration) {
        // A bookmark is no change.
        let params = WatchParams { bookmarks: false, ..WatchParams::default() };
        let Some(url) = self.watched_url().await else { return };
        let Ok(request) = Request::new(url).watch_metadata(&params, version) else { return };
        // However it ends, what is to be done is to look.
        let _ = tokio::time::timeout(longest, self.connection.until_first_byte(request)).await;
    }

    async fn watched_url(&self) -> Option<String> {
        self.served_url(CLUSTERS, self.namespace.as_deref()).await.ok()
    }
}
