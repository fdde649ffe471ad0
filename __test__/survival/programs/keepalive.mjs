/**
 * 66: an idle pending receive keeps the process alive; after `unref()` it does not.
 * node keepalive.mjs <engine> <ref|unref|reref|others|late|disposed|aborted>
 *
 * A worker that does not keep the process alive, or a timer that does not where the channel stays in its thread, sends
 * after a moment: only a process that stays alive sees it.
 */
import { isMainThread, workerData } from 'node:worker_threads';
import { attach } from 'hchan';
import { make, say, start } from './scene.mjs';

const kind = isMainThread ? process.argv[3] : workerData.kind;

if (isMainThread) {
  const channel = make(0);
  const receiver = channel.receiver();
  if (channel.engine === 'local') setTimeout(() => channel.trySend('late'), 400).unref();
  else start(import.meta.url, { kind, channel: channel.share() }).unref();
  const controller = new AbortController();
  if (kind === 'unref') receiver.unref();
  if (kind === 'reref') receiver.unref().ref();
  // Operations of another handle, from before and after it had company, that are not waited for, and one that is given up.
  const own = make(0);
  const others = kind === 'others' ? [own.recv(), own.receiver().unref().recv(), own.recv()] : [];
  if (kind === 'others') own.unref();
  const received = receiver.recv({ signal: controller.signal });
  received.then(
    (got) => say({ received: got.value }),
    () => {},
  );
  if (kind === 'late') receiver.unref();
  if (kind === 'disposed') receiver[Symbol.dispose]();
  if (kind === 'aborted') controller.abort();
  if (kind === 'others') {
    const given = new AbortController();
    others.push(channel.receiver().recv({ signal: given.signal }));
    given.abort();
  }
  for (const each of others) each.catch(() => {});
  say({ waiting: true });
} else {
  const channel = attach(workerData.channel);
  setTimeout(() => channel.trySend('late') || channel.send('late'), 400);
}
