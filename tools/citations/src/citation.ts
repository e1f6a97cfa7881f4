/** A place in the code that names a section of an RFC. */
export interface Citation {
  readonly rfc: string;
  /** `4.3.8`, `B.4`. */
  readonly section: string;
  /** Counted from 1. */
  readonly line: number;
}

/** Every `RFC nnnn §x.y` of a source text, and the further sections of `RFC nnnn §x.y, §z and appendix A`. */
export function citationsIn(source: string): readonly Citation[] {
  const text = source.replaceAll(brokenComment, mark);
  return [...text.matchAll(citation)].flatMap((match) => {
    const [all, rfc = ''] = match;
    const line = text.slice(0, match.index).split(lineEnd).length;
    return [...all.matchAll(place)].map(([, section = '']) => ({ rfc, section, line }));
  });
}

// A citation may be broken over two lines of a comment. The break becomes a mark that a pattern takes for a space and
// that still counts as a line.
const mark = '\u2028';
const lineEnd = /\n|\u2028/;
const brokenComment = /\n\s*(?:\*(?!\/)|\/\/) ?(?=\S)/g;

const place = /(?:§|[Aa]ppendix\s)((?:\d{1,2}|[A-F])(?:\.\d+)*)(?![\dA-Za-z])/g;
const one = place.source.replace('((', '(?:(');
const citation = new RegExp(
  String.raw`RFC\s(\d{4,5}),?\s${one}(?:(?:,\s|\s(?:and|or|to)\s|,\sand\s)${one})*`,
  'g',
);
