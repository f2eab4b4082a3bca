import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** A web server of the operating system that publishes a folder. */
export interface WebServer {
  /** `http://127.0.0.1:{port}`, no slash at the end. */
  readonly url: string;
  /** The published folder. */
  readonly root: string;
  /** Answers so far, such as `GET /runs/ 200`; only nginx writes them down. */
  answers(): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** Where Debian and others install servers; not on the PATH of everybody. */
const FOLDERS = [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/usr/local/sbin'];

/** Path of nginx on this machine; null where it is not installed, and then tests against it are skipped. */
export const NGINX = program('nginx');
/** The same of Apache as Debian packages it. */
export const APACHE = program('apache2');
const APACHE_MODULES = '/usr/lib/apache2/modules';

/** nginx with `autoindex on`; `locations` is put into the server, the folder's path standing for `$root`. */
export async function startNginx(locations = ''): Promise<WebServer> {
  return start(NGINX, (work, port) => ({
    config: `
      daemon off; master_process off; pid ${work}/pid; error_log ${work}/error.log;
      events { worker_connections 256; }
      http {
        log_format answers '$request_method $request_uri $status';
        access_log ${work}/answers answers;
        ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((t) => `${t}_temp_path ${work}/${t};`).join(' ')}
        types { application/json json; }
        server {
          listen 127.0.0.1:${port};
          root ${work}/root;
          autoindex on;
          ${locations.replaceAll('$root', `${work}/root`)}
        }
      }`,
    arguments: ['-p', work, '-c', join(work, 'config'), '-e', join(work, 'error.log')],
  }));
}

/** Apache with a listing of the folder in each of its forms: plain at `/`, at `/fancy/`, and as a table at `/table/`. */
export async function startApache(): Promise<WebServer> {
  const modules = ['mpm_event', 'authz_core', 'autoindex', 'dir', 'mime', 'alias'];
  return start(APACHE, (work, port) => ({
    config: `
      ServerRoot ${work}
      ServerName 127.0.0.1
      Listen 127.0.0.1:${port}
      PidFile ${work}/pid
      ErrorLog ${work}/error.log
      Mutex file:${work}
      ${modules.map((m) => `LoadModule ${m}_module ${APACHE_MODULES}/mod_${m}.so`).join('\n')}
      ${process.getuid?.() === 0 ? 'User nobody\nGroup nogroup' : ''}
      TypesConfig /dev/null
      AddType application/json .json
      DocumentRoot ${work}/root
      Alias /fancy/ ${work}/root/
      Alias /table/ ${work}/root/
      <Location />
        Options +Indexes +FollowSymLinks
      </Location>
      <Location /fancy/>
        IndexOptions FancyIndexing
      </Location>
      <Location /table/>
        IndexOptions FancyIndexing HTMLTable IconsAreLinks
      </Location>`,
    arguments: ['-X', '-f', join(work, 'config')],
  }));
}

type Making = (
  work: string,
  port: number,
) => { readonly config: string; readonly arguments: readonly string[] };

async function start(path: string | null, making: Making): Promise<WebServer> {
  if (path === null) throw new Error('the server is not installed; ask before it is started');
  const work = await mkdtemp(join(tmpdir(), 'crate-bridge-web-'));
  // what root starts serves as somebody who may do less
  await chmod(work, 0o755);
  await mkdir(join(work, 'root'));
  const port = await freePort();
  const made = making(work, port);
  await writeFile(join(work, 'config'), made.config);
  const server = spawn(path, made.arguments, { stdio: ['ignore', 'ignore', 'pipe'] });
  const close = async () => {
    if (server.exitCode === null && server.kill('SIGTERM')) await once(server, 'exit');
    await rm(work, { recursive: true, force: true });
  };
  try {
    await answering(server, port);
  } catch (error) {
    const log = await readFile(join(work, 'error.log'), 'utf8').catch(() => '');
    await close();
    throw new Error(`${path} did not start: ${log}`, { cause: error });
  }
  return {
    url: `http://127.0.0.1:${port}`,
    root: join(work, 'root'),
    answers: async () => (await readFile(join(work, 'answers'), 'utf8')).trimEnd().split('\n'),
    close,
  };
}

/** Resolves when somebody listens on the port; rejects when the server ends first. */
async function answering(server: ChildProcess, port: number): Promise<void> {
  while (server.exitCode === null) {
    const socket = connect(port, '127.0.0.1');
    const open = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'error').then(() => false),
    ]).catch(() => false);
    socket.destroy();
    if (open) return;
    await delay(20);
  }
  throw new Error(`it ended with code ${server.exitCode}`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
  return address.port;
}

function program(name: string): string | null {
  for (const folder of FOLDERS) {
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // in another folder, or nowhere
    }
  }
  return null;
}
