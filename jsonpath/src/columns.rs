//! `-o custom-columns`: headers, and a path for each.

use serde_json::Value;

use crate::{
    error::{Error, Problem},
    item::Item,
    relaxed,
    template::Template,
    write,
};

/// The columns of a table of one's own.
#[derive(Clone, Debug)]
pub struct Columns {
    columns: Vec<(String, Template)>,
}

impl Columns {
    /// Reads `HEADER:PATH,HEADER:PATH`. Every comma parts columns, even one in brackets.
    ///
    /// # Errors
    /// When there is no column, no colon in one, or no path behind it.
    pub fn parse(spec: &str) -> Result<Self, Error> {
        let refuse = |at, what: &str| Error::new(spec, Problem::new(at, what));
        if spec.is_empty() {
            return Err(refuse(0, "no custom columns given, expected HEADER:PATH,HEADER:PATH"));
        }
        let mut columns = Vec::new();
        let mut at = 0;
        for part in spec.split(',') {
            let Some((header, path)) = part.split_once(':') else {
                return Err(refuse(at, &format!("{part:?} is no column, expected HEADER:PATH")));
            };
            columns.push((header.to_owned(), template(path)?));
            at += part.len() + 1;
        }
        Ok(Self { columns })
    }

    /// Reads the two lines of a file: headers, and a path below each. What follows is passed over.
    ///
    /// # Errors
    /// When a line is missing, the two differ in length, or one of the paths cannot be read.
    pub fn parse_file(text: &str) -> Result<Self, Error> {
        let refuse = |at, what: &str| Error::new(text, Problem::new(at, what));
        let expected = "expected one line of headers and one line of paths, parted by spaces";
        let mut lines = text.lines();
        let Some(headers) = lines.next() else {
            return Err(refuse(0, &format!("the line of headers is missing, {expected}")));
        };
        let Some(paths) = lines.next() else {
            return Err(refuse(text.len(), &format!("the line of paths is missing, {expected}")));
        };
        let headers: Vec<&str> = headers.split_whitespace().collect();
        let paths: Vec<&str> = paths.split_whitespace().collect();
        if headers.len() != paths.len() {
            return Err(refuse(0, &format!("{} headers and {} paths, {expected}", headers.len(), paths.len())));
        }
        let column = |(header, path): (&str, &str)| Ok((header.to_owned(), template(path)?));
        let columns: Result<_, Error> = headers.into_iter().zip(paths).map(column).collect();
        Ok(Self { columns: columns? })
    }

    /// The headers alone.
    pub fn headers(&self) -> Vec<&str> {
        self.columns.iter().map(|(header, _)| header.as_str()).collect()
    }

    /// The headers, and a row for the document, or for each of its `items` if it is a list. A cell holds everything that
    /// its path finds, parted by commas, or `<none>`; one of several lines holds them all.
    ///
    /// # Errors
    /// As [`Template::print`].
    pub fn rows(&self, document: &Value) -> Result<(Vec<&str>, Vec<Vec<String>>), Error> {
        let documents: Vec<&Value> = match document.get("items") {
            Some(Value::Array(items)) => items.iter().collect(),
            Some(Value::Null) => Vec::new(),
            _ => vec![document],
        };
        let mut evaluators: Vec<_> =
            self.columns.iter().map(|(_, template)| (template, template.evaluator())).collect();
        let mut rows = Vec::with_capacity(documents.len());
        for document in documents {
            let mut row = Vec::with_capacity(evaluators.len());
            for (template, evaluator) in &mut evaluators {
                let found = evaluator.find(Item::Value(document)).map_err(|problem| template.error(problem))?;
                row.push(cell(&found));
            }
            rows.push(row);
        }
        Ok((self.headers(), rows))
    }
}

fn template(path: &str) -> Result<Template, Error> {
    Template::parse(&relaxed(path)?)
}

fn cell(found: &[Vec<Item<'_>>]) -> String {
    let mut values: Vec<String> = Vec::new();
    if found.first().is_none_or(Vec::is_empty) {
        values.push("<none>".to_owned());
    }
    values.extend(found.iter().flatten().map(|item| write::cell(*item)));
    values.join(",")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_list_has_a_row_for_each_item_and_another_document_one() {
        let columns = Columns::parse("NAME:.metadata.name,PORTS:{spec.ports[*].port},X:").unwrap();
        let pod = json!({"metadata": {"name": "a"}, "spec": {"ports": [{"port": 1}, {"port": null}]}});
        let row = vec!["a".to_owned(), "1,<nil>".to_owned(), "<none>".to_owned()];
        let headers = vec!["NAME", "PORTS", "X"];
        assert_eq!(columns.rows(&pod).unwrap(), (headers.clone(), vec![row.clone()]));
        assert_eq!(columns.rows(&json!({"items": [pod, pod]})).unwrap(), (headers.clone(), vec![row.clone(), row]));
        for empty in [json!({"items": []}), json!({"items": null})] {
            assert_eq!(columns.rows(&empty).unwrap(), (headers.clone(), vec![]));
        }
    }

    #[test]
    fn a_column_without_a_path_is_named() {
        for (spec, at, what) in [
            ("", 0, "no custom columns given"),
            ("A:.a,B", 5, "\"B\" is no column"),
            ("A:.a,", 5, "\"\" is no column"),
            ("A:{.a}{.b}", 3, "not one path"),
            ("A:.a[", 3, "unterminated array"),
        ] {
            let error = Columns::parse(spec).unwrap_err();
            assert!(error.at() == at && error.what().contains(what), "{spec}: {error}");
        }
    }

    #[test]
    fn a_file_has_two_lines() {
        let columns = Columns::parse_file("  A\tB \r\n.a  {.b}\nmore\n").unwrap();
        assert_eq!(columns.headers(), ["A", "B"]);
        assert_eq!(columns.rows(&json!({"a": 1, "b": 2})).unwrap().1, [["1", "2"]]);
        for (text, what) in [
            ("", "line of headers is missing"),
            ("A B", "line of paths is missing"),
            ("A B\n", "line of paths is missing"),
            ("A B\n.a\n", "2 headers and 1 paths"),
            ("A\n{.a\n", "not one path"),
        ] {
            let error = Columns::parse_file(text).unwrap_err();
            assert!(error.what().contains(what), "{text:?}: {error}");
        }
    }

    #[test]
    fn a_terminal_is_told_nothing_by_a_cell() {
        let columns = Columns::parse("A:.a").unwrap();
        let (_, rows) = columns.rows(&json!({"a": "\u{1b}[31m\r\n"})).unwrap();
        assert_eq!(rows, [["^[[31m\\r\n"]]);
    }
}
