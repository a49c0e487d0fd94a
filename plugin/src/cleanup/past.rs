//! What a cluster's profiles rendered before, and what they render now.

use std::{collections::BTreeSet, path::PathBuf};

use clap::Args;
use profile_core::{
    cluster::Cluster,
    field,
    orphans::{Before, Period, Rendering, Source},
    pack::Layer,
    render::Moment,
    revision::{Revision, Status},
    yaml,
};
use serde_json::{Value, json};

use super::{helm::Charts, rendering::Attached};
use crate::{
    error::{Error, Kind},
    output::Output,
    reference, selection,
    shell::flag,
    store::{Document, KubernetesStore, Sought, Store, packs::Packs},
};

/// Where the past of a cluster and the contents of its packs come from.
#[derive(Args, Clone, Debug)]
pub(crate) struct Sources {
    /// Directory of packs, each in a directory of its own with a pack.json; may be given several times
    #[arg(long, value_name = "DIR")]
    packs: Vec<PathBuf>,
    /// A version that the cluster ran before, for changes of which there is no revision; may be given several times
    #[arg(long, value_name = "PROFILE@VERSION")]
    from: Vec<String>,
    /// Do not run the helm program for charts of which the cluster keeps no record
    #[arg(long)]
    no_helm: bool,
}

/// All renderings to compare, the newest of the past first.
pub(super) struct Past {
    pub(super) before: Vec<Before>,
    pub(super) now: Rendering,
    /// What `before` was taken from, in words.
    pub(super) compared: Vec<String>,
    /// Why there is no past at all, in words.
    pub(super) missing: Option<String>,
}

/// One state of the profiles in the past: a document to view and where it comes from.
struct State {
    source: Source,
    period: Period,
    document: Value,
}

impl Sources {
    /// Of some directories of packs alone.
    pub(super) fn of_packs(packs: Vec<PathBuf>) -> Self {
        Self { packs, from: Vec::new(), no_helm: false }
    }

    /// The flags that name them again, each with a space before it.
    pub(super) fn flags(&self) -> String {
        let packs = self.packs.iter().map(|it| flag("--packs", &it.display().to_string()));
        let from = self.from.iter().map(|it| flag("--from", it));
        packs.chain(from).chain(self.no_helm.then(|| " --no-helm".to_owned())).collect()
    }

    /// Reads the past from the revisions and from `--from`, and renders it.
    pub(super) async fn read(
        &self,
        store: &Store,
        workload: Option<&KubernetesStore>,
        cluster: &Document,
        output: &mut Output,
    ) -> Result<Past, Error> {
        let references = self.from.iter().map(|it| reference::with_version(it).map_err(Error::usage));
        let references = references.collect::<Result<Vec<_>, _>>()?;
        let wanted = references.iter().fold(Sought::attached([cluster]), Sought::and);
        let profiles = store.profiles(&wanted).await?;
        let mut missing = None;
        let revisions = match store.revisions(cluster).await {
            Ok(revisions) => revisions,
            // Who may not read them, or finds one that nobody can read, is told that there may be more orphans. A server that
            // does not answer may well have some.
            Err(error) if matches!(error.kind, Kind::Unreachable | Kind::TimedOut | Kind::Unanswered) => {
                return Err(error);
            }
            Err(error) => {
                output.warning(&format!("the revisions of this cluster are not visible: {error}"));
                missing = Some(format!("what this cluster ran before, as its revisions are not: {error}"));
                Vec::new()
            }
        };
        let mut states = of_revisions(&revisions, &cluster.cluster());
        let mut compared: Vec<String> = states.iter().map(|state| label(&state.source)).collect();
        compared.dedup();
        for reference in &references {
            let version = selection::version(&profiles, reference, &store.scope_of(cluster))?;
            states.push(published(version, cluster)?);
            compared.push(format!("{} as published", version.profile().reference()));
        }
        if states.is_empty() {
            // Most switches are made by other means and left no revision: whatever else is published may have been what it ran.
            let profiles = store.profiles(&wanted.and_all_versions(cluster)).await?;
            for version in others(cluster, &profiles) {
                states.push(published(version, cluster)?);
                compared.push(format!("{} as published", version.profile().reference()));
            }
            missing = missing.or_else(|| states.is_empty().then(|| NOTHING_KEPT.to_owned()));
        }
        let documents = || states.iter().map(|state| &state.document).chain([&cluster.value]);
        let names = documents().flat_map(|it| Cluster::new(it).packs()).map(|it| it.name().into_owned());
        let packs = Packs::read(&self.packs, &names.collect())?;
        let attached: Vec<_> = documents().map(Attached::of).collect();
        let of_charts: Vec<_> = attached.iter().flat_map(|it| it.charts(&packs)).collect();
        let charts =
            Charts::read(workload, &of_charts, self.no_helm, kubernetes(&cluster.cluster()).as_deref()).await?;
        let mut before = Vec::new();
        for (state, attached) in states.iter().zip(&attached) {
            let rendering = attached.rendered(&packs, &charts, Moment::Past).await;
            before.push(Before { source: state.source.clone(), period: state.period.clone(), rendering });
        }
        let now = Attached::of(&cluster.value);
        let now = now.rendered(&packs, &charts, Moment::Now).await;
        Ok(Past { before, now, compared, missing })
    }
}

impl Sources {
    /// Renders what is attached to other clusters, from the same packs. Which cluster's a release is cannot be told apart.
    pub(super) async fn render_others(&self, others: &[Document]) -> Result<Vec<Rendering>, Error> {
        let names = others.iter().flat_map(|it| it.cluster().packs()).map(|it| it.name().into_owned()).collect();
        let packs = Packs::read(&self.packs, &names)?;
        let charts = Charts::default();
        let mut rendered = Vec::new();
        for other in others {
            rendered.push(Attached::of(&other.value).rendered(&packs, &charts, Moment::Now).await);
        }
        Ok(rendered)
    }
}

impl Past {
    /// The packs of the past that cannot be rendered and are not attached unchanged: what they left behind is not found.
    pub(super) fn unseen(&self) -> Vec<String> {
        let packs = self.before.iter().flat_map(|it| &it.rendering.packs).filter(|it| !self.now.has_unchanged(it));
        let unseen = packs.filter_map(|it| Some((it, it.outcome.as_ref().err()?)));
        let unseen = unseen.map(|(it, error)| format!("what pack {} of {} rendered: {error}", it.pack, it.profile));
        let unseen = unseen.chain(self.missing.clone());
        unseen.collect::<BTreeSet<_>>().into_iter().collect()
    }
}

/// Both sides of every deployed revision, the newest first; a side that equals the one before it is left out.
///
/// The newest one's `after` counts, too: where somebody moved the cluster by other means since, it did run that.
fn of_revisions(revisions: &[Revision], cluster: &Cluster<'_>) -> Vec<State> {
    let is_deployed = |it: &&Revision| match it.status {
        Status::Deployed => true,
        Status::Abandoned => false,
        Status::Pending => it.settle(cluster) == Status::Deployed,
    };
    let mut deployed: Vec<_> = revisions.iter().filter(is_deployed).collect();
    deployed.sort_by_key(|it| std::cmp::Reverse(it.number));
    let mut states: Vec<State> = Vec::new();
    let mut next = None;
    for revision in deployed {
        let source = Source::Revision(revision.number);
        let time = Some(revision.created_at.clone());
        let after = json!({"spec": {"clusterProfileTemplates": revision.after}});
        match states.last_mut().filter(|last| last.document == after) {
            Some(last) => last.period.since = time.clone(),
            // Something else was attached when the next change was made, by a change that is not kept.
            None => {
                let period = Period { since: time.clone(), seen: time.clone(), left: next };
                states.push(State { source: source.clone(), period, document: after });
            }
        }
        let before = revision.before_document();
        match states.last_mut().filter(|last| last.document == before) {
            Some(last) => last.period.since = None,
            None => {
                let period = Period { since: None, seen: time.clone(), left: time.clone() };
                states.push(State { source, period, document: before });
            }
        }
        next = time;
    }
    states
}

/// What is published for a version, as if the cluster had it attached in the place of the version that it has. Its other
/// profiles are taken to have been what they are: which of them changed at the same time nobody knows.
fn published(version: &Document, cluster: &Document) -> Result<State, Error> {
    let view = version.profile();
    let Some(content) = view.content() else {
        return Err(Error::failed(format!("{} is a draft: nothing is published for it", view.reference())));
    };
    let mut template = content.raw().clone();
    if let Value::Object(fields) = &mut template {
        fields.insert("name".into(), json!(view.name()));
        fields.insert("profileVersion".into(), json!(view.version()));
    }
    let mut templates = vec![template];
    let attached = cluster.cluster();
    let others = attached.profiles();
    templates.extend(others.iter().filter(|it| it.name() != view.name()).map(|it| it.raw().clone()));
    let document = json!({"spec": {"clusterProfileTemplates": templates}});
    Ok(State { source: Source::Published, period: Period::default(), document })
}

/// The version of Kubernetes that the cluster asks for, where it asks for one.
fn kubernetes(cluster: &Cluster<'_>) -> Option<String> {
    cluster.layer(Layer::Kubernetes).first()?.version().map(Into::into)
}

fn label(source: &Source) -> String {
    match source {
        Source::Revision(number) => format!("revision {number}"),
        Source::Published => "a published version".to_owned(),
    }
}

/// What is said of a cluster without any past.
const NOTHING_KEPT: &str = "what this cluster ran before: it has no revision, and no other version of its profiles is published here; \
                            --from PROFILE@VERSION names one";

/// The other published versions of the profiles that are attached: what the cluster may have run, in the order of the list.
fn others<'p>(cluster: &Document, profiles: &'p [Document]) -> Vec<&'p Document> {
    let attached = cluster.cluster();
    let attached = attached.profiles();
    let is_other = |it: &&Document| {
        let view = it.profile();
        let of_name = || attached.iter().filter(|attached| attached.name() == view.name());
        view.content().is_some() && of_name().next().is_some() && of_name().all(|it| it.version() != view.version())
    };
    profiles.iter().filter(is_other).collect()
}

/// The namespaces that a cluster's packs and their manifests name, now and in its revisions: where its workloads are, as
/// far as can be told without rendering.
pub(super) fn namespaces(cluster: &Document, revisions: &[Revision]) -> BTreeSet<String> {
    let states = of_revisions(revisions, &cluster.cluster());
    let documents = states.iter().map(|state| &state.document).chain([&cluster.value]);
    let mut namespaces = BTreeSet::from(["default".to_owned()]);
    for pack in documents.flat_map(|it| Cluster::new(it).packs()) {
        let values = yaml::parse_all(&pack.values()).unwrap_or_default();
        namespaces.extend(values.iter().filter_map(|it| field::text(it, &["pack", "namespace"])).map(Into::into));
        // A manifest need not render to say where most of it goes.
        let texts = pack.manifests().into_iter().filter_map(|it| it.content);
        namespaces.extend(texts.flat_map(|text| text.lines().filter_map(plain_namespace).collect::<Vec<_>>()));
    }
    namespaces
}

/// The namespace that a line of a manifest names, unless a template fills it in.
fn plain_namespace(line: &str) -> Option<String> {
    let value = line.trim().strip_prefix("namespace:")?.split(" #").next()?;
    let value = value.trim().trim_matches(['"', '\'']);
    let is_name = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '-';
    (!value.is_empty() && value.chars().all(is_name)).then(|| value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn templates(version: &str) -> Value {
        let values = format!("pack: {{namespace: ns-{version}}}");
        json!([{"name": "hello", "profileVersion": version, "packs": [{"name": "p", "layer": "addon", "values": values}]}])
    }

    fn cluster(version: &str) -> Document {
        Document { value: json!({"spec": {"clusterProfileTemplates": templates(version)}}), place: String::new() }
    }

    fn revision(number: u64, from: &str, to: &str, status: &str) -> Revision {
        let text = json!({
            "number": number, "cluster": "c", "clusterUid": null, "status": status, "action": "switch",
            "from": format!("hello@{from}"), "to": format!("hello@{to}"), "createdAt": "", "user": null, "reason": null,
            "before": templates(from), "after": templates(to), "bases": [], "taken": [],
        });
        serde_json::from_value(text).unwrap()
    }

    fn numbers(revisions: &[Revision], now: &str) -> Vec<(u64, String)> {
        let cluster = cluster(now);
        let states = of_revisions(revisions, &cluster.cluster());
        let version = |it: &State| Cluster::new(&it.document).profiles()[0].version().unwrap_or_default().into_owned();
        let number = |it: &State| if let Source::Revision(number) = it.source { number } else { 0 };
        states.iter().map(|it| (number(it), version(it))).collect()
    }

    #[test]
    fn both_sides_of_deployed_revisions_are_the_past_newest_first() {
        let revisions = [revision(1, "1", "2", "deployed"), revision(2, "2", "3", "deployed")];
        assert_eq!(numbers(&revisions, "3"), [(2, "3".into()), (2, "2".into()), (1, "1".into())]);
        let edited = [revision(1, "1", "2", "deployed"), revision(2, "5", "3", "deployed")];
        assert_eq!(numbers(&edited, "3"), [(2, "3".into()), (2, "5".into()), (1, "2".into()), (1, "1".into())]);
    }

    #[test]
    fn a_state_lasts_from_the_change_that_attached_it_to_the_one_that_followed() {
        let at = |time: &str, number, from, to| Revision {
            created_at: time.into(),
            ..revision(number, from, to, "deployed")
        };
        let periods = |revisions: &[Revision]| -> Vec<_> {
            let states = of_revisions(revisions, &cluster("3").cluster());
            let words = |it: Option<String>| it.unwrap_or_else(|| "?".to_owned());
            states
                .into_iter()
                .map(|it| [it.period.since, it.period.seen, it.period.left].map(words).join(" "))
                .collect()
        };
        assert_eq!(periods(&[at("T1", 1, "1", "2"), at("T2", 2, "2", "3")]), ["T2 T2 ?", "T1 T2 T2", "? T1 T1"]);
        // Somebody went from 2 to 5 between the two: when 2 ended and 5 began is not kept.
        let edited = [at("T1", 1, "1", "2"), at("T2", 2, "5", "3")];
        assert_eq!(periods(&edited), ["T2 T2 ?", "? T2 T2", "T1 T1 T2", "? T1 T1"]);
        // A revision that changed nothing tells neither.
        let idle = [at("T1", 1, "1", "3"), at("T2", 2, "3", "3")];
        assert_eq!(periods(&idle), ["T1 T2 ?", "? T1 T1"]);
    }

    #[test]
    fn what_never_happened_is_no_past() {
        assert_eq!(numbers(&[revision(1, "1", "2", "abandoned")], "1"), []);
        assert_eq!(numbers(&[revision(1, "1", "2", "pending")], "1"), []);
        assert_eq!(numbers(&[revision(1, "1", "2", "pending")], "2").len(), 2);
    }

    #[test]
    fn a_manifest_names_namespaces_without_being_rendered() {
        let content =
            "kind: X\nmetadata:\n  namespace: \"plain\" # why\n---\nmetadata: {}\nnamespace: {{ .Values.it }}\n";
        let mut cluster = cluster("2");
        cluster.value["spec"]["clusterProfileTemplates"][0]["packs"][0]["manifests"] =
            json!([{"name": "m", "content": content}]);
        let found = namespaces(&cluster, &[]);
        assert_eq!(found.into_iter().collect::<Vec<_>>(), ["default", "ns-2", "plain"]);
    }

    #[test]
    fn namespaces_come_from_values_of_now_and_before() {
        let found = namespaces(&cluster("2"), &[revision(1, "1", "2", "deployed")]);
        assert_eq!(found.into_iter().collect::<Vec<_>>(), ["default", "ns-1", "ns-2"]);
    }

    #[test]
    fn a_published_version_stands_beside_the_clusters_other_profiles() {
        let mut cluster = cluster("2");
        let other = json!({"name": "infra", "profileVersion": "7", "packs": []});
        cluster.value["spec"]["clusterProfileTemplates"].as_array_mut().unwrap().push(other);
        let value =
            json!({"metadata": {"name": "x"}, "spec": {"version": "1", "published": {"name": "hello", "packs": []}}});
        let state = published(&Document { value, place: String::new() }, &cluster).unwrap();
        let found = Cluster::new(&state.document);
        let found: Vec<_> = found
            .profiles()
            .iter()
            .map(|it| profile_core::profile::reference(&it.name(), it.version().as_deref()))
            .collect();
        assert_eq!(found, ["hello@1", "infra@7"]);
    }

    #[test]
    fn where_nothing_is_kept_the_other_published_versions_are_the_past() {
        let published = |name: &str, version: &str| {
            let value = json!({"spec": {"version": version, "published": {"name": name, "packs": []}}});
            Document { value, place: String::new() }
        };
        let draft =
            Document { value: json!({"spec": {"version": "4", "draft": {"name": "hello"}}}), place: String::new() };
        let profiles =
            [published("hello", "1"), published("hello", "2"), published("other", "1"), published("hello", "3"), draft];
        let cluster = cluster("2");
        let found: Vec<_> = others(&cluster, &profiles).iter().map(|it| it.profile().reference()).collect();
        assert_eq!(found, ["hello@1", "hello@3"]);
        assert!(others(&cluster, &profiles[1..3]).is_empty());
    }
}
