//! Quoted strings with the escapes of Go.

/// The text between two quotes, of which only one kind is meant.
pub(crate) fn unquote(text: &str, quote: char) -> Result<String, String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(found) = rest.find('\\') {
        bytes.extend_from_slice(&rest.as_bytes()[..found]);
        rest = escape(&rest[found + 1..], quote, &mut bytes)?;
    }
    bytes.extend_from_slice(rest.as_bytes());
    Ok(String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()))
}

/// Writes what one escape means, and returns what follows it.
fn escape<'a>(text: &'a str, quote: char, bytes: &mut Vec<u8>) -> Result<&'a str, String> {
    let mut rest = text.chars();
    let Some(first) = rest.next() else { return Err("a backslash before nothing".to_owned()) };
    let unknown = || format!("unknown escape \\{first}");
    let digits = match first {
        'x' => 2,
        'u' => 4,
        'U' => 8,
        '0'..='7' => 3,
        _ => {
            bytes.push(match first {
                'a' => 0x07,
                'b' => 0x08,
                'f' => 0x0c,
                'n' => b'\n',
                'r' => b'\r',
                't' => b'\t',
                'v' => 0x0b,
                '\\' => b'\\',
                '"' | '\'' if first == quote => first as u8,
                _ => return Err(unknown()),
            });
            return Ok(rest.as_str());
        }
    };
    let is_octal = first.is_ascii_digit();
    let (from, radix) = if is_octal { (0, 8) } else { (1, 16) };
    let number = text.get(from..from + digits).filter(|it| it.bytes().all(|it| it.is_ascii_hexdigit()));
    let number = number.and_then(|it| u32::from_str_radix(it, radix).ok()).ok_or_else(unknown)?;
    if is_octal || first == 'x' {
        // A byte and no character: several of them may make one.
        bytes.push(u8::try_from(number).map_err(|_| unknown())?);
    } else {
        let character = char::from_u32(number).ok_or_else(unknown)?;
        bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
    }
    Ok(&text[from + digits..])
}

#[cfg(test)]
mod tests {
    use super::unquote;

    #[test]
    fn escapes_are_those_of_go() {
        for (text, expected) in [
            (r"a\n\t\r\\b", "a\n\t\r\\b"),
            (r"\a\b\f\v", "\u{7}\u{8}\u{c}\u{b}"),
            (r#"it's \""#, "it's \""),
            (r"\u00e9\U0001F600\x41\101", "é😀AA"),
            (r"\xe2\x82\xac", "€"),
            (r"\xff", "\u{fffd}"),
            ("é", "é"),
        ] {
            assert_eq!(unquote(text, '"').as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_escape_is_refused() {
        for text in
            [r"\q", r"\'", r"\", r"\x4", r"\u12", r"\ud800", r"\U00110000", r"\8", r"\400", r"\x+1", r"\é", r"\x4é"]
        {
            assert!(unquote(text, '"').is_err(), "{text}");
        }
    }
}
