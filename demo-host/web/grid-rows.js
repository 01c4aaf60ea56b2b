// The rows of a table, fetched in pages as they come into view; far pages are forgotten.

import { post } from "./api.js";

const PAGE = 100;
const KEPT = 12;

/** The rows of a table; `changed` is called when there is something new to draw. */
export function rowsOf(table, changed) {
  const pages = new Map();
  const wanted = new Set();
  let sought = { filters: [] };
  let turn = 0;
  let state = { found: 0, sought: 0, read: 0, state: "reading", message: "", done: 0, total: 0 };
  let timer = 0;
  let closed = false;

  const fetchPage = async (page, again = false) => {
    if (closed || wanted.has(page)) return;
    wanted.add(page);
    const mine = turn;
    try {
      const answer = await post(`tables/${table}/rows`, { start: page * PAGE, count: PAGE, ...sought });
      if (mine !== turn || closed) return;
      const { rows, numbers, ...rest } = answer;
      const whole = settled();
      state = rest;
      // Rows are in order once all of them are there: those shown before were not.
      if (sought.sort && !whole && settled()) pages.clear();
      if (rows.length) pages.set(page, { rows, numbers });
      forget(page);
      changed();
      if (!settled()) poll();
    } catch (error) {
      if (mine !== turn || closed) return;
      state = { ...state, state: "failed", message: error.message };
      changed();
    } finally {
      if (mine === turn) wanted.delete(page);
      if (!again && mine === turn && page !== last && needs(last)) fetchPage(last, true);
    }
  };

  let last = 0;
  const settled = () => state.state !== "reading" && state.sought >= state.read;
  const needs = (page) => {
    const there = pages.get(page)?.rows.length ?? 0;
    return there < Math.min(PAGE, Math.max(0, state.found - page * PAGE));
  };
  const poll = () => {
    clearTimeout(timer);
    // Hidden screens go on reading, but need not look.
    timer = setTimeout(() => fetchPage(last, true), document.hidden ? 2000 : 200);
  };
  const forget = (near) => {
    if (pages.size <= KEPT) return;
    const far = [...pages.keys()].sort((one, other) => Math.abs(other - near) - Math.abs(one - near));
    for (const page of far.slice(0, pages.size - KEPT)) pages.delete(page);
  };

  return {
    state: () => state,
    settled,
    row: (at) => pages.get(Math.floor(at / PAGE))?.rows[at % PAGE],
    number: (at) => pages.get(Math.floor(at / PAGE))?.numbers[at % PAGE],
    /** What is in view now. */
    view: (first, end) => {
      last = Math.floor(first / PAGE);
      for (let page = last; page <= Math.floor(Math.max(first, end - 1) / PAGE); page += 1) if (needs(page)) fetchPage(page);
    },
    /** The page of a row, if it is not there yet. */
    fetch: (at) => {
      const page = Math.floor(Math.max(0, at) / PAGE);
      if (needs(page)) fetchPage(page, true);
    },
    /** Shows what holds filters `[column, text]` and the words of a search, sorted by `[column, backwards]`. */
    seek: (next) => {
      sought = next;
      turn += 1;
      pages.clear();
      wanted.clear();
      last = 0;
      state = { ...state, found: 0, sought: 0 };
      fetchPage(0);
    },
    /** All rows that are shown now, at most so many. */
    all: async (most) => {
      const rows = [];
      while (rows.length < Math.min(most, state.found)) {
        const answer = await post(`tables/${table}/rows`, { start: rows.length, count: PAGE, ...sought });
        if (!answer.rows.length) break;
        rows.push(...answer.rows);
      }
      return rows;
    },
    start: () => fetchPage(0),
    cancel: () => post(`tables/${table}/cancel`),
    close: () => {
      closed = true;
      clearTimeout(timer);
      post(`tables/${table}/close`).catch(() => {});
    },
  };
}
