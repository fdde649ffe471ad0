/** The parent's side of a contestant's process. */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Carrier, Sample } from './crew.js';
import type { Answer, Assignment, Command } from './process.js';
import type { Scenario } from './scenario.js';

/** How much of what a process wrote to stderr is kept. */
const MOST_COMPLAINT = 4000;

/** Whatever can be asked for samples of one scenario: a contestant's process, or a rival from elsewhere. */
export interface Entrant {
  readonly name: string;
  sample(messages: number): Promise<Sample>;
  stop(): void;
}

/** Starts the process of `name`, over `carrier`. A sample that takes longer than `limitMs` has hung and fails. */
export function enter(name: string, carrier: Carrier, scenario: Scenario, limitMs: number): Entrant {
  const assignment: Assignment = { carrier, scenario };
  const child = fork(fileURLToPath(new URL('process.js', import.meta.url)), [JSON.stringify(assignment)], {
    execArgv: [],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let complaint = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-MOST_COMPLAINT);
  });
  const gone = new Promise<never>((_, reject) => {
    child.on('error', reject).on('close', (code, signal) => {
      reject(new Error(`its process ended (${signal ?? `exit code ${code}`})${cause(complaint)}`));
    });
  });
  gone.catch(() => {});
  return {
    name,
    sample: (messages) => ask(child, { sample: messages }, limitMs, gone),
    stop: () => {
      child.kill('SIGKILL');
    },
  };
}

/** The line that says what went wrong: where Node prints an error, that is not the last. */
function cause(complaint: string): string {
  const lines = complaint.trim().split('\n');
  const line = lines.find((text) => /^\w*Error\b|fatal|panicked/i.test(text)) ?? lines.at(-1);
  return line ? `: ${line}` : '';
}

async function ask(child: ChildProcess, command: Command, limitMs: number, gone: Promise<never>): Promise<Sample> {
  let forget = () => {};
  const answered = new Promise<Sample>((resolve, reject) => {
    const hear = (answer: Answer) => ('sample' in answer ? resolve(answer.sample) : reject(new Error(answer.error)));
    const timer = setTimeout(() => reject(new Error(`no sample within ${limitMs / 1000} s`)), limitMs);
    forget = () => {
      clearTimeout(timer);
      child.off('message', hear);
    };
    child.on('message', hear);
    // A process that cannot be told anything has ended, and `gone` says how.
    child.send(command, () => {});
  });
  try {
    return await Promise.race([gone, answered]);
  } finally {
    forget();
  }
}
