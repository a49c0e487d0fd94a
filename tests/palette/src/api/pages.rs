//! Pages of a list: `limit`, `offset` and `continue`.

use serde_json::{Value, json};

use super::{Context, Outcome};
use crate::exchange::{Answer, WithoutNull};

/// What the token of the next page starts with. Clients take it as it is.
const TOKEN: &str = "page.";

/// The most items of a page, whatever a request asks for (`maximum` of `limit` in the API description).
const MOST: usize = 50;

/// Sorts as a request asks for: `[{field, order}]`, the first one first. `key` is none for a field that is not known.
pub(super) fn sort<T>(items: &mut [T], by: &Value, key: fn(&T, &str) -> Option<String>) -> Result<(), Answer> {
    for by in by.as_array().into_iter().flatten().rev() {
        let field = by["field"].as_str().unwrap_or_default();
        if items.iter().any(|item| key(item, field).is_none()) {
            return Err(Answer::error(501, "NotImplemented", &format!("the fake cannot sort by '{field}'")));
        }
        items.sort_by_cached_key(|item| key(item, field));
        if by["order"] == "desc" {
            items.reverse();
        }
    }
    Ok(())
}

/// Renders one page of the items that a request asks for.
pub(super) fn page<T>(context: &Context<'_>, items: &[T], render: impl Fn(&T) -> Value) -> Outcome {
    let number = |name: &str| match context.request.query(name).filter(|text| !text.is_empty()) {
        None => Ok(None),
        Some(text) => match text.parse::<usize>() {
            Ok(number) => Ok(Some(number)),
            Err(_) => Err(Answer::error(400, "InvalidQuery", &format!("query parameter '{name}' is not a number"))),
        },
    };
    let limit = number("limit")?.filter(|limit| *limit > 0).unwrap_or(context.page).clamp(1, MOST);
    let offset = match context.request.query("continue").filter(|token| !token.is_empty()) {
        None => number("offset")?.unwrap_or(0),
        Some(token) => {
            let offset = token.strip_prefix(TOKEN).and_then(|offset| offset.parse().ok());
            offset.ok_or_else(|| Answer::error(400, "InvalidContinueToken", "the continue token is not one of ours"))?
        }
    };
    let shown: Vec<Value> = items.iter().skip(offset).take(limit).map(|item| render(item).without_null()).collect();
    let end = offset + shown.len();
    let next = if end < items.len() { format!("{TOKEN}{end}") } else { String::new() };
    // The offset is where the next page begins.
    let listmeta = json!({"continue": next, "count": items.len(), "limit": limit, "offset": end});
    Ok(Answer::json(200, &json!({"items": shown, "listmeta": listmeta})))
}
