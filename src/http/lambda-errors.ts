import { STATUS_CODES } from 'node:http';
import type { MiddlewareHandler } from 'hono';
import type { DoorEnv } from './door.ts';

/**
 * Turns every problem document beneath its path into the error body of the Facility Search API, whoever answered it: a route,
 * a check that came before it, or nobody. Status and headers stay.
 */
export const asLambdaErrors: MiddlewareHandler<DoorEnv> = async (call, next) => {
  await next();
  const { res: answer } = call;
  if (answer.headers.get('content-type') !== 'application/problem+json') return;
  const document: unknown = await answer.json();
  const message =
    typeof document === 'object' && document !== null && 'detail' in document ? document.detail : '';
  const headers = new Headers(answer.headers);
  headers.set('Content-Type', 'application/json');
  // set anew, or Hono keeps the content type of the one before
  call.res = undefined;
  call.res = new Response(lambdaError(answer.status, String(message)), { status: answer.status, headers });
};

/** `{"error":"Bad Request","code":400,"message":"…"}` */
function lambdaError(status: number, message: string): string {
  return `${JSON.stringify({ error: STATUS_CODES[status] ?? 'Error', code: status, message })}\n`;
}
