//! Every request that the store makes and every answer that it understands, held against Palette's API description: by the
//! strict reading of it in the fake, and by Prism, which knows nothing of this project.
//!
//! Without the description this is not run, and says so past the harness.

use std::{collections::BTreeMap, io::Write as _};

use profile_palette::{Call, prism::Prism};

use crate::{
    run::{Palette, fake, fake_of},
    shop::world,
};

/// What the commands of this binary ask of Palette, in one run of each.
fn calls() -> (Vec<Call>, Palette) {
    let mut world = world(&["shop", "shop-2"]);
    world.repave_needs_approval = true;
    let palette = fake_of(world);
    for (words, code) in [
        ("list", 0),
        ("show hello@1.1.0", 0),
        ("status", 0),
        ("overrides shop", 0),
        ("check shop hello@1.1.0", 0),
        ("diff shop hello@1.3.0", 1),
        ("switch shop hello@1.1.0 --yes --wait", 0),
        ("override shop app --set manifests.app.replicas=7 --yes", 0),
        ("rollback shop --yes --accept-loss 'hello/app: manifests.app.replicas'", 0),
        ("switch shop-2 hello@1.3.0 --yes", 0),
        ("approve shop-2 --yes", 0),
        ("approve shop-2 --install", 0),
        ("EDIT", 0),
        ("update shop --yes", 0),
        ("switch shop hello@1.0.0 --yes --download-first", 0),
        ("approve shop --install --yes", 0),
        ("switch shop hello@1.3.0 --yes --wait --approve-repave", 0),
    ] {
        if words == "EDIT" {
            crate::update::edit(&palette, "odd:   { b: 1", "odd:   { b: 9");
            continue;
        }
        palette.run(words).exits(code);
    }
    let profiles = fake();
    let export = profiles.run("export monitoring@1.0.0 -o json").exits(0).stdout.replace("1.0.0", "1.9.0");
    profiles.write("export.json", &export);
    profiles.run("import export.json --yes").exits(0);
    profiles.run("new-version monitoring@1.0.0 2.0.0 --set metrics:replicas=3 --yes").exits(0);
    profiles.run("detach shop-aws monitoring --yes").exits(0);
    (palette.calls().into_iter().chain(profiles.calls()).collect(), palette)
}

#[test]
fn what_is_sent_and_understood_fits_palettes_api_description() {
    let (calls, palette) = calls();
    if !palette.is_contract_checked() {
        let said = "\nNOT RUN: contract: Palette's API description is not there; name it by PALETTE_OPENAPI\n";
        // Straight to the stream: the harness keeps what a passing test prints to itself.
        std::io::stderr().write_all(said.as_bytes()).unwrap();
        return;
    }
    // The runs themselves found no violation by the strict reading; here is the second judge.
    let prism = Prism::start().unwrap_or_else(|error| panic!("{error}"));
    let mut paths: BTreeMap<String, usize> = BTreeMap::new();
    for call in &calls {
        *paths.entry(format!("{} {}", call.method(), call.template())).or_default() += 1;
        let found = prism.judge(call).unwrap();
        assert!(found.is_empty(), "{call}: {found:?}");
    }
    let table: Vec<_> = paths.iter().map(|(path, count)| format!("{count:>4} {path}")).collect();
    let said = format!("\ncontract: {} calls of {} paths fit\n{}\n", calls.len(), paths.len(), table.join("\n"));
    std::io::stderr().write_all(said.as_bytes()).unwrap();
    assert!(paths.len() >= 24, "{table:?}");
}
