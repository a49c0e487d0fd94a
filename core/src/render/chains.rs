//! Prepares a template's source, so that field chains fail as in Helm.
//!
//! In Helm `.Values.a.b` fails when `a` is missing, while the template engine used here goes on without a word. A template
//! that would have failed must not render to fewer objects, so each chain becomes a call: `.Values.a.b` is read as
//! `(fieldOfDot . "Values" "a" "b")`. Macros become opaque words, raw texts and whole floats are written in a way that the
//! engine reads as Go does. Nothing adds a line, and columns can be mapped back.

use super::{beside_values::BesideValues, macros, opaque};

/// The names of the functions that stand for a field chain: on a variable or a parenthesis, and on the dot. They are no names
/// of Helm's.
pub(super) const FIELD_OF: &str = "fieldOf";
pub(super) const FIELD_OF_DOT: &str = "fieldOfDot";

/// The name of the function through which a condition looks at what it decides by. To the engine every float is true, and a
/// whole number of the values is one: Helm's `0` is false.
pub(super) const NONZERO: &str = "nonzero";

/// The most levels of blocks and parentheses together, those of the added calls included. An unoptimised parser overflows
/// the 2 MiB stack of a thread at some 90 levels; templates that people write stay below 10.
const MAX_LEVELS: usize = 64;

/// How many levels the call around a condition adds.
const LEVELS_OF_CONDITION: usize = 2;

/// A prepared source.
#[derive(Debug)]
pub(super) struct Prepared {
    /// The text to parse.
    pub(super) text: String,
    /// The macros that it holds, and what else it asks Palette for.
    pub(super) unresolved: Vec<String>,
    /// The most levels of blocks and parentheses that are open at once.
    pub(super) levels: usize,
    /// Copied stretches as (start in the prepared text, start in the source), ascending.
    copied: Vec<(usize, usize)>,
}

/// Why a source is refused before it is parsed: line, column, reason.
pub(super) type Refused = (usize, usize, String);

impl Prepared {
    /// The column in `source` of a place in the prepared text. Both have the same lines.
    pub(super) fn column(&self, source: &str, line: usize, column: usize) -> usize {
        let start = |text: &str| text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum::<usize>();
        let offset = start(&self.text) + column.saturating_sub(1);
        let index = self.copied.partition_point(|(prepared, _)| *prepared <= offset);
        let Some((prepared, original)) = index.checked_sub(1).and_then(|index| self.copied.get(index)) else {
            return column;
        };
        // An inserted call has no place of its own: it is counted to the stretch before it, and never beyond the next.
        let next = self.copied.get(index).map_or(source.len(), |(_, original)| *original);
        (original + (offset - prepared)).min(next).saturating_sub(start(source)) + 1
    }
}

/// Prepares `source`, or refuses it.
pub(super) fn prepare(source: &str) -> Result<Prepared, Refused> {
    let mut scanner = Scanner {
        source,
        at: 0,
        blocks: 0,
        levels: 0,
        edits: Vec::new(),
        unresolved: Vec::new(),
        beside_values: BesideValues::default(),
    };
    while let Some(start) = source[scanner.at..].find("{{") {
        scanner.at += start;
        scanner.action()?;
    }
    let Scanner { mut edits, mut unresolved, levels, beside_values, .. } = scanner;
    unresolved.extend(beside_values.into_asked());
    // A stable sort keeps insertions at one place in the order in which they nest.
    edits.sort_by_key(|edit| edit.at);
    let (mut text, mut copied, mut at) = (String::with_capacity(source.len() * 2), Vec::new(), 0);
    for edit in edits {
        copied.push((text.len(), at));
        text.push_str(&source[at..edit.at]);
        text.push_str(&edit.insert);
        at = edit.at + edit.skip;
    }
    copied.push((text.len(), at));
    text.push_str(&source[at..]);
    Ok(Prepared { text, unresolved, levels, copied })
}

struct Edit {
    at: usize,
    skip: usize,
    insert: String,
}

struct Scanner<'a> {
    source: &'a str,
    at: usize,
    blocks: usize,
    levels: usize,
    edits: Vec<Edit>,
    unresolved: Vec<String>,
    beside_values: BesideValues,
}

impl<'a> Scanner<'a> {
    fn rest(&self) -> &'a str {
        &self.source[self.at..]
    }

    /// Refuses the source when this place stands in too many levels.
    fn level(&mut self, parentheses: usize) -> Result<(), Refused> {
        self.levels = self.levels.max(self.blocks + parentheses);
        if self.blocks + parentheses <= MAX_LEVELS {
            return Ok(());
        }
        Err(self.refused(self.at, format!("blocks and parentheses are nested more than {MAX_LEVELS} levels deep")))
    }

    fn refused(&self, at: usize, reason: String) -> Refused {
        let before = &self.source[..at];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        (before.matches('\n').count() + 1, at - line_start + 1, reason)
    }

    /// Scans one action, from its opening braces to its closing ones.
    fn action(&mut self) -> Result<(), Refused> {
        if let Some(length) = macros::length(self.rest()) {
            let text = self.rest()[..length].to_owned();
            macros::add(&mut self.unresolved, &text);
            // A macro over several lines leaves as many behind, so that the lines of errors stay true.
            let lines = "\n".repeat(text.matches('\n').count());
            let comment = if lines.is_empty() { lines } else { format!("{{{{/*{lines}*/}}}}") };
            let word = opaque::word(&text);
            self.edits.push(Edit { at: self.at, skip: length, insert: format!("{{{{\"{word}\"}}}}{comment}") });
            self.at += length;
            return Ok(());
        }
        self.at += 2;
        let inside = self.rest().strip_prefix('-').unwrap_or(self.rest()).trim_start();
        if inside.starts_with("/*") {
            // The two marks may not share a star: `/*/` opens and does not close.
            let start = self.rest().len() - inside.len() + 2;
            let end = self.rest()[start..].find("*/").map_or(self.rest().len(), |end| start + end + 2);
            self.at += end;
            return Ok(());
        }
        let mut words = inside.split_whitespace().map(|it| it.split(|next| !is_word(next)).next().unwrap_or_default());
        let word = words.next().unwrap_or_default();
        self.beside_values.action(word, words.next().unwrap_or_default());
        match word {
            "if" | "range" | "with" | "define" | "block" => self.blocks += 1,
            "end" => self.blocks = self.blocks.saturating_sub(1),
            _ => {}
        }
        self.level(0)?;
        let decides = self.condition(inside, word);
        let own = if decides { LEVELS_OF_CONDITION } else { 0 };
        // Each open parenthesis with the most levels that were opened and closed inside it.
        let mut open: Vec<(usize, usize)> = Vec::new();
        while let Some(next) = self.rest().chars().next() {
            match next {
                '}' if self.rest().starts_with("}}") => {
                    if decides {
                        let before = self.source[..self.at].strip_suffix('-').unwrap_or(&self.source[..self.at]);
                        let end = before.trim_end().len();
                        self.edits.push(Edit { at: end, skip: 0, insert: "))".to_owned() });
                    }
                    self.at += 2;
                    self.beside_values.end();
                    return Ok(());
                }
                '|' => {
                    self.at += 1;
                    self.beside_values.pipe();
                }
                '"' | '\'' => self.quoted(next),
                '`' => self.raw()?,
                '(' => {
                    open.push((self.at, 0));
                    self.at += 1;
                    self.beside_values.open();
                    self.level(own + open.len())?;
                }
                ')' => {
                    self.at += 1;
                    self.beside_values.close();
                    if let Some((start, inner)) = open.pop() {
                        let is_decisive = self.beside_values.is_decisive();
                        self.wrap(is_decisive, start);
                        let levels = inner + 1 + usize::from(self.chain(start, FIELD_OF)) + usize::from(is_decisive);
                        self.unwrap(is_decisive);
                        if let Some((_, outer)) = open.last_mut() {
                            *outer = levels.max(*outer);
                        }
                        self.level(own + open.len() + levels)?;
                    }
                }
                '$' => {
                    let start = self.at;
                    self.at += 1;
                    self.word();
                    let end = self.at;
                    let is_decisive = self.beside_values.is_decisive();
                    self.wrap(is_decisive, start);
                    if !self.chain(start, FIELD_OF) {
                        self.beside_values.lone(&self.source[start..end], &self.source[end..]);
                    }
                    self.unwrap(is_decisive);
                }
                '.' => {
                    let is_decisive = self.beside_values.is_decisive();
                    self.wrap(is_decisive, self.at);
                    self.chain(self.at, FIELD_OF_DOT);
                    self.unwrap(is_decisive);
                }
                _ if is_word(next) => self.word_or_number(next),
                _ => self.at += next.len_utf8(),
            }
        }
        Ok(())
    }

    /// Opens the call through which a condition looks at its pipeline; tells whether the action is one. `inside` is its text, and
    /// `word` the first word of it.
    fn condition(&mut self, inside: &str, word: &str) -> bool {
        let rest = match word {
            "if" | "with" => &inside[word.len()..],
            "else" => {
                let rest = inside[word.len()..].trim_start();
                let Some(rest) = rest.strip_prefix("if").or_else(|| rest.strip_prefix("with")) else { return false };
                rest
            }
            _ => return false,
        };
        // A variable that is declared has the pipeline behind it.
        let declared = rest.trim_start().strip_prefix('$').map(|it| it.trim_start_matches(is_word).trim_start());
        let pipeline = declared.and_then(|it| it.strip_prefix(":=").or_else(|| it.strip_prefix('='))).unwrap_or(rest);
        if !pipeline.starts_with(char::is_whitespace) && !pipeline.starts_with(['(', '.', '$', '"', '`']) {
            return false;
        }
        let text = pipeline.trim_start();
        if text.starts_with("}}") || text.starts_with("-}}") {
            return false;
        }
        // What is left of the action is left of the source.
        let at = self.source.len() - text.len();
        self.edits.push(Edit { at, skip: 0, insert: format!("({NONZERO} (") });
        true
    }

    /// Opens the same call for an operand of `and` or `or`, of which each decides.
    fn wrap(&mut self, is_decisive: bool, start: usize) {
        if is_decisive {
            self.edits.push(Edit { at: start, skip: 0, insert: format!("({NONZERO} ") });
        }
    }

    fn unwrap(&mut self, is_decisive: bool) {
        if is_decisive {
            self.edits.push(Edit { at: self.at, skip: 0, insert: ")".to_owned() });
        }
    }

    /// Skips a quoted text; one that is not closed is left to the parser.
    fn quoted(&mut self, quote: char) {
        let mut escaped = false;
        let end = self.rest().char_indices().skip(1).find(|(_, next)| {
            let closes = *next == quote && !escaped;
            escaped = quote != '`' && *next == '\\' && !escaped;
            closes
        });
        let start = self.at;
        self.at += end.map_or(self.rest().len(), |(index, _)| index + 1);
        self.beside_values.quoted(&self.source[start..self.at]);
    }

    fn word(&mut self) {
        self.at += self.rest().find(|next| !is_word(next)).unwrap_or(self.rest().len());
    }

    /// A raw text. The engine reads escapes in it, where Go has none: one with a backslash is quoted instead.
    fn raw(&mut self) -> Result<(), Refused> {
        let start = self.at;
        self.quoted('`');
        let text = &self.source[start..self.at];
        let Some(inner) = text.strip_prefix('`').and_then(|it| it.strip_suffix('`')).filter(|it| it.contains('\\'))
        else {
            return Ok(());
        };
        if inner.contains('\n') {
            let reason = "a raw text of several lines with a backslash is not rendered here, only by Helm";
            return Err(self.refused(start, reason.to_owned()));
        }
        self.edits.push(Edit { at: start, skip: self.at - start, insert: quote(inner) });
        Ok(())
    }

    /// Skips a word, or a number with its decimal point and its exponent, which starts no chain. The engine takes a whole float
    /// for an integer, which Go tells apart.
    fn word_or_number(&mut self, first: char) {
        let start = self.at;
        self.word();
        self.beside_values.word(&self.source[start..self.at]);
        if !first.is_ascii_digit() {
            return;
        }
        if self.rest().starts_with('.') {
            self.at += 1;
            self.word();
        }
        let is_hexadecimal = self.source[start..self.at].get(1..2).is_some_and(|it| it.eq_ignore_ascii_case("x"));
        if !is_hexadecimal && self.source[start..self.at].ends_with(['e', 'E']) && self.rest().starts_with(['+', '-']) {
            self.at += 1;
            self.word();
        }
        let text = &self.source[start..self.at];
        if !is_hexadecimal && text.contains(['.', 'e', 'E']) && text.parse::<f64>().is_ok_and(|it| it.fract() == 0.0) {
            self.edits.push(Edit { at: start, skip: text.len(), insert: format!("(float64 \"{text}\")") });
        }
    }

    /// Reads the fields at this place, of a receiver that starts at `start`. Tells whether there are any.
    fn chain(&mut self, start: usize, call: &str) -> bool {
        let first = self.at;
        let mut names = Vec::new();
        while let Some(rest) = self.rest().strip_prefix('.') {
            if !rest.starts_with(|next: char| is_word(next) && !next.is_ascii_digit()) {
                break;
            }
            self.at += 1;
            let name = self.at;
            self.word();
            names.push(&self.source[name..self.at]);
        }
        if names.is_empty() {
            // A lone dot, or the point of a number such as `.5`.
            if self.rest().starts_with('.') {
                self.at += 1;
                self.word();
                if start == first && self.at == start + 1 {
                    self.beside_values.lone(".", &self.source[self.at..]);
                }
            }
            return false;
        }
        self.beside_values.fields(&names);
        let names: String = names.iter().map(|name| format!(" \"{name}\"")).collect();
        let dot = if start == first { "." } else { "" };
        self.edits.push(Edit { at: start, skip: 0, insert: format!("({call} {dot}") });
        self.edits.push(Edit { at: first, skip: self.at - first, insert: format!("{names})") });
        true
    }
}

/// A text on one line as a quoted text of Go.
fn quote(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn is_word(next: char) -> bool {
    next == '_' || next.is_alphanumeric()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(source: &str, expected: &str) {
        assert_eq!(prepare(source).unwrap().text, expected, "{source}");
    }

    #[test]
    fn a_chain_becomes_a_call() {
        check("{{ .Values.a.b }}", r#"{{ (fieldOfDot . "Values" "a" "b") }}"#);
        check("{{- if .a -}}", r#"{{- if (nonzero ((fieldOfDot . "a"))) -}}"#);
        check("{{ $.Values.a }}", r#"{{ (fieldOf $ "Values" "a") }}"#);
        check("{{ $x.a | quote }}", r#"{{ (fieldOf $x "a") | quote }}"#);
        check("{{ (index .l 0).a.b }}", r#"{{ (fieldOf (index (fieldOfDot . "l") 0) "a" "b") }}"#);
        check("{{ ((.a.b).c).d }}", r#"{{ (fieldOf ((fieldOf ((fieldOfDot . "a" "b")) "c")) "d") }}"#);
    }

    #[test]
    fn a_condition_is_looked_at_through_a_call() {
        check("{{ if eq 1 2 }}", "{{ if (nonzero (eq 1 2)) }}");
        check("{{else if .a}}", r#"{{else if (nonzero ((fieldOfDot . "a")))}}"#);
        check("{{- with $x := .a | first -}}", r#"{{- with $x := (nonzero ((fieldOfDot . "a") | first)) -}}"#);
        check(
            "{{ if and .a (or $b.c ($d)) . }}",
            r#"{{ if (nonzero (and (nonzero (fieldOfDot . "a")) (nonzero (or (nonzero (fieldOf $b "c")) (nonzero ($d)))) (nonzero .))) }}"#,
        );
        for source in ["{{ if }}", "{{ with -}}", "{{ else }}", "{{ iffy 1 }}", "{{ $x := 1 }}", "{{ end }}"] {
            check(source, source);
        }
    }

    #[test]
    fn what_the_engine_reads_in_its_own_way_is_written_in_another() {
        check(r#"{{ `a\n` `b` `\"` }}"#, r#"{{ "a\\n" `b` "\\\"" }}"#);
        check(
            "{{ 1.0 1.5 1e3 1e+3 10 0x1e 2.5e-1 }}",
            r#"{{ (float64 "1.0") 1.5 (float64 "1e3") (float64 "1e+3") 10 0x1e 2.5e-1 }}"#,
        );
        assert_eq!(prepare("x\n{{ 1 }} {{ `a\\\n` }}").unwrap_err().0, 2);
    }

    #[test]
    fn what_is_no_chain_stays_as_it_is() {
        for source in [
            "no action .a.b",
            "{{ . }} {{ $ }} {{ $x }}",
            "{{ 1.5 }} {{ .5 }} {{ 1.5e-3 }}",
            r#"{{ ".a.b" }} {{ `.a.b` }} {{ "\".a.b" }}"#,
            "{{/* .a.b }} */}}{{- /* .c.d */ -}}",
            "{{ unclosed \"text",
            "{{",
        ] {
            check(source, source);
        }
    }

    #[test]
    fn a_macro_becomes_an_opaque_word_and_is_reported() {
        let prepared = prepare("a: {{.spectro.var.x}}\nb: {{ .Values.c }}").unwrap();
        let word = opaque::word("{{.spectro.var.x}}");
        assert_eq!(prepared.text, format!("a: {{{{\"{word}\"}}}}\nb: {{{{ (fieldOfDot . \"Values\" \"c\") }}}}"));
        assert_eq!(prepared.unresolved, ["{{ .spectro.var.x }}"]);
        assert_eq!(prepare("a: {{ .spectro.x\n\n}} b").unwrap().text.matches('\n').count(), 2);
    }

    #[test]
    fn columns_are_mapped_back() {
        let source = "a: {{ .Values.a.b }} {{ .Values.c.d }} {{ fail }}\nb: {{ fail }}";
        let prepared = prepare(source).unwrap();
        for (line, text) in prepared.text.lines().enumerate() {
            let column = text.find("fail").unwrap() + 1;
            let expected = source.lines().nth(line).unwrap().find("fail").unwrap() + 1;
            assert_eq!(prepared.column(source, line + 1, column), expected, "line {line}");
        }
    }

    #[test]
    fn too_many_levels_are_refused_with_their_place() {
        let deep = |levels| format!("x\n{{{{ {}1{} }}}}", "(".repeat(levels), ")".repeat(levels));
        let chained = |levels| format!("x\n{{{{ {}.a{} }}}}", "(".repeat(levels), ").b".repeat(levels));
        let blocks = |levels| format!("x\n{}{}", "{{ if (1) }}".repeat(levels), "{{ end }}".repeat(levels));
        assert!(prepare(&deep(64)).is_ok() && prepare(&chained(32)).is_ok() && prepare(&blocks(61)).is_ok());
        for source in [deep(65), chained(33), blocks(62)] {
            assert_eq!(prepare(&source).unwrap_err().0, 2, "{source}");
        }
        assert!(prepare(&"{{ if 1 }}{{ end }}".repeat(1000)).is_ok());
    }
}
