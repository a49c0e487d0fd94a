//! Suggests the names nearest to one that is not there.

/// The up to three of `names` that are nearest to `name`; all of them while they are few.
pub(crate) fn nearest<'n>(name: &str, names: &[&'n str]) -> Vec<&'n str> {
    const FEW: usize = 5;
    const SUGGESTED: usize = 3;
    const CUTOFF: f32 = 0.5;
    let close = similar::get_close_matches(name, names, SUGGESTED, CUTOFF);
    if close.is_empty() && names.len() <= FEW { names.to_vec() } else { close }
}

/// `did you mean …?`, or nothing where there is nothing to suggest.
pub(crate) fn hint(name: &str, names: &[&str]) -> Option<String> {
    let nearest = nearest(name, names);
    (!nearest.is_empty()).then(|| format!("there is: {}", nearest.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_comes_first() {
        assert_eq!(nearest("helo-universe", &["zebra", "hello-universe", "hello"])[0], "hello-universe");
    }

    #[test]
    fn few_names_are_all_listed_where_none_is_near() {
        assert_eq!(hint("xyz", &["a", "b"]).as_deref(), Some("there is: a, b"));
        assert_eq!(hint("xyz", &[]), None);
    }
}
