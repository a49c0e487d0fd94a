//! Which kubeconfig is meant, and how several are read as one: by kubectl's rules.

use std::{
    env, fs,
    io::{self, Read as _},
    path::{MAIN_SEPARATOR, Path, PathBuf},
};

use kube::config::Kubeconfig;

use crate::error::Error;

/// The kubeconfig that is meant: the file that is named, else those of KUBECONFIG as one, else the user's own.
///
/// # Errors
/// When a file that is named is not there, or one of them cannot be read. Files of KUBECONFIG that are not there are passed
/// over, and so is the user's own: there is nothing in them, then.
pub(in crate::store) fn read(named: Option<&Path>) -> Result<Kubeconfig, Error> {
    if let Some(path) = named.filter(|it| !it.as_os_str().is_empty()) {
        return file(path)?.ok_or_else(|| {
            Error::failed(format!("no kubeconfig can be read: {} is not there", path.display()))
                .hint("name one by --kubeconfig or KUBECONFIG, or work on files with -f")
        });
    }
    merged(paths())
}

/// The files that are read where none is named, whether they are there or not.
pub(in crate::store) fn paths() -> Vec<PathBuf> {
    let list = env::var_os("KUBECONFIG").filter(|it| !it.is_empty());
    let paths: Vec<_> = match list {
        Some(list) => env::split_paths(&list).collect(),
        None => env::home_dir().map(|home| home.join(".kube").join("config")).into_iter().collect(),
    };
    paths.into_iter().filter(|it| !it.as_os_str().is_empty()).collect()
}

/// Several files as one: of each name and of each value the first that is there.
fn merged(paths: Vec<PathBuf>) -> Result<Kubeconfig, Error> {
    let mut all = Kubeconfig::default();
    for path in paths.into_iter().filter(|it| !it.as_os_str().is_empty()) {
        let Some(next) = file(&path)? else { continue };
        all = all.merge(next).map_err(|error| unreadable(&path, &error))?;
    }
    Ok(all)
}

/// Those of many clusters have some hundred kilobytes.
const LARGEST: u64 = 64 << 20;

/// One file; `None` where it is not there.
fn file(path: &Path) -> Result<Option<Kubeconfig>, Error> {
    let mut text = String::new();
    let read = fs::File::open(path).and_then(|file| file.take(LARGEST + 1).read_to_string(&mut text));
    match read {
        Ok(_) if text.len() as u64 > LARGEST => {
            return Err(Error::failed(format!(
                "no kubeconfig can be read: {} is larger than {LARGEST} bytes",
                path.display()
            )));
        }
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(path, &error)),
    };
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let mut kubeconfig = Kubeconfig::from_yaml(text).map_err(|error| unreadable(path, &error))?;
    // An empty value is none, also where a later file has one.
    kubeconfig.current_context = kubeconfig.current_context.filter(|it| !it.is_empty());
    resolve(&mut kubeconfig, path.parent().unwrap_or(Path::new("")));
    Ok(Some(kubeconfig))
}

fn unreadable(path: &Path, error: &dyn std::fmt::Display) -> Error {
    // A parser's message may hold a piece of the text, and with it a token: its first line tells where it is.
    let error = error.to_string();
    let error = error.lines().next().unwrap_or_default();
    Error::failed(format!("no kubeconfig can be read: {}: {error}", path.display()))
        .hint("name another one by --kubeconfig or KUBECONFIG, or work on files with -f")
}

/// Paths in a kubeconfig are relative to its folder; a command is a path only where it holds a separator.
fn resolve(kubeconfig: &mut Kubeconfig, folder: &Path) {
    let absolute = |path: &mut Option<String>| {
        *path = path.take().filter(|it| !it.is_empty()).map(|it| folder.join(&it).to_str().map_or(it, Into::into));
    };
    for cluster in kubeconfig.clusters.iter_mut().filter_map(|it| it.cluster.as_mut()) {
        absolute(&mut cluster.certificate_authority);
    }
    for user in kubeconfig.auth_infos.iter_mut().filter_map(|it| it.auth_info.as_mut()) {
        absolute(&mut user.client_certificate);
        absolute(&mut user.client_key);
        absolute(&mut user.token_file);
        if let Some(exec) = user.exec.as_mut()
            && exec.command.as_ref().is_some_and(|it| it.contains(MAIN_SEPARATOR))
        {
            absolute(&mut exec.command);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        folder
    }

    fn of(folder: &tempfile::TempDir, names: &[&str]) -> Result<Kubeconfig, Error> {
        merged(names.iter().map(|it| if it.is_empty() { PathBuf::new() } else { folder.path().join(it) }).collect())
    }

    const ONE: &str = "
current-context: ''
clusters: [{name: c, cluster: {server: 'https://one'}}]
users: [{name: red, user: {username: one}}]
";
    const TWO: &str = "
current-context: two
clusters: [{name: c, cluster: {server: 'https://two', tls-server-name: two}}, {name: d, cluster: {server: 'https://d'}}]
contexts: [{name: two, context: {cluster: c, user: red}}]
users: [{name: red, user: {username: two, password: two}}]
";

    #[test]
    fn of_each_name_the_first_wins_whole() {
        let folder = folder(&[("one", ONE), ("two", TWO)]);
        // The files in their order, the server of `c`, its name for TLS, the current context.
        let cases = [
            (&["one", "two"][..], "https://one", None, Some("two")),
            (&["two", "one"], "https://two", Some("two"), Some("two")),
            (&["one"], "https://one", None, None),
            (&["", "missing", "one", "", "two"], "https://one", None, Some("two")),
            (&["two", "two"], "https://two", Some("two"), Some("two")),
        ];
        for (names, server, tls, context) in cases {
            let read = of(&folder, names).unwrap();
            let cluster = read.clusters[0].cluster.as_ref().unwrap();
            assert_eq!(
                (cluster.server.as_deref(), cluster.tls_server_name.as_deref()),
                (Some(server), tls),
                "{names:?}"
            );
            assert_eq!(read.current_context.as_deref(), context, "{names:?}");
        }
        let read = of(&folder, &["one", "two"]).unwrap();
        assert!(read.auth_infos[0].auth_info.as_ref().unwrap().password.is_none());
        assert_eq!(read.clusters.len(), 2);
    }

    #[test]
    fn files_that_are_not_there_are_passed_over_and_a_named_one_is_not() {
        let folder = folder(&[]);
        assert!(of(&folder, &["a", "b"]).unwrap().clusters.is_empty());
        let error = read(Some(&folder.path().join("a"))).unwrap_err();
        assert!(error.message.contains("a is not there"), "{error}");
    }

    #[test]
    fn a_file_that_is_no_kubeconfig_is_named_and_its_text_is_not_shown() {
        let folder = folder(&[("good", ONE), ("bad", "users: [{name: red, user: {token: [hunter2]}}]")]);
        let error = of(&folder, &["good", "bad"]).unwrap_err();
        assert!(error.message.contains("/bad: ") && !error.message.contains("hunter2"), "{error}");
    }

    #[test]
    fn paths_are_relative_to_their_file() {
        let text = "
clusters: [{name: c, cluster: {certificate-authority: ca.crt}}]
users:
- {name: a, user: {client-certificate: ../a.crt, client-key: /keys/a.key, tokenFile: '', exec: {command: ./login}}}
- {name: b, user: {exec: {command: login}}}
";
        let folder = folder(&[("deep/config", text)]);
        let read = of(&folder, &["deep/config"]).unwrap();
        let deep = folder.path().join("deep");
        let path = |it: &Option<String>| it.clone().map(PathBuf::from);
        assert_eq!(path(&read.clusters[0].cluster.as_ref().unwrap().certificate_authority), Some(deep.join("ca.crt")));
        let [a, b] = [0, 1].map(|at| read.auth_infos[at].auth_info.clone().unwrap());
        assert_eq!(path(&a.client_certificate), Some(deep.join("../a.crt")));
        assert_eq!(path(&a.client_key), Some("/keys/a.key".into()));
        assert_eq!(a.token_file, None);
        assert_eq!(path(&a.exec.unwrap().command), Some(deep.join("./login")));
        assert_eq!(b.exec.unwrap().command.as_deref(), Some("login"));
    }
}
