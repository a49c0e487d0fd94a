//! What is true in a condition: every value, in every form of a condition, as by Helm.

use serde_json::Value;

use crate::{expressions::values, helm::compare};

const OPERANDS: &[&str] = &[
    ".Values.zero",
    ".Values.one",
    ".Values.half",
    ".Values.negative",
    ".Values.empty",
    ".Values.name",
    ".Values.none",
    ".Values.list",
    ".Values.nomap",
    ".Values.map",
    ".Values.off",
    ".Values.on",
    ".Values.nothing",
    ".Values.missing",
    "0",
    "1",
    "\"\"",
    "\"x\"",
    "false",
    "true",
    "(sub 1 1)",
    "(len .Values.none)",
    "(index .Values.numbers 0)",
    "(int .Values.zero)",
    "(float64 0)",
    "(default 0 .Values.missing)",
    "$zero",
    "(.Values.zero)",
    "(dict \"a\" .Values.zero).a",
];

/// `X` stands for an operand, and `Y` for each of a few others.
const FORMS: &[&str] = &[
    "{{ if X }}y{{ else }}n{{ end }}",
    "{{- if X -}} y {{- else -}} n {{- end -}}",
    "{{ if not X }}y{{ else }}n{{ end }}",
    "{{ with X }}y{{ else }}n{{ end }}",
    "{{ with $it := X }}y{{ else }}n{{ end }}",
    "{{ if $it := X }}y{{ else }}n{{ end }}",
    "{{ if false }}{{ else if X }}y{{ else }}n{{ end }}",
    "{{ if and X Y }}y{{ else }}n{{ end }}",
    "{{ if or X Y }}y{{ else }}n{{ end }}",
    "{{ if and Y X }}y{{ else }}n{{ end }}",
    "{{ if or (and X true) (not Y) }}y{{ else }}n{{ end }}",
    "{{ ternary \"y\" \"n\" (not X) }}",
    "{{ if (X) }}y{{ else }}n{{ end }}",
    "{{ if X | not }}y{{ else }}n{{ end }}",
    "{{ if and true X | not }}y{{ else }}n{{ end }}",
];

#[test]
fn every_condition_goes_the_way_that_it_goes_in_helm() {
    let mut lines = Vec::new();
    for form in FORMS {
        for operand in OPERANDS {
            let others: &[&str] =
                if form.contains('Y') { &[".Values.zero", ".Values.one", ".Values.missing"] } else { &[""] };
            for other in others {
                let written = form.replace('X', operand).replace('Y', other);
                lines.push(format!("  l{}: \"{written}\"\n", lines.len()));
            }
        }
    }
    let template = format!(
        "{{{{- $zero := .Values.zero -}}}}\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\ndata:\n{}",
        lines.concat()
    );
    let values: Value = values();
    compare(&template, &values);
}
