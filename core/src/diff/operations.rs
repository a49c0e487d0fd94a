//! Compares two sequences of texts.

use std::collections::HashMap;

use similar::{Algorithm, DiffOp, capture_diff_slices};

/// What leads from one sequence to the other, in their order: stretches that are equal, and those that are not.
///
/// The texts are compared by numbers: so each is looked at once, and the comparison is compiled for one type alone, which
/// spares half a megabyte of the plugin.
pub fn operations(old: &[&str], new: &[&str]) -> Vec<DiffOp> {
    let mut numbers = HashMap::with_capacity(old.len());
    let mut number = |text| {
        let next = numbers.len();
        *numbers.entry(text).or_insert(next)
    };
    let old: Vec<usize> = old.iter().map(|text| number(*text)).collect();
    let new: Vec<usize> = new.iter().map(|text| number(*text)).collect();
    capture_diff_slices(Algorithm::Myers, &old, &new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stretches_lead_from_one_side_to_the_other() {
        let found = operations(&["a", "b", "c", "d"], &["a", "x", "c", "d", "e"]);
        let expected = [
            DiffOp::Equal { old_index: 0, new_index: 0, len: 1 },
            DiffOp::Replace { old_index: 1, old_len: 1, new_index: 1, new_len: 1 },
            DiffOp::Equal { old_index: 2, new_index: 2, len: 2 },
            DiffOp::Insert { old_index: 4, new_index: 4, new_len: 1 },
        ];
        assert_eq!(found, expected);
        assert_eq!(operations(&[], &[]), []);
    }
}
