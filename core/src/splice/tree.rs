//! Reads a text into nodes that know their bytes.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use granit_parser::{Event, Parser, ScalarStyle, ScanError, Span, StrInput, StructureStyle, Tag};
use serde_json::Value;

use super::{Content, Entry, Node, Shape, scalar};
use crate::yaml::{MAX_DEPTH, YamlError};

/// What aliases may add to the values of a text, in nodes and bytes; the known attacks grow beyond any memory.
const MAX_EXPANSION: usize = 100_000;

/// Everything that is read from a text.
#[derive(Debug, Default)]
pub(super) struct Parts {
    pub(super) root: Option<Node>,
    /// The bytes of each comment, from its `#` to the end of the line.
    pub(super) comments: Vec<Range<usize>>,
    /// The anchors that an alias refers to, and where the aliases stand.
    pub(super) aliases: Vec<(usize, usize)>,
}

pub(super) fn read(text: &str) -> Result<Parts, YamlError> {
    let options = granit_parser::options! {
        emit_comments: false,
        emit_anchor_events: true,
        // As libyaml does, which Go's reader is a port of.
        block_scalar_eof_without_line_feed: true,
        flow_nesting_limit: MAX_DEPTH,
        block_nesting_limit: MAX_DEPTH,
    };
    let mut reader = Reader {
        text,
        events: Parser::new_from_str_with_options(text, options),
        // The indicators begin behind a byte order mark.
        cursor: if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 },
        depth: 0,
        anchors: BTreeMap::new(),
        spent: 0,
        parts: Parts::default(),
    };
    reader.document()?;
    Ok(reader.parts)
}

struct Reader<'t> {
    text: &'t str,
    events: Parser<'t, StrInput<'t>>,
    /// The end of what is read; up to the next token there are only blanks, comments and indicators.
    cursor: usize,
    depth: usize,
    /// The value of each anchor; `None` while it is being read.
    anchors: BTreeMap<usize, Option<Value>>,
    spent: usize,
    parts: Parts,
}

/// A node's anchor and tag, and where its content may begin.
struct Head {
    lead: usize,
    start: usize,
    head: usize,
    anchor: usize,
}

impl<'t> Reader<'t> {
    fn document(&mut self) -> Result<(), YamlError> {
        let mut documents = 0;
        loop {
            match self.next()? {
                (Event::StreamStart | Event::DocumentEnd, _) => {}
                (Event::StreamEnd, _) => break,
                (Event::DocumentStart(is_explicit, _), span) => {
                    documents += 1;
                    if documents > 1 {
                        return Err(self.error(span.start.byte_offset(), "more than one document"));
                    }
                    if is_explicit {
                        self.gap(start_of(&span));
                        self.cursor = end_of(&span);
                    }
                }
                (event, span) => {
                    let lead = span.start.byte_offset().unwrap_or(self.cursor);
                    self.parts.root = Some(self.node(event, &span, lead)?);
                }
            }
        }
        self.gap(self.text.len());
        Ok(())
    }

    fn next(&mut self) -> Result<(Event<'t>, Span), YamlError> {
        match self.events.next() {
            Some(Ok(next)) => Ok(next),
            Some(Err(error)) => Err(scan_error(&error)),
            None => Ok((Event::StreamEnd, Span::default())),
        }
    }

    fn error(&self, at: Option<usize>, message: impl Into<String>) -> YamlError {
        let before = self.text.get(..at.unwrap_or(self.cursor)).unwrap_or_default();
        let line = before.rsplit('\n').next().unwrap_or_default();
        let count = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
        YamlError {
            line: count(before.matches('\n').count() + 1),
            column: count(line.chars().count() + 1),
            message: message.into(),
        }
    }

    /// Moves over blanks, comments and indicators up to the next token.
    fn gap(&mut self, to: usize) {
        while self.cursor < to {
            match self.text.as_bytes()[self.cursor] {
                b'#' => self.comment(to),
                _ => self.cursor += 1,
            }
        }
        self.cursor = self.cursor.max(to);
    }

    fn comment(&mut self, to: usize) {
        let end = line_end(self.text, self.cursor).min(to.max(self.cursor));
        self.parts.comments.push(self.cursor..end);
        self.cursor = end;
    }

    /// The place of an indicator, if that is what comes next; the cursor is behind it then.
    fn indicator(&mut self, indicator: u8) -> Option<usize> {
        let bytes = self.text.as_bytes();
        while let Some(byte) = bytes.get(self.cursor) {
            match byte {
                b'#' => self.comment(self.text.len()),
                b' ' | b'\t' | b'\r' | b'\n' => self.cursor += 1,
                _ if self.text[self.cursor..].starts_with('\u{feff}') => self.cursor += '\u{feff}'.len_utf8(),
                _ if *byte == indicator => {
                    self.cursor += 1;
                    return Some(self.cursor - 1);
                }
                _ => return None,
            }
        }
        None
    }

    /// The node that begins with this event. The cursor is behind the indicator that leads to it, which stands at `lead`.
    fn node(&mut self, event: Event<'t>, span: &Span, lead: usize) -> Result<Node, YamlError> {
        if self.depth >= MAX_DEPTH {
            return Err(
                self.error(span.start.byte_offset(), format!("nested deeper than the limit of {MAX_DEPTH} levels"))
            );
        }
        self.depth += 1;
        let node = match event {
            Event::Alias(id) => self.alias(id, span, lead),
            Event::Scalar(text, style, anchor, tag) => {
                let head = self.head(span, anchor, lead)?;
                self.scalar(&text, style, tag.as_deref(), span, &head)
            }
            Event::SequenceStart(style, anchor, _) => {
                let head = self.head(span, anchor, lead)?;
                self.open_anchor(anchor);
                self.sequence(style, span, &head)
            }
            Event::MappingStart(style, anchor, _) => {
                let head = self.head(span, anchor, lead)?;
                self.open_anchor(anchor);
                self.mapping(style, span, &head)
            }
            _ => Err(self.error(span.start.byte_offset(), "a value is missing")),
        }?;
        if let Some(anchor) = node.anchor {
            let value = node.value();
            self.spend(&value)?;
            self.anchors.insert(anchor, Some(value));
        }
        self.depth -= 1;
        Ok(node)
    }

    /// An alias inside what its own anchor names has no value yet; 0 is no anchor.
    fn open_anchor(&mut self, anchor: usize) {
        if anchor != 0 {
            self.anchors.insert(anchor, None);
        }
    }

    fn spend(&mut self, value: &Value) -> Result<(), YamlError> {
        self.spent = self.spent.saturating_add(weight(value));
        if self.spent > MAX_EXPANSION { Err(self.error(None, "its aliases grow too large")) } else { Ok(()) }
    }

    fn alias(&mut self, id: usize, span: &Span, lead: usize) -> Result<Node, YamlError> {
        let (start, end) = (start_of(span), end_of(span));
        let head = self.cursor;
        self.gap(start);
        self.cursor = end;
        let value = match self.anchors.get(&id) {
            Some(Some(value)) => value.clone(),
            _ => return Err(self.error(Some(start), "an alias stands inside its own anchor")),
        };
        self.spend(&value)?;
        self.parts.aliases.push((id, start));
        let content = Content::Alias(value);
        Ok(Node { span: start..end, content, shape: Shape::Plain, lead, head, anchor: None, has_tag: false })
    }

    /// Reads over anchor and tag. They stand before the content, in any order.
    fn head(&mut self, span: &Span, anchor: usize, lead: usize) -> Result<Head, YamlError> {
        let mut props: Vec<Range<usize>> = span.tag_span().iter().filter_map(Span::byte_range).collect();
        if anchor != 0 {
            let (_, anchor_span) = self.next()?;
            props.extend(anchor_span.byte_range());
        }
        props.sort_by_key(|range| range.start);
        let start = props.first().map_or_else(|| start_of(span), |first| first.start);
        let mut head = self.cursor;
        for prop in props {
            self.gap(prop.start);
            self.cursor = prop.end;
            head = prop.end;
        }
        Ok(Head { lead, start, head, anchor })
    }

    fn finish(head: &Head, end: usize, shape: Shape, content: Content, has_tag: bool) -> Node {
        Node {
            span: head.start.min(end)..end,
            content,
            shape,
            lead: head.lead,
            head: head.head,
            anchor: (head.anchor != 0).then_some(head.anchor),
            has_tag,
        }
    }

    fn scalar(
        &mut self,
        text: &str,
        style: ScalarStyle,
        tag: Option<&Tag>,
        span: &Span,
        head: &Head,
    ) -> Result<Node, YamlError> {
        let (start, end) = (start_of(span), end_of(span));
        let full = tag.map(|tag| format!("{}{}", tag.handle(), tag.suffix())).unwrap_or_default();
        let value = scalar::resolve(text, &full, style == ScalarStyle::Plain)
            .map_err(|reason| self.error(Some(start), reason))?;
        let has_props = head.start < head.head && head.start != start;
        let mut head = Head { ..*head };
        let shape = match style {
            ScalarStyle::Literal | ScalarStyle::Folded => {
                let indicator = if style == ScalarStyle::Literal { b'|' } else { b'>' };
                let begin = self.indicator(indicator).unwrap_or(start);
                if !has_props {
                    head.start = begin;
                }
                let end = self.block_scalar(begin, span, text.is_empty());
                self.cursor = self.cursor.max(end);
                return Ok(Self::finish(&head, end, Shape::Block, Content::Scalar(value), tag.is_some()));
            }
            ScalarStyle::Plain => Shape::Plain,
            _ => Shape::Quoted,
        };
        if start == end {
            // A value that is left out has no place of its own: it stands behind what leads to it.
            head.start = if has_props || tag.is_some() || head.anchor != 0 { head.start } else { head.head };
            let end = head.head;
            return Ok(Self::finish(&head, end, shape, Content::Scalar(value), tag.is_some()));
        }
        self.gap(start);
        self.cursor = end;
        Ok(Self::finish(&head, end, shape, Content::Scalar(value), tag.is_some()))
    }

    /// The end of a block scalar: of its last line that is content, without its line break.
    fn block_scalar(&mut self, begin: usize, span: &Span, is_empty: bool) -> usize {
        let header_end = line_end(self.text, begin);
        let header = &self.text[begin..header_end];
        let words = header.split([' ', '\t']).next().unwrap_or(header);
        let (keeps, least) = (words.contains('+'), begin + words.len());
        self.cursor = least;
        self.gap(header_end);
        let mut end = end_of(span).max(least);
        if is_empty || end <= header_end {
            return least;
        }
        let indent = span.indent.unwrap_or(0);
        let mut breaks = 0;
        while end > header_end {
            let line = line_start(self.text, end);
            let rest = &self.text[line..end];
            let is_partial = breaks == 0 && end < self.text.len();
            if !rest.bytes().all(|byte| byte == b' ') || (rest.len() > indent && !is_partial) || line <= header_end {
                break;
            }
            if keeps && breaks == 1 {
                break;
            }
            end = line - 1;
            if self.text[..end].ends_with('\r') {
                end -= 1;
            }
            breaks += 1;
        }
        end.max(least)
    }

    fn sequence(&mut self, style: StructureStyle, span: &Span, head: &Head) -> Result<Node, YamlError> {
        let is_block = style == StructureStyle::Block;
        let mut items: Vec<Node> = Vec::new();
        let mut first = None;
        if !is_block {
            self.gap(start_of(span));
            self.cursor = end_of(span);
        }
        loop {
            let (event, child) = self.next()?;
            if event == Event::SequenceEnd {
                let end =
                    if is_block { items.last().map_or(self.cursor, |item| item.span.end) } else { end_of(&child) };
                self.gap(end);
                let mut head = Head { ..*head };
                head.start = if head.start < head.head { head.start } else { first.unwrap_or(head.start) };
                let shape = if is_block { Shape::Block } else { Shape::Flow };
                return Ok(Self::finish(&head, end, shape, Content::Sequence(items), false));
            }
            let mark = self.indicator(if is_block { b'-' } else { b',' });
            let lead = match mark {
                Some(mark) if is_block => mark,
                None if is_block => {
                    return Err(self.error(child.start.byte_offset(), "the dash of an item is not found"));
                }
                _ => start_of(&child),
            };
            first = first.or(is_block.then_some(lead));
            let mut item = self.node(event, &child, lead)?;
            if !is_block {
                // Its anchor and its tag are its own.
                item.lead = item.span.start;
            }
            items.push(item);
        }
    }

    fn mapping(&mut self, style: StructureStyle, span: &Span, head: &Head) -> Result<Node, YamlError> {
        let start = start_of(span);
        let is_block = style == StructureStyle::Block;
        let is_pair = !is_block && self.text.as_bytes().get(start) != Some(&b'{');
        if !is_block && !is_pair {
            self.gap(start);
            self.cursor = end_of(span);
        }
        let mut entries: Vec<Entry> = Vec::new();
        let mut seen = Keys::default();
        loop {
            let (event, child) = self.next()?;
            if event == Event::MappingEnd {
                let last = entries.last().map_or(self.cursor, |entry| entry.value.span.end.max(entry.key_span.end));
                let end = if is_block || is_pair { last } else { end_of(&child) };
                self.gap(end);
                let mut head = Head { ..*head };
                if head.start >= head.head {
                    head.start = entries.first().filter(|_| is_block || is_pair).map_or(start, Entry::start);
                }
                let shape = match (is_block, is_pair) {
                    (true, _) => Shape::Block,
                    (_, true) => Shape::Pair,
                    _ => Shape::Flow,
                };
                let mut node = Self::finish(&head, end, shape, Content::Mapping(entries), false);
                node.mark_duplicates();
                self.check_merges(&node)?;
                return Ok(node);
            }
            if !is_block {
                self.indicator(b',');
            }
            let question = if self.is_question() { self.indicator(b'?') } else { None };
            let is_plain = matches!(&event, Event::Scalar(_, ScalarStyle::Plain, _, tag)
                if tag.as_deref().is_none_or(|tag| tag.suffix() == "merge"));
            let Node { span: key_span, content, .. } =
                self.node(event, &child, question.unwrap_or_else(|| start_of(&child)))?;
            let is_merge = is_plain && matches!(&content, Content::Scalar(Value::String(key)) if key == "<<");
            let key = match content {
                Content::Scalar(value) | Content::Alias(value) => scalar::key(value),
                _ => None,
            };
            let key = key.ok_or_else(|| self.error(Some(key_span.start), "a key that is no text cannot be used"))?;
            let colon = self.indicator(b':');
            let (event, child) = self.next()?;
            let value = self.node(event, &child, question.unwrap_or(key_span.start))?;
            let is_duplicate = seen.has(&key, &entries);
            entries.push(Entry { key, key_span, value, colon, question, is_merge, is_duplicate });
        }
    }

    /// Whether a `?` that marks a key comes next.
    fn is_question(&mut self) -> bool {
        let rest = self.text.as_bytes();
        let mut at = self.cursor;
        while let Some(byte) = rest.get(at) {
            match byte {
                b'#' => at = line_end(self.text, at),
                b' ' | b'\t' | b'\r' | b'\n' => at += 1,
                b'?' => return rest.get(at + 1).is_none_or(u8::is_ascii_whitespace),
                _ => return false,
            }
        }
        false
    }

    fn check_merges(&self, node: &Node) -> Result<(), YamlError> {
        let Content::Mapping(entries) = &node.content else { return Ok(()) };
        let wrong = entries.iter().find(|entry| {
            entry.is_merge
                && match entry.value.value() {
                    Value::Object(_) => false,
                    Value::Array(items) => !items.iter().all(Value::is_object),
                    _ => true,
                }
        });
        wrong.map_or(Ok(()), |entry| {
            Err(self.error(Some(entry.key_span.start), "a merge needs a mapping or a list of mappings"))
        })
    }
}

/// The keys of a mapping that grows.
#[derive(Default)]
struct Keys(BTreeSet<String>);

impl Keys {
    /// Whether `key` is one of the entries already.
    fn has(&mut self, key: &str, entries: &[Entry]) -> bool {
        // Most mappings are small, and then to compare is cheaper than to keep all keys once more.
        const FEW: usize = 16;
        if entries.len() < FEW {
            return entries.iter().any(|entry| entry.key == key);
        }
        let known = if entries.len() == FEW { 0 } else { entries.len() - 1 };
        self.0.extend(entries[known..].iter().map(|entry| entry.key.clone()));
        self.0.contains(key)
    }
}

fn weight(value: &Value) -> usize {
    1 + match value {
        Value::String(text) => text.len(),
        Value::Array(items) => items.iter().map(weight).sum(),
        Value::Object(entries) => entries.iter().map(|(key, value)| key.len() + weight(value)).sum(),
        _ => 0,
    }
}

// Texts are read from memory, where every marker has a byte.
fn start_of(span: &Span) -> usize {
    span.start.byte_offset().unwrap_or_default()
}

fn end_of(span: &Span) -> usize {
    span.end.byte_offset().unwrap_or_default()
}

fn scan_error(error: &ScanError) -> YamlError {
    let count = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    let (line, column) = (error.marker().line(), error.marker().col());
    YamlError {
        line: count(line),
        column: count(column + 1),
        message: error.info().lines().collect::<Vec<_>>().join(" "),
    }
}

/// The first byte of the line of `at`.
pub(super) fn line_start(text: &str, at: usize) -> usize {
    let start = text[..at].rfind('\n').map_or(0, |line| line + 1);
    // A byte order mark is before the first line and not in it.
    if start == 0 && text.starts_with('\u{feff}') { '\u{feff}'.len_utf8().min(at) } else { start }
}

/// The end of the line of `at`, before its line break.
pub(super) fn line_end(text: &str, at: usize) -> usize {
    let end = text[at..].find('\n').map_or(text.len(), |line| at + line);
    if end > at && text[..end].ends_with('\r') { end - 1 } else { end }
}

#[cfg(test)]
mod tests;
