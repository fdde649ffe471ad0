/** The parent's side of a contestant's process. */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Contestant } from './contestant.js';
import type { Sample } from './crew.js';
import type { Answer, Assignment, Command } from './process.js';
import type { Scenario } from './scenario.js';

/** Whatever can be asked for samples of one scenario: a contestant's process, or a rival from elsewhere. */
export interface Entrant {
  readonly name: string;
  sample(messages: number): Promise<Sample>;
  stop(): void;
}

/** Starts the process of `contestant`. A sample that takes longer than `limitMs` has hung and fails. */
export function enter(contestant: Contestant, scenario: Scenario, limitMs: number): Entrant {
  const assignment: Assignment = { contestant, scenario };
  const child = fork(fileURLToPath(new URL('process.js', import.meta.url)), [JSON.stringify(assignment)], {
    execArgv: [],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let complaint = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-2000);
  });
  return {
    name: contestant,
    sample: (messages) => ask(child, { sample: messages }, limitMs, () => complaint),
    stop: () => {
      child.kill('SIGKILL');
    },
  };
}

function ask(child: ChildProcess, command: Command, limitMs: number, complaint: () => string): Promise<Sample> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void) => {
      clearTimeout(timer);
      child.off('message', hear).off('exit', gone);
      act();
    };
    const hear = (answer: Answer) =>
      settle(() => ('sample' in answer ? resolve(answer.sample) : reject(new Error(answer.error))));
    const gone = (code: number | null, signal: string | null) => {
      const last = complaint().trim().split('\n').at(-1);
      settle(() => reject(new Error(`its process ended (${signal ?? `exit code ${code}`})${last ? `: ${last}` : ''}`)));
    };
    const timer = setTimeout(() => settle(() => reject(new Error(`no sample within ${limitMs / 1000} s`))), limitMs);
    child.on('message', hear).on('exit', gone);
    child.send(command);
  });
}
