//! Renders one manifest's template within fixed bounds.

use std::{collections::HashMap, panic, time::Duration};

use gtmpl_ng::{Context, ErrorContext, ExecError, Limits, ParseError, Template, Value};

use super::{
    beside_values::SPECTRO,
    chains::{self, Prepared},
    functions::{Definitions, FUNCTIONS, MAX_TEXT, ONLY_HELM},
    helm_yaml::first_line,
    opaque, value,
};

/// The largest template that is read.
const MAX_SOURCE: usize = 1024 * 1024;

/// What one rendering may use. The counters make the outcome the same everywhere; the deadline only ends what they let
/// through, such as a huge template in a long loop, and turns a hang into an error.
fn limits() -> Limits {
    Limits::default()
        .with_iterations(10_000)
        .with_total_iterations(200_000)
        .with_output_bytes(8 * MAX_TEXT)
        .with_function_output(MAX_TEXT)
        .with_deadline(Duration::from_secs(5))
}

/// A rendered text, with opaque words in place of what Palette alone knows, and what the template asks Palette for.
#[derive(Debug)]
pub(super) struct Text {
    pub(super) text: String,
    pub(super) unresolved: Vec<String>,
}

/// Where and why a template could not be rendered. Lines and columns count from 1.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TemplateError {
    pub(super) line: Option<usize>,
    pub(super) column: Option<usize>,
    pub(super) reason: String,
}

/// Renders `source` with `values` as its `.Values`.
pub(super) fn render(source: &str, values: &serde_json::Value) -> Result<Text, TemplateError> {
    if source.len() > MAX_SOURCE {
        let reason = format!("{} bytes are more than the {MAX_SOURCE} that are read", source.len());
        return Err(TemplateError { line: None, column: None, reason });
    }
    let prepared = chains::prepare(source).map_err(|(line, column, reason)| TemplateError {
        line: Some(line),
        column: Some(column),
        reason,
    })?;
    let root = HashMap::from([
        ("Values".to_owned(), value::from_json(values)),
        (SPECTRO.to_owned(), Value::from(opaque::word(&format!("{{{{ .{SPECTRO} }}}}")))),
    ]);
    // The engine promises errors instead of panics, and no input is known that breaks the promise. A manifest comes from
    // elsewhere though, and one pack's surprise must not take down a command that looks at forty clusters. Where panics end the
    // program, as in the distributed plugin, the promise alone has to hold, and the tests below try to break it.
    let outcome = panic::catch_unwind(|| execute(&prepared, root)).unwrap_or_else(|_| {
        Err(TemplateError { line: None, column: None, reason: "the template engine broke down".to_owned() })
    });
    let text = outcome.map_err(|error| TemplateError {
        column: error.line.zip(error.column).map(|(line, column)| prepared.column(source, line, column)),
        ..error
    })?;
    // Helm prints nothing where Go prints that there is no value.
    Ok(Text { text: text.replace("<no value>", ""), unresolved: prepared.unresolved })
}

fn execute(prepared: &Prepared, root: HashMap<String, Value>) -> Result<String, TemplateError> {
    let template = parsed(&prepared.text).map_err(from_parse)?;
    let context = Context::from(Value::Map(root));
    let definitions = Definitions::new(prepared.text.clone(), prepared.levels, |source| {
        parsed(source).map_err(|error| first_line(&error.to_string()))
    });
    definitions.during(|| template.render(&context)).map_err(|error| from_exec(&error))
}

fn parsed(source: &str) -> Result<Template, ParseError> {
    let mut template = Template::with_limits(limits());
    template.add_funcs(ONLY_HELM);
    template.add_funcs(FUNCTIONS);
    template.parse(source)?;
    Ok(template)
}

fn from_parse(error: ParseError) -> TemplateError {
    match error {
        ParseError::WithContext(context, reason) => placed(&context, &reason),
        other => TemplateError { line: None, column: None, reason: first_line(&other.to_string()) },
    }
}

fn from_exec(error: &ExecError) -> TemplateError {
    match error.as_structured() {
        Some(error) => placed(&error.context, &error.message),
        None => TemplateError { line: None, column: None, reason: first_line(&error.to_string()) },
    }
}

fn placed(context: &ErrorContext, reason: &str) -> TemplateError {
    TemplateError { line: Some(context.line), column: Some(context.col), reason: first_line(reason) }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;

    fn text(source: &str, values: Json) -> String {
        render(source, &values).unwrap_or_else(|error| panic!("{source}: {error:?}")).text
    }

    fn error(source: &str, values: Json) -> TemplateError {
        render(source, &values).expect_err(source)
    }

    fn values() -> Json {
        json!({
            "name": "hello", "port": 8080, "big": 3_000_000_000u64, "half": 0.5, "on": true, "off": false, "nothing": null,
            "empty": "", "list": ["a", "b"], "map": {"b": 1, "a": "x"}, "text": "one\ntwo", "version": "1.30.4",
        })
    }

    #[test]
    fn functions_answer_as_in_helm() {
        for (source, expected) in [
            ("{{ .Values.name | quote }}", r#""hello""#),
            ("{{ quote .Values.port .Values.nothing }}", r#""8080""#),
            ("{{ quote .Values.missing }}", ""),
            (r#"{{ quote "a\"b\n" }}"#, r#""a\"b\n""#),
            ("{{ squote .Values.on }}", "'true'"),
            ("{{ .Values.missing | default 3 }}", "3"),
            ("{{ .Values.empty | default \"x\" }}", "x"),
            ("{{ default 1 0 }}{{ default 1 false }}{{ default 1 .Values.off }}", "111"),
            ("{{ .Values.name | default \"x\" }}", "hello"),
            ("{{ if semverCompare \">=1.19-0\" .Values.version }}new{{ else }}old{{ end }}", "new"),
            ("a:{{ .Values.text | nindent 2 }}", "a:\n  one\n  two"),
            ("{{ indent 1 .Values.text }}", " one\n two"),
            ("{{ toJson .Values.map }}", r#"{"a":"x","b":1}"#),
            ("{{ toJson .Values.list }}{{ toJson .Values.missing }}", r#"["a","b"]null"#),
            ("{{ toYaml .Values.map }}", "a: x\nb: 1"),
            ("{{ hasPrefix \"he\" .Values.name }}{{ hasSuffix \"lo\" .Values.name }}", "truetrue"),
            ("{{ contains \"xx\" .Values.name }}", "false"),
            ("{{ \"user\" | b64enc }} {{ b64dec \"dXNlcg==\" }}", "dXNlcg== user"),
            (
                "{{ trim \" a \" }}{{ trimSuffix \"-\" \"b-\" }}{{ trimPrefix \"-\" \"-c\" }}{{ trimAll \"/\" \"/d/\" }}",
                "abcd",
            ),
            ("{{ replace \".\" \"-\" .Values.version }}", "1-30-4"),
            ("{{ upper .Values.name }}{{ lower \"ABC\" }}", "HELLOabc"),
            ("{{ ternary \"y\" \"n\" .Values.on }}{{ .Values.off | ternary \"y\" \"n\" }}", "yn"),
            ("{{ (dict \"k\" .Values.name).k }}{{ get (dict \"k\" 1) \"k\" }}", "hello1"),
            ("{{ range list 1 \"b\" }}[{{ . }}]{{ end }}", "[1][b]"),
            ("{{ sha256sum \"a\" | trunc 8 }}", "ca978112"),
            ("{{ int \"42\" }}{{ int 3.9 }}{{ int .Values.missing }}", "4230"),
            ("{{ toString .Values.port | quote }}", r#""8080""#),
            ("{{ required \"name it\" .Values.name }}", "hello"),
            ("{{ empty .Values.empty }}{{ empty .Values.list }}", "truefalse"),
            ("{{ coalesce .Values.missing .Values.empty .Values.name }}", "hello"),
            ("{{ printf \"%s-%d\" .Values.name 3 }}", "hello-3"),
            ("{{ join \",\" .Values.list }}", "a,b"),
            ("{{ hasKey .Values \"port\" }}{{ kindIs \"map\" .Values.map }}", "truetrue"),
            ("{{ if and .Values.on (not .Values.off) (eq .Values.name \"hello\") (ne 1 2) }}y{{ end }}", "y"),
            ("{{ if or .Values.off .Values.missing }}y{{ else }}n{{ end }}", "n"),
        ] {
            assert_eq!(text(source, values()), expected, "{source}");
        }
    }

    #[test]
    fn values_print_as_in_helm() {
        for (source, expected) in [
            ("{{ .Values.port }} {{ .Values.big }} {{ .Values.half }} {{ .Values.on }}", "8080 3e+09 0.5 true"),
            ("[{{ .Values.missing }}] [{{ .Values.nothing }}]", "[] []"),
            ("{{ range $k, $v := .Values.map }}{{ $k }}={{ $v }};{{ end }}", "a=x;b=1;"),
            ("{{ with .Values.map }}{{ .a }}{{ $.Values.name }}{{ end }}", "xhello"),
            ("{{ $x := .Values.map }}{{ $x.a }}{{ $x = 2 }}{{ $x }}", "x2"),
            ("{{ define \"n\" }}<{{ .Values.name }}>{{ end }}{{ template \"n\" . }}", "<hello>"),
            ("a\n{{- /* nothing */ -}}\nb", "ab"),
            ("{{ index .Values \"name\" }}", "hello"),
            ("", ""),
        ] {
            assert_eq!(text(source, values()), expected, "{source}");
        }
    }

    #[test]
    fn a_missing_value_on_the_way_is_an_error_as_in_helm() {
        for source in [
            "{{ .Values.a.b }}",
            "{{ if .Values.a.b.c }}{{ end }}",
            "{{ $.Values.a.b }}",
            "{{ .Values.nothing.b }}",
            "{{ .Release.Name }}",
            "{{ .Capabilities.KubeVersion.Version }}",
            "{{ .Values.name.first }}",
            "{{ with .Values.map }}{{ .Values.name }}{{ end }}",
        ] {
            assert_eq!(error(source, values()).line, Some(1), "{source}");
        }
    }

    #[test]
    fn what_helm_refuses_is_refused() {
        for source in [
            "{{ required \"name it\" .Values.missing }}",
            "{{ fail \"no\" }}",
            "{{ hasPrefix \"a\" .Values.port }}",
            "{{ trim .Values.missing }}",
            "{{ ternary 1 2 \"yes\" }}",
            "{{ b64dec \"%\" }}",
            "{{ semverCompare \">=1\" \"banana\" }}",
            "{{ nosuch 1 }}",
            "{{ include \"x\" . }}",
            "{{ eq .Values.port 8080 }}",
            "{{ indent .Values.port \"x\" }}",
            "{{ indent (add 1 1) \"x\" }}",
            "{{ set .Values \"a\" 1 }}",
            "{{ div 1 0 }}",
            "{{ if }}",
            "{{ if .Values.on }}",
            "{{ end }}",
            "{{ .Values.name",
            "{{ (1 }}",
            "{{ template \"none\" . }}",
        ] {
            assert!(!error(source, values()).reason.is_empty(), "{source}");
        }
    }

    #[test]
    fn an_error_names_line_and_column_of_the_source() {
        let TemplateError { line, column, reason } =
            error("a: {{ .Values.name }}\nb: {{ .Values.name }} {{ .Values.x.y }}\n", values());
        assert_eq!(line, Some(2));
        assert!(column.is_some_and(|column| (22..=42).contains(&column)), "{column:?}");
        assert_eq!(reason, "nil pointer evaluating interface {}.y");
        assert_eq!(error("ok\nok\n{{ if }}", values()).line, Some(3));
    }

    #[test]
    fn a_macro_stays_as_it_is() {
        let rendered = render("host: {{.spectro.var.host}} {{ .Values.name }}", &values()).unwrap();
        assert_eq!(opaque::restored(&rendered.text), "host: {{.spectro.var.host}} hello");
        assert_eq!(rendered.unresolved, ["{{ .spectro.var.host }}"]);
    }

    #[test]
    fn what_palette_alone_knows_stays_and_is_reported() {
        for (source, expected) in [
            ("{{ .Spectro.cluster }} {{ hasPrefix \"https\" $.Spectro.apiServer }}", "{{ .Spectro.cluster }} false"),
            ("{{ .Spectro.cluster.name | quote }}", "\"{{ .Spectro.cluster.name }}\""),
            ("{{ with $.Spectro.apiServer }}{{ .host.name }}{{ end }}", "{{ .Spectro.apiServer.host.name }}"),
            ("{{ $s := .Spectro }}{{ $s.cluster.uid }}", "{{ .Spectro.cluster.uid }}"),
            ("{{ if .Spectro.any.thing }}y{{ end }}", "y"),
        ] {
            let rendered = render(source, &values()).unwrap();
            assert_eq!(opaque::restored(&rendered.text), expected, "{source}");
            assert!(!rendered.unresolved.is_empty(), "{source}");
        }
    }

    #[test]
    fn what_only_charts_are_given_is_an_error_that_says_so() {
        for source in [
            "{{ if .Release }}{{ end }}",
            "{{ .Release.Name }}",
            "{{ with .Values.map }}{{ if $.Capabilities.APIVersions.Has \"x\" }}{{ end }}{{ end }}",
            "{{ define \"x\" }}{{ if .Chart }}{{ end }}{{ end }}{{ include \"x\" . }}",
        ] {
            let reason = error(source, values()).reason;
            assert!(reason.contains("is given to charts"), "{source}: {reason}");
        }
    }

    #[test]
    fn a_definition_is_included_as_text() {
        let labels = "{{ define \"labels\" }}app: {{ .name }}\nport: {{ .port }}{{ end }}";
        let outer = "{{ define \"outer\" }}[{{ include \"labels\" .Values }}]{{ end }}";
        for (source, expected) in [
            (format!("{labels}x:{{{{ include \"labels\" .Values | nindent 2 }}}}"), "x:\n  app: hello\n  port: 8080"),
            (format!("{outer}{labels}{{{{ include \"outer\" . | upper }}}}"), "[APP: HELLO\nPORT: 8080]"),
            (
                format!("{labels}{{{{ range list 1 2 3 }}}}{{{{ include \"labels\" $.Values | len }}}}{{{{ end }}}}"),
                "212121",
            ),
        ] {
            assert_eq!(text(&source, values()), expected, "{source}");
        }
        let failing = "{{ define \"f\" }}\n\n{{ fail \"no\" }}{{ end }}\n{{ include \"f\" . }}";
        let TemplateError { line, reason, .. } = error(failing, values());
        assert_eq!((line, reason.as_str()), (Some(4), "include of \"f\": line 3: no"));
    }

    #[test]
    fn what_only_helm_has_is_an_error_once_it_is_called() {
        assert_eq!(error("{{ uuidv4 }}", values()).reason, "`uuidv4` is not rendered here, only by Helm");
        assert_eq!(text("{{ if .Values.off }}{{ randAlpha 8 }}{{ end }}ok", values()), "ok");
        assert!(FUNCTIONS.iter().all(|(name, _)| !ONLY_HELM.iter().any(|(other, _)| other == name)));
    }

    #[test]
    fn a_template_that_never_ends_or_explodes_is_an_error() {
        for source in [
            "{{ range 1000000000 }}{{ end }}".to_owned(),
            "{{ range 10000 }}{{ range 10000 }}{{ range 10000 }}{{ end }}{{ end }}{{ end }}".to_owned(),
            "{{ define \"r\" }}{{ template \"r\" . }}{{ end }}{{ template \"r\" . }}".to_owned(),
            "{{ define \"r\" }}{{ include \"r\" . }}{{ end }}{{ include \"r\" . }}".to_owned(),
            "{{ define \"r\" }}{{ range 10000 }}{{ end }}{{ end }}{{ range 10000 }}{{ include \"r\" . }}{{ include \"r\" . }}{{ end }}"
                .to_owned(),
            "{{ until 1000000000 }}".to_owned(),
            "{{ repeat 1000000000 \"xx\" }}".to_owned(),
            "{{ $s := \"xxxxxxxx\" }}{{ range 60 }}{{ $s = print $s $s }}{{ end }}".to_owned(),
            "{{ range 10000 }}{{ indent 1000 \"x\" }}{{ end }}".to_owned(),
            "{{ indent 999999999999 \"x\" }}".to_owned(),
            "{{ $s := replace \"\" \"xxxxxxxxxx\" (indent 500000 \"x\") }}{{ $s }}".to_owned(),
            "{{ $x := list 1 }}{{ range 10000 }}{{ $x = list $x }}{{ end }}".to_owned(),
            format!("{{{{ {}1{} }}}}", "(".repeat(5000), ")".repeat(5000)),
            format!("{}{}", "{{ if 1 }}".repeat(5000), "{{ end }}".repeat(5000)),
            "x".repeat(MAX_SOURCE + 1),
        ] {
            assert!(!error(&source, values()).reason.is_empty(), "{}", &source[..source.len().min(60)]);
        }
    }

    #[test]
    fn the_deepest_template_that_is_let_through_fits_a_small_stack() {
        let parentheses = |levels| format!("{{{{ {}.Values.map{} }}}}", "(".repeat(levels), ")".repeat(levels));
        let chained = |levels| {
            format!("{{{{ {}dict \"a\" 1{} }}}}", "(dict \"a\" ".repeat(levels) + "(", ").a".repeat(levels + 1))
        };
        let block =
            |inner: String, levels| format!("{}{inner}{}", "{{ if 1 }}".repeat(levels), "{{ end }}".repeat(levels));
        // Templates that include each other as deep as is let through, each within some blocks.
        let included = |levels: usize| {
            let body = |inner: &str| block(format!("{{{{ {inner} }}}}"), levels);
            let deep = 64 / (levels + 1 + 4);
            let defined = |at: usize| {
                let inner = if at + 1 < deep { format!("include \"{}\" .", at + 1) } else { "\"end\"".to_owned() };
                format!("{{{{ define \"{at}\" }}}}{}{{{{ end }}}}", body(&inner))
            };
            (0..deep).map(defined).collect::<String>() + "{{ include \"0\" . }}"
        };
        let range = |levels| format!("{}x{}", "{{ range list 1 }}".repeat(levels), "{{ end }}".repeat(levels));
        for source in [
            parentheses(63),
            chained(31),
            block(parentheses(31), 32),
            block(chained(15), 32),
            block(parentheses(3), 60),
            range(64),
            included(0),
            included(4),
            included(12),
        ] {
            let thread = std::thread::Builder::new().stack_size(2 * 1024 * 1024);
            let rendered = thread.spawn(move || render(&source, &values()).map(|text| text.text.len()));
            assert!(rendered.unwrap().join().unwrap().is_ok());
        }
    }

    /// Pieces of templates, which make sense together now and then.
    const PIECES: [&str; 40] = [
        "{{",
        "}}",
        "{{-",
        "-}}",
        "if",
        "else",
        "end",
        "range",
        "with",
        "define",
        "template",
        "include",
        "block",
        "break",
        "\"a\"",
        "`b\\n`",
        "'c'",
        "(",
        ")",
        "|",
        ".",
        "$",
        ".Values",
        ".Values.list",
        ".Values.a.b",
        "$x",
        ":=",
        "=",
        ",",
        "10000",
        "-1",
        "1.0",
        "1e999",
        "quote",
        "printf",
        "indent",
        "until",
        "/*",
        "*/",
        "{{ .spectro.var.x }}",
    ];

    proptest::proptest! {
        #[test]
        fn no_template_panics_or_hangs(indices in proptest::collection::vec(0..PIECES.len(), 0..60), glue in " ?\n?") {
            let source = indices.iter().map(|it| PIECES[*it]).collect::<Vec<_>>().join(&glue);
            if let Err(error) = render(&source, &values()) {
                proptest::prop_assert_ne!(error.reason, "the template engine broke down");
            }
        }

        #[test]
        fn no_text_panics_or_hangs(source in "(\\{\\{|\\}\\}|[ -~äß\u{0}\n]){0,80}") {
            if let Err(error) = render(&source, &values()) {
                proptest::prop_assert_ne!(error.reason, "the template engine broke down");
            }
        }

        #[test]
        fn no_nesting_of_whatever_kind_overflows_the_stack(
            kinds in proptest::collection::vec((0..6usize, 1..400usize), 1..4),
        ) {
            let parts = [("(", ")"), ("{{ if 1 }}", "{{ end }}"), ("{{ range list 1 }}", "{{ end }}"), ("{{ with 1 }}", "{{ end }}"),
                ("{{ (", ") }}"), ("(list ", ").a")];
            let (mut open, mut close) = (String::new(), String::new());
            for (kind, count) in kinds {
                open += &parts[kind].0.repeat(count);
                close = parts[kind].1.repeat(count) + &close;
            }
            let _ = render(&format!("{open}1{close}"), &values());
            let _ = render(&format!("{{{{ {open}1{close} }}}}"), &values());
        }
    }
}
