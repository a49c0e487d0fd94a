//! Since which revision a cluster has set a value itself.

use crate::{
    fixtures::{self, packs},
    folder::Folder,
};

#[test]
fn a_revision_that_only_saw_a_value_did_not_set_it() {
    for next in ["override app --set b=1 --yes", "switch hello@1.1.0 --yes --on-conflict=override"] {
        let folder = fixtures::demo();
        folder.run("override app --set a=1 --yes").exits(0);
        folder.edit("cluster.json", "replicas: 1", "replicas: 7");
        let by_hand = "7          after revision 1, by other means\n";
        folder.run("overrides").exits(0).shows(by_hand);
        folder.run(next).exits(0);
        folder.run("overrides").exits(0).shows(by_hand).shows("1          revision 1 (override)\n");
    }
}

#[test]
fn lines_that_were_there_before_the_first_revision_are_blamed_on_none() {
    let text = |mtu: &str, more: &str| packs("1.32.1", &format!("mtu: {mtu}\nreplicas: 1\n{more}"));
    let own = text("{{ .spectro.macro.MTU }}", "");
    let folder = Folder::empty().with("cluster.json", fixtures::cluster(&own).to_string());
    fixtures::add(&folder, "1.0.0", &text("{{ .spectro.macro.OTHER }}", ""));
    fixtures::add(&folder, "1.1.0", &text("{{ .spectro.macro.OTHER }}", "# new\n"));
    folder.run("switch hello@1.1.0 --yes").exits(0);
    folder.run("overrides").exits(0).shows("line 1").shows("before revision 1").hides("by other means");
}
