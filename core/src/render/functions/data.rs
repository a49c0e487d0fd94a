//! Functions on lists, maps and encodings.

use std::collections::HashMap;

use base64::{Engine, engine::general_purpose::STANDARD};
use gtmpl_ng::{FuncError, Value};
use serde_json::json;
use sha2::{Digest, Sha256, Sha512};

use super::{Answer, as_text, exactly, json, kind, printed, some};
use crate::render::{helm_yaml, value};

pub(super) fn b64enc(arguments: &[Value]) -> Answer {
    let [text] = exactly("b64enc", arguments)?;
    Ok(Value::from(STANDARD.encode(as_text("b64enc", text)?)))
}

/// The decoded text; bytes that are no text are an error here, where Helm would put them into the manifest as they are.
pub(super) fn b64dec(arguments: &[Value]) -> Answer {
    let [text] = exactly("b64dec", arguments)?;
    let bytes =
        STANDARD.decode(as_text("b64dec", text)?).map_err(|error| FuncError::Generic(format!("b64dec: {error}")))?;
    let text = String::from_utf8(bytes).map_err(|_| FuncError::Generic("b64dec: the bytes are no text".to_owned()))?;
    Ok(Value::from(text))
}

pub(super) fn sha256sum(arguments: &[Value]) -> Answer {
    let [text] = exactly("sha256sum", arguments)?;
    Ok(Value::from(hex(as_text("sha256sum", text)?.as_bytes())))
}

/// The SHA-256 of `bytes` in hexadecimal digits.
pub(in crate::render) fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(super) fn dict(arguments: &[Value]) -> Answer {
    let pairs =
        arguments.chunks(2).map(|pair| (printed(&pair[0]), pair.get(1).cloned().unwrap_or_else(|| Value::from(""))));
    Ok(Value::Map(pairs.collect()))
}

pub(super) fn list(arguments: &[Value]) -> Answer {
    Ok(Value::Array(arguments.to_vec()))
}

pub(super) fn get(arguments: &[Value]) -> Answer {
    let [entries, key] = exactly("get", arguments)?;
    let found = as_map("get", entries)?.get(as_text("get", key)?).cloned();
    Ok(found.unwrap_or_else(|| Value::from("")))
}

pub(super) fn has_key(arguments: &[Value]) -> Answer {
    let [entries, key] = exactly("hasKey", arguments)?;
    Ok(Value::from(as_map("hasKey", entries)?.contains_key(as_text("hasKey", key)?)))
}

/// The keys in their order; Helm's come in none.
pub(super) fn keys(arguments: &[Value]) -> Answer {
    let mut all = Vec::new();
    for entries in arguments {
        all.extend(sorted("keys", entries)?.into_iter().map(|(key, _)| Value::from(key.clone())));
    }
    Ok(Value::Array(all))
}

/// The values in the order of their keys; Helm's come in none.
pub(super) fn values(arguments: &[Value]) -> Answer {
    let [entries] = exactly("values", arguments)?;
    Ok(Value::Array(sorted("values", entries)?.into_iter().map(|(_, value)| value.clone()).collect()))
}

fn sorted<'a>(name: &str, entries: &'a Value) -> Result<Vec<(&'a String, &'a Value)>, FuncError> {
    let mut entries: Vec<_> = as_map(name, entries)?.iter().collect();
    entries.sort_unstable_by_key(|(key, _)| *key);
    Ok(entries)
}

pub(super) fn pick(arguments: &[Value]) -> Answer {
    chosen("pick", arguments, true)
}

pub(super) fn omit(arguments: &[Value]) -> Answer {
    chosen("omit", arguments, false)
}

fn chosen(name: &str, arguments: &[Value], named: bool) -> Answer {
    let (entries, keys) = some(name, arguments)?;
    let keys = keys.iter().map(|key| as_text(name, key)).collect::<Result<Vec<_>, _>>()?;
    let kept = as_map(name, entries)?.iter().filter(|(key, _)| keys.contains(&key.as_str()) == named);
    Ok(Value::Map(kept.map(|(key, value)| (key.clone(), value.clone())).collect()))
}

pub(super) fn pluck(arguments: &[Value]) -> Answer {
    let (key, maps) = some("pluck", arguments)?;
    let key = as_text("pluck", key)?;
    let maps = maps.iter().map(|entries| as_map("pluck", entries)).collect::<Result<Vec<_>, _>>()?;
    Ok(Value::Array(maps.into_iter().filter_map(|entries| entries.get(key).cloned()).collect()))
}

/// What stands behind some keys, or the value before the map.
pub(super) fn dig(arguments: &[Value]) -> Answer {
    let [keys @ .., otherwise, entries] = arguments else {
        return Err(FuncError::Generic("dig takes at least 3 arguments".to_owned()));
    };
    if keys.is_empty() {
        return Err(FuncError::Generic("dig takes at least 3 arguments".to_owned()));
    }
    let mut found = entries;
    for key in keys {
        match as_map("dig", found)?.get(as_text("dig", key)?) {
            Some(value) => found = value,
            None => return Ok(otherwise.clone()),
        }
    }
    Ok(found.clone())
}

pub(super) fn sha512sum(arguments: &[Value]) -> Answer {
    let [text] = exactly("sha512sum", arguments)?;
    let digest = Sha512::digest(as_text("sha512sum", text)?.as_bytes());
    Ok(Value::from(digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>()))
}

pub(super) fn to_json(arguments: &[Value]) -> Answer {
    let [value] = exactly("toJson", arguments)?;
    Ok(Value::from(json::escaped(&json::compact(&value::to_json(value)))))
}

pub(super) fn to_raw_json(arguments: &[Value]) -> Answer {
    let [value] = exactly("toRawJson", arguments)?;
    Ok(Value::from(json::compact(&value::to_json(value))))
}

pub(super) fn to_pretty_json(arguments: &[Value]) -> Answer {
    let [value] = exactly("toPrettyJson", arguments)?;
    Ok(Value::from(json::escaped(&json::pretty(&value::to_json(value)))))
}

pub(super) fn to_yaml(arguments: &[Value]) -> Answer {
    let [value] = exactly("toYaml", arguments)?;
    let text = serde_saphyr::to_string(&value::to_json(value))
        .map_err(|error| FuncError::Generic(format!("toYaml: {error}")))?;
    Ok(Value::from(text.strip_suffix('\n').unwrap_or(&text)))
}

/// A map from JSON. Where the text is none, Helm answers a map that holds the error; here it is one.
pub(super) fn from_json(arguments: &[Value]) -> Answer {
    read("fromJson", arguments, json!({}), of_json)
}

/// The value of any JSON; what is none is an error, which `fromJson` hands on as a value.
pub(super) fn must_from_json(arguments: &[Value]) -> Answer {
    let [text] = exactly("mustFromJson", arguments)?;
    let text = as_text("mustFromJson", text)?;
    of_json(text)
        .map(|json| value::from_json(&json))
        .map_err(|error| FuncError::Generic(format!("mustFromJson: {error}")))
}

pub(super) fn from_json_array(arguments: &[Value]) -> Answer {
    read("fromJsonArray", arguments, json!([]), of_json)
}

pub(super) fn from_yaml(arguments: &[Value]) -> Answer {
    read("fromYaml", arguments, json!({}), of_yaml)
}

pub(super) fn from_yaml_array(arguments: &[Value]) -> Answer {
    read("fromYamlArray", arguments, json!([]), of_yaml)
}

fn of_json(text: &str) -> Result<serde_json::Value, String> {
    serde_json::from_str(text).map_err(|error| error.to_string())
}

fn of_yaml(text: &str) -> Result<serde_json::Value, String> {
    helm_yaml::read(text).map_err(|error| error.reason)
}

/// A value of the same kind as `nothing`, which is what a null comes to.
fn read(
    name: &str,
    arguments: &[Value],
    nothing: serde_json::Value,
    read: fn(&str) -> Result<serde_json::Value, String>,
) -> Answer {
    let [text] = exactly(name, arguments)?;
    let found = read(as_text(name, text)?).map_err(|error| FuncError::Generic(format!("{name}: {error}")))?;
    let found = if found.is_null() { nothing.clone() } else { found };
    if found.is_object() != nothing.is_object() || found.is_array() != nothing.is_array() {
        let what = if nothing.is_array() { "list" } else { "map" };
        return Err(FuncError::Generic(format!("{name}: the text is no {what}")));
    }
    Ok(value::from_json(&found))
}

fn as_map<'a>(name: &str, value: &'a Value) -> Result<&'a HashMap<String, Value>, FuncError> {
    match value {
        Value::Map(entries) | Value::Object(entries) => Ok(entries),
        other => Err(FuncError::Generic(format!("{name} expects a map, not {}", kind(other)))),
    }
}
