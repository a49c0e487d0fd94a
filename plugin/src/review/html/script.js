// The filters of the page: by pack, by verdict, by text, changes only.
"use strict";
{
  const field = (id) => document.getElementById(id);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const packs = all(".pack");
  const folds = all(".fold");
  const lines = packs.map((pack) => all(".r, .same, tr.line", pack));
  // What is below a pack's own section: the rows of the tables that name a pack.
  const entries = all("#overrides tbody tr, #repave tbody tr, .overview tbody tr");
  const texts = new Map();
  const text = (element) => {
    if (!texts.has(element)) texts.set(element, element.textContent.toLowerCase());
    return texts.get(element);
  };
  const initial = new Set(packs.filter((pack) => pack.open));
  const opened = new Set();

  function open(details, wanted) {
    if (wanted && !details.open) {
      details.open = true;
      opened.add(details);
    }
  }

  function apply() {
    const pack = field("pack").value;
    const verdict = field("verdict")?.value ?? "";
    const query = field("text").value.trim().toLowerCase();
    const changes = field("changes").checked;
    // What a former search opened is closed again, whatever is searched now.
    opened.forEach((details) => (details.open = false));
    opened.clear();

    const decided = all("#overrides tbody tr").filter((row) => row.dataset.verdict === verdict);
    const has = new Set(decided.map((row) => row.dataset.pack));
    const isWanted = (element) =>
      (!pack || element.dataset.pack === pack) &&
      (!verdict || (element.dataset.verdict ?? verdict) === verdict) &&
      (!verdict || has.has(element.dataset.pack)) &&
      (!changes || !("same" in element.dataset));

    let found = 0;
    for (const row of entries) {
      row.hidden = !isWanted(row) || !text(row).includes(query);
      if (!row.hidden && row.closest("#overrides")) found += 1;
    }
    const overrides = found;
    found = 0;
    let shown = 0;
    packs.forEach((section, index) => {
      let count = 0;
      for (const line of lines[index]) {
        line.hidden = !text(line).includes(query) || (changes && line.matches(".q, .same"));
        if (!line.hidden) count += 1;
      }
      const title = text(section.querySelector("summary"));
      section.hidden = !isWanted(section) || (query !== "" && count === 0 && !title.includes(query));
      if (section.hidden) return;
      shown += 1;
      found += count;
      if (query && count > 0) open(section, true);
    });
    for (const fold of folds) {
      const rows = all(".r:not([hidden])", fold);
      fold.hidden = rows.length === 0;
      open(fold, query !== "" && rows.length > 0);
    }
    const noun = (count, word) => `${count} ${word}${count === 1 ? "" : "s"}`;
    const parts = [noun(shown, "section")];
    if (query) parts.push(noun(found, "line"));
    if (field("overrides")) parts.push(noun(overrides, "override"));
    const isFiltered = pack || verdict || query || changes;
    field("found").textContent = isFiltered ? `shown: ${parts.join(", ")}` : "";
  }

  for (const id of ["pack", "verdict", "changes"]) field(id)?.addEventListener("change", apply);
  field("text").addEventListener("input", apply);
  field("unfold").addEventListener("change", (event) => {
    opened.clear();
    packs.forEach((pack) => (pack.open = event.target.checked || initial.has(pack)));
    folds.forEach((fold) => (fold.open = event.target.checked));
    apply();
  });
  field("filters").addEventListener("submit", (event) => event.preventDefault());
  // A link to a section that is folded opens it.
  const follow = () => {
    const target = location.hash && document.getElementById(location.hash.slice(1));
    if (target instanceof HTMLDetailsElement) target.open = true;
  };
  addEventListener("hashchange", follow);
  follow();
  // What the browser remembers of the form must be what is shown.
  field("filters").reset();
  field("filters").hidden = false;
}
