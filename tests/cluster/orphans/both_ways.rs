//! The preset of the page, on and off, by our switch and by somebody else's tool: exactly what it leaves is found, its pods
//! go and come back, and nothing else of it is touched.

use std::collections::BTreeMap;

use super::*;

/// What the version without the API leaves behind, and what the one with it does.
const WITHOUT: [&str; 2] = ["Deployment/hello-universe-deployment", "Service/hello-universe-service"];
const WITH: [&str; 11] = [
    "ClusterRole/service-reader",
    "ClusterRoleBinding/service-reader",
    "Deployment/api",
    "Deployment/postgres",
    "Deployment/ui",
    "Secret/auth-token",
    "Secret/db-password",
    "Service/api",
    "Service/postgres",
    "Service/ui",
    "ServiceAccount/hello-universe-role",
];

/// The page's cluster with two versions of its profile, which differ in the preset alone, and the sandbox's agent.
struct Page {
    hub: String,
    workloads: String,
    packs: String,
    published: BTreeMap<bool, Value>,
}

impl Page {
    /// The cluster runs the version with the API, or the one without.
    fn running(api: bool) -> Self {
        let sandbox = shared();
        let hub = sandbox.namespace("hub").unwrap();
        let workloads = sandbox.namespace("hello").unwrap();
        let own = |kind: &str, name: &str| {
            let text = samples::object(kind, name).unwrap().to_string();
            let text = text.replace("namespace: hello-universe", &format!("namespace: {workloads}"));
            let mut object: Value = serde_json::from_str(&text).unwrap();
            object["metadata"]["namespace"] = json!(hub);
            object
        };
        let [without, other] = ["hello-aws-1.0.0", "hello-aws-1.1.0"].map(|name| own("ClusterProfile", name));
        let mut with = without.clone();
        let is_hello = |pack: &Value| pack["name"] == "hello-universe";
        let packs = other["spec"]["published"]["packs"].as_array().unwrap();
        let hello = packs.iter().find(|it| is_hello(it)).unwrap().clone();
        *with["spec"]["published"]["packs"].as_array_mut().unwrap().iter_mut().find(|it| is_hello(it)).unwrap() = hello;
        with["metadata"]["name"] = json!("hello-aws-with-the-api");
        with["spec"]["version"] = json!("1.0.0-api");
        with["spec"]["published"]["profileVersion"] = json!("1.0.0-api");
        with["spec"]["published"]["uid"] = json!("with-the-api");
        let published = [(true, &with), (false, &without)].map(|(api, it)| (api, it["spec"]["published"].clone()));
        let published = BTreeMap::from(published);
        let mut cluster = own("SpectroCluster", "shop-aws");
        cluster["metadata"]["labels"] = json!({"kubectl-profile.dev/sandbox-agent": "play"});
        cluster["spec"]["clusterProfileTemplates"][0] = published[&api].clone();
        samples::create(sandbox, &[without, with, cluster]).unwrap();
        let page = Self { hub, workloads, packs: samples::packs_dir().display().to_string(), published };
        page.until_available(api);
        page
    }

    fn profile(&self, arguments: &[&str]) -> Run {
        shared().run_kubectl([&["profile"], arguments, &["-n", &self.hub]].concat()).unwrap()
    }

    fn until_available(&self, api: bool) {
        let deployments: &[&str] = if api { &["api", "postgres", "ui"] } else { &["hello-universe-deployment"] };
        for name in deployments {
            let available = shared().wait_until(name, DEADLINE, || {
                let run = shared()
                    .run_kubectl(["get", "deployment", name, "-n", &self.workloads, "-o", "json"])
                    .map_err(|error| error.to_string())?;
                let found: Value = serde_json::from_str(&run.stdout).unwrap_or_default();
                if found["status"]["availableReplicas"] == 1 { Ok(()) } else { Err(run.to_string()) }
            });
            available.unwrap();
        }
    }

    /// Moves the cluster to the other version: by our switch, or by a tool that keeps no record.
    fn move_to(&self, api: bool, by_us: bool) {
        if by_us {
            let version = if api { "hello-aws@1.0.0-api" } else { "hello-aws@1.0.0" };
            let run = self.profile(&["switch", "shop-aws", version, "--yes", "--wait", "--packs", &self.packs]);
            assert!(run.is_success(), "{run}");
        } else {
            let patch = json!({"spec": {"clusterProfileTemplates": [self.published[&api]]}}).to_string();
            let patch = ["patch", "spc", "shop-aws", "-n", &self.hub, "--type=merge", "-p", &patch];
            shared().run_kubectl(patch).unwrap().success("kubectl patch").unwrap();
        }
        self.until_available(api);
    }

    fn orphans(&self, more: &[&str]) -> Value {
        let run = self.profile(&[&["orphans", "shop-aws", "--packs", &self.packs, "-o", "json"], more].concat());
        assert!(run.is_success(), "{run}");
        serde_json::from_str(&run.stdout).unwrap()
    }

    /// The pods of these Deployments.
    fn pods(&self, deployments: &[&str]) -> usize {
        let run = shared().run_kubectl(["get", "pods", "-n", &self.workloads, "-o", "name"]).unwrap();
        let is_of = |pod: &str| deployments.iter().any(|it| pod.starts_with(&format!("pod/{it}-")));
        run.stdout.lines().filter(|pod| is_of(pod)).count()
    }

    /// The `resourceVersion` of what is left behind and has no size.
    fn versions(&self, left: &BTreeSet<String>) -> BTreeMap<String, Value> {
        let others = left.iter().filter(|it| !it.starts_with("Deployment/"));
        others
            .map(|it| {
                let (kind, name) = it.split_once('/').unwrap();
                (
                    it.clone(),
                    shared().get_json(kind, &self.workloads, name).unwrap()["metadata"]["resourceVersion"].clone(),
                )
            })
            .collect()
    }
}

/// From the version with the API, or without, to the other; by our switch, or by somebody else's tool.
fn check(api: bool, by_us: bool) {
    let page = Page::running(api);
    page.move_to(!api, by_us);
    let of_cluster = |name: &str| name.replace("/service-reader", &format!("/{}-service-reader", page.workloads));
    let left: BTreeSet<String> = if api { WITH.iter().map(|it| of_cluster(it)).collect() } else { set(&WITHOUT) };
    let from = if api { "hello-aws@1.0.0-api" } else { "hello-aws@1.0.0" };
    let (confidence, searches): (&str, &[&[&str]]) =
        if by_us { ("proven", &[&[]]) } else { ("likely", &[&[], &["--from", from]]) };
    for more in searches {
        let found = page.orphans(more);
        assert_eq!(names(&found["items"]), left, "{found}");
        for orphan in found["items"].as_array().unwrap() {
            assert_eq!(orphan["confidence"], confidence, "{found}");
            let evidence = orphan["evidence"].as_array().unwrap();
            let rendered = if by_us { "rendered by revision 1" } else { "as published" };
            assert!(evidence[0].as_str().unwrap().contains(rendered), "{found}");
            assert_eq!(orphan["lastRenderedBy"]["profile"], from, "{found}");
        }
    }

    let workloads: Vec<&str> = left.iter().filter_map(|it| it.strip_prefix("Deployment/")).collect();
    let before = page.versions(&left);
    assert_eq!(page.pods(&workloads), workloads.len());
    let named: Vec<String> = workloads.iter().map(|it| format!("deployment/{it}")).collect();
    let mut down = vec!["scale-down", "shop-aws"];
    if !by_us {
        // What is only likely goes down when it is named.
        let run = page.profile(&[&down[..], &["--packs", &page.packs, "--yes"]].concat());
        assert!(run.is_success() && run.stderr.contains("only likely"), "{run}");
        assert_eq!(page.pods(&workloads), workloads.len());
        down.extend(named.iter().map(String::as_str));
    }
    down.extend(["--packs", &page.packs, "--yes", "--wait"]);
    let run = page.profile(&down);
    assert!(run.is_success(), "{run}");
    for name in &workloads {
        assert!(run.stdout.contains(&format!("deployment.apps/{name} scaled down (was 1)")), "{run}");
    }
    assert_eq!(page.pods(&workloads), 0);
    let run = page.profile(&["scale-back", "shop-aws", "--yes", "--wait"]);
    assert!(run.is_success(), "{run}");
    assert_eq!(page.pods(&workloads), workloads.len());
    assert_eq!(page.versions(&left), before, "what has no size is not touched");
}

#[test]
fn the_preset_switched_on_by_us() {
    check(false, true);
}

#[test]
fn the_preset_switched_on_by_somebody_else() {
    check(false, false);
}

#[test]
fn the_preset_switched_off_by_us() {
    check(true, true);
}

#[test]
fn the_preset_switched_off_by_somebody_else() {
    check(true, false);
}
