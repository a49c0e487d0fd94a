//! `-o custom-columns` and `-o custom-columns-file`

use std::{fmt::Write as _, fs};

use kubectl_jsonpath::{Columns, Error};
use serde_json::Value;

use super::{NONE, ODD, SHOPS, check_all, compare, documents, get};

type Target = &'static [&'static str];

const ANSWERED: &[(Target, &str)] = &[
    (SHOPS, "NAME:.metadata.name"),
    (SHOPS, "NAME:metadata.name,SIZE:{spec.size},SET:{.metadata.labels.set}"),
    (SHOPS, "NAME:.metadata.name,PORTS:.spec.ports[*].port,NONE:.spec.missing"),
    (SHOPS, "NAME:.metadata.name,PORTS:.spec.ports[*]['port']"),
    (SHOPS, "NAME:.metadata.name,SPEC:.spec"),
    (SHOPS, "SPEC:.spec,NAME:.metadata.name"),
    (SHOPS, "NAME:.metadata.name,OPEN:.spec.ports[?(@.port==443)].name"),
    (SHOPS, "NAME:.metadata.name,NULL:.spec.note"),
    (SHOPS, "lower case:.metadata.name,:.kind"),
    (SHOPS, "NAME:.metadata.name,EMPTY:"),
    (SHOPS, "NAME:.metadata.name,ROOT:$.kind,AT:@.kind"),
    (SHOPS, "NAME:.metadata.name,TEXT:.kind \"x\""),
    (SHOPS, "NAME:.metadata.name,RANGE:.spec range"),
    (SHOPS, "A:.metadata.name,B:.metadata.name:x"),
    (SHOPS, "ÜNÏCÖDE:.spec.motto,NAME:.metadata.name"),
    (SHOPS, "DEEP:..port,NAME:.metadata.name"),
    (NONE, "NAME:.metadata.name,KIND:.kind"),
    (ODD, "NAME:.metadata.name,LIST:.spec.list"),
    (ODD, "NUMBERS:.spec.numbers,FLOATS:.spec.floats"),
    (ODD, "NUMBERS:.spec.numbers[*],NAME:.metadata.name"),
    (ODD, "NULLS:.spec.nulls,NULL:.spec.nulls[*],EMPTY:.spec.empty"),
    (ODD, "YES:.spec.yes,NO:.spec.no"),
    (ODD, "HTML:.spec.html,NAME:.metadata.name"),
    (ODD, "ESCAPE:.spec.escape,NAME:.metadata.name"),
    (ODD, "LINES:.spec.texts[1]"),
    (ODD, "DOTTED:.spec.dotted\\.key,QUOTED:.spec['dotted\\.key']"),
    (ODD, "UNICODE:.spec.unicode,NAME:.metadata.name"),
    (ODD, "BYTES:.spec.list[0].*,NAME:.metadata.name"),
    (ODD, "BRACES:{.spec.text},NAME:.metadata.name"),
    (ODD, "DOT:.metadata.,NAME:.metadata.name"),
];

const REFUSED: &[(Target, &str)] = &[
    (SHOPS, "NAME"),
    (SHOPS, "NAME:.metadata.name,"),
    (SHOPS, "NAME:.metadata.name,OTHER"),
    (SHOPS, "NAME:{.metadata.name}{.kind}"),
    (SHOPS, "NAME:{}"),
    (SHOPS, "NAME:{.metadata.name"),
    (SHOPS, "NAME:x{.metadata.name}"),
    (SHOPS, "NAME:.metadata['name','namespace']"),
    (SHOPS, "NAME:.metadata[name]"),
    (SHOPS, "NAME:.spec.ports[0].port"),
    (SHOPS, "FIRST:.spec.ports[0:1].port,KIND:.kind"),
    (SHOPS, "NAME:.metadata.name,PORT:.spec.ports[?(@.port==\"x\")]"),
    (SHOPS, "NAME:nope nope"),
];

const FILES: &[(&str, bool)] = &[
    ("NAME SIZE\n.metadata.name .spec.size\n", true),
    ("NAME   \t SIZE\r\n{metadata.name}\u{3000}spec.size\r\nmore of it\n", true),
    ("NAME\n.metadata.name", true),
    ("  NAME  \n  .metadata.name  \n", true),
    ("", false),
    ("NAME", false),
    ("NAME\n", false),
    ("NAME\n\n", false),
    ("NAME SIZE\n.metadata.name\n", false),
    ("NAME\n.metadata.name .spec.size\n", false),
    ("NAME\n{.a}{.b}\n", false),
];

/// Lays out cells as kubectl does, where no cell holds a tab, and none but a lone one a line break.
fn table(columns: &Columns, document: &Value) -> Result<String, Error> {
    let (headers, rows) = columns.rows(document)?;
    let headers = headers.into_iter().map(str::to_owned).collect();
    let lines: Vec<Vec<String>> = [headers].into_iter().chain(rows).collect();
    let width = |column: usize| lines.iter().map(|it| it[column].chars().count() + 3).max().unwrap_or_default().max(6);
    let mut text = String::new();
    for line in &lines {
        for (column, cell) in line.iter().enumerate() {
            let width = if column + 1 < line.len() { width(column) } else { 0 };
            write!(text, "{cell:width$}").unwrap();
        }
        text.push('\n');
    }
    Ok(text)
}

#[test]
fn custom_columns_are_those_of_kubectl() {
    let answered = ANSWERED.iter().map(|&(target, spec)| (target, spec, true));
    let cases: Vec<_> = answered.chain(REFUSED.iter().map(|&(target, spec)| (target, spec, false))).collect();
    let documents = documents([ODD, SHOPS, NONE]);
    check_all(&cases, |&(target, spec, is_answered)| {
        let run = get(&[target, &["-o", &format!("custom-columns={spec}")]].concat());
        let ours = Columns::parse(spec).and_then(|columns| table(&columns, &documents[target]));
        compare(spec, is_answered, &run, ours)
    });
}

#[test]
fn files_of_custom_columns_are_read_as_by_kubectl() {
    let dir = tempfile::tempdir().unwrap();
    let documents = documents([SHOPS]);
    let cases: Vec<_> = FILES.iter().enumerate().collect();
    check_all(&cases, |&(index, &(text, is_answered))| {
        let path = dir.path().join(index.to_string());
        fs::write(&path, text).unwrap();
        let run = get(&[SHOPS, &["-o", &format!("custom-columns-file={}", path.display())]].concat());
        let ours = Columns::parse_file(text).and_then(|columns| table(&columns, &documents[SHOPS]));
        compare(text, is_answered, &run, ours)
    });
}
