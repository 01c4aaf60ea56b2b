// Calls to the application on this machine.

let tab = null;

/** Starts this browser tab; gives the menus and what is known of the installation. */
export async function start() {
  const started = await send("/api/start", {});
  tab = started.tab;
  return started;
}

/** The address of a call of this browser tab. */
export function address(path) {
  return `/api/${tab}/${path}`;
}

/** Calls; fails with the French text to show. */
export function post(path, body = {}) {
  return send(address(path), body);
}

/** Asks; fails with the French text to show. */
export function get(path) {
  return send(address(path));
}

/** Says goodbye: what this browser tab holds is closed. */
export function leave() {
  if (tab !== null) navigator.sendBeacon(address("leave"));
}

async function send(url, body) {
  const options = body === undefined ? {} : {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  };
  let response;
  try {
    response = await fetch(url, options);
  } catch {
    const error = new Error("L'application ne répond plus : vérifiez que demo-host serve est toujours lancé.");
    throw Object.assign(error, { unanswered: true });
  }
  if (response.status === 204) return null;
  const answer = await response.json().catch(() => null);
  if (!response.ok) throw new Error(answer?.error || `L'application a répondu par une erreur (${response.status}).`);
  return answer;
}
