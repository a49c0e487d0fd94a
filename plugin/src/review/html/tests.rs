//! What the page says, and what it never lets through.

use profile_core::{
    merge::{Override, Part, Resolution, Verdict},
    repave::{Effect, Estimate},
    rules,
};
use serde_json::{Value, json};

use super::{
    super::{ReviewArgs, Sides},
    *,
};

fn profile(version: &str, packs: Value) -> Value {
    json!({"name": "hello", "profileVersion": version, "packs": packs})
}

fn pack(name: &str, version: &str, values: &str) -> Value {
    json!({"name": name, "layer": "addon", "version": version, "values": values})
}

fn review(current: Value, pending: Value) -> Review {
    Review {
        store: "files in .".into(),
        cluster: "ns/shop".into(),
        sides: vec![Sides {
            current: profile("1", current),
            pending: profile("2", pending),
            current_label: "Current, cluster shop".into(),
            pending_label: "Pending, hello@2".into(),
        }],
        ..Review::default()
    }
}

fn an_override(path: &str, verdict: Verdict) -> Override {
    Override {
        profile: "hello".into(),
        pack: Some("ui".into()),
        part: Part::Values,
        path: path.into(),
        verdict,
        published: Some(json!(1)),
        own: Some(json!(2)),
        target: Some(json!(3)),
        resolution: None,
        preset: None,
        is_secret: false,
        refused: None,
    }
}

fn shown(review: &Review) -> String {
    page(review, &Shown::of(review, &ReviewArgs::default()))
}

#[track_caller]
fn has(page: &str, part: &str) {
    assert!(page.contains(part), "the page holds no {part:?}: {}", &page[page.find("<body>").unwrap()..]);
}

#[test]
fn lines_that_belong_together_are_one_row_and_their_words_are_marked() {
    let page = shown(&review(json!([pack("ui", "1", "a: 1\nb: 2\n")]), json!([pack("ui", "1", "a: 1\nb: 3\n")])));
    has(
        &page,
        r#"<b data-n="2"></b><del role="cell">b: <mark>2</mark></del><b data-n="2"></b><ins role="cell">b: <mark>3</mark></ins>"#,
    );
    has(&page, r#"<div class="r q" role="row"><b data-n="1"></b><span role="cell">a: 1</span>"#);
}

#[test]
fn unchanged_lines_are_folded_and_none_is_missing() {
    let lines: String = (0..50).map(|it| format!("k{it}: {it}\n")).collect();
    let page =
        shown(&review(json!([pack("ui", "1", &lines)]), json!([pack("ui", "1", &lines.replace("k25: 25", "k25: x"))])));
    has(&page, "<summary>22 unchanged lines</summary>");
    has(&page, "<summary>21 unchanged lines</summary>");
    (0..50).filter(|it| *it != 25).for_each(|it| assert_eq!(page.matches(&format!(">k{it}: {it}</span>")).count(), 2));
}

#[test]
fn values_are_never_markup() {
    let evil = "</script><img onerror=x>&\"'\u{1b}[31m\u{202e}";
    let mut review = review(json!([pack(evil, evil, &format!("a: {evil}\n"))]), json!([pack(evil, "2", "b: 1\n")]));
    review.cluster = evil.into();
    review.store = evil.into();
    review.base = Some(evil.into());
    review.notes = vec![evil.into()];
    review.overrides = vec![Override {
        pack: Some(evil.into()),
        own: Some(json!({evil: evil})),
        preset: Some(evil.into()),
        resolution: Some(Resolution::Value(json!(evil))),
        ..an_override(evil, Verdict::Conflict)
    }];
    let text = evil.to_owned();
    review.repave = Some(vec![Estimate {
        pack: text.clone(),
        layer: text.clone(),
        key: text.clone(),
        because: text,
        effect: Effect::Reboot,
    }]);
    let page = shown(&review);
    assert_eq!(page.matches("</script>").count(), 1, "{page}");
    assert!(!page.contains("<img") && !page.contains(['\u{1b}', '\u{202e}']), "{page}");
    has(&page, "&lt;/script&gt;&lt;img onerror=x&gt;&amp;&quot;'^[[31m\\u{202e}");
}

#[test]
fn secrets_are_hidden_everywhere_and_seen_to_change() {
    let side = |secret: &str| {
        let mut pack = pack("ui", "1", &format!("password: {secret}\n"));
        pack["manifests"] = json!([{"name": "m", "content": format!("kind: Secret\nstringData:\n  a: {secret}\n")}]);
        json!([pack])
    };
    let mut review = review(side("hunter1"), side("hunter2"));
    let secret = |verdict, path: &str, is_secret| Override {
        own: Some(json!("hunter3")),
        resolution: Some(Resolution::Value(json!("hunter4"))),
        is_secret,
        refused: None,
        ..an_override(path, verdict)
    };
    review.overrides = vec![secret(Verdict::Conflict, "password", false), secret(Verdict::Kept, "a.b", true)];
    let page = shown(&review);
    assert!(!page.contains("hunter"), "{page}");
    has(&page, "password: ***");
    has(&page, "hidden value changes");
    let args = ReviewArgs { show_secrets: true, ..ReviewArgs::default() };
    let page = super::page(&review, &Shown::of(&review, &args));
    (1..=4).for_each(|it| has(&page, &format!("hunter{it}")));
    has(&page, "Secrets are shown.");
}

#[test]
fn every_override_is_told_with_its_three_sides_and_its_decision() {
    let mut review = review(json!([]), json!([]));
    review.overrides = vec![
        an_override("open", Verdict::Conflict),
        Override { resolution: Some(Resolution::Override), ..an_override("mine", Verdict::TypeChanged) },
        Override { target: None, preset: Some("Backend:enable".into()), ..an_override("kept", Verdict::Kept) },
    ];
    let page = shown(&review);
    has(&page, "1 decision is needed");
    has(
        &page,
        r#"<code>hello/ui: open</code></td><td data-label="Published"><code>1</code></td><td data-label="Override"><code>2</code></td><td data-label="Profile"><code>3</code></td>"#,
    );
    has(&page, r#"<strong class="open">to be decided</strong>"#);
    has(&page, r#"<td data-label="Decision">override</td>"#);
    has(&page, r#"<span class="none">not set</span>"#);
    has(&page, "<code>Backend:enable</code>");
}

#[test]
fn what_a_preset_brings_is_one_row() {
    let mut review = review(json!([]), json!([]));
    let of_preset = |path: &str| Override { preset: Some("Backend:enable".into()), ..an_override(path, Verdict::Kept) };
    review.overrides = (0..50).map(|it| of_preset(&format!("a{it}"))).collect();
    review.overrides.push(Override { verdict: Verdict::Conflict, ..of_preset("open") });
    let page = shown(&review);
    has(&page, "<span class=\"hint\">50 values</span>");
    has(&page, "<code>hello/ui: open</code>");
    assert!(!page.contains("a49"), "{page}");
}

#[test]
fn an_override_is_marked_on_its_line_and_not_folded_away() {
    let lines: String = (0..50).map(|it| format!("k{it}: {it}\n")).collect();
    let pending = lines.replace("k49: 49\n", "");
    let mut review = review(json!([pack("ui", "1", &lines)]), json!([pack("ui", "1", &pending)]));
    review.overrides = vec![an_override("k20", Verdict::Kept), an_override("k49", Verdict::Lost)];
    let page = shown(&review);
    has(&page, r#"<span role="cell">k20: 20 <em class="tag good">override kept</em></span></div>"#);
    has(&page, r#"<del role="cell">k49: 49 <em class="tag bad">override lost</em></del>"#);
    has(&page, "<summary>17 unchanged lines</summary>");
}

#[test]
fn what_the_rules_deny_and_the_nodes_suffer_is_told() {
    let mut review = review(json!([]), json!([]));
    let violation = rules::Violation {
        code: rules::Code::ClusterProvisioning,
        field: "spec.x".into(),
        message: "the cluster is being provisioned".into(),
        target: "sha256:0123456789abcdef".into(),
    };
    review.verdict = Some(rules::Verdict { denied: vec![violation], ..rules::Verdict::default() });
    review.repave = Some(vec![Estimate {
        pack: "k8s".into(),
        layer: "k8s".into(),
        key: "version".into(),
        effect: Effect::RepaveAll,
        because: "a new version".into(),
    }]);
    let page = shown(&review);
    has(&page, "denied: 1 rule is broken");
    has(
        &page,
        "<code>ClusterProvisioning</code>: the cluster is being provisioned <code class=\"field\">spec.x</code>",
    );
    has(&page, "An estimate");
    has(&page, "repave of all nodes");
}

#[test]
fn packs_that_are_new_or_gone_or_of_one_name_have_sections_of_their_own() {
    let page = shown(&review(
        json!([pack("gone", "1", "a: 1\n"), pack("twin", "1", "t: 1\n"), pack("twin", "2", "t: 2\n")]),
        json!([pack("new", "1", "n: 1\n"), pack("twin", "1", "t: 1\n"), pack("twin", "2", "t: 3\n")]),
    ));
    assert_eq!(page.matches("<details class=\"pack\"").count(), 5, "the profile's own version, and four packs");
    has(&page, "<del role=\"cell\">a: 1</del>");
    has(&page, "<ins role=\"cell\">n: 1</ins>");
    has(&page, "t: <mark>3</mark>");
}

#[test]
fn the_same_review_is_the_same_page_and_names_no_other_place() {
    let make = || shown(&review(json!([pack("ui", "1", "a: 1\n")]), json!([])));
    assert_eq!(make(), make());
    let page = make();
    for part in ["http:", "https:", "src=", "url(", " style=", " onclick="] {
        assert!(!page.contains(part), "{part}: {page}");
    }
    has(&page, "default-src 'none'; style-src 'sha256-");
}
