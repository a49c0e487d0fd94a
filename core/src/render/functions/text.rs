//! Functions on text.

use gtmpl_ng::{FuncError, Value};

use super::{Answer, as_text, bounded, exactly, printed};

pub(super) fn contains(arguments: &[Value]) -> Answer {
    let [part, text] = exactly("contains", arguments)?;
    Ok(Value::from(as_text("contains", text)?.contains(as_text("contains", part)?)))
}

pub(super) fn has_prefix(arguments: &[Value]) -> Answer {
    let [part, text] = exactly("hasPrefix", arguments)?;
    Ok(Value::from(as_text("hasPrefix", text)?.starts_with(as_text("hasPrefix", part)?)))
}

pub(super) fn has_suffix(arguments: &[Value]) -> Answer {
    let [part, text] = exactly("hasSuffix", arguments)?;
    Ok(Value::from(as_text("hasSuffix", text)?.ends_with(as_text("hasSuffix", part)?)))
}

pub(super) fn indent(arguments: &[Value]) -> Answer {
    let [width, text] = exactly("indent", arguments)?;
    Ok(Value::from(indented("indent", width, text)?))
}

pub(super) fn nindent(arguments: &[Value]) -> Answer {
    let [width, text] = exactly("nindent", arguments)?;
    Ok(Value::from(format!("\n{}", indented("nindent", width, text)?)))
}

fn indented(name: &str, width: &Value, text: &Value) -> Result<String, FuncError> {
    let Value::Number(width) = width else {
        return Err(FuncError::Generic(format!("{name} expects a number of spaces first")));
    };
    let Some(width) = width.as_u64().and_then(|width| usize::try_from(width).ok()) else {
        return Err(FuncError::Generic(format!("{name} expects a whole number of spaces that is not negative")));
    };
    let text = as_text(name, text)?;
    let lines = text.matches('\n').count() + 1;
    bounded(name, width.checked_mul(lines).and_then(|spaces| spaces.checked_add(text.len())))?;
    let spaces = " ".repeat(width);
    Ok(format!("{spaces}{}", text.replace('\n', &format!("\n{spaces}"))))
}

pub(super) fn join(arguments: &[Value]) -> Answer {
    let [separator, items] = exactly("join", arguments)?;
    let separator = as_text("join", separator)?;
    let items: Vec<String> = match items {
        Value::Array(items) => items.iter().filter(|item| !matches!(item, Value::Nil)).map(printed).collect(),
        other => vec![printed(other)],
    };
    let separators = separator.len().checked_mul(items.len());
    bounded("join", separators.and_then(|length| length.checked_add(items.iter().map(String::len).sum())))?;
    Ok(Value::from(items.join(separator)))
}

pub(super) fn lower(arguments: &[Value]) -> Answer {
    let [text] = exactly("lower", arguments)?;
    Ok(Value::from(as_text("lower", text)?.to_lowercase()))
}

pub(super) fn upper(arguments: &[Value]) -> Answer {
    let [text] = exactly("upper", arguments)?;
    Ok(Value::from(as_text("upper", text)?.to_uppercase()))
}

/// In double quotes; what is absent is left out, as in Helm.
pub(super) fn quote(arguments: &[Value]) -> Answer {
    // JSON's escapes are understood in YAML's double quotes, and so are Go's: they mean the same characters.
    joined(arguments, |text| serde_json::Value::from(text).to_string())
}

pub(super) fn squote(arguments: &[Value]) -> Answer {
    joined(arguments, |text| format!("'{text}'"))
}

fn joined(arguments: &[Value], quoted: impl Fn(&str) -> String) -> Answer {
    let present = arguments.iter().filter(|value| !matches!(value, Value::Nil | Value::NoValue));
    Ok(Value::from(present.map(|value| quoted(&printed(value))).collect::<Vec<_>>().join(" ")))
}

pub(super) fn replace(arguments: &[Value]) -> Answer {
    let [from, to, text] = exactly("replace", arguments)?;
    let (from, to, text) = (as_text("replace", from)?, as_text("replace", to)?, as_text("replace", text)?);
    let added = text.matches(from).count().checked_mul(to.len());
    bounded("replace", added.and_then(|added| added.checked_add(text.len())))?;
    Ok(Value::from(text.replace(from, to)))
}

pub(super) fn to_string(arguments: &[Value]) -> Answer {
    let [value] = exactly("toString", arguments)?;
    Ok(Value::from(printed(value)))
}

pub(super) fn trim(arguments: &[Value]) -> Answer {
    let [text] = exactly("trim", arguments)?;
    Ok(Value::from(as_text("trim", text)?.trim()))
}

pub(super) fn trim_all(arguments: &[Value]) -> Answer {
    let [cutset, text] = exactly("trimAll", arguments)?;
    let cutset = as_text("trimAll", cutset)?;
    Ok(Value::from(as_text("trimAll", text)?.trim_matches(|next| cutset.contains(next))))
}

pub(super) fn trim_prefix(arguments: &[Value]) -> Answer {
    let [part, text] = exactly("trimPrefix", arguments)?;
    let (part, text) = (as_text("trimPrefix", part)?, as_text("trimPrefix", text)?);
    Ok(Value::from(text.strip_prefix(part).unwrap_or(text)))
}

pub(super) fn trim_suffix(arguments: &[Value]) -> Answer {
    let [part, text] = exactly("trimSuffix", arguments)?;
    let (part, text) = (as_text("trimSuffix", part)?, as_text("trimSuffix", text)?);
    Ok(Value::from(text.strip_suffix(part).unwrap_or(text)))
}

/// The first characters, or the last ones for a negative length. Names are ASCII, where characters and bytes agree.
pub(super) fn trunc(arguments: &[Value]) -> Answer {
    let [length, text] = exactly("trunc", arguments)?;
    let (Value::Number(length), text) = (length, as_text("trunc", text)?) else {
        return Err(FuncError::Generic("trunc expects a number first".to_owned()));
    };
    let length = length.as_i64().unwrap_or(i64::MAX);
    let size = usize::try_from(length.unsigned_abs()).unwrap_or(usize::MAX);
    let characters = text.chars().count();
    let kept: String = match length {
        0.. => text.chars().take(size).collect(),
        _ => text.chars().skip(characters.saturating_sub(size)).collect(),
    };
    Ok(Value::from(kept))
}
