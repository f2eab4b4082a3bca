import { type Command, InvalidArgumentError } from 'commander';
import { OPERATOR, type ProposalRef, SCOPES, type Scope } from '../../model/caller.ts';
import { closest } from '../../model/spelling.ts';
import { collect, runWithBridge } from '../run.ts';
import { table } from '../text.ts';

interface CreateOptions {
  readonly name: string;
  readonly scope: readonly Scope[];
  readonly facility?: readonly string[];
  readonly proposal?: readonly ProposalRef[];
  readonly expires?: Date;
}

/** `crate-bridge token create|list|revoke`. */
export function tokenCommand(program: Command): void {
  const token = program
    .command('token')
    .summary('make, list and revoke API tokens')
    .description('API tokens for the service.');

  token
    .command('create')
    .summary('make a token; it is shown once')
    .description(
      'Makes a token of 32 random bytes and prints it once; only its sha256 is stored.\n' +
        `Scopes: ${SCOPES.join(', ')}.`,
    )
    .requiredOption('--name <name>', 'what it is for')
    .requiredOption('--scope <scope>', 'what it may do; repeatable', scope)
    .option('--facility <code>', 'facilities it may see; default: all', collect)
    .option('--proposal <facility/proposal>', 'narrows it to proposals; repeatable', proposal)
    .option('--expires <when>', 'a duration (12h, 30d, 1y) or an RFC 3339 time; default: never', expiry)
    .action((options: CreateOptions, command: Command) =>
      runWithBridge(command, async (bridge, output) => {
        const made = await bridge.createToken(
          {
            name: options.name,
            kind: 'token',
            scopes: options.scope,
            facilities: options.facility ?? null,
            proposals: options.proposal ?? [],
            expiresAt: options.expires ?? null,
          },
          OPERATOR,
        );
        if (!made.ok) return output.failure(made.failure);
        const { id, secret } = made.value;
        output.result(
          { id, name: options.name, token: secret, expires_at: options.expires?.toISOString() ?? null },
          () => secret,
        );
        output.note('Keep it now: it is not shown again.');
        return 0;
      }),
    );

  token
    .command('list')
    .summary('tokens, without their secrets')
    .action((_options: unknown, command: Command) =>
      runWithBridge(command, async (bridge, output) => {
        const all = await bridge.tokens(OPERATOR);
        if (!all.ok) return output.failure(all.failure);
        output.result({ items: all.value }, () =>
          table(
            ['name', 'kind', 'scopes', 'facilities', 'expires', 'revoked', 'last used'],
            all.value.map((t) => [
              t.name,
              t.kind,
              t.scopes.join(' '),
              t.facilities?.join(' ') ?? 'all',
              t.expires_at ?? 'never',
              t.revoked_at ?? '-',
              t.last_used_at ?? 'never',
            ]),
          ),
        );
        return 0;
      }),
    );

  token
    .command('revoke')
    .summary('end a token')
    .argument('<name>', 'its name')
    .action((name: string, _options: unknown, command: Command) =>
      runWithBridge(command, async (bridge, output) => {
        const revoked = await bridge.revokeToken(name, OPERATOR);
        if (!revoked.ok) return output.failure(revoked.failure);
        output.result({ name, revoked: true }, () => `${name} is revoked`);
        return 0;
      }),
    );
}

function scope(text: string, previous: readonly Scope[] | undefined): readonly Scope[] {
  const wanted = collect(text, undefined).map((name) => {
    const known = SCOPES.find((s) => s === name);
    if (known !== undefined) return known;
    const near = closest(name, SCOPES);
    throw new InvalidArgumentError(
      `${name} is no scope; ${near === null ? `there are ${SCOPES.join(', ')}` : `did you mean ${near}?`}`,
    );
  });
  return [...(previous ?? []), ...wanted];
}

function proposal(text: string, previous: readonly ProposalRef[] | undefined): readonly ProposalRef[] {
  const [facility, code, ...rest] = text.split('/');
  if (facility === undefined || facility === '' || code === undefined || code === '' || rest.length > 0) {
    throw new InvalidArgumentError('expected FACILITY/PROPOSAL, such as ALS/BLS-00123');
  }
  return [...(previous ?? []), { facility, proposal: code }];
}

const UNIT_MS = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000, y: 365 * 86_400_000 } as const;

function expiry(text: string): Date {
  const duration = /^(\d+)([mhdwy])$/.exec(text);
  const unit = duration?.[2];
  const at =
    duration !== null && (unit === 'm' || unit === 'h' || unit === 'd' || unit === 'w' || unit === 'y')
      ? new Date(Date.now() + Number(duration[1]) * UNIT_MS[unit])
      : new Date(/^\d{4}-\d{2}-\d{2}/.test(text) ? text : Number.NaN);
  if (Number.isNaN(at.getTime()))
    throw new InvalidArgumentError('expected a duration such as 30d, or a time such as 2027-01-31T00:00:00Z');
  if (at.getTime() <= Date.now()) throw new InvalidArgumentError('that is in the past');
  return at;
}
