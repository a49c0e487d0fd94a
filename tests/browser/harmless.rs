//! Whatever stands in a value, it is text; and the page asks nobody for anything.

use serde_json::json;

use crate::{chromium::Tab, pages::Pages};

const CLUSTER: &str = "cluster-shop-aws.yaml";
const EVIL: &str = "</script><script>window.owned = 1</script><img src=x onerror='window.owned = 2'>&amp;\u{202e}";

#[test]
fn values_that_look_like_markup_are_text() {
    let values = format!("mtu: 1440\n                # {EVIL}\n                evil: |-\n                  {EVIL}\n");
    let pages = Pages::of_hub().edit(CLUSTER, "mtu: 1440\n", &values);
    // A switch would carry them over; against what is published they are lines that only Current has.
    let page = pages.page("diff shop-aws");
    let tab = Tab::new();
    tab.open(&page, 1280);
    assert_eq!(tab.eval("window.owned ?? null"), json!(null));
    assert_eq!(tab.eval("document.querySelectorAll('script').length"), 1);
    assert_eq!(tab.eval("document.querySelectorAll('img, svg, iframe, link, object').length"), 0);
    let text = EVIL.replace('\u{202e}', "\\u{202e}");
    let lines = tab.eval("[...document.querySelectorAll('.r del')].map((it) => it.textContent)");
    let holds = |line: &serde_json::Value| line.as_str().is_some_and(|line| line.ends_with(&text));
    assert_eq!(lines.as_array().unwrap().iter().filter(|line| holds(line)).count(), 2, "{lines}");
    assert_eq!(tab.complaints(), Vec::<serde_json::Value>::new());
}

#[test]
fn the_page_asks_nobody_for_anything() {
    let pages = Pages::of_hub();
    let page = pages.page("diff shop-aws hello-aws@1.3.0");
    let tab = Tab::new();
    tab.open(&page, 1280);
    tab.click("#changes");
    tab.click("#unfold");
    assert_eq!(tab.requests(), [format!("file://{}", page.display())]);
    assert_eq!(tab.complaints(), Vec::<serde_json::Value>::new());
}

#[test]
fn no_script_and_no_style_but_the_page_s_own_has_an_effect() {
    let pages = Pages::of_hub();
    let page = pages.page("diff shop-aws hello-aws@1.1.0");
    let tab = Tab::new();
    tab.open(&page, 1280);
    tab.eval(
        "(() => { const it = document.createElement('script'); it.textContent = 'window.owned = 1'; document.body.append(it); \
         const style = document.createElement('style'); style.textContent = 'body { opacity: 0 }'; document.body.append(style); \
         const image = new Image(); image.src = 'http://127.0.0.1:9/x.png'; document.body.append(image); })()",
    );
    assert_eq!(tab.eval("[window.owned ?? null, getComputedStyle(document.body).opacity]"), json!([null, "1"]));
    assert!(tab.complaints().len() >= 3, "{:?}", tab.complaints());
}
