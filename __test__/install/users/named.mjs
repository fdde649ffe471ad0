// A user that insists on a native engine: what it is told where there is none.
import { ChannelError, chan } from 'hchan';

try {
  console.log(JSON.stringify({ engine: chan(4, { engine: 'crossbeam' }).engine }));
} catch (error) {
  const { name, message, code } = error;
  console.log(
    JSON.stringify({ isChannelError: error instanceof ChannelError, name, message, code, cause: error.cause?.message }),
  );
}
