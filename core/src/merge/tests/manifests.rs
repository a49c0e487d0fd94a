//! Attached manifests.

use super::*;

fn with(manifests: &Value) -> Value {
    profile(&json!([{"name": "a", "manifests": manifests}]))
}

fn of(published: &Value, own: &Value, target: &Value) -> Merged {
    merged_profiles(Some(&with(published)), &with(own), &with(target), &Decisions::default())
}

fn text(content: &str) -> Value {
    json!([{"name": "m", "uid": content.len().to_string(), "content": content}])
}

fn content(merged: &Merged) -> &str {
    merged.content["packs"][0]["manifests"][0]["content"].as_str().unwrap()
}

#[test]
fn a_manifest_merges_like_values() {
    let merged = of(&text("a: 1\nb: 1\n"), &text("a: 2\nb: 1\n"), &text("a: 1\nb: 1\nc: 1\n"));
    assert_eq!(content(&merged), "a: 2\nb: 1\nc: 1\n");
    assert_eq!(places(&merged), [(Verdict::Kept, "p/a, manifest m: a".into())]);
}

#[test]
fn documents_are_matched_by_the_object_that_they_are() {
    let map = |name: &str, value: u8| {
        format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\ndata: {{v: {value}}}\n")
    };
    let base = format!("{}---\n{}", map("x", 1), map("z", 1));
    let own = format!("{}---\n{}---\n{}", map("x", 5), map("z", 1), map("mine", 1));
    let target = format!("# new\n{}---\n{}", map("z", 2), map("x", 1));
    let merged = of(&text(&base), &text(&own), &text(&target));
    let result = format!("# new\n{}---\n{}---\n{}", map("z", 2), map("x", 5), map("mine", 1));
    assert_eq!(content(&merged), result);
    let expected = [
        (Verdict::Kept, "p/a, manifest m: ConfigMap x: data.v".into()),
        (Verdict::Kept, "p/a, manifest m: ConfigMap mine".into()),
    ];
    assert_eq!(places(&merged), expected);
}

#[test]
fn a_document_that_is_gone_loses_its_overrides() {
    let map = |name: &str, value: u8| format!("kind: ConfigMap\nmetadata: {{name: {name}}}\ndata: {{v: {value}}}\n");
    let base = format!("{}---\n{}", map("x", 1), map("z", 1));
    let own = format!("{}---\n{}", map("x", 1), map("z", 2));
    let merged = of(&text(&base), &text(&own), &text(&map("x", 3)));
    assert_eq!(content(&merged), map("x", 3));
    assert_eq!(places(&merged), [(Verdict::Lost, "p/a, manifest m: ConfigMap z: data.v".into())]);
    let removed = of(&text(&base), &text(&map("x", 1)), &text(&format!("{}---\n{}", map("x", 3), map("z", 1))));
    assert_eq!(content(&removed), map("x", 3));
    assert_eq!(places(&removed), [(Verdict::Kept, "p/a, manifest m: ConfigMap z".into())]);
}

#[test]
fn a_manifest_of_templates_merges_line_by_line() {
    let merged = of(
        &text("{{ if .x }}\na: 1\n{{ end }}\n"),
        &text("{{ if .x }}\na: 2\n{{ end }}\n"),
        &text("# n\n{{ if .x }}\na: 1\n{{ end }}\n"),
    );
    assert_eq!(content(&merged), "# n\n{{ if .x }}\na: 2\n{{ end }}\n");
    assert_eq!(places(&merged), [(Verdict::Kept, "p/a, manifest m: line 2".into())]);
}

#[test]
fn references_merge_by_their_uid() {
    let reference = |uid: &str| json!([{"kind": "Manifest", "name": "m", "uid": uid}]);
    let kept = of(&reference("1"), &reference("2"), &reference("1"));
    assert_eq!(
        (places(&kept), &kept.content["packs"][0]["manifests"]),
        (vec![(Verdict::Kept, "p/a, manifest m".into())], &reference("2"))
    );
    let taken = of(&reference("1"), &reference("1"), &reference("3"));
    assert_eq!((taken.overrides.len(), &taken.content["packs"][0]["manifests"]), (0, &reference("3")));
    let conflict = of(&reference("1"), &reference("2"), &reference("3"));
    assert_eq!(places(&conflict), [(Verdict::Conflict, "p/a, manifest m".into())]);
}

#[test]
fn a_manifest_of_the_cluster_is_kept_and_one_that_is_gone_is_lost() {
    let merged = of(&json!([]), &text("a: 1\n"), &json!([]));
    assert_eq!((content(&merged), places(&merged)), ("a: 1\n", vec![(Verdict::Kept, "p/a, manifest m".into())]));
    let merged = of(&text("a: 1\n"), &text("a: 2\n"), &json!([]));
    assert_eq!(places(&merged), [(Verdict::Lost, "p/a, manifest m: a".into())]);
    let merged = of(&text("a: 1\n"), &text("a: 1\n"), &json!([]));
    assert_eq!(merged.overrides, []);
}

#[test]
fn a_mask_in_a_manifest_keeps_the_clusters_value() {
    let merged = of(&text("k: a\n"), &text("k: b\n"), &text("k: '*****'\nx: 1\n"));
    assert_eq!((content(&merged), merged.open().count()), ("k: b\nx: 1\n", 0));
}

fn item(uid: &str, fields: &Value) -> Value {
    let mut item = json!({"kind": "Manifest", "name": "m", "uid": uid});
    item.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    json!([item])
}

#[test]
fn own_text_is_kept_where_the_target_is_the_same_reference() {
    let mine = item("1", &json!({"content": "k: MINE\n"}));
    for base in [item("1", &json!({"content": "k: 1\n"})), item("1", &json!({}))] {
        let merged = of(&base, &mine, &item("1", &json!({})));
        assert_eq!((content(&merged), places(&merged)), ("k: MINE\n", vec![(Verdict::Kept, "p/a, manifest m".into())]));
    }
    let text = item("1", &json!({"content": "k: 1\n"}));
    assert_eq!(of(&text, &text, &item("2", &json!({}))).overrides, []);
}

#[test]
fn own_text_is_asked_about_where_the_target_is_another_reference() {
    let mine = item("1", &json!({"content": "k: MINE\n"}));
    let other = item("2", &json!({}));
    for (base, verdict) in
        [(item("1", &json!({"content": "k: 1\n"})), Verdict::Conflict), (item("1", &json!({})), Verdict::UnknownBase)]
    {
        let merged = of(&base, &mine, &other);
        assert_eq!((places(&merged), merged.open().count()), (vec![(verdict, "p/a, manifest m".into())], 1));
        let kept = merged_profiles(Some(&with(&base)), &with(&mine), &with(&other), &on_conflict(Side::Override));
        assert_eq!(content(&kept), "k: MINE\n");
    }
}

#[test]
fn an_emptied_manifest_is_an_override() {
    let (base, mine) = (item("1", &json!({"content": "k: 1\n"})), item("1", &json!({"content": ""})));
    let merged = of(&base, &mine, &item("1", &json!({"content": "k: 1\nx: 1\n"})));
    assert_eq!(places(&merged), [(Verdict::Kept, "p/a, manifest m: k".into())]);
    let merged = of(&base, &mine, &item("1", &json!({})));
    assert_eq!((content(&merged), places(&merged)), ("", vec![(Verdict::Kept, "p/a, manifest m".into())]));
}

#[test]
fn own_fields_beside_the_text_are_kept_or_lost_aloud() {
    let (base, mine) = (item("1", &json!({})), item("1", &json!({"values": "x: 1\n", "isOverridden": true})));
    let merged = of(&base, &mine, &item("1", &json!({})));
    assert_eq!(merged.content["packs"][0]["manifests"], mine);
    assert_eq!(merged.overrides[0].place(), "p/a, manifest m: field values");
    let text = json!({"content": "k: 1\n", "values": "x: 1\n"});
    let merged = of(&item("1", &json!({"content": "k: 1\n"})), &item("1", &text), &json!([]));
    assert_eq!(places(&merged), [(Verdict::Lost, "p/a, manifest m: field values".into())]);
    let flagged = of(&base, &item("1", &json!({"isOverridden": true})), &item("2", &json!({})));
    assert_eq!(places(&flagged), [(Verdict::Conflict, "p/a, manifest m: field isOverridden".into())]);
}
