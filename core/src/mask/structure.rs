//! Looks ahead in a YAML text: which lines are siblings, and which objects are Secrets.

use super::{context::Context, keys};

/// What is known of one line before any is shown.
#[derive(Default)]
pub(super) struct Line {
    /// Where the line starts, behind spaces; the sign of a comment counts as a space.
    pub(super) indent: usize,
    /// Where its content starts, behind the dashes of list items.
    pub(super) content: usize,
    pub(super) is_comment: bool,
    /// Whether the line belongs to a Secret, so that its `data` is hidden.
    pub(super) in_secret: bool,
    /// Whether the `name` beside it names a secret, so that its `value` is hidden.
    pub(super) has_secret_name: bool,
    /// Whether the profile variable that it belongs to is sensitive.
    pub(super) is_sensitive: bool,
    /// Whether the path of its first key is known to be secret.
    pub(super) has_secret_path: bool,
}

/// A key in a line: where it starts, its letters, and where the sign behind it stands.
pub(super) struct Pair<'l> {
    pub(super) start: usize,
    pub(super) key: &'l str,
    pub(super) sign: usize,
}

/// All keys of a line, in flow style and in texts, too.
pub(super) fn pairs(line: &str) -> impl Iterator<Item = Pair<'_>> {
    let signs = line.bytes().enumerate().filter(|(_, byte)| matches!(byte, b':' | b'='));
    signs.map(|(sign, _)| {
        let before = line[..sign].trim_end_matches([' ', '\t', '"', '\'', '\\']);
        let is_word = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '.');
        let start = before
            .char_indices()
            .rev()
            .take_while(|(_, letter)| is_word(*letter))
            .last()
            .map_or(before.len(), |it| it.0);
        Pair { start, key: before[start..].trim_start_matches('-'), sign }
    })
}

/// What is known of each line of `text`.
pub(super) fn lines(text: &str, context: &Context) -> Vec<Line> {
    let mut look = Look::new(context);
    let places: Vec<_> = text.lines().map(|line| look.at(line)).collect();
    places
        .into_iter()
        .map(|(line, mapping)| {
            let facts = mapping.map_or_else(Facts::default, |mapping| look.mappings[mapping.0]);
            let in_document = mapping.is_some_and(|mapping| look.documents[mapping.1]);
            Line {
                in_secret: line.in_secret || facts.is_secret || in_document,
                has_secret_name: line.has_secret_name || facts.has_secret_name,
                is_sensitive: line.is_sensitive || facts.is_sensitive,
                ..line
            }
        })
        .collect()
}

#[derive(Clone, Copy, Default)]
struct Facts {
    is_secret: bool,
    has_secret_name: bool,
    is_sensitive: bool,
}

struct Look<'c> {
    context: &'c Context,
    /// The keys on the way to a line, and their columns.
    path: Vec<(usize, String)>,
    mappings: Vec<Facts>,
    /// Of each document, whether it holds a Secret in flow style, whose lines cannot be told apart.
    documents: Vec<bool>,
    /// The mappings that are open at a line: the column of their keys, and which they are.
    open: Vec<(usize, usize)>,
    /// The same of what is commented out, which ends no object.
    open_in_comment: Vec<(usize, usize)>,
    awaits_kind: bool,
}

impl<'c> Look<'c> {
    fn new(context: &'c Context) -> Self {
        Self {
            context,
            path: Vec::new(),
            mappings: Vec::new(),
            documents: Vec::new(),
            open: Vec::new(),
            open_in_comment: Vec::new(),
            awaits_kind: false,
        }
    }

    fn at(&mut self, line: &str) -> (Line, Option<(usize, usize)>) {
        let mut place = place(line);
        if self.documents.is_empty() || line.starts_with("---") {
            self.documents.push(false);
            self.open.clear();
            self.open_in_comment.clear();
            self.path.clear();
        }
        let document = self.documents.len() - 1;
        let content = &line[place.content..];
        if content.is_empty() || (content.starts_with("{{") && !content.contains("}}:")) {
            return (place, None);
        }
        if line[place.indent..].starts_with("---") {
            // A document inside a text ends the objects of that text.
            self.open.retain(|(column, _)| *column < place.indent);
            return (place, None);
        }
        // Braces before the first key of an object in flow style are no part of the key.
        let column = line.len() - content.trim_start_matches(['{', '[', ' ']).len();
        let mapping = self.mapping(&place, column);
        place.has_secret_path =
            self.context.knows_paths() && !place.is_comment && self.has_secret_path(line, &place, column);
        let is_continued_kind = self.awaits_kind && bare(content) == "Secret";
        self.awaits_kind = false;
        if is_continued_kind {
            self.documents[document] = true;
        }
        for pair in pairs(line) {
            if !matches!(pair.key, "kind" | "isSensitive" | "name" | "key") {
                continue;
            }
            let value = &line[pair.sign + 1..];
            let value = &value[..value.find([',', '}', '#']).unwrap_or(value.len())];
            let words = || value.split(|letter: char| !(letter.is_alphanumeric() || "-_.".contains(letter)));
            let before = line.get(column..pair.start);
            let leads = before.is_some_and(|before| before.chars().all(|it| matches!(it, '"' | '\'')));
            match pair.key {
                "kind" if words().any(|word| word == "Secret") => {
                    place.in_secret = true;
                    let is_cut = line[pair.sign + 1 + value.len()..].starts_with([',', '}']);
                    self.documents[document] |= !leads || is_cut || column > place.content;
                    self.mappings[mapping].is_secret |= leads;
                }
                // Its items are Secrets that need not say so.
                "kind" if words().any(|word| word == "SecretList") => self.documents[document] = true,
                "kind" if value.trim().is_empty() => self.awaits_kind = true,
                "isSensitive" if words().any(|word| word == "true") => {
                    place.is_sensitive = true;
                    self.mappings[mapping].is_sensitive |= leads;
                }
                "name" if words().any(|word| self.context.hides_variable(word)) => {
                    place.is_sensitive = true;
                    self.mappings[mapping].is_sensitive |= leads;
                }
                "name" | "key" if words().any(keys::is_secret_name) => {
                    place.has_secret_name = true;
                    self.mappings[mapping].has_secret_name |= leads;
                }
                _ => {}
            }
        }
        (place, Some((mapping, document)))
    }

    /// Whether the first key of a line has a path that is secret, or one in whose value on this line something is.
    fn has_secret_path(&mut self, line: &str, place: &Line, column: usize) -> bool {
        let end = if place.content > place.indent { place.indent } else { column };
        // The items of a list can stand at the column of its key.
        self.path.retain(|(other, _)| *other < column && (*other <= end));
        let Some(first) = pairs(line).find(|pair| pair.start >= column) else { return false };
        if !line.get(column..first.start).is_some_and(|before| before.chars().all(|it| matches!(it, '"' | '\''))) {
            return false;
        }
        self.path.push((column, first.key.to_owned()));
        let keys: Vec<_> = self.path.iter().map(|(_, key)| key.as_str()).collect();
        let path = keys.join(".");
        let is_flow = line[first.sign + 1..].trim_start().starts_with(['{', '[']);
        self.context.hides_path(&path) || (is_flow && self.context.hides_below(&path))
    }

    /// The mapping whose keys stand at `column`, for a line at `place`.
    fn mapping(&mut self, place: &Line, column: usize) -> usize {
        let open = if place.is_comment { &mut self.open_in_comment } else { &mut self.open };
        // An item ends all objects of the item before, which stand deeper than its dash.
        let end = if place.content > place.indent { place.indent } else { column };
        open.retain(|(other, _)| *other <= end);
        match open.last() {
            Some((other, mapping)) if *other == column => *mapping,
            _ => {
                self.mappings.push(Facts::default());
                open.push((column, self.mappings.len() - 1));
                self.mappings.len() - 1
            }
        }
    }
}

fn bare(text: &str) -> &str {
    text.trim().trim_matches(['"', '\'', ',', '}'])
}

fn place(line: &str) -> Line {
    let is_comment = line.trim_start().starts_with('#');
    let is_space = |letter: char| letter.is_whitespace() || (is_comment && letter == '#');
    let indent = line.len() - line.trim_start_matches(is_space).len();
    let mut content = indent;
    while let Some(rest) = line[content..].strip_prefix('-').filter(|rest| rest.starts_with([' ', '\t'])) {
        content = line.len() - rest.trim_start().len();
    }
    Line { indent, content, is_comment, ..Line::default() }
}
