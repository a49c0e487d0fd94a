//! Fills an API server: a cluster whose profile rendered some of its objects, renders others now, and knows nothing of most.

use std::{error::Error, fmt::Write as _};

use futures_util::{StreamExt, stream};
use hyper::Request;
use profile_sandbox::{Sandbox, samples};
use serde_json::{Value, json};

pub(crate) const CLUSTER: &str = "full";
pub(crate) const HUB: &str = "hub";
pub(crate) const KINDS: usize = 60;
const NAMESPACES: usize = 100;
/// Objects that are created at once.
const PARALLEL: usize = 48;

/// Kinds of Kubernetes itself: API version, kind, plural, and what they cannot be without.
const OWN: [(&str, &str, &str, &str); 16] = [
    ("v1", "ConfigMap", "configmaps", r#"{"data": {"key": "value"}}"#),
    ("v1", "Secret", "secrets", r#"{"stringData": {"key": "value"}}"#),
    (
        "v1",
        "Service",
        "services",
        r#"{"spec": {"clusterIP": "None", "selector": {"app": "a"}, "ports": [{"port": 80}]}}"#,
    ),
    ("v1", "ServiceAccount", "serviceaccounts", "{}"),
    ("v1", "LimitRange", "limitranges", r#"{"spec": {"limits": []}}"#),
    (
        "v1",
        "PodTemplate",
        "podtemplates",
        r#"{"template": {"spec": {"containers": [{"name": "main", "image": "example.com/none:1"}]}}}"#,
    ),
    (
        "v1",
        "PersistentVolumeClaim",
        "persistentvolumeclaims",
        r#"{"spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}}"#,
    ),
    ("apps/v1", "Deployment", "deployments", "workload"),
    ("apps/v1", "StatefulSet", "statefulsets", "workload"),
    ("apps/v1", "ReplicaSet", "replicasets", "workload"),
    ("rbac.authorization.k8s.io/v1", "Role", "roles", r#"{"rules": []}"#),
    (
        "rbac.authorization.k8s.io/v1",
        "RoleBinding",
        "rolebindings",
        r#"{"roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "x"}}"#,
    ),
    (
        "networking.k8s.io/v1",
        "Ingress",
        "ingresses",
        r#"{"spec": {"defaultBackend": {"service": {"name": "x", "port": {"number": 80}}}}}"#,
    ),
    ("networking.k8s.io/v1", "NetworkPolicy", "networkpolicies", r#"{"spec": {"podSelector": {}}}"#),
    (
        "policy/v1",
        "PodDisruptionBudget",
        "poddisruptionbudgets",
        r#"{"spec": {"selector": {"matchLabels": {"app": "none"}}}}"#,
    ),
    (
        "autoscaling/v2",
        "HorizontalPodAutoscaler",
        "horizontalpodautoscalers",
        r#"{"spec": {"maxReplicas": 2, "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "none"}}}"#,
    ),
];

/// What an object is to the cluster's profile.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Orphan,
    Rendered,
    Foreign,
}

/// So many objects, by their numbers.
pub(crate) struct Filling {
    objects: usize,
}

impl Filling {
    pub(crate) fn of(objects: usize) -> Self {
        Self { objects }
    }

    /// What the rows of the table are called.
    pub(crate) fn labels(&self) -> [&'static str; 2] {
        match self.objects {
            10_000 => ["orphans among 10,000 objects of 60 kinds in 100 namespaces", "… its memory at the most"],
            _ => ["orphans among a fifth of them", "… its memory"],
        }
    }

    /// How many orphans there are.
    pub(crate) fn orphans(&self) -> usize {
        (0..self.objects).filter(|&number| part(number) == Part::Orphan).count()
    }

    /// Whether exactly the orphans were found, each proven as far as a published version proves it.
    pub(crate) fn check(&self, found: &Value) -> Result<(), Box<dyn Error>> {
        let orphans = found["items"].as_array().ok_or("the document has no orphans")?;
        let likely = orphans.iter().filter(|it| it["confidence"] == "likely").count();
        if likely != self.orphans() || orphans.len() != likely || found["isComplete"] != true {
            return Err(format!("{} orphans, {likely} of them likely, of {}", orphans.len(), self.orphans()).into());
        }
        Ok(())
    }

    /// Creates what is not there yet, and the cluster and its profile anew.
    pub(crate) fn fill(&self, sandbox: &Sandbox) -> Result<(), Box<dyn Error>> {
        let mut first: Vec<_> = (0..NAMESPACES).map(|number| namespace(&format!("filled-{number}"))).collect();
        first.push(namespace(HUB));
        first.extend((OWN.len()..KINDS).map(definition));
        for chunk in first.chunks(40) {
            let list = json!({"apiVersion": "v1", "kind": "List", "items": chunk});
            sandbox.apply(&list.to_string())?;
        }
        sandbox
            .run_kubectl(["wait", "--for=condition=Established", "--timeout=60s", "crd", "--all"])?
            .success("wait")?;
        samples::create(sandbox, &self.cluster())?;
        let client = sandbox.client();
        sandbox.block_on(async {
            let creations = (0..self.objects).map(|number| {
                let client = client.clone();
                async move {
                    let request = Request::post(url(number)).header("content-type", "application/json");
                    let request = request.body(object(number).to_string().into_bytes())?;
                    match client.request::<Value>(request).await {
                        Err(kube::Error::Api(status)) if status.code == 409 => Ok(()),
                        answer => answer.map(drop).map_err(Box::<dyn Error>::from),
                    }
                }
            });
            let mut creations = stream::iter(creations).buffer_unordered(PARALLEL);
            while let Some(created) = creations.next().await {
                created?;
            }
            Ok(())
        })
    }

    /// The cluster, and both versions of its profile.
    fn cluster(&self) -> Vec<Value> {
        let published = |version: &str, parts: &[Part]| {
            let mut content = String::from("# generated\n");
            for number in (0..self.objects).filter(|&number| parts.contains(&part(number))) {
                // Writing to a text cannot fail.
                let _ = writeln!(content, "---\n{}", bare(number));
            }
            let pack = json!({
                "name": "full", "layer": "addon", "type": "manifest", "version": version, "values": "",
                "manifests": [{"name": "full", "content": content}],
            });
            json!({"uid": format!("uid-{version}"), "name": "full", "type": "add-on", "profileVersion": version, "packs": [pack]})
        };
        let contents = [("1.0.0", &[Part::Orphan, Part::Rendered][..]), ("2.0.0", &[Part::Rendered])]
            .map(|(version, parts)| published(version, parts));
        let metadata = |name: &str| json!({"name": name, "namespace": HUB});
        let mut objects = vec![json!({
            "apiVersion": "cluster.spectrocloud.com/v1", "kind": "SpectroCluster", "metadata": metadata(CLUSTER),
            "spec": {"cloudType": "aws", "clusterProfileTemplates": [contents[1]]}, "status": {"state": "Running"},
        })];
        for (name, content) in ["full-1", "full-2"].iter().zip(&contents) {
            objects.push(json!({
                "apiVersion": "cluster.spectrocloud.com/v1", "kind": "ClusterProfile", "metadata": metadata(name),
                "spec": {"version": content["profileVersion"], "published": content},
            }));
        }
        objects
    }
}

/// Kinds of which there are so many that a list takes several pages.
const MANY: usize = 4;
/// Objects a page.
const PAGE: usize = 500;

/// How many pages beyond the first one the kinds take together, for so many objects.
pub(crate) fn further_pages(objects: usize) -> u64 {
    let mut counts = [0; KINDS];
    (0..objects).for_each(|number| counts[index(number)] += 1);
    counts.iter().map(|count| (count / PAGE) as u64).sum()
}

/// Which kind an object is of. A quarter of them all is of a few kinds, as real objects are.
fn index(number: usize) -> usize {
    if number / KINDS % 20 >= 15 { number % MANY } else { number % KINDS }
}

/// One in twenty is left behind, one in four is rendered now; the others are of somebody else.
fn part(number: usize) -> Part {
    match number / KINDS % 20 {
        0 => Part::Orphan,
        1..=5 => Part::Rendered,
        _ => Part::Foreign,
    }
}

fn place(number: usize) -> String {
    format!("filled-{}", number / KINDS % NAMESPACES)
}

fn kind(number: usize) -> (String, String, String, &'static str) {
    let index = index(number);
    match OWN.get(index) {
        Some((version, kind, plural, content)) => {
            ((*version).to_owned(), (*kind).to_owned(), (*plural).to_owned(), content)
        }
        None => (
            "filled.example.com/v1".into(),
            format!("Filled{index}"),
            format!("filled{index}s"),
            r#"{"spec": {"some": {"nested": ["content"]}}}"#,
        ),
    }
}

fn url(number: usize) -> String {
    let (version, _, plural, _) = kind(number);
    let root = if version.contains('/') { "/apis" } else { "/api" };
    // What Palette's agent applies bears its name; of what somebody else wrote the search must not hold much.
    let manager = if part(number) == Part::Foreign { "somebody" } else { "agent" };
    format!("{root}/{version}/namespaces/{}/{plural}?fieldManager={manager}", place(number))
}

/// The object as a manifest names it; what matters of a manifest is what it names.
fn bare(number: usize) -> Value {
    let (version, kind, ..) = kind(number);
    json!({"apiVersion": version, "kind": kind, "metadata": {"name": format!("object-{number}"), "namespace": place(number)}})
}

fn object(number: usize) -> Value {
    let mut object = bare(number);
    let labels = json!({"app": format!("app-{number}"), "app.kubernetes.io/part-of": "filling", "tier": "backend"});
    object["metadata"]["labels"] = labels.clone();
    object["metadata"]["annotations"] =
        json!({"example.com/description": "What somebody wrote about this object. ".repeat(4)});
    let (.., content) = kind(number);
    let content = match content {
        "workload" => json!({"spec": {
            "replicas": 0, "serviceName": "none", "selector": {"matchLabels": {"app": labels["app"]}},
            "template": {
                "metadata": {"labels": labels},
                "spec": {"containers": [{"name": "main", "image": "example.com/none:1", "resources": {"requests": {"cpu": "100m", "memory": "64Mi"}}}]},
            },
        }}),
        text => serde_json::from_str(text).unwrap_or_default(),
    };
    if let (Some(object), Value::Object(content)) = (object.as_object_mut(), content) {
        object.extend(content);
    }
    object
}

fn namespace(name: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
}

fn definition(index: usize) -> Value {
    let (kind, plural) = (format!("Filled{index}"), format!("filled{index}s"));
    json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": format!("{plural}.filled.example.com")},
        "spec": {
            "group": "filled.example.com", "scope": "Namespaced", "names": {"kind": kind, "plural": plural},
            "versions": [{
                "name": "v1", "served": true, "storage": true,
                "schema": {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}},
            }],
        },
    })
}
