//! The page that is written from the answers.

use super::row::Asked;

const HEAD: &str = "# What kubectl does, and what `kubectl profile` does

Written by a test that asks both the same on one API server: `just generate` writes it anew, and the test fails where a row is not
as it says. `status` stands for `kubectl get spectroclusters`. *Same* means: the same output where both succeed; where both fail, an error
that starts alike, and in the same words where the row says so. *Alike* means that both do what the row is about, with contents of their own: a
document of the plugin, for instance, is a list with `apiVersion` and `kind` as kubectl's is, and lists other things. kubectl ends with 1 where it fails, the plugin with the codes that
`kubectl profile --help` lists.
";

/// The whole page.
pub(super) fn text(areas: &[(&str, Vec<Asked>)]) -> String {
    let mut text = HEAD.to_owned();
    for (title, rows) in areas {
        text += &format!(
            "\n## {title}\n\n| what | `kubectl …` | `kubectl profile …` | answer |\n| --- | --- | --- | --- |\n"
        );
        rows.iter().for_each(|row| text += &line(row));
    }
    text
}

fn line(asked: &Asked) -> String {
    let row = &asked.row;
    let words = |words: &[&str]| code(&words.join(" "));
    let answer = match row.differs {
        None if asked.is_alike() => "alike".to_owned(),
        None => "same".to_owned(),
        Some(reason) => format!("**differs**: {reason}"),
    };
    let (kubectl, plugin) = &asked.said;
    let said = match asked.is_error() && !kubectl.is_empty() && !plugin.is_empty() {
        true if kubectl == plugin => format!("<br>both: {}", code(kubectl)),
        true => format!("<br>kubectl: {}<br>here: {}", code(kubectl), code(plugin)),
        false => String::new(),
    };
    format!("| {} | {} | {} | {answer}{said} |\n", code(row.what), words(&row.kubectl), words(&row.plugin))
}

/// A text as code in a cell of a table.
fn code(text: &str) -> String {
    format!("`{}`", text.replace('|', "\\|").replace('`', "'"))
}
