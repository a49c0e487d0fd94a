//! What the rules promise to whoever must not be stopped.

use profile_core::rules::{Code, Verdict};
use profile_oracle::reference::kubernetes_pairs;
use serde_json::{Value, json};

use crate::{
    changes,
    choices::{Choices, for_random_choices},
    generate,
    repair::repair,
    verdict::{agreed, verdict},
    world::World,
};

#[test]
fn a_write_that_leaves_the_kubernetes_packs_alone_breaks_no_kubernetes_rule() {
    for_random_choices(10_000, |choices| {
        let before = generate::world(choices);
        let mut after = before.clone();
        changes::edit_around_kubernetes(choices, &mut after);
        assert_eq!(kubernetes_pairs(&before), kubernetes_pairs(&after), "the generator changed a Kubernetes pack");
        breaks_no_kubernetes_rule(&before, &after)
    });
}

#[test]
fn a_repair_of_the_kubernetes_version_breaks_no_kubernetes_rule() {
    for_random_choices(10_000, |choices| {
        let (before, after) = repair(choices);
        breaks_no_kubernetes_rule(&before, &after)
    });
}

#[test]
fn a_cluster_that_is_only_written_in_another_order_breaks_no_rule() {
    for_random_choices(6_000, |choices| {
        let before = generate::world(choices);
        let mut after = before.clone();
        let is_unchanged = choices.chance(10);
        if !is_unchanged {
            changes::shuffle(choices, &mut after);
        }
        let broken = agreed(&before, &after)?.broken;
        let (before, mut after) = (before.document(), after.document());
        if !is_unchanged {
            shuffle_keys(choices, &mut after);
        }
        let verdict = verdict(&before, &after);
        let is_quiet = broken.is_empty() && verdict.violations().next().is_none() && verdict.notices.is_empty();
        if is_quiet { Ok(()) } else { Err(format!("{verdict:?}\nbefore: {before}\nafter: {after}")) }
    });
}

#[test]
fn a_field_that_is_unknown_to_us_changes_no_verdict() {
    for_random_choices(6_000, |choices| {
        let (before, after) = changes::pair(choices);
        let (before, after) = (before.document(), after.document());
        let (mut more_before, mut more_after) = (before.clone(), after.clone());
        add_unknown_fields(choices, &mut more_before);
        add_unknown_fields(choices, &mut more_after);
        let (verdict, with_more) = (verdict(&before, &after), verdict(&more_before, &more_after));
        let (verdict, with_more) = (without_hashes(verdict), without_hashes(with_more));
        if verdict == with_more {
            return Ok(());
        }
        Err(format!("{verdict:?} became {with_more:?}\nbefore: {more_before}\nafter: {more_after}"))
    });
}

/// The verdict without the words for contents: odd values that are an object are content with every field of theirs.
fn without_hashes(mut verdict: Verdict) -> Verdict {
    let of_content = verdict.denied.iter_mut().filter(|it| it.code == Code::ClusterProvisioning);
    of_content.for_each(|it| it.target.clear());
    verdict
}

fn breaks_no_kubernetes_rule(before: &World, after: &World) -> Result<(), String> {
    let broken = agreed(before, after)?.broken;
    if broken.iter().any(|code| code.starts_with("K8s")) {
        return Err(format!("{broken:?} broken\nbefore: {}\nafter: {}", before.document(), after.document()));
    }
    Ok(())
}

/// Brings the keys of every object into another order.
fn shuffle_keys(choices: &mut Choices, document: &mut Value) {
    match document {
        Value::Object(fields) => {
            let mut pairs: Vec<_> = std::mem::take(fields).into_iter().collect();
            choices.shuffle(&mut pairs);
            pairs.iter_mut().for_each(|(_, value)| shuffle_keys(choices, value));
            fields.extend(pairs);
        }
        Value::Array(items) => items.iter_mut().for_each(|item| shuffle_keys(choices, item)),
        _ => {}
    }
}

/// Adds fields that no rule reads to some of the objects.
fn add_unknown_fields(choices: &mut Choices, document: &mut Value) {
    match document {
        Value::Object(fields) => {
            fields.values_mut().for_each(|value| add_unknown_fields(choices, value));
            if choices.chance(50) {
                let key = choices.one_of(&["registryUid", "digest", "Version", "layers", "x"]);
                let value =
                    choices.one_of(&[json!("1.99.0"), json!(null), json!(["k8s"]), json!({"version": "1.1.0"})]);
                fields.insert(key.to_owned(), value);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| add_unknown_fields(choices, item)),
        _ => {}
    }
}
