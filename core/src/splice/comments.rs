//! Which comments belong to which entry.

use std::ops::Range;

use super::{
    Content, Node, Path, Shape, Tree,
    tree::{line_end, line_start},
};

/// The comments that belong to one entry or item.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comments {
    /// Those on lines of their own directly above it.
    pub above: Vec<String>,
    /// Those inside its value, below its line.
    pub inside: Vec<String>,
    /// The one behind it on its line.
    pub behind: Option<String>,
}

impl Comments {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl<'t> Tree<'t> {
    /// All comments in the order of the text, each from its `#`, whether or not they belong to an entry.
    pub fn all_comments(&self) -> impl Iterator<Item = &'t str> {
        let text = self.text;
        self.parts.comments.iter().map(move |range| text[range.clone()].trim_end())
    }
}

impl Tree<'_> {
    /// The comments that belong to the entry or the item at `path`, each from its `#`; none where nothing stands there.
    pub fn comments(&self, path: &Path) -> Comments {
        let Some((lead, node)) = self.place(path) else { return Comments::default() };
        let text = |range: &Range<usize>| self.text[range.clone()].trim_end().to_owned();
        let extent = self.extent(path, lead, node);
        let (first_line, mut found) = (line_end(self.text, lead), Comments::default());
        let is_block_scalar = matches!(node.content, Content::Scalar(_)) && node.shape == Shape::Block;
        let on_first_line = |comment: &Range<usize>| comment.start < node.span.start || is_block_scalar;
        for comment in self.comments_in(&extent) {
            if comment.start < lead {
                found.above.push(text(comment));
            } else if (comment.end <= first_line && on_first_line(comment)) || self.is_behind(node, comment) {
                found.behind = Some(text(comment));
            } else {
                found.inside.push(text(comment));
            }
        }
        found
    }

    /// Whether the entries at `path` here and at `other_path` in `other` mean the same, but their comments differ.
    pub fn differs_in_comments_only(&self, path: &Path, other: &Tree<'_>, other_path: &Path) -> bool {
        match (self.node(path), other.node(other_path)) {
            (Some(here), Some(there)) => {
                here.value() == there.value() && self.comments(path) != other.comments(other_path)
            }
            _ => false,
        }
    }

    /// Whether the comment stands on the last line of a value. That of a block belongs to what is inside it.
    fn is_behind(&self, node: &Node, comment: &Range<usize>) -> bool {
        let end = node.span.end;
        node.shape != Shape::Block && end <= comment.start && !self.text[end..comment.start].contains('\n')
    }

    /// Where the key or the dash of the node at `path` stands, and the node.
    fn place(&self, path: &Path) -> Option<(usize, &Node)> {
        let node = self.node(path)?;
        Some((if path.0.is_empty() { node.span.start } else { node.lead }, node))
    }

    /// The comments inside a range.
    pub(super) fn comments_in(&self, range: &Range<usize>) -> &[Range<usize>] {
        let from = self.parts.comments.partition_point(|comment| comment.start < range.start);
        let to = self.parts.comments.partition_point(|comment| comment.start < range.end);
        self.parts.comments.get(from..to).unwrap_or_default()
    }

    /// Whether the line of `at` holds nothing else before it.
    pub(super) fn leads_line(&self, at: usize) -> bool {
        self.text[line_start(self.text, at)..at].bytes().all(|byte| matches!(byte, b' ' | b'\t'))
    }

    pub(super) fn column(&self, at: usize) -> usize {
        at - line_start(self.text, at)
    }

    /// The bytes of an entry or an item with the comments that belong to it, without its last line break: from the comments
    /// directly above it to the comment behind it and to the deeper comments below it.
    pub(super) fn extent(&self, path: &Path, lead: usize, node: &Node) -> Range<usize> {
        let is_in_flow = path.split_last().and_then(|(parent, _)| self.node(&parent)).is_some_and(Node::is_flow);
        if path.0.is_empty() || is_in_flow {
            return lead..node.span.end;
        }
        let end = self.end(self.column(lead), lead, node);
        (if self.leads_line(lead) { self.above(lead) } else { lead })..end
    }

    /// The start of the first comment that stands directly above the line of `at`, at the same column; else of that line.
    pub(super) fn above(&self, at: usize) -> usize {
        let column = self.column(at);
        let mut line = line_start(self.text, at);
        let before = self.parts.comments.partition_point(|comment| comment.start < line);
        for comment in self.parts.comments[..before].iter().rev() {
            let start = line_start(self.text, comment.start);
            let touches = start < line && self.text[comment.end..line].matches('\n').count() == 1;
            if !touches || !self.leads_line(comment.start) || comment.start - start != column {
                break;
            }
            line = start;
        }
        line
    }

    /// The end of an entry or an item at `column`: behind the comment on its last line and behind the comments below it that
    /// stand deeper.
    pub(super) fn end(&self, column: usize, lead: usize, node: &Node) -> usize {
        let mut end = node.span.end.max(lead + 1);
        let from = self.parts.comments.partition_point(|comment| comment.start < end);
        for comment in &self.parts.comments[from..] {
            let between = &self.text[end..comment.start];
            if !between.bytes().all(|byte| byte.is_ascii_whitespace()) {
                break;
            }
            let is_behind = !between.contains('\n');
            if !is_behind && self.column(comment.start) <= column {
                break;
            }
            end = comment.end;
        }
        end
    }
}

impl Node {
    pub(super) fn is_flow(&self) -> bool {
        matches!(self.shape, Shape::Flow | Shape::Pair)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_belongs_to_the_entry_that_it_stands_above_behind_or_in() {
        let text = "# file\n\n# about a\n# more\na: # note\n  # about b\n  b: 1 # one\n  # c: 2\n# about d\nd: |\n  # no comment\n\n# far\n\ne: {x: 1, # in\n  y: 2} # out\n";
        let tree = Tree::parse(text).unwrap();
        let check = |path: &str, above: &[&str], inside: &[&str], behind: Option<&str>| {
            let found = tree.comments(&path.parse().unwrap());
            assert_eq!((found.above, found.inside), (owned(above), owned(inside)), "{path}");
            assert_eq!(found.behind.as_deref(), behind, "{path}");
        };
        check("a", &["# about a", "# more"], &["# about b", "# one", "# c: 2"], Some("# note"));
        check("a.b", &["# about b"], &[], Some("# one"));
        check("d", &["# about d"], &[], None);
        check("e", &[], &["# in"], Some("# out"));
    }

    fn owned(lines: &[&str]) -> Vec<String> {
        lines.iter().map(|&line| line.to_owned()).collect()
    }

    #[test]
    fn comments_alone_can_differ() {
        let (one, two) = (Tree::parse("a: 1 # x\nb: 2\n").unwrap(), Tree::parse("a: 1\nb: 3\n").unwrap());
        let path = |path: &str| path.parse::<Path>().unwrap();
        assert!(one.differs_in_comments_only(&path("a"), &two, &path("a")));
        assert!(!one.differs_in_comments_only(&path("b"), &two, &path("b")));
    }
}
