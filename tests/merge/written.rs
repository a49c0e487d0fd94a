//! Writes a document as people do: in block and flow style, with comments, quotes and blank lines.

use crate::{
    choices::Choices,
    document::{BLOCK, Node},
};

const COMMENTS: [&str; 5] = ["# why", "# replicas: 3", "#no space", "# the \"port\": [80]", "# ---"];

/// How a document is written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Style {
    pub(crate) comments: bool,
    pub(crate) flow: bool,
    pub(crate) crlf: bool,
    step: usize,
}

impl Style {
    /// A random one.
    pub(crate) fn any(choices: &mut Choices) -> Self {
        Self {
            comments: choices.chance(60),
            flow: choices.chance(30),
            crlf: choices.chance(5),
            step: 2 + 2 * choices.below(2),
        }
    }

    /// The same without comments.
    pub(crate) fn bare(self) -> Self {
        Self { comments: false, ..self }
    }
}

/// The text of `document` in a random style.
pub(crate) fn in_any_style(choices: &mut Choices, document: &Node) -> String {
    let style = Style::any(choices);
    written(choices, document, style)
}

/// The text of `document`.
pub(crate) fn written(choices: &mut Choices, document: &Node, style: Style) -> String {
    let mut lines = Vec::new();
    let Node::Map(entries) = document else { return String::new() };
    if entries.is_empty() {
        lines.push("{}".to_owned());
    }
    write_entries(choices, &mut lines, entries, 0, style);
    let ending = if style.crlf { "\r\n" } else { "\n" };
    let mut text = lines.join(ending);
    // The last line of a block without its end is another value.
    let is_block = lines.last().is_some_and(|line| BLOCK.contains(&line.trim()));
    if is_block || !choices.chance(5) {
        text.push_str(ending);
    }
    text
}

fn write_entries(
    choices: &mut Choices,
    lines: &mut Vec<String>,
    entries: &[(String, Node)],
    indent: usize,
    style: Style,
) {
    for (key, value) in entries {
        if style.comments && choices.chance(20) {
            lines.push(format!("{:indent$}{}", "", choices.one_of(&COMMENTS)));
        }
        if style.comments && choices.chance(5) {
            lines.push(String::new());
        }
        let lead = format!("{:indent$}{}:", "", quoted(key));
        write_value(choices, lines, lead, value, indent, style);
    }
}

fn write_value(
    choices: &mut Choices,
    lines: &mut Vec<String>,
    lead: String,
    value: &Node,
    indent: usize,
    style: Style,
) {
    let behind =
        if style.comments && choices.chance(15) { format!(" {}", choices.one_of(&COMMENTS)) } else { String::new() };
    let is_flow = style.flow && choices.chance(40);
    match value {
        Node::Word(word) => lines.push(format!("{lead} {word}{behind}")),
        Node::Block(block) => {
            lines.push(format!("{lead} |{behind}"));
            lines.extend(block.iter().map(|line| format!("{:1$}{line}", "", indent + style.step)));
        }
        Node::Map(entries) if entries.is_empty() => lines.push(format!("{lead} {{}}{behind}")),
        Node::Named(items) if items.is_empty() => lines.push(format!("{lead} []{behind}")),
        Node::List(items) if items.is_empty() => lines.push(format!("{lead} []{behind}")),
        _ if is_flow && flow(value).is_some() => {
            lines.push(format!("{lead} {}{behind}", flow(value).unwrap_or_default()));
        }
        Node::Map(entries) => {
            lines.push(format!("{lead}{behind}"));
            write_entries(choices, lines, entries, indent + style.step, style);
        }
        Node::Named(items) => {
            lines.push(format!("{lead}{behind}"));
            let indent = if style.step == 2 { indent } else { indent + 2 };
            for (name, entries) in items {
                if style.comments && choices.chance(15) {
                    lines.push(format!("{:indent$}{}", "", choices.one_of(&COMMENTS)));
                }
                lines.push(format!("{:indent$}- name: {name}", ""));
                write_entries(choices, lines, entries, indent + 2, style);
            }
        }
        Node::List(items) => {
            lines.push(format!("{lead}{behind}"));
            lines.extend(items.iter().map(|item| format!("{:indent$}- {item}", "")));
        }
    }
}

fn quoted(key: &str) -> String {
    key.to_owned()
}

/// The value on one line, where it fits.
fn flow(value: &Node) -> Option<String> {
    let entries = |entries: &[(String, Node)]| {
        let entries: Option<Vec<_>> =
            entries.iter().map(|(key, value)| Some(format!("{}: {}", quoted(key), flow(value)?))).collect();
        entries.map(|entries| entries.join(", "))
    };
    Some(match value {
        Node::Word(word) => (*word).to_owned(),
        Node::Block(_) => return None,
        Node::Map(all) => format!("{{{}}}", entries(all)?),
        Node::List(items) => format!("[{}]", items.join(", ")),
        Node::Named(items) => {
            let items: Option<Vec<_>> = items
                .iter()
                .map(|(name, all)| {
                    let rest = entries(all)?;
                    Some(if rest.is_empty() {
                        format!("{{name: {name}}}")
                    } else {
                        format!("{{name: {name}, {rest}}}")
                    })
                })
                .collect();
            format!("[{}]", items?.join(", "))
        }
    })
}
