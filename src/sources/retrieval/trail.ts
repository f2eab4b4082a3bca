import type { Failure } from '../../model/failure.ts';
import { displayUrl } from '../../net/display.ts';

/** What was tried to find a crate, and what it gave: the answer to "why not?". */
export class Trail {
  readonly #steps: string[] = [];

  add(step: string, gave: string): void {
    this.#steps.push(`${step}: ${gave}`);
  }

  /** Nothing led to a crate. */
  failure(url: string): Failure {
    return {
      code: 'unreadable',
      message: 'Nothing at this place leads to an RO-Crate.',
      where: displayUrl(url),
      expected:
        'Link: <…/ro-crate-metadata.json>; rel="describedby"; type="application/ld+json"; profile="https://w3id.org/ro/crate"',
      found: this.#told(),
    };
  }

  /** A step met something that is no answer to the question whether a crate is there. */
  stopped(reason: Failure): Failure {
    if (this.#steps.length === 0) return reason;
    return { ...reason, found: `${reason.found ?? reason.code}, after ${this.#told()}` };
  }

  #told(): string {
    const steps = this.#steps.join('; ');
    return steps.length > 2000 ? `${steps.slice(0, 2000)}…` : steps;
  }
}

/**
 * Whether after this failure another way may be tried. A server that is down, busy, or wants a credential may have the very
 * crate: going on would register what is found elsewhere, under another name, in its place.
 */
export function givesWay(reason: Failure): boolean {
  switch (reason.code) {
    case 'upstream_missing':
    case 'unreadable':
    case 'redirect_refused':
    case 'blocked_address':
    case 'content_encoded':
    case 'too_large':
      return true;
    case 'upstream_status':
      // 406, 204 and the like: the server has heard the question and has no such thing.
      return reason.retryable === false || /^2\d\d$/.test(reason.found ?? '');
    default:
      return false;
  }
}
