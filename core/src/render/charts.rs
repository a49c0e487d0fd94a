//! Finds the Helm releases that a pack's charts are installed as, and what they hold.
//!
//! Palette names a release by its pack and its chart, or as `pack.releaseNameOverride` says. That is read from public packs
//! and clusters, and nowhere promised: what does not fit in every respect is said to be taken for granted.

mod naming;

use serde_json::Value;

use self::naming::{alike, cut, of_file, overridden};
use super::{Origin, PackContent, Record, Release, helm_yaml, macros, opaque, pack_directory};
use crate::{field, pack::Pack};

/// The namespace of a pack that names none.
const DEFAULT_NAMESPACE: &str = "default";

/// Which time a rendering speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// What is attached now: only a deployed release counts.
    Now,
    /// What was attached once: any kept revision of a release may be the one.
    Past,
}

/// One revision of a release as a cluster keeps it.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    /// The release, with its revision.
    pub release: Release,
    /// Its status, such as `deployed`.
    pub status: String,
    /// Its record, or why it cannot be read; `None` where nobody asked for it.
    pub record: Option<Result<Record, String>>,
}

/// The revisions of all releases that a cluster keeps.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Records {
    /// The revisions.
    pub kept: Vec<Kept>,
    /// Why there may be more, in words.
    pub not_visible: Vec<String>,
}

/// The charts of one pack.
#[derive(Clone, Debug, PartialEq)]
pub struct ChartPack {
    /// What the release of each of its charts starts with, up to the chart's name.
    prefix: String,
    /// The pack's own version.
    version: Option<String>,
    namespace: Option<String>,
    /// Its charts, as far as its directory or its values list them.
    pub charts: Vec<Chart>,
    /// What its values say to charts by their names.
    values: Value,
    /// Whether the directory is at hand, which lists all charts.
    is_listed: bool,
}

/// One chart of a pack.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    /// The chart's name.
    pub name: String,
    /// The name of its release.
    pub release: String,
    /// The chart's version, where the name of its file tells it.
    pub version: Option<String>,
    /// Its file in the pack's directory.
    pub path: Option<String>,
    /// The values that the pack gives to it.
    pub values: Value,
}

/// What one chart of a pack comes to.
#[derive(Clone, Debug, PartialEq)]
pub struct ChartOutcome {
    /// The chart.
    pub chart: String,
    /// Its objects as text, or why they are not known.
    pub outcome: Result<ChartText, String>,
}

/// The objects of one chart as texts of YAML.
#[derive(Clone, Debug, PartialEq)]
pub struct ChartText {
    pub(super) release: Release,
    pub(super) texts: Vec<String>,
    pub(super) origin: Origin,
    /// What does not fit, a fragment of a sentence each.
    pub assumed: Vec<String>,
}

impl ChartText {
    /// What the `helm` program rendered of a chart.
    pub fn by_program(chart: &str, release: Release, text: String) -> Self {
        Self { release, texts: vec![text], origin: Origin::Program { chart: chart.to_owned() }, assumed: Vec::new() }
    }
}

impl Records {
    fn named<'r>(&'r self, name: &'r str, namespace: Option<&'r str>) -> impl Iterator<Item = &'r Kept> {
        let is_there = move |it: &&Kept| namespace.is_none_or(|namespace| it.release.namespace == namespace);
        self.kept.iter().filter(move |it| it.release.name == name).filter(is_there)
    }
}

impl ChartPack {
    /// The charts of `pack`; `None` when it has none, or when its values cannot be read.
    pub fn of(pack: &Pack<'_>, content: Option<&PackContent>) -> Option<Self> {
        let values = opaque::restored_document(
            helm_yaml::read(&macros::covered(&pack_directory::values(pack, content).0)).ok()?,
        );
        let of_values = values.get("charts").cloned().unwrap_or_default();
        let listed = content.map(|content| content.manifest.charts.as_slice()).unwrap_or_default();
        let is_helm = pack.pack_type().is_some_and(|kind| kind.eq_ignore_ascii_case("helm"));
        let keys: Vec<_> = of_values.as_object().into_iter().flatten().collect();
        if !is_helm && listed.is_empty() && keys.is_empty() && of_values.as_array().is_none_or(Vec::is_empty) {
            return None;
        }
        let prefix = format!("{}-", cut(&pack.name()));
        let names: Vec<(String, Option<String>, Option<String>)> = match listed {
            // A scalar among the charts' values belongs to none of them.
            [] => {
                let charts = keys.iter().filter(|(_, value)| value.is_object() || value.is_null());
                charts.map(|(name, _)| ((*name).clone(), None, None)).collect()
            }
            listed => listed
                .iter()
                .map(|path| {
                    let (name, version) = of_file(path, &keys.iter().map(|(key, _)| key.as_str()).collect::<Vec<_>>());
                    (name, version, Some(path.clone()))
                })
                .collect(),
        };
        let is_only = names.len() == 1;
        let charts = names.into_iter().map(|(name, version, path)| Chart {
            release: overridden(&values, &name, is_only).unwrap_or_else(|| format!("{prefix}{}", cut(&name))),
            values: of_values.get(&name).cloned().unwrap_or_default(),
            name,
            version,
            path,
        });
        Some(Self {
            charts: charts.collect(),
            prefix,
            version: pack.version().map(Into::into),
            namespace: field::text(&values, &["pack", "namespace"]).map(Into::into),
            values: of_values.clone(),
            is_listed: !listed.is_empty(),
        })
    }

    /// Whether the release may be one of this pack's, by its name alone.
    pub fn may_hold(&self, release: &Release) -> bool {
        let is_there = self.namespace.as_ref().is_none_or(|namespace| *namespace == release.namespace);
        let is_named = self.charts.iter().any(|chart| chart.release == release.name);
        is_there && (is_named || (!self.is_listed && release.name.starts_with(&self.prefix)))
    }

    /// The namespace of its releases, as far as it is known.
    pub fn namespace(&self) -> &str {
        self.namespace.as_deref().unwrap_or(DEFAULT_NAMESPACE)
    }

    /// The release of a chart, for a program that is to be told of it.
    pub fn release_of(&self, chart: &Chart) -> Release {
        Release { namespace: self.namespace().to_owned(), name: chart.release.clone(), revision: None }
    }

    /// The releases that answer for objects of this pack. Whoever asks about now leaves alone what may be the pack's; what
    /// was its in the past takes a chart that fits.
    pub fn releases(&self, records: &Records, moment: Moment) -> Vec<Release> {
        let by_rule = self.charts.iter().flat_map(|chart| {
            let kept = records.named(&chart.release, self.namespace.as_deref()).map(|it| it.release.clone());
            kept.chain([self.release_of(chart)])
        });
        let others = records.kept.iter().filter(|kept| {
            let may_be = moment == Moment::Now && self.may_hold(&kept.release) && !self.is_elsewhere(kept);
            may_be || self.unlisted_chart(kept).is_some()
        });
        let mut releases: Vec<_> = by_rule.chain(others.map(|it| it.release.clone())).collect();
        releases.iter_mut().for_each(|it| it.revision = None);
        releases.sort();
        releases.dedup();
        releases
    }

    /// What each chart of the pack holds at a time, by the records.
    pub fn read(&self, records: &Records, moment: Moment) -> Vec<ChartOutcome> {
        let listed = self
            .charts
            .iter()
            .map(|chart| ChartOutcome { chart: chart.name.clone(), outcome: self.read_one(chart, records, moment) });
        let mut outcomes: Vec<_> = listed.collect();
        if !self.is_listed {
            let unlisted = self.unlisted(records, moment);
            if self.charts.is_empty() && unlisted.is_empty() {
                let reason = format!("no values name it, and no Helm release {}… is kept{NOT_SEEN}", self.prefix);
                outcomes.push(ChartOutcome { chart: "?".into(), outcome: Err(with_hidden(reason, records)) });
            }
            for chart in unlisted {
                let mut outcome = self.read_one(&chart, records, moment);
                if let (Ok(text), true) = (&mut outcome, self.charts.is_empty()) {
                    text.assumed.push("which charts the pack holds is not listed".into());
                }
                outcomes.push(ChartOutcome { chart: chart.name, outcome });
            }
        }
        outcomes
    }

    /// The charts that no values name, by the releases that are there: one is the pack's when its chart's name fits.
    fn unlisted(&self, records: &Records, moment: Moment) -> Vec<Chart> {
        let mut charts: Vec<Chart> = Vec::new();
        let is_live = |it: &&Kept| moment == Moment::Past || it.status == "deployed";
        for kept in records.kept.iter().filter(is_live) {
            if let Some(name) = self.unlisted_chart(kept)
                && !charts.iter().any(|known| known.release == kept.release.name)
            {
                let values = self.values.get(name).cloned().unwrap_or_default();
                let release = kept.release.name.clone();
                charts.push(Chart { name: name.to_owned(), release, version: None, path: None, values });
            }
        }
        charts
    }

    fn unlisted_chart<'r>(&self, kept: &'r Kept) -> Option<&'r str> {
        let is_listed = self.charts.iter().any(|chart| chart.release == kept.release.name);
        let is_possible = self.may_hold(&kept.release) && !is_listed && !self.is_elsewhere(kept);
        let record = kept.record.as_ref()?.as_ref().ok().filter(|_| is_possible)?;
        let is_named = kept.release.name == format!("{}{}", self.prefix, cut(&record.chart));
        is_named.then_some(record.chart.as_str())
    }

    /// Whether the release holds a chart that the pack installs under another name.
    fn is_elsewhere(&self, kept: &Kept) -> bool {
        let Some(Ok(record)) = &kept.record else { return false };
        self.charts.iter().any(|chart| chart.name == record.chart && chart.release != kept.release.name)
    }

    fn read_one(&self, chart: &Chart, records: &Records, moment: Moment) -> Result<ChartText, String> {
        let mut kept: Vec<_> = records.named(&chart.release, self.namespace.as_deref()).collect();
        kept.sort_by_key(|it| std::cmp::Reverse(it.release.revision));
        let Some(newest) = kept.first() else {
            let place = self.namespace.as_ref().map(|it| format!(" in namespace {it}")).unwrap_or_default();
            let reason = format!("no Helm release {}{place} is kept{NOT_SEEN}", chart.release);
            return Err(with_hidden(reason, records));
        };
        if let Some(other) = kept.iter().find(|it| it.release.namespace != newest.release.namespace) {
            let [one, two] = [newest, other].map(|it| it.release.namespace.as_str());
            return Err(format!("Helm releases {} are in the namespaces {one} and {two}", chart.release));
        }
        match moment {
            Moment::Now => self.deployed(chart, &kept),
            Moment::Past => self.fitting(chart, &kept),
        }
    }

    fn deployed(&self, chart: &Chart, kept: &[&Kept]) -> Result<ChartText, String> {
        let deployed = kept.iter().find(|it| it.status == "deployed");
        let newest = kept[0];
        let Some(deployed) = deployed else {
            return Err(format!("{} is {}", newest.release, newest.status));
        };
        let record = record(deployed)?;
        if record.chart != chart.name {
            return Err(format!("{} holds chart {}", deployed.release, record.chart));
        }
        let mut text = self.text(chart, record);
        if newest.release.revision > deployed.release.revision {
            text.assumed.push(format!("{} is {}", newest.release, newest.status));
        }
        Ok(text)
    }

    /// The revision that fits best: by version and values, by version alone, by values alone.
    fn fitting(&self, chart: &Chart, kept: &[&Kept]) -> Result<ChartText, String> {
        let of_chart =
            |it: &&&Kept| it.record.as_ref().is_some_and(|it| it.as_ref().is_ok_and(|it| it.chart == chart.name));
        let readable: Vec<_> = kept.iter().filter(of_chart).filter_map(|it| record(it).ok()).collect();
        let has_version = |it: &&&Record| self.is_version(chart, it);
        let has_values = |it: &&&Record| alike(&chart.values, &it.config);
        let best = readable.iter().find(|it| has_version(it) && has_values(it));
        let best = best.or_else(|| readable.iter().find(has_version)).or_else(|| readable.iter().find(has_values));
        if let Some(best) = best {
            return Ok(self.text(chart, best));
        }
        // What could not be read may be what is looked for.
        if let Some(Err(error)) = kept.iter().map(|it| record(it)).find(Result::is_err) {
            return Err(error);
        }
        let version = self.wanted(chart).unwrap_or_default();
        Err(format!("no kept revision of Helm release {} holds chart {} {version}", chart.release, chart.name))
    }

    fn text(&self, chart: &Chart, record: &Record) -> ChartText {
        let mut assumed = Vec::new();
        let release = &record.release;
        if !self.is_version(chart, record) {
            let wanted = self.wanted(chart).unwrap_or("a version that is not known");
            assumed.push(format!(
                "{release} holds chart {} {}, and the pack is {wanted}",
                record.chart, record.chart_version
            ));
        }
        if !alike(&chart.values, &record.config) {
            assumed.push(format!("{release} has other values than the pack"));
        }
        let origin = Origin::Release(release.clone());
        ChartText { release: release.clone(), texts: record.texts.clone(), origin, assumed }
    }

    fn wanted<'c>(&'c self, chart: &'c Chart) -> Option<&'c str> {
        chart.version.as_deref().or(self.version.as_deref())
    }

    fn is_version(&self, chart: &Chart, record: &Record) -> bool {
        self.wanted(chart).is_some_and(|it| it.trim_start_matches('v') == record.chart_version.trim_start_matches('v'))
    }
}

/// Helm's SQL driver keeps records outside of the cluster.
const NOT_SEEN: &str = " in the cluster (its SQL driver keeps them elsewhere)";

fn with_hidden(reason: String, records: &Records) -> String {
    if records.not_visible.is_empty() {
        reason
    } else {
        format!("{reason}; not visible: {}", records.not_visible.join(", "))
    }
}

fn record(kept: &Kept) -> Result<&Record, String> {
    match &kept.record {
        Some(Ok(record)) => Ok(record),
        Some(Err(error)) => Err(format!("the record of {}: {error}", kept.release)),
        None => Err(format!("the record of {} was not read", kept.release)),
    }
}

#[cfg(test)]
mod tests;
