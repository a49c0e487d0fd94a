//! Reads a template.

mod array;
mod filter;

use serde_json::Value;

use crate::{
    error::Problem,
    node::{Node, Step},
    quote::unquote,
};

/// How often an expression can stand in another. Quotes and brackets do not pair across levels, so that no text is known
/// that gets half as far.
const MAX_DEPTH: usize = 16;

/// The parts of a template: texts and actions.
pub(crate) fn parse(text: &str) -> Result<Vec<Node>, Problem> {
    Parser { text, pos: 0, base: 0, depth: 0 }.parts()
}

/// A reader of one text, which may be a part of the template in braces of its own.
struct Parser<'a> {
    text: &'a str,
    pos: usize,
    /// Where in the template this text would start.
    base: isize,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn parts(mut self) -> Result<Vec<Node>, Problem> {
        let mut parts = Vec::new();
        while let Some(brace) = self.rest().find('{') {
            self.text_part(brace, &mut parts);
            let at = self.at();
            self.pos += 1;
            parts.push(Node { at, step: Step::Action(self.action()?) });
        }
        self.text_part(self.rest().len(), &mut parts);
        Ok(parts)
    }

    fn text_part(&mut self, length: usize, parts: &mut Vec<Node>) {
        if length > 0 {
            let text = Value::from(&self.rest()[..length]);
            parts.push(Node { at: self.at(), step: Step::Text(text) });
            self.pos += length;
        }
    }

    /// The steps up to the closing brace.
    fn action(&mut self) -> Result<Vec<Node>, Problem> {
        let mut nodes: Vec<Node> = Vec::new();
        loop {
            let at = self.at();
            if self.eat("}") {
                return Ok(nodes);
            }
            if self.eat("[?(") {
                nodes.push(Node { at, step: self.filter()? });
                continue;
            }
            if self.eat("..") {
                if nodes.last().is_some_and(|it| matches!(it.step, Step::Descent)) {
                    return Err(Problem::new(at, "a recursive descent right after another"));
                }
                nodes.push(Node { at, step: Step::Descent });
                if self.rest().starts_with(is_word) {
                    let at = self.at();
                    nodes.push(Node { at, step: self.field() });
                }
                continue;
            }
            match self.next() {
                None | Some('\r' | '\n') => return Err(Problem::new(at, "unclosed action, a } is missing")),
                // The root and the current object are where a step starts anyway.
                Some(' ' | '@' | '$') => {}
                Some('[') => self.array(at, &mut nodes)?,
                Some(quote @ ('"' | '\'')) => nodes.push(Node { at, step: self.quoted(at, quote)? }),
                Some('.') => nodes.push(Node { at, step: self.field() }),
                Some('+' | '-' | '0'..='9') => {
                    self.pos -= 1;
                    nodes.push(Node { at, step: self.number(at)? });
                }
                Some(other) if is_word(other) => {
                    self.pos -= other.len_utf8();
                    nodes.push(Node { at, step: self.word() });
                }
                Some(other) => return Err(Problem::new(at, format!("unrecognized character {other:?} in an action"))),
            }
        }
    }

    fn word(&mut self) -> Step {
        match self.until(is_terminator) {
            "true" => Step::Constant(true.into()),
            "false" => Step::Constant(false.into()),
            word => Step::Word(word.to_owned()),
        }
    }

    /// A name up to a terminator that no backslash stands before. All backslashes are dropped, even doubled ones.
    fn field(&mut self) -> Step {
        let start = self.pos;
        loop {
            match self.peek() {
                Some('\\') => {
                    self.next();
                    self.next();
                }
                Some(other) if !is_terminator(other) => self.pos += other.len_utf8(),
                _ => break,
            }
        }
        match &self.text[start..self.pos] {
            "*" => Step::Wildcard,
            name => Step::Field(name.replace('\\', "")),
        }
    }

    fn number(&mut self, at: usize) -> Result<Step, Problem> {
        let start = self.pos;
        if self.rest().starts_with(['+', '-']) {
            self.pos += 1;
        }
        self.until(|it| it != '.' && !it.is_ascii_digit());
        let text = &self.text[start..self.pos];
        if let Ok(number) = text.parse::<i64>() {
            return Ok(Step::Constant(number.into()));
        }
        match text.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(Step::Constant(number.into())),
            _ => Err(Problem::new(at, format!("{text:?} is not a number"))),
        }
    }

    fn quoted(&mut self, at: usize, quote: char) -> Result<Step, Problem> {
        let start = self.pos;
        loop {
            match self.next() {
                None | Some('\n') => return Err(Problem::new(at, "unterminated quoted string")),
                Some(other) if other == quote && !self.is_escaped() => break,
                Some(_) => {}
            }
        }
        let text = unquote(&self.text[start..self.pos - 1], quote);
        let text = text.map_err(|what| Problem::new(at, format!("{what} in a quoted string")))?;
        Ok(Step::Text(text.into()))
    }

    /// Reads a part of this text that starts at `at` as an action of its own.
    fn nested(&self, prefix: &str, part: &str, suffix: &str, at: usize) -> Result<Vec<Node>, Problem> {
        if self.depth >= MAX_DEPTH {
            return Err(Problem::new(self.at(), "expressions are nested too deep"));
        }
        let text = format!("{{{prefix}{part}{suffix}}}");
        let base = self.base + isize::try_from(at).unwrap_or(isize::MAX) - 1 - prefix.len() as isize;
        let parts = Parser { text: &text, pos: 0, base, depth: self.depth + 1 }.parts()?;
        // What a brace inside of it leaves over is read, and not used.
        match parts.into_iter().next().map(|it| it.step) {
            Some(Step::Action(nodes)) => Ok(nodes),
            _ => Ok(Vec::new()),
        }
    }

    fn rest(&self) -> &'a str {
        &self.text[self.pos..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let next = self.peek();
        self.pos += next.map_or(0, char::len_utf8);
        next
    }

    fn eat(&mut self, prefix: &str) -> bool {
        let is_there = self.rest().starts_with(prefix);
        self.pos += if is_there { prefix.len() } else { 0 };
        is_there
    }

    /// The text up to the first of some characters, or all of it.
    fn until(&mut self, end: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let length = rest.find(end).unwrap_or(rest.len());
        self.pos += length;
        &rest[..length]
    }

    /// Whether a backslash stands before the quote that was just read.
    fn is_escaped(&self) -> bool {
        self.text[..self.pos - 1].ends_with('\\')
    }

    /// The byte of the template.
    fn at(&self) -> usize {
        self.at_byte(self.pos)
    }

    fn at_byte(&self, pos: usize) -> usize {
        usize::try_from(self.base.saturating_add(isize::try_from(pos).unwrap_or(isize::MAX))).unwrap_or(0)
    }
}

fn is_word(it: char) -> bool {
    it == '_' || it.is_alphanumeric()
}

fn is_terminator(it: char) -> bool {
    matches!(it, ' ' | '\t' | '\r' | '\n' | '.' | ',' | '[' | ']' | '$' | '@' | '{' | '}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_read_is_told_with_its_place() {
        for (text, at, what) in [
            ("{.a", 3, "unclosed action"),
            ("{.a\n}", 3, "unclosed action"),
            ("x {.a ? }", 6, "unrecognized character '?'"),
            ("{\t}", 1, "unrecognized character '\\t'"),
            ("{.a[0}", 3, "unterminated array"),
            ("{.a[b]}", 4, "invalid array index \"b\""),
            ("{.a[-]}", 4, "\"-\" is not a number"),
            ("{.a[0:99999999999999999999]}", 6, "is not a number"),
            ("{.a[0,b]}", 6, "invalid array index \"b\""),
            ("{['a','b?' ,'c ?']}", 15, "unrecognized character '?'"),
            ("{.a[?(@.b]}", 3, "unterminated filter"),
            ("{.a[?(@.b)}", 10, "a ] is missing"),
            ("{.a[?(@.b==#)]}", 11, "unrecognized character '#'"),
            ("{.a[?(?==1)]}", 6, "unrecognized character '?'"),
            ("{.a[?()?]}", 7, "a ] is missing"),
            ("{\"a}", 1, "unterminated quoted string"),
            ("{'a\n'}", 1, "unterminated quoted string"),
            ("{\"\\q\"}", 1, "unknown escape"),
            ("{....a}", 3, "a recursive descent right after another"),
            ("{1.2.3}", 1, "\"1.2.3\" is not a number"),
            ("{-}", 1, "\"-\" is not a number"),
            ("é{ü", 5, "unclosed action"),
        ] {
            let problem = parse(text).map(|nodes| panic!("{text}: {nodes:?}")).unwrap_err();
            assert!(problem.at == at && problem.what.contains(what), "{text}: {problem:?}");
        }
    }

    #[test]
    fn expressions_in_expressions_end() {
        for part in ["@.a'[?(@.b\"[?(c)].d\")].e'", "@.a'[?(", "[?(@.a[0,", "'[?(\"[?("] {
            let _ = parse(&format!("{{.x[?({})]}}", part.repeat(1000)));
        }
        assert!(parse("{.x[?(@.a'[?(@.b\"[?(c)].d\")].e')]}").is_ok());
    }
}
