/** The producing worker of the bars: told what to send and how, it sends and closes. */
import { parentPort } from 'node:worker_threads';
import { attach } from 'hchan';
import { payloads } from './payloads.mjs';
import { ways } from './ways.mjs';

parentPort.on('message', async ({ way, payload, count, to }) => {
  const { carrier, send } = ways[way];
  if (carrier === 'port') return send(to, count, payloads[payload]);
  const sender = attach(to);
  await send(sender, count, payloads[payload]);
  sender.close();
  sender[Symbol.dispose]();
});
