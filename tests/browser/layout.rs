//! The panes stay aligned, and nothing runs out of the page: wide, narrow, dark, on paper, without scripts.

use serde_json::json;

use crate::{chromium::Tab, pages::Pages};

const CLUSTER: &str = "cluster-shop-aws.yaml";
const PENDING: &str = "profile-hello-aws-1.1.0.yaml";

/// A long line, a line that only one side has, and a text that is longer than a window.
fn pages() -> Pages {
    let long = format!("mtu: 1440\n{}longWord: {}\n", " ".repeat(16), "x".repeat(600));
    let pending = long.replace("1440", "1450").replace(&" ".repeat(16), &" ".repeat(14)).replace("x\n", "xy\n");
    Pages::of_hub().edit(CLUSTER, "mtu: 1440\n", &long).edit(PENDING, "mtu: 1440\n", &pending)
}

/// Opens every fold, and tells of each row: its first offence against being one row, if any.
const MISALIGNED: &str = "(() => {
    document.querySelectorAll('details').forEach((it) => (it.open = true));
    const edges = new Set();
    const bad = [...document.querySelectorAll('.r')].filter((row) => {
        const boxes = [...row.children].map((it) => it.getBoundingClientRect());
        edges.add(boxes[2].left);
        const isLevel = boxes.every((box) => box.top === boxes[0].top && box.height === boxes[0].height && box.height > 0);
        return !isLevel || boxes[1].right > boxes[2].left + 0.5 || boxes[3].right > innerWidth;
    });
    return [bad.map((row) => row.innerText), edges.size, document.querySelectorAll('.r').length];
})()";

#[test]
fn both_panes_are_aligned_row_by_row() {
    let pages = pages();
    let page = pages.page("diff shop-aws hello-aws@1.1.0");
    let tab = Tab::new();
    for width in [1280, 900] {
        tab.open(&page, width);
        let answer = tab.eval(MISALIGNED);
        assert_eq!((&answer[0], &answer[1]), (&json!([]), &json!(1)), "rows that are not level, and edges of Pending");
        assert!(answer[2].as_u64() > Some(20), "{answer}");
    }
    tab.open(&page, 1280);
    tab.screenshot("wide-light");
    tab.media("dark", "screen");
    tab.screenshot("wide-dark");
}

#[test]
fn no_width_makes_the_page_scroll_sideways() {
    let pages = pages();
    let page = pages.page("diff shop-aws hello-aws@1.1.0");
    let tab = Tab::new();
    for width in [1280, 800, 390, 320] {
        tab.open(&page, width);
        tab.eval("document.querySelectorAll('details').forEach((it) => (it.open = true))");
        let hidden = tab.eval("document.documentElement.scrollWidth - document.documentElement.clientWidth");
        assert_eq!(hidden, 0, "at a width of {width}");
    }
}

#[test]
fn a_narrow_window_stacks_the_panes() {
    let pages = pages();
    let page = pages.page("diff shop-aws hello-aws@1.1.0");
    let tab = Tab::new();
    tab.open(&page, 390);
    let places = tab.eval(
        "[...document.querySelectorAll('.r:has(del):has(ins)')].map((row) => \
         row.querySelector('del').getBoundingClientRect().bottom <= row.querySelector('ins').getBoundingClientRect().top)",
    );
    assert!(places.as_array().is_some_and(|it| it.len() > 2 && it.iter().all(|it| it == true)), "{places}");
    let twice =
        tab.eval("[...document.querySelectorAll('.r.q')].filter((row) => row.children[1].checkVisibility()).length");
    assert_eq!(twice, 0, "an unchanged line is shown once");
    tab.screenshot("narrow-light");
    tab.media("dark", "screen");
    tab.screenshot("narrow-dark");
}

#[test]
fn colours_follow_the_reader() {
    let pages = pages();
    let page = pages.page("diff shop-aws hello-aws@1.1.0");
    let tab = Tab::new();
    tab.open(&page, 1280);
    // The least contrast of all texts against what is behind them: 4.5 is what WCAG asks of text.
    let contrast = "(() => {
        const channel = (it) => ((it /= 255) <= 0.04045 ? it / 12.92 : ((it + 0.055) / 1.055) ** 2.4);
        const numbers = (color) => color.match(/[\\d.]+/g).map(Number);
        const light = (color) => { const [r, g, b] = numbers(color).map(channel); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
        const behind = (it) => {
            const color = getComputedStyle(it).backgroundColor;
            return numbers(color)[3] === 0 ? behind(it.parentElement) : color;
        };
        const all = [...document.body.querySelectorAll('*')].filter((it) => it.checkVisibility() && it.innerText?.trim());
        const found = all.map((it) => {
            const [one, other] = [light(getComputedStyle(it).color), light(behind(it))];
            return [(Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05), it.outerHTML.slice(0, 120)];
        });
        return found.sort((one, other) => one[0] - other[0])[0];
    })()";
    for (scheme, is_dark) in [("light", false), ("dark", true)] {
        tab.media(scheme, "screen");
        let page = tab.eval("Number(getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0])");
        assert_eq!(page.as_u64() < Some(128), is_dark, "{scheme}: {page}");
        let least = tab.eval(contrast);
        assert!(least[0].as_f64() >= Some(4.5), "{scheme}: {least}");
    }
}

#[test]
fn paper_has_no_filters_and_all_the_rest() {
    let pages = pages();
    let page = pages.page("diff shop-aws hello-aws@1.1.0");
    let tab = Tab::new();
    tab.open(&page, 1280);
    let visible =
        |tab: &Tab, selector: &str| tab.eval(&format!("document.querySelector({selector:?}).checkVisibility()"));
    assert_eq!(visible(&tab, "#filters"), true);
    tab.media("light", "print");
    assert_eq!(visible(&tab, "#filters"), false);
    assert_eq!(visible(&tab, ".r ins"), true);
}

#[test]
fn without_scripts_everything_is_there_and_folds_open() {
    let pages = pages();
    let page = pages.page("diff shop-aws hello-aws@1.1.0");
    let tab = Tab::new();
    tab.without_scripts();
    tab.open(&page, 1280);
    assert_eq!(tab.eval("document.querySelector('#filters').checkVisibility()"), false, "filters that do nothing");
    let line = "document.querySelector('.fold .r').checkVisibility()";
    assert_eq!(tab.eval(line), false);
    tab.click(".fold summary");
    assert_eq!(tab.eval(line), true);
}
