//! Writes that break no rule, one after the other, while something else goes on; and what became of each.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
};

use kube::{
    Api,
    api::{ApiResource, DynamicObject, GroupVersionKind, Patch, PatchParams},
};
use profile_sandbox::Sandbox;
use serde_json::json;

/// Writers that go on until they are told to stop.
pub(super) struct Load {
    stop: Arc<AtomicBool>,
    writers: Vec<JoinHandle<(usize, Vec<String>)>>,
}

/// Writers beside each other.
const WRITERS: usize = 2;

impl Load {
    /// Starts to write a cluster.
    pub(super) fn on(sandbox: &'static Sandbox, namespace: &str, cluster: &'static str) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let writer = |number: usize| {
            let (stop, namespace) = (Arc::clone(&stop), namespace.to_owned());
            thread::spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                runtime.block_on(write(sandbox, &namespace, cluster, number, &stop))
            })
        };
        Self { writers: (0..WRITERS).map(writer).collect(), stop }
    }

    /// Stops, and holds that no write was refused; how many there were.
    #[track_caller]
    pub(super) fn ends(self, what: &str) -> usize {
        self.stop.store(true, Ordering::Relaxed);
        let results: Vec<_> = self.writers.into_iter().map(|it| it.join().unwrap()).collect();
        let failed: Vec<_> = results.iter().flat_map(|(_, failed)| failed).collect();
        let made = results.iter().map(|(made, _)| made).sum();
        tell(&format!("{what}: {made} writes, {} failed", failed.len()));
        assert!(failed.is_empty(), "{} of {made} writes failed: {:#?}", failed.len(), &failed[..failed.len().min(5)]);
        assert!(made > 0);
        made
    }
}

async fn write(
    sandbox: &Sandbox,
    namespace: &str,
    cluster: &str,
    number: usize,
    stop: &AtomicBool,
) -> (usize, Vec<String>) {
    let client = sandbox.another_client().await.unwrap();
    let kind = ApiResource::from_gvk(&GroupVersionKind::gvk("cluster.spectrocloud.com", "v1", "SpectroCluster"));
    let api: Api<DynamicObject> = Api::namespaced_with(client, namespace, &kind);
    let (mut made, mut failed) = (0, Vec::new());
    while !stop.load(Ordering::Relaxed) {
        let patch = json!({"spec": {"tags": [format!("{number}-{made}")]}});
        if let Err(error) = api.patch(cluster, &PatchParams::default(), &Patch::Merge(patch)).await {
            failed.push(error.to_string());
        }
        made += 1;
    }
    (made, failed)
}

/// Tells what a test saw; `--nocapture` shows it.
#[expect(clippy::print_stdout, reason = "figures are for whoever runs the test")]
pub(super) fn tell(figures: &str) {
    println!("{figures}");
}
