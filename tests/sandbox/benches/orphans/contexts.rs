//! Many contexts of a kubeconfig, each a distance away, with the same objects behind each.

use std::{error::Error, net::SocketAddr, path::PathBuf};

use profile_core::yaml;
use profile_sandbox::Sandbox;
use serde_json::json;

use super::{
    distance::Distance,
    filling::{CLUSTER, HUB},
};

/// How many there are.
pub(crate) const COUNT: usize = 50;

/// A kubeconfig whose contexts lead to one API server over ways of their own.
pub(crate) struct Contexts {
    pub(crate) kubeconfig: PathBuf,
    _ways: Vec<Distance>,
}

impl Contexts {
    /// Opens the ways, and writes the kubeconfig beside the sandbox's own.
    pub(crate) fn of(sandbox: &Sandbox) -> Result<Self, Box<dyn Error>> {
        let server: SocketAddr = sandbox.server().trim_start_matches("https://").parse()?;
        let ways = (0..COUNT).map(|_| Distance::to(server)).collect::<Result<Vec<_>, _>>()?;
        let mut document = yaml::parse(&std::fs::read_to_string(sandbox.kubeconfig())?)?;
        let user = document["users"][0]["name"].clone();
        let cluster = document["clusters"][0]["cluster"].clone();
        let (mut clusters, mut contexts) = (Vec::new(), Vec::new());
        for (number, way) in ways.iter().enumerate() {
            let name = name(number);
            let mut cluster = cluster.clone();
            cluster["server"] = json!(format!("https://{}", way.address()));
            clusters.push(json!({"name": name, "cluster": cluster}));
            contexts.push(json!({"name": name, "context": {"cluster": name, "user": user, "namespace": HUB}}));
        }
        document["clusters"] = clusters.into();
        document["contexts"] = contexts.into();
        document["current-context"] = json!(name(0));
        let kubeconfig = sandbox.dir().join("kubeconfig-of-many-contexts");
        std::fs::write(&kubeconfig, document.to_string())?;
        Ok(Self { kubeconfig, _ways: ways })
    }
}

fn name(number: usize) -> String {
    format!("far-{number:02}")
}

/// The arguments that search one context.
pub(crate) fn one() -> [String; 4] {
    ["orphans".into(), CLUSTER.into(), "--context".into(), name(0)]
}

/// The arguments that search all of them.
pub(crate) fn all() -> [String; 2] {
    ["orphans".into(), "--all-contexts".into()]
}
