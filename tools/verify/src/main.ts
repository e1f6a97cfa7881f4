import { run } from './run.ts';

// A reader such as `head` may have enough before we are done.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

const { status, output, errors } = run(process.argv.slice(2), Date.now());
for (const line of output) process.stdout.write(`${line}\n`);
for (const line of errors) process.stderr.write(`${line}\n`);
process.exitCode = status;
