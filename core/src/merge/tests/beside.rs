//! Packs, fields and variables.

use super::*;

fn of_packs(published: &Value, own: &Value, target: &Value, decisions: &Decisions) -> Merged {
    merged_profiles(Some(&profile(published)), &profile(own), &profile(target), decisions)
}

fn names(merged: &Merged) -> Vec<&str> {
    merged.content["packs"].as_array().unwrap().iter().map(|pack| pack["name"].as_str().unwrap()).collect()
}

#[test]
fn a_pack_that_only_the_cluster_added_is_kept() {
    let (base, target) = (json!([{"name": "a"}]), json!([{"name": "new"}, {"name": "a"}]));
    let merged =
        of_packs(&base, &json!([{"name": "mine", "version": "1"}, {"name": "a"}]), &target, &Decisions::default());
    assert_eq!((names(&merged), places(&merged)), (vec!["new", "a", "mine"], vec![(Verdict::Kept, "p/mine".into())]));
}

#[test]
fn a_pack_that_the_cluster_removed_stays_removed_unless_the_target_changed_it() {
    let (base, own) = (json!([{"name": "a"}, {"name": "b", "version": "1", "digest": "x"}]), json!([{"name": "a"}]));
    let same = json!([{"name": "a"}, {"name": "b", "version": "1", "digest": "y"}]);
    let merged = of_packs(&base, &own, &same, &Decisions::default());
    assert_eq!((names(&merged), places(&merged)), (vec!["a"], vec![(Verdict::Kept, "p/b".into())]));
    let changed = json!([{"name": "a"}, {"name": "b", "version": "2"}]);
    let merged = of_packs(&base, &own, &changed, &Decisions::default());
    assert_eq!((names(&merged), places(&merged)), (vec!["a", "b"], vec![(Verdict::Conflict, "p/b".into())]));
    let merged = of_packs(&base, &own, &changed, &on_conflict(Side::Override));
    assert_eq!(names(&merged), ["a"]);
}

#[test]
fn the_overrides_of_a_pack_that_is_gone_are_lost_and_told_last() {
    let base = json!([{"name": "gone", "values": "x: 1\ny: 1\n", "version": "1"}, {"name": "a", "values": "x: 1\n"}]);
    let own =
        json!([{"name": "gone", "values": "x: 2\ny: 1\nz: 1\n", "version": "2"}, {"name": "a", "values": "x: 2\n"}]);
    let target = json!([{"name": "a", "values": "x: 1\n"}]);
    let open = of_packs(&base, &own, &target, &Decisions::default());
    let lost = |place: &str| (Verdict::Lost, format!("p/gone: {place}"));
    assert_eq!(places(&open), [(Verdict::Kept, "p/a: x".into()), lost("field version"), lost("x"), lost("z")]);
    for place in ["p/gone", "gone"] {
        let merged = of_packs(&base, &own, &target, &accepting(place));
        assert_eq!(merged.open().count(), 0, "{place}");
    }
    let merged = of_packs(&base, &own, &target, &resolved("p/gone: x", Resolution::Override));
    assert_eq!(merged.open().count(), 3, "a value without its pack cannot be kept");
    let untouched = of_packs(&base, &json!([base[0], own[1]]), &target, &Decisions::default());
    assert_eq!(places(&untouched), [(Verdict::Kept, "p/a: x".into())]);
}

#[test]
fn fields_merge_as_whole_values_and_books_follow_the_target() {
    let base =
        json!([{"name": "a", "version": "1.0", "tag": "1.0", "params": {"x": "1"}, "digest": "d1", "presets": [1]}]);
    let own = json!([{"name": "a", "version": "1.1", "tag": "1.0", "params": {"x": "2"}, "digest": "d2"}]);
    let target = json!([{"name": "a", "version": "1.2", "tag": "1.2", "params": {"x": "1"}, "digest": "d3"}]);
    let merged = of_packs(&base, &own, &target, &Decisions::default());
    let expected = [(Verdict::Kept, "p/a: field params".into()), (Verdict::Conflict, "p/a: field version".into())];
    assert_eq!(places(&merged), expected);
    let result = json!({"name": "a", "version": "1.2", "tag": "1.2", "params": {"x": "2"}, "digest": "d3"});
    assert_eq!(merged.content["packs"][0], result);
    let settled = of_packs(&base, &own, &target, &resolved("field version", Resolution::Override));
    assert_eq!(settled.content["packs"][0]["version"], "1.1");
}

#[test]
fn a_version_is_the_same_as_a_number_and_as_text() {
    let merged = of_packs(
        &json!([{"name": "a", "version": 1.33}]),
        &json!([{"name": "a", "version": "1.33"}]),
        &json!([{"name": "a", "version": "1.34"}]),
        &Decisions::default(),
    );
    assert_eq!(merged.overrides, []);
}

#[test]
fn values_that_palette_calls_untouched_are_the_base() {
    let published = json!([{"name": "a", "values": "x: 9\n"}]);
    let own = json!([{"name": "a", "values": "x: 1\n", "isValuesOverridden": false}]);
    let target = json!([{"name": "a", "values": "x: 3\n"}]);
    let merged = of_packs(&published, &own, &target, &Decisions::default());
    assert_eq!((values(&merged), merged.overrides.len()), ("x: 3\n", 0));
    let unknown = merged_profiles(None, &profile(&own), &profile(&target), &Decisions::default());
    assert_eq!((values(&unknown), unknown.overrides.len()), ("x: 3\n", 0));
}

#[test]
fn the_flag_of_the_target_does_not_hide_overrides() {
    let published = json!([{"name": "a", "values": "x: 1\n"}]);
    let own = json!([{"name": "a", "values": "x: 2\n", "isValuesOverridden": true}]);
    let target = json!([{"name": "a", "values": "x: 1\ny: 1\n", "isValuesOverridden": false}]);
    let merged = of_packs(&published, &own, &target, &Decisions::default());
    assert_eq!(merged.content["packs"][0]["isValuesOverridden"], true);
}

#[test]
fn packs_of_one_name_pair_by_position() {
    let pack = |values: &str| json!({"name": "a", "values": values});
    let merged = of_packs(
        &json!([pack("x: 1\n"), pack("x: 1\n")]),
        &json!([pack("x: 1\n"), pack("x: 2\n")]),
        &json!([pack("x: 1\ny: 1\n"), pack("x: 1\ny: 1\n")]),
        &Decisions::default(),
    );
    let results: Vec<_> = merged.content["packs"].as_array().unwrap().iter().map(|it| it["values"].clone()).collect();
    assert_eq!(results, ["x: 1\ny: 1\n", "x: 2\ny: 1\n"]);
}

#[test]
fn a_pack_that_both_added_alike_is_redundant() {
    let pack = json!([{"name": "a", "version": "1", "values": "x: 1\n"}]);
    let merged = of_packs(&json!([]), &pack, &pack, &Decisions::default());
    assert_eq!(places(&merged), [(Verdict::Redundant, "p/a".into())]);
    let other = json!([{"name": "a", "version": "1", "values": "x: 2\n"}]);
    let merged = of_packs(&json!([]), &pack, &other, &Decisions::default());
    assert_eq!(places(&merged), [(Verdict::Conflict, "p/a: x".into())]);
}

#[test]
fn without_a_base_a_pack_of_one_side_is_asked_about() {
    let (own, target) = (json!([{"name": "a"}, {"name": "mine"}]), json!([{"name": "a"}, {"name": "theirs"}]));
    let open = merged_profiles(None, &profile(&own), &profile(&target), &Decisions::default());
    assert_eq!(places(&open), [(Verdict::UnknownBase, "p/theirs".into()), (Verdict::UnknownBase, "p/mine".into())]);
    assert_eq!(names(&open), ["a", "theirs"]);
    let settled = merged_profiles(None, &profile(&own), &profile(&target), &on_conflict(Side::Override));
    assert_eq!(names(&settled), ["a", "mine"]);
}

#[test]
fn the_identity_is_the_targets_and_what_only_the_entry_holds_stays() {
    let own = json!({"name": "p", "uid": "u1", "profileVersion": "1", "kept": true, "packs": [{"name": "a"}]});
    let target = json!({"name": "p", "uid": "u2", "packs": [{"name": "a"}], "new": 1});
    let merged = merged_profiles(Some(&target), &own, &target, &Decisions::default());
    let result =
        json!({"name": "p", "uid": "u2", "profileVersion": "1", "kept": true, "packs": [{"name": "a"}], "new": 1});
    assert_eq!(merged.content["uid"], result["uid"]);
    assert_eq!(merged.content["kept"], result["kept"]);
    assert_eq!(merged.content["profileVersion"], result["profileVersion"]);
}

#[test]
fn a_profile_variable_merges_by_name() {
    let of = |value: &str, hint: &str| {
        json!({"name": "p", "variables": [
        {"name": "region", "value": value, "hint": hint}, {"name": "other", "value": "x"},
    ], "packs": []})
    };
    let merged = merged_profiles(Some(&of("eu", "h")), &of("us", "h"), &of("eu", "new"), &Decisions::default());
    assert_eq!(places(&merged), [(Verdict::Kept, "p: variable region".into())]);
    assert_eq!(merged.overrides[0].own, Some(json!("us")));
    assert_eq!(merged.content["variables"], of("us", "new")["variables"]);
    let conflict = merged_profiles(Some(&of("eu", "h")), &of("us", "h"), &of("ap", "h"), &Decisions::default());
    assert_eq!(places(&conflict), [(Verdict::Conflict, "p: variable region".into())]);
    let decisions = resolved("variable region", Resolution::Value(json!("sa")));
    let settled = merged_profiles(Some(&of("eu", "h")), &of("us", "h"), &of("ap", "h"), &decisions);
    assert_eq!(settled.content["variables"], of("sa", "h")["variables"]);
    let none = json!({"name": "p", "packs": []});
    let lost = merged_profiles(Some(&of("eu", "h")), &of("us", "h"), &none, &Decisions::default());
    assert_eq!(places(&lost), [(Verdict::Lost, "p: variable region".into())]);
}

#[test]
fn a_sensitive_variable_is_not_shown() {
    let of = |value: &str| json!({"name": "p", "variables": [{"name": "x", "value": value, "isSensitive": true}]});
    let merged = merged_profiles(Some(&of("a")), &of("hunter"), &of("b"), &Decisions::default());
    let shown = serde_json::to_string(&merged.overrides[0].clone().masked()).unwrap();
    assert!(!shown.contains("hunter") && shown.contains("***"), "{shown}");
}

#[test]
fn values_that_are_no_text_merge_as_a_field() {
    let of = |values: Value| json!([{"name": "a", "values": values}]);
    let merged = of_packs(&of(json!({"x": 1})), &of(json!({"x": 2})), &of(json!("x: 1\n")), &Decisions::default());
    assert_eq!(places(&merged), [(Verdict::TypeChanged, "p/a: field values".into())]);
}

#[test]
fn an_override_reads_well_in_json() {
    let merged = merged(Some("a: 1\n"), "a: 2\n", "a: 3\n", &Decisions::default());
    let expected = json!({
        "place": "p/a: a", "profile": "p", "pack": "a", "part": "values", "path": "a", "verdict": "conflict",
        "sides": {"published": 1, "override": 2, "profile": 3},
    });
    assert_eq!(serde_json::to_value(&merged.overrides[0]).unwrap(), expected);
}

#[test]
fn a_second_variable_of_one_name_and_an_item_that_is_no_object_stay() {
    let of = |items: Value| json!({"name": "p", "variables": items, "packs": []});
    let base = of(json!([{"name": "x", "value": "1"}]));
    let own = of(json!([{"name": "x", "value": "1"}, {"name": "x", "value": "2"}, "odd", 7]));
    let merged = merged_profiles(Some(&base), &own, &base, &Decisions::default());
    assert_eq!((&merged.content["variables"], merged.overrides.len()), (&own["variables"], 3));
    let target = of(json!([{"name": "x", "value": "1"}, "other"]));
    let merged = merged_profiles(Some(&base), &own, &target, &Decisions::default());
    assert_eq!(merged.overrides.iter().map(|it| it.verdict).collect::<Vec<_>>()[0], Verdict::Conflict);
}

#[test]
fn where_a_pack_takes_its_fields_from_the_profile_none_of_them_is_an_override() {
    let own = |takes: bool| {
        profile(
            &json!([{"name": "a", "version": "1.0.0", "tag": "1.x", "registryUid": "r1", "values": "a: 1\n", "takesFieldsOfProfile": takes}]),
        )
    };
    let target =
        profile(&json!([{"name": "a", "version": "2.0.0", "tag": "2.x", "registryUid": "r2", "values": "a: 2\n"}]));
    let merged = |takes| merged_profiles(None, &own(takes), &target, &Decisions::default());
    assert_eq!(places(&merged(true)), [(Verdict::UnknownBase, "p/a: a".to_owned())]);
    assert_eq!(places(&merged(false)).len(), 4);
    assert_eq!(merged(true).content["packs"][0]["version"], "2.0.0");
    assert_eq!(merged(true).content["packs"][0].get("takesFieldsOfProfile"), None);
}

#[test]
fn a_value_of_a_variable_is_the_clusters_own_whatever_it_took() {
    let own = json!({"name": "p", "variables": [{"name": "v", "defaultValue": "1", "value": "2"}]});
    let target = json!({"name": "p", "variables": [{"name": "v", "defaultValue": "1"}]});
    let merged = merged_profiles(None, &own, &target, &Decisions::default());
    assert_eq!(places(&merged), [(Verdict::Kept, "p: variable v".to_owned())]);
    assert_eq!(merged.content["variables"][0]["value"], "2");
}

#[test]
fn a_manifest_that_palette_says_is_not_overridden_is_its_own_base() {
    let with = |content: &str, flag: Option<bool>| {
        let mut manifest = json!({"name": "m", "content": content});
        if let Some(flag) = flag {
            manifest["isOverridden"] = flag.into();
        }
        profile(&json!([{"name": "a", "values": "", "manifests": [manifest]}]))
    };
    let (old, new) = ("kind: A\nx: 1\n", "kind: A\nx: 2\n");
    let untouched = merged_profiles(None, &with(old, Some(false)), &with(new, None), &Decisions::default());
    assert!(untouched.overrides.is_empty(), "{:?}", places(&untouched));
    assert_eq!(untouched.content["packs"][0]["manifests"][0]["content"], new);
    let unknown = merged_profiles(None, &with(old, None), &with(new, None), &Decisions::default());
    assert_eq!(unknown.overrides[0].verdict, Verdict::UnknownBase);
}
