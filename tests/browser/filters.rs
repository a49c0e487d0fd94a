//! The filters: clicked and typed into as a reader does.

use serde_json::{Value, json};

use crate::{chromium::Tab, pages::Pages};

fn open() -> (Tab, Pages) {
    let pages = Pages::of_hub();
    let page = pages.page("diff shop-aws hello-aws@1.3.0");
    let tab = Tab::new();
    tab.open(&page, 1280);
    (tab, pages)
}

/// The names of the packs whose sections are shown.
fn packs(tab: &Tab) -> Value {
    tab.eval(
        "[...document.querySelectorAll('.pack')].filter((it) => it.checkVisibility()).map((it) => it.dataset.pack ?? '')",
    )
}

/// How many elements of `selector` are shown.
fn count(tab: &Tab, selector: &str) -> u64 {
    let shown = format!("[...document.querySelectorAll({selector:?})].filter((it) => it.checkVisibility()).length");
    tab.eval(&shown).as_u64().unwrap()
}

#[test]
fn a_pack_is_chosen_by_its_name() {
    let (tab, _pages) = open();
    let all = packs(&tab);
    assert!(all.as_array().is_some_and(|it| it.len() > 4), "{all}");
    tab.eval("document.querySelector('#pack').focus()");
    tab.press("k", 75);
    assert_eq!(packs(&tab), json!(["kubernetes"]));
    assert_eq!(count(&tab, ".overview tbody tr"), 1);
    tab.press("Home", 36);
    assert_eq!(packs(&tab), all);
}

#[test]
fn only_changes_leaves_no_unchanged_line() {
    let (tab, _pages) = open();
    assert!(count(&tab, ".r.q") > 0 && count(&tab, ".pack[data-same]") > 0);
    let changed = count(&tab, ".r:not(.q)");
    tab.click("#changes");
    assert_eq!((count(&tab, ".r.q"), count(&tab, ".fold"), count(&tab, ".pack[data-same]")), (0, 0, 0));
    assert_eq!(count(&tab, ".r:not(.q)"), changed, "no change is hidden");
    tab.click("#changes");
    assert!(count(&tab, ".r.q") > 0 && count(&tab, ".pack[data-same]") > 0);
}

#[test]
fn text_is_found_in_folds_and_in_unchanged_packs_and_they_close_again() {
    let (tab, _pages) = open();
    let open_folds = "document.querySelectorAll('details[open]').length";
    let before = tab.eval(open_folds);
    tab.click("#text");
    tab.write("StorageClass");
    assert_eq!(packs(&tab), json!(["csi-aws-ebs"]));
    let found = tab.eval("document.querySelector('#found').textContent");
    assert!(found.as_str().is_some_and(|it| it.starts_with("shown: 1 section, 1 line")), "{found}");
    assert!(count(&tab, ".pack[data-pack=csi-aws-ebs] :is(.r, .same)") > 0, "the line itself is shown");
    tab.eval("document.querySelector('#text').select()");
    tab.write("no such text");
    assert_eq!(packs(&tab), json!([]));
    tab.press("Backspace", 8);
    tab.eval("document.querySelector('#text').select()");
    tab.press("Backspace", 8);
    assert_eq!(tab.eval("document.querySelector('#text').value"), "");
    assert_eq!(tab.eval(open_folds), before);
    assert_eq!(tab.eval("document.querySelector('#found').textContent"), "");
}

#[test]
fn everything_unfolds_at_once() {
    let (tab, _pages) = open();
    let closed = "document.querySelectorAll('details:not([open])').length";
    let before = tab.eval(closed);
    tab.click("#unfold");
    assert_eq!(tab.eval(closed), 0);
    tab.click("#unfold");
    assert_eq!(tab.eval(closed), before);
}

#[test]
fn the_keyboard_reaches_filters_links_and_folds() {
    let (tab, _pages) = open();
    let mut reached = Vec::new();
    for _ in 0..40 {
        tab.press("Tab", 9);
        let name = tab.eval("document.activeElement.id || document.activeElement.tagName");
        reached.push(name.as_str().unwrap().to_owned());
    }
    for name in ["pack", "text", "changes", "unfold", "A", "SUMMARY"] {
        assert!(reached.iter().any(|it| it == name), "{name} is not reached: {reached:?}");
    }
    tab.eval("document.querySelector('.pack[data-same] summary').focus()");
    assert_eq!(count(&tab, ".pack[data-same][open]"), 0);
    tab.press("Enter", 13);
    assert_eq!(count(&tab, ".pack[data-same][open]"), 1);
}

#[test]
fn a_link_leads_to_a_section_and_opens_it() {
    let (tab, _pages) = open();
    tab.click(".overview tr[data-same] a");
    let opened = "new Promise((done) => {
        const look = () => document.querySelector(':target')?.open && done(true);
        addEventListener('hashchange', look);
        look();
    })";
    assert_eq!(tab.eval(opened), true);
}
