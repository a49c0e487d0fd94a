//! Presets: the comment that records them, and the values that they bring.

use super::*;

fn pack(line: &str, values: &str, image: &str) -> Value {
    json!([{"name": "a", "values": format!("{line}{values}"), "presets": [
        {"name": "off", "group": "B", "add": "api: {live: false}\n", "remove": ["api.image"]},
        {"name": "on", "group": "B", "add": format!("api:\n  live: true\n  image: {image}\n"), "remove": []},
    ]}])
}

const OFF: &str = "# spectrocloud.com/enabled-presets: B:off\n";
const ON: &str = "# spectrocloud.com/enabled-presets: B:on\n";

fn preset(published: &Value, own: &Value, target: &Value, decisions: &Decisions) -> Merged {
    merged_profiles(Some(&profile(published)), &profile(own), &profile(target), decisions)
}

#[test]
fn a_preset_that_the_cluster_switched_on_is_an_override_that_accounts_for_its_values() {
    let base = pack(OFF, "api:\n  live: false\nx: 1\n", "i:1");
    let own = pack(ON, "api:\n  live: true\n  image: i:1\nx: 2\n", "i:1");
    let target = pack(OFF, "api:\n  live: false\nx: 1\ny: 1\n", "i:1");
    let merged = preset(&base, &own, &target, &Decisions::default());
    let found: Vec<_> = merged.overrides.iter().map(|it| (it.place(), it.preset.clone())).collect();
    let on = || Some("B:on".to_owned());
    assert_eq!(
        found,
        [
            ("p/a: presets B".into(), None),
            ("p/a: api.live".into(), on()),
            ("p/a: api.image".into(), on()),
            ("p/a: x".into(), None)
        ]
    );
    assert_eq!(values(&merged), format!("{ON}api:\n  live: true\n  image: i:1\nx: 2\ny: 1\n"));
    assert_eq!(merged.notes, [""; 0]);
}

#[test]
fn what_a_preset_takes_away_is_accounted_for() {
    let base = pack(ON, "api:\n  live: true\n  image: i:1\n", "i:1");
    let own = pack(OFF, "api:\n  live: false\n", "i:1");
    let target = pack(ON, "api:\n  live: true\n  image: i:1\ny: 1\n", "i:1");
    let merged = preset(&base, &own, &target, &Decisions::default());
    assert!(merged.overrides[1..].iter().all(|it| it.preset.as_deref() == Some("B:off")), "{:#?}", merged.overrides);
    assert_eq!(values(&merged), format!("{OFF}api:\n  live: false\ny: 1\n"));
}

#[test]
fn a_preset_that_the_target_defines_differently_is_said() {
    let base = pack(OFF, "api:\n  live: false\n", "i:1");
    let own = pack(ON, "api:\n  live: true\n  image: i:1\n", "i:1");
    let target = pack(OFF, "api:\n  live: false\ny: 1\n", "i:2");
    let merged = preset(&base, &own, &target, &Decisions::default());
    assert_eq!(values(&merged), format!("{ON}api:\n  live: true\n  image: i:1\ny: 1\n"));
    assert!(merged.notes.iter().any(|note| note.contains("defines it differently")), "{:?}", merged.notes);
}

#[test]
fn presets_in_conflict_are_settled_by_group_and_decide_their_values() {
    let line = |entries: &str| format!("# spectrocloud.com/enabled-presets: {entries}\n");
    let base = pack(&line("B:none,C:c"), "x: 1\n", "i:1");
    let own = pack(&line("B:on,C:c"), "api:\n  live: true\n  image: i:1\nx: 1\n", "i:1");
    let target = pack(&line("C:c2,B:off"), "api:\n  live: false\nx: 1\n", "i:1");
    let open = preset(&base, &own, &target, &Decisions::default());
    assert_eq!(places(&open)[0], (Verdict::Conflict, "p/a: presets B".into()));
    assert_eq!(values(&open).lines().next(), Some("# spectrocloud.com/enabled-presets: C:c2,B:off"));
    let settled = preset(&base, &own, &target, &resolved("p/a: presets B", Resolution::Override));
    assert_eq!(values(&settled), format!("{}api:\n  live: true\n  image: i:1\nx: 1\n", line("C:c2,B:on")));
    let settled = preset(&base, &own, &target, &resolved("presets B", Resolution::Profile));
    assert_eq!(values(&settled), target[0]["values"].as_str().unwrap());
}

#[test]
fn a_comment_of_presets_comes_and_goes() {
    let (base, own) = (pack("", "x: 1\n", "i"), pack(ON, "x: 1\n", "i"));
    let target = pack("", "x: 2\n", "i");
    assert_eq!(values(&preset(&base, &own, &target, &Decisions::default())), format!("{ON}x: 2\n"));
    let target = pack(ON, "x: 2\n", "i");
    assert_eq!(values(&preset(&own, &base, &target, &Decisions::default())), "x: 2\n");
}

#[test]
fn presets_merge_in_what_is_not_yaml() {
    let (base, own) = (pack(OFF, "x: {{ .a }}\ny: 1\n", "i"), pack(ON, "x: {{ .a }}\ny: 2\n", "i"));
    let target = pack(OFF, "# new\nx: {{ .a }}\ny: 1\n", "i");
    let merged = preset(&base, &own, &target, &Decisions::default());
    assert_eq!(values(&merged), format!("{ON}# new\nx: {{{{ .a }}}}\ny: 2\n"));
    assert_eq!(places(&merged)[1].1, "p/a: line 3");
}

#[test]
fn what_looks_like_presets_inside_a_value_is_text() {
    let inside = "s: |\n  # spectrocloud.com/enabled-presets: B:on\n  x: 1\n";
    check(
        "s: old\na: 1\n",
        &format!("{inside}a: 1\n"),
        "s: old\na: 2\n",
        &format!("{inside}a: 2\n"),
        &[(Verdict::Kept, "s")],
    );
    let result = format!("{ON}a: 2\n{inside}");
    check(
        &format!("{OFF}a: 1\n"),
        &format!("{ON}a: 1\n"),
        &format!("{OFF}a: 2\n{inside}"),
        &result,
        &[(Verdict::Kept, "B")],
    );
}

#[test]
fn presets_of_a_second_comment_are_carried_over() {
    let second = "# spectrocloud.com/enabled-presets: C:";
    let merged = merged(
        Some(&format!("{OFF}{second}x\na: 1\n")),
        &format!("{OFF}{second}y\na: 1\n"),
        &format!("{OFF}{second}x\na: 2\n"),
        &Decisions::default(),
    );
    assert_eq!(values(&merged), "# spectrocloud.com/enabled-presets: B:off,C:y\na: 2\n");
    assert_eq!(verdicts(&merged), [(Verdict::Kept, "C")]);
}

#[test]
fn presets_are_decided_by_names_alone() {
    let (base, own, target) =
        (OFF.to_owned() + "a: 1\n", ON.to_owned() + "a: 1\n", OFF.replace("off", "other") + "a: 2\n");
    for value in [json!(["on"]), json!(5), json!(null), json!(""), json!("on\nevil: 1"), json!("on,"), json!("on # x")]
    {
        let merged = merged(Some(&base), &own, &target, &resolved("presets B", Resolution::Value(value.clone())));
        assert_eq!((values(&merged), merged.open().count()), (target.as_str(), 1), "{value}");
        assert!(merged.notes[0].contains("decided by their names"), "{:?}", merged.notes);
    }
    let merged = merged(Some(&base), &own, &target, &resolved("presets B", Resolution::Value(json!("on, off"))));
    assert_eq!(values(&merged), "# spectrocloud.com/enabled-presets: B:on,B:off\na: 2\n");
}
