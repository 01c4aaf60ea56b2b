// A table of any length: only the rows in view are in the page. One cell is the current one; what is known of it, its
// provenance too, stands below.

import { announce, arrange, h, newId, set } from "./dom.js";
import { cell, line } from "./format.js";
import { finder } from "./grid-finder.js";
import { move } from "./grid-keys.js";
import { rowsOf } from "./grid-rows.js";

const HEIGHT = 30;
/** Browsers draw nothing that is taller; beyond, the scroll bar stands for more rows than it has pixels. */
const TALLEST = 8_000_000;
/** Tables up to this length are drawn whole, each row as high as its texts. */
const SHORT = 60;
/** Of tables up to this width, that is: where texts wrap in many columns, rows grow tall. */
const NARROW = 14;
/** Rows that are fetched before they come into view. */
const AHEAD = 60;

/** A grid over a table; `told` is called with the reading's state, `acted` when the user wants to act on a row. */
export function grid(number, description, { told, acted }) {
  const id = newId("grid");
  const shown = description.columns.map((column, index) => ({ ...column, index })).filter((column) => !column.provenance_of);
  const origins = new Map(description.columns.map((column, index) => [column.provenance_of, index]).filter(([of]) => of));
  const current = { row: 0, column: 0 };
  let first = 0;
  let flowing = false;
  let widths = null;
  let drawn = new Map();

  const body = h("div", { role: "rowgroup", class: "grid-rows" });
  const space = h("div", { class: "grid-space", role: "presentation" }, body);
  const head = h("div", { role: "rowgroup", class: "grid-head" });
  const node = h("div", {
    role: "grid", class: "grid", id, tabindex: "0", "aria-label": description.title, "aria-colcount": shown.length, "aria-readonly": "true",
  }, head, space);
  const detail = h("div", { class: "grid-detail", role: "group", "aria-label": "Cellule choisie" });

  const rows = rowsOf(number, () => draw());
  const find = finder(shown, {
    rows,
    changed: (sought) => {
      current.row = 0;
      node.scrollTop = 0;
      rows.seek(sought);
    },
  });

  const groups = () => {
    const spans = [];
    for (const column of shown) {
      const before = spans.at(-1);
      if (before && before.label === (column.group ?? "")) before.span += 1;
      else spans.push({ label: column.group ?? "", span: 1 });
    }
    return spans;
  };

  const drawHead = () => {
    const spans = groups();
    const bands = spans.some((span) => span.label) ? h("div", { role: "row", class: "grid-row bands" }, spans.map((span) => {
      const band = h("div", { role: "columnheader", class: "band", "aria-colspan": span.span }, h("span", {}, span.label));
      band.style.gridColumn = `span ${span.span}`;
      return band;
    })) : null;
    const labels = h("div", { role: "row", class: "grid-row labels" },
      shown.map((column) => {
        // Figures beside their names stand under no heading.
        if (!column.label) return h("div", { role: "columnheader", class: `head ${column.kind}` });
        const way = find.way(column.index);
        const arrow = h("span", { class: "arrow", "aria-hidden": "true" }, way === 1 ? "▲" : way === -1 ? "▼" : "");
        const sorter = h("button", { type: "button", class: "sorter", "data-sort": column.id, onclick: () => find.sort(column.index) }, column.label, arrow);
        return h("div", {
          role: "columnheader", class: `head ${column.kind}`, title: `Trier : ${column.label}`, "aria-sort": way === 1 ? "ascending" : way === -1 ? "descending" : null,
        }, sorter);
      }));
    const boxes = h("div", { role: "row", class: "grid-row boxes" }, shown.map((column) => h("div", { role: "gridcell", class: "box" }, h("input", {
      type: "search", class: "filter", placeholder: "Filtrer", autocomplete: "off", spellcheck: "false",
      "aria-label": `Filtrer : ${[column.group, column.label].filter(Boolean).join(", ")}`,
      value: find.text(column.index),
      oninput: (event) => find.filter(column.index, event.target.value),
      onkeydown: (event) => { event.stopPropagation(); if (event.key === "Enter") node.focus(); },
      onfocus: (event) => event.target.closest(".box").scrollIntoView({ block: "nearest", inline: "nearest" }),
    }))));
    const sorted = document.activeElement?.dataset.sort;
    const kept = head.contains(document.activeElement) && sorted;
    head.replaceChildren(...[bands, labels, boxes].filter(Boolean));
    if (kept) head.querySelector(`[data-sort="${CSS.escape(sorted)}"]`)?.focus({ preventScroll: true });
  };
  find.watch(drawHead);

  // Widths come from the first rows: a column is as wide as what it holds, within reason.
  const measure = () => {
    if (widths || !rows.row(0)) return;
    widths = shown.map((column) => {
      let longest = column.label.length * 1.06;
      for (let at = 0; at < 40 && rows.row(at); at += 1) longest = Math.max(longest, line(rows.row(at)[column.index], column.kind).length);
      return Math.round(Math.max(7, Math.min(column.kind === "text" ? 44 : Math.max(16, column.label.length * 1.06), longest)) * 8.2 + 26);
    });
    node.style.setProperty("--columns", widths.map((width) => `minmax(${width}px, ${width}fr)`).join(" "));
    node.style.setProperty("--width", `${widths.reduce((sum, width) => sum + width, 0)}px`);
  };

  const count = () => rows.state().found;
  const visible = () => Math.max(1, Math.floor((node.clientHeight - head.offsetHeight) / HEIGHT));
  const height = () => Math.min(count() * HEIGHT, TALLEST);
  const scale = () => {
    const room = Math.max(1, height() - visible() * HEIGHT);
    return Math.max(1, count() - visible()) / room;
  };

  const draw = () => {
    measure();
    const state = rows.state();
    flowing = rows.settled() && state.read <= SHORT && shown.length <= NARROW;
    node.classList.toggle("flow", flowing);
    set(node, { "aria-rowcount": state.state === "reading" ? "-1" : count() + head.childElementCount, "aria-busy": state.state === "reading" ? "true" : null });
    current.row = Math.max(0, Math.min(current.row, count() - 1));
    if (flowing) {
      first = 0;
      space.style.height = "";
      body.style.transform = "";
      drawRows(0, count());
    } else {
      space.style.height = `${Math.max(height(), 1)}px`;
      scrolled();
    }
    drawDetail();
    told(state, rows.settled());
  };

  const scrolled = () => {
    if (flowing) return;
    first = Math.max(0, Math.min(count() - visible(), Math.round(node.scrollTop * scale())));
    const end = Math.min(count(), first + visible() + 3);
    body.style.transform = `translateY(${count() * HEIGHT <= TALLEST ? first * HEIGHT : node.scrollTop}px)`;
    rows.view(first, end);
    // What comes next is there before it is looked at.
    rows.fetch(Math.min(count() - 1, end + AHEAD));
    rows.fetch(Math.max(0, first - AHEAD));
    drawRows(first, end);
  };

  const drawRows = (from, to) => {
    const next = new Map();
    for (let at = from; at < to; at += 1) {
      const is = [rows.row(at), at === current.row ? current.column : null, flowing];
      const kept = drawn.get(at);
      // A row that stays in view as it was is left alone: scrolling makes only the rows that come in.
      next.set(at, kept && kept.is.every((one, index) => one === is[index]) ? kept : { is, node: drawRow(at) });
    }
    drawn = next;
    arrange(body, [...next.values()].map((row) => row.node));
    set(node, { "aria-activedescendant": body.querySelector(".current") ? `${id}-current` : null });
  };

  const drawRow = (at) => {
    const values = rows.row(at);
    const row = h("div", { role: "row", class: `grid-row line${at % 2 ? " odd" : ""}${values ? "" : " loading"}`, "aria-rowindex": at + 1 + head.childElementCount });
    shown.forEach((column, place) => {
      const value = values ? values[column.index] : "";
      const isCurrent = at === current.row && place === current.column;
      const text = flowing ? cell(value, column.kind) : line(value, column.kind);
      row.append(h("div", {
        role: "gridcell", class: `cell ${column.kind}${isCurrent ? " current" : ""}`, "aria-colindex": place + 1, id: isCurrent ? `${id}-current` : null,
        "data-row": at, "data-column": place,
      }, text));
    });
    if (at === current.row) row.classList.add("current-row");
    return row;
  };

  const drawDetail = () => {
    const values = rows.row(current.row);
    const column = shown[current.column];
    if (!values || !column) return detail.replaceChildren();
    const origin = origins.has(column.id) ? values[origins.get(column.id)] : null;
    detail.replaceChildren(
      h("span", { class: "detail-name" }, [column.group, column.label].filter(Boolean).join(" › ")),
      h("span", { class: "detail-value" }, cell(values[column.index], column.kind) || "(vide)"),
      origin ? h("span", { class: "detail-origin" }, "Provenance : ", origin) : "");
  };

  const goTo = (row, column) => {
    current.row = Math.max(0, Math.min(count() - 1, row));
    current.column = Math.max(0, Math.min(shown.length - 1, column));
    if (!flowing) {
      if (current.row < first) node.scrollTop = current.row / scale();
      else if (current.row >= first + visible()) node.scrollTop = (current.row - visible() + 1) / scale();
      scrolled();
    } else drawRows(0, count());
    body.querySelector(".current")?.scrollIntoView({ block: "nearest", inline: "nearest" });
    drawDetail();
    const values = rows.row(current.row);
    const column2 = shown[current.column];
    const origin = values && origins.has(column2.id) ? values[origins.get(column2.id)] : null;
    if (origin) announce(`Provenance : ${origin}`);
  };

  node.addEventListener("scroll", () => requestAnimationFrame(scrolled), { passive: true });
  node.addEventListener("click", (event) => {
    const target = event.target.closest(".cell");
    if (target) goTo(Number(target.dataset.row), Number(target.dataset.column));
  });
  node.addEventListener("dblclick", (event) => event.target.closest(".cell") && acted());
  node.addEventListener("keydown", (event) => {
    if (event.target !== node) return;
    const to = move(event, current, { rows: count(), columns: shown.length, page: visible() });
    if (to) goTo(to.row, to.column);
    else if (event.key === "Enter") acted();
    else if (event.key === "c" && (event.ctrlKey || event.metaKey) && rows.row(current.row) && !String(getSelection())) find.copy(rows.row(current.row));
    else return;
    event.preventDefault();
  });
  new ResizeObserver(() => scrolled()).observe(node);

  drawHead();
  rows.start();
  return {
    node,
    finder: find.node,
    detail,
    cancel: rows.cancel,
    close: rows.close,
    state: rows.state,
    settled: rows.settled,
    /** The current row's cells. */
    row: () => rows.row(current.row),
  };
}
