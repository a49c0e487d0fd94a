//! `[CLUSTER…] PROFILE@VERSION`, as several commands take it.

use crate::{error::Error, reference::Reference, store::Document};

/// Splits the words into clusters, which may be left out, and a profile version, which comes last.
pub(crate) fn words(words: &[String]) -> Result<(&[String], Reference), Error> {
    let (last, rest) =
        words.split_last().ok_or_else(|| Error::usage("name a profile version, like hello-aws@1.1.0"))?;
    let reference: Reference = last.parse().map_err(Error::usage)?;
    if reference.version.is_none() {
        return Err(Error::usage(format!("{last:?} names no version"))
            .hint(format!("if it is a profile, write it like {last}@1.1.0"))
            .hint("if it is a cluster, PROFILE@VERSION is missing behind it, such as hello-aws@1.1.0"));
    }
    Ok((rest, reference))
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
    fn clusters_may_be_left_out() {
        let of = |list: &[&str]| {
            let owned: Vec<_> = list.iter().map(|it| (*it).to_owned()).collect();
            words(&owned)
                .map(|(clusters, reference)| (clusters.to_vec(), reference.profile))
                .map_err(|error| error.message)
        };
        assert_eq!(of(&["p@1.0.0"]), Ok((Vec::new(), "p".into())));
        assert_eq!(of(&["c", "p@1.0.0"]), Ok((vec!["c".into()], "p".into())));
        assert_eq!(of(&["c", "d", "p@1.0.0"]), Ok((vec!["c".into(), "d".into()], "p".into())));
        assert!(of(&[]).is_err());
        assert!(of(&["c", "p"]).unwrap_err().contains("no version"));
    }
}
