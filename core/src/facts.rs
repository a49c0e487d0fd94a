//! What the rules look at of a cluster, and nothing else of it.
//!
//! The webhook reads it from the bytes of a review without building the rest, the plugin takes it from a document that it
//! holds anyway. Both say the same of the same object: what is absent, null or of another type is never an error.

use std::borrow::Cow;

use crate::{
    annotations::ALLOW,
    cluster::{self, Cluster, PackStatus},
    field,
    json::Written,
    pack::{self, Layer, Pack},
    profile::AttachedProfile,
};

pub use self::read::Reader;

mod read;

type Text<'a> = Option<Cow<'a, str>>;

/// What the rules look at of a `SpectroCluster`; text is borrowed from where it was read as far as that goes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts<'a> {
    name: Text<'a>,
    deletion: Text<'a>,
    allow: Text<'a>,
    state: Text<'a>,
    cloud_type: Text<'a>,
    cluster_type: Text<'a>,
    profiles: Vec<ProfileFacts<'a>>,
    source_of_profiles: Source<'a>,
    pack_statuses: Vec<PackStatus<'a>>,
}

/// What the rules look at of a cluster as a write would leave it: all but its status, which a write of the object cannot change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pending<'a>(Facts<'a>);

/// What the rules look at of an attached profile.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ProfileFacts<'a> {
    pub(crate) uid: Text<'a>,
    pub(crate) packs: Vec<PackFacts<'a>>,
}

/// What the rules look at of a pack, and where it stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct PackFacts<'a> {
    /// The positions of the profile and of the pack in it.
    place: (usize, usize),
    name: Text<'a>,
    layer: Text<'a>,
    version: Option<Scalar<'a>>,
    tag: Option<Scalar<'a>>,
    source: Source<'a>,
}

/// How something is written, if it was read from text. What was read is the same however it is written: all of these are equal.
#[derive(Clone, Copy, Debug, Default)]
struct Source<'a>(Option<Written<'a>>);

impl PartialEq for Source<'_> {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Source<'_> {}

/// A text that may have been written as a number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Scalar<'a> {
    text: Cow<'a, str>,
    /// Whether it is a number whose text may have lost zeros: `1.3` may have been written as `1.30`.
    is_ambiguous: bool,
}

impl<'a> Pending<'a> {
    /// The facts, without those of the status.
    pub fn facts(&self) -> &Facts<'a> {
        &self.0
    }
}

impl<'a> From<Facts<'a>> for Pending<'a> {
    fn from(facts: Facts<'a>) -> Self {
        Self(Facts { state: None, pack_statuses: Vec::new(), ..facts })
    }
}

impl<'a> Facts<'a> {
    /// Takes them from a document.
    pub fn of(cluster: &Cluster<'a>) -> Self {
        let raw = cluster.raw();
        Self {
            name: field::text(raw, &["metadata", "name"]),
            deletion: field::text(raw, &["metadata", "deletionTimestamp"]),
            allow: field::text(raw, &["metadata", "annotations", ALLOW]),
            state: cluster.state(),
            cloud_type: cluster.cloud_type(),
            cluster_type: field::text(raw, &["spec", "clusterType"]),
            profiles: cluster.profiles().iter().enumerate().map(|(index, it)| ProfileFacts::of(index, it)).collect(),
            source_of_profiles: Source::default(),
            // What a condition says about itself is for people.
            pack_statuses: cluster.pack_statuses().into_iter().map(|it| PackStatus { message: None, ..it }).collect(),
        }
    }

    /// The object's name; empty when it has none.
    pub fn name(&self) -> &str {
        self.name.as_deref().unwrap_or_default()
    }

    /// What the annotation [`ALLOW`] says, where there is one.
    pub fn allow(&self) -> Option<&str> {
        self.allow.as_deref()
    }

    /// Whether the object is being deleted.
    pub fn is_being_deleted(&self) -> bool {
        self.deletion.is_some()
    }

    /// Whether the cluster is being provisioned, in any letter case.
    pub fn is_provisioning(&self) -> bool {
        cluster::is_state(self.state.as_deref(), "provisioning")
    }

    /// Whether the cluster may never have been provisioned: it tells no state, or `Pending`.
    pub(crate) fn is_unborn(&self) -> bool {
        self.state.is_none() || cluster::is_state(self.state.as_deref(), "pending")
    }

    /// Whether this is an Edge cluster: `edge-native`, or `edge` in older ones.
    pub(crate) fn is_edge(&self) -> bool {
        self.cloud_type.as_deref().is_some_and(cluster::is_edge)
    }

    /// Whether the cluster was imported into Palette.
    pub(crate) fn is_imported(&self) -> bool {
        self.cluster_type.as_deref().is_some_and(cluster::is_imported)
    }

    /// Whether both have the same packs by the same profiles, and are of the same kind of cloud: then no rule about packs has
    /// anything to say.
    pub(crate) fn has_packs_of(&self, other: &Self) -> bool {
        self.profiles == other.profiles && self.cloud_type == other.cloud_type
    }

    /// The attached profiles in their written order.
    pub(crate) fn profiles(&self) -> &[ProfileFacts<'a>] {
        &self.profiles
    }

    /// All packs of all attached profiles.
    pub(crate) fn packs(&self) -> impl Iterator<Item = &PackFacts<'a>> {
        self.profiles.iter().flat_map(|it| &it.packs)
    }

    /// The packs of one layer, across all attached profiles.
    pub(crate) fn layer(&self, layer: Layer) -> impl Iterator<Item = &PackFacts<'a>> {
        self.packs().filter(move |pack| pack.is(layer))
    }

    /// What the cluster reports of its packs.
    pub(crate) fn pack_statuses(&self) -> &[PackStatus<'a>] {
        &self.pack_statuses
    }
}

impl<'a> ProfileFacts<'a> {
    fn of(index: usize, profile: &AttachedProfile<'a>) -> Self {
        let packs = profile.packs();
        Self {
            uid: profile.uid(),
            packs: packs.iter().enumerate().map(|(position, it)| PackFacts::of((index, position), it)).collect(),
        }
    }
}

impl<'a> PackFacts<'a> {
    fn of(place: (usize, usize), pack: &Pack<'a>) -> Self {
        let scalar = |name| {
            let text = field::text(pack.raw(), &[name])?;
            Some(Scalar { text, is_ambiguous: pack.raw().get(name).is_some_and(field::is_ambiguous_number) })
        };
        Self {
            place,
            name: field::text(pack.raw(), &["name"]),
            layer: pack.layer(),
            version: scalar("version"),
            tag: scalar("tag"),
            source: Source::default(),
        }
    }

    /// The pack's name; empty when it has none.
    pub(crate) fn name(&self) -> &str {
        self.name.as_deref().unwrap_or_default()
    }

    /// Whether the pack belongs to `layer`.
    pub(crate) fn is(&self, layer: Layer) -> bool {
        self.layer.as_deref().is_some_and(|text| pack::is_layer(text, layer))
    }

    /// The tag, which may be a wildcard such as `1.33.x`.
    pub(crate) fn tag(&self) -> Option<&str> {
        self.tag.as_ref().map(|it| it.text.as_ref())
    }

    /// The version that counts: `version`, or a concrete `tag` where there is no version.
    pub(crate) fn version(&self) -> Option<&str> {
        let version = self.version.as_ref().map(|it| it.text.as_ref());
        version.or_else(|| self.tag().filter(|tag| !pack::is_wildcard(tag)))
    }

    /// Whether the version that counts was written as a number whose trailing zeros may be lost.
    pub(crate) fn version_is_ambiguous_number(&self) -> bool {
        self.version.as_ref().or(self.tag.as_ref()).is_some_and(|it| it.is_ambiguous)
    }

    /// The field path of the pack, such as `spec.clusterProfileTemplates[0].packs[1]`.
    pub(crate) fn path(&self) -> String {
        format!("spec.clusterProfileTemplates[{}].packs[{}]", self.place.0, self.place.1)
    }

    /// The field path of the version that counts.
    pub(crate) fn version_path(&self) -> String {
        let field = if self.version.is_none() && self.tag.is_some() { "tag" } else { "version" };
        format!("{}.{field}", self.path())
    }
}
