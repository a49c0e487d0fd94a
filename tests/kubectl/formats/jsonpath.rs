//! `-o jsonpath` and `-o jsonpath-as-json`

use kubectl_jsonpath::Template;

use super::{NONE, ODD, SHOPS, check_all, compare, documents, get};

type Target = &'static [&'static str];

/// Templates that kubectl answers.
const ANSWERED: &[(Target, &str)] = &[
    // Texts and actions.
    (ODD, "plain text"),
    (ODD, "name: {.metadata.name}."),
    (ODD, "}{.metadata.name}}"),
    (ODD, "{.metadata.name}\n"),
    (ODD, "ünï {.spec.unicode} 日本"),
    (ODD, "{}"),
    (ODD, "{ }x"),
    (ODD, "{ .metadata.name }"),
    (ODD, "{.metadata.name .spec.list}"),
    (ODD, "{.metadata.name}{.spec.number}{.spec.missing}"),
    (ODD, "metadata.name"),
    (ODD, ".metadata.name"),
    // The root and the current object.
    (ODD, "{$.metadata.name}"),
    (ODD, "{@.metadata.name}"),
    (ODD, "{$}"),
    (ODD, "{@}"),
    (ODD, "{.spec}"),
    (ODD, "{$@$.metadata.name}"),
    // Fields and their escapes.
    (ODD, "{.spec['number']}"),
    (ODD, "{['spec']['number']}"),
    (ODD, "{['spec.number']}"),
    (ODD, "{.spec.dotted\\.key}"),
    (ODD, "{.spec['dotted\\.key']}"),
    (ODD, "{.spec['dotted.key']}"),
    (ODD, "{.metadata.annotations.example\\.com/note}"),
    (ODD, "{.metadata.annotations['example\\.com/note']}"),
    (ODD, "{.spec.sp\\ ace}"),
    (ODD, "{.spec['sp\\ ace']}"),
    (ODD, "{.spec.da-sh}{.spec.under_score}{.spec.col:on}"),
    (ODD, "{.spec.bra\\[ck\\]et}"),
    (ODD, "{.spec.bra\\{ce\\}}"),
    (ODD, "{.spec.back\\\\slash}"),
    (ODD, "{.spec.q'uote}"),
    (ODD, "{.spec.dou\"ble}"),
    (ODD, "{.spec.ключ}"),
    (ODD, "{.spec['ключ']}"),
    (ODD, "{.spec.7}"),
    (ODD, "{.spec.}"),
    (ODD, "{.spec['']}"),
    (ODD, "{.spec.Number}"),
    (ODD, "{.spec.number.deeper}"),
    (ODD, "{.spec.text.deeper}"),
    (ODD, "{.spec.null.deeper}"),
    // Texts of all kinds.
    (ODD, "{.spec.text}"),
    (ODD, "{.spec.multiline}"),
    (ODD, "{.spec.unicode}"),
    (ODD, "{.spec.control}"),
    (ODD, "{.spec.html}"),
    (ODD, "{.spec.empty.text}"),
    (ODD, "{.spec.texts}"),
    // Numbers, booleans, nulls.
    (ODD, "{.spec.number}"),
    (ODD, "{.spec.negative}"),
    (ODD, "{.spec.numbers}"),
    (ODD, "{.spec.numbers.*}"),
    (ODD, "{.spec.numbers[*]}"),
    (ODD, "{.spec.floats[*]}"),
    (ODD, "{.spec.floats}"),
    (ODD, "{.spec.yes} {.spec.no}"),
    (ODD, "{.spec.null}"),
    (ODD, "{.spec.nulls}"),
    (ODD, "{.spec.nulls[*]}"),
    (ODD, "[{.spec.null}]"),
    (ODD, "{1}{-2}{+3}{1.50}{-0.5}{1.}"),
    (ODD, "{true}{false}"),
    (ODD, "{123456789012345678901234567890}"),
    (ODD, "{1000000.0} {999999.0} {0.0001} {0.00001}"),
    (ODD, "{.spec.list[*] 7}"),
    (ODD, "{.spec.list[*] \"x\"}"),
    // Empty things.
    (ODD, "{.spec.empty}"),
    (ODD, "{.spec.empty.list}|{.spec.empty.map}"),
    (ODD, "{.spec.empty.list[*]}"),
    (ODD, "{.spec.empty.list[0:0]}"),
    (ODD, "{.spec.empty.list[*].x}"),
    (ODD, "{.spec.empty.map.*}"),
    (ODD, "{.spec.missing[0]}"),
    (ODD, "{.spec.null[0]}"),
    (ODD, "{.spec.missing[?(@.x)]}"),
    // Indexes and slices.
    (ODD, "{.spec.list[0]}"),
    (ODD, "{.spec.list[3]}"),
    (ODD, "{.spec.list[-1]}"),
    (ODD, "{.spec.list[-4]}"),
    (ODD, "{.spec.list[]}"),
    (ODD, "{.spec.list[:]}"),
    (ODD, "{.spec.list[1:]}"),
    (ODD, "{.spec.list[:2]}"),
    (ODD, "{.spec.list[1:3]}"),
    (ODD, "{.spec.list[-3:-1]}"),
    (ODD, "{.spec.list[::2]}"),
    (ODD, "{.spec.list[1::2]}"),
    (ODD, "{.spec.list[0:4:3]}"),
    (ODD, "{.spec.list[0:-1:9223372036854775807]}"),
    (ODD, "{.spec.list[2:2]}"),
    (ODD, "{.spec.list[9:9]}"),
    (ODD, "{.spec.list[4:]}"),
    (ODD, "{.spec.nested[*]}"),
    (ODD, "{.spec.nested[:2][0]}"),
    (ODD, "{.spec.nested[0][1]}"),
    (ODD, "{.spec.holes[*][*]}"),
    // Unions.
    (ODD, "{.spec.list[0,2]}"),
    (ODD, "{.spec.list[0, -1]}"),
    (ODD, "{.spec.list[0:2,3]}"),
    (ODD, "{.spec['text','number']}"),
    (ODD, "{.spec['text', 'missing', 'list']}"),
    (ODD, "{.metadata['name','namespace']}"),
    (ODD, "{.spec.items[*]['name','size']}"),
    (ODD, "{.spec.items[0,1].name}"),
    // Filters.
    (ODD, "{.spec.items[?(@.name==\"b\")].size}"),
    (ODD, "{.spec.items[?(@.name=='b')].size}"),
    (ODD, "{.spec.items[?( @.name == 'b' )].size}"),
    (ODD, "{.spec.items[?(@.name!=\"b\")].name}"),
    (ODD, "{.spec.items[?(@.size>1)].name}"),
    (ODD, "{.spec.items[?(@.size>=2)].name}"),
    (ODD, "{.spec.items[?(@.size<2)].name}"),
    (ODD, "{.spec.items[?(@.size<=2)].name}"),
    (ODD, "{.spec.items[?(@.size==-1)].name}"),
    (ODD, "{.spec.items[?(@.name<\"b\")].name}"),
    (ODD, "{.spec.items[?(@.flag)].name}"),
    (ODD, "{.spec.items[?(@.flag==true)].name}"),
    (ODD, "{.spec.items[?(@.flag!=true)].name}"),
    (ODD, "{.spec.items[?(@.note)].name}"),
    (ODD, "{.spec.items[?(@.tags[5])].name}"),
    (ODD, "{.spec.items[?(@.tags[0])].name}"),
    (ODD, "{.spec.items[?(@.name[0])].name}"),
    (ODD, "{.spec.items[?(@.nope)].name}"),
    (ODD, "{.spec.items[?(@.nope==1)].name}"),
    (ODD, "{.spec.items[?(@.nope=1)].name}"),
    (ODD, "{.spec.items[?(@.size==@.twice)].name}"),
    (ODD, "{.spec.items[?(@.text==\"a)b]c\")].name}"),
    (ODD, "{.spec.items[?(@.text==\"say \\\"hi\\\"\")].name}"),
    (ODD, "{.spec.items[?(@.text=='it\\'s')].name}"),
    (ODD, "{.spec.items[?(@.text==\"x=y\")].name}"),
    (ODD, "{.spec.items[?(@.text==\"é\")].name}"),
    (ODD, "{.spec.items[?(@.name==\"a\")].tags[?(@==\"red\")]}"),
    (ODD, "{.spec.items[?(@['name']==\"c\")].size}"),
    (ODD, "{.spec.items[?(\"a\"==@.name)].size}"),
    (ODD, "{.spec.list[?(@==\"w\")]}"),
    (ODD, "{.spec.list[?(@>\"w\")]}"),
    (ODD, "{.spec.floats[?(@>1.0)]}"),
    (ODD, "{.spec.empty.list[?(@.x=!1)]}"),
    (ODD, "{.spec.nested[?(@[0])]}"),
    (ODD, "{.spec.items[?(@.name=='b')]}"),
    (ODD, "{.spec.items[?(@.a'[?(b)].c')].name}"),
    // Quoted strings.
    (ODD, "{\"a\\tb\\n\"}{'c\\n'}"),
    (ODD, "{\"it's\"}{'say \"hi\"'}"),
    (ODD, "{\"\\\"\"}{'\\''}"),
    (ODD, "{\"\\\\n\"}"),
    (ODD, "{\"\\u00e9\\U0001F600\\x41\\101\"}"),
    (ODD, "{\"\\xe2\\x82\\xac\"}"),
    (ODD, "{\"\"}|{''}"),
    (ODD, "{\"}\"}{\"{\"}"),
    (ODD, "{\"a\" \"b\"}"),
    (ODD, "{.spec.text}{\"\\n\"}{.spec.number}{\"\\n\"}"),
    // Wildcards and descents where there is but one order.
    (ODD, "{.spec.list.*}"),
    (ODD, "{.spec.one.*}"),
    (ODD, "{.spec.one.*.*}"),
    (ODD, "{.spec.items[*].name}"),
    (ODD, "{.spec.items.*.name}"),
    (ODD, "{.spec.list[0].*}"),
    (ODD, "{.spec.unicode.*}"),
    (ODD, "{.spec.number.*}"),
    (ODD, "{.spec.nested..}"),
    (ODD, "{..onlyHere}"),
    (ODD, "{.spec..onlyHere}"),
    (ODD, "{..items[0].name}"),
    (ODD, "{.spec.nested..[0]}"),
    (ODD, "{..one..deep}"),
    (ODD, "{.spec.items[*]..size}"),
    (ODD, "{.spec.empty..}"),
    (ODD, "{.spec.number..}"),
    (ODD, "{...onlyHere}"),
    // Ranges.
    (ODD, "{range .spec.items[*]}{.name}={.size}{\"\\n\"}{end}"),
    (ODD, "{range .spec.items[*]}[{.name}{.note}]{end}."),
    (ODD, "{range .spec.list[*]}<{@}>{end}"),
    (ODD, "{range .spec.list}<{@}>{end}"),
    (ODD, "{range .spec.empty.list[*]}never{.x[0]}{end}after"),
    (ODD, "{range .spec.missing[*]}never{end}after"),
    (ODD, "{range .spec.nulls[*]}<{@}>{end}"),
    (ODD, "{range .spec.nulls[*]}<{.x}>{end}"),
    (ODD, "{range .spec.items[*]}{range .tags[*]}{@},{end};{end}"),
    (ODD, "{range .spec.items[*]}{.name}{range .missing[*]}{@}{end};{end}."),
    (ODD, "{range .spec.nested[*]}{range @[*]}{@}.{end}|{end}"),
    (ODD, "{range .spec.items[*]}{.name}{end}{range .spec.list[*]}{@}{end}"),
    (ODD, "{range .spec.items[?(@.size>1)]}{.name}{end}"),
    (ODD, "{range .spec.items[*]}{.name},"),
    (ODD, "{range .spec.list[*]} {end} {.metadata.name}"),
    (ODD, "{range .spec.items[*]}{$.name}{end}"),
    (ODD, "{range.spec.list[*]}{@}{end}"),
    (ODD, "{range .spec['list','nested']}{@}{end}"),
    (ODD, "{range .spec.list[*]}{1}{\"-\"}{end}"),
    // Lists of objects.
    (SHOPS, "{.kind} {.apiVersion} {.metadata}"),
    (SHOPS, "{.items[*].metadata.name}"),
    (SHOPS, "{range .items[*]}{.metadata.name}{\"\\t\"}{.spec.size}{\"\\n\"}{end}"),
    (SHOPS, "{.items[?(@.metadata.name==\"shop-b\")].spec}"),
    (SHOPS, "{.items[?(@.spec.size>9)].metadata.name}"),
    (SHOPS, "{.items[*].spec.ports[*].port}"),
    (SHOPS, "{.items[*].spec.missing}"),
    (SHOPS, "{.items[-1].metadata.name}"),
    (SHOPS, "{.items[0].metadata['name', 'labels.set']}"),
    (SHOPS, "{range .items[*]}{range .spec.ports[*]}{.port}{\" \"}{end}{\"\\n\"}{end}"),
    (SHOPS, "{.items..port}"),
    (NONE, "{.items}"),
    (NONE, "{.items[*].metadata.name}"),
    (NONE, "{range .items[*]}{.metadata.name}{end}"),
    (NONE, "{.kind}"),
];

/// Templates that kubectl refuses, as it reads them or for this document.
const REFUSED: &[(Target, &str)] = &[
    (ODD, "{.metadata.name"),
    (ODD, "{.metadata.name\n}"),
    (ODD, "{\t.metadata.name}"),
    (ODD, "{.a ? .b}"),
    (ODD, "{{.metadata.name}}"),
    (ODD, "{.spec.bra{ce}}"),
    (ODD, "{.spec.list[}"),
    (ODD, "{.spec.list[a]}"),
    (ODD, "{.spec.list[\"a\"]}"),
    (ODD, "{.spec.list[0:1:2:3]}"),
    (ODD, "{.spec.list[-]}"),
    (ODD, "{.spec.list[0,a]}"),
    (ODD, "{.spec.list[99999999999999999999]}"),
    (ODD, "{.spec['a','b' ?]}"),
    (ODD, "{\"unterminated}"),
    (ODD, "{'a\nb'}"),
    (ODD, "{\"\\q\"}"),
    (ODD, "{\"\\'\"}"),
    (ODD, "{'\\u12'}"),
    (ODD, "{\"a\\\\\"}"),
    (ODD, "{....a}"),
    (ODD, "{..*}"),
    (ODD, "{*}"),
    (ODD, "{1.2.3}"),
    (ODD, "{-}"),
    (ODD, "{.spec.items[?(@.name]}"),
    (ODD, "{.spec.items[?(@.name)}"),
    (ODD, "{.spec.items[?(@.name==\"b)]}"),
    (ODD, "{.spec.items[?(==1)]}"),
    (ODD, "{.spec.items[?(@.name==b)]}"),
    (ODD, "{.spec.items[?(@.name=\"b\")]}"),
    (ODD, "{.spec.items[?(@.name==\"b\" && @.size==2)]}"),
    (ODD, "{.spec.items[?(@.name=~\"b\")]}"),
    (ODD, "{.spec.items[?(@.name==1)]}"),
    (ODD, "{.spec.items[?(@.size==\"1\")]}"),
    (ODD, "{.spec.items[?(@.size==1.0)]}"),
    (ODD, "{.spec.items[?(@.flag>true)]}"),
    (ODD, "{.spec.items[?(@.tags==\"red\")]}"),
    (ODD, "{.spec.items[?(@.tags[0]==\"red\")].name}"),
    (ODD, "{.spec.items[?(@.tags[*]==\"red\")]}"),
    (ODD, "{.spec.nulls[?(@==1)]}"),
    (ODD, "{.spec.items[?(@.name)][?(@.x)]}"),
    (ODD, "{.spec.nested[*][?(@==1)]}"),
    (ODD, "{.spec[?(@.name)]}"),
    (ODD, "{.spec.null[?(@.name)]}"),
    (ODD, "{.spec.text[?(@.name)]}"),
    (ODD, "{.spec.list[4]}"),
    (ODD, "{.spec.list[-5]}"),
    (ODD, "{.spec.list[0:5]}"),
    (ODD, "{.spec.list[3:1]}"),
    (ODD, "{.spec.list[::0]}"),
    (ODD, "{.spec.list[::-1]}"),
    (ODD, "{.spec.nested[*][0]}"),
    (ODD, "{.spec.empty.list[0]}"),
    (ODD, "{.spec.text[0]}"),
    (ODD, "{.spec[0]}"),
    (ODD, "{.spec.items[0:2][*]}"),
    (ODD, "{.spec.number[0]}"),
    (ODD, "{end}"),
    (ODD, "{range .spec.list[*]}{end}{end}"),
    (ODD, "{metadata.name}"),
    (ODD, "{null}"),
    (ODD, "{range .spec.nulls[*]}{[0]}{end}"),
    (ODD, "{['a b']}"),
    (SHOPS, "{.items[?(@.spec.ports[0].port>80)].metadata.name}"),
    (NONE, "{.items[0]}"),
];

/// Templates over maps, whose values kubectl prints in any order.
const IN_ANY_ORDER: &[(Target, &str)] = &[
    (ODD, "{.metadata.labels.*}"),
    (ODD, "{..name}"),
    (ODD, "{.spec.items[*].*}"),
    (ODD, "{.spec.items..}"),
    (SHOPS, "{..name}"),
    (SHOPS, "{.items[*].metadata.labels.*}"),
];

/// Templates with `--allow-missing-template-keys=false`, and whether kubectl answers them.
const WITHOUT_MISSING_KEYS: &[(Target, &str, bool)] = &[
    (ODD, "{.spec.missing}", false),
    (ODD, "{.spec.number.deeper}", false),
    (ODD, "{.spec.null.deeper}", false),
    (ODD, "{.spec.items[*].note}", true),
    (ODD, "{.spec.items[*].nope}", false),
    (ODD, "{.spec.items[?(@.note)].name}", true),
    (ODD, "{.spec.items[?(@.note==\"x\")].name}", false),
    (ODD, "{.spec['text','missing']}", false),
    (ODD, "{range .spec.empty.list[*]}{.x}{end}", false),
    (ODD, "{.spec.empty.list[*].x}", true),
    (ODD, "{..onlyHere}", true),
];

fn ask(target: Target, format: &str, text: &str, more: &[&str]) -> profile_sandbox::Run {
    get(&[target, &["-o", &format!("{format}={text}")], more].concat())
}

#[test]
fn templates_print_what_kubectl_prints() {
    let answered = ANSWERED.iter().map(|&(target, text)| (target, text, true));
    let cases: Vec<_> = answered.chain(REFUSED.iter().map(|&(target, text)| (target, text, false))).collect();
    let documents = documents([ODD, SHOPS, NONE]);
    check_all(&cases, |&(target, text, is_answered)| {
        let run = ask(target, "jsonpath", text, &[]);
        let ours = Template::parse(text).and_then(|template| template.print(&documents[target]));
        compare(text, is_answered, &run, ours)
    });
}

#[test]
fn templates_print_the_json_that_kubectl_prints() {
    // Every third is enough: what they find is the same.
    let cases: Vec<_> = ANSWERED.iter().step_by(3).filter(|(_, text)| !text.contains("nulls[*]}<")).collect();
    let documents = documents([ODD, SHOPS, NONE]);
    check_all(&cases, |&&(target, text)| {
        let run = ask(target, "jsonpath-as-json", text, &[]);
        let ours = Template::parse(text).and_then(|template| template.print_as_json(&documents[target]));
        compare(text, true, &run, ours)
    });
}

#[test]
fn maps_hold_the_same_values() {
    let documents = documents([ODD, SHOPS]);
    let sorted = |text: &str| {
        let mut letters: Vec<char> = text.chars().collect();
        letters.sort_unstable();
        letters
    };
    check_all(IN_ANY_ORDER, |&(target, text)| {
        let run = ask(target, "jsonpath", text, &[]);
        let ours = Template::parse(text).and_then(|template| template.print(&documents[target])).unwrap();
        let is_same = run.is_success() && sorted(&run.stdout) == sorted(&ours);
        if is_same { Ok(()) } else { Err(format!("{text}:\n  ours {ours:?}\n{run}")) }
    });
}

#[test]
fn missing_keys_are_refused_where_kubectl_refuses_them() {
    let documents = documents([ODD]);
    check_all(WITHOUT_MISSING_KEYS, |&(target, text, is_answered)| {
        let run = ask(target, "jsonpath", text, &["--allow-missing-template-keys=false"]);
        let ours = Template::parse(text).and_then(|it| it.refuse_missing_keys().print(&documents[target]));
        compare(text, is_answered, &run, ours)
    });
}
