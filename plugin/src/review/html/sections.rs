//! The packs of all profiles: what differs in each beside its texts, and its texts as panes.

use std::borrow::Cow;

use maud::{Markup, html};
use profile_core::{
    diff::{Change, Kind},
    mask::Context,
    merge::{self, Override},
    pack::Pack,
    splice::{Path, Tree},
};
use serde_json::Value;

use super::{
    super::{Review, Shown, ShownProfile, ShownText, Sides, overrides::words},
    findings::counted,
    overrides,
    panes::{Marks, Panes},
};

/// A profile's own fields, or one pack.
pub(super) struct Section<'s> {
    /// What it is called.
    title: String,
    /// The pack's name; absent for what belongs to the profile itself.
    pub(super) pack: Option<String>,
    /// The pack's layer.
    layer: String,
    /// The labels of both sides.
    labels: [&'s str; 2],
    /// Its version on both sides; absent on a side that does not have it.
    versions: [Option<String>; 2],
    /// What differs beside the texts.
    changes: Vec<&'s Change>,
    /// The values and the attached manifests, where they differ, and what each is.
    texts: Vec<(String, Panes<'s>)>,
    /// The values where they are the same on both sides.
    same: String,
    /// Its overrides.
    overrides: Vec<&'s Override>,
}

/// The sections of all profiles, in the order of Pending, then what is gone.
pub(super) fn of<'s>(review: &Review, shown: &'s Shown) -> Vec<Section<'s>> {
    let profiles = review.sides.iter().zip(&shown.profiles);
    profiles.flat_map(|(sides, profile)| of_profile(sides, profile, (shown, &review.known))).collect()
}

/// All packs at a glance, each a link to its section.
pub(super) fn overview(sections: &[Section<'_>]) -> Markup {
    let has_overrides = sections.iter().any(|it| !it.overrides.is_empty());
    html! {
        section #packs {
            h2 { "Packs" }
            table.overview {
                thead {
                    tr {
                        th { "Pack" } th { "Layer" } th { "Current" } th { "Pending" } th { "Lines" }
                        @if has_overrides { th { "Overrides" } }
                    }
                }
                tbody {
                    @for (index, it) in sections.iter().enumerate() {
                        tr data-pack=[it.pack.as_deref()] data-same[!it.is_changed()] {
                            td data-label="Pack" { a href={ "#section-" (index) } { (it.title) } }
                            td data-label="Layer" { (it.layer) }
                            td data-label="Current" { (version(&it.versions[0])) }
                            td data-label="Pending" { (version(&it.versions[1])) }
                            td data-label="Lines" { (it.size()) }
                            @if has_overrides { td data-label="Overrides" { (it.verdicts()) } }
                        }
                    }
                }
            }
        }
    }
}

fn version(version: &Option<String>) -> Markup {
    html! { @match version { Some(version) => (version), None => span.none { "not there" } } }
}

fn of_profile<'s>(sides: &Sides, profile: &'s ShownProfile, (shown, known): (&'s Shown, &Context)) -> Vec<Section<'s>> {
    let (before, after) = (sides.current(), sides.pending());
    let changes = || profile.changes.iter().filter(|it| !matches!(it.kind, Kind::Value | Kind::Format | Kind::Text));
    let name = after.name();
    let is_only = shown.profiles.len() == 1;
    let section = |pack: Option<String>, layer, versions, changes, texts, same| Section {
        title: match &pack {
            None => format!("{name} (profile)"),
            Some(pack) if is_only => pack.clone(),
            Some(pack) => format!("{name}/{pack}"),
        },
        overrides: overrides_of(shown, &name, pack.as_deref()),
        pack,
        layer,
        labels: [&profile.current_label, &profile.pending_label],
        versions,
        changes,
        texts,
        same,
    };
    let mut sections = Vec::new();
    let own: Vec<_> = changes().filter(|it| it.pack.is_none()).collect();
    if !own.is_empty() {
        let versions = [&before, &after].map(|it| it.version().map(|it| it.into_owned()));
        sections.push(section(None, String::new(), versions, own, Vec::new(), String::new()));
    }
    let (before_packs, after_packs) = (numbered(before.packs()), numbered(after.packs()));
    let partner = |all: &[(usize, Pack<'_>)], (nth, pack): &(usize, Pack<'_>)| {
        all.iter().position(|(other_nth, other)| other_nth == nth && other.name() == pack.name())
    };
    let pairs = after_packs.iter().map(|it| (partner(&before_packs, it).map(|at| &before_packs[at]), Some(it)));
    let gone = before_packs.iter().filter(|it| partner(&after_packs, it).is_none()).map(|it| (Some(it), None));
    let context = Context::of_profile(&before).and(Context::of_profile(&after)).and(known.clone());
    for (current, pending) in pairs.chain(gone) {
        let Some((nth, pack)) = pending.or(current) else { continue };
        let name = pack.name().into_owned();
        // The differences tell packs of one name apart by nothing but their order: they stand with the first.
        let changes = changes().filter(|it| *nth == 0 && it.pack.as_deref() == Some(&name)).collect();
        let sides = [current, pending].map(|it| it.map(|(_, pack)| pack));
        let version = |pack: &Pack<'_>| pack.version().or_else(|| pack.tag()).unwrap_or_default().into_owned();
        // As what stands with the first pack of its name, so do its overrides.
        let own = if *nth == 0 { overrides_of(shown, &after.name(), Some(&name)) } else { Vec::new() };
        let marks = marks(&own, sides.map(|it| it.map(Pack::values).unwrap_or_default()));
        let texts = texts(profile, &name, *nth, marks);
        let context = sides.iter().flatten().map(|it| Context::of_pack(it)).fold(context.clone(), Context::and);
        let has_values = profile.texts.iter().any(|it| it.manifest.is_none() && it.name == called(&name, *nth));
        let same = if has_values { String::new() } else { shown.secrets.lines(&pack.values(), &context).join("\n") };
        let layer = pack.layer().unwrap_or_default().into_owned();
        sections.push(section(Some(name), layer, sides.map(|it| it.map(version)), changes, texts, same));
    }
    sections
}

/// The texts of the `nth` pack of a name. Manifests are told apart by their own names alone: they stand with the first.
fn texts<'s>(profile: &'s ShownProfile, name: &str, nth: usize, marks: Marks<'s>) -> Vec<(String, Panes<'s>)> {
    let is_here = |it: &&ShownText| match it.manifest {
        None => it.name == called(name, nth),
        Some(_) => it.pack == name && nth == 0,
    };
    let title =
        |it: &ShownText| it.manifest.as_ref().map_or_else(|| "values".into(), |name| format!("manifest {name}"));
    let marks_of = |it: &ShownText| if it.manifest.is_none() { marks.clone() } else { Marks::default() };
    profile.texts.iter().filter(is_here).map(|it| (title(it), Panes::new(&it.lines, marks_of(it)))).collect()
}

fn overrides_of<'s>(shown: &'s Shown, profile: &str, pack: Option<&str>) -> Vec<&'s Override> {
    shown.overrides.iter().filter(|it| it.profile == profile && it.pack.as_deref() == pack).collect()
}

/// The lines on which the overrides stand: in Pending, or where it is gone there, in Current.
fn marks<'s>(overrides: &[&'s Override], values: [Cow<'_, str>; 2]) -> Marks<'s> {
    let mut marks = Marks::default();
    // A text that cannot be read has no places; its overrides stand in the table all the same.
    let trees = values.each_ref().map(|text| Tree::parse(text).ok());
    for it in overrides.iter().filter(|it| it.part == merge::Part::Values && !it.path.is_empty()) {
        let Ok(path) = it.path.parse::<Path>() else { continue };
        let line = |side: usize| {
            let start = trees[side].as_ref()?.node(&path)?.span.start;
            Some(values[side].get(..start)?.matches('\n').count() + 1)
        };
        if let Some((side, line)) = [1, 0].into_iter().find_map(|side| Some((side, line(side)?))) {
            marks[side].entry(line).or_default().push(*it);
        }
    }
    marks
}

/// What a review calls the values of the `nth` pack of a name.
fn called(name: &str, nth: usize) -> String {
    if nth == 0 { format!("pack {name}") } else { format!("pack {name} #{}", nth + 1) }
}

/// Each pack with the number of packs of its name before it.
fn numbered(packs: Vec<Pack<'_>>) -> Vec<(usize, Pack<'_>)> {
    let nth = |index: usize| packs[..index].iter().filter(|it| it.name() == packs[index].name()).count();
    let numbers: Vec<_> = (0..packs.len()).map(nth).collect();
    numbers.into_iter().zip(packs).collect()
}

impl Section<'_> {
    /// Whether anything differs.
    fn is_changed(&self) -> bool {
        !self.changes.is_empty() || self.counts() != (0, 0)
    }

    fn counts(&self) -> (usize, usize) {
        self.texts.iter().map(|(_, panes)| panes.counts()).fold((0, 0), |sum, it| (sum.0 + it.0, sum.1 + it.1))
    }

    /// How much differs, in a few letters.
    fn size(&self) -> Markup {
        html! {
            @match self.counts() {
                (0, 0) if self.changes.is_empty() => span.none { "unchanged" },
                (0, 0) => (counted(self.changes.len(), "field", "fields")),
                (gone, new) => { span.gone { "−" (gone) } " " span.new { "+" (new) } }
            }
        }
    }

    /// How many overrides of each verdict it holds.
    fn verdicts(&self) -> Markup {
        let mut counts: Vec<(&Override, usize)> = Vec::new();
        for it in &self.overrides {
            let is_alike = |other: &Override| (other.verdict, other.is_open()) == (it.verdict, it.is_open());
            match counts.iter_mut().find(|(other, _)| is_alike(other)) {
                Some((_, count)) => *count += 1,
                None => counts.push((it, 1)),
            }
        }
        html! { @for (it, count) in counts { span.tag.(overrides::tone(it)) { (count) " " (words(it.verdict)) @if it.is_open() { ", open" } } " " } }
    }

    /// The section under the anchor `section-INDEX`; open where something differs.
    pub(super) fn markup(&self, index: usize) -> Markup {
        html! {
            details.pack id={ "section-" (index) } data-pack=[self.pack.as_deref()] data-same[!self.is_changed()] open[self.is_changed() || self.overrides.iter().any(|it| it.is_open())] {
                summary {
                    h2 { (self.title) }
                    @if !self.layer.is_empty() { span.tag { (self.layer) } }
                    span.versions {
                        @match &self.versions {
                            [Some(before), Some(after)] if before == after => (after),
                            [before, after] => { (version(before)) " → " (version(after)) }
                        }
                    }
                    span.lines { (self.size()) }
                    (self.verdicts())
                }
                @if !self.changes.is_empty() {
                    table.fields {
                        thead { tr { th { "What" } th { "Current" } th { "Pending" } } }
                        tbody {
                            @for it in &self.changes {
                                tr.line {
                                    td data-label="What" { (what(it)) }
                                    td data-label="Current" { (side(&it.current)) }
                                    td data-label="Pending" { (side(&it.pending)) }
                                }
                            }
                        }
                    }
                }
                @for (title, panes) in &self.texts {
                    div.doc {
                        h3 { (title) }
                        div.heads { span { (self.labels[0]) } span { (self.labels[1]) } }
                        (panes.markup())
                    }
                }
                @if !self.same.is_empty() {
                    div.doc { h3 { "values, the same on both sides" } pre.same { (self.same) } }
                }
            }
        }
    }
}

fn what(change: &Change) -> String {
    let path = change.path.as_deref().unwrap_or_default();
    match change.kind {
        Kind::ProfileAdded | Kind::PackAdded => "added".into(),
        Kind::ProfileRemoved | Kind::PackRemoved => "removed".into(),
        Kind::ProfileVersion | Kind::PackVersion => "version".into(),
        Kind::PackPlace => "layer or type".into(),
        Kind::Presets => "presets".into(),
        Kind::Manifest => format!("manifest {path}"),
        Kind::Value | Kind::Field => path.to_owned(),
        Kind::Format => "comments or format".into(),
        Kind::Text => "values, which are not valid YAML".into(),
    }
}

fn side(value: &Option<Value>) -> Markup {
    html! {
        @match value {
            Some(Value::String(text)) => code { (text) },
            Some(other) => code { (other) },
            None => span.none { "none" },
        }
    }
}
