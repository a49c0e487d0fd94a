//! Reads what the rules look at from JSON text: each byte once, and nothing is built of the rest.
//!
//! A field that is read may not stand twice in its object: whoever reads the object later could take the other one.

use std::{borrow::Cow, fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{self, IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Number, Value};

use super::{Facts, PackFacts, Pending, ProfileFacts, Scalar};
use crate::{annotations::ALLOW, cluster::PackStatus, field};

/// An object of which some fields are read.
trait Part<'de>: Default {
    /// Reads the field of that name into `self`; whether it is one that is read at all.
    fn read<A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<bool, A::Error>;
}

/// A place for a field. It stays empty where the field is absent, null or empty.
type Slot<T> = Option<T>;

/// Fills a place with the next value, once.
fn fill<'de, A: MapAccess<'de>, T: Deserialize<'de>>(slot: &mut Slot<T>, map: &mut A) -> Result<bool, A::Error> {
    if slot.is_some() {
        return Err(de::Error::custom("a field stands twice in its object"));
    }
    *slot = Some(map.next_value()?);
    Ok(true)
}

/// The methods of a visitor for values of which nothing is read.
macro_rules! nothing_of {
    ($($value:ident),*) => {
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a JSON value")
        }
        $(nothing_of! { @ $value })*
    };
    (@ scalar) => {
        fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
            Ok(Default::default())
        }

        fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
            Ok(Default::default())
        }

        fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
            Ok(Default::default())
        }

        fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
            Ok(Default::default())
        }

        fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
            Ok(Default::default())
        }
    };
    (@ null) => {
        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok(Default::default())
        }
    };
    (@ list) => {
        fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
            while items.next_element::<IgnoredAny>()?.is_some() {}
            Ok(Default::default())
        }
    };
    (@ object) => {
        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            Ok(Default::default())
        }
    };
}

/// An object of which some fields are read; of anything else nothing is.
#[derive(Default)]
struct Object<P>(P);

impl<'de, P: Part<'de>> Deserialize<'de> for Object<P> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ObjectVisitor(PhantomData))
    }
}

struct ObjectVisitor<P>(PhantomData<P>);

impl<'de, P: Part<'de>> Visitor<'de> for ObjectVisitor<P> {
    type Value = Object<P>;

    nothing_of! { scalar, null, list }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut part = P::default();
        while let Some(Name(name)) = map.next_key()? {
            if !part.read(&name, &mut map)? {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(Object(part))
    }
}

/// A list, its items with their positions; anything else has none.
#[derive(Default)]
struct List<P>(Vec<P>);

impl<'de, P: Part<'de>> Deserialize<'de> for List<P> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read<P>(PhantomData<P>);

        impl<'de, P: Part<'de>> Visitor<'de> for Read<P> {
            type Value = List<P>;

            nothing_of! { scalar, null, object }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
                let mut read = Vec::new();
                while let Some(Object(item)) = items.next_element()? {
                    read.push(item);
                }
                Ok(List(read))
            }
        }

        deserializer.deserialize_any(Read(PhantomData))
    }
}

/// The name of a field.
struct Name<'de>(Cow<'de, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;

        impl<'de> Visitor<'de> for Read {
            type Value = Name<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the name of a field")
            }

            fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Self::Value, E> {
                Ok(Name(Cow::Borrowed(name)))
            }

            fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
                Ok(Name(Cow::Owned(name.to_owned())))
            }
        }

        deserializer.deserialize_str(Read)
    }
}

/// A text, or what is written as one: see [`field::text`].
impl<'de> Deserialize<'de> for Scalar<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;

        impl Read {
            fn number<'de>(number: Option<Number>) -> Scalar<'de> {
                let Some(number) = number else { return Scalar::default() };
                let text = number.to_string();
                Scalar { text: Cow::Owned(text), is_ambiguous: field::is_ambiguous_number(&Value::Number(number)) }
            }
        }

        impl<'de> Visitor<'de> for Read {
            type Value = Scalar<'de>;

            nothing_of! { null, list, object }

            fn visit_bool<E>(self, truth: bool) -> Result<Self::Value, E> {
                Ok(Scalar { text: Cow::Borrowed(if truth { "true" } else { "false" }), is_ambiguous: false })
            }

            fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
                Ok(Self::number(Some(number.into())))
            }

            fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
                Ok(Self::number(Some(number.into())))
            }

            fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
                Ok(Self::number(Number::from_f64(number)))
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Scalar { text: Cow::Borrowed(text), is_ambiguous: false })
            }

            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Scalar { text: Cow::Owned(text.to_owned()), is_ambiguous: false })
            }
        }

        deserializer.deserialize_any(Read)
    }
}

impl<'a> Scalar<'a> {
    /// What was read of a field, none where it is empty.
    fn full(slot: Slot<Self>) -> Option<Self> {
        slot.filter(|it| !it.text.is_empty())
    }

    /// The text of it.
    fn text(slot: Slot<Self>) -> Option<Cow<'a, str>> {
        Self::full(slot).map(|it| it.text)
    }
}

/// An object with the fields that are read of it, each with its name in JSON.
macro_rules! part {
    ($part:ident { $($field:ident: $type:ty = $name:pat),* }) => {
        #[derive(Default)]
        struct $part<'a> {
            $($field: Slot<$type>),*
        }

        impl<'de> Part<'de> for $part<'de> {
            fn read<A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<bool, A::Error> {
                match name {
                    $($name => fill(&mut self.$field, map),)*
                    _ => Ok(false),
                }
            }
        }
    };
}

part! { Root {
    metadata: Object<Metadata<'a>> = "metadata",
    spec: Object<Spec<'a>> = "spec",
    status: Object<Status<'a>> = "status"
} }

part! { Unreported {
    metadata: Object<Metadata<'a>> = "metadata",
    spec: Object<Spec<'a>> = "spec"
} }

part! { Metadata {
    name: Scalar<'a> = "name",
    deletion: Scalar<'a> = "deletionTimestamp",
    annotations: Object<Annotations<'a>> = "annotations"
} }

part! { Annotations {
    allow: Scalar<'a> = ALLOW
} }

part! { Spec {
    cloud_type: Scalar<'a> = "cloudType",
    cluster_type: Scalar<'a> = "clusterType",
    profiles: List<Profile<'a>> = "clusterProfileTemplates"
} }

part! { Profile {
    uid: Scalar<'a> = "uid",
    packs: List<Pack<'a>> = "packs"
} }

part! { Pack {
    name: Scalar<'a> = "name",
    layer: Scalar<'a> = "layer",
    version: Scalar<'a> = "version",
    tag: Scalar<'a> = "tag"
} }

part! { Status {
    state: Scalar<'a> = "state",
    packs: List<Reported<'a>> = "packs"
} }

part! { Reported {
    name: Scalar<'a> = "name",
    version: Scalar<'a> = "version",
    profile_uid: Scalar<'a> = "profileUid",
    condition: Object<Condition<'a>> = "condition"
} }

part! { Condition {
    kind: Scalar<'a> = "type",
    status: Scalar<'a> = "status"
} }

/// What is no object at all is an error.
impl<'de: 'a, 'a> Deserialize<'de> for Facts<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Object(root) = deserializer.deserialize_map(ObjectVisitor::<Root<'de>>(PhantomData))?;
        Ok(root.facts())
    }
}

/// The status is passed over.
impl<'de: 'a, 'a> Deserialize<'de> for Pending<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Object(Unreported { metadata, spec }) =
            deserializer.deserialize_map(ObjectVisitor::<Unreported<'de>>(PhantomData))?;
        Ok(Pending(Root { metadata, spec, status: None }.facts()))
    }
}

fn object<P: Default>(slot: Slot<Object<P>>) -> P {
    slot.unwrap_or_default().0
}

fn items<P>(slot: Slot<List<P>>) -> impl Iterator<Item = (usize, P)> {
    slot.map_or_else(Vec::new, |it| it.0).into_iter().enumerate()
}

impl<'a> Root<'a> {
    fn facts(self) -> Facts<'a> {
        let (metadata, spec, status) = (object(self.metadata), object(self.spec), object(self.status));
        Facts {
            name: Scalar::text(metadata.name),
            deletion: Scalar::text(metadata.deletion),
            allow: Scalar::text(object(metadata.annotations).allow),
            state: Scalar::text(status.state),
            cloud_type: Scalar::text(spec.cloud_type),
            cluster_type: Scalar::text(spec.cluster_type),
            profiles: items(spec.profiles).map(|(index, it)| it.facts(index)).collect(),
            pack_statuses: items(status.packs).map(|(_, it)| it.facts()).collect(),
        }
    }
}

impl<'a> Profile<'a> {
    fn facts(self, index: usize) -> ProfileFacts<'a> {
        let packs = items(self.packs).map(|(position, it)| PackFacts {
            place: (index, position),
            name: Scalar::text(it.name),
            layer: Scalar::text(it.layer),
            version: Scalar::full(it.version),
            tag: Scalar::full(it.tag),
        });
        ProfileFacts { uid: Scalar::text(self.uid), packs: packs.collect() }
    }
}

impl<'a> Reported<'a> {
    fn facts(self) -> PackStatus<'a> {
        let condition = object(self.condition);
        PackStatus {
            name: Scalar::text(self.name).unwrap_or_default(),
            version: Scalar::full(self.version).filter(|it| !it.is_ambiguous).map(|it| it.text),
            profile_uid: Scalar::text(self.profile_uid),
            condition: Scalar::text(condition.kind),
            condition_status: Scalar::text(condition.status),
            message: None,
        }
    }
}
