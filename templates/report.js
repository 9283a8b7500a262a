"use strict";
(() => {
  const root = document.documentElement;
  const themes = ["system", "light", "dark"];

  // A page opened from disk may be refused its storage: the choice then lasts as long as the page.
  const kept = {
    read() { try { return localStorage.getItem("assay-theme"); } catch { return null; } },
    write(theme) { try { localStorage.setItem("assay-theme", theme); } catch { /* nothing to keep it in */ } },
  };

  function dress(theme) {
    if (theme === "system") root.removeAttribute("data-theme");
    else root.setAttribute("data-theme", theme);
  }

  function offerThemes() {
    const button = document.getElementById("theme");
    const label = () => { button.textContent = `Theme: ${root.dataset.theme || "system"}`; };
    button.addEventListener("click", () => {
      const next = themes[(themes.indexOf(root.dataset.theme || "system") + 1) % themes.length];
      dress(next);
      kept.write(next);
      label();
    });
    label();
    button.hidden = false;
  }

  const plain = (text) => text.replace(/\s+/g, " ").toLowerCase();
  const plural = (number, noun) => `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;

  // What a form asks for: its ticked boxes by name as sets, its selects and inputs as text.
  function wishes(form) {
    const data = new FormData(form);
    return { all: (name) => new Set(data.getAll(name)), one: (name) => String(data.get(name) || "").trim() };
  }

  function findingFilter(form) {
    const status = document.getElementById("shown");
    const everything = status.textContent;
    const groups = [...document.querySelectorAll("details.rule")].map((rule) => ({
      rule,
      band: rule.closest(".band"),
      words: "",
      frameworks: new Set(rule.dataset.frameworks.split(" ")),
      items: [...rule.querySelectorAll(".finding")].map((item) => ({
        item,
        line: item.parentElement,
        outcome: item.dataset.outcome || "fail",
        severity: item.dataset.severity || rule.dataset.severity,
        kind: item.dataset.kind || rule.dataset.kind,
        words: "",
      })),
    }));
    const total = groups.reduce((sum, group) => sum + group.items.length, 0);
    const opened = new Set();

    function wordsOf(group, entry) {
      group.words ||= plain(group.rule.querySelector("summary").textContent);
      entry.words ||= plain(entry.item.textContent);
      return `${group.words} ${entry.words}`;
    }

    function apply() {
      const asked = wishes(form);
      const severities = asked.all("severity"), outcomes = asked.all("outcome");
      const framework = asked.one("framework"), kind = asked.one("kind");
      const words = plain(asked.one("text")).split(" ").filter(Boolean);
      const active = Boolean(severities.size || outcomes.size || framework || kind || words.length);
      let shown = 0, rules = 0;
      for (const group of groups) {
        let here = 0;
        const bears = !framework || group.frameworks.has(framework);
        for (const entry of group.items) {
          const fits = bears && (!severities.size || severities.has(entry.severity))
            && (!outcomes.size || outcomes.has(entry.outcome)) && (!kind || kind === entry.kind)
            && words.every((word) => wordsOf(group, entry).includes(word));
          entry.line.hidden = !fits;
          here += fits;
        }
        group.rule.hidden = !here;
        shown += here;
        rules += here > 0;
      }
      for (const band of new Set(groups.map((group) => group.band))) {
        band.hidden = !band.querySelector(".rule:not([hidden])");
      }
      unfold(active && shown <= 100);
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

    for (const button of form.querySelectorAll("[data-all]")) {
      button.addEventListener("click", () => {
        for (const { rule } of groups) if (!rule.hidden) rule.open = button.dataset.all === "open";
      });
    }
    return { form, apply };
  }

  function controlFilter(form) {
    const status = document.getElementById("sifted");
    const everything = status.textContent;
    const rows = [...document.querySelectorAll(".matrix tr[data-status]")];
    const opened = new Set();

    function apply() {
      const statuses = wishes(form).all("status");
      let shown = 0;
      for (const row of rows) {
        row.hidden = statuses.size > 0 && !statuses.has(row.dataset.status);
        shown += !row.hidden;
      }
      for (const part of document.querySelectorAll(".matrix tbody, details.sheet")) {
        part.hidden = !part.querySelector("tr[data-status]:not([hidden])");
      }
      for (const sheet of document.querySelectorAll("details.sheet")) {
        if (statuses.size && !sheet.hidden && !sheet.open) { sheet.open = true; opened.add(sheet); }
        else if (!statuses.size && opened.delete(sheet)) sheet.open = false;
      }
      status.textContent = statuses.size ? `${plural(shown, "control")} of ${rows.length.toLocaleString("en")} shown` : everything;
      status.classList.toggle("narrowed", statuses.size > 0);
    }
    return { form, apply };
  }

  // The address after # holds either the filters, as name=value pairs, or the name of a place.
  function remember(filters) {
    const state = new URLSearchParams();
    for (const { form } of filters) {
      for (const [name, value] of new FormData(form)) if (value.trim()) state.append(name, value.trim());
    }
    const hash = state.toString();
    history.replaceState(null, "", location.href.split("#")[0] + (hash && `#${hash}`));
  }

  function recall(filters) {
    const state = new URLSearchParams(location.hash.slice(1));
    for (const { form, apply } of filters) {
      for (const field of form.elements) {
        if (field.type === "checkbox") field.checked = state.getAll(field.name).includes(field.value);
        else if (field.name) field.value = state.get(field.name) || "";
      }
      apply();
    }
  }

  function decoded(name) {
    try { return decodeURIComponent(name); } catch { return name; }
  }

  function reveal(filters, name) {
    const target = document.getElementById(name) || document.getElementById(decoded(name));
    if (!target) return;
    if (target.closest("[hidden]")) {
      for (const { form } of filters) form.reset();
      for (const { apply } of filters) apply();
    }
    for (let part = target.closest("details"); part; part = part.parentElement.closest("details")) part.open = true;
    target.scrollIntoView();
  }

  function follow(filters) {
    const hash = location.hash.slice(1);
    if (hash.includes("=")) recall(filters);
    else if (hash) reveal(filters, hash);
  }

  function listen(filters) {
    for (const { form, apply } of filters) {
      let timer;
      const soon = () => {
        clearTimeout(timer);
        timer = setTimeout(() => { apply(); remember(filters); }, 120);
      };
      form.addEventListener("input", soon);
      form.addEventListener("reset", soon);
      form.addEventListener("submit", (event) => event.preventDefault());
      form.hidden = false;
    }
    addEventListener("hashchange", () => follow(filters));
  }

  // Browsers that cannot print a closed part by style alone get everything opened while they print.
  function printAll() {
    if (CSS.supports("selector(::details-content)")) return;
    let closed = [];
    addEventListener("beforeprint", () => {
      closed = [...document.querySelectorAll("details:not([open])")];
      for (const part of closed) part.open = true;
    });
    addEventListener("afterprint", () => { for (const part of closed) part.open = false; });
  }

  dress(themes.includes(kept.read()) ? kept.read() : "system");
  addEventListener("DOMContentLoaded", () => {
    const forms = [["filter", findingFilter], ["sieve", controlFilter]];
    const filters = forms.flatMap(([id, make]) => {
      const form = document.getElementById(id);
      return form ? [make(form)] : [];
    });
    offerThemes();
    listen(filters);
    printAll();
    follow(filters);
  });
})();
