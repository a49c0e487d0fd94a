//! Which kubeconfig is read: several as one, files of tokens, paths beside their file.

use std::{env, fs, path::PathBuf};

use profile_sandbox::Run;
use serde_json::json;

use super::{administrator, assert_listed, file, kubeconfig_of, path, run, run_with, token, with_token, world};
use crate::{sandbox::shared, world::assert_run};

#[test]
fn a_list_is_read_as_one_and_what_is_not_there_is_passed_over() {
    let whole = kubeconfig_of(with_token());
    let part = |keys: &[&str]| {
        let mut part = json!({"apiVersion": "v1", "kind": "Config"});
        keys.iter().for_each(|key| part[key] = whole[key].clone());
        PathBuf::from(file("part", &part.to_string()))
    };
    let (contexts, rest) = (part(&["contexts"]), part(&["clusters", "users", "current-context"]));
    let wrong = PathBuf::from(file("wrong", &kubeconfig_of(json!({"token": "nobody"})).to_string()));
    let list = |paths: &[PathBuf]| {
        let list = env::join_paths(paths).unwrap();
        let mut command = shared().plugin_command();
        command.args(["list", "-n", &world().namespace]).env("KUBECONFIG", &list);
        let mut kubectl = shared().kubectl_command();
        kubectl.args(["auth", "whoami"]).env("KUBECONFIG", &list);
        (Run::of(&mut command).unwrap(), Run::of(&mut kubectl).unwrap())
    };
    let (empty, missing) = (PathBuf::new(), path("missing"));
    // What is listed, and whether the user is the one of the service account.
    for (paths, is_known) in [
        (vec![contexts.clone(), rest.clone()], true),
        (vec![rest.clone(), contexts.clone()], true),
        (vec![empty.clone(), missing.clone(), contexts.clone(), empty, rest.clone()], true),
        (vec![contexts.clone(), rest.clone(), wrong.clone()], true),
        (vec![wrong, contexts, rest], false),
    ] {
        let (ours, kubectls) = list(&paths);
        assert_eq!(kubectls.code == Some(0), is_known, "{paths:?}: {kubectls}");
        assert_eq!(ours.code == Some(0), is_known, "{paths:?}: {ours}");
    }
    let (none, _) = list(&[missing]);
    assert_run(&none, 2, &["error: no kubeconfig can be read"]);
}

#[test]
fn the_flag_wins_over_the_variable() {
    let good = file("good", &kubeconfig_of(with_token()).to_string());
    let broken = file("broken", "users: [");
    let run = run(None, &["list", "--kubeconfig", &good], &[("KUBECONFIG", &broken)]);
    assert_listed(&run);
    let run = run_with(&administrator(), &["list", "--kubeconfig", "/no/such/file"], &[]);
    assert_run(&run, 2, &["error: no kubeconfig can be read: /no/such/file is not there"]);
}

#[test]
fn files_are_looked_for_beside_the_kubeconfig_and_a_token_may_end_in_a_line_break() {
    let folder = path("folder");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("token"), format!("{}\n", token())).unwrap();
    fs::copy(shared().dir().join("pki/ca.crt"), folder.join("ca.crt")).unwrap();
    let mut kubeconfig = kubeconfig_of(json!({"tokenFile": "token"}));
    let cluster = kubeconfig["clusters"][0]["cluster"].as_object_mut().unwrap();
    cluster.remove("certificate-authority-data");
    cluster.insert("certificate-authority".into(), json!("./ca.crt"));
    fs::write(folder.join("config"), kubeconfig.to_string()).unwrap();
    assert_listed(&run(Some(&folder.join("config")), &["list"], &[]));
    fs::write(folder.join("token"), "nobody").unwrap();
    let run = run(Some(&folder.join("config")), &["list"], &[]);
    assert_run(&run, 2, &["error: you must be logged in to the server (Unauthorized)"]);
}
