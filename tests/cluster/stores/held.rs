//! The scenario's documents, held by each store.

use std::{fs, process::Command};

use profile_palette::{Fake, Options, World as Palette, world::PackEdit};
use profile_sandbox::Run;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::fixture;
use crate::world::World;

/// Where the documents are.
pub(super) enum Held<'w> {
    Files(&'w World, TempDir),
    Kubernetes(&'w World),
    Palette { world: &'w World, fake: Box<Fake>, state: TempDir },
}

impl<'w> Held<'w> {
    pub(super) fn files(world: &'w World) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let documents = fixture::profiles(&world.namespace).into_iter().chain([fixture::cluster(&world.namespace)]);
        for document in documents {
            let name = document["metadata"]["name"].as_str().unwrap();
            fs::write(folder.path().join(format!("{name}.json")), format!("{document:#}")).unwrap();
        }
        Self::Files(world, folder)
    }

    pub(super) fn kubernetes(world: &'w World) -> Self {
        fixture::profiles(&world.namespace).iter().for_each(|it| world.create(it));
        world.create(&fixture::cluster(&world.namespace));
        Self::Kubernetes(world)
    }

    pub(super) fn palette(world: &'w World) -> Self {
        let mut palette = Palette::default();
        for document in fixture::profiles(&world.namespace) {
            palette.add_profile(&document);
        }
        palette.add_cluster(&fixture::cluster(&world.namespace));
        let fake = Box::new(Fake::start(palette, Options::default()).unwrap());
        Self::Palette { world, fake, state: tempfile::tempdir().unwrap() }
    }

    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Files(..) => "files",
            Self::Kubernetes(_) => "kubernetes",
            Self::Palette { .. } => "palette",
        }
    }

    fn world(&self) -> &'w World {
        match self {
            Self::Files(world, _) | Self::Kubernetes(world) | Self::Palette { world, .. } => world,
        }
    }

    /// Runs the plugin on this store, with the workloads in the one API server.
    pub(super) fn profile(&self, arguments: &[&str]) -> Run {
        let sandbox = self.world().sandbox;
        let mut command: Command = sandbox.plugin_command();
        command.args(arguments).env("COLUMNS", "120");
        let workload = |command: &mut Command| {
            command.arg("--workload-kubeconfig").arg(sandbox.kubeconfig());
        };
        match self {
            Self::Files(_, folder) => {
                command.arg("-f").arg(folder.path());
                workload(&mut command);
            }
            Self::Kubernetes(world) => {
                command.args(["--store", "kubernetes", "-n", &world.namespace]);
            }
            Self::Palette { fake, state, .. } => {
                command.args(["--store", "palette", "--project", "Default", "--palette-host", &fake.host()]);
                command.arg("--palette-ca").arg(fake.ca_file());
                command.env("SPECTROCLOUD_APIKEY", fake.key()).env("XDG_STATE_HOME", state.path());
                workload(&mut command);
            }
        }
        Run::of(&mut command).unwrap()
    }

    /// Edits the values of hello@1.2.0 where it is published.
    pub(super) fn edit(&self, values: &str) {
        match self {
            Self::Files(_, folder) => {
                let path = folder.path().join("hello-1.2.0.json");
                let mut document: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
                document["spec"]["published"]["packs"][0]["values"] = values.into();
                fs::write(&path, document.to_string()).unwrap();
            }
            Self::Kubernetes(world) => {
                let mut packs = fixture::profiles(&world.namespace)[2]["spec"]["published"]["packs"].clone();
                packs[0]["values"] = values.into();
                let patch = json!({"spec": {"published": {"packs": packs}}}).to_string();
                let run = world.kubectl(&["patch", "clusterprofile", "hello-1.2.0", "--type=merge", "-p", &patch]);
                assert!(run.is_success(), "{run}");
            }
            Self::Palette { fake, .. } => fake.with_world(|palette| {
                let uid = palette.profile_version("hello", "1.2.0").unwrap().uid.clone();
                let edit = PackEdit { name: "app".into(), values: Some(values.into()), ..PackEdit::default() };
                assert!(palette.edit_profile(&uid, &[edit], false));
            }),
        }
    }

    /// What the cluster holds of the pack: version, values and manifest.
    pub(super) fn content(&self) -> Value {
        match self {
            Self::Palette { fake, .. } => fake.with_world(|palette| {
                let attached = &palette.cluster("shop").unwrap().profiles[0];
                let pack = &attached.packs[0];
                json!({
                    "profile": attached.version, "version": pack.version, "values": pack.values,
                    "manifest": pack.manifests[0].content,
                })
            }),
            Self::Files(_, folder) => {
                let text = fs::read_to_string(folder.path().join("shop.json")).unwrap();
                of_document(&serde_json::from_str(&text).unwrap())
            }
            Self::Kubernetes(world) => of_document(&world.cluster("shop")),
        }
    }

    /// Palette's API description was kept to, where it is at hand.
    pub(super) fn assert_contract(&self) {
        if let Self::Palette { fake, .. } = self {
            let violations = fake.violations();
            assert!(violations.is_empty(), "{violations:?}");
        }
    }
}

fn of_document(document: &Value) -> Value {
    let attached = &document["spec"]["clusterProfileTemplates"][0];
    let pack = &attached["packs"][0];
    json!({
        "profile": attached["profileVersion"], "version": pack["version"], "values": pack["values"],
        "manifest": pack["manifests"][0]["content"],
    })
}
