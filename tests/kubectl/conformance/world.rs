//! A namespace with two clusters in it, and both programs at its door.

use std::{fs, path::PathBuf, process::Command};

use profile_sandbox::{Run, samples};
use serde_json::json;
use tempfile::TempDir;

use crate::sandbox::shared;

/// Two clusters, and files that commands name.
pub(super) struct World {
    namespace: String,
    folder: TempDir,
}

impl World {
    pub(super) fn new() -> Self {
        let world = Self { namespace: shared().namespace("conformance").unwrap(), folder: TempDir::new().unwrap() };
        for name in ["store-edge", "shop-aws"] {
            let mut cluster = samples::object("SpectroCluster", name).unwrap();
            cluster["metadata"]["namespace"] = json!(world.namespace);
            cluster["metadata"]["labels"] = json!({"which": name});
            world.write("cluster.json", &cluster.to_string());
            let run = world.kubectl(&["create", "-f", "FOLDER/cluster.json"]);
            run.success("kubectl create").unwrap();
        }
        world.write("template", "{.kind}");
        world.write("columns", "NAME\n.name\n");
        world.write("not-yaml", "a: [\n");
        world
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.folder.path().join(name), text).unwrap();
    }

    /// Runs kubectl in the namespace; `FOLDER` in a word is the folder of files, and `SERVER` the API server.
    pub(super) fn kubectl(&self, words: &[&str]) -> Run {
        self.run(shared().kubectl_command(), words)
    }

    /// Runs the plugin by kubectl in the namespace.
    pub(super) fn plugin(&self, words: &[&str]) -> Run {
        self.run(shared().kubectl_command(), &[&["profile"], words].concat())
    }

    fn run(&self, mut command: Command, words: &[&str]) -> Run {
        let folder = self.folder.path().display().to_string();
        command.args(words.iter().map(|word| word.replace("FOLDER", &folder).replace("SERVER", shared().server())));
        if !words.iter().any(|word| ["-A", "-n", "--namespace=nowhere"].contains(word)) {
            command.args(["-n", &self.namespace]);
        }
        // What either keeps of the server is its own.
        command.env("KUBECACHEDIR", self.folder.path().join("cache")).current_dir(&self.folder);
        Run::of(&mut command).unwrap()
    }

    /// A text without what is another one in each run.
    pub(super) fn plain(&self, text: &str) -> String {
        let folder = self.folder.path().display().to_string();
        let server = shared().server().trim_end_matches('/').to_owned();
        let address = server.trim_start_matches("https://").to_owned();
        let kubeconfig: PathBuf = shared().kubeconfig().to_owned();
        text.replace(&folder, "FOLDER")
            .replace(&self.namespace, "NAMESPACE")
            .replace(&server, "SERVER")
            .replace(&address, "SERVER")
            .replace(&kubeconfig.display().to_string(), "KUBECONFIG")
    }
}
