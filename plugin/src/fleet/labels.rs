//! Reads a label selector as kubectl writes it.

use std::collections::BTreeSet;

use kube::core::{Expression, Selector, SelectorExt};
use profile_core::field;
use serde_json::Value;

/// The selector in `text`: `a=b`, `a!=b`, `a in (b,c)`, `a notin (b,c)`, `a` and `!a`, separated by commas.
pub(crate) fn read(text: &str) -> Result<Selector, String> {
    parts(text).into_iter().map(expression).collect::<Result<Vec<_>, _>>().map(|all| all.into_iter().collect())
}

/// Whether the labels of an object are what is selected.
pub(crate) fn selects(selector: &Selector, object: &Value) -> bool {
    let labels = field::at(object, &["metadata", "labels"]).and_then(Value::as_object).into_iter().flatten();
    let labels = labels.filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned()))).collect();
    selector.matches(&labels)
}

/// The requirements; a comma in parentheses separates values.
fn parts(text: &str) -> Vec<&str> {
    let mut depth = 0_usize;
    let is_end = |letter: char| {
        match letter {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        letter == ',' && depth == 0
    };
    text.split(is_end).map(str::trim).collect()
}

fn expression(text: &str) -> Result<Expression, String> {
    let wrong = || format!("{text:?} selects nothing by labels; write a=b, a!=b, a in (b,c), a notin (b,c), a or !a");
    let name = |name: &str| {
        let name = name.trim();
        let is_name = |letter: char| letter.is_ascii_alphanumeric() || "-_./".contains(letter);
        if name.is_empty() || !name.chars().all(is_name) { Err(wrong()) } else { Ok(name.to_owned()) }
    };
    let value = |value: &str| {
        let value = value.trim();
        let is_value = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
        if value.chars().all(is_value) { Ok(value.to_owned()) } else { Err(wrong()) }
    };
    if let Some(rest) = text.strip_suffix(')') {
        let (head, values) = rest.split_once('(').ok_or_else(wrong)?;
        let (key, word) = head.trim_end().rsplit_once(char::is_whitespace).ok_or_else(wrong)?;
        let values: BTreeSet<String> = values.split(',').map(value).collect::<Result<_, _>>()?;
        return match word {
            "in" => Ok(Expression::In(name(key)?, values)),
            "notin" => Ok(Expression::NotIn(name(key)?, values)),
            _ => Err(wrong()),
        };
    }
    if let Some((key, found)) = text.split_once("!=") {
        return Ok(Expression::NotEqual(name(key)?, value(found)?));
    }
    if let Some((key, found)) = text.split_once("==").or_else(|| text.split_once('=')) {
        return Ok(Expression::Equal(name(key)?, value(found)?));
    }
    match text.strip_prefix('!') {
        Some(key) => Ok(Expression::DoesNotExist(name(key)?)),
        None => Ok(Expression::Exists(name(text)?)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn selectors_select_as_kubectl_selects() {
        let object = json!({"metadata": {"labels": {"env": "prod", "spectrocloud.com/region": "eu"}}});
        for text in [
            "env=prod",
            "env==prod",
            " env = prod ",
            "env!=test",
            "other!=x",
            "env in (test, prod)",
            "env notin (test)",
            "env,spectrocloud.com/region=eu",
            "!other",
        ] {
            assert!(selects(&read(text).unwrap(), &object), "{text}");
        }
        for text in ["env=test", "env!=prod", "env in (a,b)", "env notin (prod)", "other", "!env", "env=prod,other"] {
            assert!(!selects(&read(text).unwrap(), &object), "{text}");
        }
        assert!(!selects(&read("env").unwrap(), &json!({})));
    }

    #[test]
    fn what_is_no_selector_is_named() {
        for text in ["", "a=b,", "a in b", "a in (b", "a within (b)", "a b", "=b", "a=b c", "(a)"] {
            assert!(read(text).unwrap_err().contains("selects nothing"), "{text}");
        }
    }
}
