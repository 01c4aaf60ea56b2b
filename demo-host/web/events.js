// What changes by itself: the clock, the scheduler, the receiver.

import { address } from "./api.js";

const listeners = new Set();
let state = null;

/** The last state told. */
export function current() {
  return state;
}

/** Calls `listener` with each state, the present one first; gives what ends it. */
export function watch(listener) {
  listeners.add(listener);
  if (state) listener(state);
  return () => listeners.delete(listener);
}

/** Takes a state that came with an answer. */
export function tell(next) {
  state = next;
  for (const listener of listeners) listener(state);
}

/** Listens from now on; `lost` is told whether the application is out of reach. */
export function listen(lost) {
  const source = new EventSource(address("events"));
  source.onmessage = (event) => {
    lost(false);
    tell(JSON.parse(event.data));
  };
  source.onerror = () => lost(true);
}
