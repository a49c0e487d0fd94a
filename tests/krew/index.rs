//! The repository as a custom index, before its first release and after.

use std::{
    fs,
    path::{Path, PathBuf},
};

use profile_release::{manifest::IN_INDEX, root};
use profile_tests::Run;

use crate::{archives::Release, downloads::Downloads, home::Home};

/// A git repository with the index in it, served as a file.
pub(crate) struct Index<'a> {
    home: &'a Home,
}

impl<'a> Index<'a> {
    /// The repository as it is before its first release: the folder is there, and no manifest in it.
    pub(crate) fn before_a_release(home: &'a Home) -> Self {
        let index = Self { home };
        fs::create_dir_all(index.path("plugins")).unwrap();
        fs::copy(root().join("plugins/README.md"), index.path("plugins/README.md")).unwrap();
        index.git(&["init", "--quiet", "--initial-branch=main"]);
        index.commit();
        index
    }

    /// Puts a manifest into the index, as the release workflow does.
    pub(crate) fn offer(&self, manifest: &str) {
        fs::write(self.path(IN_INDEX), manifest).unwrap();
        self.commit();
    }

    pub(crate) fn url(&self) -> String {
        format!("file://{}", self.path("").display())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.home.path("index").join(name)
    }

    fn commit(&self) {
        self.git(&["add", "--all"]);
        self.git(&[
            "-c",
            "user.name=Test",
            "-c",
            "user.email=test@example.org",
            "commit",
            "--quiet",
            "-m",
            "A manifest",
        ]);
    }

    fn git(&self, words: &[&str]) {
        let mut command = self.home.command(Path::new("git"));
        Run::of(command.current_dir(self.path("")).args(words)).unwrap().success(&words.join(" ")).unwrap();
    }
}

#[test]
fn before_the_first_release_it_offers_nothing_and_krew_says_so() {
    let home = Home::new();
    let index = Index::before_a_release(&home);
    home.must(&["krew", "index", "add", "palette", &index.url()]);
    assert_eq!(home.must(&["krew", "search"]).stdout, "");
    let run = home.kubectl(&["krew", "install", "palette/profile"]);
    assert_eq!(run.code, Some(1), "{run}");
    assert!(run.stderr.contains("plugin \"palette/profile\" does not exist in the plugin index"), "{run}");
}

#[test]
fn after_a_release_a_search_finds_it_and_an_install_downloads_it() {
    let (home, release) = (Home::new(), Release::of_every_platform());
    let downloads = Downloads::serve(release.dir());
    let index = Index::before_a_release(&home);
    home.must(&["krew", "index", "add", "palette", &index.url()]);
    index.offer(&fs::read_to_string(release.manifest(&downloads.url())).unwrap());
    home.must(&["krew", "update"]);
    let found = home.must(&["krew", "search", "profile"]);
    assert!(found.stdout.contains("palette/profile") && found.stdout.contains("Palette clusters"), "{found}");
    home.must(&["krew", "install", "palette/profile"]);
    assert!(home.must(&["profile", "version"]).stdout.starts_with("kubectl-profile "));
}

#[test]
fn an_archive_with_another_sum_than_the_index_says_is_refused() {
    let (home, release) = (Home::new(), Release::of_this_machine());
    let downloads = Downloads::serve(release.dir());
    let index = Index::before_a_release(&home);
    index.offer(&fs::read_to_string(release.manifest(&downloads.url())).unwrap());
    fs::write(release.archive(), "another archive").unwrap();
    home.must(&["krew", "index", "add", "palette", &index.url()]);
    let run = home.kubectl(&["krew", "install", "palette/profile"]);
    assert!(run.code == Some(1) && run.stderr.contains("checksum"), "{run}");
    assert!(!home.krew("store/profile").exists() && !home.krew("bin/kubectl-profile").exists());
}
