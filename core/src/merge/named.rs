//! Lists whose items have a name: they are matched by it on all sides.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde_json::Value;

use super::sides::Base;
use crate::splice::{Content, Node};

/// The key by which items are matched.
pub(super) const KEY: &str = "name";

/// The items of one list on its sides, by name.
pub(super) struct Items<'n> {
    pub(super) base: HashMap<&'n str, &'n Node>,
    pub(super) own: HashMap<&'n str, &'n Node>,
    pub(super) target: HashMap<&'n str, &'n Node>,
    own_order: Vec<&'n str>,
    order: Vec<&'n str>,
}

impl<'n> Items<'n> {
    /// All names: those of the target in its order, then those of the cluster, then those that only were published.
    pub(super) fn names(&self) -> impl Iterator<Item = &'n str> {
        self.order.iter().copied()
    }

    /// Whether the cluster added an item elsewhere than at the end.
    pub(super) fn inserts(&self) -> bool {
        let is_added = |name: &&&str| !self.base.contains_key(**name);
        let added_last = self.own_order.iter().rev().take_while(is_added).count();
        self.own_order.iter().filter(is_added).count() > added_last
    }
}

/// The items by name, where all items on all sides have one of their own and the cluster did not reorder them.
pub(super) fn lists<'n>(base: Base<&'n Node>, own: Option<&'n Node>, target: Option<&'n Node>) -> Option<Items<'n>> {
    let own_items = by_name(own?)?;
    let target_items = match target {
        Some(target) => by_name(target)?,
        None => Vec::new(),
    };
    let base_items = match base.known() {
        Some(base) if !matches!(base.content, Content::Scalar(Value::Null)) => by_name(base)?,
        _ => Vec::new(),
    };
    if target.is_none() && base_items.is_empty() {
        return None;
    }
    let order = |items: &[(&'n str, &Node)]| items.iter().map(|(name, _)| *name).collect::<Vec<_>>();
    let reference = if base_items.is_empty() { &target_items } else { &base_items };
    if is_reordered(&order(&own_items), &order(reference)) {
        return None;
    }
    let own_order = order(&own_items);
    let mut seen = HashSet::new();
    let all = target_items.iter().chain(&own_items).chain(&base_items).map(|(name, _)| *name);
    let order = all.filter(|name| seen.insert(*name)).collect();
    let indexed = |items: Vec<(&'n str, &'n Node)>| items.into_iter().collect();
    Some(Items { base: indexed(base_items), own: indexed(own_items), target: indexed(target_items), own_order, order })
}

/// Whether what both have stands in another order in `own`.
fn is_reordered(own: &[&str], reference: &[&str]) -> bool {
    let places: BTreeMap<_, _> = reference.iter().enumerate().map(|(place, name)| (*name, place)).collect();
    let places: Vec<_> = own.iter().filter_map(|name| places.get(name)).collect();
    !places.is_sorted()
}

/// The items of a list that is not empty, where each is a mapping with a name of its own.
pub(super) fn by_name(list: &Node) -> Option<Vec<(&str, &Node)>> {
    let Content::Sequence(items) = &list.content else { return None };
    let mut seen = HashSet::new();
    let named = items.iter().map(|item| {
        let name = name(item)?;
        seen.insert(name).then_some((name, item))
    });
    named.collect::<Option<Vec<_>>>().filter(|items| !items.is_empty())
}

fn name(item: &Node) -> Option<&str> {
    let Content::Mapping(entries) = &item.content else { return None };
    match &entries.iter().rev().find(|entry| entry.key == KEY)?.value.content {
        Content::Scalar(Value::String(name)) => Some(name),
        _ => None,
    }
}
