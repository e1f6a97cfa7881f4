import { appendFileSync, readFileSync } from 'node:fs';
import { isCertificateRejected, isTlsMisuse } from '@tlsmith/types';
import { UsageError } from './usage.ts';

/** Reads a file and makes something of it; whatever is wrong with it is told with the flag and the file. */
export function fromFile<T>(flag: string, file: string, make: (text: string) => T): T {
  try {
    return make(readFileSync(file, 'utf8'));
  } catch (error) {
    const isOurs = isTlsMisuse(error) || isCertificateRejected(error);
    if (!isOurs && !(error instanceof Error && 'syscall' in error)) throw error;
    throw new UsageError(`--${flag} ${file}: ${error.message}`);
  }
}

/** Adds a line to a file of secrets, which only its owner can read when it is made here. */
export function appendTo(file: string, line: string): void {
  appendFileSync(file, `${line}\n`, { mode: 0o600 });
}
