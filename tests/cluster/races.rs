//! Switches that are killed, overtaken, held up or left without an answer: the truth is found each time.

use std::process::Child;

use profile_sandbox::Run;
use serde_json::{Value, json};

use crate::{
    gate::{Gate, Held, Point, Side},
    world::{SHOP, World, finish},
};

mod conflicts;
mod killed;
mod silence;
mod terminal;
mod together;

/// The sample cluster behind a gate.
struct Scene {
    world: World,
    gate: Gate,
}

impl Scene {
    fn new(prefix: &str) -> Self {
        let world = World::with_shop(prefix);
        let gate = Gate::open(&world);
        Self { world, gate }
    }

    /// Starts a switch through the gate that is held at a point, and waits until it is there.
    fn held_switch(&self, version: &str, point: Point, side: Side) -> (Child, Held) {
        self.held_switch_with(version, &[], point, side)
    }

    /// The same with more flags.
    fn held_switch_with(&self, version: &str, flags: &[&str], point: Point, side: Side) -> (Child, Held) {
        let held = self.gate.hold(point, side);
        let target = format!("hello-aws@{version}");
        let arguments = [&["switch", SHOP, &target, "--yes"], flags].concat();
        let child = self.world.start_profile_as(self.gate.kubeconfig(), &arguments);
        held.reached();
        (child, held)
    }

    /// Switches without the gate.
    fn switch(&self, version: &str) -> Run {
        self.world.profile(&["switch", SHOP, &format!("hello-aws@{version}"), "--yes"])
    }

    /// The statuses on the labels of the revisions, which must be those that the revisions themselves say.
    fn history(&self) -> Vec<String> {
        let history = self.world.history(SHOP);
        let secrets = self.world.revision_secrets();
        let labels: Vec<_> =
            secrets.iter().map(|it| it["metadata"]["labels"]["kubectl-profile.dev/status"].as_str()).collect();
        let statuses: Vec<_> = history.iter().map(|it| it.split(' ').nth(1)).collect();
        assert_eq!(labels, statuses, "{secrets:?}");
        history
    }

    /// Somebody else writes the content of another version into the cluster, without a revision.
    fn somebody_switches_to(&self, version: &str) {
        let target = profile_sandbox::samples::object("ClusterProfile", &format!("hello-aws-{version}")).unwrap();
        self.world.patch(SHOP, &json!({"spec": {"clusterProfileTemplates": [target["spec"]["published"]]}}));
    }

    /// Moves the resourceVersion of the cluster as status reports do all day.
    fn status_moves(&self) {
        self.world.patch_status(SHOP, &json!({"conditions": [{"type": "Heartbeat", "status": "True"}]}));
    }

    /// The cluster's content, to see that it is left alone.
    fn spec(&self) -> Value {
        self.world.cluster(SHOP)["spec"].clone()
    }
}

/// Kills a switch as `kill -9` does and waits for its end.
fn kill(mut child: Child) {
    child.kill().unwrap();
    let run = finish(child);
    assert_eq!(run.code, None, "it ended before it was killed: {run}");
}
