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

  const { plural, wishes } = findings;

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

  function clear(filters) {
    for (const { form } of filters) form.reset();
    for (const { apply } of filters) apply();
  }

  function reveal(filters, name) {
    for (const { has, bring } of filters.filter((filter) => filter.bring)) {
      if (document.getElementById(name) || !has(name)) continue;
      clear(filters);
      bring(name);
    }
    const target = document.getElementById(name) || document.getElementById(decoded(name));
    if (!target) return;
    if (target.closest("[hidden]")) clear(filters);
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

  // One framework as a document of its own: the head of the page, its figures and controls, and how to read them.
  function offerPrints() {
    for (const button of document.querySelectorAll(".sheet > .print")) {
      const sheet = button.parentElement;
      button.hidden = false;
      button.addEventListener("click", () => {
        root.dataset.print = sheet.id;
        sheet.classList.add("printed");
        print();
      });
    }
    addEventListener("afterprint", () => {
      delete root.dataset.print;
      for (const sheet of document.querySelectorAll(".printed")) sheet.classList.remove("printed");
    });
  }

  dress(themes.includes(kept.read()) ? kept.read() : "system");
  addEventListener("DOMContentLoaded", async () => {
    offerThemes();
    offerPrints();
    printAll();
    const data = await packed.read().catch(() => null);
    if (data) for (const note of document.querySelectorAll(".scriptless")) note.hidden = true;
    const forms = [["filter", findings.filter], ["sieve", controlFilter], ["search", findings.inputFilter]];
    const filters = forms.flatMap(([id, make]) => {
      const form = document.getElementById(id);
      return form ? [make(form, data)] : [];
    });
    listen(filters);
    follow(filters);
    performance.mark("assay-ready");
  });
})();
