//! The page's worked example: one cluster runs one replica, and the published profile goes to three.

use profile_sandbox::{Run, samples};
use serde_json::{Value, json};

use crate::{
    terminal::Terminal,
    world::{SHOP, World, assert_run, json_of},
};

mod back;
mod killed;
mod plans;
mod together;

const PATH: &str = "manifests.hello-universe.ui.replicas";
const PLACE: &str = "hello-aws/hello-universe: manifests.hello-universe.ui.replicas";

/// How the published profile goes to three replicas. In both ways the author moves the port, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Edit {
    /// The attached version is edited.
    InPlace,
    /// Another version is published.
    NewVersion,
}

/// The sample cluster, whose profile publishes two replicas.
struct Shop {
    world: World,
    edit: Edit,
}

impl Shop {
    /// The cluster with an override of one replica, after the author's edit.
    fn edited(prefix: &str, edit: Edit) -> Self {
        let shop = Self::overridden(prefix, edit);
        shop.author_edits();
        shop
    }

    /// The cluster with an override of one replica.
    fn overridden(prefix: &str, edit: Edit) -> Self {
        let shop = Self::new(prefix, edit);
        let run = shop.world.profile(&[
            "override",
            SHOP,
            "hello-universe",
            "--set",
            "manifests.hello-universe.ui.replicas=1",
            "--yes",
        ]);
        assert_run(&run, 0, &[PATH, "spectrocluster/shop-aws overridden"]);
        shop
    }

    fn new(prefix: &str, edit: Edit) -> Self {
        let world = World::new(prefix);
        world.create(&with("ClusterProfile", "hello-aws-1.0.0", &[("replicas: 1 ", "replicas: 2 ")]));
        world.create(&with("SpectroCluster", SHOP, &[("replicas: 1 ", "replicas: 2 ")]));
        Self { world, edit }
    }

    fn author_edits(&self) {
        let edits = [("replicas: 1 ", "replicas: 3 "), ("port: 8080", "port: 8090")];
        let mut edited = with("ClusterProfile", "hello-aws-1.0.0", &edits);
        match self.edit {
            Edit::InPlace => self.publish("1.0.0", &edited["spec"]["published"]),
            Edit::NewVersion => {
                edited["metadata"]["name"] = json!("hello-aws-1.0.5");
                edited["spec"]["version"] = json!("1.0.5");
                edited["spec"]["published"]["uid"] = json!("6700aaaa0000000000010005");
                self.world.create(&edited);
            }
        }
    }

    /// Edits a published version in place.
    fn publish(&self, version: &str, content: &Value) {
        let path = self.world.cluster_path("").replace("spectroclusters/", "clusterprofiles/");
        let patch = json!({"spec": {"published": content}});
        let path = format!("{path}hello-aws-{version}");
        let (code, answer) = self.world.ask("PATCH", &path, "application/merge-patch+json", &patch);
        assert_eq!(code, 200, "{answer}");
    }

    /// The words that take the author's edit over.
    fn words(&self) -> Vec<&'static str> {
        match self.edit {
            Edit::InPlace => vec!["update", SHOP],
            Edit::NewVersion => vec!["switch", SHOP, "hello-aws@1.0.5"],
        }
    }

    fn take(&self, flags: &[&str]) -> Run {
        self.world.profile(&[&self.words()[..], flags].concat())
    }

    /// The values of the pack in the cluster.
    fn values(&self) -> String {
        let cluster = self.world.cluster(SHOP);
        cluster["spec"]["clusterProfileTemplates"][0]["packs"][4]["values"].as_str().unwrap().to_owned()
    }

    fn assert_holds(&self, replicas: &str, port: &str) {
        let values = self.values();
        assert!(values.contains(&format!("replicas: {replicas}  # one is enough")), "{values}");
        assert!(values.contains(&format!("port: {port}")), "{values}");
    }
}

/// A sample object with other words in the values of `hello-universe`.
fn with(kind: &str, name: &str, edits: &[(&str, &str)]) -> Value {
    let mut object = samples::object(kind, name).unwrap();
    let pointer = if kind == "ClusterProfile" {
        "/spec/published/packs/4/values"
    } else {
        "/spec/clusterProfileTemplates/0/packs/4/values"
    };
    let values = object.pointer_mut(pointer).unwrap();
    let mut text = values.as_str().unwrap().to_owned();
    for (from, to) in edits {
        assert!(text.contains(from), "{from:?} in {text}");
        text = text.replace(from, to);
    }
    *values = json!(text);
    object
}

#[test]
fn an_override_is_listed_with_what_is_published_and_since_when() {
    let shop = Shop::overridden("listed", Edit::InPlace);
    let run = shop.world.profile(&["overrides", SHOP, "-o", "json"]);
    assert_run(&run, 0, &[]);
    let found = json_of(&run)["items"].clone();
    assert_eq!(found.as_array().map(Vec::len), Some(1), "{found}");
    assert_eq!((&found[0]["place"], &found[0]["verdict"]), (&json!(PLACE), &json!("kept")), "{found}");
    assert_eq!(found[0]["setBy"]["revision"], json!(1), "{found}");
    assert_run(&shop.world.profile(&["overrides", SHOP]), 0, &[PLACE, "revision 1 (override by sandbox-admin)"]);
    assert_run(&shop.world.profile(&["overrides", "--show-secrets"]), 0, &[PLACE]);
}

#[test]
fn without_a_terminal_a_conflict_needs_a_decision() {
    for edit in [Edit::InPlace, Edit::NewVersion] {
        let shop = Shop::edited("stops", edit);
        let before = shop.world.cluster(SHOP);
        let run = shop.take(&["--yes"]);
        assert_run(&run, 6, &[PLACE, "--on-conflict", "published", "override", "profile"]);
        assert_eq!(shop.world.cluster(SHOP), before, "{edit:?}");
        assert_eq!(shop.world.history(SHOP), ["1 deployed hello-aws@1.0.0"], "{edit:?}");
    }
}

#[test]
fn the_override_wins_where_the_user_says_so_and_the_authors_other_edit_arrives() {
    for edit in [Edit::InPlace, Edit::NewVersion] {
        let shop = Shop::edited("wins", edit);
        assert_run(&shop.take(&["--yes", "--on-conflict=override"]), 0, &[PATH]);
        shop.assert_holds("1", "8090");
        assert_decided(&shop, "override");
    }
}

#[test]
fn the_profile_wins_where_the_user_says_so() {
    for edit in [Edit::InPlace, Edit::NewVersion] {
        let shop = Shop::edited("loses", edit);
        assert_run(&shop.take(&["--yes", "--on-conflict=profile"]), 0, &[PATH]);
        shop.assert_holds("3", "8090");
        assert_decided(&shop, "profile");
        let listed = shop.world.profile(&["overrides", SHOP]);
        assert_run(&listed, 0, &["this cluster sets nothing itself"]);
    }
}

/// The newest revision tells what was decided about the one override.
fn assert_decided(shop: &Shop, resolution: &str) {
    let history = shop.world.profile(&["history", SHOP, "-o", "json"]);
    let decisions = json_of(&history)["items"][1]["decisions"].clone();
    assert_eq!(decisions, json!([{"place": PLACE, "verdict": "conflict", "resolution": resolution}]), "{history}");
}

#[test]
fn on_a_terminal_each_conflict_is_asked() {
    for (edit, letter, replicas) in [
        (Edit::InPlace, "o", "1"),
        (Edit::InPlace, "p", "3"),
        (Edit::NewVersion, "o", "1"),
        (Edit::NewVersion, "p", "3"),
    ] {
        let shop = Shop::edited("asks", edit);
        let words = shop.words().join(" ");
        let mut terminal = Terminal::run(&shop.world, shop.world.sandbox.kubeconfig(), &words);
        terminal.answer_to("[o]verride", 1, letter);
        terminal.answer(1, "y");
        let (code, screen) = terminal.finish();
        assert_eq!(code, Some(0), "{screen}");
        assert!(screen.contains(PLACE), "{screen}");
        shop.assert_holds(replicas, "8090");
    }
}

#[test]
fn whoever_quits_at_a_conflict_writes_nothing() {
    let shop = Shop::edited("quits", Edit::InPlace);
    let before = shop.values();
    let mut terminal = Terminal::run(&shop.world, shop.world.sandbox.kubeconfig(), "update shop-aws");
    terminal.answer_to("[o]verride", 1, "q");
    let (code, screen) = terminal.finish();
    assert_ne!(code, Some(0), "{screen}");
    assert_eq!(shop.values(), before, "{screen}");
    assert_eq!(shop.world.history(SHOP).len(), 1, "{screen}");
}

#[test]
fn an_edit_that_the_cluster_never_touched_simply_arrives() {
    let shop = Shop::new("arrives", Edit::NewVersion);
    shop.author_edits();
    assert_run(&shop.take(&["--yes"]), 0, &["switched to hello-aws@1.0.5"]);
    shop.assert_holds("3", "8090");
}

#[test]
fn an_edit_in_place_of_what_no_revision_recorded_is_not_guessed_at() {
    let shop = Shop::new("unknown", Edit::InPlace);
    shop.author_edits();
    assert_run(&shop.take(&["--yes"]), 6, &[PLACE, "--base="]);
    let base = with("ClusterProfile", "hello-aws-1.0.0", &[("replicas: 1 ", "replicas: 2 ")]);
    let file = tempfile::NamedTempFile::with_suffix(".json").unwrap();
    std::fs::write(file.path(), base.to_string()).unwrap();
    let flag = format!("--base={}", file.path().display());
    assert_run(&shop.take(&["--yes", &flag]), 0, &["updated"]);
    shop.assert_holds("3", "8090");
}

#[test]
fn an_author_who_goes_where_the_cluster_is_makes_the_override_redundant() {
    let shop = Shop::overridden("redundant", Edit::InPlace);
    shop.publish(
        "1.0.0",
        &with("ClusterProfile", "hello-aws-1.0.0", &[("port: 8080", "port: 8090")])["spec"]["published"],
    );
    assert_run(&shop.take(&["--yes"]), 0, &[PATH, "redundant"]);
    shop.assert_holds("1", "8090");
}
