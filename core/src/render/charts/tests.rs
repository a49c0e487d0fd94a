//! Tests of which releases are taken for a pack's, and how certain that is.

use serde_json::json;

use super::*;
use crate::render::record::tests::{document, stored};

const VALUES: &str = "pack: {namespace: shop}\ncharts:\n  web:\n    replicas: 2\n";

fn pack_of(name: &str, values: &str, files: &[&str]) -> ChartPack {
    let raw = json!({"name": name, "version": "1.2.0", "type": "helm", "values": values});
    let mut content = PackContent::default();
    content.manifest.charts = files.iter().map(|it| (*it).to_owned()).collect();
    ChartPack::of(&Pack::new(&raw, String::new()), Some(&content).filter(|_| !files.is_empty())).unwrap()
}

fn shop() -> ChartPack {
    pack_of("shop", VALUES, &[])
}

/// Revision `revision` of `shop-web`, as `change` makes it.
fn kept(revision: u64, status: &str, change: impl FnOnce(&mut Value)) -> Kept {
    let mut document = document();
    document["version"] = json!(revision);
    document["info"]["status"] = json!(status);
    change(&mut document);
    let record = Record::decode(&stored(&document)).unwrap();
    Kept { release: record.release.clone(), status: status.into(), record: Some(Ok(record)) }
}

fn records(kept: Vec<Kept>) -> Records {
    Records { kept, not_visible: Vec::new() }
}

fn read(pack: &ChartPack, kept: Vec<Kept>, moment: Moment) -> Result<ChartText, String> {
    let mut outcomes = pack.read(&records(kept), moment);
    assert_eq!(outcomes.len(), 1, "{outcomes:?}");
    outcomes.remove(0).outcome
}

#[test]
fn a_release_is_named_by_pack_and_chart_each_cut() {
    let long = pack_of("virtual-machine-orchestrator", "charts: {virtual-machine-orchestrator: {}}", &[]);
    assert_eq!(long.charts[0].release, "virtual-machine-orche-virtual-machine-orche");
    let values = "pack: {releaseNameOverride: {web: front}}\ncharts: {web: {}, api: {}, isOpenshift: false}";
    let named: Vec<_> = pack_of("shop", values, &[]).charts.into_iter().map(|it| it.release).collect();
    assert_eq!(named, ["front", "shop-api"]);
    assert_eq!(pack_of("shop", "pack: {releaseNameOverride: front}\ncharts: {web: }", &[]).charts[0].release, "front");
}

#[test]
fn charts_of_a_directory_are_named_by_their_files() {
    let files = [
        "charts/argo-cd-7.8.2.tgz",
        "charts/a-2b-v1.0.tgz",
        "charts/plain.tgz",
        "charts/k8s-1-2.0.0.tar.gz",
        "charts/dir/",
    ];
    let pack = pack_of("p", "charts: {a-2b: {x: 1}, k8s-1: {}}", &files);
    let charts: Vec<_> = pack.charts.iter().map(|it| (it.name.as_str(), it.version.as_deref())).collect();
    let expected =
        [("argo-cd", Some("7.8.2")), ("a-2b", Some("v1.0")), ("plain", None), ("k8s-1", Some("2.0.0")), ("dir", None)];
    assert_eq!(charts, expected);
    assert_eq!(pack.charts[1].values, json!({"x": 1}));
}

#[test]
fn a_deployed_release_that_fits_in_all_is_certain() {
    let text = read(&shop(), vec![kept(2, "superseded", |_| {}), kept(3, "deployed", |_| {})], Moment::Now).unwrap();
    assert_eq!((text.release.revision, text.assumed), (Some(3), Vec::new()));
    assert_eq!(text.texts, ["kind: B", "kind: C", "kind: A"]);
}

#[test]
fn what_does_not_fit_is_said() {
    for (change, said) in [
        (("/config/replicas", json!(3)), "has other values than the pack"),
        (("/chart/metadata/version", json!("1.3.0")), "holds chart web 1.3.0, and the pack is 1.2.0"),
    ] {
        let kept = kept(3, "deployed", |it| *it.pointer_mut(change.0).unwrap() = change.1);
        let assumed = read(&shop(), vec![kept], Moment::Now).unwrap().assumed;
        assert!(assumed.len() == 1 && assumed[0].ends_with(said), "{assumed:?}");
    }
    let upgrading = vec![kept(3, "deployed", |_| {}), kept(4, "pending-upgrade", |_| {})];
    let assumed = read(&shop(), upgrading, Moment::Now).unwrap().assumed;
    assert_eq!(assumed, ["Helm release shop-web in namespace shop, revision 4 is pending-upgrade"]);
}

#[test]
fn what_is_no_deployed_release_of_the_chart_is_an_error() {
    let unreadable = Kept { record: Some(Err("it is cut off".into())), ..kept(3, "deployed", |_| {}) };
    let elsewhere = |it: &mut Value| it["namespace"] = json!("elsewhere");
    for (kept, said) in [
        (
            vec![],
            "no Helm release shop-web in namespace shop is kept in the cluster (its SQL driver keeps them elsewhere)",
        ),
        (
            vec![kept(3, "deployed", elsewhere)],
            "no Helm release shop-web in namespace shop is kept in the cluster (its SQL driver keeps them elsewhere)",
        ),
        (vec![kept(3, "uninstalled", |_| {})], "Helm release shop-web in namespace shop, revision 3 is uninstalled"),
        (
            vec![kept(3, "deployed", |it| it["chart"]["metadata"]["name"] = json!("other"))],
            "Helm release shop-web in namespace shop, revision 3 holds chart other",
        ),
        (vec![unreadable], "the record of Helm release shop-web in namespace shop, revision 3: it is cut off"),
    ] {
        assert_eq!(read(&shop(), kept, Moment::Now), Err(said.to_owned()));
    }
    let anywhere = pack_of("shop", "charts: {web: {replicas: 2}}", &[]);
    let both = vec![kept(3, "deployed", |_| {}), kept(3, "deployed", elsewhere)];
    assert!(read(&anywhere, both, Moment::Now).unwrap_err().contains("in the namespaces"));
    let hidden = Records { kept: Vec::new(), not_visible: vec!["all".into()] };
    assert!(shop().read(&hidden, Moment::Now)[0].outcome.as_ref().unwrap_err().ends_with("not visible: all"));
}

#[test]
fn the_past_takes_the_revision_that_fits_best() {
    let version = |version: &'static str| move |it: &mut Value| it["chart"]["metadata"]["version"] = json!(version);
    let values = |it: &mut Value| it["config"] = json!({"replicas": 9});
    let all =
        || vec![kept(4, "deployed", version("2.0.0")), kept(3, "superseded", values), kept(2, "superseded", |_| {})];
    let chosen = |kept: Vec<Kept>| read(&shop(), kept, Moment::Past).map(|it| (it.release.revision, it.assumed.len()));
    assert_eq!(chosen(all()), Ok((Some(2), 0)));
    assert_eq!(chosen(all().drain(..2).collect()), Ok((Some(3), 1)));
    assert_eq!(chosen(all().drain(..1).collect()), Ok((Some(4), 1)));
    let other = |it: &mut Value| {
        version("2.0.0")(it);
        values(it);
    };
    let error = chosen(vec![kept(4, "deployed", other)]).unwrap_err();
    assert_eq!(error, "no kept revision of Helm release shop-web holds chart web 1.2.0");
    let unreadable = Kept { record: Some(Err("it is cut off".into())), ..kept(3, "superseded", |_| {}) };
    assert!(chosen(vec![kept(4, "deployed", other), unreadable]).unwrap_err().ends_with("it is cut off"));
}

#[test]
fn a_chart_that_no_values_name_is_found_by_its_release() {
    let unnamed = pack_of("shop", "pack: {namespace: shop}", &[]);
    let config = |it: &mut Value| it["config"] = Value::Null;
    let text = read(&unnamed, vec![kept(3, "deployed", config)], Moment::Now).unwrap();
    assert_eq!(text.assumed, ["which charts the pack holds is not listed"]);
    let other = |it: &mut Value| {
        config(it);
        it["name"] = json!("shop-extra");
        it["chart"]["metadata"]["name"] = json!("extra");
    };
    let both = records(vec![kept(3, "deployed", |_| {}), kept(1, "deployed", other)]);
    let charts: Vec<_> = shop().read(&both, Moment::Now).into_iter().map(|it| it.chart).collect();
    assert_eq!(charts, ["web", "extra"]);
    // `shop-front-web` is chart `web` of pack `shop-front`, not chart `front-web` of pack `shop`.
    let stranger = kept(3, "deployed", |it| it["name"] = json!("shop-front-web"));
    assert!(read(&unnamed, vec![stranger], Moment::Now).unwrap_err().contains("no Helm release shop-… is kept"));
}

#[test]
fn a_pack_answers_now_for_more_releases_than_were_surely_its_own() {
    let stranger = |record: Option<Result<Record, String>>| {
        let kept = kept(3, "deployed", |it| it["name"] = json!("shop-front-web"));
        records(vec![Kept { record, ..kept }])
    };
    let names =
        |records: &Records, moment| shop().releases(records, moment).into_iter().map(|it| it.name).collect::<Vec<_>>();
    for unknown in [None, Some(Err("it is cut off".to_owned()))] {
        let records = stranger(unknown);
        assert_eq!(names(&records, Moment::Now), ["shop-front-web", "shop-web"]);
        assert_eq!(names(&records, Moment::Past), ["shop-web"]);
    }
}

#[test]
fn a_release_of_a_chart_that_is_installed_under_another_name_now_is_not_the_packs() {
    let values = "pack: {namespace: shop, releaseNameOverride: {web: front}}\ncharts:\n  web:\n    replicas: 2\n";
    let records = records(vec![kept(3, "deployed", |_| {}), kept(1, "deployed", |it| it["name"] = json!("front"))]);
    let renamed = pack_of("shop", values, &[]);
    for moment in [Moment::Now, Moment::Past] {
        let names: Vec<_> = renamed.releases(&records, moment).into_iter().map(|it| it.name).collect();
        assert_eq!(names, ["front"]);
        assert_eq!(renamed.read(&records, moment).len(), 1);
    }
}

#[test]
fn values_are_compared_as_helm_reads_them() {
    for (one, other, expected) in [
        (json!({"a": 1}), json!({"a": 1.0}), true),
        (json!(null), json!({}), true),
        (json!({"a": [1, {"b": "x"}]}), json!({"a": [1.0, {"b": "x"}]}), true),
        (json!({"a": 1}), json!({"a": 1, "b": 2}), false),
        (json!({"a": [1]}), json!({"a": [1, 2]}), false),
        (json!({"a": "1"}), json!({"a": 1}), false),
    ] {
        assert_eq!(alike(&one, &other), expected, "{one} {other}");
    }
}
