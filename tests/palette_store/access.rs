//! Where Palette is, who asks, and which store is meant.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path};

use crate::{
    run::{Palette, Ran},
    shop::{held, shop},
};

const SWITCH: &str = "switch shop hello@1.1.0 --yes";

/// Writes a kubeconfig whose current context is `hub`, where nobody listens, and returns its path.
fn kubeconfig_of_hub(palette: &Palette) -> String {
    let kubeconfig = palette.write(
        "kubeconfig",
        "{apiVersion: v1, kind: Config, current-context: hub, clusters: [{name: c, cluster: {server: 'https://127.0.0.1:1'}}],\n\
         users: [{name: u, user: {}}], contexts: [{name: hub, context: {cluster: c, user: u}}]}\n",
    );
    palette.path(&kubeconfig).display().to_string()
}

/// Writes the configuration file, readable for its owner alone.
fn configure(palette: &Palette, text: &str) {
    let path = palette.path("home/.config/kubectl-profile/config.yaml");
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, text).unwrap();
    close(&path);
}

fn close(path: &Path) {
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
}

/// Runs with the configuration file alone, without Palette's variables.
fn unset(palette: &Palette, words: &str) -> Ran {
    let request = palette.request(words).env("SPECTROCLOUD_HOST", "").env("SPECTROCLOUD_APIKEY", "");
    request.env("SPECTROCLOUD_DEFAULT_PROJECT", "").elsewhere()
}

/// The configuration with what is given about the key.
fn configuration(palette: &Palette, key: &str) -> String {
    let (host, authority) = (palette.host(), palette.ca_file().display().to_string());
    format!(
        "store: palette\npalette:\n  host: {host}\n  project: Default\n  certificateAuthority: {authority}\n  {key}\n"
    )
}

#[test]
fn a_configuration_file_is_enough() {
    let palette = shop();
    configure(&palette, &configuration(&palette, &format!("apiKey: {}", palette.key())));
    unset(&palette, "list").exits(0).shows("hello");
    unset(&palette, SWITCH).exits(0).shows("project Default");
    assert_eq!(held(&palette, "shop").0, "1.1.0");
}

#[test]
fn a_key_comes_from_a_file_or_a_command() {
    let palette = shop();
    palette.write("key", &format!("{}\n", palette.key()));
    close(&palette.path("key"));
    configure(&palette, &configuration(&palette, &format!("apiKeyFile: {}", palette.path("key").display())));
    unset(&palette, "list").exits(0);
    configure(&palette, &configuration(&palette, &format!("apiKeyCommand: [cat, {}]", palette.path("key").display())));
    unset(&palette, "list").exits(0);
    configure(&palette, &configuration(&palette, "apiKeyCommand: [sh, -c, 'echo locked >&2; exit 3']"));
    unset(&palette, "list").exits(2).tells("locked").tells("apiKeyCommand");
    configure(&palette, &configuration(&palette, "apiKeyCommand: [no-such-program]"));
    unset(&palette, "list").exits(2).tells("no-such-program");
}

#[test]
fn rejects_a_key_that_others_may_read() {
    let palette = shop();
    configure(&palette, &configuration(&palette, "apiKey: sesame"));
    let file = palette.path("home/.config/kubectl-profile/config.yaml");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    unset(&palette, "list").exits(2).tells("others may read it").tells("chmod 600").hides("sesame");
    palette.write("key", "sesame");
    fs::set_permissions(palette.path("key"), fs::Permissions::from_mode(0o640)).unwrap();
    configure(&palette, &configuration(&palette, &format!("apiKeyFile: {}", palette.path("key").display())));
    unset(&palette, "list").exits(2).tells("others may read it").hides("sesame");
}

#[test]
fn rejects_a_configuration_that_cannot_be_read_without_showing_it() {
    let palette = shop();
    for text in [
        "palette: {apiKey: sesame, hots: a}",
        "palette:\n  apiKey: [sesame\n",
        "store: nothing\npalette: {apiKey: sesame}",
    ] {
        configure(&palette, text);
        unset(&palette, "list").exits(2).tells("config.yaml").tells("apiKeyCommand").hides("sesame");
        unset(&palette, "version").exits(0);
    }
    let missing = palette.request("list").env("KUBECTL_PROFILE_CONFIG", "none.yaml").run().exits(2);
    missing.tells("none.yaml");
}

#[test]
fn what_is_missing_is_named() {
    let palette = shop();
    unset(&palette, "list --store palette").exits(2).tells("SPECTROCLOUD_HOST");
    let host = format!("list --palette-host {}", palette.host());
    unset(&palette, &host).exits(2).tells("SPECTROCLOUD_DEFAULT_PROJECT");
    unset(&palette, &format!("{host} --project Default")).exits(2).tells("SPECTROCLOUD_APIKEY");
    palette.run("list --palette-host http://127.0.0.1:1").exits(2).tells("https only");
    palette.run("list --project Defualt").exits(2).tells("no project \"Defualt\"").tells("Default");
}

#[test]
fn a_project_is_named_by_its_name_or_its_uid() {
    let palette = shop();
    let uid = palette.project();
    for project in ["Default", &uid] {
        palette.run(&format!("list --project {project}")).exits(0).shows("hello");
    }
    palette.with_world(|world| world.add_project("Other"));
    palette.run("list --project Other").exits(0).tells("no profiles in project Other");
}

#[test]
fn the_only_store_that_is_configured_is_meant() {
    let palette = shop();
    palette.run("list").exits(0).shows("hello");
    palette.run(SWITCH).exits(0).shows("Palette at");
}

#[test]
fn rejects_a_write_where_two_stores_are_configured() {
    let palette = shop();
    let kubeconfig = kubeconfig_of_hub(&palette);
    let both = |words: &str| {
        let authority = palette.ca_file().display().to_string();
        palette.request(words).env("KUBECONFIG", &kubeconfig).env("SSL_CERT_FILE", &authority).elsewhere()
    };
    let ran = both(SWITCH).exits(2);
    ran.tells("context \"hub\"").tells(&palette.host()).tells("--store kubernetes, or --store palette");
    assert!(palette.calls().is_empty());
    // A read takes the context that kubectl works on, and finds nobody there.
    both("list").exits(2).tells("context \"hub\"");
    both(&format!("{SWITCH} --store palette")).exits(0);
    configure(&palette, "store: palette\n");
    both("status shop").exits(0).shows("hello@1.1.0");
}

#[test]
fn rejects_flags_of_two_stores() {
    let palette = shop();
    palette.run("list --context hub").exits(2).tells("--palette-ca names Palette's API");
    palette.run("list -f .").exits(2).tells("give one or the other");
    palette.run("list -n cluster-1").exits(2).tells("Palette has projects");
    palette.run("status --contexts a,b --store palette").exits(2).tells("Palette has no contexts");
}

#[test]
fn the_key_is_nowhere() {
    // Every run of these tests looks for the key in both streams. Here the requests are shown as well, and the revisions are
    // looked at.
    let palette = shop();
    let ran = palette.run("diff shop hello@1.1.0 -v 9 -o html").exits(1);
    ran.tells("apikey: ***").tells("bodies are not shown");
    palette.run("switch shop hello@1.1.0 --yes -v=9 -o json").exits(0).tells("PATCH https://");
    palette.run("status -v9").exits(0).tells("GET https://");
    let state = palette.path("state");
    let mut folders = vec![state];
    let mut files = 0;
    while let Some(folder) = folders.pop() {
        assert_eq!(fs::metadata(&folder).unwrap().permissions().mode() & 0o077, 0, "{}", folder.display());
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o077, 0, "{}", path.display());
            assert!(!fs::read_to_string(&path).unwrap().contains(palette.key()));
            files += 1;
        }
    }
    // The record, and the lock beside it.
    assert_eq!(files, 2);
}

#[test]
fn a_command_of_palette_alone_means_palette() {
    let palette = shop();
    let kubeconfig = kubeconfig_of_hub(&palette);
    let authority = palette.ca_file().display().to_string();
    for words in ["export hello@1.0.0", "approve shop --yes"] {
        palette.request(words).env("KUBECONFIG", &kubeconfig).env("SSL_CERT_FILE", &authority).elsewhere().exits(0);
    }
    palette.request("list").env("SPECTROCLOUD_HOST", "").elsewhere().exits(2).tells("SPECTROCLOUD_HOST");
}
