import { html } from 'hono/html';
import type { Finding } from '../model/finding.ts';
import type { QuarantinedCrate } from '../model/quarantine.ts';

/** What a page is told: of the crate only what is wrong with it. */
export type LinkedFindings = Pick<
  QuarantinedCrate,
  | 'name'
  | 'url'
  | 'since'
  | 'profile'
  | 'checker_version'
  | 'errors'
  | 'warnings'
  | 'state'
  | 'has_current'
  | 'verdicts'
  | 'findings'
> & { readonly crate: string };

/**
 * The findings of one crate version for people at its facility. Everything of the crate is escaped and nothing of it becomes
 * a link; no style and no script, which the service's policy forbids anyway.
 */
export function findingsPage(findings: LinkedFindings): string {
  const { crate, name, url, since, profile, checker_version: checker, errors, warnings } = findings;
  return page(
    `What is wrong with ${name ?? crate}`,
    html`<h1>What is wrong with ${name ?? crate}</h1>
<p>${standing(findings)} ${plural(errors, 'error')}, ${plural(warnings, 'warning')}.</p>
<dl>
<dt>Crate</dt><dd><code>${crate}</code></dd>
${url === null ? '' : html`<dt>Found at</dt><dd><code>${url}</code></dd>`}
<dt>Since</dt><dd>${since}</dd>
<dt>Checked against</dt><dd>${profile} (${checker})</dd>
</dl>
${section('Errors', findings.findings, 'error')}${section('Warnings', findings.findings, 'warning')}
<p>A place is a JSON Pointer (RFC 6901) into <code>ro-crate-metadata.json</code> as it was published.
The same as JSON: ask for this address with <code>Accept: application/json</code>.</p>`,
  );
}

/** For who has a link that has ended. */
export function noFindingsPage(message: string): string {
  return page('No findings here', html`<h1>No findings here</h1><p>${message}</p>`);
}

function page(title: string, body: ReturnType<typeof html>): string {
  return String(html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="robots" content="noindex">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>${title}</title></head>
<body>${body}</body></html>
`);
}

function standing({ state, has_current }: LinkedFindings): string {
  if (state === 'current') return 'This crate has been let in since.';
  if (state === 'superseded') return 'Another version of this crate has come since.';
  return has_current
    ? 'This version is not shown to anybody; an earlier one still is.'
    : 'This crate is not shown to anybody until its errors are mended.';
}

function section(title: string, findings: readonly Finding[], severity: Finding['severity']) {
  const those = findings.filter((finding) => finding.severity === severity);
  if (those.length === 0) return '';
  return html`<h2>${title}</h2>
<ol>
${those.map(
  ({ message, pointer, entity, layer, rule }) => html`<li>${message}<br><small>${layer} ${rule}${
    entity === null ? '' : html`, entity <code>${entity}</code>`
  }${pointer === null ? '' : html`, place <code>${pointer === '' ? '(the whole document)' : pointer}</code>`}</small></li>
`,
)}</ol>
`;
}

function plural(count: number, one: string): string {
  return `${count} ${count === 1 ? one : `${one}s`}`;
}
