// The lists of findings and inputs: what stands in the page, and what is brought in from the packed data on demand.
const findings = (() => {
  const BATCH = 100;
  const plain = (text) => text.replace(/\s+/g, " ").toLowerCase();
  const plural = (number, noun) => `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;

  // What a form asks for: its ticked boxes by name as sets, its selects and inputs as text.
  function wishes(form) {
    const data = new FormData(form);
    return { all: (name) => new Set(data.getAll(name)), one: (name) => String(data.get(name) || "").trim() };
  }

  // The findings of one rule: those that stand in the page, then those that it holds packed.
  function groupOf(rule, data) {
    const own = { severity: rule.dataset.severity, kind: rule.dataset.kind };
    const list = rule.querySelector(".findings");
    const entries = [...list.children].map((line) => {
      const { dataset, id, textContent } = line.firstElementChild;
      const { outcome = "fail", severity = own.severity, kind = own.kind } = dataset;
      return { outcome, severity, kind, anchor: id, words: () => textContent, line: () => line };
    });
    const standing = entries.length;
    const rows = (data && data.rules[rule.id]) || [];
    own.single = standing + rows.length === 1;
    for (const row of rows) {
      let line;
      entries.push({
        ...packed.facts(row, data.texts),
        words: () => packed.words(row, data.texts),
        line: () => (line ||= packed.finding(row, data.texts, own)),
      });
    }
    const band = rule.closest(".band");
    const frameworks = new Set(rule.dataset.frameworks.split(" "));
    return { rule, band, list, entries, frameworks, words: "", matched: entries, limit: standing, standing };
  }

  // Shows the first of the findings that fit, and how many there are more.
  function show(group) {
    const { list, matched, limit } = group;
    list.replaceChildren(...matched.slice(0, limit).map((entry) => entry.line()));
    group.more ||= moreOf(list, () => { group.limit += BATCH; show(group); });
    group.more(Math.min(limit, matched.length), matched.length);
  }

  // The line below a list that tells how much of it is shown, with a button for more.
  function moreOf(list, ask) {
    const place = list.parentElement.querySelector(":scope > .more") || list.parentElement.appendChild(packed.make("p", { class: "more" }));
    const text = packed.make("span", {});
    const button = packed.make("button", { type: "button" }, `Show ${BATCH} more`);
    button.addEventListener("click", ask);
    place.replaceChildren(text, " ", button);
    return (shown, all) => {
      text.textContent = `${shown.toLocaleString("en")} of ${all.toLocaleString("en")} shown.`;
      place.hidden = shown >= all;
    };
  }

  function filter(form, data) {
    const status = document.getElementById("shown");
    const everything = status.textContent;
    const groups = [...document.querySelectorAll("details.rule")].map((rule) => groupOf(rule, data));
    const total = groups.reduce((sum, group) => sum + group.entries.length, 0);
    const opened = new Set();
    for (const group of groups) {
      if (group.standing < group.entries.length) show(group);
      group.rule.addEventListener("toggle", () => widen(group));
      widen(group);
    }

    // What is open shows a batch at least.
    function widen(group) {
      if (!group.rule.open || group.limit >= BATCH || group.limit >= group.matched.length) return;
      group.limit = BATCH;
      show(group);
    }

    function wordsOf(group, entry) {
      group.words ||= plain(group.rule.querySelector("summary").textContent);
      entry.text ||= plain(entry.words());
      return `${group.words} ${entry.text}`;
    }

    function apply() {
      const asked = wishes(form);
      const results = asked.all("show");
      const framework = asked.one("framework"), kind = asked.one("kind");
      const words = plain(asked.one("text")).split(" ").filter(Boolean);
      const active = Boolean(results.size || framework || kind || words.length);
      let shown = 0, rules = 0;
      for (const group of groups) {
        const bears = !framework || group.frameworks.has(framework);
        const fits = (entry) => bears && (!kind || kind === entry.kind)
          && (!results.size || results.has(entry.outcome === "fail" ? entry.severity : entry.outcome))
          && words.every((word) => wordsOf(group, entry).includes(word));
        group.matched = active ? group.entries.filter(fits) : group.entries;
        group.rule.hidden = !group.matched.length;
        show(group);
        shown += group.matched.length;
        rules += group.matched.length > 0;
      }
      for (const band of new Set(groups.map((group) => group.band))) {
        band.hidden = !band.querySelector(".rule:not([hidden])");
      }
      unfold(active && shown <= 100);
      for (const group of groups) widen(group);
      status.textContent = active ? `${plural(shown, "finding")} of ${total.toLocaleString("en")} shown, of ${plural(rules, "rule")}` : everything;
      status.classList.toggle("narrowed", active);
    }

    // A narrow result is shown opened; what was opened for it is closed again after it.
    function unfold(narrow) {
      for (const { rule } of groups) {
        if (narrow && !rule.hidden && !rule.open) { rule.open = true; opened.add(rule); }
        else if (!narrow && opened.delete(rule)) rule.open = false;
      }
    }

    // Brings in the finding of an anchor, with those before it.
    function bring(anchor) {
      for (const group of groups) {
        const place = group.matched.findIndex((entry) => entry.anchor === anchor);
        if (place < 0) continue;
        group.limit = Math.max(group.limit, place + 1);
        show(group);
      }
    }

    for (const button of form.querySelectorAll("[data-all]")) {
      button.addEventListener("click", () => {
        for (const { rule } of groups) if (!rule.hidden) rule.open = button.dataset.all === "open";
      });
    }
    return { form, apply, bring, has: (anchor) => groups.some(({ entries }) => entries.some((entry) => entry.anchor === anchor)) };
  }

  // The inputs: those that stand in the page, then those that it holds packed.
  function inputFilter(form, data) {
    const table = document.querySelector("#inputs table");
    const entries = [...table.querySelectorAll("tbody tr")].map((line) => ({ words: () => line.textContent, line: () => line }));
    const list = { standing: entries.length, limit: entries.length };
    for (const row of (data && data.inputs) || []) {
      let line;
      const make = () => (line ||= packed.input(row, data.texts));
      entries.push({ words: () => packed.inputWords(row, data.texts), line: make });
    }
    const more = moreOf(table, () => { list.limit += BATCH; give(); });
    more(Math.min(list.limit, entries.length), entries.length);
    list.matched = entries;

    function give() {
      list.body ||= packed.make("tbody", {});
      list.body.replaceChildren(...list.matched.slice(0, list.limit).map((entry) => entry.line()));
      for (const body of table.tBodies) if (body !== list.body) body.remove();
      if (!list.body.isConnected) table.append(list.body);
      more(Math.min(list.limit, list.matched.length), list.matched.length);
    }

    function apply() {
      const words = plain(wishes(form).one("input")).split(" ").filter(Boolean);
      const fits = (entry) => words.every((word) => (entry.text ||= plain(entry.words())).includes(word));
      const before = list.matched;
      list.matched = words.length ? entries.filter(fits) : entries;
      list.limit = Math.max(list.standing, BATCH);
      if (before !== list.matched) give();
    }
    return { form, apply };
  }

  return { filter, inputFilter, plural, wishes };
})();
