//! Reviews that no API server sends, put to the program over both HTTPs: none of them is a yes that was not earned.

use http_body_util::Full;
use hyper::{Method, Request};
use serde_json::{Map, Value, json};

use crate::{
    client::review_request,
    program::{Program, tell},
    reviews::{cluster, skip, update},
};

/// What has to come back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expected {
    Allowed,
    Denied,
    Code(u16),
}

use Expected::{Allowed, Code, Denied};

/// A body, why it is sent, and what has to come back.
type Case = (String, Vec<u8>, Expected);

/// A denied review in which `change` was made.
fn changed(change: impl FnOnce(&mut Value)) -> Vec<u8> {
    let mut review = skip();
    change(&mut review);
    review.to_string().into_bytes()
}

/// A denied review with `value` in the place of `pointer`, whose last part may be new.
fn with(pointer: &str, value: &Value) -> Vec<u8> {
    changed(|review| {
        let (parent, field) = pointer.rsplit_once('/').unwrap();
        review.pointer_mut(parent).unwrap()[field] = value.clone();
    })
}

/// Objects that are null, or something else where an object belongs.
fn objects() -> Vec<Case> {
    let mut cases = Vec::new();
    for (operation, lacks_object, lacks_old) in [
        ("CREATE", Allowed, Allowed),
        ("DELETE", Allowed, Allowed),
        ("CONNECT", Allowed, Allowed),
        ("UPDATE", Code(500), Code(500)),
    ] {
        for (field, expected) in [("object", lacks_object), ("oldObject", lacks_old)] {
            let body = changed(|review| {
                review["request"]["operation"] = json!(operation);
                review["request"][field] = Value::Null;
            });
            cases.push((format!("{operation} with {field} null"), body, expected));
        }
        for value in [json!([]), json!("x"), json!(7), json!(true)] {
            let body = changed(|review| {
                review["request"]["operation"] = json!(operation);
                review["request"]["object"] = value.clone();
            });
            cases.push((format!("{operation} with object {value}"), body, Code(400)));
        }
    }
    for (pointer, expected) in [
        ("/request", Code(400)),
        ("/request/operation", Code(400)),
        ("/request/resource", Code(400)),
        ("/request/resource/resource", Code(400)),
        ("/request/resource/group", Code(400)),
        ("/request/uid", Code(400)),
        ("/request/subResource", Denied),
        ("/request/name", Denied),
        ("/request/namespace", Denied),
        ("/request/userInfo", Denied),
        ("/request/userInfo/groups", Denied),
        ("/request/dryRun", Denied),
        ("/request/options", Denied),
        ("/request/kind", Denied),
        ("/request/object/metadata", Denied),
        ("/request/oldObject/metadata", Denied),
        ("/request/oldObject/status", Denied),
        ("/request/oldObject/spec/cloudType", Denied),
        // A core layer that was there and is not there any more.
        ("/request/object/spec", Denied),
        ("/request/object/spec/clusterProfileTemplates", Denied),
    ] {
        cases.push((format!("{pointer} null"), with(pointer, &Value::Null), expected));
    }
    cases
}

/// Who and what the review is about.
fn subjects() -> Vec<Case> {
    let mut cases = Vec::new();
    let mut case = |name: &str, pointer: &str, value: Value, expected| {
        cases.push((format!("{name}: {pointer} is {value}"), with(pointer, &value), expected));
    };
    for value in [json!(""), json!(7), json!([]), json!({}), json!(true)] {
        case("uid", "/request/uid", value, Code(400));
    }
    for value in [json!("not a uuid"), json!("\"}"), json!("é\u{0}"), json!("x".repeat(10_000))] {
        case("unknown uid", "/request/uid", value, Denied);
    }
    for value in
        ["admission.k8s.io/v1beta1", "admission.k8s.io/v2", "admission.k8s.io/V1", " admission.k8s.io/v1", "v1", ""]
    {
        case("version", "/apiVersion", json!(value), Code(400));
    }
    for value in ["ConversionReview", "admissionreview", "AdmissionReviewList", ""] {
        case("kind", "/kind", json!(value), Code(400));
    }
    for value in ["PATCH", "update", "UPDATE ", "", "*"] {
        case("operation", "/request/operation", json!(value), Code(400));
    }
    case("operation", "/request/operation", json!(["UPDATE"]), Code(400));
    for subresource in ["status", "scale", "/", "Status", "log", " "] {
        case("subresource", "/request/subResource", json!(subresource), Allowed);
    }
    case("subresource", "/request/subResource", json!(""), Denied);
    case("subresource", "/request/subResource", json!(["status"]), Code(400));
    // The kind that the user wrote may be another one: the resource of the objects at hand is what counts.
    for kind in ["Pod", "SpectroClusterList", "spectrocluster", ""] {
        case("unknown kind", "/request/kind/kind", json!(kind), Denied);
        case("unknown kind", "/request/object/kind", json!(kind), Denied);
    }
    case("request kind", "/request/requestKind", json!({"group": "", "version": "v1", "kind": "Pod"}), Denied);
    case(
        "request resource",
        "/request/requestResource",
        json!({"group": "", "version": "v1", "resource": "pods"}),
        Denied,
    );
    case("request subresource", "/request/requestSubResource", json!("status"), Denied);
    for resource in ["pods", "SpectroClusters", "spectroclusters/status", "spectrocluster", "*", ""] {
        case("unknown resource", "/request/resource/resource", json!(resource), Code(500));
    }
    for group in ["", "cluster.spectrocloud.com.example.org", "Cluster.spectrocloud.com", "*"] {
        case("unknown group", "/request/resource/group", json!(group), Code(500));
    }
    for version in ["v1", "v1alpha1", "v99", ""] {
        case("version of the object", "/request/resource/version", json!(version), Denied);
    }
    case("name of its own", "/request/object/metadata/generateName", json!("demo-"), Denied);
    case("no name", "/request/name", json!(""), Denied);
    case("dry run", "/request/dryRun", json!(true), Denied);
    case("dry run", "/request/dryRun", json!("true"), Code(400));
    case("answer in the question", "/response", json!({"uid": "x", "allowed": true}), Denied);
    case("answer in the question", "/request/allowed", json!(true), Denied);
    cases
}

/// Names that stand twice in an object, in front with what would let the write pass: in each object that counts.
fn twice() -> Vec<Case> {
    let mut review = skip();
    review["request"]["oldObject"]["metadata"]["deletionTimestamp"] = Value::Null;
    review["request"]["object"]["metadata"]["annotations"] = json!({"kubectl-profile.dev/allow": ""});
    let condition = json!({"type": "Ready", "status": "True"});
    review["request"]["oldObject"]["status"]["packs"] =
        json!([{"name": "kubernetes", "version": "1.29.4", "profileUid": "u1", "condition": condition}]);
    let template = &mut review["request"]["oldObject"]["spec"]["clusterProfileTemplates"][0];
    template["uid"] = json!("u1");
    template["packs"][0]["tag"] = json!("1.29.4");
    review["request"]["oldObject"]["spec"]["clusterType"] = json!("Cluster");
    review["request"]["subResource"] = json!("");
    let mut cases = vec![("all once".to_owned(), review.to_string().into_bytes(), Denied)];
    for (pointer, first) in [
        ("/apiVersion", json!("admission.k8s.io/v1")),
        ("/kind", json!("AdmissionReview")),
        ("/request", json!({})),
        ("/request/uid", json!("another")),
        ("/request/operation", json!("CREATE")),
        ("/request/resource", json!({"group": "", "resource": "pods"})),
        ("/request/resource/group", json!("example.com")),
        ("/request/resource/resource", json!("pods")),
        ("/request/subResource", json!("status")),
        ("/request/name", json!("other")),
        ("/request/namespace", json!("other")),
        ("/request/dryRun", json!(true)),
        ("/request/userInfo", json!({"username": "root"})),
        ("/request/userInfo/username", json!("root")),
        ("/request/userInfo/groups", json!(["system:masters"])),
        ("/request/object", Value::Null),
        ("/request/oldObject", Value::Null),
        ("/request/object/metadata", json!({})),
        ("/request/object/metadata/annotations", json!({})),
        ("/request/object/metadata/annotations/kubectl-profile.dev~1allow", json!("x")),
        ("/request/object/spec", json!({})),
        ("/request/object/spec/cloudType", json!("aws")),
        ("/request/object/spec/clusterProfileTemplates", json!([])),
        ("/request/object/spec/clusterProfileTemplates/0/packs", json!([])),
        ("/request/object/spec/clusterProfileTemplates/0/packs/0/name", json!("other")),
        ("/request/object/spec/clusterProfileTemplates/0/packs/0/layer", json!("addon")),
        ("/request/object/spec/clusterProfileTemplates/0/packs/0/version", json!("1.30.0")),
        ("/request/oldObject/metadata/deletionTimestamp", json!("2026-01-01T00:00:00Z")),
        ("/request/oldObject/spec/clusterType", json!("AlloyMonitor")),
        ("/request/oldObject/spec/clusterProfileTemplates/0/uid", json!("u2")),
        ("/request/oldObject/spec/clusterProfileTemplates/0/packs/0/version", json!("1.30.0")),
        ("/request/oldObject/spec/clusterProfileTemplates/0/packs/0/tag", json!("1.30.0")),
        ("/request/oldObject/status", Value::Null),
        ("/request/oldObject/status/state", json!("Running")),
        ("/request/oldObject/status/packs", json!([])),
        ("/request/oldObject/status/packs/0/name", json!("other")),
        ("/request/oldObject/status/packs/0/version", json!("1.30.9")),
        ("/request/oldObject/status/packs/0/profileUid", json!("u2")),
        ("/request/oldObject/status/packs/0/condition", Value::Null),
        ("/request/oldObject/status/packs/0/condition/type", json!("Error")),
        ("/request/oldObject/status/packs/0/condition/status", json!("False")),
    ] {
        for first in [first, Value::Null] {
            let body = doubled(&review, pointer, &first);
            cases.push((format!("{pointer} twice, {first} in front"), body.into_bytes(), Code(400)));
        }
    }
    cases
}

/// The same where all profile content counts, because the cluster is being provisioned.
fn content_twice() -> Vec<Case> {
    let mut cluster = cluster("1.29.4");
    cluster["status"]["state"] = json!("Provisioning");
    let template = &mut cluster["spec"]["clusterProfileTemplates"][0];
    template["profileVersion"] = json!("1.0.0");
    template["variables"] = json!([{"name": "region", "value": "eu"}]);
    let pack = &mut template["packs"][1];
    pack["type"] = json!("helm");
    pack["params"] = json!({"a": "b"});
    pack["manifests"] = json!([{"name": "m", "content": "kind: Pod"}]);
    let review = update(&cluster, &cluster);
    let mut cases = vec![("all once".to_owned(), review.to_string().into_bytes(), Allowed)];
    for object in ["object", "oldObject"] {
        for field in [
            "name",
            "profileVersion",
            "variables",
            "variables/0/value",
            "packs/1/type",
            "packs/1/values",
            "packs/1/params",
            "packs/1/params/a",
            "packs/1/manifests",
            "packs/1/manifests/0/content",
        ] {
            let pointer = format!("/request/{object}/spec/clusterProfileTemplates/0/{field}");
            for first in [json!("other"), Value::Null] {
                let body = doubled(&review, &pointer, &first);
                cases.push((format!("{pointer} twice, {first} in front"), body.into_bytes(), Denied));
            }
        }
    }
    cases
}

/// The review with a field that stands twice in its object, `first` in front.
fn doubled(review: &Value, pointer: &str, first: &Value) -> String {
    // In front of the others both where they are sorted and where they are kept as they came.
    const MARK: &str = "!";
    let (parent, field) = pointer.rsplit_once('/').unwrap();
    let field = field.replace("~1", "/");
    let mut marked = review.clone();
    let parent = marked.pointer_mut(parent).unwrap_or_else(|| panic!("there is no {pointer}"));
    let fields = parent.as_object_mut().unwrap();
    assert!(fields.contains_key(&field), "there is no {pointer}");
    let mut all = Map::from_iter([(MARK.to_owned(), first.clone())]);
    all.append(fields);
    *fields = all;
    marked.to_string().replace(&format!("{MARK:?}"), &format!("{field:?}"))
}

/// JSON that goes deeper than any stack, at each place that is passed over, read or compared.
fn deep() -> Vec<Case> {
    let mut cases = Vec::new();
    for depth in [500, 100_000] {
        for (open, close, core) in [("[", "]", ""), ("{\"a\":", "}", "1")] {
            let deep = format!("{}{core}{}", open.repeat(depth), close.repeat(depth));
            for (pointer, expected) in [
                ("/apiVersion", Code(400)),
                ("/unknown", Denied),
                ("/request/unknown", Denied),
                ("/request/uid", Code(400)),
                ("/request/options", Denied),
                ("/request/userInfo/extra", Denied),
                ("/request/object/metadata/managedFields", Denied),
                ("/request/object/metadata/annotations", Denied),
                ("/request/object/spec/cloudType", Denied),
                ("/request/object/spec/clusterProfileTemplates/0/packs/1/values", Denied),
                ("/request/object/spec/clusterProfileTemplates/0/packs/1/name", Denied),
                ("/request/oldObject/status/conditions", Denied),
                ("/request/oldObject/status/state", Denied),
            ] {
                let body = String::from_utf8(with(pointer, &json!("so deep"))).unwrap();
                let body = body.replace("\"so deep\"", &deep);
                cases.push((format!("{pointer}, {depth} deep in {open}"), body.into_bytes(), expected));
            }
            cases.push((format!("nothing but {depth} times {open}"), deep.into_bytes(), Code(400)));
        }
    }
    cases
}

/// Bytes that are no review at all.
fn broken() -> Vec<Case> {
    let review = skip().to_string();
    let mut cases: Vec<Case> = [
        ("nothing", ""),
        ("space", "  \n"),
        ("null", "null"),
        ("a list", "[]"),
        ("an empty object", "{}"),
        ("a text", "\"allowed\""),
        ("not a number", "NaN"),
    ]
    .map(|(name, body)| (name.to_owned(), body.as_bytes().to_vec(), Code(400)))
    .into();
    for (name, body) in [
        ("a byte order mark", format!("\u{feff}{review}")),
        ("something behind it", format!("{review}x")),
        ("two of them", format!("{review}{review}")),
        ("a list of one", format!("[{review}]")),
        ("a comment", format!("/**/{review}")),
        ("a comma too many", review.replacen("\"demo\",", "\"demo\",,", 1)),
        ("single quotes", review.replace('"', "'")),
        ("a control character in a text", review.replacen("demo", "de\u{1}mo", 1)),
        ("a lone surrogate in a text that counts", review.replacen("1.31.0", "\\ud800", 1)),
    ] {
        assert_ne!(body, review, "{name}");
        cases.push((name.to_owned(), body.into_bytes(), Code(400)));
    }
    let mut latin = review.clone().into_bytes();
    let place = review.find("demo").unwrap();
    latin[place] = 0xe9;
    cases.push(("a text that is not UTF-8".to_owned(), latin, Code(400)));
    let wide: Vec<u8> = review.encode_utf16().flat_map(u16::to_le_bytes).collect();
    cases.push(("UTF-16".to_owned(), wide, Code(400)));
    cases
}

/// Sends every case by HTTP/1.1 and by HTTP/2, and holds each answer against what has to come back.
async fn hold(theme: &str, cases: Vec<Case>) {
    let program = Program::start(&[]);
    let (mut denied, mut refused, mut allowed) = (0, 0, 0);
    for client in [program.client(), program.client().asking_for_http2()] {
        for (name, body, expected) in &cases {
            // What is no review ends its connection, so each has one of its own.
            let (status, text) = client.open().await.unwrap().review(body.clone()).await.unwrap();
            let found = match (status.as_u16(), serde_json::from_str::<Value>(&text)) {
                (200, Ok(answer)) if answer["response"]["allowed"] == true => Allowed,
                (200, Ok(answer)) if answer["response"]["allowed"] == false => Denied,
                (code, _) => Code(code),
            };
            assert_eq!(found, *expected, "{name}: {status} {text:.500}");
            match found {
                Allowed => allowed += 1,
                Denied => denied += 1,
                Code(_) => refused += 1,
            }
        }
    }
    let after = program.ask(&update(&cluster("1.29.4"), &cluster("1.30.1"))).await;
    assert_eq!(after["allowed"], true);
    tell(&format!(
        "{theme}: {denied} denied, {refused} refused with 400 or 500, {allowed} let through as they must be"
    ));
}

#[tokio::test]
async fn null_objects_and_fields_are_never_a_yes_for_an_update() {
    hold("null objects and fields", objects()).await;
}

#[tokio::test]
async fn uids_kinds_versions_operations_and_subresources_are_read_to_the_letter() {
    hold("subjects", subjects()).await;
}

#[tokio::test]
async fn what_stands_twice_is_refused_in_each_object_that_counts() {
    hold("duplicate names", twice()).await;
}

#[tokio::test]
async fn content_that_stands_twice_is_other_content_while_it_counts() {
    hold("duplicate names in content", content_twice()).await;
}

#[tokio::test]
async fn deep_json_is_passed_over_and_never_a_yes() {
    hold("deep JSON", deep()).await;
}

#[tokio::test]
async fn bytes_that_are_no_review_are_refused() {
    hold("broken bytes", broken()).await;
}

#[tokio::test]
async fn only_a_post_of_json_to_the_one_path_is_read() {
    let program = Program::start(&[]);
    for client in [program.client(), program.client().asking_for_http2()] {
        let send = async |request: Request<Full<_>>| client.open().await.unwrap().send(request).await.unwrap();
        for method in [Method::GET, Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS] {
            let mut request = review_request(skip().to_string());
            *request.method_mut() = method.clone();
            assert_eq!(send(request).await.0, 405, "{method}");
        }
        for path in ["/", "/validate/", "/Validate", "/validate/x", "//validate", "/%76alidate", "/mutate"] {
            let mut request = review_request(skip().to_string());
            *request.uri_mut() = format!("https://localhost{path}?timeout=10s").parse().unwrap();
            assert_eq!(send(request).await.0, 404, "{path}");
        }
        for (header, value) in [
            ("content-type", "application/yaml"),
            ("content-type", "application/vnd.kubernetes.protobuf"),
            ("content-type", "application/json, text/plain"),
            ("content-type", "text/plain"),
            ("content-type", ""),
            ("content-encoding", "gzip"),
            ("content-encoding", "identity, gzip"),
            ("content-encoding", "deflate"),
            ("content-encoding", "br"),
        ] {
            let mut request = review_request(skip().to_string());
            request.headers_mut().insert(header, value.parse().unwrap());
            assert_eq!(send(request).await.0, 415, "{header}: {value}");
            // A second header of the same name is no way around the first one.
            let mut request = review_request(skip().to_string());
            request.headers_mut().append(header, value.parse().unwrap());
            let (status, text) = send(request).await;
            assert!(
                status == 415 || text.contains("\"allowed\":false"),
                "{header}: {value} behind another: {status} {text}"
            );
        }
        let mut override_method = review_request(skip().to_string());
        override_method.headers_mut().insert("x-http-method-override", "GET".parse().unwrap());
        assert!(send(override_method).await.1.contains("\"allowed\":false"));
    }
}
