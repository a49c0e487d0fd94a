//! `semverCompare` over all pairs of constraints and versions.

use std::{sync::Mutex, thread};

use serde_json::{Value, json};

use crate::helm::{Objects, helm, objects, ours};

const CONSTRAINTS: &[&str] = &[
    ">=1.19-0",
    ">=1.19",
    ">= 1.21.0",
    ">1.2",
    ">1",
    ">1.2.3",
    "<1.19-0",
    "<1.19",
    "<2",
    "<=1.2",
    "<=1",
    "<=1.2.3",
    "1.2",
    "1",
    "1.2.3",
    "=1.2.3",
    "==1.2.3",
    "!=1.2.3",
    "!=1.2",
    "!=1.2.x",
    "!=1",
    "*",
    "x",
    "1.x",
    "1.2.x",
    "1.2.*",
    "1.*.*",
    "v1.2",
    "~1.2.3",
    "~1.2",
    "~1",
    "~>1.2.3",
    "~1.2.3-beta.2",
    "^1.2.3",
    "^1.2",
    "^1",
    "^0.2.3",
    "^0.2",
    "^0.0.3",
    "^0.0",
    "^0",
    "^1.2.3-beta.2",
    "^0.0.3-alpha",
    "1.2 - 1.4",
    "1.2.3 - 1.4.5",
    ">=1.2, <1.4",
    ">=1.2 <1.4",
    "<1.2 || >=2.0",
    "<1.2||>=2.0",
    ">1.2.3-alpha.1",
    ">=1.2.3-0 <1.3.0-0",
    ">=1.19-0 <1.31",
    ">=1.19-0, <1.31",
    ">=1.19-0, <1.31.0",
    ">=1.19-0 != 1.20",
    ">=1.19 || <1-0",
    "^1.19-0 <2",
    "1.19 - 1.31-0",
    "!=1.30-0",
    "!=1.2-0",
    "!=1-0",
    "=1.2-0",
    ">1.2-0 <2",
    "<=1.3-0 >1",
    "~1.2-0 !=1.2.5",
    "=>1.2",
    "=<1.2",
    "> 1.2.3",
    "~ 1.2",
    "^ 1.2",
    ">=1.2.3+build",
    ">=v1.29.0-0",
    "<1.29.0-0",
    ">=1.25.0-0 || ~1.19.0",
    "<=1.2-0",
    ">1.2-0",
    "!=1.2.3-rc.1",
    "1.2.3-rc.1",
    ">=0",
    "<=2.x",
    ">1.x",
    ">=1.x",
    "<1.x",
    "^1.x",
    "~1.x",
    "~0",
    "^*",
    "~*",
    ">*",
    "<*",
    "=*",
    "!=*",
];

const VERSIONS: &[&str] = &[
    "1.2.3",
    "v1.2.3",
    "1.2",
    "1",
    "1.2.3-rc.1",
    "1.2.3-beta.1",
    "1.2.3+k3s1",
    "1.30.4-eks-1",
    "v1.30.1+rke2r1",
    "0.2.3",
    "0.2.9",
    "0.0.3",
    "0.0.4",
    "0.9.0",
    "0.0.0",
    "1.4.5",
    "1.4.6",
    "1.19.0",
    "1.19.0-rc.1",
    "1.18.20",
    "1.25.3",
    "2.0.0",
    "2.0.0-alpha",
    "3.1.4",
    "1.3.0",
    "1.3.0-0",
    "1.2.4-0",
    "10.20.30",
];

/// What each version of the list answers, or why the constraint is none.
fn answers(constraint: &str, render: impl Fn(&str) -> Result<Objects, String>) -> Result<Vec<Value>, String> {
    let line = |(index, version): (usize, &&str)| {
        format!("  v{index}: {{{{ semverCompare \"{constraint}\" \"{version}\" | quote }}}}\n")
    };
    let lines: String = VERSIONS.iter().enumerate().map(line).collect();
    let objects = render(&format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: all}}\ndata:\n{lines}"))?;
    let data = objects.into_values().next().unwrap()["data"].clone();
    Ok((0..VERSIONS.len()).map(|index| data[format!("v{index}")].clone()).collect())
}

#[test]
fn every_constraint_holds_for_the_versions_that_it_holds_for_in_helm() {
    let wrong = Mutex::new(Vec::new());
    let check = |constraint: &&str| {
        let ours = answers(constraint, |template| ours(template, &json!({})));
        let theirs = answers(constraint, |template| helm(&[template.to_owned()], &json!({})).and_then(objects));
        match (ours, theirs) {
            (Err(_), Err(_)) => {}
            (Ok(ours), Ok(theirs)) => {
                let differ = VERSIONS.iter().zip(ours.iter().zip(&theirs)).filter(|(_, (ours, theirs))| ours != theirs);
                let lines = differ
                    .map(|(version, (ours, theirs))| format!("{constraint} {version}: {ours}, and in Helm {theirs}"));
                wrong.lock().unwrap().extend(lines);
            }
            (ours, theirs) => wrong.lock().unwrap().push(format!("{constraint}: {ours:?}, and in Helm {theirs:?}")),
        }
    };
    thread::scope(|scope| {
        for half in CONSTRAINTS.chunks(CONSTRAINTS.len() / 2 + 1) {
            scope.spawn(move || half.iter().for_each(check));
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{} lines:\n{}", wrong.len(), wrong.join("\n"));
}
