//! Suggests the names nearest to one that is not there.

/// The up to three of `names` that are nearest to `name`; all of them while they are few.
pub(crate) fn nearest<'n>(name: &str, names: &[&'n str]) -> Vec<&'n str> {
    const FEW: usize = 5;
    const SUGGESTED: usize = 3;
    const CUTOFF: f32 = 0.5;
    const LONGEST: usize = 256;
    // Nobody mistypes a word of that length, and comparing it takes long.
    if name.len() > LONGEST {
        return Vec::new();
    }
    let close = similar::get_close_matches(name, names, SUGGESTED, CUTOFF);
    if close.is_empty() && names.len() <= FEW { names.to_vec() } else { close }
}

/// All names where they are few, or `did you mean …?` where there are others; nothing where there is nothing to suggest.
pub(crate) fn hint(name: &str, names: &[&str]) -> Option<String> {
    let nearest = nearest(name, names);
    match nearest.len() {
        0 => None,
        // Some of the names must not read as if they were all.
        count if count < names.len() => Some(format!("did you mean {}?", nearest.join(", "))),
        _ => Some(format!("there is: {}", nearest.join(", "))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_comes_first() {
        assert_eq!(nearest("helo-universe", &["zebra", "hello-universe", "hello"])[0], "hello-universe");
    }

    #[test]
    fn a_word_that_nobody_mistypes_is_compared_with_nothing() {
        assert_eq!(nearest(&"x".repeat(300), &["a", "b"]), [""; 0]);
    }

    #[test]
    fn few_names_are_all_listed_where_none_is_near() {
        assert_eq!(hint("xyz", &["a", "b"]).as_deref(), Some("there is: a, b"));
        assert_eq!(hint("xyz", &[]), None);
    }

    #[test]
    fn some_of_the_names_do_not_read_as_if_they_were_all() {
        assert_eq!(hint("helo", &["hello", "zebra"]).as_deref(), Some("did you mean hello?"));
        assert_eq!(hint("helo", &["hello"]).as_deref(), Some("there is: hello"));
    }
}
