//! Upgraded by krew from an index, and gone again.

use std::fs;

use profile_release::TAG;

use crate::{archives::Release, downloads::Downloads, home::Home, index::Index};

/// A version that is newer than any.
const NEXT: &str = "v999.0.0";

#[test]
fn an_upgrade_leaves_nothing_of_the_old_version_and_an_uninstall_nothing_at_all() {
    let (home, release) = (Home::new(), Release::of_this_machine());
    let downloads = Downloads::serve(release.dir());
    let manifest = fs::read_to_string(release.manifest(&downloads.url())).unwrap();
    let index = Index::before_a_release(&home);
    // Every directory of krew is there from its first run on.
    home.must(&["krew", "index", "list"]);
    let before = home.tree();
    index.offer(&manifest);
    home.must(&["krew", "index", "add", "palette", &index.url()]);
    home.must(&["krew", "install", "palette/profile"]);
    let version = home.must(&["profile", "version"]);
    home.must(&["profile", "completion", "install"]);

    // Its archive is the same one: what counts here is what krew does with it.
    index.offer(&manifest.replace(TAG, NEXT));
    let run = home.must(&["krew", "upgrade", "profile"]);
    assert!(run.stderr.contains("Upgraded plugin: palette/profile"), "{run}");
    assert_eq!(versions(&home), [NEXT]);
    let link = fs::read_link(home.krew("bin/kubectl-profile")).unwrap();
    assert_eq!(link, home.krew(&format!("store/profile/{NEXT}/kubectl-profile")));
    assert_eq!(home.must(&["profile", "version"]), version);
    let completed = home.must(&["__complete", "profile", "swi"]);
    assert!(completed.stdout.starts_with("switch"), "{completed}");
    let list = home.must(&["krew", "list"]);
    assert!(list.stdout.contains("palette/profile"), "{list}");

    home.must(&["profile", "completion", "uninstall"]);
    home.must(&["krew", "uninstall", "profile"]);
    home.must(&["krew", "index", "remove", "palette"]);
    assert_eq!(home.tree(), before);
}

/// The versions of the plugin in krew's store.
fn versions(home: &Home) -> Vec<String> {
    let store = fs::read_dir(home.krew("store/profile")).unwrap();
    store.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}
