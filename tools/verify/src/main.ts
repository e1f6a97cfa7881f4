import { stripVTControlCharacters } from 'node:util';
import { run } from './run.ts';

// A reader such as `head` may have enough before we are done.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

const { status, output, errors } = run(process.argv.slice(2), Date.now());
// Colours are for terminals that have them; files and pipes get the text alone.
const isPlain = !process.stdout.isTTY || !process.stdout.hasColors();
for (const line of output) process.stdout.write(`${isPlain ? stripVTControlCharacters(line) : line}\n`);
for (const line of errors) process.stderr.write(`${line}\n`);
process.exitCode = status;
