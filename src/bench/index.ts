/**
 * The public module `hchan/bench`: measures channels against Node's own means of talking between threads.
 *
 * What `npx hchan bench` does, for programs: `run` measures, `toTable` and its kin show, `compare` tells changes from noise.
 */

export { type Entrant, enter } from './child.js';
export { CONTESTANTS, type Contestant } from './contestant.js';
export type { Carrier, Guest, Sample } from './crew.js';
export { type Change, compare, toDiff } from './diff.js';
export { toGo } from './format/go.js';
export { toHtml } from './format/html.js';
export { toMarkdown } from './format/markdown.js';
export { toTable } from './format/table.js';
export { describeMachine, type Machine } from './machine.js';
export { type Absence, checkReport, type Entry, type Report, type Result } from './report.js';
export type { Latency } from './roles.js';
export { type Rival, type RunOptions, run } from './run.js';
export {
  CAPACITIES,
  CASES,
  type Choice,
  MODES,
  type Mode,
  PATTERNS,
  PAYLOADS,
  type Pattern,
  type Payload,
  quickScenarios,
  type Scenario,
  scenarios,
} from './scenario.js';
export { type Estimate, estimate, median, percentile, ratios } from './statistics.js';
