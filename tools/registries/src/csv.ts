/** One record, keyed by the names in the header line. */
export type Row = ReadonlyMap<string, string>;

/** Reads comma-separated values with a header line; quoted fields may hold commas, quotes and line breaks (RFC 4180). */
export function parseCsv(text: string): Row[] {
  const [header = [], ...records] = splitRecords(text);
  return records.map((record) => new Map(header.map((name, column) => [name, record[column] ?? ''])));
}

function splitRecords(text: string): string[][] {
  const records: string[][] = [];
  let record: string[] = [];
  for (const [whole, quoted, bare = '', end] of text.matchAll(field)) {
    if (whole === '' && record.length === 0) continue;
    record.push(quoted === undefined ? bare : quoted.replaceAll('""', '"'));
    if (end === ',') continue;
    records.push(record);
    record = [];
  }
  return records;
}

const field = /(?:"((?:[^"]|"")*)"|([^,\r\n]*))(,|\r?\n|$)/g;
