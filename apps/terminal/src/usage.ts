/** The command line asks for something that cannot be done: exit status 2. */
export class UsageError extends Error {
  override readonly name: string = 'UsageError';
}

/** A flag as `parseArgs` and the help text need it. */
export interface Flag {
  readonly type: 'string' | 'boolean';
  readonly multiple?: boolean;
  readonly short?: string;
  /** What a string flag takes, in capitals. */
  readonly takes?: string;
  readonly section: string;
  readonly says: string;
}

/** The flags that every program ends its list with, in a section of the help text. */
export const logFlags = (section: string) =>
  ({
    keylog: {
      type: 'string',
      takes: 'FILE',
      section,
      says: 'append secrets for Wireshark; also SSLKEYLOGFILE',
    },
    json: { type: 'boolean', section, says: 'one event a line, all on stdout' },
    help: { type: 'boolean', short: 'h', section, says: 'this' },
  }) as const satisfies Record<string, Flag>;

/** The flags by section, aligned, with what each one does. */
export function helpText(usage: string, flags: Readonly<Record<string, Flag>>): string {
  const rows = Object.entries(flags).map(([name, flag]) => ({ ...flag, left: leftOf(name, flag) }));
  const width = Math.max(...rows.map(({ left }) => left.length));
  const sections = [...new Set(rows.map(({ section }) => section))].map((section) => {
    const lines = rows
      .filter((row) => row.section === section)
      .map(({ left, says }) => `  ${left.padEnd(width)}  ${says}`);
    return [`${section}:`, ...lines].join('\n');
  });
  return [usage, ...sections].join('\n\n');
}

/** A whole number within bounds. */
export function wholeNumber(flag: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= min && value <= max) return value;
  throw new UsageError(`--${flag} takes a whole number from ${min} to ${max}, not '${text}'`);
}

/** The items of a list such as `a,b`. */
export function items(flag: string, text: string): readonly string[] {
  const list = text.split(',').map((item) => item.trim());
  if (list.every((item) => item !== '')) return list;
  throw new UsageError(`--${flag} takes names with single commas between them, not '${text}'`);
}

/** The values that a list names, in its order. */
export function pick<T>(flag: string, text: string, table: Readonly<Record<string, T>>): readonly T[] {
  return items(flag, text).map((name) => {
    const value = Object.hasOwn(table, name) ? table[name] : undefined;
    if (value !== undefined) return value;
    throw new UsageError(`--${flag}: '${name}' is none of ${Object.keys(table).join(', ')}`);
  });
}

const leftOf = (name: string, { takes, short }: Flag): string =>
  `--${name}${takes === undefined ? '' : ` ${takes}`}${short === undefined ? '' : `, -${short}`}`;
