import { help, readFlags } from './flags.ts';
import { run } from './run.ts';
import { UsageError } from '@tlsmith/app-terminal';

/** Runs the server until it is stopped, or has accepted as many connections as it should. */
async function main(argv: readonly string[]): Promise<number> {
  try {
    const settings = readFlags(argv, process.env);
    if (settings === 'help') {
      process.stdout.write(`${help()}\n`);
      return 0;
    }
    const server = await run(settings, process);
    await new Promise((resolve) => server.once('close', resolve));
    return 0;
  } catch (error) {
    const isUsage = error instanceof UsageError;
    if (!isUsage && !(error instanceof Error && 'syscall' in error)) throw error;
    process.stderr.write(`${error.message}\n${isUsage ? '(--help shows what there is)\n' : ''}`);
    return isUsage ? 2 : 1;
  }
}

process.exitCode = await main(process.argv.slice(2));
// A terminal would otherwise keep the program waiting for the next line.
process.stdin.destroy();
