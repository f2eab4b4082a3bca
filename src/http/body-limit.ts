import { bodyLimit } from 'hono/body-limit';
import { failure } from '../model/failure.ts';
import { problem } from './problem.ts';

/** Middleware for routes that read a JSON body: what is larger than 1 MiB is refused before it is read whole. */
export const limitedJson = bodyLimit({
  maxSize: 1024 * 1024,
  onError: () =>
    problem(
      failure('too_large', 'The body is larger than 1 MiB.', { where: 'body', expected: 'at most 1 MiB' })
        .failure,
      {
        // the rest of the body stays unread, so the connection cannot be used again
        Connection: 'close',
      },
    ),
});
