// A form of the plugin: draws what it describes, tells what the user does, and draws again what comes back.

import { post } from "./api.js";
import { confirm, failed } from "./dialog.js";
import { announce, arrange, button, h, set } from "./dom.js";
import { make } from "./fields.js";
import { typeset } from "./format.js";
import { told, wait } from "./task.js";

/** A form; `closed` is called when the plugin closes it, `titled` with its title at each drawing. */
export function form(shown, { closed, titled }) {
  const heading = h("h1", { tabindex: "-1" });
  const message = h("div", { class: "notice", hidden: true });
  const groups = h("div", { class: "groups" });
  const buttons = h("div", { class: "buttons form-buttons" });
  const node = h("div", { class: "form" }, heading, message, groups, buttons);
  const fields = new Map();
  const frames = new Map();
  const presses = new Map();
  let description = null;
  let queue = Promise.resolve();
  let said = "";
  // How many changes of a field are on their way; and the last one that never arrived, to be told again.
  const underway = new Map();
  const untold = new Map();

  const send = async (event) => {
    const changes = event.kind === "changed";
    try {
      const answer = await post(`forms/${shown.number}`, event);
      if (changes) untold.delete(event.field);
      return answer;
    } catch (error) {
      if (changes && error.unanswered) untold.set(event.field, event);
      throw error;
    } finally {
      if (changes) underway.set(event.field, underway.get(event.field) - 1);
    }
  };

  // One event after the other, as the user made them; `from`: what had the focus when he acted.
  const tell = (event, from = null) => {
    if (event.kind === "changed") underway.set(event.field, (underway.get(event.field) ?? 0) + 1);
    queue = queue.then(async () => {
      if (!description) return;
      node.setAttribute("aria-busy", "true");
      try {
        const answer = await send(event);
        const done = event.kind === "action" && answer.description && !wrong(answer.description);
        if (done) touched = false;
        if (answer.description) draw(answer.description, from);
        else {
          description = null;
          closed();
        }
      } catch (error) {
        await failed(error);
      } finally {
        node.removeAttribute("aria-busy");
      }
    });
    return queue;
  };

  let touched = false;
  const changed = (field, value) => {
    touched = true;
    return tell({ kind: "changed", field, value });
  };
  const waits = (field) => underway.get(field) > 0 || untold.has(field);

  /** A button of the form, or of a row. */
  const press = async (one, row = null) => {
    const from = document.activeElement;
    for (const event of untold.values()) tell(event);
    for (const field of fields.values()) field.commit?.();
    await queue;
    // Acting without what the user typed would do something else than he wants.
    if (untold.size) return;
    if (one.confirm && !(await confirm(one.confirm, one.label, "Annuler"))) return;
    if (one.job) {
      try {
        const parameters = row === null ? {} : { ligne: row };
        const task = await wait(await post("tasks", { job: one.job, label: one.label, parameters }));
        await told(task);
      } catch (error) {
        await failed(error);
      }
    }
    await tell({ kind: "action", field: one.id, row }, from);
  };

  const wrong = (next) => next.message?.kind === "error" || next.groups.some((group) => group.fields.some((field) => field.error));

  const main = () => {
    const first = description?.buttons?.[0];
    if (first && first.enabled !== false) press(first);
  };

  const api = { changed, waits, press, main, title: () => description.title };

  const drawGroup = (group, index, all) => {
    // A group that comes or goes before it makes it no other one.
    const twins = all.slice(0, index).filter((other) => other.label === group.label).length;
    const key = `${twins}:${group.label}`;
    let frame = frames.get(key);
    if (!frame) {
      const body = h("div", { class: "group-body" });
      const outer = group.label
        ? h("details", { class: "group" }, h("summary", {}, group.label), body)
        : h("div", { class: "group plain" }, body);
      if (group.label) outer.open = group.folded !== true;
      frame = { outer, body };
      frames.set(key, frame);
    }
    // A fault must be seen, whatever is folded.
    if (group.fields.some((field) => field.error)) frame.outer.open = true;
    arrange(frame.body, group.fields.map((field) => {
      const id = `${field.kind}:${field.id}`;
      if (!fields.has(id)) fields.set(id, make(field, api));
      const made = fields.get(id);
      made.update(field);
      return made.node;
    }));
    return frame.outer;
  };

  const drawButton = (one, index) => {
    if (!presses.has(one.id)) presses.set(one.id, { node: button("", () => press(presses.get(one.id).now)) });
    const made = presses.get(one.id);
    made.now = one;
    made.node.textContent = one.label;
    made.node.disabled = one.enabled === false;
    set(made.node, { class: index === 0 ? "main" : null, "data-button": one.id });
    return made.node;
  };

  /** Draws what the plugin describes; `from`: what had the focus when the user acted, if he did. */
  const draw = (next, from = null) => {
    description = next;
    const inside = node.contains(document.activeElement);
    heading.textContent = next.title;
    titled(next.title);
    drawMessage(next.message);
    const all = next.groups.flatMap((group) => group.fields);
    // What is no longer described is forgotten: another line, the same field ids.
    const kept = new Set(all.map((field) => `${field.kind}:${field.id}`));
    for (const id of [...fields.keys()]) if (!kept.has(id)) fields.delete(id);
    arrange(groups, next.groups.map(drawGroup));
    arrange(buttons, next.buttons.map(drawButton));
    const focused = document.activeElement;
    const nowhere = focused === document.body;
    const fault = all.find((field) => field.error);
    // Whoever has gone on while the answer came stays where he is.
    const waiting = nowhere || (focused === from && ![...fields.values()].some((field) => field.unsaved?.()));
    if (from && fault && waiting) fields.get(`${fault.kind}:${fault.id}`).focus();
    // When what had the focus is gone, the form's heading says where the user is.
    else if (nowhere && (inside || from) && node.offsetParent) heading.focus();
    const faults = all.filter((field) => field.error || field.warning);
    const texts = faults.map((field) => `${field.label} : ${field.error ?? field.warning}`).join(" ");
    if (texts !== said && texts) announce(texts);
    said = texts;
  };

  const drawMessage = (told) => {
    const text = typeset((typeof told === "string" ? told : told?.text) ?? "");
    const kind = told?.kind ?? "info";
    const changes = text && text !== message.textContent;
    message.className = `notice ${kind}`;
    message.textContent = text;
    message.hidden = !text;
    if (changes) {
      announce(text, kind === "error");
      message.scrollIntoView({ block: "nearest" });
    }
  };

  draw(shown.description);
  return {
    node,
    focus: () => heading.focus(),
    /** Whether the user entered what no button has taken. A screen that is a list is no entry: its fields pick what is shown. */
    unsaved: () => {
      const lists = description?.groups.some((group) => group.fields.some((field) => field.kind === "list"));
      return Boolean(description) && !lists && (touched || [...fields.values()].some((field) => field.unsaved?.()));
    },
    close: () => post(`forms/${shown.number}`, { kind: "closed" }).catch(() => {}),
  };
}
