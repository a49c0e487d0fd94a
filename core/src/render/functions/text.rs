//! Functions on text.

use gtmpl_ng::{FuncError, Value};

use super::{Answer, as_int, as_text, bounded, exactly, formatted, printed};

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

/// How often something is to be repeated.
fn count(name: &str, count: &Value) -> Result<usize, FuncError> {
    let count = as_int(name, count)?;
    usize::try_from(count)
        .map_err(|_| FuncError::Generic(format!("{name} expects a number that is not negative, not {count}")))
}

fn indented(name: &str, width: &Value, text: &Value) -> Result<String, FuncError> {
    let width = count(name, width)?;
    let text = as_text(name, text)?;
    let lines = text.matches('\n').count() + 1;
    bounded(name, width.checked_mul(lines).and_then(|spaces| spaces.checked_add(text.len())))?;
    let spaces = " ".repeat(width);
    Ok(format!("{spaces}{}", text.replace('\n', &format!("\n{spaces}"))))
}

pub(super) fn join(arguments: &[Value]) -> Answer {
    let [separator, items] = exactly("join", arguments)?;
    let separator = as_text("join", separator)?;
    let items = texts(items);
    let separators = separator.len().checked_mul(items.len());
    bounded("join", separators.and_then(|length| length.checked_add(items.iter().map(String::len).sum())))?;
    Ok(Value::from(items.join(separator)))
}

/// A list as texts, without what is absent; anything else is the one text of it.
fn texts(items: &Value) -> Vec<String> {
    match items {
        Value::Array(items) => {
            items.iter().filter(|it| !matches!(it, Value::Nil | Value::NoValue)).map(printed).collect()
        }
        Value::Nil | Value::NoValue => Vec::new(),
        other => vec![printed(other)],
    }
}

pub(super) fn to_strings(arguments: &[Value]) -> Answer {
    let [items] = exactly("toStrings", arguments)?;
    Ok(Value::Array(texts(items).into_iter().map(Value::from).collect()))
}

pub(super) fn cat(arguments: &[Value]) -> Answer {
    let present = arguments.iter().filter(|value| !matches!(value, Value::Nil | Value::NoValue)).map(printed);
    Ok(Value::from(present.collect::<Vec<_>>().join(" ")))
}

pub(super) fn repeat(arguments: &[Value]) -> Answer {
    let [times, text] = exactly("repeat", arguments)?;
    let (times, text) = (count("repeat", times)?, as_text("repeat", text)?);
    bounded("repeat", text.len().checked_mul(times))?;
    Ok(Value::from(text.repeat(times)))
}

pub(super) fn nospace(arguments: &[Value]) -> Answer {
    let [text] = exactly("nospace", arguments)?;
    Ok(Value::from(as_text("nospace", text)?.split_whitespace().collect::<String>()))
}

pub(super) fn plural(arguments: &[Value]) -> Answer {
    let [one, many, count] = exactly("plural", arguments)?;
    let (one, many) = (as_text("plural", one)?, as_text("plural", many)?);
    Ok(Value::from(if as_int("plural", count)? == 1 { one } else { many }))
}

/// The parts of a text by the names `_0`, `_1` and so on.
pub(super) fn split(arguments: &[Value]) -> Answer {
    let parts = parts("split", arguments)?.into_iter().enumerate();
    Ok(Value::Map(parts.map(|(index, part)| (format!("_{index}"), Value::from(part))).collect()))
}

pub(super) fn split_list(arguments: &[Value]) -> Answer {
    Ok(Value::Array(parts("splitList", arguments)?.into_iter().map(Value::from).collect()))
}

fn parts(name: &str, arguments: &[Value]) -> Result<Vec<String>, FuncError> {
    let [separator, text] = exactly(name, arguments)?;
    let (separator, text) = (as_text(name, separator)?, as_text(name, text)?);
    if separator.is_empty() {
        return Ok(text.chars().map(String::from).collect());
    }
    Ok(text.split(separator).map(str::to_owned).collect())
}

/// A part of a text, counted in bytes as Go does.
pub(super) fn substr(arguments: &[Value]) -> Answer {
    let [start, end, text] = exactly("substr", arguments)?;
    let (start, end, text) = (as_int("substr", start)?, as_int("substr", end)?, as_text("substr", text)?);
    let at = |bound: i64| usize::try_from(bound).unwrap_or(usize::MAX);
    let part = match (start, end) {
        (..0, end) => text.get(..at(end)),
        (start, ..0) => text.get(at(start)..),
        (start, end) if at(end) > text.len() => text.get(at(start)..),
        (start, end) => text.get(at(start)..at(end)),
    };
    Ok(Value::from(part.ok_or_else(|| {
        FuncError::Generic(format!("substr has no part from {start} to {end} of a text of {} bytes", text.len()))
    })?))
}

/// Each word with a capital letter, words being what letters, digits and underscores make.
pub(super) fn title(arguments: &[Value]) -> Answer {
    let [text] = exactly("title", arguments)?;
    let mut is_inside = false;
    let title = as_text("title", text)?.chars().map(|next| {
        let is_first = !is_inside;
        is_inside = next == '_' || next.is_alphanumeric() || !(next.is_ascii() || next.is_whitespace());
        if is_first { one(next, next.to_uppercase()) } else { next }
    });
    Ok(Value::from(title.collect::<String>()))
}

pub(super) fn untitle(arguments: &[Value]) -> Answer {
    let [text] = exactly("untitle", arguments)?;
    let mut is_inside = false;
    let text = as_text("untitle", text)?.chars().map(|next| {
        let is_first = !std::mem::replace(&mut is_inside, !next.is_whitespace());
        if is_first { one(next, next.to_lowercase()) } else { next }
    });
    Ok(Value::from(text.collect::<String>()))
}

/// Go changes the case of each letter to one letter, and leaves those that would become two.
fn one(letter: char, mut changed: impl ExactSizeIterator<Item = char>) -> char {
    if changed.len() == 1 { changed.next().unwrap_or(letter) } else { letter }
}

pub(super) fn lower(arguments: &[Value]) -> Answer {
    let [text] = exactly("lower", arguments)?;
    Ok(Value::from(as_text("lower", text)?.chars().filter_map(|it| it.to_lowercase().next()).collect::<String>()))
}

pub(super) fn upper(arguments: &[Value]) -> Answer {
    let [text] = exactly("upper", arguments)?;
    Ok(Value::from(as_text("upper", text)?.chars().map(|it| one(it, it.to_uppercase())).collect::<String>()))
}

/// In double quotes; what is absent is left out, as in Helm.
pub(super) fn quote(arguments: &[Value]) -> Answer {
    joined(arguments, |text| formatted("%q", &Value::from(text)))
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

/// The first bytes, or the last ones for a negative length.
pub(super) fn trunc(arguments: &[Value]) -> Answer {
    let [length, text] = exactly("trunc", arguments)?;
    let (length, text) = (as_int("trunc", length)?, as_text("trunc", text)?);
    let size = usize::try_from(length.unsigned_abs()).unwrap_or(usize::MAX);
    if size >= text.len() {
        return Ok(Value::from(text));
    }
    let part = if length < 0 { text.get(text.len() - size..) } else { text.get(..size) };
    Ok(Value::from(part.ok_or_else(|| FuncError::Generic(format!("trunc would cut a letter of {text:?} in two")))?))
}
