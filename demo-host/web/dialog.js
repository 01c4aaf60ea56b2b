// Questions, messages and small dialogs: native modal dialogs, which keep the focus and give it back.

import { button, h, newId } from "./dom.js";
import { typeset } from "./format.js";

/** Opens a modal dialog; `content` gets a function that closes it with an answer. Escape closes it with `null`. */
export function open(title, content, { className = "" } = {}) {
  return new Promise((resolve) => {
    const before = document.activeElement;
    const id = newId("dialog");
    let answer = null;
    const node = h("dialog", { class: `dialog ${className}`, "aria-labelledby": id });
    const close = (value) => {
      answer = value;
      node.close();
    };
    node.append(h("h2", { id }, title), ...[content(close, node)].flat().filter(Boolean));
    node.addEventListener("close", () => {
      node.remove();
      if (before && before.isConnected) before.focus();
      resolve(answer);
    });
    document.body.append(node);
    node.showModal();
  });
}

/** Asks yes or no. */
export async function confirm(text, yes = "Oui", no = "Non") {
  const answer = await open("Confirmation", (close) => [
    h("p", { class: "dialog-text" }, typeset(text)),
    h("div", { class: "buttons" },
      button(yes, () => close(true), { class: "main", autofocus: true }),
      button(no, () => close(false))),
  ]);
  return answer === true;
}

/** Says something that the user must have read. */
export function tell(title, text, kind = "info") {
  return open(title, (close) => [
    h("div", { class: `notice ${kind}`, role: kind === "error" ? "alert" : "status" }, typeset(text)),
    h("div", { class: "buttons" }, button("Fermer", () => close(true), { class: "main", autofocus: true })),
  ]);
}

/** Says what went wrong. */
export function failed(error) {
  return tell("Cela n'a pas abouti", error.message, "error");
}
