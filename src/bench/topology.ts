/** Load patterns as threads and links: which roles run, and which links they send to and receive from. */
import { availableParallelism } from 'node:os';
import { FEW_CASES, type Pattern, type Scenario } from './scenario.js';

/** What one thread does. */
export interface Role {
  readonly does: 'produce' | 'consume' | 'relay' | 'ping' | 'pong' | 'select' | 'burst' | 'acknowledge' | 'dally';
  /** Links received from. */
  readonly from: readonly number[];
  /** Links sent to. */
  readonly to: readonly number[];
}

/** Threads, and the capacity of each link between them. */
export interface Topology {
  readonly roles: readonly Role[];
  readonly links: readonly LinkPlan[];
}

interface LinkPlan {
  readonly capacity: number;
  /** Carries signals of the pattern itself (numbers, unbatched), not the payload. */
  readonly control: boolean;
}

const produce: Role = { does: 'produce', from: [], to: [0] };
const consume: Role = { does: 'consume', from: [0], to: [] };
const times = (count: number, role: Role): Role[] => Array.from({ length: count }, () => role);

/** Enough threads to contend, few enough to run at once on most machines. */
const fan = (): number => Math.max(2, Math.min(4, availableParallelism()));

function rolesOf(pattern: Pattern, cases: number): Role[] {
  switch (pattern) {
    case 'spsc':
      return [produce, consume];
    case 'mpsc':
      return [...times(fan(), produce), consume];
    case 'spmc':
      return [produce, ...times(fan(), consume)];
    case 'mpmc':
      return [...times(fan(), produce), ...times(fan(), consume)];
    case 'oversubscribed':
      return [...times(2 * availableParallelism(), produce), ...times(2 * availableParallelism(), consume)];
    case 'ping-pong':
      return [
        { does: 'ping', from: [1], to: [0] },
        { does: 'pong', from: [0], to: [1] },
      ];
    case 'select-n': {
      const all = Array.from({ length: cases }, (_, link) => link);
      return [
        { does: 'produce', from: [], to: all },
        { does: 'select', from: all, to: [] },
      ];
    }
    case 'pipeline':
      return [produce, { does: 'relay', from: [0], to: [1] }, { does: 'consume', from: [1], to: [] }];
    case 'burst':
      return [
        { does: 'burst', from: [1], to: [0] },
        { does: 'acknowledge', from: [0], to: [1] },
      ];
    case 'busy-receiver':
      return [produce, consume, { does: 'dally', from: [0], to: [] }];
  }
}

/** The threads and links of a scenario. */
export function topology({ pattern, capacity, cases = FEW_CASES }: Scenario): Topology {
  const roles = rolesOf(pattern, cases);
  const count = 1 + Math.max(...roles.flatMap(({ from, to }) => [...from, ...to]));
  const links = Array.from({ length: count }, (_, link) => {
    const control = pattern === 'burst' && link === 1;
    return { capacity: control ? 1 : capacity, control };
  });
  return { roles, links };
}
