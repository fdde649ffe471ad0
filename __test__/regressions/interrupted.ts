/** A codec of strings that runs the test's code while it works. */
import { type Codec, codec } from 'hchan';

/** Calls `onEncode` before each string is encoded, and `onDecode` before each is decoded. */
export function interrupted(onEncode: () => void, onDecode: () => void = () => {}): Codec<string> {
  return {
    id: 'interrupted',
    encode(value, to) {
      onEncode();
      codec.string.encode(value, to);
    },
    decode(from) {
      onDecode();
      return codec.string.decode(from);
    },
  };
}
