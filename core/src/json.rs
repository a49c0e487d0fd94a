//! Walks through JSON text and builds nothing: each byte is looked at once, and only what is asked for is read.
//!
//! serde reads each value by itself. This walk knows where a value stands, so that one which is written like another that was
//! read already is passed over by comparing bytes: of the two objects of a review most is written alike.
//!
//! Where something ends is found here; what a text with escapes or a number means is left to serde_json.

use std::borrow::Cow;

use serde_json::Number;

pub use self::error::{JsonError, Problem};
use self::scan::Fault;

mod error;
mod scan;
#[cfg(test)]
mod tests;

/// A place in JSON text, from which values are read one after the other.
#[derive(Debug)]
pub struct Cursor<'a> {
    text: &'a str,
    at: usize,
    /// The closing letters of what is open while a value is passed over, which is followed to any depth without recursion.
    open: Vec<u8>,
}

/// What the next value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An object.
    Object,
    /// A list.
    List,
    /// A text.
    Text,
    /// A number.
    Number,
    /// `true` or `false`.
    Truth,
    /// `null`.
    Null,
}

/// A value as it is written, known to be whole.
#[derive(Clone, Copy, Debug)]
pub struct Written<'a>(&'a str);

impl<'a> Cursor<'a> {
    /// Before the first value of `text`.
    fn new(text: &'a str) -> Self {
        Self { text, at: 0, open: Vec::new() }
    }

    /// Reads the one value that `bytes` hold by `read`.
    ///
    /// # Errors
    ///
    /// When they are no UTF-8, when `read` fails, and when something follows what it has read.
    pub fn whole<T>(bytes: &'a [u8], read: impl FnOnce(&mut Self) -> Result<T, JsonError>) -> Result<T, JsonError> {
        let text = match str::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => return Err(JsonError::new(bytes, error.valid_up_to(), Problem::NoJson)),
        };
        let mut cursor = Self::new(text);
        let value = read(&mut cursor)?;
        if cursor.next().is_some() { Err(cursor.error(Problem::NoJson)) } else { Ok(value) }
    }

    /// An error at this place.
    pub fn error(&self, problem: Problem) -> JsonError {
        JsonError::new(self.text.as_bytes(), self.at, problem)
    }

    /// What the next value is, by its first letter.
    ///
    /// # Errors
    ///
    /// When no value begins here.
    #[inline]
    pub fn kind(&mut self) -> Result<Kind, JsonError> {
        match self.next() {
            Some(b'{') => Ok(Kind::Object),
            Some(b'[') => Ok(Kind::List),
            Some(b'"') => Ok(Kind::Text),
            Some(b'-' | b'0'..=b'9') => Ok(Kind::Number),
            Some(b't' | b'f') => Ok(Kind::Truth),
            Some(b'n') => Ok(Kind::Null),
            _ => Err(self.unexpected()),
        }
    }

    /// Reads an object: `read` is told each of `names` that it has, and must move behind the value. Others are passed over, as
    /// is a value that is no object; whether it was one.
    ///
    /// # Errors
    ///
    /// When it is not JSON, when one of `names` stands twice in it, so that the next reader could take the other one, and
    /// when `read` fails.
    #[inline]
    pub fn object<const NAMES: usize>(
        &mut self,
        names: [&'static str; NAMES],
        mut read: impl FnMut(&'static str, &mut Self) -> Result<(), JsonError>,
    ) -> Result<bool, JsonError> {
        if self.next() != Some(b'{') {
            return self.skip().map(|()| false);
        }
        self.at += 1;
        if self.takes(b'}') {
            return Ok(true);
        }
        const { assert!(NAMES <= u32::BITS as usize, "there is a bit for each name") };
        let mut seen = 0_u32;
        loop {
            let name = self.text()?;
            self.expect(b':')?;
            match names.iter().position(|it| *it == name) {
                None => self.skip()?,
                Some(index) if seen & 1 << index != 0 => return Err(self.error(Problem::Field)),
                Some(index) => {
                    seen |= 1 << index;
                    read(names[index], self)?;
                }
            }
            if self.closes(b'}')? {
                return Ok(true);
            }
        }
    }

    /// Reads a list: `read` is told the position of each item, and must move behind it. What is no list is passed over; whether
    /// it was one.
    ///
    /// # Errors
    ///
    /// When it is not JSON, and when `read` fails.
    pub fn list(&mut self, mut read: impl FnMut(usize, &mut Self) -> Result<(), JsonError>) -> Result<bool, JsonError> {
        if self.next() != Some(b'[') {
            return self.skip().map(|()| false);
        }
        self.at += 1;
        if self.takes(b']') {
            return Ok(true);
        }
        for position in 0.. {
            read(position, self)?;
            if self.closes(b']')? {
                break;
            }
        }
        Ok(true)
    }

    /// Reads a text.
    ///
    /// # Errors
    ///
    /// When it is not JSON, is no text, or holds half of a letter.
    #[inline]
    pub fn text(&mut self) -> Result<Cow<'a, str>, JsonError> {
        if let Some(text) = self.short_text() {
            return Ok(Cow::Borrowed(text));
        }
        if self.next() != Some(b'"') {
            return Err(self.no_text());
        }
        let start = self.at;
        let has_escapes = self.skip_text()?;
        if has_escapes {
            return self.unescaped(start).map(Cow::Owned);
        }
        Ok(Cow::Borrowed(&self.text[start + 1..self.at - 1]))
    }

    /// Reads a number.
    ///
    /// # Errors
    ///
    /// When it is not JSON, is no number, or is beyond every range.
    pub fn number(&mut self) -> Result<Number, JsonError> {
        if self.kind()? != Kind::Number {
            return Err(self.error(Problem::Field));
        }
        let Written(written) = self.written(Self::skip)?.0;
        serde_json::from_str(written).map_err(|_| self.error(Problem::NoJson))
    }

    /// Reads `true` or `false`.
    ///
    /// # Errors
    ///
    /// When it is neither.
    pub fn truth(&mut self) -> Result<bool, JsonError> {
        if self.kind()? != Kind::Truth {
            return Err(self.error(Problem::Field));
        }
        let Written(written) = self.written(Self::skip)?.0;
        Ok(written == "true")
    }

    /// Moves behind the next value, to any depth.
    ///
    /// # Errors
    ///
    /// When it is not JSON.
    pub fn skip(&mut self) -> Result<(), JsonError> {
        if self.next() == Some(b'"') {
            return self.skip_text().map(|_| ());
        }
        let outer = self.open.len();
        loop {
            let close = match self.kind()? {
                Kind::Object => Some(b'}'),
                Kind::List => Some(b']'),
                Kind::Text => self.skip_text().map(|_| None)?,
                Kind::Number => self.skip_by(scan::number)?,
                Kind::Truth | Kind::Null => self.skip_by(scan::word)?,
            };
            if let Some(close) = close {
                self.at += 1;
                if !self.takes(close) {
                    self.open.push(close);
                    self.skip_name(close)?;
                    continue;
                }
            }
            // Behind a value: whatever ends here is closed, until another value follows.
            loop {
                let Some(&close) = self.open[outer..].last() else { return Ok(()) };
                if self.closes(close)? {
                    self.open.pop();
                } else {
                    self.skip_name(close)?;
                    break;
                }
            }
        }
    }

    /// Reads the next value by `read`, or passes over it where that fails.
    ///
    /// # Errors
    ///
    /// When it is not JSON.
    pub fn attempt<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, JsonError>) -> Result<Option<T>, JsonError> {
        let (at, open) = (self.at, self.open.len());
        match read(self) {
            Ok(value) => Ok(Some(value)),
            Err(_) => {
                self.at = at;
                self.open.truncate(open);
                self.skip().map(|()| None)
            }
        }
    }

    /// Runs `read`, which moves behind the next value, and tells how that is written.
    ///
    /// # Errors
    ///
    /// When `read` fails.
    pub fn written<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, JsonError>,
    ) -> Result<(Written<'a>, T), JsonError> {
        self.next();
        let start = self.at;
        let value = read(self)?;
        Ok((Written(&self.text[start..self.at]), value))
    }

    /// Moves behind the next value where it is written exactly like `other`, a list or an object; whether it is.
    pub fn skip_same(&mut self, other: Written<'_>) -> bool {
        self.next();
        // A list or an object ends with its own last letter, so that what begins like it is it. `1` is not all of `12`.
        let is_same = other.0.starts_with(['{', '[']) && self.text[self.at..].starts_with(other.0);
        if is_same {
            self.at += other.0.len();
        }
        is_same
    }

    /// The next letter that is no white space, to which it moves.
    #[inline]
    fn next(&mut self) -> Option<u8> {
        let byte = *self.text.as_bytes().get(self.at)?;
        if byte > b' ' { Some(byte) } else { self.next_behind_space() }
    }

    /// The API server writes no white space.
    #[cold]
    fn next_behind_space(&mut self) -> Option<u8> {
        let rest = &self.text.as_bytes()[self.at..];
        self.at += rest.iter().take_while(|byte| matches!(byte, b' ' | b'\n' | b'\t' | b'\r')).count();
        self.text.as_bytes().get(self.at).copied()
    }

    /// Moves behind `letter`, if it is the next one.
    #[inline]
    fn takes(&mut self, letter: u8) -> bool {
        let is_next = self.next() == Some(letter);
        self.at += usize::from(is_next);
        is_next
    }

    #[inline]
    fn expect(&mut self, letter: u8) -> Result<(), JsonError> {
        if self.takes(letter) { Ok(()) } else { Err(self.unexpected()) }
    }

    /// Moves behind what stands between two items, or behind the letter that closes them all; whether it was that one.
    #[inline]
    fn closes(&mut self, close: u8) -> Result<bool, JsonError> {
        match self.next() {
            Some(b',') => {
                self.at += 1;
                Ok(false)
            }
            Some(letter) if letter == close => {
                self.at += 1;
                Ok(true)
            }
            _ => Err(self.unexpected()),
        }
    }

    /// Moves behind a text, if it is short and plain, as most are.
    #[inline]
    fn short_text(&mut self) -> Option<&'a str> {
        if self.next() != Some(b'"') {
            return None;
        }
        let start = self.at + 1;
        let end = start + scan::short_text(self.text.as_bytes(), start)?;
        self.at = end + 1;
        Some(&self.text[start..end])
    }

    /// What the text with escapes says that begins at `start` and ends here.
    #[cold]
    fn unescaped(&self, start: usize) -> Result<String, JsonError> {
        serde_json::from_str(&self.text[start..self.at]).map_err(|_| self.error(Problem::NoJson))
    }

    /// The error for a value that is no text.
    #[cold]
    fn no_text(&mut self) -> JsonError {
        self.kind().map_or_else(|error| error, |_| self.error(Problem::Field))
    }

    /// In an object, moves behind the name of the next field.
    #[inline]
    fn skip_name(&mut self, close: u8) -> Result<(), JsonError> {
        if close == b']' {
            return Ok(());
        }
        if self.next() != Some(b'"') {
            return Err(self.unexpected());
        }
        self.skip_text()?;
        self.expect(b':')
    }

    /// Moves behind a text; whether it has escapes.
    #[inline]
    fn skip_text(&mut self) -> Result<bool, JsonError> {
        let found = scan::text(self.text.as_bytes(), self.at);
        let (end, has_escapes) = found.map_err(|fault| self.broken(fault))?;
        self.at = end;
        Ok(has_escapes)
    }

    fn skip_by<T>(&mut self, scan: fn(&[u8], usize) -> Result<usize, Fault>) -> Result<Option<T>, JsonError> {
        self.at = scan(self.text.as_bytes(), self.at).map_err(|fault| self.broken(fault))?;
        Ok(None)
    }

    #[cold]
    fn broken(&self, Fault(at): Fault) -> JsonError {
        let bytes = self.text.as_bytes();
        JsonError::new(bytes, at, if at < bytes.len() { Problem::NoJson } else { Problem::Early })
    }

    #[cold]
    fn unexpected(&self) -> JsonError {
        self.broken(Fault(self.at))
    }
}
