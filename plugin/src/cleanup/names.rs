//! `KIND/NAME`, the way users name an object, as kubectl spells it or as we print it.

use std::str::FromStr;

use profile_core::render::Identity;

use super::scaling::object;
use crate::{
    error::{Error, Kind},
    nearest,
};

/// An object as it was named: `Deployment/web`, `deploy/web`, `deployment.apps/web`, or `deployment/NAMESPACE/web`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Name {
    text: String,
    kind: String,
    /// What follows the kind: `apps`, or `v1.apps` as kubectl takes it, too.
    group: Option<String>,
    namespace: Option<String>,
    name: String,
}

/// kubectl's short names of the kinds that packs render.
const SHORT: [(&str, &str); 14] = [
    ("deploy", "deployment"),
    ("sts", "statefulset"),
    ("ds", "daemonset"),
    ("rs", "replicaset"),
    ("rc", "replicationcontroller"),
    ("so", "scaledobject"),
    ("cj", "cronjob"),
    ("svc", "service"),
    ("cm", "configmap"),
    ("sa", "serviceaccount"),
    ("pvc", "persistentvolumeclaim"),
    ("ns", "namespace"),
    ("ing", "ingress"),
    ("hpa", "horizontalpodautoscaler"),
];

impl FromStr for Name {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts: Vec<_> = text.split('/').collect();
        let (kind, namespace, name) = match parts[..] {
            [kind, name] => (kind, None, name),
            [kind, namespace, name] => (kind, Some(namespace), name),
            _ => return Err(format!("{text:?} is not KIND/NAME; write it like deployment/web")),
        };
        if parts.iter().any(|part| part.is_empty()) {
            return Err(format!("{text:?} is not KIND/NAME; write it like deployment/web"));
        }
        let kind = kind.to_ascii_lowercase();
        let (kind, group) = kind.split_once('.').map_or((kind.as_str(), None), |(kind, group)| (kind, Some(group)));
        let group = group.map(str::to_owned);
        let kind = SHORT.iter().find(|(short, _)| *short == kind).map_or(kind, |(_, full)| full).to_owned();
        let (text, namespace, name) = (text.to_owned(), namespace.map(str::to_owned), name.to_owned());
        Ok(Self { text, kind, group, namespace, name })
    }
}

impl Name {
    /// Whether the object may be meant.
    pub(super) fn is(&self, identity: &Identity) -> bool {
        let kind = identity.kind.to_ascii_lowercase();
        let is_kind = self.kind == kind || self.kind == format!("{kind}s") || self.kind == format!("{kind}es");
        let is_namespace = self.namespace.is_none() || self.namespace == identity.namespace;
        is_kind && self.is_of_group(&identity.group) && is_namespace && self.name == identity.name
    }

    fn is_of_group(&self, group: &str) -> bool {
        let Some(named) = &self.group else { return true };
        named == group || named.split_once('.').is_some_and(|(version, rest)| version.starts_with('v') && rest == group)
    }

    /// The namespace, where one is given.
    pub(super) fn namespace(&self) -> Option<&str> {
        self.namespace.as_deref()
    }
}

/// Splits the words into clusters, which may be left out, and objects, which hold a slash and come behind them.
pub(crate) fn words(words: &[String]) -> Result<(&[String], Vec<Name>), Error> {
    let at = words.iter().position(|word| word.contains('/')).unwrap_or(words.len());
    let (clusters, rest) = words.split_at(at);
    let names = rest.iter().map(|word| word.parse().map_err(Error::usage)).collect::<Result<_, _>>()?;
    Ok((clusters, names))
}

/// A word without a slash is a cluster, and may have been meant for a workload.
pub(crate) fn hint_at_workloads(error: Error) -> Error {
    if error.kind == Kind::NotFound {
        error.hint("a workload is named as KIND/NAME, such as deployment/web")
    } else {
        error
    }
}

/// The positions of the named objects in `all`, in its order; those of all objects where nothing is named. `what` says
/// what they are: `an orphan`.
pub(crate) fn pick(names: &[Name], all: &[&Identity], what: &str) -> Result<Vec<usize>, Error> {
    if names.is_empty() {
        return Ok((0..all.len()).collect());
    }
    let mut picked = Vec::new();
    for name in names {
        let meant: Vec<_> = (0..all.len()).filter(|&index| name.is(all[index])).collect();
        match meant[..] {
            [index] => picked.push(index),
            [] => {
                let labels: Vec<_> = all.iter().map(ToString::to_string).collect();
                let labels: Vec<_> = labels.iter().map(String::as_str).collect();
                let error = Error::new(Kind::NotFound, format!("{:?} is not {what}", name.text));
                return Err(nearest::hint(&name.text, &labels).into_iter().fold(error, Error::hint));
            }
            _ => {
                let full = |index: &usize| {
                    let Identity { namespace, .. } = all[*index];
                    object(all[*index]).replacen('/', &format!("/{}/", namespace.as_deref().unwrap_or_default()), 1)
                };
                let labels: Vec<_> = meant.iter().map(full).collect();
                return Err(Error::usage(format!("{:?} stands in several namespaces or groups", name.text))
                    .hint(format!("name one as KIND.GROUP/NAMESPACE/NAME: {}", labels.join(", "))));
            }
        }
    }
    picked.sort_unstable();
    picked.dedup();
    Ok(picked)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity(kind: &str, namespace: &str, name: &str) -> Identity {
        let [kind, name] = [kind, name].map(str::to_owned);
        Identity { group: "apps".into(), kind, namespace: Some(namespace.into()), name }
    }

    fn picked(names: &[&str]) -> Result<Vec<usize>, String> {
        let all = [
            identity("Deployment", "a", "web"),
            identity("Deployment", "b", "web"),
            identity("StatefulSet", "a", "db"),
        ];
        let names: Vec<Name> = names.iter().map(|it| it.parse().unwrap()).collect();
        let all: Vec<_> = all.iter().collect();
        pick(&names, &all, "an orphan").map_err(|error| format!("{error} {}", error.hints.join(" ")))
    }

    #[test]
    fn a_kind_is_read_as_kubectl_spells_it() {
        for kind in ["StatefulSet", "statefulset", "statefulsets", "sts", "statefulset.apps", "STATEFULSETS"] {
            assert_eq!(picked(&[&format!("{kind}/db")]), Ok(vec![2]), "{kind}");
        }
    }

    #[test]
    fn no_name_means_all_and_a_name_counts_once() {
        assert_eq!(picked(&[]), Ok(vec![0, 1, 2]));
        assert_eq!(picked(&["sts/db", "sts/db"]), Ok(vec![2]));
    }

    #[test]
    fn a_name_in_two_namespaces_must_say_which() {
        assert!(picked(&["deploy/web"]).unwrap_err().contains("deployment.apps/b/web"));
        assert_eq!(picked(&["deploy/b/web"]), Ok(vec![1]));
    }

    #[test]
    fn a_group_tells_kinds_of_one_name_apart() {
        let custom = Identity { group: "ex.acme.io".into(), ..identity("Deployment", "a", "web") };
        let own = identity("Deployment", "a", "web");
        let picked =
            |text: &str| pick(&[text.parse().unwrap()], &[&own, &custom], "an orphan").map_err(|it| it.hints.concat());
        assert_eq!(picked("deployment.apps/web"), Ok(vec![0]));
        assert_eq!(picked("deployment.v1.apps/web"), Ok(vec![0]));
        assert_eq!(picked("deploy.ex.acme.io/a/web"), Ok(vec![1]));
        let hint = picked("deployment/web").unwrap_err();
        assert!(hint.ends_with("deployment.apps/a/web, deployment.ex.acme.io/a/web"), "{hint}");
    }

    #[test]
    fn a_name_that_is_not_there_is_told_with_the_nearest() {
        let error = picked(&["deployment/wep"]).unwrap_err();
        assert!(error.contains("is not an orphan") && error.contains("Deployment/web"), "{error}");
    }

    #[test]
    fn a_cluster_has_no_slash() {
        let of = |list: &[&str]| {
            let owned: Vec<_> = list.iter().map(|it| (*it).to_owned()).collect();
            words(&owned).map(|(clusters, names)| (clusters.to_vec(), names.len())).map_err(|it| it.message)
        };
        assert_eq!(of(&[]), Ok((Vec::new(), 0)));
        assert_eq!(of(&["c"]), Ok((vec!["c".into()], 0)));
        assert_eq!(of(&["c", "d", "deploy/a"]), Ok((vec!["c".into(), "d".into()], 1)));
        assert_eq!(of(&["deploy/a", "deploy/b"]), Ok((Vec::new(), 2)));
        for wrong in [&["deploy/a", "d"][..], &["c", "a/b/c/d"], &["c", "deploy/"]] {
            assert!(of(wrong).unwrap_err().contains("KIND/NAME"), "{wrong:?}");
        }
    }
}
