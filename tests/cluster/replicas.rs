//! Replicas of the webhook behind a balancer, and steady writes through a real API server: whatever ends meanwhile, no write is
//! let through that breaks a rule, and none is lost for long.

use std::{
    net::SocketAddr,
    sync::{OnceLock, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use profile_sandbox::{Options, Sandbox, install};
use profile_tests::webhook::program::Program;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use self::{balancer::Balancer, load::Load};
use crate::{
    rules::sample,
    world::{DEADLINE, World},
};

mod balancer;
mod ends;
mod load;
mod restarts;
mod sockets;

const CLUSTER: &str = "cluster.spectrocloud.com";

/// How the API server asks. A Service is asked by HTTP/1.1, and so is each URL but one of a loopback address, which is asked by
/// HTTP/2 (apiserver:pkg/util/webhook/client.go); who connects to no address at all is connected to this machine.
const HOSTS: [(&str, &str); 2] = [(HTTP1, "HTTP/1.1"), ("127.0.0.1", "HTTP/2")];
const HTTP1: &str = "0.0.0.0";

/// A namespace with clusters, and a guard that asks about them alone, at an address that a test names.
struct Stage {
    world: World,
    runtime: Runtime,
    _turn: Turn,
}

/// One test kills the API server, and has it for itself.
#[expect(dead_code, reason = "they are held")]
enum Turn {
    Together(RwLockReadGuard<'static, ()>),
    Alone(RwLockWriteGuard<'static, ()>),
}

static TURN: RwLock<()> = RwLock::new(());

impl Stage {
    fn new(prefix: &str) -> Self {
        Self::in_turn(prefix, Turn::Together(TURN.read().unwrap_or_else(PoisonError::into_inner)))
    }

    /// The same for a test that has the control plane for itself.
    fn alone(prefix: &str) -> Self {
        Self::in_turn(prefix, Turn::Alone(TURN.write().unwrap_or_else(PoisonError::into_inner)))
    }

    fn in_turn(prefix: &str, turn: Turn) -> Self {
        let world = World::on(plane(), prefix);
        let (mut cluster, _) = sample("rejects/K8sMultiMinorUpgradeNotSupported.yaml");
        for writer in 0..load::WRITERS {
            cluster["metadata"]["name"] = json!(load::name(writer));
            world.create(&cluster);
        }
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        Self { world, runtime, _turn: turn }
    }

    /// Has the API server ask these replicas through a balancer of this name.
    fn balanced(&self, host: &str, programs: &[&Program]) -> Balancer {
        let balancer = self.runtime.block_on(Balancer::open());
        for program in programs {
            balancer.add(program);
        }
        self.guard_at(host, balancer.address(), &programs[0].authority.pem());
        balancer
    }

    /// Has the API server ask at an address of this name, and waits until it does.
    fn guard_at(&self, host: &str, address: SocketAddr, authority: &str) {
        let url = format!("https://{host}:{}/validate", address.port());
        let shipped = include_str!("../../manifests/guard/validatingwebhookconfiguration.yaml");
        let mut guard: Value = serde_saphyr::from_str(shipped).unwrap();
        guard["metadata"] = json!({"name": format!("guard-of-{}", self.world.namespace)});
        let webhook = &mut guard["webhooks"][0];
        webhook["clientConfig"] = json!({"url": url, "caBundle": BASE64_STANDARD.encode(authority)});
        webhook["rules"] = json!([{
            "apiGroups": [CLUSTER], "apiVersions": ["v1", "v1alpha1"], "resources": ["spectroclusters"],
            "operations": ["UPDATE"], "scope": "Namespaced",
        }]);
        webhook["namespaceSelector"] = json!({"matchLabels": {"kubernetes.io/metadata.name": self.world.namespace}});
        self.world.sandbox.apply(&guard.to_string()).unwrap();
        let path = format!("{}?dryRun=All", self.world.cluster_path(&load::name(0)));
        let denied = self.world.sandbox.wait_until("the guard to deny", DEADLINE, || {
            let answer = self.world.ask("PATCH", &path, load::JSON_PATCH, &load::bad());
            if answer.0 == 422 { Ok(()) } else { Err(format!("{answer:?}")) }
        });
        denied.unwrap();
    }

    /// Begins to write.
    fn load(&self) -> Load {
        self.runtime.block_on(Load::begin(self.world.sandbox, self.paths()))
    }

    /// The paths of all clusters.
    fn paths(&self) -> Vec<String> {
        (0..load::WRITERS).map(|writer| self.world.cluster_path(&load::name(writer))).collect()
    }

    /// Asserts that no cluster has the version that must be denied.
    fn assert_nothing_bad_is_stored(&self) {
        for writer in 0..load::WRITERS {
            let cluster = self.world.cluster(&load::name(writer));
            let packs = &cluster["spec"]["clusterProfileTemplates"][0]["packs"];
            assert_eq!(packs[load::KUBERNETES]["version"], "1.29.4", "{cluster}");
        }
    }
}

/// A control plane of these tests, because its API server is killed.
fn plane() -> &'static Sandbox {
    static PLANE: OnceLock<Sandbox> = OnceLock::new();
    PLANE.get_or_init(|| {
        let sandbox = Sandbox::start(&Options::default()).unwrap();
        install::crds(&sandbox).unwrap();
        sandbox
    })
}
