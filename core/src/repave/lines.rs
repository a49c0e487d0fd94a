//! Writes a line for each changed key of the layers that make a node.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{
    Effect, Estimate, edge, keys, nodes,
    packs::{self, Pair},
    references::Book,
};
use crate::{
    cluster::Cluster,
    diff::{self, Change, Kind},
    field,
    pack::{Layer, Pack},
};

/// The reference by which the image of Edge nodes takes the Kubernetes version in.
const KUBERNETES_VERSION: &str = "system.kubernetes.version";

/// A line for each changed key.
pub(super) fn estimate(before: &Cluster<'_>, after: &Cluster<'_>) -> Vec<Estimate> {
    let pairs = packs::pairs(before, after);
    let book = packs::book(&pairs, after);
    let changed = packs::changed(&pairs, &book, before, after);
    let image = after.layer(Layer::Os).iter().find_map(|pack| image(pack, &book));
    let ground = Ground {
        is_edge: is_edge(after) || is_edge(before),
        is_rke2: after.layer(Layer::Kubernetes).iter().any(|pack| pack.name().to_ascii_lowercase().contains("rke2")),
        image_takes_in: image.as_deref().map(|text| book.reach(text)).unwrap_or_default(),
        image,
        paired: pairs.iter().filter_map(paired_name).collect(),
        book,
        changed,
    };
    let mut lines: Vec<Estimate> = Vec::new();
    for pair in &pairs {
        let own = ground.pair(pair);
        let taken_in = pair.after.as_ref().map(|pack| ground.taken_in(pair.layer, pack)).unwrap_or_default();
        let is_new = |it: &Estimate| own.iter().all(|line| line.key != it.key);
        let taken_in: Vec<_> = taken_in.into_iter().filter(is_new).collect();
        lines.extend(own);
        lines.extend(taken_in);
    }
    lines
}

fn paired_name(pair: &Pair<'_>) -> Option<String> {
    let (before, after) = (pair.before.as_ref()?, pair.after.as_ref()?);
    (before.name() == after.name()).then(|| format!("pack.{}", after.name()))
}

fn is_edge(cluster: &Cluster<'_>) -> bool {
    says_edge(cluster) == Some(true)
}

/// Whether it is an Edge cluster, by its profiles where the document does not say it itself, as a bare profile does not;
/// `None` where nothing says what cloud it is for. A profile for `all` does not say it either.
pub(super) fn says_edge(cluster: &Cluster<'_>) -> Option<bool> {
    if cluster.cloud_type().is_some() {
        return Some(cluster.is_edge());
    }
    let is_named = |name: &str| matches!(name, "edge" | "edge-native");
    let profiles = cluster.profiles();
    let clouds: Vec<_> = profiles
        .iter()
        .filter_map(|it| field::text(it.raw(), &["cloudType"]))
        .map(|name| name.trim().to_ascii_lowercase())
        .filter(|name| !matches!(name.as_str(), "" | "all"))
        .collect();
    (!clouds.is_empty()).then(|| clouds.iter().any(|name| is_named(name)))
}

/// The text of `options.system.uri`; by its line where the values are not valid YAML before templating.
fn image(pack: &Pack<'_>, book: &Book) -> Option<String> {
    if let Some(values) = book.values.get(pack.name().as_ref()) {
        return keys::find(values, edge::URI).and_then(Value::as_str).map(str::to_owned);
    }
    let values = pack.values();
    let line = values.lines().find_map(|line| line.trim().strip_prefix("system.uri:"))?;
    Some(line.trim().trim_matches(['"', '\'']).to_owned())
}

/// What is the same for all lines.
struct Ground {
    is_edge: bool,
    is_rke2: bool,
    /// The image of Edge nodes as it is written.
    image: Option<String>,
    /// All that the image takes in.
    image_takes_in: BTreeSet<String>,
    /// The packs that are compared key by key, as `pack.NAME`.
    paired: Vec<String>,
    book: Book,
    changed: BTreeSet<String>,
}

impl Ground {
    /// The lines of one pack, by what it changes itself.
    fn pair(&self, pair: &Pair<'_>) -> Vec<Estimate> {
        let Some(pack) = pair.after.as_ref().or(pair.before.as_ref()) else { return Vec::new() };
        let line = |key: &str, said: (Effect, String)| line(pack, pair.layer, key, said);
        match (&pair.before, &pair.after) {
            (Some(before), Some(after)) if before.name() == after.name() => {
                let changes = diff::compare_packs("", std::slice::from_ref(before), std::slice::from_ref(after));
                changes.iter().flat_map(|change| self.change(pair.layer, (before, after), change)).collect()
            }
            (Some(before), Some(after)) => {
                let mut lines = vec![line("pack", self.swap(pair.layer, before, after))];
                if pair.layer == "k8s" && before.version() != after.version() {
                    lines.push(line("version", self.version("k8s")));
                }
                lines
            }
            _ if pair.layer == "os" && !self.is_edge => vec![line("pack", self.rule("os", "pack"))],
            (Some(_), None) => vec![line("pack", unknown("the pack goes, which the tables do not list"))],
            _ => vec![line("pack", unknown("the pack is new, which the tables do not list"))],
        }
    }

    fn change(&self, layer: &str, (before, after): (&Pack<'_>, &Pack<'_>), change: &Change) -> Vec<Estimate> {
        let one = |key: &str, said: (Effect, String)| vec![line(after, layer, key, said)];
        match change.kind {
            Kind::PackVersion if before.version() == after.version() => {
                one("tag", (Effect::None, "the version that counts stays the same".to_owned()))
            }
            Kind::PackVersion => one("version", self.version(layer)),
            Kind::PackPlace => one("type", self.field(layer, "the pack is of another type")),
            Kind::Value => {
                let mut lines = Vec::new();
                let path = change.path.as_deref().unwrap_or_default();
                let sides = (change.current.as_ref(), change.pending.as_ref());
                self.values(layer, after, path, sides, &mut lines);
                lines
            }
            Kind::Presets => Vec::new(),
            Kind::Format => one("values", (Effect::None, "comments or format differ, and no key".to_owned())),
            Kind::Text => {
                let reason = "the values are not valid YAML before templating, so the changed keys cannot be told";
                match self.table(layer, "values") {
                    Some(said) if layer != "k8s" => one("values", said),
                    _ => one("values", unknown(reason)),
                }
            }
            Kind::Manifest => {
                let key = format!("manifest {}", change.path.as_deref().unwrap_or_default());
                one(key.trim_end(), self.field(layer, "an attached manifest"))
            }
            _ => one(change.path.as_deref().unwrap_or("pack"), self.field(layer, "a field beside the values")),
        }
    }

    /// A line for each key below `path` that differs, as deep as the table tells keys apart.
    fn values(
        &self,
        layer: &str,
        pack: &Pack<'_>,
        path: &str,
        sides: (Option<&Value>, Option<&Value>),
        lines: &mut Vec<Estimate>,
    ) {
        let key = keys::dotted(path);
        let listed = if path.is_empty() { None } else { self.table(layer, &key) };
        let fields = |side: Option<&Value>| side.and_then(Value::as_object).cloned().unwrap_or_default();
        let (before, after) = (fields(sides.0), fields(sides.1));
        let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        // An image inside a bigger change is found below, and so is what only some keys of an object do.
        if listed.is_some() || names.is_empty() {
            let said = self.image_takes(pack, &key).or(listed).unwrap_or_else(|| self.rule(layer, &key));
            lines.push(line(pack, layer, path, said));
            return;
        }
        for name in names {
            let sides = (before.get(name), after.get(name));
            if sides.0 != sides.1 {
                self.values(layer, pack, &keys::join(path, name), sides, lines);
            }
        }
    }

    /// A repave because the image of Edge nodes takes in this key of the pack.
    fn image_takes(&self, pack: &Pack<'_>, key: &str) -> Option<(Effect, String)> {
        let name = format!("pack.{}.{key}", pack.name());
        let is_taken = self.is_edge
            && self.has_image()
            && !keys::is_under(key, edge::URI)
            && self.image_takes_in.iter().any(|it| keys::overlap(it, &name));
        is_taken.then(|| {
            (Effect::RepaveAll, "options.system.uri takes it in, and another image repaves all nodes".to_owned())
        })
    }

    /// Whether nodes run an image: the uri `NA` stands for agent mode.
    fn has_image(&self) -> bool {
        !self.image.as_deref().is_some_and(|text| text.trim().eq_ignore_ascii_case("NA"))
    }

    fn version(&self, layer: &str) -> (Effect, String) {
        match layer {
            "os" if self.is_edge => unknown("the Edge table lists keys of the OS pack and not its version"),
            "k8s" if self.is_edge => match &self.image {
                None => unknown("options.system.uri of the OS pack is not visible, and it decides whether nodes are repaved"),
                Some(_) if !self.has_image() => {
                    (Effect::ServiceRestart, "agent mode (options.system.uri is NA): no other image, so no repave".to_owned())
                }
                Some(_) if self.image_takes_in.iter().any(|it| keys::overlap(it, KUBERNETES_VERSION)) => (
                    Effect::RepaveAll,
                    "options.system.uri takes the Kubernetes version in, and another image repaves all nodes".to_owned(),
                ),
                Some(_) => (
                    Effect::ServiceRestart,
                    "options.system.uri does not take the Kubernetes version in, and nothing else of that layer repaves".to_owned(),
                ),
            },
            "k8s" => {
                (Effect::RepaveAll, "a change of the Kubernetes version repaves all pools, the control plane first".to_owned())
            }
            _ => self.rule(layer, "version"),
        }
    }

    /// What is known of another pack in the same layer.
    fn swap(&self, layer: &str, before: &Pack<'_>, after: &Pack<'_>) -> (Effect, String) {
        let what = format!("{} replaces {}", after.name(), before.name());
        let (effect, reason) = match (layer, self.is_edge) {
            ("os", false) => self.rule("os", "pack"),
            ("k8s", false) => (
                Effect::RepaveAll,
                "an edit of the Kubernetes layer that affects all nodes repaves all pools".to_owned(),
            ),
            ("cni" | "csi", true) => {
                unknown("Palette advises against another pack on Edge after provisioning: create another cluster")
            }
            ("cni" | "csi", false) => unknown("the repave lists speak of the same pack, not of a swap"),
            _ => unknown("the tables do not list another pack"),
        };
        (effect, format!("{what}; {reason}"))
    }

    /// What the layer's row says of something beside the values.
    fn field(&self, layer: &str, what: &str) -> (Effect, String) {
        match self.table(layer, "pack") {
            Some(said) if matches!(layer, "cni" | "csi") || !self.is_edge => said,
            _ => (Effect::Unknown, format!("{what}, which the table does not list")),
        }
    }

    /// Keys that did not change and take in something that did.
    fn taken_in(&self, layer: &'static str, pack: &Pack<'_>) -> Vec<Estimate> {
        let mut lines = Vec::new();
        let name = pack.name();
        let mut add = |path: &str, text: &str| {
            if !text.contains("{{") {
                return;
            }
            let key = keys::dotted(path);
            let reached = self.book.reach(text);
            let is_image = layer == "os" && keys::is_under(&key, edge::URI);
            // What a line of its own says already is not said of the image again.
            let is_cause = |it: &&String| {
                reached.iter().any(|other| keys::overlap(it, other)) && !(is_image && self.has_own_line(it))
            };
            let Some(cause) = self.changed.iter().find(is_cause) else { return };
            let (effect, reason) = self.image_takes(pack, &key).unwrap_or_else(|| self.rule(layer, &key));
            if effect != Effect::None {
                let because = format!("takes in {cause}, which changes: {reason}");
                lines.push(line(pack, layer, path, (effect, because)));
            }
        };
        match self.book.values.get(name.as_ref()) {
            Some(values) => keys::texts(values, "", &mut add),
            None if layer == "os" && self.is_edge => {
                add("options[\"system.uri\"]", self.image.as_deref().unwrap_or_default())
            }
            None => {}
        }
        lines
    }

    /// Whether a change has a line that says already what the image makes of it.
    fn has_own_line(&self, cause: &str) -> bool {
        keys::overlap(cause, KUBERNETES_VERSION)
            || self.paired.iter().any(|name| cause.strip_prefix(name).is_some_and(|rest| rest.starts_with('.')))
    }

    fn rule(&self, layer: &str, key: &str) -> (Effect, String) {
        self.table(layer, key).unwrap_or_else(|| {
            let (effect, reason) = if self.is_edge { edge::unlisted(layer, key) } else { nodes::unlisted(layer, key) };
            (effect, reason.to_owned())
        })
    }

    fn table(&self, layer: &str, key: &str) -> Option<(Effect, String)> {
        let found = if self.is_edge { edge::rule(layer, key, self.is_rke2) } else { nodes::rule(layer, key) };
        found.map(|(effect, reason)| (effect, reason.to_owned()))
    }
}

fn unknown(reason: &str) -> (Effect, String) {
    (Effect::Unknown, reason.to_owned())
}

fn line(pack: &Pack<'_>, layer: &str, key: &str, (effect, because): (Effect, String)) -> Estimate {
    Estimate { pack: pack.name().into_owned(), layer: layer.to_owned(), key: key.to_owned(), effect, because }
}
