/** The document with the lines between `<!-- NAME: begin -->` and `<!-- NAME: end -->` replaced. */
export function withBlock(document: string, name: string, text: string): string {
  const [begin, end] = [`<!-- ${name}: begin -->`, `<!-- ${name}: end -->`];
  const [before, rest, ...again] = document.split(begin);
  const [old, after, ...more] = (rest ?? '').split(end);
  if (before === undefined || old === undefined || after === undefined || again.length + more.length > 0) {
    throw new Error(`the document needs the markers of "${name}" once each`);
  }
  return `${before}${begin}\n\n${text}\n\n${end}${after}`;
}

/** A Markdown table. Columns are as wide as their widest cell, unless lines would become too long to read. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widest = head.map((_, column) =>
    Math.max(3, ...[head, ...rows].map((row) => cell(row, column).length)),
  );
  const fits = widest.reduce((sum, width) => sum + width + 3, 1) <= 200;
  const widths = fits ? widest : head.map(() => 3);
  const line = (row: readonly string[]): string =>
    `| ${widths.map((width, column) => cell(row, column).padEnd(width)).join(' | ')} |`;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [line(head), rule, ...rows.map(line)].join('\n');
}

const cell = (row: readonly string[], column: number): string => row[column] ?? '';
