//! The profile content of a cluster, compared regardless of order and of empty fields.

use std::borrow::Cow;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::{cluster::Cluster, field, pack::Manifest, profile::AttachedProfile};

type Text<'a> = Option<Cow<'a, str>>;

/// Profiles, packs, versions, values and manifests in a canonical order. Fields that Palette keeps for itself, such as
/// logos and digests, are left out: only what a user decides counts as content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content<'a> {
    profiles: Vec<Profile<'a>>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Profile<'a> {
    name: Text<'a>,
    uid: Text<'a>,
    kind: Text<'a>,
    version: Text<'a>,
    variables: Text<'a>,
    packs: Vec<Pack<'a>>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Pack<'a> {
    name: Text<'a>,
    layer: Text<'a>,
    kind: Text<'a>,
    version: Text<'a>,
    tag: Text<'a>,
    values: Text<'a>,
    params: Text<'a>,
    manifests: Vec<Manifest<'a>>,
    /// Manifests that are no list: nothing can be read in them, and a change of them is a change all the same.
    odd_manifests: Text<'a>,
}

impl<'a> Content<'a> {
    /// The content of `cluster`.
    pub fn of(cluster: &Cluster<'a>) -> Self {
        Self::of_profiles(&cluster.profiles())
    }

    /// The content of a list of profiles.
    pub fn of_profiles(profiles: &[AttachedProfile<'a>]) -> Self {
        let mut profiles: Vec<_> = profiles.iter().map(profile).filter(|it| *it != Profile::default()).collect();
        profiles.sort();
        Self { profiles }
    }

    /// A hash that is equal exactly when the content is: `sha256:` and 64 hexadecimal digits.
    pub fn hash(&self) -> String {
        hash(&Value::from(self.profiles.iter().map(profile_json).collect::<Vec<_>>()))
    }
}

/// The SHA-256 of a JSON document as `sha256:` and 64 hexadecimal digits.
pub fn hash(document: &Value) -> String {
    let digest = Sha256::digest(document.to_string());
    digest.iter().fold(String::from("sha256:"), |text, byte| format!("{text}{byte:02x}"))
}

fn profile<'a>(profile: &AttachedProfile<'a>) -> Profile<'a> {
    let mut packs: Vec<_> =
        profile.packs().iter().map(|it| pack(it.raw())).filter(|it| *it != Pack::default()).collect();
    packs.sort();
    let raw = profile.raw();
    Profile {
        name: field::text(raw, &["name"]),
        uid: field::text(raw, &["uid"]),
        kind: field::text(raw, &["type"]),
        version: field::text(raw, &["profileVersion"]),
        variables: field::any(raw, &["variables"]),
        packs,
    }
}

fn pack(raw: &Value) -> Pack<'_> {
    let mut manifests = crate::pack::Pack::new(raw, String::new()).manifests();
    manifests.sort();
    Pack {
        name: field::text(raw, &["name"]),
        layer: field::text(raw, &["layer"]),
        kind: field::text(raw, &["type"]),
        version: field::text(raw, &["version"]),
        tag: field::text(raw, &["tag"]),
        values: field::any(raw, &["values"]),
        params: field::any(raw, &["params"]),
        odd_manifests: field::any(raw, &["manifests"]).filter(|_| !raw.get("manifests").is_some_and(Value::is_array)),
        manifests,
    }
}

fn profile_json(profile: &Profile<'_>) -> Value {
    let packs: Vec<_> = profile.packs.iter().map(pack_json).collect();
    json!([profile.name, profile.uid, profile.kind, profile.version, profile.variables, packs])
}

fn pack_json(pack: &Pack<'_>) -> Value {
    let manifests: Vec<_> = pack.manifests.iter().map(|it| json!([it.name, it.kind, it.uid, it.content])).collect();
    let own = json!([pack.name, pack.layer, pack.kind, pack.version, pack.tag, pack.values, pack.params]);
    json!([own, manifests, pack.odd_manifests])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(left: Value, right: Value) -> bool {
        let wrap = |templates| json!({"spec": {"clusterProfileTemplates": templates}});
        let (left, right) = (wrap(left), wrap(right));
        let (left, right) = (Content::of(&Cluster::new(&left)), Content::of(&Cluster::new(&right)));
        assert_eq!(left == right, left.hash() == right.hash());
        left == right
    }

    #[test]
    fn order_of_packs_and_keys_is_no_change() {
        let left = json!([{"name": "p", "packs": [{"name": "a", "version": "1"}, {"name": "b"}]}]);
        let right = json!([{"packs": [{"name": "b"}, {"version": "1", "name": "a"}], "name": "p"}]);
        assert!(same(left, right));
    }

    #[test]
    fn null_absent_and_empty_are_the_same() {
        assert!(same(json!(null), json!([])));
        assert!(same(json!([{"name": "p", "packs": null}]), json!([{"name": "p", "packs": [], "uid": ""}])));
        assert!(same(
            json!([{"packs": [{"name": "a", "values": null}]}]),
            json!([{"packs": [{"name": "a", "values": ""}]}])
        ));
    }

    #[test]
    fn every_field_of_content_counts() {
        let base = json!([{"name": "p", "packs": [{"name": "a", "manifests": [{"name": "m"}]}]}]);
        for (pointer, value) in [
            ("/0/name", json!("q")),
            ("/0/uid", json!("u")),
            ("/0/type", json!("infra")),
            ("/0/profileVersion", json!("2.0.0")),
            ("/0/packs/0/name", json!("b")),
            ("/0/packs/0/layer", json!("os")),
            ("/0/packs/0/type", json!("helm")),
            ("/0/packs/0/version", json!("1.0.0")),
            ("/0/packs/0/tag", json!("1.x")),
            ("/0/packs/0/values", json!("a: 1")),
            ("/0/packs/0/values", json!({"a": 1})),
            ("/0/packs/0/params", json!({"a": 1})),
            ("/0/packs/0/manifests", json!("no list")),
            ("/0/variables", json!([{"name": "region", "value": "eu"}])),
            ("/0/packs/0/manifests/0/name", json!("n")),
            ("/0/packs/0/manifests/0/content", json!("kind: Pod")),
            ("/0/packs/0/manifests/0/uid", json!("u")),
        ] {
            let mut changed = base.clone();
            let (parent, key) = pointer.rsplit_once('/').unwrap();
            changed.pointer_mut(parent).unwrap()[key] = value;
            assert!(!same(base.clone(), changed), "{pointer}");
        }
    }

    #[test]
    fn what_palette_keeps_for_itself_is_no_content() {
        assert!(same(
            json!([{"packs": [{"name": "a", "logo": "x"}]}]),
            json!([{"packs": [{"name": "a", "digest": "d"}]}])
        ));
    }
}
