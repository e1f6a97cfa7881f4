import { help, readFlags } from './flags.ts';
import { run } from './run.ts';
import { UsageError } from '@tlsmith/app-terminal';

/** Runs the client; the exit status is 0, 1 (the connection failed) or 2 (the command line is wrong). */
async function main(argv: readonly string[]): Promise<number> {
  try {
    const settings = readFlags(argv, process.env);
    if (settings !== 'help') return await run(settings, process);
    process.stdout.write(`${help()}\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${error.message}\n(--help shows what there is)\n`);
    return 2;
  }
}

// A reader such as `head` may have enough before we are done.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

process.exitCode = await main(process.argv.slice(2));
// A terminal would otherwise keep the program waiting for the next line.
process.stdin.destroy();
