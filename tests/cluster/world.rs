//! A namespace of a test's own with clusters and profiles in it, and runs that see only that.

use std::{
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use http_body_util::BodyExt as _;
use hyper::Request;
use profile_sandbox::{Run, Sandbox, samples};
use profile_tests::schema;
use serde_json::{Value, json};

use crate::sandbox::shared;

/// How long anything that is waited for may take on a busy machine.
pub(crate) const DEADLINE: Duration = Duration::from_secs(60);

/// The sample cluster that most tests use: it runs `hello-aws@1.0.0` with Kubernetes 1.32.8.
pub(crate) const SHOP: &str = "shop-aws";

const MERGE: &str = "application/merge-patch+json";

/// One namespace of one control plane.
pub(crate) struct World {
    pub(crate) sandbox: &'static Sandbox,
    pub(crate) namespace: String,
    /// The API version that the clusters and profiles of this world are written and read in.
    version: &'static str,
}

impl World {
    /// A fresh namespace of the shared control plane.
    pub(crate) fn new(prefix: &str) -> Self {
        Self::on(shared(), prefix)
    }

    /// A fresh namespace of a control plane of one's own.
    pub(crate) fn on(sandbox: &'static Sandbox, prefix: &str) -> Self {
        Self { sandbox, namespace: sandbox.namespace(prefix).unwrap(), version: "v1" }
    }

    /// A namespace that is there already.
    pub(crate) fn named(sandbox: &'static Sandbox, namespace: &str) -> Self {
        Self { sandbox, namespace: namespace.to_owned(), version: "v1" }
    }

    /// A fresh namespace with the sample AWS cluster and all versions of its profile.
    pub(crate) fn with_shop(prefix: &str) -> Self {
        Self::new(prefix).and_shop()
    }

    /// The same where only another version of the API is served.
    pub(crate) fn in_version(self, version: &'static str) -> Self {
        Self { version, ..self }
    }

    /// The same with the sample AWS cluster and all versions of its profile.
    pub(crate) fn and_shop(self) -> Self {
        for version in ["0.9.0", "1.0.0", "1.1.0", "1.2.0", "1.3.0"] {
            self.create(&samples::object("ClusterProfile", &format!("hello-aws-{version}")).unwrap());
        }
        self.create(&samples::object("SpectroCluster", SHOP).unwrap());
        self
    }

    /// Creates an object of Palette's group in this namespace, together with its status.
    pub(crate) fn create(&self, object: &Value) {
        let mut object = object.clone();
        object["metadata"]["namespace"] = json!(self.namespace);
        object["apiVersion"] = json!(format!("cluster.spectrocloud.com/{}", self.version));
        let name = object["metadata"]["name"].as_str().unwrap().to_owned();
        let plural = if object["kind"] == "ClusterProfile" { "clusterprofiles" } else { "spectroclusters" };
        let path = self.path(plural);
        let (code, answer) = self.ask("POST", &path, "application/json", &object);
        assert_eq!(code, 201, "POST {path}: {answer}");
        if let Some(status) = object.get("status") {
            let (code, answer) =
                self.ask("PATCH", &format!("{path}/{name}/status"), MERGE, &json!({ "status": status }));
            assert_eq!(code, 200, "PATCH {path}/{name}/status: {answer}");
        }
    }

    /// The path of a cluster.
    pub(crate) fn cluster_path(&self, cluster: &str) -> String {
        format!("{}/{cluster}", self.path("spectroclusters"))
    }

    fn path(&self, plural: &str) -> String {
        format!("/apis/cluster.spectrocloud.com/{}/namespaces/{}/{plural}", self.version, self.namespace)
    }

    /// A cluster as it stands on the API server.
    pub(crate) fn cluster(&self, cluster: &str) -> Value {
        let (code, answer) = self.ask("GET", &self.cluster_path(cluster), "application/json", &Value::Null);
        assert_eq!(code, 200, "{answer}");
        answer
    }

    /// The administrator merges `patch` into a cluster.
    pub(crate) fn patch(&self, cluster: &str, patch: &Value) {
        let (code, answer) = self.ask("PATCH", &self.cluster_path(cluster), MERGE, patch);
        assert_eq!(code, 200, "{answer}");
    }

    /// The administrator merges `status` into a cluster's status.
    pub(crate) fn patch_status(&self, cluster: &str, status: &Value) {
        let path = format!("{}/status", self.cluster_path(cluster));
        let (code, answer) = self.ask("PATCH", &path, MERGE, &json!({ "status": status }));
        assert_eq!(code, 200, "{answer}");
    }

    /// Asks the API server itself: the code and the document that it answers with.
    pub(crate) fn ask(&self, method: &str, path: &str, content_type: &str, body: &Value) -> (u16, Value) {
        let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        let request = Request::builder().method(method).uri(path).header("content-type", content_type);
        self.sandbox.block_on(async {
            let answer = self.sandbox.client().send(request.body(body.into()).unwrap()).await.unwrap();
            let code = answer.status().as_u16();
            let body = answer.into_body().collect().await.unwrap().to_bytes();
            (code, serde_json::from_slice(&body).unwrap_or(Value::Null))
        })
    }

    /// Runs kubectl in this namespace.
    pub(crate) fn kubectl(&self, arguments: &[&str]) -> Run {
        self.kubectl_with(arguments, "")
    }

    /// Runs kubectl in this namespace with an input.
    pub(crate) fn kubectl_with(&self, arguments: &[&str], input: &str) -> Run {
        let mut command = self.sandbox.kubectl_command();
        let run = Run::with_input(command.args(arguments).args(["-n", &self.namespace]), input).unwrap();
        schema::hold(&run);
        run
    }

    /// Runs `kubectl profile …` in this namespace.
    pub(crate) fn profile(&self, arguments: &[&str]) -> Run {
        self.kubectl(&[&["profile"], arguments].concat())
    }

    /// Runs `kubectl profile …` in this namespace with another kubeconfig.
    pub(crate) fn profile_as(&self, kubeconfig: &Path, arguments: &[&str]) -> Run {
        let mut command = self.sandbox.kubectl_command();
        command.arg("profile").args(arguments).args(["-n", &self.namespace]).env("KUBECONFIG", kubeconfig);
        let run = Run::of(&mut command).unwrap();
        schema::hold(&run);
        run
    }

    /// Starts the plugin in this namespace with another kubeconfig; the caller waits for it or kills it.
    pub(crate) fn start_profile_as(&self, kubeconfig: &Path, arguments: &[&str]) -> Child {
        let mut command: Command = self.sandbox.plugin_command();
        command.args(arguments).args(["-n", &self.namespace]).env("KUBECONFIG", kubeconfig);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// What `history` tells: `NUMBER STATUS TO` of each revision.
    pub(crate) fn history(&self, cluster: &str) -> Vec<String> {
        let run = self.profile(&["history", cluster, "-o", "json"]);
        let items = json_of(&run)["items"].as_array().cloned().unwrap_or_default();
        let text = |it: &Value, key: &str| it[key].as_str().unwrap().to_owned();
        items.iter().map(|it| format!("{} {} {}", it["revision"], text(it, "status"), text(it, "to"))).collect()
    }

    /// The Secrets of this namespace that are of the type of revisions, in the order of their names.
    pub(crate) fn revision_secrets(&self) -> Vec<Value> {
        let path = format!("/api/v1/namespaces/{}/secrets", self.namespace);
        let (code, answer) = self.ask("GET", &path, "application/json", &Value::Null);
        assert_eq!(code, 200, "{answer}");
        let secrets = answer["items"].as_array().cloned().unwrap_or_default();
        secrets.into_iter().filter(|it| it["type"] == "kubectl-profile.dev/revision").collect()
    }

    /// Asserts that the sample AWS cluster holds exactly what is published for `version` of its profile.
    pub(crate) fn assert_shop_is_at(&self, version: &str) {
        let cluster = self.cluster(SHOP);
        let attached = &cluster["spec"]["clusterProfileTemplates"][0];
        let published = samples::object("ClusterProfile", &format!("hello-aws-{version}")).unwrap();
        let published = &published["spec"]["published"];
        assert_eq!(attached["profileVersion"], json!(version), "{cluster}");
        assert_eq!(attached["uid"], published["uid"], "{cluster}");
        assert_eq!(attached["packs"], published["packs"], "{cluster}");
    }
}

/// The JSON document that a run printed.
pub(crate) fn json_of(run: &Run) -> Value {
    serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {run}"))
}

/// The lines of the requests that `-v 6` shows.
pub(crate) fn requests(run: &Run) -> Vec<&str> {
    run.stderr.lines().filter(|line| line.contains(" https://")).collect()
}

/// Asserts an exit code and that the streams hold every one of some texts.
pub(crate) fn assert_run(run: &Run, code: i32, said: &[&str]) {
    assert_eq!(run.code, Some(code), "{run}");
    for text in said {
        assert!(run.stdout.contains(text) || run.stderr.contains(text), "{text:?} is not said: {run}");
    }
}

/// Waits for the end of a run that was started.
pub(crate) fn finish(child: Child) -> Run {
    child.wait_with_output().unwrap().into()
}
