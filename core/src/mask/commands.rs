//! Finds the passwords that a command line or an XML element gives.

use super::{MASK, keys};

/// The line with `***` for the passwords that its commands and its XML elements hold.
pub(super) fn without_passwords(line: &str) -> String {
    let mut line = line.to_owned();
    for find in [of_user, of_mysql, of_header, of_chpasswd, of_element] {
        let mut from = 0;
        while let Some((start, end)) = find(&line, from) {
            line.replace_range(start..end, MASK);
            from = start + MASK.len();
        }
    }
    line
}

/// Flags whose value can hold a password.
const FLAGS: [&str; 5] = ["-u", "--user", "--proxy-user", "-H", "--header"];

/// What the items of a list before say of the next one.
#[derive(Default)]
pub(super) struct Arguments {
    /// The flag whose value the next item is.
    flag: Option<&'static str>,
    is_mysql: bool,
}

impl Arguments {
    /// Whether the next item may be changed by those before.
    pub(super) fn are_open(&self) -> bool {
        self.flag.is_some() || self.is_mysql
    }

    /// The next item without the password in it.
    pub(super) fn next(&mut self, item: &str) -> String {
        let bare = item.trim().trim_matches(['"', '\'', ',']);
        let program = if self.is_mysql && bare.starts_with("-p") { Some("mysql") } else { None };
        let before = self.flag.take().or(program);
        self.flag = FLAGS.into_iter().find(|flag| *flag == bare);
        self.is_mysql |= PROGRAMS.iter().any(|program| bare.contains(program));
        let Some(before) = before else { return item.to_owned() };
        let line = without_passwords(&format!("{before} {item}"));
        line.get(before.len() + 1..).map_or_else(|| MASK.to_owned(), str::to_owned)
    }
}

/// In the names of programs that take a password behind `-p`.
const PROGRAMS: [&str; 2] = ["mysql", "mariadb"];

/// Where a password starts and ends.
type Span = (usize, usize);

/// `-u USER:PASSWORD` and `--user USER:PASSWORD`. Two numbers or twice the same name are a user and its group, unless the
/// command is `curl`.
fn of_user(line: &str, from: usize) -> Option<Span> {
    ["-u", "--user", "--proxy-user"].iter().filter_map(|flag| user_of(line, from, flag)).min()
}

fn user_of(line: &str, from: usize, flag: &str) -> Option<Span> {
    options(line, from, flag).find_map(|at| {
        let gap = line[at..].len() - line[at..].trim_start_matches([' ', '=', '"', '\'', ',', '\\']).len();
        // The short flag takes its value without a space, too.
        if gap == 0 && flag.starts_with("--") {
            return None;
        }
        let start = at + gap;
        let word = &line[start..start + word_end(&line[start..])];
        let (user, password) = word.split_once(':')?;
        let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let is_group = (is_number(user) && is_number(password)) || user == password;
        let is_shown = password.is_empty()
            || password == MASK
            || user.is_empty()
            // The name of a user of Kubernetes, or a URL.
            || user == "system"
            || password.starts_with("//")
            || password.starts_with("{{")
            || (is_group && !line[..at].contains("curl"));
        let begin = start + user.len() + 1;
        (begin >= from && !is_shown).then_some((begin, begin + password.len()))
    })
}

/// `mysql -pPASSWORD`, and the same of the other programs of MySQL and MariaDB.
fn of_mysql(line: &str, from: usize) -> Option<Span> {
    let program = PROGRAMS.iter().filter_map(|program| line.find(program)).min()?;
    options(line, from.max(program), "-p").find_map(|at| {
        let start = at + line[at..].len() - line[at..].trim_start_matches(['"', '\'', '\\']).len();
        // Behind the command's end, `-p` belongs to another one.
        let is_other = line[program..at].contains([';', '|', '&']);
        let length = word_end(&line[start..]);
        (!is_other && length > 0 && !line[start..].starts_with("{{")).then_some((start, start + length))
    })
}

/// `-H "X-Auth-User: CREDENTIAL"` and `-H "Authorization: CREDENTIAL"`.
fn of_header(line: &str, from: usize) -> Option<Span> {
    ["-H", "--header"].iter().filter_map(|flag| header_of(line, from, flag)).min()
}

fn header_of(line: &str, from: usize, flag: &str) -> Option<Span> {
    options(line, 0, flag).find_map(|at| {
        let start = at + line[at..].len() - line[at..].trim_start_matches([' ', '=', '"', '\'', ',', '\\']).len();
        let (name, _) = line[start..].split_once(':')?;
        let plain = name.to_ascii_lowercase();
        let is_known = (plain.starts_with("x-auth") || plain == "authorization") && !plain.contains([' ', '"', '\'']);
        let value = start + name.len() + 1;
        let value = value + line[value..].len() - line[value..].trim_start().len();
        let end = value + line[value..].find(['"', '\'', '\\']).unwrap_or(line.len() - value);
        let text = &line[value..end];
        // What has a scheme was looked at before.
        (value >= from && is_known && !text.is_empty() && !text.contains(MASK) && !text.contains("{{"))
            .then_some((value, end))
    })
}

/// `echo "USER:PASSWORD" | chpasswd` and `chpasswd <<< USER:PASSWORD`.
fn of_chpasswd(line: &str, from: usize) -> Option<Span> {
    let program = line.find("chpasswd")?;
    let after = line[program..].find("<<<").map(|at| (program + at, line.len()));
    let before = || {
        let start = ["echo", "printf"].iter().filter_map(|word| line[..program].rfind(word)).max()?;
        line[start..program].rfind('|').map(|pipe| (start, start + pipe))
    };
    let (start, end) = after.or_else(before)?;
    let user = start.max(from) + line.get(start.max(from)..end)?.find(':')? + 1;
    let password = line[user..end].trim_end_matches([' ', '"', '\'', '\\', ',', ']']);
    let is_shown = password.is_empty() || password == MASK || password.trim_start().starts_with("{{");
    (!is_shown).then_some((user, user + password.len()))
}

/// `<password>PASSWORD</password>`.
fn of_element(line: &str, from: usize) -> Option<Span> {
    line.match_indices('<').filter(|(at, _)| *at >= from).find_map(|(at, _)| {
        let (tag, content) = line[at + 1..].split_once('>')?;
        let name = tag.split([' ', '\t']).next().unwrap_or_default();
        let name = name.rsplit_once(':').map_or(name, |(_, name)| name);
        let start = at + 1 + tag.len() + 1;
        let length = content.find("</")?;
        let is_secret = !tag.starts_with('/') && !tag.ends_with('/') && keys::is_secret_key(name);
        (is_secret && length > 0 && &content[..length] != MASK).then_some((start, start + length))
    })
}

/// The ends of all places from `from` where `flag` starts a word.
fn options<'l>(line: &'l str, from: usize, flag: &'l str) -> impl Iterator<Item = usize> {
    line.match_indices(flag)
        .filter(move |(at, _)| *at >= from && (*at == 0 || line[..*at].ends_with([' ', '\t', '"', '\'', ',', '['])))
        .map(|(at, _)| at + flag.len())
}

/// Where the word ends that a text starts with.
fn word_end(text: &str) -> usize {
    text.find([' ', '\t', '"', '\'', ',', ']', '}', '\\', '`', ';', '|', '&']).unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_of_commands_are_hidden_and_the_rest_is_shown() {
        for (line, expected) in [
            ("curl -u a:b -u 'ü:ö' h", "curl -u a:*** -u 'ü:***' h"),
            ("curl --user=1:1 h", "curl --user=1:*** h"),
            ("docker run -u 1:1 --user a:a b", "docker run -u 1:1 --user a:a b"),
            ("mysql -h h -pü; cp -pr a", "mysql -h h -p***; cp -pr a"),
            ("kubectl --user=system:node:a -url=http://h:80", "kubectl --user=system:node:a -url=http://h:80"),
            ("tar -pxf a", "tar -pxf a"),
            ("-H 'X-Auth: ä' -H 'x-authx: b'", "-H 'X-Auth: ***' -H 'x-authx: ***'"),
            ("printf 'a:b\\n' | chpasswd -e", "printf 'a:***' | chpasswd -e"),
            ("<password>a</password><user>b</user>", "<password>***</password><user>b</user>"),
            ("<password>", "<password>"),
        ] {
            assert_eq!(without_passwords(line), expected);
        }
    }
}
