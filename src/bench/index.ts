/** The public module `hchan/bench`. */
export { type Estimate, estimate, median, percentile, ratios } from './statistics.js';
