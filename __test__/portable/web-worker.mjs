/** The worker's end of web.mjs. */
import { answer } from './checks.mjs';

globalThis.onmessage = async ({ data }) => {
  globalThis.onmessage = null;
  globalThis.postMessage(await answer(data));
};
