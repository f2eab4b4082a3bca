/*
 * s3rver in a process of its own: `node --openssl-legacy-provider s3rver-store.ts FOLDER`. Prints its port when it answers,
 * and ends with its standard input. The access key and its secret are S3RVER, the region us-east-1; strangers are let in.
 */
import S3rver from '@20minutes/s3rver';

const [directory = ''] = process.argv.slice(2);
const server = new S3rver({ address: '127.0.0.1', port: 0, silent: true, directory });
const { port } = await server.run();
process.stdout.write(`${port}\n`);
process.stdin.resume().on('end', () => process.exit());
