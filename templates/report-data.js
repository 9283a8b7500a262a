"use strict";
// What the page holds packed: findings and inputs that do not stand in it as they are. Everything from it is shown as
// text. `scanner/reports/html/data.py` writes it, and the markup is that of `report.html.j2`.
const packed = (() => {
  const OUTCOMES = ["fail", "error", "unknown", "pass"];
  const SEVERITIES = ["critical", "high", "medium", "low", "info"];

  async function read() {
    const block = document.getElementById("data");
    if (!block || typeof DecompressionStream === "undefined") return null;
    const text = atob(block.textContent);
    const bytes = new Uint8Array(text.length);
    for (let place = 0; place < text.length; place++) bytes[place] = text.charCodeAt(place);
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    return new Response(stream).json();
  }

  // An element with attributes and children: an attribute without a value is left out, a text becomes a text node.
  function make(tag, attributes, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) if (value) element.setAttribute(name, value);
    element.append(...children.flat().filter((child) => child !== ""));
    return element;
  }

  const code = (text) => make("code", {}, text);
  const capital = (word) => word[0].toUpperCase() + word.slice(1);
  const mark = (word) => make("b", { class: `mark ${word}` }, capital(word.replaceAll("-", " ")));
  const level = (word) => make("b", { class: `level ${word}` }, capital(word));
  const said = (label, ...children) => make("p", {}, make("b", {}, label), " ", children);

  // A row of numbers with its texts put in.
  function findingOf(row, texts) {
    const [anchor, outcome, severity, kind, subject, message, path, line, column, field, observed, expected] = row;
    const [lines, fix, change, related, builtBy, waived, since, counts] = row.slice(12);
    const at = (where) => `${texts[where[0]]}:${where[1]}:${where[2]}`;
    return {
      anchor: texts[anchor], outcome: OUTCOMES[outcome], severity: SEVERITIES[severity], kind: texts[kind],
      subject: texts[subject], message: texts[message], place: at([path, line, column]), field: texts[field],
      observed: texts[observed], expected: texts[expected],
      lines: lines.map(([number, ...parts]) => [number, ...parts.map((part) => texts[part])]),
      fix: fix && { safe: fix[0], words: texts[fix[1]], whyNot: texts[fix[2]] },
      change: change.map(([sign, number, text]) => [texts[sign], number, texts[text]]),
      related: related.map((other) => [at(other), texts[other[3]]]),
      builtBy: builtBy.map((overlay) => texts[overlay]), waived: texts[waived], since: texts[since],
      counts: texts[counts],
    };
  }

  // All of a finding that a search looks through.
  function words(row, texts) {
    const item = findingOf(row, texts);
    const parts = [item.message, item.place, item.subject, item.field, item.anchor, item.observed, item.expected,
      item.waived, item.since, item.counts];
    for (const line of item.lines) parts.push(line.slice(1).join(""));
    return parts.join(" ");
  }

  function source(lines) {
    return make("pre", {}, lines.map(([number, before, marked, after]) => make(
      "span", {}, make("i", {}, String(number)), before, marked ? make("mark", {}, marked) : "", after, "\n")));
  }

  function changed(lines) {
    return make("pre", { class: "change" }, lines.map(([sign, number, text]) => make(
      "span", {}, make("i", {}, number ? String(number) : ""),
      sign === "-" ? make("del", {}, `- ${text}`) : sign === "+" ? make("ins", {}, `+ ${text}`) : `  ${text}`, "\n")));
  }

  function fixOf({ safe, words: what, whyNot }) {
    const review = safe ? "" : "; it may change the behaviour of the system, so review it";
    const refusal = whyNot ? `. Assay does not make this change: ${whyNot}` : "";
    return make("p", { class: "fix" }, make("b", {}, "Fix"), ` ${what}${review}${refusal}`);
  }

  function about(item, group) {
    const parts = [];
    if (item.severity !== group.severity) parts.push(level(item.severity), " ");
    if (item.kind !== group.kind) parts.push(make("span", {}, item.kind), " ");
    parts.push(code(item.subject));
    if (item.field) parts.push(" ", make("span", {}, "field ", code(item.field)));
    const short = item.anchor.replace(/^finding-/, "").slice(0, 12);
    parts.push(" ", make("a", { href: `#${item.anchor}` }, short));
    return make("p", { class: "about" }, parts);
  }

  // The line of a finding, as the template writes it; `group` has the severity and the kind that its rule says.
  function finding(row, texts, group) {
    const item = findingOf(row, texts);
    const details = make("details", {
      class: "finding",
      id: item.anchor,
      "data-outcome": item.outcome === "fail" ? "" : item.outcome,
      "data-severity": item.severity === group.severity ? "" : item.severity,
      "data-kind": item.kind === group.kind ? "" : item.kind,
    });
    details.open = group.single;
    details.append(make("summary", {}, mark(item.outcome), " ", make("span", {}, item.message), " ", code(item.place)));
    if (item.lines.length) details.append(source(item.lines));
    if (item.counts) details.append(said("Counts as", item.counts));
    if (item.waived) details.append(said("Waived", item.waived));
    if (item.observed) details.append(said("Found", item.observed));
    if (item.expected) details.append(said("Expected", item.expected));
    if (item.since) details.append(said("Since the base", item.since));
    if (item.fix) details.append(fixOf(item.fix));
    if (item.fix && item.change.length) details.append(changed(item.change));
    if (item.related.length) {
      details.append(make("ul", { class: "related" }, item.related.map(([where, what]) => make(
        "li", {}, code(where), " ", what))));
    }
    if (item.builtBy.length) {
      details.append(said("Built by", item.builtBy.flatMap((overlay, place) => [place ? ", " : "", code(overlay)])));
    }
    details.append(about(item, group));
    return make("li", {}, details);
  }

  function input(row, texts) {
    const [status, path, line, , formats, subjects, bytes, digest] = row;
    const number = (value) => make("td", { class: "number" }, value.toLocaleString("en"));
    const notes = row[3].flatMap((note) => [make("br", {}), make("span", {}, texts[note])]);
    const name = line ? `${texts[path]}:${line}` : texts[path];
    const sha = texts[digest];
    return make("tr", { class: texts[status] },
      make("th", { scope: "row" }, code(name), notes), make("td", {}, mark(texts[status])),
      make("td", {}, texts[formats]), number(subjects), number(bytes),
      make("td", {}, make("code", { title: sha }, sha.slice(0, 12))));
  }

  // All of an input that a search looks through.
  const inputWords = (row, texts) => [row[0], row[1], ...row[3], row[4], row[7]].map((place) => texts[place]).join(" ");

  const facts = (row, texts) => ({ outcome: OUTCOMES[row[1]], severity: SEVERITIES[row[2]], kind: texts[row[3]], anchor: texts[row[0]] });
  return { read, facts, words, finding, input, inputWords, make };
})();
