//! What the user decided beforehand.

use super::*;

const SIDES: (&str, &str, &str) = ("replicas: 2\n", "replicas: 1\n", "replicas: 3\n");

fn settled(decisions: &Decisions) -> Merged {
    merged(Some(SIDES.0), SIDES.1, SIDES.2, decisions)
}

#[test]
fn a_place_may_be_named_whole_or_in_part() {
    for place in ["p/a: replicas", "a: replicas", "replicas"] {
        let merged = settled(&resolved(place, Resolution::Override));
        assert_eq!((values(&merged), merged.open().count()), (SIDES.1, 0), "{place}");
        assert_eq!(merged.overrides[0].resolution, Some(Resolution::Override));
    }
}

#[test]
fn the_most_exact_decision_wins() {
    let mut decisions = resolved("replicas", Resolution::Profile);
    decisions.by_place.insert("p/a: replicas".into(), Resolution::Value(json!(7)));
    decisions.on_conflict = Some(Side::Override);
    assert_eq!(values(&settled(&decisions)), "replicas: 7\n");
}

#[test]
fn a_value_is_written_where_neither_side_fits() {
    let merged = settled(&resolved("replicas", Resolution::Value(json!({"min": 1}))));
    assert_eq!(crate::yaml::parse(values(&merged)).unwrap(), json!({"replicas": {"min": 1}}));
}

#[test]
fn the_word_of_the_user_holds_for_what_would_be_kept() {
    let merged = merged(Some("a: 1\nb: 1\n"), "a: 2\nb: 1\n", "a: 1\nb: 2\n", &resolved("a", Resolution::Profile));
    assert_eq!((values(&merged), merged.open().count()), ("a: 1\nb: 2\n", 0));
}
