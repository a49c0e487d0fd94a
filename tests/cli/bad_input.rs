//! Bad input, each with a clear error and nothing changed: kubeconfigs, files and names.

use std::{fs, net::TcpListener};

use crate::{fixtures, folder::Folder};

const CONTEXTS: &str = "\
apiVersion: v1
kind: Config
current-context: dev
contexts:
- {name: dev, context: {cluster: c, user: u}}
- {name: production, context: {cluster: c, user: u}}
clusters:
- {name: c, cluster: {server: \"https://127.0.0.1:PORT\"}}
users:
- {name: u, user: {token: planted-token}}
";

/// A kubeconfig for a port that nobody listens on.
fn unreachable() -> Folder {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    Folder::hub().with("config", CONTEXTS.replace("PORT", &port.to_string()))
}

#[test]
fn no_kubeconfig() {
    for command in ["list", "status", "switch shop-aws hello-aws@1.1.0 --yes"] {
        Folder::hub().refuses(command, 2, &["kubeconfig", "no-kubeconfig", "--kubeconfig", "-f"]);
    }
    Folder::hub().refuses("list --kubeconfig nowhere", 2, &["nowhere", "--kubeconfig"]);
}

#[test]
fn a_kubeconfig_without_a_context() {
    let folder = Folder::empty().with("config", "apiVersion: v1\nkind: Config\n");
    folder.refuses("list --kubeconfig config", 2, &["no current context", "--context"]);
}

#[test]
fn a_kubeconfig_that_is_not_yaml() {
    let folder = Folder::empty().with("config", "apiVersion: [v1\n");
    folder.refuses("list --kubeconfig config", 2, &["kubeconfig", "--kubeconfig"]);
}

#[test]
fn an_unknown_context_is_told_with_the_nearest() {
    unreachable().refuses(
        "list --kubeconfig config --context prodution",
        2,
        &["\"prodution\"", "did you mean production?"],
    );
}

#[test]
fn a_server_that_nobody_reaches() {
    for command in ["list", "status", "switch shop-aws hello-aws@1.1.0 --yes"] {
        unreachable().refuses(
            &format!("{command} --kubeconfig config"),
            2,
            &["\"dev\"", "refused", "is the server running"],
        );
    }
    unreachable().run_exactly("list --kubeconfig config").hides("planted-token");
}

#[test]
fn no_such_cluster_is_told_with_the_nearest() {
    for command in [
        "status shop-awz",
        "history shop-awz",
        "check shop-awz hello-aws@1.1.0",
        "switch shop-awz hello-aws@1.1.0 --yes",
    ] {
        Folder::hub().refuses(
            &format!("{command} -f ."),
            2,
            &["no cluster \"shop-awz\" in files in .", "did you mean shop-aws?"],
        );
    }
}

#[test]
fn no_such_profile_is_told_with_the_nearest() {
    for command in ["show helo-aws@1.0.0", "check shop-aws helo-aws@1.0.0", "switch shop-aws helo-aws@1.0.0 --yes"] {
        Folder::hub().refuses(&format!("{command} -f ."), 2, &["no profile \"helo-aws\"", "there is: hello-aws"]);
    }
}

#[test]
fn no_such_version_is_told_with_those_there_are() {
    for version in ["1.0.7", "banana"] {
        for command in ["show", "check shop-aws", "switch --yes shop-aws", "diff shop-aws"] {
            let told = format!("profile \"hello-aws\" has no version \"{version}\"");
            let words = format!("{command} hello-aws@{version} -f .");
            Folder::hub().refuses(&words, 2, &[&told, "there is: 0.9.0, 1.0.0, 1.1.0, 1.2.0, 1.3.0"]);
        }
    }
}

#[test]
fn two_clusters_where_one_was_meant() {
    for command in ["check hello-aws@1.1.0", "switch hello-aws@1.1.0 --yes", "overrides", "history"] {
        Folder::hub().refuses(
            &format!("{command} -f ."),
            2,
            &["there are 2 clusters", "shop-aws, store-edge", "name those"],
        );
    }
}

#[test]
fn two_clusters_of_one_name_are_told_apart_by_place() {
    let folder = fixtures::demo();
    fs::copy(folder.path("cluster.json"), folder.path("copy.json")).unwrap();
    folder.refuses(
        "status demo -f .",
        2,
        &["2 clusters are called \"demo\"", "./cluster.json", "./copy.json", "fewer files"],
    );
    folder.edit("copy.json", "\"name\":\"demo\"", "\"name\":\"demo\",\"namespace\":\"other\"");
    folder.refuses("status demo -f .", 2, &["2 clusters are called \"demo\"", "-n NAMESPACE"]);
}

#[test]
fn two_profiles_of_one_version_are_no_guess() {
    let folder = fixtures::demo();
    fs::copy(folder.path("hello-1.1.0.json"), folder.path("copy.json")).unwrap();
    folder.refuses(
        "switch hello@1.1.0 --yes -f .",
        2,
        &["hello@1.1.0 stands 2 times", "./copy.json", "./hello-1.1.0.json"],
    );
}

/// A file that cannot be read, beside good ones: every command stops at it.
#[track_caller]
fn unreadable(content: impl AsRef<[u8]>, parts: &[&str]) {
    let folder = Folder::hub().with("bad.yaml", content);
    for command in ["list", "status", "switch shop-aws hello-aws@1.1.0 --yes"] {
        folder.refuses(&format!("{command} -f ."), 2, &[&["./bad.yaml"], parts].concat());
    }
}

#[test]
fn a_file_that_is_not_yaml() {
    unreadable("kind: SpectroCluster\nmetadata: {name: x\nspec: 1\n", &["line 3, column 5", "mend the file"]);
    unreadable("a:\n\tc: d\n", &["line 2", "mend the file"]);
    unreadable("a: 1\na: 2\n", &["line 2, column 1", "mend the file"]);
    unreadable("{\"a\": 1,\n \"b\": }}\n", &["line 2", "mend the file"]);
}

#[test]
fn a_file_of_5_mb() {
    let padding = "x".repeat(5_000_000);
    unreadable(
        format!("kind: SpectroCluster\nmetadata: {{name: big}}\nnote: {padding}\n"),
        &["4194304", "split the file"],
    );
}

#[test]
fn a_file_nested_500_levels_deep() {
    unreadable(format!("a: {}{}\n", "[".repeat(500), "]".repeat(500)), &["line 1", "mend the file"]);
    unreadable(format!("a: {}1{}\n", "{b: ".repeat(500), "}".repeat(500)), &["line 1", "mend the file"]);
    let block: String = (0..500).map(|level| format!("{}a:\n", " ".repeat(level))).collect();
    unreadable(block, &["line 65", "mend the file"]);
    unreadable("- ".repeat(500) + "x\n", &["line 1", "mend the file"]);
}

#[test]
fn a_file_full_of_aliases() {
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let below = level - 1;
        bomb += &format!("a{level}: &a{level} [{}]\n", vec![format!("*a{below}"); 10].join(", "));
    }
    unreadable(bomb, &["mend the file"]);
}

#[test]
fn a_file_that_is_not_utf8() {
    unreadable(b"kind: SpectroCluster\nmetadata: {name: \xff\xfe}\n", &["not UTF-8", "line 2, byte 18", "UTF-8"]);
}

#[test]
fn a_directory_without_files() {
    let folder = Folder::empty();
    fs::create_dir(folder.path("empty")).unwrap();
    folder.refuses("list -f empty", 2, &["directory empty holds no .yaml, .yml or .json file", "name the directory"]);
}

#[test]
fn a_path_that_is_not_there() {
    Folder::hub().refuses("list -f missing", 2, &["cannot read missing", "-f takes a directory or a file"]);
    Folder::hub().refuses("list -f . -f missing.yaml", 2, &["cannot read missing.yaml"]);
}

#[test]
fn a_directory_called_like_a_file_is_passed_over() {
    let folder = Folder::hub();
    fs::create_dir(folder.path("folder.yaml")).unwrap();
    folder.run("status").exits(0).shows("shop-aws");
    folder.refuses("list -f folder.yaml", 2, &["directory folder.yaml holds no"]);
}

#[test]
fn a_file_that_is_not_there_is_no_matter_of_the_flag_for_stores() {
    for words in
        ["diff shop-aws none.yaml", "update --from none.yaml", "switch shop-aws hello-aws@1.1.0 --yes --base none.yaml"]
    {
        Folder::hub().run(words).exits(2).tells("cannot read none.yaml").tells("hint: name a file").hides("-f takes");
    }
}

#[test]
fn a_cluster_where_the_version_was_forgotten() {
    for command in ["switch shop-aws --yes", "check shop-aws"] {
        let ran = Folder::hub().run(command).exits(2);
        ran.tells("\"shop-aws\" names no version").tells("if it is a cluster, PROFILE@VERSION is missing behind it");
    }
}

#[test]
fn a_cluster_where_the_pack_was_forgotten() {
    let ran = Folder::hub().run("override shop-aws --set a=b --yes").exits(2);
    ran.tells("\"shop-aws\" is read as the pack, which comes last: write a cluster before it");
}

#[test]
fn a_diff_of_several_clusters_is_told_what_it_takes() {
    for words in ["diff", "diff -A"] {
        let ran = Folder::hub().run(words).exits(2);
        ran.tells("there are 2 clusters").tells("hint: name one").hides("-A takes").hides("-l SELECTOR");
    }
    Folder::hub().run("diff -l a=b").exits(2).tells("such as hello-aws@1.1.0");
}

#[test]
fn a_hint_at_a_command_names_the_files() {
    fixtures::demo().run("rollback demo --yes").exits(2).tells("look at `kubectl profile history demo -f .`");
}

#[test]
fn a_cluster_is_no_edit_of_a_profile() {
    let ran = Folder::hub().run("update --from ./cluster-shop-aws.yaml").exits(2);
    ran.tells("./cluster-shop-aws.yaml holds no profile");
}
