//! `export` and `import`.

use std::{fs, os::unix::fs::PermissionsExt, time::Duration};

use profile_palette::{Answer, Effect, Fault};
use serde_json::{Value, json};

use crate::run::{Palette, fake};

const IMPORT: &str = "/v1/clusterprofiles/import";

/// The add-on profile as Palette exports it, with another version.
fn export_as(palette: &Palette, version: &str) -> String {
    let text = palette.run("export monitoring@1.0.0 -o json").exits(0).stdout.clone();
    palette.forget_calls();
    text.replace(r#""version":"1.0.0""#, &format!(r#""version":"{version}""#))
}

fn versions(palette: &Palette) -> Vec<String> {
    palette.with_world(|world| {
        let of_name = world.profiles.iter().filter(|it| it.name == "monitoring");
        of_name.map(|it| format!("{} {}", it.version, if it.published { "published" } else { "draft" })).collect()
    })
}

#[test]
fn an_export_is_palettes_own_text() {
    let palette = fake();
    let ran = palette.run("export monitoring@1.0.0").exits(0);
    let read: Value = serde_saphyr::from_str(&ran.stdout).unwrap();
    assert_eq!(read["metadata"]["name"], "monitoring");
    assert!(read["spec"]["template"]["packs"][0]["values"].as_str().unwrap().starts_with("# The agents.\n"));
    assert_eq!(ran.stderr, "");
    let json = palette.run("export monitoring@1.0.0 -o json").exits(0);
    assert_eq!(serde_json::from_str::<Value>(&json.stdout).unwrap(), read);
    assert!(palette.changes().is_empty());
}

#[test]
fn an_export_goes_into_a_file_of_its_owner_and_over_none() {
    let palette = fake();
    palette.run("export monitoring@1.0.0 --to m.yaml").exits(0).tells("exported to m.yaml");
    let mode = fs::metadata(palette.path("m.yaml")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let text = fs::read_to_string(palette.path("m.yaml")).unwrap();
    palette.run("export monitoring@1.1.0 --to m.yaml").exits(2).tells("m.yaml is there already").tells("--overwrite");
    assert_eq!(fs::read_to_string(palette.path("m.yaml")).unwrap(), text);
    palette.run("export monitoring@1.1.0 --to m.yaml --overwrite").exits(0);
    assert!(fs::read_to_string(palette.path("m.yaml")).unwrap().contains("1.1.0"));
    palette.run("export monitoring@1.1.0 --to . --overwrite").exits(2).tells("that is no file");
}

#[test]
fn masked_values_of_an_export_are_told_by_their_places() {
    let palette = fake();
    let answer = "metadata: {name: monitoring}\nspec:\n  template:\n    packs:\n    - name: logs\n      values: |\n        token: '****'\n";
    let masked = Answer::text(200, "application/yaml", answer);
    palette.inject(Fault::on("GET", "/v1/clusterprofiles/{uid}/export", Effect::Answer(masked)));
    let ran = palette.run("export monitoring@1.0.0").exits(0);
    ran.tells("Palette masks values").tells("spec.template.packs[0].values token (pack logs)");
    assert_eq!(ran.stdout, answer);
}

#[test]
fn rejects_an_export_of_what_is_not_there() {
    let palette = fake();
    palette.run("export monitoring@9.9.9").exits(2).tells("no version \"9.9.9\"").tells("1.0.0, 1.1.0");
    palette.run("export monitoring").exits(2).tells("names no version");
}

#[test]
fn rejects_every_store_but_palettes() {
    let palette = fake();
    palette.write("c.yaml", "kind: SpectroCluster\nmetadata: {name: c}\n");
    palette.write("p.json", &export_as(&palette, "1.2.0"));
    let commands = [
        "export monitoring@1.0.0",
        "import p.json --yes",
        "new-version monitoring@1.0.0 1.2.0 --yes",
        "detach c m --yes",
    ];
    for command in commands {
        // The flag that names the certificates is Palette's own, and so are its variables: neither may decide here.
        for flags in ["--store kubernetes", "--store files -f c.yaml"] {
            let ran = palette.request(&format!("{command} {flags}")).elsewhere().exits(2);
            ran.tells("works on Palette's API").tells("--store palette");
        }
    }
    assert!(palette.changes().is_empty());
}

#[test]
fn an_import_is_checked_shown_and_published() {
    let palette = fake();
    let file = palette.write("p.json", &export_as(&palette, "1.2.0"));
    let ran = palette.run(&format!("import {file} --yes")).exits(0);
    ran.shows("Profile:  monitoring@1.2.0 (published)").shows("metrics").shows("rules");
    ran.shows("clusterprofile/monitoring@1.2.0 imported and published");
    let calls: Vec<_> = palette.calls().iter().map(|it| it.target()).filter(|it| it.contains("import")).collect();
    assert_eq!(calls, ["/v1/clusterprofiles/import/validate", "/v1/clusterprofiles/import?publish=true"]);
    assert_eq!(versions(&palette), ["1.0.0 published", "1.1.0 published", "1.2.0 published"]);
    let values = |version: &str| {
        palette
            .with_world(|it| it.profile_version("monitoring", version).unwrap().pack("metrics").unwrap().values.clone())
    };
    assert_eq!(values("1.2.0"), values("1.0.0"));
}

#[test]
fn a_draft_and_the_standard_input_and_a_document() {
    let palette = fake();
    let text = export_as(&palette, "1.2.0");
    let ran = palette.request("import - --draft --yes -o json").input(&text).run().exits(0);
    let document = ran.document("ProfileImport");
    let uid = palette.with_world(|it| it.profile_version("monitoring", "1.2.0").unwrap().uid.clone());
    assert_eq!(
        (&document["uid"], &document["made"], &document["published"]),
        (&json!(uid), &json!(true), &json!(false))
    );
    assert_eq!(document["packs"][1], json!({"name": "logs", "layer": "addon", "version": "3.0.0"}));
    assert_eq!(versions(&palette).last().unwrap(), "1.2.0 draft");
}

#[test]
fn a_document_of_a_cluster_is_imported_with_its_published_content() {
    let palette = fake();
    let document = "kind: ClusterProfile\nmetadata: {name: other-1}\nspec:\n  version: 1.0.0\n  published:\n    name: other\n    type: add-on\n    cloudType: all\n    packs:\n    - {name: app, layer: addon, type: helm, version: 1.0.0, tag: 1.0.0, values: \"a: 1 # one\\n\"}\n";
    let file = palette.write("o.yaml", document);
    palette.run(&format!("import {file} --yes")).exits(0);
    let values = palette.with_world(|it| it.profile_version("other", "1.0.0").unwrap().packs[0].values.clone());
    assert_eq!(values, "a: 1 # one\n");
}

#[test]
fn a_dry_run_of_an_import_writes_nothing() {
    let palette = fake();
    let file = palette.write("p.json", &export_as(&palette, "1.2.0"));
    palette.run(&format!("import {file} --dry-run")).exits(0).shows("(client dry run)");
    assert!(!palette.calls().iter().any(|it| it.template().contains("validate")));
    palette.run(&format!("import {file} --dry-run=server")).exits(0).shows("(server dry run)");
    assert!(palette.calls().iter().any(|it| it.template().ends_with("import/validate")));
    assert!(palette.changes().is_empty(), "{:?}", palette.changes());
}

#[test]
fn rejects_an_import_before_anything_is_sent() {
    let palette = fake();
    let export = export_as(&palette, "1.2.0");
    let with = |from: &str, to: &str| {
        assert!(export.contains(from), "{export}");
        export.replace(from, to)
    };
    for (text, code, part) in [
        (export.replace("1.2.0", "1.1.0"), 4, "monitoring@1.1.0 exists already"),
        (export.replace("1.2.0", "v1.2"), 4, "spec.version \"v1.2\" is no SemVer"),
        (with("level: info", "level: '***'"), 4, "spec.template.packs[1].values level (pack logs) is masked"),
        (
            with("kind: ConfigMap", "token: '*****'"),
            4,
            "spec.template.packs[0].manifests[0].content token (pack metrics)",
        ),
        ("a: 1\n".into(), 2, "holds no profile"),
        (format!("{export}\n---\n{export}"), 2, "holds 2 documents"),
        ("a: [".into(), 2, "is not valid YAML"),
    ] {
        let file = palette.write("p.json", &text);
        palette.run(&format!("import {file} --yes")).exits(code).tells(part).tells("hint: ");
    }
    let calls = palette.calls();
    assert!(
        !calls.iter().any(|it| it.method() == "POST"),
        "{:?}",
        calls.iter().map(ToString::to_string).collect::<Vec<_>>()
    );
}

#[test]
fn rejects_an_import_without_a_yes() {
    let palette = fake();
    let file = palette.write("p.json", &export_as(&palette, "1.2.0"));
    palette.run(&format!("import {file}")).exits(2).tells("there is no terminal to ask on").shows("metrics");
    assert!(palette.changes().is_empty());
}

#[test]
fn rejects_what_palettes_own_check_refuses() {
    let palette = fake();
    let file = palette.write("p.json", &export_as(&palette, "1.2.0"));
    let answer = Answer::error(400, "PackNotFound", "pack 'logs' is in no registry");
    palette.inject(Fault::on("POST", "/v1/clusterprofiles/import/validate", Effect::Answer(answer)));
    palette
        .run(&format!("import {file} --yes"))
        .exits(4)
        .tells("pack 'logs' is in no registry")
        .tells("nothing was written");
    assert!(palette.changes().is_empty());
}

#[test]
fn what_palettes_check_says_of_registries_is_shown() {
    let palette = fake();
    let text = export_as(&palette, "1.2.0");
    let file = palette.write("p.json", &text);
    let mut answer: Value = serde_json::from_str(&text).unwrap();
    let registry = json!({"uid": "r1", "name": "ours", "isPrivate": false, "isSyncSupported": true});
    answer["spec"]["template"]["packs"][1]["registry"] = json!({"matchingRegistries": [registry]});
    palette.inject(Fault::on(
        "POST",
        "/v1/clusterprofiles/import/validate",
        Effect::Answer(Answer::json(200, &answer)),
    ));
    palette
        .run(&format!("import {file} --yes"))
        .exits(0)
        .shows("note: pack logs: registry (none) of the file is ours here");
    let sent = palette.calls().iter().find(|it| it.template() == IMPORT).unwrap().body();
    assert_eq!(sent["spec"]["template"]["packs"][1]["registry"], json!({"metadata": registry}));
}

#[test]
fn an_import_whose_answer_is_lost_is_looked_up_and_not_sent_again() {
    let palette = fake();
    let file = palette.write("p.json", &export_as(&palette, "1.2.0"));
    palette.inject(Fault::on("POST", IMPORT, Effect::CloseAfter));
    let ran = palette.run(&format!("import {file} --yes")).exits(2);
    ran.tells("monitoring@1.2.0 was made all the same: uid").tells("published");
    assert_eq!(palette.changes(), ["POST /v1/clusterprofiles/import"]);

    let file = palette.write("p.json", &export_as(&palette, "1.3.0"));
    palette.inject(Fault::on("POST", IMPORT, Effect::CloseBefore));
    palette.run(&format!("import {file} --yes")).exits(2).tells("monitoring@1.3.0 was not made");
    palette.inject(Fault::on("POST", IMPORT, Effect::Answer(Answer::error(500, "Internal", "down"))));
    palette.run(&format!("import {file} --yes")).exits(2).tells("monitoring@1.3.0 was not made");
    palette.inject(Fault::on("POST", IMPORT, Effect::Hang(Duration::from_secs(20))));
    let ran = palette.run(&format!("import {file} --yes --request-timeout 1s")).exits(124);
    ran.tells("monitoring@1.3.0 was not made, as far as");
    assert_eq!(palette.changes().len(), 3);
    assert_eq!(versions(&palette).last().unwrap(), "1.2.0 published");
}

#[test]
fn an_import_is_asked_for_at_a_terminal() {
    let palette = fake();
    let file = palette.write("p.json", &export_as(&palette, "1.2.0"));
    palette.request(&format!("import {file}")).input("n\n").at_a_terminal().exits(2).shows("not confirmed");
    assert!(palette.changes().is_empty());
    palette.request(&format!("import {file}")).input("y\n").at_a_terminal().exits(0).shows("imported and published");
}

#[test]
fn an_export_drives_no_terminal_and_is_the_same_in_a_pipe() {
    let palette = fake();
    let answer = || Effect::Answer(Answer::text(200, "application/yaml", "a: \u{1b}[31mred\n"));
    palette.inject(Fault::on("GET", "/v1/clusterprofiles/{uid}/export", answer()).times(2));
    palette.request("export monitoring@1.0.0").at_a_terminal().exits(0).shows("a: ^[[31mred").hides("\u{1b}");
    assert_eq!(palette.run("export monitoring@1.0.0").exits(0).stdout, "a: \u{1b}[31mred\n");
}

#[test]
fn no_key_is_shown_whatever_is_asked_for() {
    let palette = fake();
    let file = palette.write("p.json", &export_as(&palette, "1.2.0"));
    // Each run looks for the fake's own key.
    palette.run(&format!("import {file} --yes -v 9")).exits(0).tells("POST");
    let wrong = "WrongKeyThatNobodyPrints";
    let echo = Answer::error(401, "InvalidKey", &format!("no key {wrong}"));
    palette.inject(Fault::on("GET", "/v1/dashboard/projects/metadata", Effect::Answer(echo)));
    let ran = palette.request("export monitoring@1.0.0").env("SPECTROCLOUD_APIKEY", wrong).run().exits(2);
    ran.hides(wrong).tells("the API key is not accepted");
}
