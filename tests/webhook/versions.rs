//! Version strings of every odd shape through the program, each pair of them as an old and a new version, held against the
//! plainly written reference of the rules.

use std::collections::BTreeMap;

use profile_oracle::reference::reference;
use serde_json::{Value, json};

use crate::{
    program::{Program, tell},
    reviews::update,
    world::{Field, List, Pack, Reported, Template, World},
};

const TEXTS: [&str; 62] = [
    "1.30.4",
    "1.31.0",
    "1.32.0",
    "1.29.9",
    "2.0.0",
    "0.30.4",
    "v1.30.4",
    "V1.30.4",
    "vv1.30.4",
    "v",
    "",
    " ",
    " 1.30.4",
    "1.30.4 ",
    "1.30.4\n",
    "\t1.31.0",
    "1",
    "1.",
    "1.30",
    "1.31",
    "1.30.",
    ".30.4",
    "1..4",
    "1.30.4.1",
    "1.30.x",
    "1.x",
    "1.31.*",
    "1.30.X",
    "*",
    "latest",
    "banana",
    "1.030.004",
    "01.31.00",
    "1.00000000000000000000031.0",
    "1.30.18446744073709551615",
    "1.30.18446744073709551616",
    "18446744073709551615.0.0",
    "1.-30.0",
    "+1.30.4",
    "-1.30.4",
    "1.+31.0",
    "1,31,0",
    "1_31.0",
    "1.3e1.0",
    "0x1.0x1e",
    "1.30.4-rc.1",
    "1.31.0-rc.1",
    "1.31.0-RC.2",
    "1.31.0-alpha",
    "1.31.0-beta.99999999999999999999",
    "1.31.0-",
    "1.31.0+",
    "1.31.0+k3s1",
    "1.31.0-rke2r1",
    "1.31.0-rc.1+k3s1",
    "1.31-eks-a18cd3a",
    "1.31.0-a b",
    "1.31.0-é",
    "１.３１.０",
    "1.31.0\u{0}",
    "1.31.0\u{200b}",
    "1.31.0;1.30.4",
];

/// What may stand where a version belongs.
fn fields() -> Vec<Field> {
    let odd = [
        Field::Absent,
        Field::Null,
        Field::Object,
        Field::Truth(true),
        Field::Integer(1),
        Field::Integer(131),
        Field::Decimal(1.31),
        Field::Decimal(1.3),
        Field::Decimal(1.325),
        Field::Decimal(1e21),
    ];
    TEXTS.into_iter().map(Field::from).chain(odd).collect()
}

/// A running cluster with a Kubernetes pack of this version and tag, and what it reports of it.
fn cluster(version: Field, tag: Field, reported: Option<Field>) -> World {
    let pack = Pack { name: "kubernetes".into(), layer: "k8s".into(), version, tag, ..Pack::default() };
    let template = Template { name: "stack".into(), packs: List::Items(vec![pack]), ..Template::default() };
    let report =
        |version| Reported { name: "kubernetes".into(), version, condition: "Ready".into(), ..Reported::default() };
    World {
        cloud_type: "aws".into(),
        state: "Running".into(),
        templates: List::Items(vec![template]),
        reported: List::Items(reported.into_iter().map(report).collect()),
        ..World::default()
    }
}

/// Every pair as versions, as tags, and as what is reported and written.
fn pairs() -> Vec<(World, World)> {
    let fields = fields();
    let known = || Field::from("1.30.4");
    let mut pairs = Vec::new();
    for old in &fields {
        for new in &fields {
            let (old, new) = (|| old.clone(), || new.clone());
            pairs.push((cluster(old(), Field::Absent, None), cluster(new(), Field::Absent, None)));
            pairs.push((cluster(Field::Absent, old(), None), cluster(Field::Absent, new(), None)));
            pairs.push((cluster(known(), Field::Absent, Some(old())), cluster(new(), Field::Absent, None)));
        }
    }
    pairs
}

#[tokio::test]
async fn every_odd_version_is_judged_as_the_reference_does() {
    let program = Program::start(&[]);
    let mut connection = program.client().open().await.unwrap();
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for (before, after) in pairs() {
        let expected: Vec<&str> = reference(&before, &after).broken.into_iter().collect();
        let review = update(&before.document(), &after.document());
        if connection.is_closed() {
            connection = program.client().open().await.unwrap();
        }
        let (status, text) = connection.review(review.to_string()).await.unwrap();
        assert_eq!(status, 200, "{text}: {review}");
        let response = &serde_json::from_str::<Value>(&text).unwrap()["response"];
        let causes = response["status"]["details"]["causes"].as_array().cloned().unwrap_or_default();
        let mut codes: Vec<_> = causes.iter().map(|it| it["reason"].as_str().unwrap()).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!((&codes, &response["allowed"]), (&expected, &json!(expected.is_empty())), "{review}");
        *seen.entry(expected.first().copied().unwrap_or("let through")).or_default() += 1;
    }
    tell(&format!(
        "odd versions: {} pairs through the program, none judged otherwise than by the reference: {seen:?}",
        pairs().len()
    ));
    let codes = [
        "K8sVersionUnreadable",
        "K8sDowngradeAfterUpgradeNotSupported",
        "K8sMultiMinorUpgradeNotSupported",
        "let through",
    ];
    assert!(codes.iter().all(|code| seen[code] > 100), "{seen:?}");
}
