import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How the token endpoint goes wrong. */
export type TokenFault =
  /** An OAuth error whose description repeats what the client sent. */
  | { readonly kind: 'error'; readonly status: number; readonly error: string }
  | { readonly kind: 'challenge' }
  | { readonly kind: 'html' }
  | { readonly kind: 'answer'; readonly body: object }
  | { readonly kind: 'busy'; readonly retryAfter?: string }
  | { readonly kind: 'redirect' }
  | { readonly kind: 'silent' };

export interface TokenServer {
  readonly url: string;
  /** Requests for a token so far, and the form each sent. */
  readonly forms: readonly URLSearchParams[];
  /** The Authorization of every request for the protected document. */
  readonly asked: readonly (string | undefined)[];
  fault: TokenFault | null;
  /** Seconds a token says it lives; null says nothing. */
  expiresIn: number | null;
  /** Ends every token given so far. */
  revoke(): void;
  /** Client secrets that are let in. */
  secrets: readonly string[];
  close(): Promise<void>;
}

/**
 * A real OAuth 2.0 token endpoint (`/token`, client_secret_basic) and a document (`/crate.json`) that only its tokens open,
 * on loopback.
 */
export async function startTokenServer(clientId: string, secret: string): Promise<TokenServer> {
  const valid = new Set<string>();
  const forms: URLSearchParams[] = [];
  const asked: (string | undefined)[] = [];
  const server = createServer(async (request, response) => {
    if (request.url !== '/token') {
      asked.push(request.headers.authorization);
      const token = request.headers.authorization?.replace(/^Bearer /, '') ?? '';
      if (valid.has(token))
        response.writeHead(200, { 'content-type': 'application/json' }).end('{"@graph":[]}');
      else response.writeHead(401, { 'www-authenticate': 'Bearer error="invalid_token"' }).end('no');
      return;
    }
    let text = '';
    for await (const piece of request) text += String(piece);
    forms.push(new URLSearchParams(text));
    const { fault } = state;
    const sent = request.headers.authorization ?? '';
    const [id = '', given = ''] = Buffer.from(sent.replace(/^Basic /, ''), 'base64')
      .toString()
      .split(':');
    const known = decode(id) === clientId && state.secrets.includes(decode(given));
    const json = (status: number, body: object) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (fault?.kind === 'silent') return;
    if (fault?.kind === 'html') response.writeHead(200, { 'content-type': 'text/html' }).end(`<p>${sent}`);
    else if (fault?.kind === 'answer') json(200, fault.body);
    else if (fault?.kind === 'redirect') response.writeHead(307, { location: '/elsewhere' }).end();
    else if (fault?.kind === 'busy') {
      response
        .writeHead(503, fault.retryAfter === undefined ? {} : { 'retry-after': fault.retryAfter })
        .end('busy');
    } else if (fault?.kind === 'challenge') {
      response.writeHead(401, { 'www-authenticate': `Basic realm="${sent}"` }).end();
    } else if (fault?.kind === 'error') {
      json(fault.status, { error: fault.error, error_description: `not ${decode(given)} (${sent})` });
    } else if (!known) json(401, { error: 'invalid_client', error_description: decode(given) });
    else {
      const token = `token-${forms.length}`;
      valid.add(token);
      const life = state.expiresIn === null ? {} : { expires_in: state.expiresIn };
      json(200, { access_token: token, token_type: 'Bearer', ...life });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // a TCP server's address is never a string
  const state: TokenServer = {
    url: `http://127.0.0.1:${port}`,
    forms,
    asked,
    fault: null,
    expiresIn: 3600,
    secrets: [secret],
    revoke: () => valid.clear(),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return state;
}

/** The form encoding a client's id and secret are in (RFC 6749 §2.3.1). */
function decode(text: string): string {
  return decodeURIComponent(text.replaceAll('+', ' '));
}
