//! Takes in documents as the project's files and a Kubernetes store have them.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{Attached, Cluster, Pack, ProfileVersion, World, uids::is_uid, variables};

impl World {
    /// Adds what a document describes: a profile version or a cluster. Says whether it was either.
    pub fn add(&mut self, document: &Value) -> bool {
        match document["kind"].as_str() {
            Some("ClusterProfile") => drop(self.add_profile(document)),
            Some("SpectroCluster") => drop(self.add_cluster(document)),
            _ => return false,
        }
        true
    }

    /// Adds a profile version (`kind: ClusterProfile`) and returns its uid.
    pub fn add_profile(&mut self, document: &Value) -> String {
        let (spec, published) = (&document["spec"], &document["spec"]["published"]);
        let name = first_text(&[&published["name"], &document["metadata"]["name"]]);
        let version = first_text(&[&spec["version"], &published["profileVersion"]]);
        let version = if version.is_empty() { "1.0.0".to_owned() } else { version };
        let uid = text(&published["uid"]).unwrap_or_else(|| self.uids.make("profile", &format!("{name}@{version}")));
        let packs = published["packs"].as_array().into_iter().flatten();
        let packs = packs.map(|pack| Pack::read(pack, &format!("{name}@{version}"), &mut self.uids)).collect();
        let now = self.clock.now();
        self.profiles.push(ProfileVersion {
            uid: uid.clone(),
            project: self.first_project(),
            kind: text(&published["type"]).unwrap_or_else(|| "cluster".to_owned()),
            cloud_type: text(&published["cloudType"]).unwrap_or_else(|| "all".to_owned()),
            packs: Arc::new(packs),
            variables: spec["variables"].as_array().cloned().unwrap_or_default(),
            published: true,
            description: first_text(&[&document["metadata"]["annotations"]["description"]]),
            labels: object(&document["metadata"]["labels"]),
            created: now.clone(),
            modified: now,
            name,
            version,
        });
        uid
    }

    /// Adds a cluster (`kind: SpectroCluster`) and returns its uid.
    pub fn add_cluster(&mut self, document: &Value) -> String {
        let (metadata, spec) = (&document["metadata"], &document["spec"]);
        let name = first_text(&[&metadata["name"]]);
        let of_namespace = metadata["namespace"].as_str().and_then(|namespace| namespace.strip_prefix("cluster-"));
        let uid = of_namespace.or(metadata["uid"].as_str()).filter(|uid| is_uid(uid)).map(str::to_owned);
        let uid = uid.unwrap_or_else(|| self.uids.make("cluster", &name));
        let templates = spec["clusterProfileTemplates"].as_array().into_iter().flatten();
        let profiles = templates.map(|template| self.read_attached(template, &name)).collect();
        let mut rest = spec.clone();
        if let Value::Object(rest) = &mut rest {
            rest.retain(|key, _| !matches!(key.as_str(), "clusterProfileTemplates" | "cloudType" | "clusterTemplate"));
        }
        let has_packs = document["status"]["packs"].is_array();
        let mut status = object(&document["status"]);
        if status["state"].is_null() {
            status["state"] = json!("Running");
        }
        let now = self.clock.now();
        self.clusters.push(Cluster {
            uid: uid.clone(),
            project: self.first_project().unwrap_or_default(),
            labels: object(&metadata["labels"]),
            cloud_type: first_text(&[&spec["cloudType"]]),
            rest: object(&rest),
            template: text(&spec["clusterTemplate"]["uid"]),
            profiles,
            status,
            repave: None,
            pack_errors: Vec::new(),
            created: now.clone(),
            modified: now,
            name,
        });
        if !has_packs {
            self.reconcile(&uid);
        }
        uid
    }

    /// Reads an attached profile; what the document leaves out is as in the profile version.
    fn read_attached(&mut self, template: &Value, cluster: &str) -> Attached {
        let name = first_text(&[&template["name"]]);
        let version = first_text(&[&template["profileVersion"]]);
        let known = text(&template["uid"]).and_then(|uid| self.profile(&uid));
        let known = known.or_else(|| self.profile_version(&name, &version)).cloned();
        let uid = text(&template["uid"]).or_else(|| known.as_ref().map(|profile| profile.uid.clone()));
        let uid = uid.unwrap_or_else(|| self.uids.make("profile", &format!("{name}@{version}")));
        let published = known.as_ref().map(|profile| Arc::clone(&profile.packs));
        let packs: Vec<Pack> = match template["packs"].as_array() {
            Some(packs) => packs.iter().map(|pack| self.read_pack(pack, published.as_deref(), cluster)).collect(),
            None => published.iter().flat_map(|packs| packs.iter()).cloned().collect(),
        };
        let taken = published.unwrap_or_else(|| Arc::new(packs.clone()));
        let packs = packs.into_iter().map(|pack| self.with_own_manifests(pack, &taken, cluster)).collect();
        let kind = text(&template["type"]).or_else(|| known.as_ref().map(|profile| profile.kind.clone()));
        let cloud_type = text(&template["cloudType"]).or_else(|| known.map(|profile| profile.cloud_type));
        Attached {
            uid,
            name,
            version,
            kind: kind.unwrap_or_else(|| "cluster".to_owned()),
            cloud_type: cloud_type.unwrap_or_else(|| "all".to_owned()),
            packs,
            taken,
            variables: variables::read(&template["variables"]),
        }
    }

    fn read_pack(&mut self, document: &Value, published: Option<&Vec<Pack>>, cluster: &str) -> Pack {
        let mut pack = Pack::read(document, cluster, &mut self.uids);
        let Some(of_profile) = published.and_then(|packs| packs.iter().find(|other| other.name == pack.name)) else {
            return pack;
        };
        if document["values"].is_null() {
            pack.values.clone_from(&of_profile.values);
        }
        if document["layer"].is_null() {
            pack.layer.clone_from(&of_profile.layer);
        }
        if document["version"].is_null() {
            pack.version.clone_from(&of_profile.version);
            pack.tag.clone_from(&of_profile.tag);
        }
        if document["manifests"].is_null() {
            pack.manifests.clone_from(&of_profile.manifests);
        }
        for (index, manifest) in pack.manifests.iter_mut().enumerate() {
            if document["manifests"][index]["content"].is_null()
                && let Some(of_profile) = of_profile.manifest(&manifest.name)
            {
                manifest.content.clone_from(&of_profile.content);
            }
        }
        pack
    }

    /// A manifest of a cluster is never the profile's own object, though documents write one uid for both.
    fn with_own_manifests(&mut self, mut pack: Pack, taken: &[Pack], cluster: &str) -> Pack {
        let of_profile = taken.iter().find(|other| other.name == pack.name);
        for manifest in &mut pack.manifests {
            let parent = of_profile.and_then(|pack| pack.manifest(&manifest.name)).map(|parent| parent.uid.clone());
            if parent.as_ref() == Some(&manifest.uid) {
                manifest.uid = self.uids.make("manifest", &format!("{cluster}/{}/{}", pack.name, manifest.name));
            }
            manifest.parent = parent;
        }
        pack
    }
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

fn first_text(values: &[&Value]) -> String {
    values.iter().find_map(|value| text(value)).unwrap_or_default()
}

fn object(value: &Value) -> Value {
    if value.is_object() { value.clone() } else { json!({}) }
}
