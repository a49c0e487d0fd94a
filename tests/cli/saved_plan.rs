//! `--save-plan`: where a plan may go, and where not.

use std::{fs, os::unix::fs::FileTypeExt, os::unix::fs::PermissionsExt, process::Command};

use crate::fixtures;

const WORDS: &str = "switch hello@1.1.0 --save-plan";

#[test]
fn a_link_stays_one_and_its_file_is_replaced() {
    let folder = fixtures::demo().with("plan.json", "older");
    std::os::unix::fs::symlink("plan.json", folder.path("link")).unwrap();
    fs::create_dir(folder.path("plans")).unwrap();
    std::os::unix::fs::symlink("../link", folder.path("plans/far")).unwrap();
    for path in ["plans/far", "link", "plan.json", "new.json"] {
        folder.write("plan.json", "older");
        folder.run_exactly(&format!("{WORDS} {path} -f cluster.json -f hello-1.0.0.json -f hello-1.1.0.json")).exits(0);
        let real = if path == "new.json" { path } else { "plan.json" };
        assert_eq!(folder.json(real)["kind"], "Plan", "{path}");
        assert_eq!(fs::metadata(folder.path(real)).unwrap().permissions().mode() & 0o777, 0o600, "{path}");
    }
    for link in ["link", "plans/far"] {
        assert!(fs::symlink_metadata(folder.path(link)).unwrap().is_symlink(), "{link} is no link any more");
    }
}

#[test]
fn what_is_no_file_is_refused_and_stays() {
    let folder = fixtures::demo();
    assert!(Command::new("mkfifo").arg(folder.path("pipe")).status().unwrap().success());
    fs::create_dir(folder.path("dir")).unwrap();
    std::os::unix::fs::symlink("pipe", folder.path("to-pipe")).unwrap();
    std::os::unix::fs::symlink("gone", folder.path("to-nothing")).unwrap();
    for path in ["pipe", "to-pipe", "dir", "to-nothing", "-"] {
        let files = "-f cluster.json -f hello-1.0.0.json -f hello-1.1.0.json";
        let ran = folder.run_exactly(&format!("{WORDS} {path} {files}")).exits(2).prints("");
        ran.tells(&format!("error: cannot write the plan to {path}: ")).tells("hint: name a file");
    }
    assert!(fs::symlink_metadata(folder.path("pipe")).unwrap().file_type().is_fifo());
    assert!(fs::symlink_metadata(folder.path("to-nothing")).unwrap().is_symlink());
    assert!(!folder.path("-").exists() && !folder.path("gone").exists());
}
