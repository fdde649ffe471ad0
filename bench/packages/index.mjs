/**
 * Packages from npm that do what hchan does, as contestants of `hchan bench` in a checkout, where they are development
 * dependencies. Each has a module here that brings its channel under the harness's two ends; what it cannot do is said
 * here, so that the package itself is loaded in its own process only.
 */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { enter } from 'hchan/bench';

const ONE_TO_ONE = ['spsc', 'ping-pong', 'pipeline', 'burst'];
const JSON_VALUES = ['number', 'string64', 'object'];
const FIXED_SIZE = ['number', 'bytes1k', 'bytes64k'];

const noBatches = ({ mode }) => mode === 'batched' && 'has no batches';
const oneThread = ({ mode }) => mode === 'blocking' && 'one thread cannot wait for itself';
const noSelect = ({ pattern }) => pattern === 'select-n' && 'has no select';
const bounded = ({ capacity }) => capacity === Number.POSITIVE_INFINITY && 'is always bounded';
const noRendezvous = ({ capacity }) => capacity === 0 && 'has no capacity 0';
const only = (payloads, why) => (scenario) => !payloads.includes(scenario.payload) && why;
const twoThreads = ({ pattern }) => !ONE_TO_ONE.includes(pattern) && 'has one sender and one receiver';

const IN_THREAD_NOTE =
  'local and the packages @ayonli/jsext, async-channel, ts-chan, @nodeguy/channel, js-csp and effect stay in one thread and pass values by reference: compare them with each other.';
const POLLING_NOTE =
  'ringbuf.js is a bare ring of fixed-size values: one sender, one receiver, no waiting, no closing. Its ends poll; in batches they hold their threads while they do.';

const inThread = (module, name, ...limits) => ({
  name,
  module,
  inThread: true,
  limits: [oneThread, noBatches, ...limits],
  note: IN_THREAD_NOTE,
});

const PACKAGES = [
  {
    name: 'multithreading',
    module: 'multithreading',
    limits: [noBatches, noSelect, bounded, noRendezvous, only(JSON_VALUES, 'carries JSON values only')],
  },
  {
    name: 'ringbuf.js',
    module: 'ringbuf',
    limits: [twoThreads, bounded, noRendezvous, only(FIXED_SIZE, 'carries values of one size only')],
    note: POLLING_NOTE,
  },
  inThread('jsext', '@ayonli/jsext', noSelect),
  inThread('async-channel', 'async-channel', noSelect),
  inThread('ts-chan', 'ts-chan', bounded),
  inThread('nodeguy', '@nodeguy/channel'),
  inThread('js-csp', 'js-csp', bounded),
  inThread('effect', 'effect', noSelect, noRendezvous),
];

const installed = (name) => existsSync(fileURLToPath(new URL(`../../node_modules/${name}/package.json`, import.meta.url)));

/** Those that are installed here, as rivals of a run. */
export const packages = PACKAGES.filter(({ name }) => installed(name)).map(({ name, module, inThread = false, limits, note }) => {
  const guest = { module: new URL(`${module}.mjs`, import.meta.url).href, inThread };
  return {
    name,
    guest,
    ...(note === undefined ? {} : { note }),
    unable(scenario) {
      if (scenario.mode === 'batched' && (scenario.pattern === 'ping-pong' || scenario.pattern === 'select-n')) {
        return 'one message at a time, by its nature';
      }
      return limits.map((limit) => limit(scenario)).find(Boolean) || undefined;
    },
    enter: (scenario, limitMs) => enter(name, guest, scenario, limitMs),
  };
});
