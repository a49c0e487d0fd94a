//! Finds many texts in many lines at once.

use aho_corasick::AhoCorasick;

use super::MASK;

/// Texts to look for, read into one automaton so that each line is read once for all of them.
pub(super) struct Search<'p> {
    patterns: Vec<&'p str>,
    /// Absent where they are too many for one: then each is looked for by itself.
    automaton: Option<AhoCorasick>,
}

impl<'p> Search<'p> {
    /// A search for `patterns`, of which none is empty.
    pub(super) fn new(patterns: Vec<&'p str>) -> Self {
        let automaton = AhoCorasick::new(&patterns).ok();
        Self { patterns, automaton }
    }

    /// Of each pattern, the lines that hold it or may come to hold it when others are masked.
    pub(super) fn lines(&self, lines: &[String]) -> Vec<Vec<usize>> {
        let Some(automaton) = &self.automaton else { return vec![(0..lines.len()).collect(); self.patterns.len()] };
        let mut found: Vec<Vec<usize>> = vec![Vec::new(); self.patterns.len()];
        for (number, line) in lines.iter().enumerate() {
            for it in automaton.find_overlapping_iter(line) {
                let found = &mut found[it.pattern().as_usize()];
                if found.last() != Some(&number) {
                    found.push(number);
                }
            }
        }
        // What a mask brings into a line holds a star, and so does what such a line then holds anew.
        for (_, found) in self.patterns.iter().zip(&mut found).filter(|(pattern, _)| pattern.contains('*')) {
            *found = (0..lines.len()).collect();
        }
        found
    }

    /// How often each pattern stands in all of `texts`, as [`str::matches`] counts.
    pub(super) fn counts(&self, texts: &[String]) -> Vec<usize> {
        let Some(automaton) = &self.automaton else {
            let count = |pattern: &&str| texts.iter().map(|text| text.matches(*pattern).count()).sum();
            return self.patterns.iter().map(count).collect();
        };
        let mut counts = vec![0; self.patterns.len()];
        // The text in which a pattern was found last, and where it ended there: those that overlap count once.
        let mut ends = vec![(0, 0); self.patterns.len()];
        for (number, text) in texts.iter().enumerate() {
            for it in automaton.find_overlapping_iter(text) {
                let at = it.pattern().as_usize();
                if ends[at].0 != number || it.start() >= ends[at].1 {
                    counts[at] += 1;
                    ends[at] = (number, it.end());
                }
            }
        }
        counts
    }
}

/// Hides `part` in those of `lines`.
pub(super) fn hide(part: &str, lines: &mut [String], found: &[usize]) {
    for number in found {
        if let Some(line) = lines.get_mut(*number).filter(|line| line.contains(part)) {
            *line = line.replace(part, MASK);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn counts_as_the_standard_library_does() {
        let patterns = vec!["aa", "a", "aba", "b", "xyz", "ü"];
        let all = texts(&["", "aaaaa", "ababababa", "baab", "aa", "xyxyz", "aüüa", "aba"]);
        let expected: Vec<usize> =
            patterns.iter().map(|pattern| all.iter().map(|text| text.matches(pattern).count()).sum()).collect();
        assert_eq!(Search::new(patterns).counts(&all), expected);
    }

    #[test]
    fn finds_the_lines_of_each_text_once() {
        let lines = texts(&["one two one", "none", "two", ""]);
        assert_eq!(Search::new(vec!["one", "two", "three"]).lines(&lines), [vec![0, 1], vec![0, 2], Vec::new()]);
    }

    #[test]
    fn a_text_with_stars_may_come_to_stand_anywhere() {
        let mut lines = texts(&["key: abcd*", "other"]);
        let found = Search::new(vec!["abcd", "****"]).lines(&lines);
        hide("abcd", &mut lines, &found[0]);
        hide("****", &mut lines, &found[1]);
        assert_eq!(lines, ["key: ***", "other"]);
    }
}
