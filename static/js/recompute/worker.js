// Recomputes away from the page, so that it stays usable; tells how far it is.

import { recompute } from "./recompute.js";

const TENTH = 100;

globalThis.addEventListener("message", ({ data }) => {
  let last = 0;
  const tell = (stage, done, total) => {
    if (done > 0 && performance.now() - last < TENTH) return;
    last = performance.now();
    globalThis.postMessage({ stage, done, total });
  };
  try {
    globalThis.postMessage({ outcome: recompute(new Uint8Array(data.buffer), tell, data.record) });
  } catch (error) {
    globalThis.postMessage({ failure: String(error) });
  }
});
