// Opening a screen: forms and tables, whatever the plugin shows.

import { post } from "./api.js";
import { failed } from "./dialog.js";
import { h } from "./dom.js";
import { form } from "./form.js";
import { context, label as place } from "./places.js";
import { tables } from "./tables.js";
import * as tabs from "./tabs.js";

/** Opens a contribution where the user works. */
export function openEntry(entry) {
  // The ERP's own screens show everything.
  return entry.id.startsWith("erp.") ? open(entry.id, {}, entry.label) : open(entry.id, context(), entry.label, place());
}

/** Opens a contribution in a context; one that is open there is shown, read anew if it is made of tables. */
export async function open(id, where, label, subtitle = "") {
  const key = `${id} ${JSON.stringify(where)}`;
  const known = tabs.find(key);
  if (known) {
    tabs.activate(known);
    return known.refresh?.();
  }
  let opened;
  try {
    opened = await post("open", { id, context: where });
  } catch (error) {
    return failed(error);
  }
  if (opened.forms.length + opened.tables.length === 0) return failed(new Error("Il n'y a rien à afficher ici."));
  const node = h("div", { class: "screen" });
  const screen = { key, title: titleOf(opened, label, subtitle), node };
  let shown = [];
  const fill = (content) => {
    const parts = content.forms.map((one) => form(one, {
      closed: () => tabs.close(screen),
      titled: (title) => screen.tab && tabs.rename(screen, named(title, subtitle)),
    }));
    if (content.tables.length) {
      parts.push(tables(content.tables, {
        // A button says what to do, not what it leads to: the screen is called by its own title.
        opens: (next, more) => open(next, more, ""),
        refresh: () => screen.refresh(),
      }));
      node.classList.add("full");
    }
    shown = parts;
    const where2 = subtitle ? h("p", { class: "subtitle" }, subtitle) : null;
    node.replaceChildren(...[h("div", { class: "screen-top" }, where2, tabs.closer(screen)), ...parts.map((one) => one.node)].filter(Boolean));
  };
  screen.onclose = () => shown.forEach((one) => one.close());
  screen.unsaved = () => shown.some((one) => one.unsaved?.());
  if (opened.forms.length === 0) {
    screen.refresh = async () => {
      try {
        const again = await post("open", { id, context: where });
        shown.forEach((one) => one.close());
        fill(again);
      } catch (error) {
        await failed(error);
      }
    };
  }
  fill(opened);
  tabs.add(screen);
  (shown[0].focus ?? (() => {}))();
  return undefined;
}

function titleOf(opened, label, subtitle) {
  const title = opened.forms[0]?.description.title ?? (opened.tables.length === 1 || !label ? opened.tables[0].description.title : label);
  return named(title, subtitle);
}

/** A tab says the secteur, or else the société; the screen says both. */
function named(title, subtitle) {
  const last = subtitle.split(" · ").at(-1);
  return last ? `${title} · ${last}` : title;
}
