//! `[CLUSTER] PROFILE@VERSION`, as several commands take it.

use crate::{
    error::Error,
    reference::{self, Reference},
    store::Document,
};

/// Splits the words into a cluster, which may be left out, and a profile version, which comes last.
pub(crate) fn words(words: &[String]) -> Result<(Option<&str>, Reference), Error> {
    let (last, rest) =
        words.split_last().ok_or_else(|| Error::usage("name a profile version, like hello-universe@1.1.0"))?;
    let reference = reference::with_version(last).map_err(Error::usage)?;
    match rest {
        [] => Ok((None, reference)),
        [cluster] => Ok((Some(cluster), reference)),
        _ => Err(Error::usage(format!("{} words before {last:?}, and one cluster is meant", rest.len()))),
    }
}

/// A template manages the cluster: its version is changed there, and a change here would be undone.
pub(crate) fn refuse_template(cluster: &Document) -> Result<(), Error> {
    let view = cluster.cluster();
    match view.cluster_template() {
        None => Ok(()),
        Some(template) => {
            Err(Error::refused(format!("cluster {:?} is managed by cluster template {template:?}", view.name()))
                .hint("change the profile version in the template"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cluster_may_be_left_out() {
        let of = |list: &[&str]| {
            let owned: Vec<_> = list.iter().map(|it| (*it).to_owned()).collect();
            words(&owned)
                .map(|(cluster, reference)| (cluster.map(str::to_owned), reference.profile))
                .map_err(|error| error.message)
        };
        assert_eq!(of(&["p@1.0.0"]), Ok((None, "p".into())));
        assert_eq!(of(&["c", "p@1.0.0"]), Ok((Some("c".into()), "p".into())));
        assert!(of(&[]).is_err());
        assert!(of(&["c", "p"]).unwrap_err().contains("no version"));
        assert!(of(&["a", "b", "p@1.0.0"]).unwrap_err().contains("one cluster"));
    }
}
