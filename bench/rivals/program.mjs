/** A rival that is a program: it is given numbers of messages, one a line, and answers each with a line of JSON. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** Starts `binary` for `contestant` in `scenario`; it is kept from sample to sample. */
export function enterProgram(name, binary, contestant, { pattern, capacity, payload }, limitMs = 30_000) {
  const room = capacity === Number.POSITIVE_INFINITY ? 'unbounded' : String(capacity);
  // In a group of its own, so that Ctrl-C reaches only the one who asks.
  const child = spawn(binary, [contestant, pattern, room, payload], { stdio: ['pipe', 'pipe', 'pipe'], detached: true });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    complaint += text;
  });
  child.stdin.on('error', () => {});
  let asked = null;
  const fail = (why) => asked?.reject(new Error(why));
  createInterface({ input: child.stdout }).on('line', (line) => asked?.resolve(JSON.parse(line)));
  child.on('error', (error) => fail(error.message));
  child.on('exit', (code, signal) => fail(`it ended (${signal ?? `exit code ${code}`}) ${complaint.trim().split('\n').at(-1)}`));
  return {
    name,
    async sample(messages) {
      let timer;
      try {
        return await new Promise((resolve, reject) => {
          asked = { resolve, reject };
          timer = setTimeout(() => reject(new Error(`no sample within ${limitMs / 1000} s`)), limitMs);
          child.stdin.write(`${messages}\n`);
        });
      } finally {
        clearTimeout(timer);
      }
    },
    stop: () => child.kill('SIGKILL'),
  };
}
