// Long calls: progress, a cancel button, and how they ended.

import { get, post } from "./api.js";
import { open, tell } from "./dialog.js";
import { button, h } from "./dom.js";
import { number } from "./format.js";

/** Before this, a call that is quick shows nothing. */
const QUICK = 350;
const pause = (time) => new Promise((resolve) => { setTimeout(resolve, time); });

/** Waits for a task's end, with its progress in a dialog once it takes a while; gives the task. */
export async function wait(task) {
  const started = Date.now();
  while (task.state === "running" && Date.now() - started < QUICK) {
    await pause(50);
    task = await get(`tasks/${task.number}`);
  }
  if (task.state !== "running") return task;
  return open(task.label, (close) => {
    const view = progress();
    const stop = button("Interrompre", async () => {
      stop.disabled = true;
      await post(`tasks/${task.number}/cancel`);
    }, { autofocus: true });
    const poll = async () => {
      while (task.state === "running") {
        view.show(task);
        await pause(200);
        task = await get(`tasks/${task.number}`);
      }
      close(task);
    };
    poll().catch((error) => close({ ...task, state: "failed", text: error.message }));
    return [view.node, h("div", { class: "buttons" }, stop)];
  }, { className: "waiting" }).then((answer) => answer ?? interrupt(task));
}

/** Escape is a wish to stop too. */
async function interrupt(task) {
  await post(`tasks/${task.number}/cancel`);
  while (task.state === "running") {
    await pause(100);
    task = await get(`tasks/${task.number}`);
  }
  return task;
}

/** A progress bar with its text. */
export function progress() {
  const bar = h("progress", { "aria-label": "Avancement" });
  const text = h("p", { class: "progress-text" });
  const node = h("div", { class: "progress" }, bar, text);
  const show = ({ done, total, step, cancelling }) => {
    if (total > 0) {
      bar.max = total;
      bar.value = Math.min(done, total);
    } else bar.removeAttribute("value");
    const count = total > 0 ? `${number(done)} sur ${number(total)}` : done > 0 ? number(done) : "";
    text.textContent = [cancelling ? "Interruption demandée…" : step, count].filter(Boolean).join(" – ") || "En cours…";
  };
  return { node, show };
}

/** Says how a task ended. */
export function told(task, title = task.label) {
  const kind = { failed: "error", problem: "error", mend: "warning", cancelled: "warning", already: "info", elsewhere: "info" };
  return tell(title, task.text || "C'est fait.", kind[task.state] ?? "success");
}
