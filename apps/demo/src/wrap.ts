/** Characters in a line of the demo's text. */
export const lineWidth = 108;

/** Parts with a separator between them, broken into lines of at most `width` characters; a part that is longer overflows. */
export function wrap(parts: readonly string[], separator: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const part of parts) {
    const joined = line === '' ? part : `${line}${separator}${part}`;
    if (line !== '' && joined.length > width) {
      lines.push(`${line}${separator.trimEnd()}`);
      line = part;
    } else {
      line = joined;
    }
  }
  return line === '' ? lines : [...lines, line];
}

/** A text broken between words. */
export const wrapWords = (text: string, width: number): readonly string[] =>
  wrap(text.split(' '), ' ', width);
