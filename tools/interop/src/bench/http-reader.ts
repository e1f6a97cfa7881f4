/** Reads one HTTP response off a stream, without holding its body back: no chunked coding, which no server here uses. */
export class HttpReader {
  readonly #onBody: (chunk: Buffer) => void;
  #head = Buffer.alloc(0);
  #bodyLength: number | undefined;
  #received = 0;
  /** The status once it is known. */
  status: number | undefined;

  constructor(onBody: (chunk: Buffer) => void) {
    this.#onBody = onBody;
  }

  /** Whether all of a body of known length has come; false while it goes on until the connection ends. */
  get complete(): boolean {
    return this.#bodyLength !== undefined && this.#received >= this.#bodyLength;
  }

  feed(chunk: Buffer): void {
    if (this.status !== undefined) return this.#body(chunk);
    this.#head = Buffer.concat([this.#head, chunk]);
    const end = this.#head.indexOf('\r\n\r\n');
    if (end < 0) return;
    const head = this.#head.subarray(0, end).toString();
    this.status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(head)?.[1]);
    const length = /^content-length: *(\d+)/im.exec(head)?.[1];
    if (length !== undefined) this.#bodyLength = Number(length);
    this.#body(this.#head.subarray(end + 4));
  }

  #body(chunk: Buffer): void {
    this.#received += chunk.length;
    this.#onBody(chunk);
  }
}
