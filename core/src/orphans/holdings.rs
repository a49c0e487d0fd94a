//! Sums up what an orphan occupies: requested CPU and memory, volumes, load balancers.

use std::fmt;

use serde_json::Value;

use super::{live::Live, podspec, quantity};
use crate::{field, render::Identity};

/// What an object occupies while it stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holdings {
    /// The CPU that its pods request together, in thousandths.
    pub cpu_thousandths: u64,
    /// The memory that its pods request together, in bytes.
    pub memory_bytes: u64,
    /// The claims that its pods mount, or that it is.
    pub volumes: Vec<Volume>,
    /// The addresses at which it is exposed by a load balancer.
    pub load_balancers: Vec<String>,
}

/// A claim and its size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Volume {
    /// The claim's name.
    pub claim: String,
    /// Its size as Kubernetes writes it, where the claim is seen.
    pub size: Option<String>,
}

/// What a load balancer that has none yet is said to have.
const NO_ADDRESS: &str = "no address yet";

impl Holdings {
    /// Requested CPU as Kubernetes writes it; `None` where nothing is requested.
    pub fn cpu(&self) -> Option<String> {
        (self.cpu_thousandths > 0).then(|| quantity::cpu(self.cpu_thousandths))
    }

    /// Requested memory as Kubernetes writes it; `None` where nothing is requested.
    pub fn memory(&self) -> Option<String> {
        (self.memory_bytes > 0).then(|| quantity::bytes(self.memory_bytes))
    }
}

impl fmt::Display for Holdings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        parts.extend(self.cpu().map(|it| format!("cpu {it}")));
        parts.extend(self.memory().map(|it| format!("memory {it}")));
        parts.extend(self.volumes.iter().map(|it| match &it.size {
            Some(size) => format!("volume {} of {size}", it.claim),
            None => format!("volume {}", it.claim),
        }));
        parts.extend(self.load_balancers.iter().map(|it| format!("load balancer {it}")));
        write!(f, "{}", parts.join(", "))
    }
}

/// What the live `object` occupies. Claims are found among `live`.
pub(super) fn of(identity: &Identity, object: &Value, live: &Live<'_>) -> Holdings {
    let template = podspec::template(object);
    let pods = pods(identity, object);
    let requested = |resource| template.map_or(0, |it| request(it, resource).saturating_mul(pods));
    Holdings {
        cpu_thousandths: requested("cpu"),
        memory_bytes: requested("memory").div_ceil(1000),
        volumes: volumes(identity, object, live),
        load_balancers: load_balancers(identity, object),
    }
}

/// How many pods the object has now, or asks for.
fn pods(identity: &Identity, object: &Value) -> u64 {
    let number = |path: &[&str]| field::at(object, path).and_then(Value::as_u64);
    match (identity.group.as_str(), identity.kind.as_str()) {
        ("apps", "DaemonSet") => number(&["status", "desiredNumberScheduled"]).unwrap_or_default(),
        ("batch", "Job") => number(&["status", "active"]).unwrap_or_default(),
        // Its jobs come and go, and each is an object of its own.
        ("batch", "CronJob") => 0,
        _ => number(&["spec", "replicas"]).unwrap_or(1),
    }
}

/// What one pod requests, in thousandths: its containers together, or the greediest init container where that is more.
fn request(template: &Value, resource: &str) -> u64 {
    let of = |value: &Value, path: &[&str]| {
        let path = [path, &[resource]].concat();
        field::text(value, &path).and_then(|it| quantity::thousandths(&it)).unwrap_or_default()
    };
    let Some(spec) = template.get("spec") else { return 0 };
    let whole = of(spec, &["resources", "requests"]);
    let is_sidecar = |it: &&Value| field::text(it, &["restartPolicy"]).as_deref() == Some("Always");
    let of_container = |it: &Value| of(it, &["resources", "requests"]);
    let init = || field::items(spec, &["initContainers"]).map(|(_, it)| it);
    let sum = |requests: &mut dyn Iterator<Item = u64>| requests.fold(0, u64::saturating_add);
    let sidecars = sum(&mut init().filter(is_sidecar).map(of_container));
    let containers = sum(&mut field::items(spec, &["containers"]).map(|(_, it)| of_container(it)));
    let greediest = init().filter(|it| !is_sidecar(it)).map(of_container).max().unwrap_or_default();
    let containers = containers.max(greediest).saturating_add(sidecars);
    of(spec, &["overhead"]).saturating_add(if whole > 0 { whole } else { containers })
}

fn volumes(identity: &Identity, object: &Value, live: &Live<'_>) -> Vec<Volume> {
    let size = |claim: &Value| {
        let size = field::text(claim, &["status", "capacity", "storage"]);
        size.or_else(|| field::text(claim, &["spec", "resources", "requests", "storage"])).map(Into::into)
    };
    if identity.is("", "PersistentVolumeClaim") {
        return vec![Volume { claim: identity.name.clone(), size: size(object) }];
    }
    let claims = || live.in_namespace(identity.namespace.as_deref(), "", "PersistentVolumeClaim");
    let spec = podspec::template(object).and_then(|template| template.get("spec"));
    let mounted = spec.into_iter().flat_map(|spec| field::items(spec, &["volumes"]));
    let mounted = mounted.filter_map(|(_, it)| field::text(it, &["persistentVolumeClaim", "claimName"]));
    let mut volumes: Vec<_> = mounted
        .map(|name| {
            let claim = claims().find(|(it, _)| it.name == name);
            Volume { size: claim.and_then(|(_, it)| size(it)), claim: name.into_owned() }
        })
        .collect();
    // A StatefulSet's claims stay when its pods go: those of higher ordinals than it has pods count, too.
    for (_, template) in field::items(object, &["spec", "volumeClaimTemplates"]) {
        let name = field::text(template, &["metadata", "name"]).unwrap_or_default();
        let prefix = format!("{name}-{}-", identity.name);
        let is_own = |it: &Identity| {
            it.name.strip_prefix(&prefix).is_some_and(|ordinal| ordinal.bytes().all(|it| it.is_ascii_digit()))
        };
        let own = claims().filter(|(it, _)| is_own(it));
        volumes.extend(own.map(|(it, claim)| Volume { claim: it.name.clone(), size: size(claim) }));
    }
    volumes.sort_by(|left, right| left.claim.cmp(&right.claim));
    volumes.dedup();
    volumes
}

fn load_balancers(identity: &Identity, object: &Value) -> Vec<String> {
    let is_balanced =
        identity.is("", "Service") && field::text(object, &["spec", "type"]).as_deref() == Some("LoadBalancer");
    let found: Vec<String> = match identity.kind.as_str() {
        "Service" if is_balanced => field::items(object, &["status", "loadBalancer", "ingress"])
            .filter_map(|(_, it)| field::text(it, &["ip"]).or_else(|| field::text(it, &["hostname"])).map(Into::into))
            .collect(),
        "Gateway" if identity.group == "gateway.networking.k8s.io" => field::items(object, &["status", "addresses"])
            .filter_map(|(_, it)| field::text(it, &["value"]).map(Into::into))
            .collect(),
        _ => return Vec::new(),
    };
    if found.is_empty() { vec![NO_ADDRESS.to_owned()] } else { found }
}
