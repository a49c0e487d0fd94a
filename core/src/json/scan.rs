//! Finds where a text, a number or a word ends.
//!
//! Most of a review is texts of YAML, with an escape in every line. They are looked at in blocks, without a step for each escape.

use wide::u8x16;

/// The place from which on the bytes are not JSON; behind the last of them where they end too early.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fault(pub(super) usize);

/// The bytes of a block, and those that are compared at once.
const BLOCK: usize = 64;
const PART: usize = 16;

/// A bit for each byte of a block, the lowest for the first.
#[derive(Default)]
struct Found {
    quotes: u64,
    backslashes: u64,
    controls: u64,
    /// The letter `n`: `\n` is by far the most frequent escape.
    ns: u64,
}

impl Found {
    fn of(block: &[u8; BLOCK]) -> Self {
        let mut found = Self::default();
        let (parts, _) = block.as_chunks::<PART>();
        for (index, part) in parts.iter().enumerate() {
            let part = u8x16::new(*part);
            let bits = |is_it: u8x16| u64::from(is_it.to_bitmask()) << (index * PART);
            found.quotes |= bits(is(part, b'"'));
            found.backslashes |= bits(is(part, b'\\'));
            found.controls |= bits(is_control(part));
            found.ns |= bits(is(part, b'n'));
        }
        found
    }

    /// The bytes behind a backslash that is not behind one itself. `carry` says whether the first byte of the block is one, and then
    /// whether the first of the next block is.
    fn escaped(&self, carry: &mut bool) -> u64 {
        let first = u64::from(*carry);
        if self.backslashes == 0 {
            *carry = false;
            return first;
        }
        // Of a row of backslashes every other one escapes. Adding a row's first bit to the row carries a bit out of its end; rows that
        // begin at odd places are added, so that behind these the parity of the places turns round.
        const EVEN: u64 = 0x5555_5555_5555_5555;
        let backslashes = self.backslashes & !first;
        let behind = backslashes << 1 | first;
        let odd_starts = backslashes & !EVEN & !behind;
        let (ends, overflows) = odd_starts.overflowing_add(backslashes);
        *carry = overflows;
        (EVEN ^ ends << 1) & behind
    }
}

#[inline]
fn is(part: u8x16, letter: u8) -> u8x16 {
    part.simd_eq(u8x16::splat(letter))
}

#[inline]
fn is_control(part: u8x16) -> u8x16 {
    part.simd_eq(part.min(u8x16::splat(0x1f)))
}

/// The places of a part where a text ends, or where it is not plain.
#[inline]
fn stops(part: &[u8; PART]) -> u32 {
    let part = u8x16::new(*part);
    (is(part, b'"') | is(part, b'\\') | is_control(part)).to_bitmask()
}

/// The length of the text whose first letter is at `at`, if it is plain and shorter than a part.
#[inline]
pub(super) fn short_text(bytes: &[u8], at: usize) -> Option<usize> {
    let part = bytes.get(at..)?.first_chunk::<PART>()?;
    let length = stops(part).trailing_zeros() as usize;
    if part.get(length) == Some(&b'"') { Some(length) } else { None }
}

/// The place behind the text that begins at `at` by its quotation mark, and whether it has escapes.
#[inline]
pub(super) fn text(bytes: &[u8], at: usize) -> Result<(usize, bool), Fault> {
    // Most texts are short and plain.
    let mut at = at + 1;
    while let Some(part) = bytes[at..].first_chunk::<PART>() {
        let stops = stops(part);
        if stops != 0 {
            let end = at + stops.trailing_zeros() as usize;
            if bytes[end] == b'"' {
                return Ok((end + 1, false));
            }
            break;
        }
        at += PART;
    }
    text_from(bytes, at)
}

/// The place behind the text that goes on at `at` without an escape before it, and whether it has escapes from there on.
fn text_from(bytes: &[u8], mut at: usize) -> Result<(usize, bool), Fault> {
    let (mut carry, mut has_escapes) = (false, false);
    loop {
        let found = bytes[at..].first_chunk::<BLOCK>().map_or_else(|| last(&bytes[at..]), Found::of);
        let escaped = found.escaped(&mut carry);
        let end = (found.quotes & !escaped).trailing_zeros();
        let inside = 1_u64.checked_shl(end).map_or(u64::MAX, |bit| bit - 1);
        let controls = found.controls & inside;
        if controls != 0 {
            return Err(Fault(at + controls.trailing_zeros() as usize));
        }
        let escapes = escaped & inside;
        has_escapes |= escapes != 0;
        let mut others = escapes & !(found.ns | found.quotes | found.backslashes);
        while others != 0 {
            escape(bytes, at + others.trailing_zeros() as usize)?;
            others &= others - 1;
        }
        // A backslash before the end of the block escapes what the next one begins with.
        if end < u64::BITS {
            return Ok((at + end as usize + 1, has_escapes));
        }
        at += BLOCK;
    }
}

/// What is found in fewer bytes than a block has. What is missing counts as control characters: no text goes on there.
fn last(bytes: &[u8]) -> Found {
    let mut block = [0; BLOCK];
    block[..bytes.len()].copy_from_slice(bytes);
    Found::of(&block)
}

/// Checks the letter at `at`, which stands behind the backslash of an escape and is none of those that [`Found`] knows.
#[inline]
fn escape(bytes: &[u8], at: usize) -> Result<(), Fault> {
    match bytes.get(at) {
        Some(b'/' | b'b' | b'f' | b'r' | b't') => Ok(()),
        Some(b'u') => {
            let is_hex = |at: &usize| bytes.get(*at).is_some_and(u8::is_ascii_hexdigit);
            (at + 1..at + 5).find(|at| !is_hex(at)).map_or(Ok(()), |at| Err(Fault(at.min(bytes.len()))))
        }
        _ => Err(Fault(at)),
    }
}

/// The place behind the number that begins at `at`.
pub(super) fn number(bytes: &[u8], at: usize) -> Result<usize, Fault> {
    let is = |at: usize, letters: &[u8]| bytes.get(at).is_some_and(|byte| letters.contains(byte));
    let digits = |at: usize| {
        let count = bytes[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        if count > 0 { Ok(at + count) } else { Err(Fault(at)) }
    };
    let mut at = at + usize::from(is(at, b"-"));
    at = if is(at, b"0") { at + 1 } else { digits(at)? };
    if is(at, b".") {
        at = digits(at + 1)?;
    }
    if is(at, b"eE") {
        at += 1;
        at = digits(at + usize::from(is(at, b"+-")))?;
    }
    Ok(at)
}

/// The place behind the word that begins at `at`.
pub(super) fn word(bytes: &[u8], at: usize) -> Result<usize, Fault> {
    let word: &[u8] = match bytes.get(at) {
        Some(b't') => b"true",
        Some(b'f') => b"false",
        _ => b"null",
    };
    let same = word.iter().zip(&bytes[at..]).take_while(|(left, right)| left == right).count();
    if same == word.len() { Ok(at + same) } else { Err(Fault(at + same)) }
}
