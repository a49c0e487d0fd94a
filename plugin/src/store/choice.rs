//! Which store is meant: what is named, else the only one that is configured. A write never guesses between two.

use super::kubernetes;
use crate::{
    cli::{Global, StoreName},
    error::Error,
};

/// The store that `global` chooses.
///
/// # Errors
/// When flags contradict each other, and for a write when two stores could be meant.
pub(super) fn choose(global: &Global) -> Result<StoreName, Error> {
    let chosen = match global.store {
        Some(named) => named,
        None => unnamed(global)?,
    };
    contradictions(chosen, global).map(|()| chosen)
}

/// Where no flag names the store itself: by the flags that only one store has, then by the configuration.
fn unnamed(global: &Global) -> Result<StoreName, Error> {
    let of_flags = [
        (StoreName::Files, file_flag(global)),
        (StoreName::Kubernetes, kubernetes_flag(global)),
        (StoreName::Palette, palette_flag(global)),
    ];
    if let Some((store, _)) = of_flags.iter().find(|(_, flag)| flag.is_some()) {
        return Ok(*store);
    }
    let configuration = &global.configuration;
    if let Some(store) = configuration.store {
        return Ok(store);
    }
    let is_palette = super::palette::access::is_configured(global, configuration);
    let has_context = is_palette.then(|| kubernetes::contexts(global).ok().and_then(|(_, current)| current)).flatten();
    match has_context {
        None if is_palette => Ok(StoreName::Palette),
        Some(context) if global.writes => Err(Error::usage(format!(
            "two stores are configured, and a write guesses none: context {context:?} of the kubeconfig, and Palette at {}",
            super::palette::access::shown_host(global, configuration)
        ))
        .hint("name it: --store kubernetes, or --store palette")
        .hint("or once for all, as `store:` in the configuration file")),
        // The context that kubectl works on.
        _ => Ok(StoreName::Kubernetes),
    }
}

/// A flag that was given and that Palette's API does not have.
pub(super) fn flag_of_another(global: &Global) -> Option<&'static str> {
    file_flag(global).or_else(|| kubernetes_flag(global))
}

fn file_flag(global: &Global) -> Option<&'static str> {
    (!global.files.is_empty()).then_some("-f")
}

fn kubernetes_flag(global: &Global) -> Option<&'static str> {
    let given = [(global.context.is_some(), "--context"), (global.kubeconfig.is_some(), "--kubeconfig")];
    let given = given.into_iter().find(|(is_given, _)| *is_given).map(|(_, flag)| flag);
    given.or_else(|| global.connection.given())
}

fn palette_flag(global: &Global) -> Option<&'static str> {
    let given = [
        (global.palette_host.is_some(), "--palette-host"),
        (global.project.is_some(), "--project"),
        (global.palette_ca.is_some(), "--palette-ca"),
    ];
    given.into_iter().find(|(is_given, _)| *is_given).map(|(_, flag)| flag)
}

/// Refuses flags of another store than the chosen one.
fn contradictions(chosen: StoreName, global: &Global) -> Result<(), Error> {
    let (files, kubernetes, palette) = (file_flag(global), kubernetes_flag(global), palette_flag(global));
    let (others, what) = match chosen {
        StoreName::Files if files.is_none() => {
            return Err(Error::usage("--store=files needs -f: name a directory or a file"));
        }
        StoreName::Files => ([kubernetes, palette], "-f works on files"),
        StoreName::Kubernetes => ([files, palette], "this works on an API server"),
        StoreName::Palette => ([files, kubernetes], "this works on Palette's API"),
    };
    let Some(other) = others.into_iter().flatten().next() else { return Ok(()) };
    let what = match (global.store, chosen) {
        (Some(StoreName::Kubernetes), _) => "--store=kubernetes works on an API server",
        (Some(StoreName::Palette), _) => "--store=palette works on Palette's API",
        _ => what,
    };
    let belongs = match other {
        "-f" => "files",
        "--palette-host" | "--project" | "--palette-ca" => "Palette's API",
        _ => "an API server",
    };
    Err(Error::usage(format!("{what}, and {other} names {belongs}: give one or the other"))
        .hint("--store says which is meant: kubernetes, files or palette"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::ConnectionArgs;

    fn check(global: &Global, expected: Result<StoreName, &str>) {
        match (choose(global), expected) {
            (Ok(chosen), Ok(expected)) => assert_eq!(chosen, expected, "{global:?}"),
            (Err(error), Err(part)) => assert!(error.message.contains(part), "{error}"),
            (chosen, expected) => panic!("{chosen:?} where {expected:?} was expected"),
        }
    }

    #[test]
    fn a_flag_that_one_store_has_names_it() {
        let files = Global { files: vec!["a".into()], ..Global::default() };
        check(&files, Ok(StoreName::Files));
        check(&Global { context: Some("c".into()), ..Global::default() }, Ok(StoreName::Kubernetes));
        let connection = ConnectionArgs { server: Some("https://a".into()), ..ConnectionArgs::default() };
        check(&Global { connection, ..Global::default() }, Ok(StoreName::Kubernetes));
        check(&Global { project: Some("p".into()), ..Global::default() }, Ok(StoreName::Palette));
    }

    #[test]
    fn rejects_flags_of_two_stores() {
        let both = Global { project: Some("p".into()), context: Some("c".into()), ..Global::default() };
        check(&both, Err("--project names Palette's API"));
        let named = |store| Global { store: Some(store), files: vec!["a".into()], ..Global::default() };
        check(&named(StoreName::Palette), Err("-f names files"));
        check(&named(StoreName::Kubernetes), Err("-f names files"));
        check(&Global { store: Some(StoreName::Files), ..Global::default() }, Err("needs -f"));
    }
}
