/**
 * One command as one step: silent while it goes well, a ticking line on a terminal, the tail of its output if it fails.
 */
import { spawn } from 'node:child_process';
import { root } from './inputs.mjs';

const TAIL_LINES = 30;

/** A step that failed; `message` is one line followed by the tail of what the command said. */
export class StepError extends Error {
  constructor(message, exitCode) {
    super(message);
    this.exitCode = exitCode;
  }
}

function ticker(title) {
  if (!process.stderr.isTTY) return () => {};
  const start = Date.now();
  const draw = () => process.stderr.write(`\r\x1b[K${title} … ${Math.round((Date.now() - start) / 1000)} s`);
  draw();
  const timer = setInterval(draw, 1000);
  return () => {
    clearInterval(timer);
    process.stderr.write('\r\x1b[K');
  };
}

const tail = (text) => text.trimEnd().split('\n').slice(-TAIL_LINES).join('\n');

function execute(command, args) {
  return new Promise((resolve) => {
    let output = '';
    const shell = process.platform === 'win32' && command.endsWith('.cmd');
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], shell });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        output += text;
      });
    }
    child.on('error', (error) => resolve({ code: 127, signal: null, output: error.message }));
    child.on('close', (code, signal) => resolve({ code, signal, output }));
  });
}

/** Runs a command in the package's folder and throws StepError if it fails. */
export async function run(title, command, args) {
  const stop = ticker(title);
  const { code, signal, output } = await execute(command, args);
  stop();
  if (code === 0) return;
  const how = signal === null ? `exit code ${code}` : `signal ${signal}`;
  throw new StepError(`${title} failed (${how})\n${tail(output)}`, signal === 'SIGINT' ? 130 : 1);
}

/** Whether `command --version` can be run. */
export async function available(command) {
  return (await execute(command, ['--version'])).code === 0;
}
