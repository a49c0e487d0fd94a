//! Makes a review, its settings and its time out of a fuzzer's bytes.

use jiff::{SignedDuration, Timestamp};
use profile_core::{
    allowance::{BreakGlass, Exceptions, other_content},
    cluster::Cluster,
    rules::{Code, Mode, Policy},
};
use profile_webhook::settings::Settings;
use serde_json::{Value, json};

use crate::{
    random::{
        changes,
        choices::Choices,
        generate::{rarely, some_text},
        repair::repair,
        spoiled::spoil,
        world::{Field, World},
    },
    reference::reference,
};

/// A review and all that its decision depends on.
#[derive(Debug)]
pub struct Case {
    /// The review.
    pub body: Vec<u8>,
    /// The operator's settings.
    pub settings: Settings,
    /// When it is decided.
    pub now: Timestamp,
}

const GROUPS: [&str; 3] = ["breakers", "system:masters", "owners"];
const USERS: [&str; 4] = ["jane", "agent", "", "agents"];

/// The case that these bytes choose.
pub fn of(bytes: &[u8]) -> Case {
    let choices = &mut Choices::of_bytes(bytes);
    let settings = settings(choices);
    let now = second(i64::from(NOW) + choices.one_of(&[0, 0, 0, -1, 1, 3600, -86_400, 40_000_000]));
    let user = choices.one_of(&USERS);
    let groups: Vec<_> = GROUPS.into_iter().filter(|_| choices.chance(50)).collect();
    let (mut before, mut after) = if choices.chance(15) { repair(choices) } else { changes::pair(choices) };
    more_content(choices, &mut before, &mut after);
    let mut targets: Vec<_> = reference(&before, &after).targets.into_iter().collect();
    let (mut before, mut after) = (before.document(), after.document());
    for (code, target) in &mut targets {
        if *code == Code::ClusterProvisioning.as_str() {
            *target = other_content(&Cluster::new(&before), &Cluster::new(&after)).unwrap_or_default();
        }
    }
    annotate(choices, &mut before, &mut after, &targets);
    for document in [&mut before, &mut after] {
        for _ in 0..choices.one_of(&[0, 0, 0, 0, 0, 0, 1, 2]) {
            spoil(choices, document);
        }
    }
    let mut review = json!({
        "apiVersion": "admission.k8s.io/v1",
        "kind": "AdmissionReview",
        "request": {
            "uid": "0f5d",
            "resource": {"group": "cluster.spectrocloud.com", "version": "v1", "resource": "spectroclusters"},
            "name": "demo",
            "namespace": "cluster-1",
            "operation": "UPDATE",
            "userInfo": {"username": user, "groups": groups},
            "object": after,
            "oldObject": before,
            "dryRun": choices.chance(10),
        },
    });
    if choices.chance(5) {
        spoil(choices, &mut review);
    }
    let mut body = review.to_string().into_bytes();
    while choices.is_left() && choices.chance(20) {
        scratch(choices, &mut body);
    }
    Case { body, settings, now }
}

/// Seconds since 1970 around which everything happens.
const NOW: u32 = 1_795_780_800;

fn second(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("it is a year of ours")
}

fn settings(choices: &mut Choices) -> Settings {
    let mut policy = Policy::default();
    if choices.chance(30) {
        for code in Code::ALL {
            policy = policy.with(code, choices.one_of(&[Mode::Enforce, Mode::Enforce, Mode::Warn, Mode::Audit]));
        }
    }
    let mut exceptions = Exceptions::default();
    if choices.chance(60) {
        let longest = choices.one_of(&[24 * 60, 1, 60, 10_000_000]);
        let groups = GROUPS.into_iter().filter(|_| choices.chance(50)).map(str::to_owned).collect();
        exceptions.break_glass = BreakGlass { groups, longest: SignedDuration::from_mins(longest) };
    }
    if choices.chance(20) {
        exceptions.exempt_writers.insert(choices.one_of(&USERS).to_owned());
    }
    Settings { policy, exceptions }
}

/// Content that the generator of clusters knows nothing of.
fn more_content(choices: &mut Choices, before: &mut World, after: &mut World) {
    const TREES: [&str; 5] = ["{}", "[]", r#"{"a":1}"#, r#"[{"a":1.0,"b":null}]"#, "[[]]"];
    for world in [before, after] {
        for template in world.templates.items_mut() {
            if choices.chance(8) {
                template.variables = Field::Tree(choices.one_of(&TREES).to_owned());
            }
        }
        for pack in world.packs_mut() {
            if choices.chance(8) {
                pack.params = Field::Tree(choices.one_of(&TREES).to_owned());
            }
            if choices.chance(3) {
                pack.values = Field::Tree(choices.one_of(&TREES).to_owned());
            }
        }
    }
}

/// Writes the annotation into the objects: mostly what would let exactly this write through, and then something is wrong.
fn annotate(choices: &mut Choices, before: &mut Value, after: &mut Value, targets: &[(&'static str, String)]) {
    if !choices.chance(50) {
        return;
    }
    let mut lines = String::new();
    for (code, target) in targets {
        if !choices.chance(10) {
            lines.push_str(&line(choices, code, target));
        }
    }
    for _ in 0..choices.one_of(&[0, 0, 0, 0, 1, 1, 2, 21]) {
        let code = choices.one_of(&Code::ALL).as_str();
        let target = choices.one_of(&["1.31.0", "1.31", "os", "cni-calico, cilium", "(none)", "*", "", "banana"]);
        lines.push_str(&line(choices, code, target));
    }
    let written = choices.one_of(&[Field::Text(lines.clone()), Field::Text(lines), "".into(), Field::Integer(5)]);
    let old = rarely(choices, 10, &["", "K8sVersionUnreadable=banana"]);
    for (document, field) in [(before, if choices.chance(5) { written.clone() } else { old }), (after, written)] {
        let value = match field {
            Field::Text(text) => json!(text),
            Field::Integer(number) => json!(number),
            Field::Null => Value::Null,
            _ => continue,
        };
        document["metadata"]["annotations"] = json!({"kubectl-profile.dev/allow": value, "other": "1"});
    }
}

fn line(choices: &mut Choices, code: &str, target: &str) -> String {
    let target = if choices.chance(8) { format!("v{target}") } else { target.to_owned() };
    // Mostly soon.
    let ahead = choices.one_of(&[50, 50, 30, 59, 60, 61, 0, -1, 3599, 3600, 86_400, 86_401, 40_000_030]);
    let until = second(i64::from(NOW) + ahead).to_string();
    let until = match choices.below(16) {
        15 => until.replace('Z', "+00:00"),
        14 => until.replace('Z', ""),
        13 => until.replace('Z', ".5Z"),
        12 => until.replace('Z', "-0030"),
        11 => until.replace('T', " "),
        10 => until.replace('Z', "z[UTC]"),
        _ => until,
    };
    let reason = if let Field::Text(text) = some_text(choices, &["fire", "fire; water", " ", "=", "é"]) {
        text
    } else {
        "x".repeat(257)
    };
    let [between, end] =
        [choices.one_of(&["; ", ";", " ; ", "; "]), choices.one_of(&["\n", "\r\n", ";\n", "\n\n", "\r"])];
    let fields = match choices.below(12) {
        11 => vec![format!("until={until}")],
        10 => vec![format!("until={until}"), format!("until={until}"), format!("reason={reason}")],
        9 => vec![format!("reason={reason}"), format!("until = {until}")],
        _ => vec![format!("until={until}"), format!("reason={reason}")],
    };
    format!("{code}={target}{between}{}{end}", fields.join(between))
}

/// Damages the text as no generator of documents would.
fn scratch(choices: &mut Choices, body: &mut Vec<u8>) {
    let far = choices.below(256) * 256 + choices.below(256);
    let at = far % body.len().max(1);
    match choices.below(6) {
        // Says a field or an item once more, from one comma to the next.
        0 | 1 => {
            let Some(start) = body[at..].iter().position(|it| *it == b',').map(|it| at + it) else { return };
            let rest = &body[start + 1..];
            let Some(length) = rest.iter().position(|it| matches!(it, b',' | b'}' | b']')) else { return };
            let copy = body[start..=start + length].to_vec();
            body.splice(start..start, copy);
        }
        2 => {
            let piece = choices.one_of(&[
                r#""name":1,"#,
                r#""x":1e999,"#,
                r#""x":"\ud800","#,
                "null,",
                " ",
                "[[{}]],",
                "\u{feff}",
            ]);
            let after = body[at..].iter().position(|it| matches!(it, b',' | b'{' | b'[')).map_or(at, |it| at + it + 1);
            body.splice(after..after, piece.bytes());
        }
        3 => body.truncate(at),
        4 => _ = (at < body.len()).then(|| body.remove(at)),
        _ => {
            if let Some(byte) = body.get_mut(at) {
                *byte = u8::try_from(choices.below(256)).unwrap_or_default();
            }
        }
    }
}
