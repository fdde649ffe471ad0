/** A token whose description has a few objects that refer to each other stood for millions of codecs, which were all made. */
import { attach, CodecError, chan, codec } from 'hchan';
import { expect, test } from 'vitest';

test('a token that describes more codecs than any channel has is a CodecError, soon', () => {
  const token = chan(1, { codec: codec.u8, engine: 'shared' }).share();
  let spec: unknown = 'u8';
  for (let level = 0; level < 40; level++) spec = { tuple: [spec, spec] };
  expect(() => attach({ ...token, spec } as never)).toThrow(CodecError);
});
