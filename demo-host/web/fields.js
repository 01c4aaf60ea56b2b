// The kinds of fields, each made once and brought up to date when the form is drawn anew. What a field means is the
// plugin's; a kind that is not known here is shown as text.
//
// What the user is at is his: a drawing may come at any moment, since the answer to one field arrives while another is
// filled in. It never takes the focus, nor changes a field that is typed in, or whose input the plugin has not answered.

import { button, h, newId, set } from "./dom.js";
import { typeset } from "./format.js";
import { list } from "./list.js";

/** A field of a form: its element, and what brings it up to date. `form` is told what the user does. */
export function make(field, form) {
  return (KINDS[field.kind] ?? text)(field, form);
}

const KINDS = { checkbox, text, secret, choice, link, note, list };

/** The frame of a field: label, control, and the texts under it, tied to the control. */
function frame(field, control, { before = false, extra = [] } = {}) {
  const id = newId("field");
  control.id = id;
  control.dataset.field = field.id;
  const label = h("label", { for: id });
  const texts = ["help", "error", "warning"].map((kind) => ({
    kind, node: h("p", { class: `under ${kind}`, id: `${id}-${kind}`, hidden: true }),
  }));
  const node = h("div", { class: `field kind-${field.kind}` },
    before ? h("div", { class: "control" }, control, label) : [label, h("div", { class: "control" }, control, extra)],
    texts.map((one) => one.node));
  // A control that is switched off loses the focus: it is, once the user has left it.
  let off = false;
  control.addEventListener("blur", () => { control.disabled = off; });
  const update = (now) => {
    label.textContent = now.label;
    node.dataset.indent = Math.min(now.indent ?? 0, 4);
    node.classList.toggle("has-error", Boolean(now.error));
    node.classList.toggle("off", now.enabled === false);
    for (const one of texts) {
      one.node.textContent = typeset(now[one.kind] ?? "");
      one.node.hidden = !now[one.kind];
    }
    const shown = texts.filter((one) => !one.node.hidden).map((one) => one.node.id).join(" ");
    set(control, { "aria-describedby": shown || null, "aria-invalid": now.error ? "true" : null });
    off = now.enabled === false || !(now.kind in KINDS);
    control.disabled = off && document.activeElement !== control;
    set(control, { "aria-disabled": off && !control.disabled ? "true" : null });
  };
  return { node, update, label, focus: () => control.focus() };
}

function checkbox(field, form) {
  const box = h("input", { type: "checkbox", onchange: () => form.changed(field.id, box.checked) });
  const made = frame(field, box, { before: true });
  const update = (now) => {
    made.update(now);
    if (!form.waits(field.id)) box.checked = now.value === true;
  };
  return { ...made, update };
}

/** A field that is typed in: tells the form when the user has ended. */
function typed(field, form, input) {
  // What the plugin knows of the field, as it was told or as it described it last.
  let known = "";
  let described = null;
  const commit = () => {
    if (input.value === known) return;
    known = input.value;
    form.changed(field.id, input.value);
  };
  const show = () => {
    if (described === null || form.waits(field.id) || input.value !== known || document.activeElement === input) return;
    known = described;
    if (input.value !== described) input.value = described;
    described = null;
  };
  input.addEventListener("change", commit);
  input.addEventListener("blur", () => { commit(); show(); });
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    commit();
    form.main();
  });
  return {
    commit,
    unsaved: () => input.value !== known,
    /** What the plugin describes; shown once nothing of the user's stands in its way. */
    show: (value) => {
      described = value;
      show();
    },
  };
}

function text(field, form) {
  const input = h("input", { type: "text", autocomplete: "off", spellcheck: "false" });
  const values = h("datalist", { id: newId("values") });
  const value = typed(field, form, input);
  const made = frame(field, input, { extra: values });
  let offered = "[]";
  const update = (now) => {
    made.update(now);
    const suggestions = now.suggestions ?? [];
    const wanted = JSON.stringify(suggestions);
    if (wanted !== offered) values.replaceChildren(...suggestions.map((one) => h("option", { value: one })));
    offered = wanted;
    set(input, { maxlength: now.max_length, list: suggestions.length ? values.id : null });
    value.show(now.value == null ? "" : String(now.value));
  };
  return { ...made, update, commit: value.commit, unsaved: value.unsaved };
}

function secret(field, form) {
  const input = h("input", { type: "password", autocomplete: "off", spellcheck: "false" });
  const value = typed(field, form, input);
  const made = frame(field, input);
  let was = null;
  const update = (now) => {
    made.update(now);
    input.placeholder = now.stored ? "•••••••••••••••• (enregistré)" : "";
    // The plugin never describes a secret: what was told stays until it says that it has another one.
    if (was !== null && was !== now.stored) value.show("");
    was = now.stored;
  };
  return { ...made, update, commit: value.commit, unsaved: value.unsaved };
}

function choice(field, form) {
  const box = h("select", { onchange: () => form.changed(field.id, box.value === "" ? null : box.value) });
  const made = frame(field, box);
  let drawn = "";
  const update = (now) => {
    made.update(now);
    const options = now.options ?? [];
    const wanted = JSON.stringify(options);
    if (wanted !== drawn) {
      drawn = wanted;
      const none = options.some((option) => option.value === "") ? [] : [h("option", { value: "" }, "—")];
      const picked = box.value;
      box.replaceChildren(...none, ...options.map((option) => h("option", { value: option.value }, option.label)));
      box.value = picked;
    }
    if (!form.waits(field.id)) box.value = now.value ?? "";
  };
  return { ...made, update };
}

function link(field) {
  const anchor = h("a", { target: "_blank", rel: "noopener noreferrer" });
  const copy = button("Copier", async () => {
    await navigator.clipboard.writeText(anchor.href);
    copy.textContent = "Copié";
    setTimeout(() => { copy.textContent = "Copier"; }, 1500);
  }, { class: "small" });
  const made = frame(field, anchor, { extra: copy });
  const update = (now) => {
    made.update(now);
    const safe = /^https?:\/\//i.test(now.value ?? "");
    set(anchor, { href: safe ? now.value : null });
    anchor.textContent = now.value ?? "";
    copy.hidden = !safe;
    copy.setAttribute("aria-label", `Copier l'adresse : ${now.label}`);
  };
  return { ...made, update };
}

function note(field) {
  const node = h("div", { class: "field kind-note" });
  const label = h("span", { class: "note-label" });
  const value = h("p", { class: "note-text" });
  const under = h("div", {});
  node.append(label, value, under);
  const update = (now) => {
    label.textContent = now.label ?? "";
    label.hidden = !now.label;
    value.textContent = typeset(now.value ?? "");
    node.dataset.indent = Math.min(now.indent ?? 0, 4);
    under.replaceChildren(...["help", "error", "warning"].filter((kind) => now[kind])
      .map((kind) => h("p", { class: `under ${kind}` }, typeset(now[kind]))));
  };
  return { node, update, focus: () => {} };
}
