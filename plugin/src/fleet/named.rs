//! Clusters by name, from the command line and from files.

use std::{path::Path, str::FromStr};

use crate::{error::Error, store};

/// What stands before the name of a cluster where `-o name` prints it.
pub(crate) const TYPE: &str = "spectrocluster.cluster.spectrocloud.com";

/// A cluster as somebody names it: `NAME`, `NAMESPACE/NAME` or `CONTEXT/NAMESPACE/NAME`. A context may hold slashes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Named {
    pub(super) context: Option<String>,
    pub(super) namespace: Option<String>,
    pub(super) name: String,
}

impl FromStr for Named {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // No namespace has a dot in its name, so that this is none.
        let text = text.strip_prefix(TYPE).and_then(|rest| rest.strip_prefix('/')).unwrap_or(text);
        let mut parts = text.rsplitn(3, '/');
        let name = parts.next().unwrap_or_default().to_owned();
        let (namespace, context) = (parts.next().map(str::to_owned), parts.next().map(str::to_owned));
        let is_empty = |part: &Option<String>| part.as_ref().is_some_and(String::is_empty);
        if name.is_empty() || is_empty(&namespace) || is_empty(&context) || text.contains(char::is_whitespace) {
            return Err(format!("{text:?} is no cluster; write NAME, NAMESPACE/NAME or CONTEXT/NAMESPACE/NAME"));
        }
        Ok(Self { context, namespace, name })
    }
}

impl std::fmt::Display for Named {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for part in [&self.context, &self.namespace].into_iter().flatten() {
            write!(f, "{part}/")?;
        }
        f.write_str(&self.name)
    }
}

/// The clusters in a file, one a line; what follows a `#` is a comment. `-` is the standard input.
pub(super) fn of_file(path: &Path) -> Result<Vec<Named>, Error> {
    let text = if path.as_os_str() == "-" { store::standard_input()? } else { store::text(path)? };
    let lines = text.lines().enumerate().map(|(at, line)| (at + 1, line.split('#').next().unwrap_or_default().trim()));
    let named = lines.filter(|(_, line)| !line.is_empty()).map(|(at, line)| {
        line.parse().map_err(|error| Error::usage(format!("{}, line {at}: {error}", path.display())))
    });
    let named: Vec<Named> = named.collect::<Result<_, _>>()?;
    if named.is_empty() {
        return Err(Error::usage(format!("{} names no cluster", path.display())));
    }
    Ok(named)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cluster_is_named_with_as_much_as_it_takes() {
        for text in ["c", "n/c", "hub/n/c", "arn:aws:eks:eu:1:cluster/hub/n/c"] {
            assert_eq!(text.parse::<Named>().unwrap().to_string(), text);
        }
        assert_eq!(format!("{TYPE}/c").parse::<Named>().unwrap().to_string(), "c", "as -o name prints it");
        let of = "arn/hub/n/c".parse::<Named>().unwrap();
        assert_eq!((of.context.as_deref(), of.namespace.as_deref()), (Some("arn/hub"), Some("n")));
        for text in ["", "n/", "/c", "//c", "a b"] {
            assert!(text.parse::<Named>().unwrap_err().contains("is no cluster"), "{text}");
        }
    }

    #[test]
    fn a_file_names_clusters_line_by_line_and_errors_name_the_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("clusters");
        let of = |text: &str| {
            std::fs::write(&path, text).unwrap();
            of_file(&path).map(|all| all.iter().map(Named::to_string).collect::<Vec<_>>())
        };
        assert_eq!(of("# all of them\nc # the first\n\n n/d \n").unwrap(), ["c", "n/d"]);
        assert!(of("c\nn/\n").unwrap_err().message.contains("clusters, line 2: "));
        assert!(of("# none\n").unwrap_err().message.contains("names no cluster"));
    }
}
