#!/usr/bin/env node
/**
 * Request and reply: each request carries the channel that its answer is to come by, and may give up waiting.
 */
import { fileURLToPath } from 'node:url';
import { isMainThread, Worker, workerData } from 'node:worker_threads';
import { after, attach, chan, DetachedError, DisconnectedError, select } from 'hchan';

/** Answers each request on its own channel. A client that has given up has disposed it; its answer goes nowhere. */
async function serve(requests) {
  await requests.consume(({ question, reply }) => {
    const answer = question.split('').reverse().join('');
    try {
      const answers = attach(reply);
      answers.trySend(answer);
      answers[Symbol.dispose]();
    } catch (error) {
      if (!(error instanceof DisconnectedError || error instanceof DetachedError)) throw error;
    }
  });
}

/** One answer, or undefined after `patience` ms. */
async function ask(requests, question, patience, options) {
  const answers = chan(1, options);
  try {
    const sender = answers.sender();
    await requests.send({ question, reply: sender.share() });
    sender[Symbol.dispose]();
    const got = await select({ answer: answers, late: after(patience) });
    return got.key === 'answer' ? got.value : undefined;
  } finally {
    answers[Symbol.dispose]();
  }
}

/** The answers of a server in another thread to `questions`, asked all at once. */
export async function askAll(questions, { patience = 5_000, ...options } = {}) {
  const requests = chan(0, options);
  const server = new Worker(new URL(import.meta.url), { workerData: { requests: requests.receiver().share() } });
  const ended = new Promise((resolve, reject) => server.on('exit', resolve).on('error', reject));
  const answers = await Promise.all(questions.map((question) => ask(requests, question, patience, options)));
  requests.close();
  await ended;
  return answers;
}

if (!isMainThread && workerData?.requests !== undefined) {
  await serve(attach(workerData.requests));
} else if (process.argv[1] === fileURLToPath(import.meta.url)) {
  console.log(await askAll(['stressed', 'drawer', 'level']));
}
