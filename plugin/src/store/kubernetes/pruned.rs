//! Reads of a JSON document what is wanted, and passes over the rest without building it.
//!
//! What is read is the same as if the whole were read first: what is of another type than expected is kept as it is, or is
//! empty where it is large, so that whoever reads the outcome tolerantly finds the same in both.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// What is wanted of a value.
#[derive(Clone, Copy, Debug)]
pub(super) enum Wanted {
    /// A text, a number, or whether; a list or an object is emptied.
    Plain,
    /// These fields of an object.
    Fields(&'static [(&'static str, Self)]),
    /// This of each item of a list.
    Each(&'static Self),
    /// That it is there, as null.
    Place,
}

impl<'de> DeserializeSeed<'de> for Wanted {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        match self {
            Self::Place => deserializer.deserialize_ignored_any(IgnoredAny).map(|_| Value::Null),
            wanted => deserializer.deserialize_any(wanted),
        }
    }
}

impl<'de> Visitor<'de> for Wanted {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("a number that is none"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut kept = Vec::new();
        if let Self::Each(wanted) = self {
            while let Some(item) = items.next_element_seed(*wanted)? {
                kept.push(item);
            }
        }
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Value::Array(kept))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut kept = Map::new();
        while let Some(field) = map.next_key_seed(Key(self))? {
            match field {
                Some((name, wanted)) => drop(kept.insert(name, map.next_value_seed(wanted)?)),
                None => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(Value::Object(kept))
    }
}

/// The name of a field of an object of which something is wanted, and what is wanted of the field, if anything.
struct Key(Wanted);

impl<'de> DeserializeSeed<'de> for Key {
    type Value = Option<(String, Wanted)>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Key {
    type Value = Option<(String, Wanted)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the name of a field")
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        let wanted = match self.0 {
            Wanted::Fields(fields) => fields.iter().find(|(it, _)| *it == name).map(|(_, wanted)| *wanted),
            Wanted::Plain | Wanted::Each(_) | Wanted::Place => None,
        };
        Ok(wanted.map(|wanted| (name.to_owned(), wanted)))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const WANTED: Wanted = Wanted::Fields(&[
        ("metadata", Wanted::Fields(&[("name", Wanted::Plain)])),
        ("packs", Wanted::Each(&Wanted::Place)),
        ("profiles", Wanted::Each(&Wanted::Fields(&[("uid", Wanted::Plain)]))),
    ]);

    fn check(whole: &Value, expected: &Value) {
        let text = whole.to_string();
        let mut deserializer = serde_json::Deserializer::from_str(&text);
        let found = WANTED.deserialize(&mut deserializer).unwrap();
        deserializer.end().unwrap();
        assert_eq!(found, *expected, "{text}");
    }

    #[test]
    fn what_is_wanted_is_kept_and_the_rest_is_not() {
        let whole = json!({
            "metadata": {"name": "a", "labels": {"x": "y"}, "managedFields": [{}]},
            "packs": [{"values": "long"}, 7], "profiles": [{"uid": "u", "packs": [1]}, {}], "status": {},
        });
        let expected = json!({
            "metadata": {"name": "a"},
            "packs": [null, null], "profiles": [{"uid": "u"}, {}],
        });
        check(&whole, &expected);
    }

    #[test]
    fn what_is_of_another_type_is_no_error() {
        for other in [json!(null), json!(true), json!(-7), json!(1.25), json!("text"), json!([])] {
            check(&other, &other);
            check(&json!({"metadata": other}), &json!({"metadata": other}));
            check(&json!({"metadata": {"name": other}}), &json!({"metadata": {"name": other}}));
            check(&json!({"packs": other}), &json!({"packs": other}));
        }
        check(&json!({"metadata": [{"name": "a"}]}), &json!({"metadata": []}));
        check(&json!({"metadata": {"name": {"a": 1}}}), &json!({"metadata": {"name": {}}}));
        check(&json!({"packs": {"a": 1}}), &json!({"packs": {}}));
    }

    #[test]
    fn broken_text_is_an_error() {
        for broken in ["{\"metadata\": {\"name\": \"a\"", "{\"status\": {]}", "{\"packs\": [1 2]}"] {
            assert!(WANTED.deserialize(&mut serde_json::Deserializer::from_str(broken)).is_err(), "{broken}");
        }
    }
}
