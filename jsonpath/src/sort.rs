//! `--sort-by`

use serde_json::Value;

use crate::{
    compare::Scalar,
    error::{Error, Problem},
    item::Item,
    quantity::Quantity,
    relaxed,
    template::Template,
};

/// Puts items into the order of what a relaxed path finds in each: numbers by value, texts by their bytes, and two texts
/// that are quantities (`9` and `10`, `1Gi` and `500Mi`) by what they come to. Nulls come first, and items without the
/// field before them, the last one first, as in kubectl.
///
/// # Errors
/// When the path cannot be read or evaluated, no item has the field, or values of two kinds, or of a kind without an order,
/// meet. The items are then as they were.
pub fn sort<T>(items: &mut Vec<T>, document: impl Fn(&T) -> &Value, expression: &str) -> Result<(), Error> {
    let template = Template::parse(&relaxed(expression)?)?;
    let order = {
        let mut keys = Vec::with_capacity(items.len());
        for item in items.iter() {
            let found = template.evaluator().find(Item::Value(document(item)));
            let found = found.map_err(|problem| template.error(problem))?;
            keys.push(found.first().and_then(|it| it.first()).map(|it| Key::of(*it)));
        }
        order(&keys).map_err(|what| template.error(Problem::new(0, what)))?
    };
    let mut taken: Vec<Option<T>> = items.drain(..).map(Some).collect();
    items.extend(order.into_iter().filter_map(|index| taken[index].take()));
    Ok(())
}

/// What an item is sorted by.
enum Key<'a> {
    Null,
    Text(&'a str, Option<Quantity>),
    Scalar(Scalar<'a>),
    Unsortable(&'static str),
}

impl<'a> Key<'a> {
    fn of(item: Item<'a>) -> Self {
        match Scalar::of(item) {
            Some(Scalar::Text(text)) => Self::Text(text, Quantity::parse(text)),
            Some(Scalar::Bool(_)) => Self::Unsortable("a boolean"),
            Some(scalar) => Self::Scalar(scalar),
            None if matches!(item, Item::Value(Value::Null) | Item::Nothing) => Self::Null,
            None => Self::Unsortable(item.kind()),
        }
    }

    fn is_less(&self, other: &Self) -> Result<bool, String> {
        match (self, other) {
            (_, Self::Null) => Ok(false),
            (Self::Null, _) => Ok(true),
            (Self::Text(_, Some(left)), Self::Text(_, Some(right))) => Ok(left.cmp(right).is_lt()),
            (Self::Text(left, _), Self::Text(right, _)) => Ok(left < right),
            (Self::Scalar(Scalar::Int(left)), Self::Scalar(Scalar::Int(right))) => Ok(left < right),
            (Self::Scalar(Scalar::Float(left)), Self::Scalar(Scalar::Float(right))) => Ok(left < right),
            (Self::Unsortable(kind), _) | (_, Self::Unsortable(kind)) => Err(format!("cannot sort by {kind}")),
            _ => Err(format!("cannot sort {} and {} together", self.kind(), other.kind())),
        }
    }

    fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Text(..) => "a text",
            Self::Scalar(scalar) => scalar.kind(),
            Self::Unsortable(kind) => kind,
        }
    }
}

/// The indexes of items in their new order.
fn order(keys: &[Option<Key<'_>>]) -> Result<Vec<usize>, String> {
    // An item without the field goes before all that were there before it.
    let mut order: Vec<usize> = (0..keys.len()).rev().filter(|&index| keys[index].is_none()).collect();
    if order.len() == keys.len() && !keys.is_empty() {
        return Err("no item has a field of this path".to_owned());
    }
    let mut present: Vec<(usize, &Key<'_>)> = Vec::with_capacity(keys.len());
    present.extend(keys.iter().enumerate().filter_map(|(index, key)| Some((index, key.as_ref()?))));
    order.extend(merge_sort(&present)?.into_iter().map(|(index, _)| index));
    Ok(order)
}

/// Up to this many items kubectl's sort is one by insertion, which is stable. It shows where the order is none: `10` is less
/// than `9a` and `9` less than `10`.
const INSERTED: usize = 12;

/// A stable sort of our own: that of the standard library may panic where an order is none.
fn merge_sort<'k, 'a>(keys: &[(usize, &'k Key<'a>)]) -> Result<Vec<(usize, &'k Key<'a>)>, String> {
    let mut sorted = Vec::with_capacity(keys.len());
    if keys.len() <= INSERTED {
        for &entry in keys {
            let mut place = sorted.len();
            while let Some(&(_, before)) = place.checked_sub(1).and_then(|it| sorted.get(it)) {
                if !entry.1.is_less(before)? {
                    break;
                }
                place -= 1;
            }
            sorted.insert(place, entry);
        }
        return Ok(sorted);
    }
    let (left, right) = keys.split_at(keys.len() / 2);
    let mut left = merge_sort(left)?.into_iter().peekable();
    for entry in merge_sort(right)? {
        while let Some(&(_, before)) = left.peek() {
            if entry.1.is_less(before)? {
                break;
            }
            sorted.extend(left.next());
        }
        sorted.push(entry);
    }
    sorted.extend(left);
    Ok(sorted)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn sorted(items: Value) -> Result<Value, Error> {
        let Value::Array(mut items) = items else { panic!("{items}") };
        sort(&mut items, |it| it, "a").map(|()| Value::Array(items))
    }

    #[test]
    fn what_lacks_the_field_comes_first_and_then_null() {
        let items = json!([{"a": "b"}, {"n": 1}, {"a": null}, {"a": "a"}, {"n": 2}]);
        assert_eq!(sorted(items).unwrap(), json!([{"n": 2}, {"n": 1}, {"a": null}, {"a": "a"}, {"a": "b"}]));
    }

    #[test]
    fn quantities_are_sorted_by_value_and_equal_ones_stay() {
        let items = json!([{"a": "10"}, {"a": "1Gi", "n": 1}, {"a": "9"}, {"a": "1024Mi"}, {"a": "zz"}]);
        let expected = json!([{"a": "9"}, {"a": "10"}, {"a": "1Gi", "n": 1}, {"a": "1024Mi"}, {"a": "zz"}]);
        assert_eq!(sorted(items).unwrap(), expected);
    }

    #[test]
    fn many_items_are_sorted_and_stay_where_they_are_equal() {
        let item = |index: usize| json!({"a": (index * 7919) % 101, "n": index});
        let Ok(Value::Array(items)) = sorted((0..1000).map(item).collect()) else { panic!() };
        assert_eq!(items.len(), 1000);
        let keys: Vec<_> = items.iter().map(|it| (it["a"].as_u64(), it["n"].as_u64())).collect();
        assert!(keys.is_sorted());
    }

    #[test]
    fn what_has_no_order_is_refused_and_a_lone_one_is_not() {
        for (items, what) in [
            (json!([{"b": 1}, {"c": 1}]), "no item has a field of this path"),
            (json!([{"a": 1}, {"a": "x"}]), "cannot sort a text and an integer together"),
            (json!([{"a": 1}, {"a": 1.5}]), "cannot sort a float and an integer together"),
            (json!([{"a": true}, {"a": false}]), "cannot sort by a boolean"),
            (json!([{"a": []}, {"a": [1]}]), "cannot sort by a list"),
        ] {
            let error = sorted(items).unwrap_err();
            assert_eq!((error.text(), error.what()), ("{.a}", what));
        }
        assert!(sorted(json!([{"a": true}, {}])).is_ok());
        assert!(sorted(json!([])).is_ok());
    }

    #[test]
    fn items_stay_where_an_order_fails() {
        let mut items = vec![json!({"a": 1}), json!({"a": "x"})];
        let before = items.clone();
        assert!(sort(&mut items, |it| it, "{.a}").is_err());
        assert_eq!(items, before);
    }

    #[test]
    fn an_order_that_is_none_ends() {
        let texts = ["10", "9", "9a", "1Gi", "zz", "500Mi", "-", "m"];
        let item = |index: usize| json!({"a": texts[(index * 31) % texts.len()]});
        assert!(sorted((0..500).map(item).collect()).is_ok());
    }
}
