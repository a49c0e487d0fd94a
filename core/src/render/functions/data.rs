//! Functions on lists, maps and encodings.

use std::collections::HashMap;

use base64::{Engine, engine::general_purpose::STANDARD};
use gtmpl_ng::{FuncError, Value};
use sha2::{Digest, Sha256};

use super::{Answer, as_text, exactly, kind, printed};
use crate::render::value;

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

pub(super) fn to_json(arguments: &[Value]) -> Answer {
    let [value] = exactly("toJson", arguments)?;
    Ok(Value::from(value::to_json(value).to_string()))
}

pub(super) fn to_yaml(arguments: &[Value]) -> Answer {
    let [value] = exactly("toYaml", arguments)?;
    let text = serde_saphyr::to_string(&value::to_json(value))
        .map_err(|error| FuncError::Generic(format!("toYaml: {error}")))?;
    Ok(Value::from(text.trim_end_matches('\n')))
}

fn as_map<'a>(name: &str, value: &'a Value) -> Result<&'a HashMap<String, Value>, FuncError> {
    match value {
        Value::Map(entries) | Value::Object(entries) => Ok(entries),
        other => Err(FuncError::Generic(format!("{name} expects a map, not {}", kind(other)))),
    }
}
