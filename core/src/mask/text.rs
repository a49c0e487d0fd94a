//! Hides what may be secret in the lines of a text, valid YAML or not.

use std::borrow::Cow;

use super::{
    MASK,
    commands::{self, Arguments},
    context::Context,
    flags, keys, leftover, marks, spots,
    structure::{self, Line, Pair},
};

/// The lines of a text, one for one, without what may be secret.
pub(super) fn lines(text: &str, context: &Context) -> Vec<String> {
    let known = structure::lines(text, context);
    let mask = |anchors| {
        let mut state = State { anchors, ..State::default() };
        text.lines().zip(&known).map(|(line, known)| state.mask(line, known).into_owned()).collect::<Vec<_>>()
    };
    let masked = mask(Vec::new());
    if !leftover::has_aliases(text) {
        return masked;
    }
    // What an alias repeats in a secret place is a secret where it is written, too.
    let hidden = text.lines().zip(&masked).filter(|(line, masked)| line != masked);
    let aliases: Vec<_> = hidden.flat_map(|(line, _)| marked(line, '*').map(|(_, name)| name)).collect();
    if aliases.is_empty() { masked } else { mask(aliases) }
}

/// The names behind each `&` or `*` that starts a word, and where they end.
fn marked(line: &str, sign: char) -> impl Iterator<Item = (usize, &str)> {
    line.match_indices(sign).filter_map(move |(at, _)| {
        let rest = &line[at + 1..];
        let name = &rest[..rest.find([' ', '\t', ',', '[', ']', '{', '}']).unwrap_or(rest.len())];
        let starts = line[..at].ends_with([' ', '\t', '[', '{', ',']);
        (starts && !name.is_empty()).then_some((at + 1 + name.len(), name))
    })
}

/// What the lines before left open.
#[derive(Default)]
struct State<'t> {
    /// The anchors of what is secret elsewhere.
    anchors: Vec<&'t str>,
    hidden: Option<Hidden>,
    /// The indentation of a flag such as `--token`, whose value is the next line.
    after_flag: Option<usize>,
    /// Whether the line before is a secret key of its own, `? password`, whose value follows behind a colon.
    is_behind_secret_key: bool,
    /// What the items of a list before say of this one.
    arguments: Arguments,
    /// Whether a private key has begun and not ended.
    in_private_key: bool,
}

/// A secret whose value goes on in the next lines.
#[derive(Default)]
struct Hidden {
    /// Deeper lines belong to the value.
    column: usize,
    /// So do list items at the same column.
    with_items: bool,
    is_comment: bool,
    /// No value was seen yet.
    awaits_value: bool,
    /// The quote that is not closed.
    quote: Option<char>,
    /// The brackets that are not closed.
    depth: usize,
}

impl State<'_> {
    fn mask<'l>(&mut self, line: &'l str, known: &Line) -> Cow<'l, str> {
        if line.trim().is_empty() {
            return line.into();
        }
        if line.starts_with("---") && !line.starts_with("----") {
            *self = Self { anchors: std::mem::take(&mut self.anchors), ..Self::default() };
        }
        let content = &line[known.content..];
        let all = || Cow::Owned(format!("{}{MASK}", &line[..known.indent]));
        if self.in_private_key {
            self.in_private_key = !spots::ends_key(line);
            return all();
        }
        if self.goes_on(line, known) {
            self.in_private_key = spots::private_key(line).is_some_and(|(_, goes_on)| goes_on);
            return if content.trim().chars().all(|letter| "]},".contains(letter)) { line.into() } else { all() };
        }
        if let Some(indent) = self.after_flag.filter(|_| !known.is_comment) {
            self.after_flag = None;
            let is_item = known.content > known.indent;
            let is_closing = content.trim().chars().all(|letter| "]},".contains(letter));
            if known.indent >= indent && !is_closing && (is_item || !has_block_key(content)) {
                self.hidden = Some(Hidden { column: known.indent, ..Hidden::default() });
                self.after_flag = flags::ends_in_secret_flag(content).then_some(known.indent);
                return all();
            }
        }
        let key = content.strip_prefix("? ").map(|key| key.trim().trim_matches(['"', '\'']));
        let is_behind_secret_key =
            std::mem::replace(&mut self.is_behind_secret_key, key.is_some_and(keys::is_secret_key));
        if let (true, Some(value)) = (is_behind_secret_key, content.strip_prefix(':')) {
            self.hidden = Some(self.hidden_after(line, known, known.content, value.trim()));
            return format!("{}: {MASK}", &line[..known.content]).into();
        }
        let has_marks = marks::has(line);
        if !has_marks && !self.arguments.are_open() {
            return self.without_values(line, known);
        }
        let line = self.without_marked(line, known);
        let key_start = spots::private_key(&line);
        self.in_private_key = key_start.is_some_and(|(_, goes_on)| goes_on);
        let shown = self.without_values(&line, known);
        Cow::Owned(match key_start {
            // The line is shown up to the key or the secret before it, whatever comes first.
            Some((at, _)) if shown.starts_with(&line[..at]) => format!("{}{MASK}", &line[..at]),
            _ => shown.into_owned(),
        })
    }

    /// The line without what shows by its look to be secret, and without what the items before make secret of it.
    fn without_marked(&mut self, line: &str, known: &Line) -> String {
        let line = spots::without_credentials(&spots::without_user_information(line));
        let line = commands::without_passwords(&line);
        if known.is_comment {
            return line;
        }
        let content = &line[known.content..];
        let is_entry = known.content == known.indent && has_block_key(content);
        let shown = format!("{}{}", &line[..known.content], self.arguments.next(content));
        if is_entry {
            self.arguments = Arguments::default();
        }
        shown
    }

    /// Whether the line belongs to the secret value of a line before.
    fn goes_on(&mut self, line: &str, known: &Line) -> bool {
        let Some(hidden) = &mut self.hidden else { return false };
        let content = &line[known.indent..];
        if known.is_comment && !hidden.is_comment {
            // A comment ends no value; one that stands deeper can be part of it.
            return line.len() - line.trim_start().len() > hidden.column || hidden.quote.is_some();
        }
        if hidden.is_comment == known.is_comment {
            if let Some(quote) = hidden.quote {
                hidden.quote = open_quote(&format!("{quote}{content}"));
                return true;
            }
            let is_closing = content.starts_with([']', '}']);
            if hidden.depth > 0 && known.indent >= hidden.column {
                hidden.depth = balance(content, hidden.depth);
                return true;
            }
            let is_item = known.content > known.indent || content.trim_end() == "-";
            if known.indent > hidden.column || (known.indent == hidden.column && hidden.with_items && is_item) {
                hidden.awaits_value = false;
                return true;
            }
            if hidden.awaits_value && !is_closing && !is_item && !has_block_key(content) {
                self.hidden = None;
                return true;
            }
        }
        self.hidden = None;
        false
    }

    /// The line without what follows an anchor whose alias is secret.
    fn without_anchored<'l>(&mut self, line: &'l str, known: &Line, end: usize) -> Cow<'l, str> {
        let rest = line[end..].trim();
        self.hidden = Some(self.hidden_after(line, known, end, rest));
        if rest.is_empty() || rest.starts_with(['|', '>']) {
            line.into()
        } else {
            format!("{} {MASK}", &line[..end]).into()
        }
    }

    /// The line without what follows its first secret key or flag.
    fn without_values<'l>(&mut self, line: &'l str, known: &Line) -> Cow<'l, str> {
        let pair = structure::pairs(line).find(|pair| known.has_secret_path || is_hidden(pair, line, known));
        let flag = secret_flag(line, known).filter(|end| pair.as_ref().is_none_or(|pair| *end <= pair.start));
        if let Some(end) = flag {
            let rest = &line[end..];
            if flags::is_bare(rest) {
                self.after_flag = (!known.is_comment).then_some(known.indent);
                return line.into();
            }
            self.hidden = Some(self.hidden_after(line, known, end, rest.trim()));
            return format!("{} {MASK}", &line[..end]).into();
        }
        let is_secret = |(_, name): &(usize, &str)| self.anchors.contains(name);
        let anchor = if self.anchors.is_empty() { None } else { marked(line, '&').find(is_secret).map(|(end, _)| end) };
        if let Some(end) = anchor.filter(|end| pair.as_ref().is_none_or(|pair| *end <= pair.start)) {
            return self.without_anchored(line, known, end);
        }
        let Some(Pair { sign, .. }) = pair else { return line.into() };
        let (shown, rest) = (&line[..=sign], line[sign + 1..].trim());
        // A comment behind a key that only opens an object says nothing of the lines below.
        let in_comment =
            line[known.content..sign].split_once(" #").is_some_and(|(key, _)| key.trim_end().ends_with(':'));
        if !in_comment {
            self.hidden = Some(self.hidden_after(line, known, sign, rest));
        }
        if rest.is_empty() { shown.into() } else { format!("{shown} {MASK}").into() }
    }

    fn hidden_after(&self, line: &str, known: &Line, at: usize, rest: &str) -> Hidden {
        let before = &line[known.content..at];
        let in_flow = before.contains(['{', '[']);
        let opened = if in_flow { &line[known.content..] } else { rest };
        let depth = if in_flow || rest.starts_with(['{', '[']) { balance(opened, 0) } else { 0 };
        Hidden {
            column: known.content,
            with_items: true,
            is_comment: known.is_comment,
            awaits_value: rest.is_empty(),
            quote: open_quote(rest),
            depth,
        }
    }
}

fn is_hidden(pair: &Pair<'_>, line: &str, known: &Line) -> bool {
    let key = pair.key;
    keys::is_secret_key(key)
        || (known.in_secret && keys::is_data(key))
        || (known.has_secret_name && keys::is_value(key))
        || (known.is_sensitive && keys::is_setting(key))
        || keys::is_long_key(key, word(&line[pair.sign + 1..]))
}

/// The first word of a value, without its quotes.
fn word(rest: &str) -> &str {
    let rest = rest.trim_start().trim_start_matches(['"', '\'', '\\']);
    &rest[..rest.find([' ', '\t', '"', '\'', ',', '}', ']', '\\', '#']).unwrap_or(rest.len())]
}

fn secret_flag(line: &str, known: &Line) -> Option<usize> {
    flags::secret_flag(&line[known.content..]).map(|end| known.content + end)
}

/// Whether a line looks like an entry of an object in block style.
fn has_block_key(content: &str) -> bool {
    content.match_indices(':').any(|(at, _)| content[at + 1..].is_empty() || content[at + 1..].starts_with([' ', '\t']))
}

/// The quote that `text` starts with and does not close.
fn open_quote(text: &str) -> Option<char> {
    let quote = text.chars().next().filter(|letter| matches!(letter, '"' | '\''))?;
    let mut escaped = false;
    let closes = text.chars().skip(1).any(|letter| {
        let closing = letter == quote && !escaped;
        escaped = quote == '"' && letter == '\\' && !escaped;
        closing
    });
    (!closes).then_some(quote)
}

/// How many brackets are open behind `text`, when `depth` were before; quoted ones do not count.
fn balance(text: &str, mut depth: usize) -> usize {
    let (mut quote, mut escaped) = (None, false);
    for letter in text.chars() {
        match (quote, letter) {
            (None, '"' | '\'') => quote = Some(letter),
            (Some(open), _) if open == letter && !escaped => quote = None,
            (None, '{' | '[') => depth += 1,
            (None, '}' | ']') => depth = depth.saturating_sub(1),
            _ => {}
        }
        escaped = letter == '\\' && !escaped;
    }
    depth
}
