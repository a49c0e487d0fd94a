//! Functions on lists.

use gtmpl_ng::{FuncError, Value};

use super::{Answer, as_list, compare::is_equal, exactly, is_empty, number, printed, some};

pub(super) fn append(arguments: &[Value]) -> Answer {
    let [items, last] = exactly("append", arguments)?;
    Ok(Value::Array(as_list("append", items)?.iter().chain([last]).cloned().collect()))
}

pub(super) fn prepend(arguments: &[Value]) -> Answer {
    let [items, first] = exactly("prepend", arguments)?;
    Ok(Value::Array([first].into_iter().chain(as_list("prepend", items)?).cloned().collect()))
}

/// An empty list.
fn nothing() -> Value {
    Value::Array(Vec::new())
}

pub(super) fn first(arguments: &[Value]) -> Answer {
    let [items] = exactly("first", arguments)?;
    Ok(as_list("first", items)?.first().cloned().unwrap_or(Value::Nil))
}

pub(super) fn last(arguments: &[Value]) -> Answer {
    let [items] = exactly("last", arguments)?;
    Ok(as_list("last", items)?.last().cloned().unwrap_or(Value::Nil))
}

pub(super) fn rest(arguments: &[Value]) -> Answer {
    let [items] = exactly("rest", arguments)?;
    Ok(as_list("rest", items)?.split_first().map_or_else(nothing, |(_, rest)| Value::Array(rest.to_vec())))
}

pub(super) fn initial(arguments: &[Value]) -> Answer {
    let [items] = exactly("initial", arguments)?;
    Ok(as_list("initial", items)?.split_last().map_or_else(nothing, |(_, initial)| Value::Array(initial.to_vec())))
}

pub(super) fn reverse(arguments: &[Value]) -> Answer {
    let [items] = exactly("reverse", arguments)?;
    Ok(Value::Array(as_list("reverse", items)?.iter().rev().cloned().collect()))
}

pub(super) fn compact(arguments: &[Value]) -> Answer {
    let [items] = exactly("compact", arguments)?;
    Ok(Value::Array(as_list("compact", items)?.iter().filter(|item| !is_empty(item)).cloned().collect()))
}

pub(super) fn concat(arguments: &[Value]) -> Answer {
    let mut all = Vec::new();
    for items in arguments {
        all.extend_from_slice(as_list("concat", items)?);
    }
    Ok(Value::Array(all))
}

pub(super) fn has(arguments: &[Value]) -> Answer {
    let [wanted, items] = exactly("has", arguments)?;
    match items {
        Value::Nil | Value::NoValue => Ok(Value::from(false)),
        items => Ok(Value::from(as_list("has", items)?.iter().any(|item| is_equal(item, wanted)))),
    }
}

pub(super) fn uniq(arguments: &[Value]) -> Answer {
    let [items] = exactly("uniq", arguments)?;
    let mut kept: Vec<Value> = Vec::new();
    for item in as_list("uniq", items)? {
        if !kept.iter().any(|known| is_equal(known, item)) {
            kept.push(item.clone());
        }
    }
    Ok(Value::Array(kept))
}

pub(super) fn without(arguments: &[Value]) -> Answer {
    let (items, omitted) = some("without", arguments)?;
    let kept = as_list("without", items)?.iter().filter(|item| !omitted.iter().any(|it| is_equal(it, item)));
    Ok(Value::Array(kept.cloned().collect()))
}

/// A part of a list; Go's own `slice`, which takes texts, is not to be had in Helm either.
pub(super) fn slice(arguments: &[Value]) -> Answer {
    let (items, bounds) = some("slice", arguments)?;
    let items = as_list("slice", items)?;
    if items.is_empty() {
        return Ok(Value::Nil);
    }
    let bound = |index: usize, otherwise: usize| match bounds.get(index) {
        None => Ok(otherwise),
        Some(bound) => {
            let at = number::whole(bound)?;
            usize::try_from(at).map_err(|_| FuncError::Generic(format!("slice cannot start or end at {at}")))
        }
    };
    let (start, end) = (bound(0, 0)?, bound(1, items.len())?);
    let part = items.get(start..end);
    let part =
        part.ok_or_else(|| FuncError::Generic(format!("slice from {start} to {end} of {} items", items.len())))?;
    Ok(Value::Array(part.to_vec()))
}

pub(super) fn sort_alpha(arguments: &[Value]) -> Answer {
    let [items] = exactly("sortAlpha", arguments)?;
    let mut texts = match items {
        Value::Array(items) => {
            items.iter().filter(|it| !matches!(it, Value::Nil | Value::NoValue)).map(printed).collect()
        }
        other => vec![printed(other)],
    };
    texts.sort_unstable();
    Ok(Value::Array(texts.into_iter().map(Value::from).collect()))
}
