//! The dashboard and the alert rules: every name and every label in them is one that the running program shows.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::{
    expressions::{Selector, Uses, read},
    kustomize::{find, place, render},
    scraped::scraped,
};

/// What the API server counts of webhooks, with the labels of each (k8s.io/apiserver, pkg/admission/metrics).
const API_SERVER: [(&str, &[&str]); 2] = [
    ("apiserver_admission_webhook_admission_duration_seconds_bucket", &["name", "type", "operation", "rejected", "le"]),
    ("apiserver_admission_webhook_rejection_count", &["name", "type", "operation", "error_type", "rejection_code"]),
];
/// What a scrape adds to every series.
const SCRAPE: [&str; 4] = ["pod", "namespace", "instance", "job"];

/// The labels of a series, and their values where the program knows all of them beforehand.
type Series = BTreeMap<String, BTreeMap<String, BTreeSet<String>>>;

fn text(file: &str) -> String {
    std::fs::read_to_string(place("manifests/monitoring").join(file)).unwrap()
}

fn alerts() -> Value {
    serde_saphyr::from_str(&text("alerts.yaml")).unwrap()
}

fn dashboard() -> Value {
    serde_json::from_str(&text("dashboard.json")).unwrap()
}

/// Every rule of the alerts.
fn rules(alerts: &Value) -> Vec<&Value> {
    let groups = alerts["groups"].as_array().unwrap();
    groups.iter().flat_map(|it| it["rules"].as_array().unwrap()).collect()
}

/// Every expression, and where it stands.
fn expressions() -> Vec<(String, String)> {
    let alerts = alerts();
    let of_alerts =
        rules(&alerts).into_iter().map(|it| (it["alert"].to_string(), it["expr"].as_str().unwrap().to_owned()));
    let dashboard = dashboard();
    let panels = dashboard["panels"].as_array().unwrap().iter();
    let of_panels = panels.flat_map(|panel| {
        let targets = panel["targets"].as_array().into_iter().flatten();
        targets.map(|it| (panel["title"].to_string(), it["expr"].as_str().unwrap().to_owned()))
    });
    of_alerts.chain(of_panels).collect()
}

/// All series that the running program shows, by what it prints.
fn series() -> Series {
    let mut series = Series::new();
    for line in scraped().lines().filter(|it| !it.starts_with('#')) {
        let selector = read(line.rsplit_once(' ').unwrap().0).selectors.remove(0);
        let labels = series.entry(selector.name).or_default();
        for (label, _, value) in selector.matchers {
            labels.entry(label).or_default().insert(value);
        }
    }
    for (name, labels) in API_SERVER {
        series.insert(name.to_owned(), labels.iter().map(|it| ((*it).to_owned(), BTreeSet::new())).collect());
    }
    series
}

/// Whether a matcher can ever match: a value that no series bears is misspelt.
fn can_match(operator: &str, wanted: &str, values: &BTreeSet<String>) -> bool {
    // Of what is not known beforehand, such as a hash or a name of the API server's, nothing can be said.
    if values.is_empty() {
        return true;
    }
    let matches = |pattern: &str, value: &str| {
        pattern.len() == value.len() && pattern.chars().zip(value.chars()).all(|(it, other)| it == '.' || it == other)
    };
    match operator {
        "=" => values.contains(wanted),
        "=~" => wanted.split('|').all(|pattern| values.iter().any(|it| matches(pattern, it))),
        _ => false,
    }
}

fn faults(place: &str, Uses { selectors, grouped }: Uses, series: &Series) -> Vec<String> {
    let mut faults = Vec::new();
    let mut labels: BTreeSet<&str> = SCRAPE.into();
    for Selector { name, matchers } in &selectors {
        let Some(known) = series.get(name) else {
            faults.push(format!("{place}: there is no {name}"));
            continue;
        };
        labels.extend(known.keys().map(String::as_str));
        for (label, operator, value) in matchers {
            if !known.get(label).is_some_and(|values| can_match(operator, value, values)) {
                faults.push(format!("{place}: {name} never has {label}{operator}{value:?}"));
            }
        }
    }
    if selectors.is_empty() {
        faults.push(format!("{place}: it asks for no metric"));
    }
    faults
        .extend(grouped.iter().filter(|it| !labels.contains(it.as_str())).map(|it| format!("{place}: no label {it}")));
    faults
}

#[test]
fn every_metric_and_every_label_is_one_that_the_program_shows() {
    let series = series();
    let faults: Vec<_> = expressions().iter().flat_map(|(place, it)| faults(place, read(it), &series)).collect();
    assert!(faults.is_empty(), "{faults:#?}");
    assert!(expressions().len() > 40, "{}", expressions().len());
}

#[test]
fn what_is_misspelt_is_found() {
    let series = series();
    for (expression, fault) in [
        ("sum(rate(profile_webhook_request_total[5m]))", "there is no profile_webhook_request_total"),
        (r#"profile_webhook_requests_total{outcom="denied"}"#, "never has outcom"),
        (r#"profile_webhook_requests_total{outcome="deny"}"#, "never has outcome=\"deny\""),
        (r#"profile_webhook_requests_total{code=~"6.."}"#, "never has code=~\"6..\""),
        (r#"profile_webhook_verdicts_total{mode=~"audit|warm"}"#, "never has mode"),
        ("sum by (reason) (profile_webhook_refused_total)", "no label reason"),
        ("sum(apiserver_admission_webhook_rejections)", "there is no apiserver"),
        ("1 + time()", "asks for no metric"),
    ] {
        let faults = faults("here", read(expression), &series);
        assert!(faults.len() == 1 && faults[0].contains(fault), "{expression}: {faults:?}");
    }
}

/// What nobody would see otherwise.
#[test]
fn every_series_of_the_program_is_on_the_dashboard_or_in_an_alert() {
    let used: BTreeSet<_> = expressions().iter().flat_map(|(_, it)| read(it).selectors).map(|it| it.name).collect();
    let unseen: Vec<_> = series().into_keys().filter(|it| !used.contains(it)).collect();
    // The parts of the histogram that its quantiles do not need.
    let expected = ["profile_webhook_review_duration_seconds_count", "profile_webhook_review_duration_seconds_sum"];
    assert_eq!(unseen, expected);
}

#[test]
fn every_alert_says_what_is_wrong_and_how_bad_it_is() {
    let alerts = alerts();
    let mut names = BTreeSet::new();
    for rule in rules(&alerts) {
        assert!(names.insert(rule["alert"].as_str().unwrap()), "twice: {rule}");
        assert!(["critical", "warning", "info"].contains(&rule["labels"]["severity"].as_str().unwrap()), "{rule}");
        for part in ["summary", "description"] {
            assert!(rule["annotations"][part].as_str().is_some_and(|it| !it.is_empty()), "{rule}");
        }
        // A label in the words must be one that the expression leaves.
        let words = rule["annotations"].to_string();
        let grouped = read(rule["expr"].as_str().unwrap()).grouped;
        for label in ["rule", "cause"] {
            assert_eq!(words.contains(&format!("$labels.{label} ")), grouped.contains(label), "{rule}");
        }
    }
    for name in [
        "CertificateEnds",
        "CertificateNotCurrent",
        "Absent",
        "ConfigurationNotCurrent",
        "BreakGlassUsed",
        "GuardIncomplete",
    ] {
        assert!(names.contains(format!("ProfileWebhook{name}").as_str()), "{name}");
    }
}

#[test]
fn the_rules_for_the_operator_are_the_same_rules() {
    let rules = json!({
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": {
            "name": "profile-webhook",
            "namespace": "kubectl-profile-system",
            "labels": {"app.kubernetes.io/name": "profile-webhook", "app.kubernetes.io/part-of": "kubectl-profile"},
        },
        "spec": alerts(),
    });
    let text = format!("# Made of alerts.yaml by `just generate`.\n{}", serde_saphyr::to_string(&rules).unwrap());
    let path = place("manifests/monitoring/prometheusrule.yaml");
    if std::env::var_os("UPDATE_GENERATED").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(committed == text, "manifests/monitoring/prometheusrule.yaml is stale: run `just generate`");
}

/// Grafana takes two panels with one id for the same one, and shows the one over the other where their places overlap.
#[test]
fn no_panel_hides_another() {
    let dashboard = dashboard();
    let panels = dashboard["panels"].as_array().unwrap();
    let mut ids = BTreeSet::new();
    let mut taken = BTreeSet::new();
    for panel in panels {
        assert!(ids.insert(panel["id"].as_u64().unwrap()), "{panel}");
        let [x, y, w, h] = ["x", "y", "w", "h"].map(|it| panel["gridPos"][it].as_u64().unwrap());
        assert!(x + w <= 24, "{panel}");
        for cell in (x..x + w).flat_map(|x| (y..y + h).map(move |y| (x, y))) {
            assert!(taken.insert(cell), "{panel}");
        }
        if panel["type"] != "row" {
            assert!(panel["description"].as_str().is_some_and(|it| !it.is_empty()), "{panel}");
        }
    }
}

#[test]
fn the_folder_is_one_install_and_its_monitor_finds_the_pods() {
    let objects = render("manifests/monitoring");
    assert_eq!(objects.len(), 3);
    find(&objects, "PrometheusRule/profile-webhook");
    let shown = &find(&objects, "ConfigMap/profile-webhook-dashboard")["data"]["dashboard.json"];
    assert_eq!(serde_json::from_str::<Value>(shown.as_str().unwrap()).unwrap(), dashboard());
    let monitor = &find(&objects, "PodMonitor/profile-webhook")["spec"];
    let base = render("manifests");
    let pod = &find(&base, "Deployment/profile-webhook")["spec"]["template"];
    for (label, value) in monitor["selector"]["matchLabels"].as_object().unwrap() {
        assert_eq!(pod["metadata"]["labels"][label], *value);
    }
    let ports = pod["spec"]["containers"][0]["ports"].as_array().unwrap();
    assert!(ports.iter().any(|it| it["name"] == monitor["podMetricsEndpoints"][0]["port"]), "{ports:?}");
}
