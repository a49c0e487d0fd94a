//! Random block scalars and what follows them: what is written reads back, and nothing else moves.

use profile_core::yaml;
use serde_json::{Value, json};

use super::replace_profile;

/// Numbers that are the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }

    /// A text as a target may publish it, with blank lines and lines of spaces in it and at its end.
    fn text(&mut self) -> String {
        let lines =
            ["a: 1", "b:", "  c: 2", "", "   ", " ", "# d", "  # e", "f: \"g\" # h", "\tx", "- i", "---", "é: |"];
        let count = self.below(6);
        let body: Vec<_> = (0..count).map(|_| self.one(&lines)).collect();
        body.join("\n") + self.one(&["", "\n", "\n\n", "\n\n\n", "\n  \n", "\n   ", "\n\n      \n"])
    }

    /// The lines of a block scalar below a key at `level`, from its header's `|` on.
    fn block(&mut self, level: usize) -> String {
        let margin = level + 1 + self.below(4);
        let header = self.one(&["|", "|-", "|+", "| # why", "|+ # why", ">", ">-"]);
        let mut block = format!("{header}\n");
        for at in 0..self.below(4) {
            let line = if at == 0 { "a: 0" } else { self.one(&["b: 1", "", "  c", "# d", "     ", "e: f # g"]) };
            block.push_str(&format!("{}{line}\n", " ".repeat(margin)));
        }
        for _ in 0..self.below(4) {
            block.push_str(&format!("{}\n", " ".repeat(self.below(margin + 4))));
        }
        block
    }

    /// What stands behind the block scalar of a pack whose keys are at `level`.
    fn rest(&mut self, level: usize) -> String {
        let (keys, dashes) = (" ".repeat(level), " ".repeat(level - 2));
        let rests = [
            String::new(),
            format!("{keys}tag: x # y\n"),
            format!("{keys}# about the tag\n\n{keys}tag: x\n\n\n"),
            format!("{dashes}- name: next # n\n"),
            format!("{dashes}# about the next\n{dashes}- name: next\n{keys}values: |+\n{keys}  x\n\n\n"),
            "    other: 1 # o\n".into(),
            "# about the status\nstatus: {}\n".into(),
            "  after:  2\n\n# end\n".into(),
            "---\nkind: Last # l\n".into(),
        ];
        rests[self.below(rests.len())].clone()
    }
}

#[test]
fn what_is_written_reads_back_and_all_other_lines_stay() {
    let mut random = Random(1);
    let mut cases = 0;
    while cases < 2_000 {
        let level = 8 + random.below(3);
        let dashes = " ".repeat(level - 2);
        let before = format!(
            "# top\nspec:\n  clusterProfileTemplates:\n  - name: hello # h\n    packs:\n{dashes}- name:   app # a\n\n{}values: ",
            " ".repeat(level)
        );
        let (block, after) = (random.block(level), random.rest(level));
        let whole = format!("{before}{block}{after}");
        let is_cut = random.below(3) == 0;
        let text = if is_cut { whole.strip_suffix('\n').unwrap() } else { &whole };
        // What is no YAML before is nobody's file.
        let Ok(documents) = yaml::parse_all(text) else { continue };
        let item = |documents: &[Value]| documents[0]["spec"]["clusterProfileTemplates"][0].clone();
        let old = item(&documents);
        let mut new = old.clone();
        new["packs"][0]["values"] = json!(random.text());
        cases += 1;
        let written = replace_profile(text, 0, 0, (&old, &new)).unwrap();
        let mut expected = documents;
        expected[0]["spec"]["clusterProfileTemplates"][0] = new.clone();
        assert_eq!(yaml::parse_all(&written).unwrap(), expected, "{text:?}\n{new}\n{written:?}");
        let after = if is_cut { after.strip_suffix('\n').unwrap_or_default() } else { &after };
        assert!(written.starts_with(&before) && written.ends_with(after), "{text:?}\n{new}\n{written:?}");
        assert_eq!(block.contains("# why"), written.contains("# why"), "{text:?}\n{new}\n{written:?}");
        // And back again: what was written can be written once more.
        let again = replace_profile(&written, 0, 0, (&new, &old)).unwrap();
        assert_eq!(item(&yaml::parse_all(&again).unwrap()), old, "{written:?}\n{again:?}");
    }
}

#[test]
fn keys_that_come_and_go_around_a_block_scalar_move_nothing() {
    let mut random = Random(2);
    for _ in 0..1_500 {
        let (block, after) = (random.block(8), random.rest(8));
        let text = format!(
            "spec:\n  clusterProfileTemplates:\n  - packs:\n      - name: a # n\n        tag: t\n        values: {block}{after}"
        );
        let Ok(documents) = yaml::parse_all(&text) else { continue };
        let old = documents[0]["spec"]["clusterProfileTemplates"][0].clone();
        let mut new = old.clone();
        let pack = new["packs"][0].as_object_mut().unwrap();
        match random.below(3) {
            0 => drop(pack.shift_remove("values")),
            1 => drop(pack.insert("more".into(), json!(random.text()))),
            _ => drop(pack.insert("tag".into(), json!("u"))),
        }
        let written = replace_profile(&text, 0, 0, (&old, &new)).unwrap();
        let mut expected = documents;
        expected[0]["spec"]["clusterProfileTemplates"][0] = new;
        assert_eq!(yaml::parse_all(&written).unwrap(), expected, "{text:?}\n{written:?}");
        for word in ["# n", "# about", "# o", "# end", "# l"] {
            assert_eq!(text.contains(word), written.contains(word), "{word}: {text:?}\n{written:?}");
        }
    }
}
